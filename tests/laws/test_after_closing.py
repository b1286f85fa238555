"""A match that is found after a report was closed reopens it, and calls who closed it and the supervisors."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from heedline.casework.duty import alarm_kinds, alarms, paging
from heedline.casework.journey import bulk_close, transitions
from heedline.casework.linking import desk_notices
from heedline.casework.search import indexing, link_decisions, reopening
from heedline.casework.search.link_decisions import LinkVerdict
from heedline.casework.search.reopening import ClosedReport
from heedline.dispatch.models import Alarm
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import Keeping, SearchWaiting, Sweep
from tests.casework.journey.test_bulk_close import SPAM, adverts, chosen
from tests.support import keeping_scene, stories
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.linking_scene import compared
from tests.support.scene_people import SOUTH_WEST, People, quarter_hour_over, row
from tests.support.search_scene import MINUTE, indexed

pytestmark = pytest.mark.django_db

ONE = "Zoltan Quillfeather rents the lock-up at night. His number is 07700 900456."
OTHER = "Ring 07700 900456 and ask for Mr Quillfeather, who stores many boxes there."


@pytest.fixture
def people(house: House) -> People:
    return keeping_scene.with_leads(People(house, now()))


def close_again(people: People, ref: UUID, name: str = "Odile") -> None:
    if row(ref).owner_id is None:
        people.take(ref, name)
    with people.sitting(name) as here:
        version = row(ref).version
        transitions.assess_and_close(
            ref, stories.VAGUE, stories.NOTHING, version=version, by=here, at=people.at
        )


def matched_later(people: People) -> tuple[UUID, UUID]:
    """A report that was closed and compared, and one that has come since and matches it."""
    closed, _ = people.closed(narrative=ONE)
    indexed(people)
    assert row(closed).stage == "closed"
    other, _ = people.send(narrative=OTHER)
    indexed(people)
    return closed, other


def test_a_match_after_closing_reopens_and_calls_who_closed_and_the_supervisor(people: People) -> None:
    closed, other = matched_later(people)
    assert row(closed).stage == "waiting"
    assert row(other).stage == "waiting"
    assert Keeping.objects.get(report=closed).review_on is None
    with acting("worker"):
        paging.drain(people.at)
        [alarm] = Alarm.objects.filter(kind="matched-after-closing")
        called = alarm_kinds.called(alarm, 0, people.at)
    assert alarm.about_id == closed
    assert called == {people.house.officers[name].email for name in ("Odile", "Olga")}


def test_the_reporter_does_not_learn_of_it(people: People) -> None:
    """Else somebody who has named a person learns that another has reported the same one."""
    closed, _ = people.closed(narrative=ONE)
    told = row(closed).status
    people.send(narrative=OTHER)
    indexed(people)
    assert (row(closed).stage, row(closed).status) == ("waiting", told)


def test_the_alarm_stays_until_an_officer_has_decided(people: People) -> None:
    closed, other = matched_later(people)
    with acting("worker"):
        paging.drain(people.at)
    alarm = Alarm.objects.get(kind="matched-after-closing")
    with people.sitting("Olga") as olga, pytest.raises(NotNow, match="decide about the match"):
        alarms.clear(alarm.id, "put-right", by=olga, at=people.at)
    with pytest.raises(Refused, match="Decide under Seen before"):
        close_again(people, closed)
    with people.sitting("Odile") as here:
        why = "Two tenants have used this number."
        link_decisions.decide(closed, other, LinkVerdict.NOT_SAME, why, by=here, at=people.at)
        version = row(closed).version
        transitions.assess_and_close(
            closed, stories.VAGUE, stories.NOTHING, version=version, by=here, at=people.at
        )
    alarm.refresh_from_db()
    assert alarm.cleared_at is not None
    indexed(people)
    assert row(closed).stage == "closed", "what was decided does not come back"


def test_a_report_that_was_not_compared_when_it_was_closed_comes_back(people: People) -> None:
    """Nothing is indexed yet when the second report is closed, and the first is older than the running quarter hour."""
    people.send(narrative=ONE)
    quarter_hour_over(people.at)
    closed, _ = people.closed(narrative=OTHER)
    assert row(closed).stage == "closed"
    indexed(people)
    assert row(closed).stage == "waiting"


def test_a_match_that_a_supervisor_knew_of_does_not_come_back(people: People) -> None:
    people.send(narrative=ONE)
    indexed(people)
    closed, _ = people.closed("Olga", narrative=OTHER)
    indexed(people)
    assert row(closed).stage == "closed"
    people.send(narrative=ONE + " He drives a grey van.")
    indexed(people)
    assert row(closed).stage == "waiting", "a further match does"


def test_a_match_at_another_desk_reopens_once(people: People) -> None:
    closed, _ = people.closed(narrative=ONE)
    compared(people, "Odile", "Otto")
    people.send(narrative=OTHER, **SOUTH_WEST)
    compared(people, "Otto")
    at = people.at + 51 * MINUTE

    def tidy() -> None:
        desk_notices._verified.clear()  # another process
        with people.sitting("Odile") as here:
            desk_notices.tidy(by=here, at=at)

    tidy()
    assert row(closed).stage == "waiting"
    shown = "".join(str(step.words) for step in people.read(closed).history.steps)
    assert "a report of another desk" in shown
    with pytest.raises(Refused, match="Ask that desk under Other desks"):
        close_again(people, closed)
    people.passed_on(closed, "Odile", "Olga")
    close_again(people, closed, "Olga")
    tidy()
    assert row(closed).stage == "closed"


def test_a_match_that_was_sent_before_the_day_of_closing_is_not_opened_again(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every process verifies all notices, and each merging of their rows does: closed reports must not cost them time."""
    ref, _ = people.send(narrative=ONE)
    compared(people, "Odile", "Otto")
    people.send(narrative=OTHER, **SOUTH_WEST)
    compared(people, "Otto")
    # What is sent in the last quarter hour of a day counts as of the next.
    later = people.at + timedelta(days=2)
    with people.sitting("Olga") as here:
        transitions.take(ref, by=here, at=later)
        transitions.assess_and_close(
            ref, stories.VAGUE, stories.NOTHING, version=row(ref).version, by=here, at=later
        )
        opened: list[UUID] = []
        monkeypatch.setattr(reopening, "bring_back", lambda ref, *_, **__: opened.append(ref))
        desk_notices._verified.clear()  # another process
        desk_notices.tidy(by=here, at=later)
    assert opened == []
    assert row(ref).stage == "closed"


def test_reports_that_are_closed_in_bulk_do_not_bring_each_other_back(people: People) -> None:
    refs = adverts(people)
    with people.sitting("Odile") as here:
        bulk_close.sweep("north-east", chosen(refs), SPAM, by=here, at=people.at)
    indexed(people)
    assert {row(ref).stage for ref in refs} == {"closed"}
    people.send(narrative=ONE + " He sells at www.watches.example too.")
    indexed(people)
    assert {row(ref).stage for ref in refs} == {"waiting"}, "another report with their address does"


def test_a_match_at_another_desk_reopens_what_was_closed_in_bulk(people: People) -> None:
    refs = adverts(people)
    with people.sitting("Odile") as here:
        bulk_close.sweep("north-east", chosen(refs), SPAM, by=here, at=people.at)
    compared(people, "Odile", "Otto")
    assert {row(ref).stage for ref in refs} == {"closed"}
    people.send(narrative=ONE + " He sells at www.watches.example too.", **SOUTH_WEST)
    compared(people, "Otto")
    with people.sitting("Odile") as here:
        desk_notices.tidy(by=here, at=people.at + 51 * MINUTE)
    assert {row(ref).stage for ref in refs} == {"waiting"}
    with acting("worker"):
        paging.drain(people.at)
        alarm = Alarm.objects.filter(kind="matched-after-closing")[0]
        called = alarm_kinds.called(alarm, 0, people.at)
    assert called == {people.house.officers[name].email for name in ("Odile", "Olga")}
    with people.sitting("Odile") as here:
        made = bulk_close.sweep("north-east", chosen(refs), SPAM, by=here, at=people.at)
    assert Sweep.objects.get(pk=made).closed == 0
    assert {row(ref).stage for ref in refs} == {"waiting"}


def test_a_match_is_not_lost_while_a_colleague_is_changing_the_report(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed, _ = people.closed(narrative=ONE)
    indexed(people)
    other, _ = people.send(narrative=OTHER)
    quarter_hour_over(people.at)
    desk = people.house.desks["north-east"].id
    at = people.at + 45 * MINUTE
    with people.sitting("Odile") as here:
        with monkeypatch.context() as patched:
            patched.setattr(reopening, "bring_back", lambda *_, **__: ClosedReport.BUSY)
            indexing.index_batch(desk, by=here, at=at)
        assert SearchWaiting.objects.filter(report=other).exists()
        indexing.index_batch(desk, by=here, at=at)
    assert row(closed).stage == "waiting"
