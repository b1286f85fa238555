"""Cookies off, time run out, Back, two tabs, two presses, no database, nobody to seal to: no word and no report is lost."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connection

from heedline.casework.keys import directory as key_directory
from heedline.intake.models import DraftRow
from heedline.reports.models import Report
from tests.sites.public.mishaps import database_away, run_out_of_time
from tests.sites.public.walker import DRAFT, Walker, another_tab

WORDS = "He said that on Friday everybody would hear of him, and showed me the keys of the hall."
ANOTHER = "I forgot: the van had no number plate at the back."


# --- cookies ----------------------------------------------------------------------------------------------------------
def test_a_browser_without_cookies_gets_one_honest_page_with_a_phone_number(
    rosa: Walker, settings: Any
) -> None:
    settings.CSRF_FAILURE_VIEW = "heedline.web.public.report.without_cookies.forgery_check_failed"
    rosa.visit("/tell/")
    rosa.client.cookies.clear()
    rosa.press("Start")
    assert rosa.status == 403
    assert rosa.heading == "We could not open your form"
    assert "It may have been deleted" in rosa.main, "nobody is told that their browser is at fault"
    assert "0800 789 321" in rosa.main
    assert "What you wrote" not in rosa.main, "nobody wrote anything"
    assert rosa.at == "/tell/"
    rosa.follow("Start again").press("Start", danger="no")
    assert rosa.at == "/r/what/"


def test_words_typed_without_cookies_are_on_the_page_to_copy(rosa: Walker, settings: Any) -> None:
    settings.CSRF_FAILURE_VIEW = "heedline.web.public.report.without_cookies.forgery_check_failed"
    rosa.begin().press("Start", danger="no")
    rosa.client.cookies.clear()
    rosa.press("Continue", narrative=WORDS)
    assert WORDS in rosa.main
    assert "Nothing was sent" in rosa.main
    rosa.follow("Start again")
    assert rosa.at == "/", "a page of questions cannot be opened without its draft"


def test_every_cookie_ends_with_the_browser_and_is_for_this_site_only(rosa: Walker) -> None:
    rosa.start()
    for name in (DRAFT, settings.CSRF_COOKIE_NAME):
        cookie = rosa.client.cookies[name]
        assert cookie["max-age"] == cookie["expires"] == cookie["domain"] == ""
        assert cookie["httponly"]
        assert cookie["samesite"] == "Strict"
    assert len(rosa.client.cookies) == 2


# --- time -------------------------------------------------------------------------------------------------------------
def test_words_that_come_too_late_are_kept_in_a_fresh_draft(rosa: Walker) -> None:
    rosa.begin().press("Start", danger="no")
    old = rosa.cookie(DRAFT)
    run_out_of_time()
    rosa.press("Continue", narrative=WORDS)
    assert rosa.typed("narrative") == WORDS
    assert "We have deleted your earlier answers" in rosa.text
    assert rosa.cookie(DRAFT) not in ("", old)
    rosa.press("Continue", narrative=rosa.typed("narrative"))
    assert rosa.at == "/r/where/"
    rosa.visit("/r/check/")
    assert WORDS in rosa.main
    assert "Before you can send your report, you still need to answer" in rosa.main, (
        "the question about danger was lost with the old draft"
    )
    rosa.follow("Is anyone in danger, or is something planned?").press("Continue", danger="no")
    rosa.follow("Do you want to give your name?") if rosa.at == "/r/check/" else None
    rosa.press("Continue", who="anonymous").press("Send your report")
    assert rosa.at == "/code/"


def test_a_late_answer_with_a_mistake_keeps_its_words_and_says_both_things(rosa: Walker) -> None:
    rosa.begin().press("Start", danger="no").press("Continue", narrative=WORDS)
    run_out_of_time()
    rosa.press("Continue", date__day="40", date__month="3", date__year="2026", around=ANOTHER)
    assert ANOTHER in rosa.html


def test_a_late_answer_to_a_page_that_needs_others_is_shown_to_copy(rosa: Walker) -> None:
    rosa.start().visit("/r/you/").press("Continue", who="confidence")
    run_out_of_time()
    rosa.press("Continue", name=ANOTHER)
    assert ANOTHER in rosa.main
    assert rosa.heading == "What you wrote is still here"
    rosa.follow("Continue")
    assert rosa.status == 200


def test_coming_back_too_late_says_why_and_where_to_start(rosa: Walker) -> None:
    rosa.start()
    run_out_of_time()
    rosa.visit("/r/now/")
    assert rosa.heading == "We have deleted your answers"
    assert not rosa.cookie(DRAFT)
    rosa.follow("Start again")
    assert rosa.at == "/tell/"


def test_pressing_send_too_late_says_that_nothing_was_sent(rosa: Walker) -> None:
    rosa.tell(WORDS)
    run_out_of_time()
    rosa.press("Send your report")
    assert rosa.heading == "We have deleted your answers"
    assert not Report.objects.exists()


def test_who_asks_for_a_day_gets_a_day(rosa: Walker) -> None:
    rosa.visit("/tell/").press("Start", danger="no", keep="24")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT expires - now() > interval '23 hours', extract(minute from expires)::int % 15 FROM intake_draft"
        )
        assert cursor.fetchone() == (True, 0)


# --- back, twice, two tabs ----------------------------------------------------------------------------------------------
def test_back_after_sending_says_that_it_was_sent(rosa: Walker) -> None:
    code = rosa.send(WORDS)
    rosa.visit("/r/what/")
    assert rosa.heading == "You have already sent this report"
    assert WORDS not in rosa.html
    rosa.follow("See your code")
    assert rosa.shown_code() == code


def test_what_another_tab_writes_after_sending_is_shown_and_not_taken_for_sent(rosa: Walker) -> None:
    rosa.tell(WORDS)
    tab = another_tab(rosa).visit("/r/what/")
    rosa.press("Send your report")
    tab.press("Continue", narrative=ANOTHER)
    assert tab.heading == "You have already sent this report"
    assert ANOTHER in tab.main
    assert "was not included in the report you sent" in tab.main


def test_two_presses_and_two_tabs_send_one_report_with_one_code(rosa: Walker) -> None:
    rosa.tell(WORDS)
    tab = another_tab(rosa)
    rosa.press("Send your report")
    tab.press("Send your report")
    assert (rosa.at, tab.at) == ("/code/", "/code/")
    assert rosa.shown_code() == tab.shown_code()
    assert Report.objects.count() == 1


def test_a_press_whose_answer_was_lost_sends_once(rosa: Walker) -> None:
    rosa.tell(WORDS)
    with database_away("save_draft"):  # the report is stored, but the draft cannot be marked
        rosa.press("Send your report")
    assert rosa.status == 200
    code = rosa.shown_code()
    rosa.visit("/r/check/").press("Send your report")
    assert rosa.shown_code() == code
    assert Report.objects.count() == 1


def test_answers_of_two_tabs_are_put_together_page_by_page(rosa: Walker) -> None:
    rosa.begin().press("Start", danger="no")
    tab = another_tab(rosa).visit("/r/where/")
    rosa.press("Continue", narrative=WORDS)
    tab.press("Continue", place="Market Square")
    rosa.visit("/r/check/")
    assert WORDS in rosa.main
    assert "Market Square" in rosa.main


def test_a_second_tab_says_that_the_first_was_changed_and_shows_both_texts(rosa: Walker) -> None:
    """The later one replaced the earlier one, and nothing said so."""
    first, second = "A grey van stood at the gate.", "A white van drove past twice."
    rosa.start()
    tab = another_tab(rosa).visit("/r/what/")
    rosa.visit("/r/what/").press("Continue", narrative=first)
    tab.press("Continue", narrative=second)
    assert tab.at == "/r/what/"
    assert "You have changed this answer in another tab." in tab.main
    assert first in tab.main
    assert tab.typed("narrative") == second
    assert rosa.visit("/r/what/").typed("narrative") == second
    tab.press("Continue", narrative=f"{first} {second}")
    assert tab.at != "/r/what/"
    assert f"{first} {second}" in tab.visit("/r/check/").main
    assert "another tab" not in tab.visit("/r/what/").main


def test_a_mistake_in_the_second_tab_still_shows_both_texts(rosa: Walker) -> None:
    """After an error the page carried the newer edition, and the other tab's text was replaced in silence."""
    rosa.start()
    tab = another_tab(rosa).visit("/r/what/")
    rosa.visit("/r/what/").press("Continue", narrative="A grey van stood at the gate.")
    tab.press("Continue", narrative="x" * 10_001)
    assert tab.title.startswith("Error: ")
    assert "You have changed this answer in another tab." in tab.main
    assert "A grey van stood at the gate." in tab.main


def test_the_same_words_in_two_tabs_are_no_change(rosa: Walker) -> None:
    rosa.start()
    tab = another_tab(rosa).visit("/r/what/")
    for one in (rosa.visit("/r/what/"), tab):
        assert one.press("Continue", narrative="A grey van stood at the gate.").at != "/r/what/"


def test_a_page_that_another_tab_ruled_out_shows_what_was_typed(rosa: Walker) -> None:
    rosa.start().visit("/r/you/").press("Continue", who="confidence")
    tab = another_tab(rosa)
    tab.visit("/r/you/").press("Continue", who="anonymous")
    rosa.press("Continue", name=ANOTHER)
    assert ANOTHER in rosa.main
    assert "no longer applies to your report" in rosa.main


def test_changing_a_person_that_another_tab_removed_keeps_the_words(rosa: Walker) -> None:
    rosa.begin().press("Start", danger="no")
    rosa.visit("/r/person/new/").press("Continue", name="First").visit("/r/person/").follow("Change")
    tab = another_tab(rosa).visit("/r/person/").follow("Remove").press("Yes, remove it")
    rosa.press("Continue", name="First", looks=ANOTHER)
    assert ANOTHER in tab.visit("/r/person/").main


def test_starting_again_keeps_unsent_answers_until_told_otherwise(rosa: Walker) -> None:
    rosa.begin().press("Start", danger="no").press("Continue", narrative=WORDS)
    rosa.visit("/tell/")
    assert "You have already started" in rosa.main
    rosa.follow("Carry on").visit("/r/what/")
    assert rosa.typed("narrative") == WORDS
    rosa.visit("/tell/").press("Delete my answers and start again").visit("/r/what/")
    assert rosa.typed("narrative") == ""


def test_a_new_report_does_not_swallow_the_code_of_the_last(rosa: Walker) -> None:
    code = rosa.send(WORDS)
    rosa.visit("/tell/")
    assert rosa.heading == "You have not saved your code yet"
    rosa.follow("See your code")
    assert rosa.shown_code() == code


# --- the database, the keys -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("functions", [(), ("submit_report",)])
def test_when_it_cannot_be_stored_nothing_is_said_to_be_sent_and_the_draft_survives(
    rosa: Walker, functions: tuple[str, ...]
) -> None:
    rosa.tell(WORDS)
    with database_away(*functions):
        rosa.press("Send your report")
    assert rosa.status == 503
    assert rosa.heading == "Your report was not sent"
    assert "0800 789 321" in rosa.main
    assert not Report.objects.exists()
    rosa.press("Try again")
    assert rosa.at == "/code/"
    assert Report.objects.count() == 1


def test_when_nobody_could_open_it_nothing_is_sent_and_the_draft_survives(
    rosa: Walker, settings: Any
) -> None:
    rosa.tell(WORDS)
    root, settings.ROOT = settings.ROOT, ""
    key_directory.forget()
    rosa.press("Send your report")
    assert rosa.heading == "Your report was not sent"
    settings.ROOT = root
    key_directory.forget()
    rosa.press("Try again")
    assert rosa.at == "/code/"


def test_words_that_cannot_be_kept_stay_in_the_box(rosa: Walker) -> None:
    rosa.begin().press("Start", danger="no")
    with database_away("save_draft"):
        rosa.press("Continue", narrative=WORDS)
    assert rosa.typed("narrative") == WORDS
    assert rosa.title.startswith("Error: ")
    rosa.press("Continue", narrative=rosa.typed("narrative"))
    assert rosa.at == "/r/where/"


def test_words_sent_while_the_database_is_away_can_be_sent_again(rosa: Walker) -> None:
    rosa.begin().press("Start", danger="no")
    with database_away():
        rosa.press("Continue", narrative=WORDS)
    assert rosa.status == 503
    assert rosa.typed("narrative") == WORDS
    rosa.press("Try again")
    assert rosa.at == "/r/where/"


def test_the_exit_deletes_before_it_counts(rosa: Walker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where somebody stood needs the directory of keys; what they wrote does not wait for it."""
    rosa.tell(WORDS)

    def away(on: date) -> bool:
        raise OperationalError

    monkeypatch.setattr(key_directory, "identity_offered", away)
    rosa.visit("/exit/")
    assert rosa.status == 303
    assert not DraftRow.objects.exists()


def test_the_exit_works_while_the_database_is_away(rosa: Walker) -> None:
    rosa.start()
    with database_away():
        rosa.visit("/exit/")
    assert rosa.status == 303
    assert not rosa.cookie(DRAFT)


@pytest.mark.parametrize(
    ("came_from", "deleted"),
    [("cross-site", False), ("same-site", False), ("same-origin", True), ("none", True)],
)
def test_a_page_elsewhere_does_not_end_a_report(rosa: Walker, came_from: str, deleted: bool) -> None:
    """It leads to the page that explains the exit link, on which the link works."""
    rosa.tell(WORDS)
    rosa.client.defaults["HTTP_SEC_FETCH_SITE"] = came_from
    rosa.visit("/exit/")
    del rosa.client.defaults["HTTP_SEC_FETCH_SITE"]
    assert DraftRow.objects.exists() is not deleted
    if not deleted:
        assert rosa.at == "/stay-safe-online/"
        rosa.visit("/exit/")
        assert not DraftRow.objects.exists()
