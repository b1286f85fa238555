"""Whoever changes the language in the middle of a page takes along what they typed, finished or not, right or wrong."""

from __future__ import annotations

import re
from itertools import product
from typing import Any

import pytest

from heedline.casework.intake import drafting
from heedline.casework.intake.drafting import Draft
from heedline.packs import load_pack
from heedline.reports.models import Message, Report
from heedline.vault.codes import ALPHABET, new_code
from heedline.web.public.report.turns import now
from heedline.web.public.shell import languages
from heedline.web.public.shell.receipt_codes import typed_code
from tests.sites.public.mishaps import database_away, run_out_of_time
from tests.sites.public.walker import DRAFT, VISIT, Walker
from tests.support.acting import acting

pytestmark = pytest.mark.django_db
CANARY = "A canary van stood at the gate"
WELSH = load_pack("uk").words("cy")


def draft_of(rosa: Walker) -> Draft:
    found = drafting.load(rosa.cookie(DRAFT), at=now())
    assert found is not None
    return found


def at_the_account(rosa: Walker) -> Walker:
    return rosa.begin().press("Start", danger="no")


def test_what_was_typed_goes_along_and_nobody_finds_fault_with_it(rosa: Walker) -> None:
    at_the_account(rosa).press("Cymraeg", narrative=CANARY)
    assert rosa.at == "/cy/r/what/"
    assert rosa.typed("narrative") == CANARY
    rosa.press("العربية", narrative=f"{CANARY}.")
    assert rosa.at == "/ar/r/what/"
    assert rosa.typed("narrative") == f"{CANARY}."
    rosa.press("English", narrative="")
    assert rosa.at == "/r/what/"
    assert rosa.typed("narrative") == ""
    assert not rosa.title.startswith("Error:"), "nobody said that it was finished"
    assert not any("canary" in path for path in rosa.been)


def test_a_word_that_was_never_continued_is_in_no_report(rosa: Walker) -> None:
    at_the_account(rosa).press("Continue", narrative="A van.").visit("/r/what/")
    rosa.press("Cymraeg", narrative=CANARY)
    assert draft_of(rosa).answers["what"]["narrative"] == "A van."
    rosa.visit("/r/what/")
    assert rosa.typed("narrative") == CANARY
    rosa.press("Skip the other questions").press("Continue", who="anonymous")
    assert CANARY in rosa.main, "it was continued now"
    rosa.visit("/r/what/?back=check").press("Polski", narrative="Something else.")
    assert rosa.at == "/pl/r/what/?back=check"
    rosa.visit("/r/check/")
    assert CANARY in rosa.main
    assert "Something else." not in rosa.main
    rosa.press("Send your report")
    assert Report.objects.count() == 1
    notes = draft_of(rosa).notes
    assert set(notes) == {"kind", "ending", "read_by"}
    assert (notes["kind"], notes["ending"]) == ("activity", "activity")


def test_a_mistake_that_was_shown_is_shown_in_the_other_language(rosa: Walker) -> None:
    at_the_account(rosa).press("Continue", narrative="")
    assert rosa.title.startswith("Error:")
    rosa.press("Cymraeg")
    assert rosa.title.startswith(WELSH["components.error_prefix"])
    rosa.press("English", narrative="A van.")
    assert not rosa.title.startswith("Error:")
    assert rosa.typed("narrative") == "A van."


def test_choices_and_the_parts_of_a_date_go_along(rosa: Walker) -> None:
    rosa.start().visit("/r/now/").press("Cymraeg", danger="no")
    assert rosa.typed("danger") == "no"
    rosa.press("English").press("Continue").press("Continue", narrative="A van.")
    assert rosa.at == "/r/where/"
    rosa.press("Soomaali", when="week", date__day="41")
    assert rosa.at == "/so/r/where/"
    assert rosa.typed("when") == "week"
    assert rosa.typed("date-day") == "41"
    assert "govuk-error-message" not in rosa.html


def at_a_new_person(rosa: Walker) -> Walker:
    rosa.begin().press("Start", danger="no").visit("/r/person/new/")
    assert rosa.at == "/r/person/new/"
    return rosa


def test_a_page_for_one_of_several(rosa: Walker) -> None:
    at_a_new_person(rosa).press("اردو", looks=CANARY)
    assert rosa.at == "/ur/r/person/new/"
    assert rosa.typed("looks") == CANARY
    rosa.press(load_pack("uk").words("ur")["shared.continue"])
    assert CANARY in rosa.visit("/ur/r/person/").main
    rosa.visit("/r/person/new/")
    assert rosa.typed("looks") == "", "the next one is another"


def test_one_that_was_removed_in_another_tab_becomes_a_new_one(rosa: Walker) -> None:
    at_a_new_person(rosa).press("Continue", looks="Tall.").visit("/r/person/").follow("Change")
    gone = rosa.page.forms[0]
    rosa.client.post(
        rosa.at + "remove/", {one.name: one.value for one in gone.controls if "csrf" in one.name}
    )
    rosa.press("Cymraeg", looks=CANARY)
    assert rosa.at == "/cy/r/person/new/"
    assert rosa.typed("looks") == CANARY


def test_who_cannot_call_keeps_every_word(rosa: Walker) -> None:
    rosa.begin().press("Start", danger="yes").press("I cannot call")
    assert rosa.at == "/r/brief/"
    rosa.press("Cymraeg", narrative=CANARY)
    assert rosa.at == "/cy/r/brief/"
    assert rosa.typed("narrative") == CANARY
    assert not Report.objects.exists(), "a language is no way to send"
    rosa.press(WELSH["brief.button"])
    assert rosa.at == "/cy/code/"


def test_words_for_a_page_whose_draft_has_gone_are_kept_too(rosa: Walker) -> None:
    at_the_account(rosa)
    run_out_of_time()
    rosa.press("Cymraeg", narrative=CANARY)
    assert rosa.at == "/cy/r/what/"
    assert rosa.typed("narrative") == CANARY
    assert WELSH["expired.late"] in rosa.text


def test_words_are_kept_while_the_database_is_away(rosa: Walker) -> None:
    at_the_account(rosa)
    with database_away():
        rosa.press("Cymraeg", narrative=CANARY)
    assert rosa.status == 503
    assert rosa.typed("narrative") == CANARY
    rosa.press(WELSH["unsent.button"])
    assert rosa.at == "/cy/r/what/"
    assert rosa.typed("narrative") == CANARY


def test_too_many_words_come_back_with_the_reason(rosa: Walker) -> None:
    long = "x" * 200_000
    at_a_new_person(rosa)
    for name in ("looks", "name"):
        rosa.visit("/r/what/" if name == "looks" else "/r/where/")
        rosa.press("Cymraeg", **{"narrative" if name == "looks" else "place": long})
    rosa.visit("/r/person/new/").press("Cymraeg", looks=long)
    assert WELSH["errors.too_large"] in rosa.main
    assert rosa.typed("looks") == long


def test_a_code_that_is_typed_back_goes_along_and_into_no_history(rosa: Walker) -> None:
    code = rosa.send()
    for typed in (code[:9], code):
        token = rosa.visit("/code/check/").page.forms[0]
        given = {one.name: one.value for one in token.controls if "csrf" in one.name}
        answer = rosa.client.post("/cy/code/check/", {**given, "code": typed, "as-typed": "1"})
        assert (answer.status_code, answer["Location"]) == (303, "/cy/code/check/"), "no answer to a post"
        rosa.visit("/cy/code/check/")
        assert rosa.typed("code") == typed
        assert "govuk-error-message" not in rosa.html
    rosa.visit("/code/check/").press("Cymraeg", code="ABC")
    assert rosa.typed("code") == "ABC"
    assert not any(code in path for path in rosa.been)


def test_where_a_code_is_entered_nothing_posts_it_but_its_own_button(rosa: Walker) -> None:
    """An answer to a post stays in the browser's history, on its disk too, with what was posted: a code must not."""
    rosa.visit("/messages/")
    assert "as-typed" not in rosa.html
    rosa.follow("Cymraeg")
    assert rosa.at == "/cy/messages/"


def posted(rosa: Walker, path: str, to: str, **typed: str) -> Any:
    """What the site answers a post from that page; `to`: the page it posts to."""
    forms = [{one.name: one.value for one in form.controls} for form in rosa.visit(path).page.forms]
    given = next(form for form in forms if typed.keys() & form.keys())
    given.pop("as-typed", None)
    with acting("public"):
        return rosa.client.post(to, {**given, **typed})


def test_a_message_goes_along_and_stays_in_no_history(rosa: Walker) -> None:
    code = rosa.send()
    rosa.visit("/cy/messages/").press(WELSH["visit.button"], code=code)
    answer = posted(rosa, "/cy/messages/open/", "/ar/messages/open/", **{"text": CANARY, "as-typed": "1"})
    assert (answer.status_code, answer["Location"]) == (303, "/ar/messages/open/"), "no answer to a post"
    rosa.visit("/ar/messages/open/")
    assert rosa.typed("text") == CANARY
    assert "govuk-error-message" not in rosa.html
    assert not any(code in path for path in rosa.been)
    rosa.visit("/messages/open/")
    assert rosa.typed("text") == CANARY, "kept for this visit"
    rosa.press("Send your message", danger="no").visit("/messages/open/")
    assert rosa.typed("text") == ""
    assert Message.objects.count() == 1


def test_a_mistake_in_a_message_stays_in_no_history_and_changes_its_language(rosa: Walker) -> None:
    code = rosa.send()
    rosa.visit("/messages/").press("Open", code=code)
    for text in ("", "x" * 20_000, f"My code is {code}"):
        answer = posted(rosa, "/messages/open/", "/messages/open/", text=text)
        assert (answer.status_code, answer["Location"]) == (303, "/messages/open/"), text[:9]
        rosa.visit("/messages/open/")
        assert rosa.title.startswith("Error:")
        assert rosa.typed("text") == text
        rosa.press("Cymraeg")
        assert rosa.at == "/cy/messages/open/"
        assert rosa.title.startswith(WELSH["components.error_prefix"]) or code in text
    assert rosa.visit("/messages/open/").typed("warned") == "1", "warned once"
    rosa.press("Send your message", danger="no")
    assert rosa.at == "/messages/open/sent/"


def test_what_was_written_goes_with_the_visit(rosa: Walker) -> None:
    code = rosa.send()
    rosa.visit("/messages/").press("Open", code=code).press("Cymraeg", text=CANARY)
    visit = rosa.cookie(VISIT)
    rosa.press(WELSH["messages.leave"])
    assert not drafting.written(visit, at=now()).answers
    rosa.visit("/messages/").press("Open", code=code)
    assert rosa.typed("text") == ""


def test_what_is_no_code_stays_in_no_history_either(rosa: Walker) -> None:
    """A code with two wrong signs is a code nearly: whoever finds it tries what it may have been."""
    code = rosa.send()
    tries = (f"{a}{b}{code.replace('-', '')[2:]}" for a, b in product(ALPHABET, repeat=2))
    wrong = next(one for one in tries if typed_code(one) is None)
    for typed in (wrong, "", "x" * 5000):
        answer = posted(rosa, "/messages/", "/messages/", code=typed)
        assert (answer.status_code, answer["Location"]) == (303, "/messages/")
        rosa.visit("/messages/")
        assert rosa.title.startswith("Error:")
        assert rosa.typed("code") == typed[:200]
        assert rosa.visit("/messages/").typed("code") == "", (
            "shown once: a neighbour at this browser sees none"
        )
        assert not rosa.title.startswith("Error:")
    rosa.press("Open", code=code)
    assert rosa.at == "/messages/open/"
    assert rosa.visit("/messages/").typed("code") == ""
    unknown = new_code().grouped()
    rosa.press("Open", code=unknown)
    assert (rosa.at, rosa.typed("code")) == ("/messages/", unknown)


def test_a_postcode_goes_along(rosa: Walker) -> None:
    rosa.visit("/phone/near/").press("Cymraeg")
    assert rosa.at == "/cy/phone/near/"
    assert "govuk-error-message" not in rosa.html
    rosa.press("English", postcode="NE6 1AA")
    assert rosa.typed("postcode") == "NE6 1AA"


def test_a_key_pressed_in_a_box_goes_on_and_changes_no_language(rosa: Walker) -> None:
    """Enter presses the form's first button, which stands before the languages and says what Continue says."""
    at_the_account(rosa)
    buttons = re.findall(r"<button[^>]*>", rosa.html)
    assert 'form="typed"' in buttons[0]
    assert "name=" not in buttons[0]
    assert 'aria-hidden="true"' in buttons[0]
    assert [b for b in buttons if "as-typed" in b] == buttons[1 : len(languages.pack().languages)]
