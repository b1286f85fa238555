"""Entries of the interest register are deleted months after their end, with what they matched."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, transaction

from heedline.casework.duty import paging
from heedline.casework.linking import deconfliction, expired_entries, interests, own_entries
from heedline.casework.linking.deconfliction import Trace
from heedline.packs.rules.retention import months_after
from heedline.reports.models import Interest, InterestHit
from tests.support.acting import acting
from tests.support.linking_scene import BOY, compared, interest
from tests.support.scene_people import People, logged

pytestmark = pytest.mark.django_db


def matched(people: People, *, acknowledged: bool = True) -> tuple[UUID, UUID]:
    """An entry that has ended, and a report that matches it."""
    entry = interest(people)
    compared(people)
    ref, _ = people.send(narrative=BOY[0])
    compared(people, "Odile")
    with acting("worker"):
        paging.drain(people.at)
    with people.sitting("Otto") as here:
        if acknowledged:
            interests.acknowledge(InterestHit.objects.get().id, by=here, at=people.at)
        interests.end(entry, by=here, at=people.at)
    compared(people)
    assert not Interest.objects.get().indexed
    return entry, ref


def ended(people: People, months: int, *, days: int = 0) -> None:
    """Let every entry have ended so many months and days ago."""
    on = months_after(people.at.date(), -months) - timedelta(days=days)
    Interest.objects.update(until=on, ended_at=None)


def step(people: People, name: str = "Nadia") -> int:
    with people.sitting(name) as here:
        return expired_entries.remove_step(by=here, at=people.at)


def test_an_entry_goes_months_after_its_end_and_the_log_keeps_what_an_overseer_needs(people: People) -> None:
    entry, ref = matched(people)
    ended(people, 11, days=20)
    assert step(people) == 0
    ended(people, 12)
    assert step(people, "Otto") == 0, "the linking desk does it"
    assert step(people) == 1
    assert not Interest.objects.exists()
    assert not InterestHit.objects.exists()
    [event] = logged("interest-deleted", thing=entry)
    assert event.detail == {
        "officer": str(people.house.officers["Otto"].id),
        "registered": people.at.date().isoformat(),
        "ended": months_after(people.at.date(), -12).isoformat(),
        "matches": 1,
    }
    with people.sitting("Odile") as here:
        assert deconfliction.check(ref, by=here, at=people.at).trace is Trace.NONE, "nobody is left to ask"


def test_an_entry_stays_until_its_owner_has_acknowledged_every_match(people: People) -> None:
    matched(people, acknowledged=False)
    ended(people, 30)
    assert step(people) == 0
    with people.sitting("Otto") as here:
        [line] = own_entries.mine(by=here, at=people.at)
        assert line.ended
        assert line.delete_on < people.at.date()
        interests.acknowledge(line.hits[0].id, by=here, at=people.at)
    assert step(people) == 1


def test_many_matches_go_a_few_at_a_time(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    interest(people, names="", identifiers="01632 960455")
    for note in range(3):
        people.send(narrative=f"Ring 01632 960455 about it, note {note}.")
    compared(people, "Odile")
    InterestHit.objects.update(acknowledged_at=people.at)
    ended(people, 12)
    compared(people)
    monkeypatch.setattr(expired_entries, "HITS", 2)
    assert step(people) == 0
    assert InterestHit.objects.count() == 1
    assert step(people) == 1
    assert logged("interest-deleted")[0].detail["matches"] == 3


def test_entries_whose_matches_nobody_can_open_do_not_keep_the_others(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    unread, other = sorted(interest(people, names=name) for name in ("Kevin Tierney", "Anna Maria Example"))
    with people.sitting("Nadia"):
        InterestHit.objects.create(
            interest_id=unread,
            owner=people.house.officers["Otto"],
            home_id=Interest.objects.get(id=unread).home_id,
            on=people.at.date(),
            acknowledged_at=people.at,
            epochs=[uuid4()],
            header=b"1",
            payload=b"1",
        )
    ended(people, 12)
    monkeypatch.setattr(expired_entries, "ENTRIES", 1)
    assert sum(step(people) for _ in range(3)) == 1
    assert not Interest.objects.filter(id=other).exists()


def test_an_entry_that_has_not_ended_cannot_be_deleted(people: People) -> None:
    entry = interest(people)
    for name in ("Otto", "Nadia", "Odile"):
        with people.sitting(name), transaction.atomic():
            assert Interest.objects.filter(id=entry)._raw_delete("default") == 0
    with acting("worker"), pytest.raises(DatabaseError), transaction.atomic():
        Interest.objects.filter(id=entry)._raw_delete("default")
