"""Tests that a question between desks ends with either report, and that no third desk can affect it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import transaction

from heedline.casework.errors import NotHere
from heedline.casework.keys import directory
from heedline.casework.linking import clock, desk_notices, questions
from heedline.casework.linking.desk_notices import NoticeKind
from heedline.casework.retention import keeping
from heedline.dispatch.models import Alarm
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DeskNotice, DeskQuestion
from tests.support.acting import acting
from tests.support.keeping_scene import proposed, with_leads
from tests.support.linking_scene import BOY, compared, matched
from tests.support.scene_people import SOUTH_WEST, People
from tests.support.search_scene import MINUTE

pytestmark = pytest.mark.django_db


def _asked(people: People, name: str) -> tuple[UUID, UUID]:
    """Ask an overdue question about a match and propose its north-east report's disposal. Return the ids of both."""
    with_leads(people)
    _, ident = proposed(people, narrative=BOY[0])
    people.send(narrative=BOY[1], **SOUTH_WEST)
    compared(people, "Odile", "Otto")
    [line] = matched(people, name)
    with people.sitting(name) as here:
        questions.ask(line.id, "Is yours about the pupil?", by=here, at=people.at)
    with acting("worker"):
        clock.watch(people.at + timedelta(hours=5))
        assert Alarm.objects.filter(kind="question-late", cleared_at=None).count() == 1
    return line.id, ident


def _disposed(people: People, ident: UUID) -> None:
    with people.sitting("Olga") as here:
        assert keeping.decide(ident, dispose=True, by=here, at=people.at)


@pytest.mark.parametrize("asker", ["Otto", "Odile"])
def test_the_other_desk_is_told_that_the_report_is_gone_and_the_question_ends(
    people: People, asker: str
) -> None:
    """This holds whichever desk asked, even if the alarm is at a desk that the disposer is not a member of."""
    match, ident = _asked(people, asker)
    before = DeskNotice.objects.count()
    _disposed(people, ident)
    assert not DeskQuestion.objects.exists()
    [alarm] = Alarm.objects.filter(kind="question-late")
    assert (alarm.because, alarm.cleared_by) == ("report-disposed", people.house.officers["Olga"].id)
    [line] = matched(people, "Otto")
    assert (line.ended, line.waiting, line.to_answer) == (True, False, False)
    assert not matched(people, "Odile")
    with people.sitting("Otto") as here:
        assert questions.waiting(by=here, at=people.at) == ()
        with pytest.raises(NotNow, match="disposed of"):
            questions.ask(match, "And now?", by=here, at=people.at)
        with pytest.raises(NotHere):
            questions.answer(match, True, "It is.", by=here, at=people.at)
    with acting("worker"):
        clock.watch(people.at + timedelta(hours=9))
        assert not Alarm.objects.filter(kind="question-late", cleared_at=None).exists()
    rows = DeskNotice.objects.all()
    assert rows.count() > before - 2, "the desk's own are in one row now"
    assert len({len(bytes(one.payload)) for one in rows}) == 1


def test_every_desk_gets_a_row_whether_or_not_the_report_had_a_match(people: People) -> None:
    with_leads(people)
    _, ident = proposed(people, narrative="A white van stood outside the hall all night.")
    compared(people, "Odile")
    DeskNotice.objects.all().delete()
    _disposed(people, ident)
    assert sorted(DeskNotice.objects.values_list("desk__code", flat=True)) == [
        "national",
        "north-east",
        "south-west",
    ]


def test_a_desk_that_can_receive_nothing_is_told_later_and_stops_no_disposal(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, ident = _asked(people, "Otto")
    addressee = directory.addressee
    with monkeypatch.context() as without:
        without.setattr(
            directory, "addressee", lambda code, on: None if code == "south-west" else addressee(code, on)
        )
        _disposed(people, ident)
    [line] = matched(people, "Otto")
    assert not line.ended
    with people.sitting("Olga") as here:
        for _ in range(2):
            desk_notices.tidy(by=here, at=people.at)
    [line] = matched(people, "Otto")
    assert line.ended


@pytest.mark.parametrize("forger", ["Nadia", "Olga"])
def test_nobody_but_the_two_desks_answers_or_ends_a_question(people: People, forger: str) -> None:
    """Both another desk and the asking desk itself try it with signed notices about a match whose id they know."""
    match, _ = _asked(people, "Odile")
    [row] = DeskQuestion.objects.all()
    code = {"Nadia": "national", "Olga": "north-east"}[forger]
    at = (people.at + MINUTE).isoformat()
    due = (people.at + timedelta(days=900)).isoformat()
    with people.sitting(forger) as here:
        for to in ("north-east", "south-west"):
            for kind, more in (
                (NoticeKind.ANSWER, {"confirmed": True}),
                (NoticeKind.ENDED, {}),
                (NoticeKind.QUESTION, {"question": str(row.id), "due": due}),
            ):
                told = desk_notices.words(
                    kind, match, None, to=code, by="Otto O.", words="No.", at=at, **more
                )
                desk_notices.send({to: [told]}, code=code, by=here, at=people.at)
    [waiting], [asked] = matched(people, "Odile"), matched(people, "Otto")
    assert (waiting.waiting, waiting.confirmed, waiting.ended) == (True, None, False)
    assert (asked.to_answer, asked.confirmed, asked.ended) == (True, None, False)
    assert [one.words for one in asked.said] == ["Is yours about the pupil?"]


def test_the_database_lets_no_third_desk_take_end_or_add_a_question(people: People) -> None:
    _asked(people, "Odile")
    desks = people.house.desks
    with people.sitting("Nadia") as here:
        assert DeskQuestion.objects.count() == 0
        assert DeskQuestion.objects.update(owner_id=here.officer_id) == 0
        assert DeskQuestion.objects.all().delete()[0] == 0
        with pytest.raises(Exception, match="row-level security"), transaction.atomic():
            DeskQuestion.objects.create(
                from_desk=desks["north-east"], to_desk=desks["south-west"], due_at=people.at
            )
    assert DeskQuestion.objects.count() == 1


def test_the_database_lets_the_asking_desk_silence_no_alarm_of_the_other(people: People) -> None:
    _asked(people, "Odile")
    [alarm] = Alarm.objects.filter(kind="question-late")
    assert alarm.desk.code == "south-west"
    with people.sitting("Odile") as here:
        mine = Alarm.objects.filter(pk=alarm.id)
        for change in (
            {"acknowledged_by": here.officer_id, "acknowledged_at": people.at},
            {"slot": people.at + timedelta(days=900)},
            {"cleared_by": here.officer_id, "cleared_at": people.at, "because": "desk-was-busy"},
        ):
            with pytest.raises(Exception, match="row-level security"), transaction.atomic():
                mine.update(**change)
        assert mine.update(
            cleared_by=here.officer_id, cleared_at=people.at, because="report-disposed"
        )  # as it does with its report
    with acting("worker"):
        clock.watch(people.at + timedelta(hours=5))
    assert Alarm.objects.filter(kind="question-late", cleared_at=None).count() == 1


def test_a_desk_passes_on_only_what_it_has_held_itself(people: People) -> None:
    """Held notices are re-signed when passed on, so another desk must not be able to put words into them."""
    match, _ = _asked(people, "Odile")
    forged = desk_notices.words(
        NoticeKind.ANSWER, match, None, to="north-east", by="Otto O.", words="No.", confirmed=False,
        at=people.at.isoformat(),
    )  # fmt: skip
    held = desk_notices.words(NoticeKind.HELD, match, None, to="north-east", notice=forged)
    with people.sitting("Nadia") as here:
        desk_notices.send({"south-west": [held]}, code="national", by=here, at=people.at)
    with people.sitting("Otto") as here:
        for _ in range(2):
            desk_notices.tidy(by=here, at=people.at)
    [line] = matched(people, "Odile")
    assert line.confirmed is None
