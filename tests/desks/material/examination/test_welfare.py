"""Tests for breaks, viewing time and the content hidden from an examiner."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from heedline.casework.errors import NotHere
from heedline.casework.setup import stewardship
from heedline.permits.roles import Role
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.material.evidence import capturing
from heedline.specialist_desks.material.evidence import reading as evidence
from heedline.specialist_desks.material.examination import examiner_days, examining, welfare
from heedline.specialist_desks.material.examination.exposure import BREAK, UNTIL_BREAK
from heedline.specialist_desks.material.examination.welfare import OnBreak
from heedline.specialist_desks.material.models import ExaminerAccount, ExaminerDay
from heedline.specialist_desks.material.queue import reading
from heedline.specialist_desks.material.rules import ItemState
from tests.support.acting import acting
from tests.support.material_scene import examined, harmless, taken, the_item
from tests.support.scene_people import People, logged
from tests.support.small_internet import Internet

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def test_an_examiner_is_sent_on_a_break_and_what_they_wrote_is_kept(people: People) -> None:
    ref = taken(people)
    begin = datetime.combine(people.at.date(), datetime.min.time(), UTC)  # clear of midnight
    with people.sitting("Odile") as by:
        for minute in range(UNTIL_BREAK - 1):
            reading.item(ref, by=by, at=begin + minute * MINUTE)
        with pytest.raises(OnBreak, match="break until"):
            reading.item(ref, by=by, at=begin + (UNTIL_BREAK - 1) * MINUTE)
        ends = begin + (UNTIL_BREAK - 1) * MINUTE + BREAK
        assert ExaminerAccount.objects.get().break_until == ends, "it is stored, although nothing was shown"
        late = begin + (UNTIL_BREAK + 5) * MINUTE
        with pytest.raises(OnBreak):
            reading.item(ref, by=by, at=late)
        assert reading.queue("open", 1, by=by, at=late).lines, "text and labels of the queue stay open"
    assert examined(people, ref, "Odile", harmless()) is ItemState.LAWFUL
    with people.sitting("Odile") as by:
        assert reading.item(ref, by=by, at=begin + (UNTIL_BREAK + 20) * MINUTE)


def test_an_examiner_takes_a_break_without_a_reason(people: People) -> None:
    ref = the_item(people)
    with people.sitting("Odile") as by:
        welfare.take_break(by=by, at=people.at)
        with pytest.raises(OnBreak):
            reading.item(ref, by=by, at=people.at)
        assert welfare.mine(by=by, at=people.at).break_words
    with people.sitting("Olga") as by:
        assert not ExaminerAccount.objects.exists(), "nobody else finds it, not even who leads the desk"
        assert reading.item(ref, by=by, at=people.at)


def test_an_examiner_is_not_given_what_they_opted_out_of(people: People) -> None:
    ref = the_item(people)
    with people.sitting("Otto") as by:
        examining.check(ref, [], gone=False, categories=["animals", "made-up"], by=by, at=people.at)
    with people.sitting("Odile") as by:
        welfare.opt_out(["animals", "made-up"], by=by, at=people.at)
        assert welfare.mine(by=by, at=people.at).opted_out == {"animals"}
        with pytest.raises(NotNow, match="items of this kind"):
            examining.take(ref, by=by, at=people.at)
        with pytest.raises(OnBreak):
            reading.item(ref, by=by, at=people.at)
        sealed = bytes(ExaminerAccount.objects.get().opted_out or b"")
        assert b"animals" not in sealed
        welfare.opt_out([], by=by, at=people.at)
        assert len(bytes(ExaminerAccount.objects.get().opted_out or b"")) == len(sealed)
        examining.take(ref, by=by, at=people.at)


def test_evidence_is_closed_during_a_break_too(people: People, internet: Internet, stored: None) -> None:
    ref = the_item(people)
    with people.sitting("Odile") as by:
        capturing.capture(ref, by=by, at=people.at)
        welfare.take_break(by=by, at=people.at)
        with pytest.raises(OnBreak, match="on a break"):
            evidence.open_file(ref, 1, "picture", by=by, at=people.at)
    assert not logged("material-evidence-viewed")


def test_minutes_and_severity_of_each_day_are_for_who_looks_after_examiners(people: People) -> None:
    house, severe, other = people.house, the_item(people), the_item(people, "https://songs.example/12")
    noon = datetime.combine(people.at.date(), datetime.min.time(), UTC) + timedelta(hours=12)
    with people.sitting("Otto") as by:
        examining.check(severe, [], gone=False, categories=["killing"], by=by, at=people.at)
        examining.check(other, [], gone=False, categories=["instruction"], by=by, at=people.at)
    with people.sitting("Odile") as by:
        for minute, ref in ((0, severe), (3, severe), (5, other), (5, other), (8, severe)):
            reading.item(ref, by=by, at=noon + minute * MINUTE)
        reading.item(severe, by=by, at=noon + timedelta(days=1))
    with people.sitting("Olga") as by:
        with pytest.raises(NotHere):
            examiner_days.of_all(by=by, at=people.at)
        assert not ExaminerDay.objects.exists(), "not even who leads the desk"
    assert logged("material-welfare-viewed", refused=True)
    with acting("office"):
        stewardship.appoint(house.officers["Ned"], Role.WELFARE, None, hands=house.hands, at=people.at)
    with people.sitting("Ned", unlocked=False) as by:
        found = examiner_days.of_all(by=by, at=noon + timedelta(days=1))
        assert not ExaminerAccount.objects.exists(), "nor breaks, nor what nobody wants to be shown"
    assert [(one.minutes, one.severe) for one in found.days] == [(1, 1), (9, 6)]
    assert [(one.name, one.minutes, one.severe) for one in found.totals] == [("Odile O.", 10, 7)]
    with acting("worker"):
        examiner_days.forget(noon + examiner_days.KEPT)
    with people.sitting("Odile"):
        assert ExaminerDay.objects.count() == 1, "the first day is no longer kept"
