"""The page after an account of danger was sent: it says what officers did since, and adds to the same report."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from django.apps import apps

from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.contact import messages
from heedline.casework.journey import transitions
from heedline.dispatch.models import Outbox
from heedline.reports.models import Message, Report
from tests.sites.public.walker import DRAFT, Walker
from tests.support.acting import acting
from tests.support.cast import House, now

WORDS = "Two men with knives at the back door of the school. Children are inside."
QUESTION = "Which door are you behind?"
MORE = "The door by the kitchen. There are six of us."


@pytest.fixture
def sent(rosa: Walker) -> Walker:
    """Rosa on the page after her account of danger was sent."""
    rosa.visit("/emergency/").press("Send now", narrative=WORDS)
    assert rosa.at == "/code/"
    return rosa


@pytest.fixture
def nadia(house: House) -> Attendance:
    with acting("office"):
        return house.sign_in("Nadia", at=now())


def take(by: Attendance) -> datetime:
    """Nadia takes the report."""
    at = now()
    with acting("office"):
        transitions.take(Report.objects.get().id, by=by, at=at)
    return at


def written() -> dict[str, list[str]]:
    """Return every row of every table."""
    return {
        table._meta.db_table: sorted(map(str, table._base_manager.values_list()))
        for table in apps.get_models()
    }


def test_it_says_when_an_officer_opened_it_and_never_when_it_was_sent(
    sent: Walker, nadia: Attendance
) -> None:
    assert "No officer has opened it yet." in sent.main
    assert not re.search(r"\d\d:\d\d", sent.main)
    at = take(nadia)
    sent.press("Check again")
    clock = f"{at.astimezone(office_zone()):%H:%M}"
    assert f"An officer opened it at {clock}." in sent.main
    assert re.findall(r"\d\d:\d\d", sent.main) == [clock]


def test_the_officers_question_is_answered_on_the_page_into_the_same_report(
    sent: Walker, nadia: Attendance
) -> None:
    take(nadia)
    report = Report.objects.get()
    with acting("office"):
        messages.ask(report.id, QUESTION, version=report.version, by=nadia, at=now())
    sent.press("Check again")
    assert QUESTION in sent.main
    assert "This message is from our team." in sent.main
    sent.press("Send this too", text=MORE)
    assert sent.at == "/code/"
    assert "No officer has read it yet." in sent.main
    assert Report.objects.count() == 1
    ours = Message.objects.get(from_us=False)
    with acting("office"):
        messages.mark_read(report.id, [ours.id], by=nadia, at=now())
    assert "An officer has read it." in sent.visit("/code/").main


def test_what_is_added_pages_the_desk_again(sent: Walker) -> None:
    sent.press("Send this too", text=MORE)
    letters = list(Outbox.objects.values_list("letter", flat=True))
    assert {"danger-told", "reporter-wrote"} <= set(letters)
    assert Report.objects.get().rank == 0


def test_reloading_it_writes_nothing(sent: Walker, nadia: Attendance) -> None:
    take(nadia)
    report = Report.objects.get()
    with acting("office"):
        messages.ask(report.id, QUESTION, version=report.version, by=nadia, at=now())
    before = written()
    assert len(before["reports_report"]) == len(before["intake_draft"]) == 1
    for _ in range(2):
        assert QUESTION in sent.visit("/code/").main
    assert written() == before


def test_an_empty_box_and_a_long_text_are_kept_with_the_reason(sent: Walker) -> None:
    sent.press("Send this too")
    assert sent.title.startswith("Error: ")
    assert "Enter a message before you send." in sent.main
    long = "He is here. " * 500
    sent.press("Send this too", text=long)
    assert "characters too long" in sent.main
    assert sent.typed("text") == long.strip()
    assert not Message.objects.exists()
    sent.press("Send this too", text="He is here.")
    assert Message.objects.count() == 1
    assert not sent.title.startswith("Error: ")
    assert sent.typed("text") == "", "what was sent is not in the box any more"


def test_what_was_typed_stays_while_somebody_checks_for_news(sent: Walker, nadia: Attendance) -> None:
    take(nadia)
    before = written()
    assert "An officer opened it at" in sent.press("Check again").main
    assert written() == before, "with an empty box, checking writes nothing either"
    sent.press("Check again", text=MORE)
    assert sent.typed("text") == MORE
    assert not sent.title.startswith("Error: ")
    assert not Message.objects.exists()
    sent.press("Check again", text="")
    assert sent.typed("text") == ""


def test_what_was_typed_stays_when_the_language_changes(sent: Walker) -> None:
    sent.press("Cymraeg", text=MORE)
    assert sent.at == "/cy/code/"
    assert sent.typed("text") == MORE
    assert not sent.title.startswith("Gwall")
    assert not Message.objects.exists()


def test_pressing_twice_adds_it_once(sent: Walker) -> None:
    tab = Walker()
    tab.client = sent.client
    tab.visit("/code/")
    sent.visit("/code/")
    tab.page = sent.page
    sent.press("Send this too", text=MORE)
    tab.press("Send this too", text=MORE)
    assert Message.objects.count() == 1


def test_a_second_visit_to_the_page_for_danger_adds_to_the_same_report(sent: Walker) -> None:
    """It made a second report, which nothing linked to the first."""
    code = sent.shown_code()
    sent.visit("/emergency/").press("Send now", narrative=MORE)
    assert sent.at == "/code/"
    assert sent.shown_code() == code
    assert "You added more information." in sent.main
    sent.visit("/emergency/").press("Send now", narrative=MORE)
    assert Report.objects.count() == 1
    assert Message.objects.count() == 1, "the same words, sent twice, are one message"


def test_another_kind_of_report_has_no_such_box(rosa: Walker) -> None:
    rosa.send()
    assert "What has happened so far" not in rosa.main
    with acting("public"):
        rosa.client.post("/code/", {"csrfmiddlewaretoken": rosa.typed("csrfmiddlewaretoken"), "text": MORE})
    assert not Message.objects.exists()


def test_the_code_is_still_kept_or_declined_from_there(sent: Walker) -> None:
    sent.press("I have saved my code")
    assert sent.at == "/code/finished/"
    assert not sent.cookie(DRAFT)


@pytest.mark.parametrize("language", ["cy", "ar", "ur", "pl", "so"])
def test_it_says_so_in_every_language(sent: Walker, nadia: Attendance, language: str) -> None:
    at = take(nadia)
    sent.visit(f"/{language}/code/")
    assert f"{at.astimezone(office_zone()):%H:%M}" in sent.main
