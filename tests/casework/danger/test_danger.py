"""Tests that a danger to life stays open, visible to the round-the-clock desk, until a supervisor discharges it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction

from heedline.casework.danger import action_log, discharge
from heedline.casework.danger.action_log import DangerNoteKind
from heedline.casework.errors import NotHere
from heedline.casework.journey import danger_ownership, transitions
from heedline.casework.pages import danger_page
from heedline.casework.pages.danger_page import DangerFile
from heedline.casework.pages.queues import queue
from heedline.casework.setup import stewardship
from heedline.dispatch.models import Outbox
from heedline.jobs.doctor import people as doctor_people
from heedline.packs.slots import minute_of
from heedline.permits.gate import Refused
from heedline.permits.roles import Role
from heedline.reports.lifecycle import Move, NotNow
from heedline.reports.models import DangerEntry, DangerEpisode, IdentityShare, SealedHeader, Step
from tests.casework.journey.test_hand_over import epochs_of, give, opens
from tests.support import danger_scene, stories
from tests.support.cast import House, now
from tests.support.danger_scene import CALLED, DECISION, OVER, RISK, WARNED
from tests.support.scene_people import DANGER, People, logged, row
from tests.support.tracing_scene import LIFE

pytestmark = pytest.mark.django_db


@pytest.fixture
def led(leads: House, people: People) -> People:
    return people


def page(people: People, ref: UUID, name: str = "Odile") -> DangerFile:
    with people.sitting(name) as here:
        return danger_page.threat_to_life(ref, by=here, at=people.at)[1]


# --- opening ---------------------------------------------------------------------------------------------------------


def test_ticking_danger_opens_it_and_calls_a_supervisor(led: People) -> None:
    ref = danger_scene.opened(led)
    one = danger_scene.episode(ref)
    assert (one.opened_by, one.opened_at) == (led.house.officers["Odile"], led.at)
    assert one.discharged_at is None
    assert Outbox.objects.filter(letter="danger-opened", thing_id=ref).count() == 1
    danger_scene.tick(led, ref)
    assert DangerEpisode.objects.count() == 1
    assert len(logged("danger-opened", thing=ref)) == 1


def test_a_report_that_came_with_danger_is_opened_by_the_first_take(led: People) -> None:
    ref, _ = led.send(**DANGER)
    assert not DangerEpisode.objects.exists()
    led.take(ref)
    assert danger_scene.episode(ref).opened_by == led.house.officers["Odile"]


def test_a_report_without_danger_has_none(led: People) -> None:
    led.assessed()
    assert not DangerEpisode.objects.exists()


# --- the round-the-clock desk ----------------------------------------------------------------------------------------


def test_ticking_danger_addresses_it_to_the_round_the_clock_desk(led: People) -> None:
    ref = danger_scene.an_item(danger_scene.material_desk(led))
    with pytest.raises(NotHere):
        led.read(ref, "Nils")
    danger_scene.tick(led, ref)
    assert row(ref).watch == led.house.desks["national"]
    assert led.read(ref, "Nils").answers.narrative == stories.NARRATIVE
    with led.sitting("Nils") as nils:
        keys = nils
    assert opens(keys, ref) == ["note", "report"]
    national = epochs_of(led, "national")
    assert {s.epoch for s in IdentityShare.objects.filter(report_id=ref, share=1)} & national
    assert led.read(ref, "Odile").answers.narrative == stories.NARRATIVE, (
        "and its own desk opens it as before"
    )


def test_its_queue_shows_it_in_every_stage_with_its_owner(led: People) -> None:
    ref = danger_scene.opened(led)
    with led.sitting("Nadia") as nadia:
        lines = queue.queue(by=nadia, at=led.at, view=queue.QueueView()).lines
    assert [(line.ref, line.stage, line.owner) for line in lines] == [(ref, "assessed", "Odile O.")]
    assert lines[0].due_words
    assert "Odile O." in str(lines[0].watch_reason)


def test_after_the_discharge_that_desk_reads_nothing_more(led: People) -> None:
    ref = danger_scene.an_item(danger_scene.material_desk(led))
    danger_scene.tick(led, ref)
    danger_scene.add(led, ref, DangerNoteKind.RISK, RISK, "Nils")
    danger_scene.end(led, ref)
    assert row(ref).watch is None
    with pytest.raises(NotHere):
        led.read(ref, "Nils")
    with led.sitting("Nils") as nils:
        keys = nils
    assert opens(keys, ref) == []
    national = epochs_of(led, "national")
    assert not {s.epoch for s in IdentityShare.objects.filter(report_id=ref, share=1)} & national
    assert all(not set(h.epochs) & national for h in SealedHeader.objects.filter(report_id=ref))
    assert page(led, ref).before[0].notes[0].rows[0][1] == RISK["risk"]


def test_a_desk_that_watched_before_goes_on_watching(led: People) -> None:
    ref, _ = led.taken(**DANGER)  # danger reaches the round-the-clock desk from the start
    danger_scene.end(led, ref)
    assert row(ref).watch == led.house.desks["national"]


def test_its_supervisor_can_discharge_and_then_sees_it_no_more(led: People) -> None:
    ref = danger_scene.an_item(danger_scene.material_desk(led))
    danger_scene.tick(led, ref)
    danger_scene.end(led, ref, "Nadia")
    assert danger_scene.episode(ref).discharged_by == led.house.officers["Nadia"]
    with pytest.raises(NotHere):
        led.read(ref, "Nadia")
    assert page(led, ref).before[0].discharged_by == "Nadia N."


# --- the log ---------------------------------------------------------------------------------------------------------


def test_what_was_done_is_sealed_and_read_by_both_desks(led: People) -> None:
    ref = danger_scene.opened(led)
    danger_scene.add(led, ref, DangerNoteKind.CONTROL_ROOM, CALLED)
    danger_scene.add(led, ref, DangerNoteKind.WARNED, WARNED)
    danger_scene.add(led, ref, DangerNoteKind.RISK, RISK)
    danger_scene.add(led, ref, DangerNoteKind.DECISION, DECISION, "Nadia")
    now = page(led, ref, "Olga").now
    assert now is not None
    assert [(one.kind, one.by) for one in now.notes] == [
        ("control-room", "Odile O."),
        ("warned", "Odile O."),
        ("risk", "Odile O."),
        ("decision", "Nadia N."),
    ]
    assert ("Control room log number", "CR-2026-4411") in now.notes[0].rows
    assert [label for label, _ in now.notes[2].rows] == ["Interim risk", "Avoid"]
    assert [e.detail for e in logged("danger-noted", thing=ref)] == [{}, {}, {}, {}]


def test_a_text_that_is_missing_is_asked_for(led: People) -> None:
    ref = danger_scene.opened(led)
    with pytest.raises(NotNow, match="Control room log number"):
        danger_scene.add(led, ref, DangerNoteKind.CONTROL_ROOM, {**CALLED, "log_number": " "})
    with pytest.raises(NotNow, match="remove, avoid, reduce or accept"):
        danger_scene.add(led, ref, DangerNoteKind.RISK, {"risk": "High"})
    assert not DangerEntry.objects.exists()


def test_a_review_is_set_within_the_hour_with_a_reason(led: People) -> None:
    ref = danger_scene.opened(led)
    with led.sitting("Odile") as odile:
        for when, why in (
            (led.at, "Why"),
            (led.at + timedelta(minutes=62), "Why"),
            (led.at + timedelta(minutes=30), ""),
        ):
            with pytest.raises(NotNow), transaction.atomic():
                action_log.set_review(ref, when, why, by=odile, at=led.at)
        half = led.at + timedelta(minutes=30)
        action_log.set_review(ref, half, "Police are there", by=odile, at=led.at)
    assert danger_scene.episode(ref).review_at == row(ref).due_at == minute_of(half)


def test_what_was_done_sets_the_time_of_the_next_action(led: People) -> None:
    ref = danger_scene.opened(led)
    later = led.at + timedelta(minutes=5)
    with led.sitting("Nils") as nils:
        action_log.add(ref, DangerNoteKind.CONTROL_ROOM, CALLED, by=nils, at=later)
    assert row(ref).due_at == minute_of(later) + timedelta(minutes=10)
    assert (row(ref).stage, row(ref).owner) == ("acting", led.house.officers["Odile"])


# --- held ------------------------------------------------------------------------------------------------------------


def test_nothing_ends_it_but_a_discharge(led: People) -> None:
    ref = danger_scene.opened(led)
    with led.sitting("Odile") as odile:
        version = row(ref).version
        with pytest.raises(NotNow, match="confirms its discharge"):
            transitions.assess(ref, stories.VAGUE, version=version, by=odile, at=led.at)
        with pytest.raises(NotNow, match="confirms its discharge"):
            transitions.close(ref, stories.NOTHING, version=version, by=odile, at=led.at)
    fresh, _ = led.taken(**DANGER)
    with led.sitting("Odile") as odile, pytest.raises(NotNow, match="confirms its discharge"):
        transitions.release(fresh, by=odile, at=led.at)
    assert row(ref).danger_to_life
    assert row(ref).rank == 0


def test_its_page_offers_nothing_that_an_open_danger_bars(led: People) -> None:
    ref = danger_scene.opened(led)
    barred = (Move.RELEASE, Move.ASSIGN, Move.CLOSE)
    header = led.read(ref).header
    assert not any(header.may(move) for move in barred)
    assert all("Danger to life" in header.why_not(move) for move in barred)
    assert header.may(Move.HAND_OVER)
    danger_scene.end(led, ref)
    assert all(led.read(ref).header.may(move) for move in barred)


def test_a_second_person_discharges_and_work_goes_on(led: People) -> None:
    ref = danger_scene.opened(led)
    danger_scene.end(led, ref)
    report, one = row(ref), danger_scene.episode(ref)
    assert (one.discharged_by, one.acknowledged_by) == (led.house.officers["Olga"],) * 2
    assert (report.danger_to_life, report.rank, report.stage) == (False, 1, "acting")
    assert report.owner == led.house.officers["Odile"]
    assert Step.objects.filter(report=ref).latest("number").move == "discharge"
    assert OVER in page(led, ref).before[0].reason
    with led.sitting("Odile") as odile:
        transitions.close(ref, stories.NOTHING, version=row(ref).version, by=odile, at=led.at)


def test_no_officer_discharges_acknowledges_or_takes_it_back(led: People) -> None:
    ref = danger_scene.opened(led)
    for name in ("Odile", "Nils"):
        with led.sitting(name) as here:
            for ending in discharge.ENDINGS:
                with pytest.raises(Refused):
                    discharge.discharge_alone(
                        ref, ending, OVER, "It is night", version=row(ref).version, by=here, at=led.at
                    )
            with pytest.raises(Refused):
                discharge.confirm(ref, version=row(ref).version, by=here, at=led.at)
            with pytest.raises(Refused):
                discharge.acknowledge(ref, by=here, at=led.at)
            with pytest.raises(Refused):
                danger_ownership.take_over(ref, "Mine", by=here, at=led.at)
    assert len(logged("danger-discharged", thing=ref, refused=True)) == 8
    assert danger_scene.episode(ref).discharged_at is None


def test_another_desk_finds_nothing(led: People) -> None:
    ref = danger_scene.opened(led)
    with led.sitting("Otto") as otto:
        for do in (
            lambda: danger_page.threat_to_life(ref, by=otto, at=led.at),
            lambda: action_log.add(ref, DangerNoteKind.RISK, RISK, by=otto, at=led.at),
            lambda: danger_ownership.accept(ref, by=otto, at=led.at),
            lambda: discharge.ask(ref, "over", OVER, by=otto, at=led.at),
            lambda: discharge.confirm(ref, version=1, by=otto, at=led.at),
        ):
            with pytest.raises(NotHere):
                do()
        assert danger_page.open_dangers(by=otto, at=led.at) == ()


def test_a_second_danger_is_a_second_episode(led: People) -> None:
    ref = danger_scene.opened(led)
    danger_scene.end(led, ref)
    danger_scene.tick(led, ref)
    shown = page(led, ref)
    assert shown.now is not None
    assert len(shown.before) == 1
    assert row(ref).watch == led.house.desks["national"]


# --- the owner -------------------------------------------------------------------------------------------------------


def test_the_owner_hands_over_to_somebody_who_accepts(led: People) -> None:
    ref = danger_scene.opened(led)
    olga = led.house.officers["Olga"]
    with led.sitting("Odile") as odile:
        danger_ownership.offer(ref, olga.id, "I go home at six", by=odile, at=led.at)
    assert row(ref).owner == led.house.officers["Odile"], "until somebody has accepted"
    with led.sitting("Nils") as nils:
        assert [one.offered_to_me for one in danger_page.open_dangers(by=nils, at=led.at)] == [False]
        with pytest.raises(Refused):
            danger_ownership.accept(ref, by=nils, at=led.at)
    with led.sitting("Olga") as here:
        assert [one.offered_to_me for one in danger_page.open_dangers(by=here, at=led.at)] == [True]
    with led.sitting("Olga") as here:
        danger_ownership.accept(ref, by=here, at=led.at)
    assert row(ref).owner == olga
    assert danger_scene.episode(ref).offered_to is None


def test_a_hand_over_is_returned_with_a_reason(led: People) -> None:
    ref = danger_scene.opened(led)
    with led.sitting("Odile") as odile:
        danger_ownership.offer(ref, led.house.officers["Olga"].id, "", by=odile, at=led.at)
    with led.sitting("Olga") as olga:
        with pytest.raises(NotNow):
            danger_ownership.give_back(ref, "", by=olga, at=led.at)
        danger_ownership.give_back(ref, "I am leaving too", by=olga, at=led.at)
    assert row(ref).owner == led.house.officers["Odile"]
    now = page(led, ref).now
    assert now is not None
    assert [one.kind for one in now.notes] == ["offered", "returned"]


def test_it_is_not_offered_to_somebody_who_could_not_open_it(led: People) -> None:
    ref = danger_scene.opened(led)
    with led.sitting("Odile") as odile, pytest.raises(NotHere):
        danger_ownership.offer(ref, led.house.officers["Otto"].id, "", by=odile, at=led.at)


def test_a_supervisor_takes_it_from_either_desk(led: People) -> None:
    ref = danger_scene.opened(led)
    with led.sitting("Nadia") as nadia:
        danger_ownership.take_over(ref, "Its owner does not answer", by=nadia, at=led.at)
    assert row(ref).owner == led.house.officers["Nadia"]
    with led.sitting("Nadia") as nadia:
        transitions.assess(
            ref, replace(LIFE, reason="As before"), version=row(ref).version, by=nadia, at=led.at
        )


def test_a_hand_over_to_another_desk_keeps_the_danger_open(led: People) -> None:
    ref = danger_scene.opened(led)
    give(led, ref)
    assert danger_scene.episode(ref).discharged_at is None
    assert (row(ref).stage, row(ref).rank) == ("waiting", 0)
    assert page(led, ref, "Otto").now is not None
    assert page(led, ref, "Nadia").now is not None
    with led.sitting("Nadia") as nadia, pytest.raises(NotNow, match="Take the report first"):
        discharge.ask(ref, "over", OVER, by=nadia, at=led.at)
    led.take(ref, "Otto")
    danger_scene.end(led, ref, "Nadia", owner="Otto")
    assert danger_scene.episode(ref).discharged_at is not None
    assert row(ref).watch == led.house.desks["national"], "it watched this kind before"


def test_the_doctor_says_where_nobody_could_discharge_a_danger(house: House) -> None:
    """One supervisor of the round-the-clock desk suffices for all desks, but one who has left does not count."""

    def unled() -> int:
        with connection.cursor() as cursor:
            cursor.execute(doctor_people._UNLED)
            return int(cursor.fetchone()[0])

    desks, nadia = len(house.desks), house.officers["Nadia"]
    assert unled() >= desks - 1, "nobody leads anything"
    stewardship.appoint(
        house.officers["Olga"], Role.SUPERVISOR, house.desks["north-east"], hands=house.hands, at=now()
    )
    alone = unled()
    assert alone >= 1
    stewardship.appoint(nadia, Role.SUPERVISOR, house.desks["national"], hands=house.hands, at=now())
    assert unled() == 0
    type(nadia).objects.filter(pk=nadia.pk).update(is_active=False)
    assert unled() == alone
