"""Somebody is in danger now: 999 fills the page, and who cannot call can send at once."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django.conf import settings as configured

from heedline.casework.intake.receipt_codes import parse
from heedline.intake.models import DraftRow
from heedline.packs import load_pack
from heedline.reports.models import Report
from heedline.web.public.shell import beside
from tests.sites.public.mishaps import run_out_of_time
from tests.sites.public.walker import DRAFT, Walker
from tests.support.acting import acting

WORDS = "Two men with knives at the back door of the school. Children are inside."


@pytest.fixture
def explained(settings: Any) -> None:
    """The public site's own page for a form that is refused."""
    settings.CSRF_FAILURE_VIEW = "heedline.web.public.report.without_cookies.forgery_check_failed"


def in_danger(rosa: Walker) -> Walker:
    """At the page that says to call."""
    return rosa.begin().press("Start", danger="yes")


def test_danger_leads_to_a_page_of_999_and_each_answer_is_one_press(rosa: Walker) -> None:
    in_danger(rosa)
    assert rosa.heading == "Call 999 now"
    assert 'href="tel:999"' in rosa.html
    rosa.press("I have called and want to continue")
    assert rosa.at == "/r/what/"


def test_who_cannot_call_sends_from_one_box_past_every_other_question(rosa: Walker) -> None:
    in_danger(rosa).press("I cannot call")
    assert rosa.at == "/r/brief/"
    rosa.press("Send now", narrative=WORDS)
    assert rosa.at == "/code/"
    report = Report.objects.get()
    assert report.urgency == "danger"
    assert report.rank == 0


def test_what_was_written_before_is_in_the_box(rosa: Walker) -> None:
    rosa.tell(WORDS)
    rosa.visit("/r/now/").press("Continue", danger="yes").press("I cannot call")
    assert rosa.typed("narrative") == WORDS
    rosa.press("Send now")
    assert Report.objects.get().urgency == "danger"


def test_an_empty_box_asks_for_a_few_words(rosa: Walker) -> None:
    in_danger(rosa).press("I cannot call").press("Send now")
    assert rosa.title.startswith("Error: ")
    assert "Tell us in a few words" in rosa.main
    assert not Report.objects.exists()


def test_the_fast_way_is_only_for_who_said_that_they_cannot_call(rosa: Walker) -> None:
    rosa.start().visit("/r/brief/")
    assert rosa.at == "/r/now/"


def test_not_answering_whether_they_called_says_what_to_do(rosa: Walker) -> None:
    in_danger(rosa)
    with acting("public"):
        rosa.client.post("/r/call/", {"csrfmiddlewaretoken": rosa.typed("csrfmiddlewaretoken")})
    rosa.visit("/r/call/")
    assert rosa.title.startswith("Error: ")
    assert "Select whether you have called 999" in rosa.main


def test_words_typed_too_late_are_in_the_box_when_they_get_back_to_it(rosa: Walker) -> None:
    in_danger(rosa).press("I cannot call")
    run_out_of_time()
    rosa.press("Send now", narrative=WORDS)
    assert WORDS in rosa.main
    rosa.visit("/r/now/").press("Continue", danger="yes").press("I cannot call")
    assert rosa.typed("narrative") == WORDS


def test_the_page_of_calls_leads_on_whether_they_called_or_cannot(rosa: Walker) -> None:
    rosa.visit("/emergency/")
    assert "If you cannot call" in rosa.main
    assert rosa.press("I have called and want to continue").at == "/r/what/"
    rosa.press("Skip the other questions", narrative=WORDS).press("Continue", who="anonymous")
    rosa.press("Send your report")
    assert Report.objects.get().urgency == "danger"


def test_the_page_of_calls_shows_run_hide_tell_by_name(rosa: Walker, monkeypatch: pytest.MonkeyPatch) -> None:
    """It took the first line of each list, and the fourth of "hide": a line that was moved put another in its place."""
    words = load_pack("uk").words("en")
    for part in ("run", "hide", "tell"):
        monkeypatch.setitem(words._lists, f"attack.{part}", words.lines(f"attack.{part}")[::-1])
    beside._made.clear()
    rosa.visit("/emergency/")
    beside._made.clear()
    for line in ("run", "hide", "silent"):
        assert words[f"attack.lines.{line}"] in unescape(rosa.main)


def without_cookies(rosa: Walker) -> Walker:
    """At the page for calls, whose cookies have been cleared since."""
    rosa.visit("/emergency/")
    rosa.client.cookies.clear()
    return rosa


@pytest.mark.usefixtures("explained")
@pytest.mark.parametrize("prefix", ["/", "/cy/"])
def test_a_danger_from_a_browser_without_cookies_is_sent_at_once(rosa: Walker, prefix: str) -> None:
    """It was refused until the browser allowed cookies."""
    texts = load_pack("uk").words("cy" if prefix == "/cy/" else "en")
    rosa.visit(f"{prefix}emergency/").client.cookies.clear()
    rosa.press(texts["brief.button"], narrative=WORDS)
    assert rosa.status == 200
    assert Report.objects.get().urgency == "danger"
    assert 'href="tel:999"' in rosa.html
    assert texts["danger_sent.unkept"] in unescape(rosa.main)
    assert parse(rosa.shown_code())
    assert not rosa.cookie(DRAFT)
    assert not DraftRow.objects.exists()


@pytest.mark.usefixtures("explained")
def test_sending_that_page_again_is_the_same_report_with_the_same_code(rosa: Walker) -> None:
    form = without_cookies(rosa)
    page = form.page
    code = form.press("Send now", narrative=WORDS).shown_code()
    rosa.client.cookies.clear()
    rosa.at, rosa.page = "/emergency/", page
    assert rosa.press("Send now", narrative=WORDS).shown_code() == code
    assert Report.objects.count() == 1


@pytest.mark.usefixtures("explained")
def test_a_form_of_another_site_sends_nothing(rosa: Walker) -> None:
    with acting("public"):
        answer = without_cookies(rosa).client.post(
            "/emergency/",
            {"csrfmiddlewaretoken": rosa.typed("csrfmiddlewaretoken"), "narrative": WORDS},
            headers={"origin": "https://elsewhere.example"},
        )
    assert answer.status_code == 403
    assert not Report.objects.exists()


@pytest.mark.usefixtures("explained")
def test_an_empty_box_without_cookies_says_what_to_do(rosa: Walker) -> None:
    without_cookies(rosa).press("Send now", narrative=" ")
    assert rosa.status == 403
    assert "999" in rosa.main
    assert not Report.objects.exists()


@pytest.mark.usefixtures("explained")
def test_which_button_was_pressed_is_not_taken_for_what_was_typed(rosa: Walker) -> None:
    without_cookies(rosa).press("I have called and want to continue")
    assert rosa.status == 403
    assert "<textarea" not in rosa.html


@pytest.mark.usefixtures("explained")
def test_a_token_of_another_visit_costs_one_more_press_too(rosa: Walker) -> None:
    without_cookies(rosa).client.cookies[configured.CSRF_COOKIE_NAME] = "b" * 32
    rosa.press("Send now", narrative=WORDS).press("Send now")
    assert rosa.at == "/code/"
    assert Report.objects.count() == 1


@pytest.mark.usefixtures("explained")
def test_the_box_after_the_call_page_is_sent_without_cookies_too(rosa: Walker) -> None:
    in_danger(rosa).press("I cannot call").client.cookies.clear()
    rosa.press("Send now", narrative=WORDS)
    assert rosa.status == 200
    assert Report.objects.get().urgency == "danger"


@pytest.mark.usefixtures("explained")
def test_who_has_sent_is_not_told_that_nothing_was_sent_when_a_cookie_is_gone(rosa: Walker) -> None:
    rosa.visit("/emergency/").press("Send now", narrative=WORDS).client.cookies.clear()
    rosa.press("I have saved my code")
    assert rosa.status == 403
    assert "Nothing was sent" not in rosa.main


def test_no_page_pretends_that_a_text_or_a_silent_call_works_from_every_phone(rosa: Walker) -> None:
    for page in ("/emergency/", "/phone/", "/stay-safe/now/"):
        rosa.visit(page)
        assert "only if your phone is already registered" in rosa.text, page
        assert "from a mobile" in rosa.text, page
    for way in ("/tell/", "/talk/", "/link/"):
        rosa.visit(way).press("Start", danger="yes")
        assert "from a mobile" in rosa.main, way
        assert "only if your phone is already registered" in rosa.main, way
        assert any(href == "https://999bsl.co.uk" for _, href in rosa.page.links), way
        rosa.client.cookies.clear()


def test_who_could_not_call_hears_of_the_number_again_and_not_of_a_day(rosa: Walker) -> None:
    rosa.visit("/emergency/")
    rosa.press("Send now", narrative="He has a knife. Flat 4, the house by the mill.")
    assert rosa.at == "/code/"
    assert "We are alerting our officers, but it is faster to call 999." in rosa.main
    assert "will read it by" not in rosa.main
    rosa.visit("/cy/code/")
    assert "rhybuddio ein swyddogion" in rosa.main.replace("&#x27;", "'"), (
        "also when the page is asked for again"
    )


def test_who_said_that_somebody_is_in_danger_hears_of_no_day(rosa: Walker) -> None:
    in_danger(rosa).press("I have called and want to continue")
    rosa.press("Skip the other questions", narrative=WORDS).press("Continue", who="anonymous").press(
        "Send your report"
    )
    assert rosa.at == "/code/"
    assert "We are alerting our officers. If anything changes, call 999 again." in rosa.main
    assert "will read it by" not in rosa.main


def test_everybody_else_hears_how_long_it_takes(rosa: Walker) -> None:
    rosa.send()
    assert "A trained officer will read it by " in rosa.main
    assert "alerted" not in rosa.main


def test_something_planned_asks_when_and_where_and_is_not_routine(rosa: Walker) -> None:
    rosa.begin().press("Start", danger="planned")
    assert (rosa.at, rosa.heading) == ("/r/planned/", "When and where is it planned?")
    rosa.press("Continue", when="On Saturday", place="The shopping centre").press(
        "Skip the other questions", narrative="He will take a knife."
    )
    rosa.press("Continue", who="anonymous")
    assert "On Saturday" in rosa.main
    rosa.press("Send your report")
    assert Report.objects.get().urgency == "planned"


@pytest.mark.parametrize(("danger", "asks"), [("no", True), ("not_sure", False)])
def test_who_wrote_of_a_day_and_a_weapon_and_said_no_is_asked_once_more(
    rosa: Walker, danger: str, asks: bool
) -> None:
    """The answer stays theirs: nothing is raised by itself, and they can send it as it is."""
    rosa.tell("On Saturday he will take a knife to the shopping centre.", danger=danger)
    rosa.visit("/r/check/")
    assert ("Is something planned?" in rosa.main) is asks
    if asks:
        rosa.follow("Change your answer about danger").press("Continue", danger="planned")
        rosa.press("Continue", when="Saturday").press("Send your report")
        assert Report.objects.get().urgency == "planned"


def test_an_ordinary_account_is_not_asked_again(rosa: Walker) -> None:
    rosa.tell("He filmed the gates for an hour.").visit("/r/check/")
    assert "Is something planned?" not in rosa.main


@pytest.mark.parametrize("language", ["", "cy/", "ar/", "ur/", "pl/", "so/"])
@pytest.mark.parametrize("path", ["emergency/", "r/call/"])
def test_a_text_is_no_call_and_bsl_has_its_own_address(rosa: Walker, language: str, path: str) -> None:
    """Both were links that started a voice call, which is heard where somebody hides."""
    if path == "r/call/":
        in_danger(rosa)
    html = rosa.visit(f"/{language}{path}").html
    assert 'href="sms:999"' in html
    assert 'href="https://999bsl.co.uk"' in html
    assert "Police" in html, "what to say to the operator"
