"""Keep: clocks from the pack, who sent it sooner than the rest, reviews with reasons, holds."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction

from heedline.audit.models import Event
from heedline.casework.contact import source_guard
from heedline.casework.errors import NotHere
from heedline.casework.identity import requests as identity_requests
from heedline.casework.identity.requests import IdentityApplication
from heedline.casework.journey import transitions
from heedline.casework.keys.directory import addressee
from heedline.casework.pages import case_file
from heedline.casework.report import restrictions
from heedline.casework.retention import clock as retention_clock
from heedline.casework.retention import keeping
from heedline.casework.retention import reading as retention_reading
from heedline.dispatch.models import Alarm
from heedline.packs import load_pack
from heedline.packs.rules.retention import months_after
from heedline.permits import functions
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import (
    Hold,
    IdentityShare,
    Keeping,
    Review,
    SealedHeader,
    SealedPayload,
)
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.keeping_scene import DAY, WHY, keep, later, proposed
from tests.support.scene_people import NAMED, People, logged, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(leads: House) -> People:
    return People(leads, now())


# --- clocks ----------------------------------------------------------------------------------------------------------


def test_closing_starts_the_clocks_of_the_group_that_the_outcome_begins_in(people: People) -> None:
    ref, _ = people.closed()
    clock, group = Keeping.objects.get(report=ref), load_pack(settings.PACK).retention.groups["no-purpose"]
    assert clock.group == "no-purpose", "“insufficient” showed no policing purpose"
    assert clock.review_on == months_after(people.at.date(), group.review)
    assert clock.identity_until == months_after(people.at.date(), group.identity)
    assert clock.identity_until < clock.review_on, "who sent it goes sooner than what was said"


def test_opening_it_again_stops_them_and_closing_it_starts_them_anew(people: People) -> None:
    ref, _ = people.closed()
    with people.sitting("Odile") as odile:
        transitions.reopen(ref, "new facts", by=odile, at=people.at)
    assert Keeping.objects.get(report=ref).review_on is None
    with acting("worker"):
        retention_clock.end_identities(people.at + 4000 * DAY)
    assert SealedHeader.objects.filter(report_id=ref, part="identity").exists()


def test_the_pack_is_whole_and_says_where_it_comes_from() -> None:
    pack = load_pack(settings.PACK)
    found = pack.retention
    assert found.source
    assert found.as_of
    for code, outcome in pack.outcomes.items():
        assert found.group_of(code, useful=outcome.useful).code in found.groups
    for group in found.groups.values():
        assert group.identity <= group.review
    neither = found.answers["neither"]
    assert not neither.says_found
    assert "neither confirm nor deny" in neither.words


# --- who sent it goes sooner -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("told", [{}, NAMED])
def test_who_sent_it_goes_at_its_own_time_whether_there_was_a_name_or_not(
    people: People, told: dict[str, Any]
) -> None:
    ref, _ = people.closed(**told)
    with acting("worker"):
        assert retention_clock.end_identities(people.at) == 0
    later(93)
    with acting("worker"):
        assert retention_clock.end_identities(people.at) == 1
        assert retention_clock.end_identities(people.at) == 0
    parts = dict(SealedHeader.objects.filter(report_id=ref).values_list("part", "container"))
    assert "identity" not in parts
    assert "report" in parts
    assert not IdentityShare.objects.filter(report_id=ref).exists()
    assert (
        SealedPayload.objects.filter(report_id=ref).count()
        == SealedHeader.objects.filter(report_id=ref).count()
    )
    assert Keeping.objects.get(report=ref).identity_gone_on is not None
    assert [event.desk for event in logged("identity-disposed", thing=ref)] == [
        people.house.desks["north-east"].id
    ]
    assert people.read(ref).answers.narrative, "the report itself still opens"


def test_afterwards_the_report_still_works(people: People) -> None:
    """Opened again, taken, handed over: without a half key, since there is none any more."""
    ref, _ = people.closed(**NAMED)
    later(93)
    with acting("worker"):
        retention_clock.end_identities(people.at)
    with people.sitting("Odile") as odile:
        transitions.reopen(ref, "new facts", by=odile, at=people.at)
        transitions.take(ref, by=odile, at=people.at)
        with pytest.raises(NotNow, match="it has been disposed of"):
            identity_requests.ask(
                ref, IdentityApplication("life", "needed", "no other way", 30), by=odile, at=people.at
            )
        transitions.hand_over(ref, "south-west", "theirs", version=row(ref).version, by=odile, at=people.at)
    assert people.read(ref, "Otto").answers.narrative


def test_nobody_hands_over_without_the_half_while_there_is_one(people: People) -> None:
    ref, _ = people.taken()
    report, desks = row(ref), people.house.desks
    assert report.due_at is not None
    with people.sitting("Odile"), transaction.atomic():
        to = addressee("south-west", people.at.date())
        assert to is not None
        parts = SealedHeader.objects.filter(report_id=ref).exclude(part="identity")
        new = [(one.container, bytes(one.header), bytes(one.header)) for one in parts]
        assert new
        whole = (ref, desks["south-west"].id, report.due_at, report.version, desks["north-east"].id, to.epoch)
        assert not functions.hand_over(*whole, None, new), "the caller undoes it"
        transaction.set_rollback(True)


def test_a_hold_holds_who_sent_it_too(people: People) -> None:
    ref, _ = people.closed(**NAMED)
    with people.sitting("Odile") as odile:
        keeping.hold(ref, "disclosure", "R v Somebody", by=odile, at=people.at)
    later(400)
    with acting("worker"):
        assert retention_clock.end_identities(people.at) == 0


# --- reviews ---------------------------------------------------------------------------------------------------------


def test_the_queue_has_what_is_due_at_the_desks_that_they_lead(people: People) -> None:
    ref, _ = people.closed()
    with people.sitting("Olga") as olga:
        assert retention_reading.queue(by=olga, at=people.at).due == ()
    later(200)
    with people.sitting("Olga") as olga:
        (line,) = retention_reading.queue(by=olga, at=people.at).due
        assert (line.ref, line.overdue, line.held) == (ref, True, False)
    with people.sitting("Nadia") as nadia:
        assert retention_reading.queue(by=nadia, at=people.at).due == ()
    with people.sitting("Odile") as odile, pytest.raises(Refused):
        retention_reading.queue(by=odile, at=people.at)


def test_keeping_needs_a_reason_and_sets_the_next_date(people: People) -> None:
    ref, _ = people.closed()
    keep(people, ref)
    review, clock = Review.objects.get(report=ref), Keeping.objects.get(report=ref)
    assert (review.reason, clock.group) == ("links", "group-4")
    assert clock.review_on == review.next_on == months_after(people.at.date(), 36)
    (event,) = logged("kept-longer", thing=ref)
    assert event.detail == {"group": "group-4", "reason": "links", "next": review.next_on.isoformat()}
    assert "Zinnober" not in json.dumps([e.detail for e in Event.objects.all()]), "the words are sealed"
    with pytest.raises(ValueError, match="no such reason"):
        keep(people, ref, reason="because")
    for sooner in (people.at.date(), people.at.date() + 4000 * DAY):
        with pytest.raises(NotNow, match="after today and no later"):
            keep(people, ref, sooner=sooner)


def test_only_who_leads_the_desk_decides_to_keep(people: People) -> None:
    ref, _ = people.closed()
    for name, error in (("Odile", Refused), ("Nadia", Refused), ("Otto", NotHere)):
        with pytest.raises(error):
            keep(people, ref, name)
    assert logged("kept-longer", refused=True)


def test_late_reviews_raise_one_alarm_a_desk_and_held_reports_none(people: People) -> None:
    first, _ = people.closed()
    second, _ = people.closed()
    later(300)
    with acting("worker"):
        retention_clock.watch(people.at)
        retention_clock.watch(people.at)
    assert [one.kind for one in Alarm.objects.all()] == ["review-late"]
    Alarm.objects.all().delete()
    for ref in (first, second):
        with people.sitting("Odile") as odile:
            keeping.hold(ref, "inquiry", "", by=odile, at=people.at)
    with acting("worker"):
        retention_clock.watch(people.at)
    assert not Alarm.objects.exists()


# --- holds -----------------------------------------------------------------------------------------------------------


def test_what_is_held_is_not_disposed_of_until_a_supervisor_releases_it(people: People) -> None:
    ref, ident = proposed(people)
    with people.sitting("Odile") as odile:
        keeping.hold(ref, "inquiry", WHY, by=odile, at=people.at)
        keeping.hold(ref, "inquiry", WHY, by=odile, at=people.at)
    hold = Hold.objects.get(report=ref)
    with people.sitting("Olga") as olga, pytest.raises(NotNow, match="held"):
        keeping.decide(ident, dispose=True, by=olga, at=people.at)
    with people.sitting("Odile") as odile, pytest.raises(Refused):
        keeping.release(ref, hold.id, "over", by=odile, at=people.at)
    with people.sitting("Olga") as olga:
        keeping.release(ref, hold.id, "The inquiry has ended", by=olga, at=people.at)
        with pytest.raises(NotNow, match="already"):
            keeping.release(ref, hold.id, "again", by=olga, at=people.at)
        assert keeping.decide(ident, dispose=True, by=olga, at=people.at)
    assert [len(logged(act)) for act in ("hold-placed", "hold-released")] == [1, 1]


def test_restricted_means_kept_and_not_passed_on(people: People) -> None:
    ref, _ = people.assessed()
    with people.sitting("Odile") as odile:
        keeping.hold(ref, "restriction", "Accuracy disputed", by=odile, at=people.at)
        shown = case_file.case_file(ref, by=odile, at=people.at)
        assert shown.header.restricted
        (line,) = (one for one in shown.header.moves if one.move == "hand-over")
        assert (line.allowed, line.reason) == (False, restrictions.RESTRICTED)
        with pytest.raises(NotNow, match="restricted"):
            transitions.hand_over(ref, "south-west", "why", version=row(ref).version, by=odile, at=people.at)
        with pytest.raises(NotNow, match="restricted"):
            source_guard.refer(ref, "why", version=row(ref).version, by=odile, at=people.at)
    with people.sitting("Olga") as olga:
        keeping.release(ref, Hold.objects.get(report=ref).id, "Settled", by=olga, at=people.at)
    with people.sitting("Odile") as odile:
        assert not case_file.case_file(ref, by=odile, at=people.at).header.restricted
        keeping.hold(
            ref, "litigation", "Another matter", by=odile, at=people.at
        )  # a hold that restricts nothing
        assert not case_file.case_file(ref, by=odile, at=people.at).header.restricted
        transitions.hand_over(ref, "south-west", "why", version=row(ref).version, by=odile, at=people.at)
