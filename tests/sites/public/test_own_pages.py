"""Pages of two visitors to one process: nobody sees a word, a token or a way back of somebody else on them."""

from __future__ import annotations

import pytest

from tests.sites.public.walker import Walker

WORDS = "Four men carried blue drums into the lock-up behind the bakery."


@pytest.fixture
def sami(rosa: Walker) -> Walker:
    """Somebody else in front of the same process, after Rosa."""
    return Walker()


def without_token(one: Walker) -> str:
    token = one.typed("csrfmiddlewaretoken")
    assert token
    return one.html.replace(token, "")


def test_nothing_that_was_typed_is_shown_to_another(rosa: Walker, sami: Walker) -> None:
    rosa.start().press("Continue", narrative=WORDS)
    rosa.visit("/r/what/")
    assert rosa.typed("narrative") == WORDS
    sami.start().visit("/r/what/")
    assert sami.typed("narrative") == ""


def test_an_error_or_what_caused_it_is_not_shown_to_another(rosa: Walker, sami: Walker) -> None:
    rosa.start().visit("/r/where/").press("Continue", place="Market Square", postcode="no postcode at all")
    assert rosa.title.startswith("Error: ")
    sami.start().visit("/r/where/")
    assert not sami.title.startswith("Error: ")
    assert sami.typed("postcode") == ""


def test_each_form_has_the_token_of_its_own_browser(rosa: Walker, sami: Walker) -> None:
    rosa.start()
    sami.start()
    assert rosa.at == sami.at == "/r/what/"
    assert len({one.typed("csrfmiddlewaretoken") for one in (rosa, sami)}) == 2
    assert without_token(rosa) == without_token(sami)
    form, stolen = {"narrative": WORDS}, rosa.typed("csrfmiddlewaretoken")
    refused = sami.client.post("/r/what/", {**form, "csrfmiddlewaretoken": stolen})
    assert refused.status_code == 403


def test_a_page_is_worded_by_ones_own_answers(rosa: Walker, sami: Walker) -> None:
    """Somebody asks about themselves after the page about another person was kept, and the other way round."""
    others = ("What you have noticed", "What worries you about them?")
    own = ("What you told us", "What has changed for you?")
    for one, who in ((rosa, "family"), (sami, "self"), (Walker(), "family")):
        one.visit("/").follow("Someone you are worried about").press("Start", danger="no")
        one.visit("/r/tie/").press("Continue", who=who).visit("/r/what/")
        assert [words in one.main for words in (*others, *own)] == [who != "self"] * 2 + [who == "self"] * 2


def test_the_way_back_and_the_step_are_ones_own(rosa: Walker, sami: Walker) -> None:
    rosa.start().press("Continue", narrative=WORDS).visit("/r/you/")
    sami.start().press("Skip the other questions", narrative=WORDS).visit("/r/you/?back=check")
    assert dict(rosa.page.links)["Back"] != dict(sami.page.links)["Back"]
    assert "Step" in rosa.main
    assert "Step" not in sami.main


def test_answers_and_code_are_ones_own(rosa: Walker, sami: Walker) -> None:
    seen = []
    for one, words, place in ((rosa, WORDS, "Market Square"), (sami, "<b>Two & more</b>", "Quay Street")):
        one.tell(words, place=place, postcode="NE1 4ST")
        assert one.at == "/r/check/"
        assert words in one.main
        assert place in one.main
        token = one.typed("form_token")
        one.press("Send your report")
        assert one.at == "/code/"
        seen.append((one.shown_code(), token))
    assert len({code for code, _ in seen}) == len({token for _, token in seen}) == 2


def test_the_address_of_an_item_is_ones_own(rosa: Walker, sami: Walker) -> None:
    rosa.tell(WORDS).visit("/r/person/new/?back=check").press("Continue", looks="Tall.")
    assert "/r/person/1/" in rosa.visit("/r/check/").html
    sami.tell(WORDS).visit("/r/person/new/?back=check").press("Continue", looks="Short.")
    sami.visit("/r/person/1/remove/")
    sami.press(next(one.label for one in sami.page.forms[0].controls if one.kind == "button"))
    sami.visit("/r/person/new/?back=check").press("Continue", looks="With a limp.").visit("/r/check/")
    assert "/r/person/2/" in sami.html
    assert "/r/person/1/" not in sami.html
