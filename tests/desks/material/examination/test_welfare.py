"""Breaks, time with items, and what an examiner is not shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.material.examination import examining, welfare
from heedline.specialist_desks.material.examination.exposure import UNTIL_BREAK
from heedline.specialist_desks.material.examination.welfare import OnBreak
from heedline.specialist_desks.material.models import ExaminerAccount
from heedline.specialist_desks.material.queue import reading
from heedline.specialist_desks.material.rules import ItemState
from tests.support.material_scene import examined, harmless, taken, the_item
from tests.support.scene_people import People

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
