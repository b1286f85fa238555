"""Tests that a flood of matching reports opens only what is shown, and hides nothing for good."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from heedline.casework.duty import alarm_board, alarms, paging
from heedline.casework.errors import NotHere
from heedline.casework.linking import deconfliction, desk_notices, interests, own_entries, signed_notices
from heedline.casework.linking.deconfliction import Trace
from heedline.casework.search import sealed_values
from heedline.dispatch.letters import AlarmKind
from tests.support.acting import acting
from tests.support.linking_scene import compared, interest, investigator
from tests.support.scene_people import People

pytestmark = pytest.mark.django_db

FLOOD = 5
NUMBER = "01632 960455"


def flooded(people: People) -> list[UUID]:
    """Send reports that all match one entry, and return them."""
    interest(people, names="", identifiers=NUMBER)
    refs = [people.send(narrative=f"Ring {NUMBER} about it, note {n}.")[0] for n in range(FLOOD)]
    compared(people, "Odile")
    return refs


def counted(patch: pytest.MonkeyPatch, where: Any, name: str) -> list[Any]:
    """Return the list of the last arguments of all further calls of a function."""
    calls, real = list[Any](), getattr(where, name)

    def called(*given: Any) -> Any:
        calls.append(given[-1])
        return real(*given)

    patch.setattr(where, name, called)
    return calls


def test_only_the_matches_that_are_shown_are_opened(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    flooded(people)
    monkeypatch.setattr(own_entries, "SHOWN", 1, raising=False)
    monkeypatch.setattr(own_entries, "PAGE", 2, raising=False)
    opened = counted(monkeypatch, sealed_values, "opened")
    with people.sitting("Otto") as otto:
        [line] = own_entries.mine(by=otto, at=people.at)
        assert opened.count(interests.HIT) == 1
        assert (len(line.hits), line.matches, line.to_acknowledge) == (1, FLOOD, FLOOD)
        seen = set[UUID]()
        for page in (1, 2, 3):
            opened.clear()
            found = own_entries.matching_reports(line.id, page=page, by=otto, at=people.at)
            assert (found.page, found.pages, found.matches) == (page, 3, FLOOD)
            assert opened.count(interests.HIT) == len(found.lines) <= 2
            seen |= {hit.id for _, hit in found.lines}
        assert len(seen) == FLOOD
        assert own_entries.matching_reports(page=99, by=otto, at=people.at) == found
        first = line.hits[0].id
        interests.acknowledge(first, by=otto, at=people.at)
        [line] = own_entries.mine(by=otto, at=people.at)
        assert (line.hits[0].acknowledged, line.to_acknowledge) == (False, FLOOD - 1)
        assert [hit.id for _, hit in own_entries.matching_reports(page=3, by=otto, at=people.at).lines] == [
            first
        ]
        with pytest.raises(NotHere):
            own_entries.matching_reports(uuid4(), by=otto, at=people.at)
    investigator(people, "Odile")
    with people.sitting("Odile") as odile:
        assert own_entries.matching_reports(by=odile, at=people.at).lines == ()
        with pytest.raises(NotHere):
            own_entries.matching_reports(line.id, by=odile, at=people.at)


def test_only_the_signatures_of_notices_about_the_report_are_verified(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref, *_ = flooded(people)
    with people.sitting("Odile") as here:
        everything = len(desk_notices.received(by=here))
        verified = counted(monkeypatch, signed_notices, "is_genuine")
        assert deconfliction.check(ref, by=here, at=people.at).trace is Trace.CONTACT
        assert (everything, len(verified)) == (FLOOD, 1)


def test_alarms_about_the_register_do_not_bury_the_others(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    flooded(people)
    home = people.house.desks["south-west"]
    with acting("worker"):
        paging.drain(people.at)
        paging.raise_alarms(AlarmKind.NOT_COMPARED, people.at, [(home.id, None)])
    monkeypatch.setattr(alarm_board, "MOST_OF_REGISTER", 2, raising=False)
    asked = counted(monkeypatch, alarms, "cause_that_remains")
    with people.sitting("Otto") as otto:
        lines = alarm_board.open_now(by=otto, at=people.at)
    assert len(asked) == len(lines) < FLOOD
    register = [one for one in lines if one.kind == AlarmKind.INTEREST_MATCHED]
    assert [(one.page, one.more) for one in register] == [("interest-hits", 0), ("interest-hits", FLOOD - 2)]
    assert AlarmKind.NOT_COMPARED in {one.kind for one in lines}
    monkeypatch.setattr(alarm_board, "PAGE", 1)
    with people.sitting("Otto") as otto:
        pages = [alarm_board.open_page(page=page, by=otto, at=people.at) for page in range(1, 9)]
        assert {one.id for page in pages for one in page.lines} == {one.id for one in lines}
        last = pages[0].pages
        assert [page.page for page in pages] == [min(page, last) for page in range(1, 9)]
        assert alarm_board.open_line(lines[0].id, by=otto, at=people.at) is not None
        assert alarm_board.open_line(uuid4(), by=otto, at=people.at) is None
