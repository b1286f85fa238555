"""Tests for the verbs on a report: what each does, who is refused, and what the log and the outbox then contain."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.checks import recording
from heedline.casework.contact import messages
from heedline.casework.errors import Changed, Conflict, Locked, NotHere
from heedline.casework.journey import transitions
from heedline.casework.journey.closing import Closing
from heedline.casework.journey.transitions import Assessment
from heedline.casework.report import sealing
from heedline.dispatch.clocks import minute_of, slot_of
from heedline.dispatch.models import Outbox
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import Keeping, Message, Receipt, Report, SealedHeader, Step
from tests.support import check_scene, stories
from tests.support.acting import acting
from tests.support.scene_people import DANGER, ELSEWHERE, MINUTE, NORTH_EAST, SOUTH_WEST, People, logged, row

pytestmark = pytest.mark.django_db
URGENT = Assessment(danger_to_life=True, done_what="Bought acetone twice", priority="high", reason="Amounts")


# --- submit ------------------------------------------------------------------------------------------------------------


def test_a_report_waits_at_the_desk_of_its_place_with_a_deadline_and_a_letter(people: People) -> None:
    ref, _ = people.send()
    report = row(ref)
    assert report.desk == people.house.desks["north-east"]
    assert report.watch == people.house.desks["national"]
    assert (report.stage, report.owner_id, report.version) == ("waiting", None, 1)
    assert report.slot is not None
    assert report.due_at is not None
    assert report.slot == slot_of(report.slot)
    assert report.due_at > report.slot
    (letter,) = Outbox.objects.filter(thing_id=ref)
    assert (letter.letter, letter.desk, letter.slot) == ("report-arrived", report.desk_id, report.slot)


def test_places_lead_to_desks_and_an_unknown_place_to_the_desk_that_never_closes(people: People) -> None:
    for told, desk in (
        (NORTH_EAST, "north-east"),
        (SOUTH_WEST, "south-west"),
        (ELSEWHERE, "national"),
        ({}, "national"),
    ):
        ref, _ = stories.a_report(at=people.at, **told)
        assert row(ref).desk == people.house.desks[desk]


def test_danger_comes_first_in_the_queue(people: People) -> None:
    calm, _ = people.send()
    urgent, _ = people.send(**DANGER)
    assert row(urgent).rank == 0 < row(calm).rank
    deadlines = row(urgent).due_at, row(calm).due_at
    assert deadlines[0] is not None
    assert deadlines[1] is not None
    assert deadlines[0] < deadlines[1]


def test_sending_twice_sends_once(people: People) -> None:
    new = stories.new_report(**NORTH_EAST)
    first = stories.send(new, at=people.at)
    again = stories.send(new, at=people.at + MINUTE)
    assert (first.again, again.again) == (False, True)
    assert Report.objects.count() == Receipt.objects.count() == 1
    assert SealedHeader.objects.filter(part="report").count() == 1
    assert Outbox.objects.count() == 1


def test_the_same_id_with_another_body_is_a_conflict_and_changes_nothing(people: People) -> None:
    new = stories.new_report(**NORTH_EAST)
    stories.send(new, at=people.at)
    other = stories.new_report(narrative="Something else altogether happened there.", **NORTH_EAST)
    forged = sealing.NewReport(new.report_id, new.code, "api", other.record, other.question_set, "en")
    with pytest.raises(Conflict):
        stories.send(forged, at=people.at)
    assert Report.objects.count() == 1
    assert people.read(new.report_id).answers.narrative == stories.NARRATIVE


def test_the_same_id_under_another_code_is_a_conflict(people: People) -> None:
    """Somebody who guesses an id must not learn whether their body equals the stored one."""
    new = stories.new_report(**NORTH_EAST)
    stories.send(new, at=people.at)
    thief = stories.new_report(**NORTH_EAST)
    with pytest.raises(Conflict):
        stories.send(
            sealing.NewReport(new.report_id, thief.code, "api", new.record, new.question_set, "en"),
            at=people.at,
        )


# --- take, release, leases -----------------------------------------------------------------------------------------------


def test_taking_claims_the_report_and_keeps_only_the_day_of_its_arrival(people: People) -> None:
    ref, _ = people.taken()
    report = row(ref)
    assert report.stage == "taken"
    assert report.owner == people.house.officers["Odile"]
    assert report.lease_until == people.at + timedelta(minutes=20)
    assert report.slot is None
    assert report.received_on == people.at.date()
    assert [e.actor for e in logged("report-taken", thing=ref)] == [people.house.officers["Odile"].id]
    assert Step.objects.get(report=ref).move == "take"


def test_a_colleague_cannot_take_work_on_or_give_away_what_is_held(people: People) -> None:
    ref, _ = people.taken()
    version = row(ref).version
    with people.sitting("Olga") as olga:
        for verb in (
            lambda: transitions.take(ref, by=olga, at=people.at),
            lambda: transitions.release(ref, by=olga, at=people.at),
            lambda: transitions.assess(ref, stories.VAGUE, version=version, by=olga, at=people.at),
            lambda: messages.ask(ref, "When?", version=version, by=olga, at=people.at),
            lambda: transitions.hand_over(ref, "south-west", "why", version=version, by=olga, at=people.at),
        ):
            with pytest.raises(Refused):
                verb()
    assert row(ref).version == version
    assert row(ref).owner == people.house.officers["Odile"]
    assert Step.objects.filter(report=ref).count() == 1


def test_who_is_too_late_to_take_is_told_who_took_it_and_when(people: People) -> None:
    ref, _ = people.taken()
    local = people.at.astimezone(office_zone())
    with people.sitting("Olga") as olga:
        with pytest.raises(Refused) as late:
            transitions.take(ref, by=olga, at=people.at + MINUTE)
        assert late.value.reason == (
            f"Odile O. took this report at {local:%H:%M}. A supervisor can make you its owner."
        )
        with pytest.raises(Refused, match=rf"took this report at {local:%H:%M on %-d %B}\."):
            transitions.take(ref, by=olga, at=people.at + timedelta(days=1))
    with people.sitting("Odile") as odile, pytest.raises(NotNow):
        transitions.take(ref, by=odile, at=people.at + MINUTE)
    assert [e.actor for e in logged("report-taken", thing=ref, refused=True)] == [
        people.house.officers["Olga"].id
    ] * 2


def test_a_lapsed_lease_changes_neither_the_owner_nor_the_clock(people: People) -> None:
    ref, _ = people.taken()
    before, end = row(ref), row(ref).lease_until
    assert end is not None
    for at in (end - timedelta(seconds=1), end, end + timedelta(days=1)):
        with pytest.raises(Refused):
            people.take(ref, "Olga", at=at)
    after = row(ref)
    assert (after.owner, after.due_at, after.version) == (before.owner, before.due_at, before.version)
    with people.sitting("Olga") as olga, pytest.raises(Refused):
        transitions.release(ref, by=olga, at=end)


def test_a_colleague_writes_once_the_lease_has_lapsed_and_owns_nothing_by_it(people: People) -> None:
    ref, _ = people.taken()
    end, due = row(ref).lease_until, row(ref).due_at
    assert end is not None
    with people.sitting("Olga") as olga:
        with pytest.raises(Refused, match="editing"):
            transitions.assess(ref, URGENT, version=2, by=olga, at=end - timedelta(seconds=1))
        transitions.assess(ref, URGENT, version=2, by=olga, at=end)
    report = row(ref)
    assert (report.stage, report.owner) == ("assessed", people.house.officers["Odile"])
    assert report.lease_by == people.house.officers["Olga"]
    assert report.due_at is not None
    assert due is not None
    assert report.due_at < due, "danger that a colleague finds shortens the owner's clock"
    with people.sitting("Odile") as odile, pytest.raises(Refused, match="editing"):
        transitions.assess(ref, URGENT, version=3, by=odile, at=end)


def test_releasing_and_taking_again_keeps_the_time_of_the_next_action(people: People) -> None:
    """Otherwise, a report could be parked with a later deadline by releasing and retaking it."""
    ref, _ = people.assessed()
    due = row(ref).due_at
    for minutes, name in ((10, "Odile"), (20, "Olga")):
        at = people.at + timedelta(minutes=minutes)
        with people.sitting(name) as here:
            transitions.release(ref, by=here, at=at)
        assert (row(ref).stage, row(ref).owner, row(ref).due_at) == ("waiting", None, due)
        people.take(ref, "Olga", at=at)
        with people.sitting("Olga") as olga:
            transitions.assess(ref, stories.VAGUE, version=row(ref).version, by=olga, at=at)
        assert row(ref).due_at == due, "nor does assessing it again put anything off"


def test_a_check_and_a_review_set_a_new_time_and_seal_the_reason(people: People) -> None:
    ref, _ = people.taken()
    later = people.at + timedelta(minutes=30)
    review = later + timedelta(days=2)
    with people.sitting("Odile") as odile:
        results = [check_scene.one(people, text="The number 07700 900123: not known to the operator")]
        said = {"who": "Odile, with the operator", "version": 2}
        recording.record_results(ref, results, **said, by=odile, at=later)
        assert row(ref).due_at == minute_of(later) + timedelta(hours=8)
        transitions.set_review(ref, review, "The letter is on its way", version=3, by=odile, at=later)
        with pytest.raises(NotNow, match="later than"):
            transitions.set_review(ref, later + timedelta(days=15), "why", version=4, by=odile, at=later)
    assert row(ref).due_at == minute_of(review)
    assert logged("report-checked", thing=ref)
    assert logged("review-set", thing=ref)
    words = [step.words for step in people.read(ref).history.steps[:2]]
    assert words == [
        (("Reason", "The letter is on its way"),),
        (
            (
                "National police records: The report itself",
                "No trace. The number 07700 900123: not known to the operator",
            ),
            ("Checked by", "Odile, with the operator"),
        ),
    ]
    assert [step.codes for step in Step.objects.filter(report=ref, move__in=("check", "review"))] == [{}, {}]


# --- assess, close, reopen -----------------------------------------------------------------------------------------------


def test_assessing_ranks_the_report_and_seals_the_words(people: People) -> None:
    ref, _ = people.taken()
    with people.sitting("Odile") as odile:
        transitions.assess(ref, URGENT, version=row(ref).version, by=odile, at=people.at)
    report = row(ref)
    assert (report.stage, report.priority, report.danger_to_life, report.rank) == (
        "assessed",
        "high",
        True,
        0,
    )
    step = Step.objects.get(report=ref, move="assess")
    assert step.codes == {"priority": "high", "danger": True}
    assert SealedHeader.objects.get(container=step.note).part == "note"
    said = dict(people.read(ref).history.steps[0].words)
    assert said == {"Behaviour reported": "Bought acetone twice", "Reason": "Amounts"}


def test_the_short_way_assesses_and_closes_in_one_post(people: People) -> None:
    ref, _ = people.closed()
    report = row(ref)
    assert (report.stage, report.outcome, report.status) == ("closed", "insufficient", "finished")
    assert (report.owner_id, report.lease_until, report.due_at) == (None, None, None)
    assert [s.move for s in Step.objects.filter(report=ref).order_by("number")] == ["take", "assess", "close"]
    assert logged("report-assessed", thing=ref)
    assert logged("report-closed", thing=ref)[0].detail == {"outcome": "insufficient"}


def test_nothing_closes_without_an_assessment(people: People) -> None:
    ref, _ = people.taken()
    with people.sitting("Odile") as odile, pytest.raises(NotNow):
        transitions.close(ref, stories.NOTHING, version=row(ref).version, by=odile, at=people.at)
    assert row(ref).stage == "taken"


@pytest.mark.parametrize(
    "closing", [Closing("made-up", "why", "finished"), Closing("insufficient", "why", "made-up")]
)
def test_outcomes_and_statuses_are_the_packs(people: People, closing: Closing) -> None:
    ref, _ = people.assessed()
    with people.sitting("Odile") as odile, pytest.raises(ValueError, match="pack"):
        transitions.close(ref, closing, version=row(ref).version, by=odile, at=people.at)
    assert row(ref).stage == "assessed"


def test_a_closed_report_reopens_with_a_new_deadline_and_can_be_worked_again(people: People) -> None:
    ref, _ = people.closed()
    with people.sitting("Olga") as olga:
        transitions.reopen(ref, "New facts", by=olga, at=people.at)
    report = row(ref)
    assert (report.stage, report.status, report.owner_id) == ("waiting", "received", None)
    assert report.due_at is not None
    assert report.due_at > people.at
    assert logged("report-reopened", thing=ref)
    assert Outbox.objects.filter(letter="report-reopened", thing_id=ref).count() == 1
    people.take(ref, "Olga")
    assert people.read(ref, "Olga").history.steps[1].words == (("Reason", "New facts"),)


# --- versions, locks, strangers ------------------------------------------------------------------------------------------


def test_who_saves_from_an_old_page_is_told_who_was_first(people: People) -> None:
    ref, _ = people.assessed()
    with people.sitting("Odile") as odile:
        seen = row(ref).version
        messages.ask(ref, "When?", version=seen, by=odile, at=people.at)
        with pytest.raises(Changed) as caught:
            transitions.close(ref, stories.NOTHING, version=seen, by=odile, at=people.at)
    assert "Odile O." in caught.value.theirs
    assert row(ref).stage == "acting"


def test_words_need_unlocked_keys(people: People) -> None:
    ref, _ = people.send()
    with people.sitting("Odile", unlocked=False) as odile:
        transitions.take(ref, by=odile, at=people.at)
        with pytest.raises(Locked):
            transitions.assess(ref, stories.VAGUE, version=row(ref).version, by=odile, at=people.at)
    assert row(ref).stage == "taken"
    assert not SealedHeader.objects.filter(part="note").exists()


VERBS: dict[str, Callable[[UUID, Attendance, People], None]] = {
    "report-taken": lambda ref, by, p: transitions.take(ref, by=by, at=p.at),
    "report-released": lambda ref, by, p: transitions.release(ref, by=by, at=p.at),
    "report-assessed": lambda ref, by, p: transitions.assess(ref, stories.VAGUE, version=2, by=by, at=p.at),
    "report-closed": lambda ref, by, p: transitions.close(ref, stories.NOTHING, version=2, by=by, at=p.at),
    "report-handed-over": lambda ref, by, p: transitions.hand_over(
        ref, "national", "why", version=2, by=by, at=p.at
    ),
    "report-reopened": lambda ref, by, p: transitions.reopen(ref, "why", by=by, at=p.at),
    "messages-read": lambda ref, by, p: messages.mark_read(ref, [uuid4()], by=by, at=p.at),
    "reporter-asked": lambda ref, by, p: messages.ask(ref, "When?", version=2, by=by, at=p.at),
}


@pytest.mark.parametrize("name", ["Otto", "Ada", "Stella", "Ned"])
def test_what_is_not_theirs_is_not_there_and_the_try_is_logged(people: People, name: str) -> None:
    """Another desk's report and one that does not exist get the same answer, and each attempt is logged."""
    ref, _ = people.taken()
    before = row(ref)
    for act, verb in VERBS.items():
        with people.sitting(name, unlocked=name != "Ned") as here:
            for target in (ref, uuid4()):
                with pytest.raises(NotHere) as caught:
                    verb(target, here, people)
                assert str(caught.value) == ""
        marks = logged(act, refused=True)
        assert [(m.actor, m.thing, m.thing_id) for m in marks] == [
            (people.house.officers[name].id, "report", None)
        ] * 2
    assert row(ref).version == before.version


def test_a_refusal_is_logged_in_a_transaction_of_its_own(people: People) -> None:
    ref, _ = people.taken()
    with people.sitting("Olga") as olga, pytest.raises(Refused):
        transitions.take(ref, by=olga, at=people.at)
    (mark,) = logged("report-taken", thing=ref, refused=True)
    assert mark.actor == people.house.officers["Olga"].id


def test_a_reporters_message_after_closing_puts_the_report_back_into_the_queue(people: People) -> None:
    ref, code = people.closed()
    with acting("public"):
        messages.say(code, "I remember the number plate now", message_id=uuid4(), at=people.at)
    report = row(ref)
    assert (report.stage, report.status, report.unread) == ("waiting", "received", 1)
    assert report.due_at is not None
    step = Step.objects.get(report=ref, move="reopen")
    assert (step.by, step.at, step.codes) == (None, None, {"because": "reporter-wrote"})
    assert Message.objects.get(report=ref).from_us is False
    clocks = Keeping.objects.get(report=ref)
    assert (clocks.review_on, clocks.identity_until) == (None, None), (
        "nothing is kept by the day it was closed"
    )
    people.take(ref, "Olga")
    assert [m.text for m in people.read(ref, "Olga").messages.lines] == ["I remember the number plate now"]
