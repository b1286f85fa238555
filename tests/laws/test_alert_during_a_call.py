"""Danger is alerted while the caller is still talking, and what follows goes to the same report."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from heedline.audit.models import Event
from heedline.casework.contact import call_alert
from heedline.casework.intake.draft_files import DraftFile
from heedline.casework.intake.drafting import Draft
from heedline.casework.journey import call_taking
from heedline.casework.journey.call_taking import Contact
from heedline.casework.pages.case_file import CaseFile
from heedline.casework.report.opening import short_name
from heedline.dispatch.models import Alarm
from heedline.reports.models import Message, Report, ReportFile
from tests.laws.test_danger_told_later import paged
from tests.support.cast import House, now
from tests.support.scene_people import NAMED, People, quarter_hour_over
from tests.support.stories import NORTH_EAST, SOUTH_WEST, new_report

SO_FAR = "He has a gun. He is at the town hall"
PHOTO = DraftFile(
    container=UUID(int=1),
    object=UUID(int=2),
    key=bytes(16),
    name="van.jpg",
    kind="image",
    media="image/jpeg",
    length=9,
    sha256="0" * 64,
    size=4096,
    scan="clean",
    taken_at="2026-12-01T12:00:00+00:00",
)
WHOLE = f"{SO_FAR}, at the back door, with a second man who carries a green bag."


@pytest.fixture
def people(house: House) -> People:
    return People(house, now())


def begin(people: People) -> Draft:
    with people.sitting("Odile") as odile:
        draft = call_taking.begin(None, by=odile)
        call_taking.keep(draft, {"what.narrative": [SO_FAR]}, at=people.at)
    return draft


def alert(people: People, draft: Draft, narrative: str = SO_FAR, postcode: str = NORTH_EAST) -> None:
    new = new_report(narrative=narrative, where={"postcode": postcode})
    with people.sitting("Odile") as odile:
        call_taking.alert(draft, Contact("phone"), new.record, new.question_set, by=odile, at=people.at)


def send(people: People, draft: Draft, *, dropped: bool = False, **told: Any) -> None:
    new = new_report(**{"narrative": WHOLE, "where": {"postcode": NORTH_EAST}, **told})
    contact = Contact("phone", dropped=dropped)
    with people.sitting("Odile") as odile:
        call_taking.send(draft, contact, new.record, new.question_set, by=odile, at=people.at)


def said(file: CaseFile) -> list[str]:
    return [one.text for one in file.messages.lines]


def test_the_desk_is_paged_and_reads_before_the_call_is_sent(people: People) -> None:
    draft = begin(people)
    alert(people, draft)
    report = Report.objects.get()
    assert (report.urgency, report.rank, report.desk.code) == ("danger", 0, "north-east")
    assert "danger" in paged(people)
    file = people.read(report.id, "Olga")
    assert file.answers.narrative == SO_FAR
    contact = {section.title: dict(section.rows) for section in file.answers.sections}
    assert contact["How the report was received"]["Alert"] == (call_taking.ALERTED,)
    assert not draft.sent
    with people.sitting("Odile") as odile:
        kept = call_taking.open_call(draft.cookie, by=odile, at=people.at)
    assert kept is not None
    assert kept.answers == {"what.narrative": [SO_FAR]}

    send(people, kept)
    assert Report.objects.get().id == report.id, "one report, with both"
    file = people.read(report.id, "Olga")
    assert file.answers.narrative == SO_FAR
    [added] = said(file)
    assert WHOLE in added
    assert NORTH_EAST not in added, "only what is new"
    assert kept.sent
    quarter_hour_over(people.at)
    assert Event.objects.filter(act="call-taken-down").count() == 1


def test_pressed_twice_it_alerts_once_and_what_is_corrected_is_added(people: People) -> None:
    draft = begin(people)
    alert(people, draft)
    alert(people, draft, narrative=WHOLE)
    report = Report.objects.get()
    assert "danger" in paged(people)
    assert Alarm.objects.filter(kind="danger").count() == 1
    assert people.read(report.id, "Olga").answers.narrative == SO_FAR
    send(people, draft, where={"postcode": SOUTH_WEST})
    [added] = said(people.read(report.id, "Olga"))
    assert WHOLE in added
    assert SOUTH_WEST in added


def test_nothing_is_lost_if_another_tab_does_not_know_of_the_alert(people: People) -> None:
    draft = begin(people)
    twin = Draft(draft.cookie, report_id=draft.report_id, code=draft.code, purpose=draft.purpose)
    alert(people, draft)
    send(people, twin)
    report = Report.objects.get()
    [added] = said(people.read(report.id, "Olga"))
    assert WHOLE in added


@pytest.mark.parametrize("files", [(), (PHOTO,)])
def test_what_was_typed_after_a_lost_answer_is_added_too(
    people: People, files: tuple[DraftFile, ...]
) -> None:
    """It was taken for sent, and deleted with the draft."""
    draft = begin(people)
    draft.files = files
    alert(people, draft)
    twin = Draft(draft.cookie, report_id=draft.report_id, code=draft.code, purpose=draft.purpose)
    twin.notes, twin.files = dict(draft.notes), files
    send(people, twin)
    more = f"{WHOLE} They are going upstairs."
    send(people, draft, narrative=more)
    first, second = said(people.read(Report.objects.get().id, "Olga"))
    assert WHOLE in first
    assert more in second
    assert ReportFile.objects.count() == len(files)


def test_a_call_that_drops_after_the_alert_adds_what_there_is(people: People) -> None:
    draft = begin(people)
    alert(people, draft)
    send(people, draft, narrative=SO_FAR, dropped=True)
    [added] = said(people.read(Report.objects.get().id, "Olga"))
    assert "The call ended before everything was asked." in added


def test_an_alert_of_which_nothing_more_is_said_adds_nothing(people: People) -> None:
    draft = begin(people)
    alert(people, draft)
    send(people, draft, narrative=SO_FAR)
    assert Report.objects.count() == 1
    assert not Message.objects.exists()


def test_the_desk_is_alerted_before_a_word_is_written(people: People) -> None:
    draft = begin(people)
    new = new_report(where={"postcode": NORTH_EAST})
    record = replace(new.record, narrative="")
    with people.sitting("Odile") as odile:
        call_taking.alert(draft, Contact("phone"), record, new.question_set, by=odile, at=people.at)
    assert people.read(Report.objects.get().id, "Olga").answers.narrative == call_alert.NO_WORDS_YET


def test_danger_that_is_confirmed_pages_again(people: People) -> None:
    draft = begin(people)
    alert(people, draft)
    send(people, draft, now={"danger": "yes"})
    assert Message.objects.count() == 1
    assert {"danger", "danger-told"} <= paged(people)


def test_a_name_given_after_the_alert_is_sealed_with_a_report_of_its_own(people: People) -> None:
    draft = begin(people)
    alert(people, draft)
    first = Report.objects.get()
    send(people, draft, **NAMED)
    second = Report.objects.exclude(pk=first.id).get()
    assert second.id == draft.report_id
    sections = people.read(second.id, "Olga").answers.sections
    rows = {section.title: dict(section.rows) for section in sections}
    alerted = f"Report {short_name(first.id)}: sent during this call."
    assert rows["How the report was received"]["Alert"] == (alerted,)
    assert not Message.objects.exists()
