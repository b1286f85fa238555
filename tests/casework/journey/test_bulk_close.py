"""Many reports closed in bulk: what is swept, what never is, what changed in between, and that undoing puts it back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from heedline.audit.models import Event
from heedline.casework.contact import messages
from heedline.casework.duty import paging
from heedline.casework.errors import Locked, NotHere
from heedline.casework.intake import settle_arrivals
from heedline.casework.journey import bulk_close, transitions
from heedline.casework.journey.closing import Closing
from heedline.casework.pages import access_history
from heedline.casework.pages.queues import bulk_preview, queue
from heedline.casework.search import values
from heedline.dispatch.models import Alarm
from heedline.index.extraction import extract
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import Message, Report, SealedPayload, Step, Sweep, Swept
from tests.support import stories
from tests.support.acting import acting
from tests.support.bulk_scene import ADVERT, DAY, SPAM, adverts, chosen, standing, swept, undo
from tests.support.cast import House, now
from tests.support.scene_people import DANGER, MINUTE, SOUTH_WEST, People, logged, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(house: House) -> People:
    return People(house, now())


def test_a_sweep_closes_each_with_one_outcome_and_the_sealed_reason(people: People) -> None:
    refs = adverts(people)
    made = swept(people, refs)
    assert (made.closed, made.left_out) == (3, {})
    for ref in refs:
        now_stands = row(ref)
        assert (now_stands.stage, now_stands.outcome, now_stands.status) == ("closed", "spam", "finished")
        assert (now_stands.due_at, now_stands.slot, now_stands.version) == (None, None, 2)
        (step,) = Step.objects.filter(report=ref)
        assert (step.move, step.from_stage, step.to_stage) == ("sweep", "waiting", "closed")
        file = people.read(ref, "Olga")
        assert dict(file.history.steps[0].words)["Reason"] == SPAM.reason
    assert not any(b"Zinnober" in bytes(p.payload) for p in SealedPayload.objects.all())


def test_the_log_has_one_event_for_each_report_and_one_for_the_sweep(people: People) -> None:
    refs = adverts(people)
    made = swept(people, refs)
    assert {event.thing_id for event in logged("report-swept")} == set(refs)
    (whole,) = logged("sweep-made", thing=made.id)
    assert whole.detail == {"closed": 3, "left_out": 0, "outcome": "spam"}
    undo(people, made)
    assert {event.thing_id for event in logged("report-unswept")} == set(refs)
    (back,) = logged("sweep-undone", thing=made.id)
    assert back.detail == {"restored": 3, "left_out": 0}
    assert "Zinnober" not in "".join(str(event.detail) for event in Event.objects.all())


def test_danger_is_never_swept_whoever_says_so(people: People) -> None:
    said, _ = people.send(narrative=ADVERT, **DANGER)
    decided, _ = people.taken(narrative=ADVERT)
    with people.sitting("Odile") as here:
        assessment = transitions.Assessment(True, "Looked at it", "high", "A threat in the second line")
        transitions.assess(decided, assessment, version=2, by=here, at=people.at)
        transitions.hand_over(decided, "national", "Theirs", version=3, by=here, at=people.at)
    looked = chosen([decided])
    with people.sitting("Nadia") as here:
        made = bulk_close.sweep("national", looked, SPAM, by=here, at=people.at)
    assert Sweep.objects.get(pk=made).left_out == {str(decided): "danger"}
    assert swept(people, [said]).left_out == {str(said): "danger"}
    assert row(said).stage == row(decided).stage == "waiting"


def test_what_was_assessed_and_given_back_is_not_swept(people: People) -> None:
    """Otherwise an officer who may not close it alone, a repeat for one, would give it back and sweep it."""
    refs = adverts(people)
    with people.sitting("Odile") as odile:
        transitions.take(refs[0], by=odile, at=people.at)
        transitions.assess(refs[0], stories.VAGUE, version=2, by=odile, at=people.at)
        transitions.release(refs[0], by=odile, at=people.at)
    assert swept(people, refs).left_out == {str(refs[0]): "held"}


def test_what_was_assessed_before_a_message_reopened_it_is_not_swept(people: People) -> None:
    """Being told of danger takes the assessment back, so its row says nothing of it any more."""
    ref, code = people.taken(narrative=ADVERT)
    with people.sitting("Odile") as here:
        transitions.assess(ref, stories.VAGUE, version=row(ref).version, by=here, at=people.at)
    people.close(ref)
    with acting("public"):
        messages.say(code, "I am not sure", message_id=uuid4(), at=people.at, danger="not_sure")
    with people.sitting("Odile") as here:
        read = messages.mark_read(ref, [Message.objects.get(report=ref).id], by=here, at=people.at)
    assert (read, row(ref).stage, row(ref).priority) == (1, "waiting", "")
    assert swept(people, [ref, *adverts(people)]).left_out == {str(ref): "held"}


@pytest.mark.parametrize("name", ["Odile", "Olga"])
def test_what_somebody_holds_is_not_swept_not_even_by_them(people: People, name: str) -> None:
    ref, _ = people.taken("Odile", narrative=ADVERT)
    assert swept(people, [ref], name).left_out == {str(ref): "held"}
    assert row(ref).stage == "taken"


def test_what_changed_since_it_was_looked_at_is_left_out_and_the_rest_is_closed(people: People) -> None:
    refs = adverts(people, 5)
    looked = chosen(refs)
    people.take(refs[0], "Olga")
    with people.sitting("Olga") as olga:
        transitions.release(refs[0], by=olga, at=people.at)
        transitions.hand_over(refs[1], "national", "Theirs", version=1, by=olga, at=people.at)
    people.take(refs[2], "Olga")
    made = swept(people, refs, chosen={**looked, uuid4(): 1})
    assert made.closed == 2
    assert made.left_out.pop(str(refs[0])) == "changed"
    assert made.left_out.pop(str(refs[1])) == "gone"
    assert made.left_out.pop(str(refs[2])) == "held"
    assert list(made.left_out.values()) == ["gone"]
    assert [row(ref).stage for ref in refs] == ["waiting", "waiting", "taken", "closed", "closed"]


def test_a_report_to_which_somebody_wrote_again_is_left_out(people: People) -> None:
    ref, code = people.send(narrative=ADVERT)
    with acting("public"):
        messages.say(code, "this is no advertisement", message_id=uuid4(), at=people.at)
    assert swept(people, [ref]).left_out == {str(ref): "message"}


def test_a_sweep_stays_inside_its_desk(people: People) -> None:
    theirs, _ = people.send(narrative=ADVERT, **SOUTH_WEST)
    looked = chosen([theirs])
    made = swept(people, [theirs])
    assert (made.closed, made.left_out) == (0, {str(theirs): "gone"})
    assert row(theirs).stage == "waiting"
    with people.sitting("Odile") as odile:
        for act in (
            lambda: bulk_close.sweep("south-west", looked, SPAM, by=odile, at=people.at),
            lambda: bulk_preview.alike("south-west", by=odile, at=people.at),
            lambda: bulk_preview.look("south-west", [theirs], by=odile, at=people.at),
        ):
            with pytest.raises(NotHere):
                act()


def test_a_sweep_is_seen_and_undone_by_its_desk_only(people: People) -> None:
    made = swept(people, adverts(people))
    with people.sitting("Otto") as otto:
        assert not Sweep.objects.exists(), "the wall hides it"
        assert not Swept.objects.exists()
        with pytest.raises(NotHere):
            bulk_close.undo(made.id, by=otto, at=people.at)
        with pytest.raises(NotHere):
            bulk_preview.made(made.id, by=otto, at=people.at)
    with people.sitting("Olga") as olga:
        assert bulk_preview.made(made.id, by=olga, at=people.at).count == 3


def test_stewards_and_authorisers_sweep_nothing(people: People) -> None:
    looked = chosen(adverts(people, 1))
    for name in ("Stella", "Ada"):
        with people.sitting(name, unlocked=False) as here, pytest.raises((NotHere, Refused)):
            bulk_close.sweep("north-east", looked, SPAM, by=here, at=people.at)


def test_with_locked_keys_nothing_is_swept(people: People) -> None:
    looked = chosen(adverts(people))
    with people.sitting("Odile", unlocked=False) as here:
        for act in (
            lambda: bulk_close.sweep("north-east", looked, SPAM, by=here, at=people.at),
            lambda: bulk_preview.alike("north-east", by=here, at=people.at),
        ):
            with pytest.raises(Locked):
                act()


@pytest.mark.parametrize("outcome", ["new-lead", "nothing-that-exists", "other-body", "no-concern-explained"])
def test_a_useful_outcome_and_one_that_needs_proof_are_none_of_a_sweep(people: People, outcome: str) -> None:
    looked = chosen(adverts(people, 1))
    with people.sitting("Odile") as here, pytest.raises(ValueError, match="not an outcome"):
        bulk_close.sweep("north-east", looked, Closing(outcome, "x", "finished"), by=here, at=people.at)


def test_more_than_twenty_are_refused_whole(people: People) -> None:
    with people.sitting("Odile") as here, pytest.raises(NotNow):
        bulk_close.sweep(
            "north-east", {uuid4(): 1 for _ in range(bulk_close.MOST + 1)}, SPAM, by=here, at=people.at
        )
    assert not Sweep.objects.exists()


def test_each_new_report_of_a_flood_is_read_once_to_compare_it(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Six hundred, each read again for each of the others, took longer than a page may."""
    refs, real, read = adverts(people, 12), extract.extract, list[bool]()

    def counted(*texts: Any, indexed: bool = True, **more: Any) -> Any:
        read.append(indexed)
        return real(*texts, indexed=indexed, **more)

    monkeypatch.setattr(values, "extract", counted)
    assert swept(people, refs).closed == 12
    assert read.count(False) <= 2 * len(refs), "to look for a name, and to compare"


# --- undoing ------------------------------------------------------------------------------------------------------------


def test_undoing_puts_each_back_where_it_stood(people: People) -> None:
    refs = adverts(people)
    people.take(refs[0])
    with people.sitting("Odile") as here:  # it now has another deadline and another status
        transitions.release(refs[0], by=here, at=people.at)
    before = {ref: standing(ref) for ref in refs}
    made = swept(people, refs)
    assert {ref: standing(ref) for ref in refs} != before
    assert undo(people, made, "Olga") == 3
    assert {ref: standing(ref) for ref in refs} == before
    moves = [step.move for step in Step.objects.filter(report=refs[1]).order_by("number")]
    assert moves == ["sweep", "undo-sweep"]
    assert not Swept.objects.exists(), "nothing is kept for undoing any more"
    with people.sitting("Odile") as here:
        lines = queue.queue(by=here, at=people.at, view=queue.QueueView(desk="north-east")).lines
    assert {line.ref for line in lines} == set(refs)


def test_a_sweep_is_undone_once(people: People) -> None:
    made = swept(people, adverts(people))
    undo(people, made)
    with pytest.raises(NotNow, match="already"):
        undo(people, made)


def test_what_somebody_touched_since_stays_as_they_left_it(people: People) -> None:
    refs = adverts(people)
    made = swept(people, refs)
    with people.sitting("Olga") as olga:
        transitions.reopen(refs[0], "This one is real", by=olga, at=people.at)
    assert undo(people, made) == 2
    assert Sweep.objects.get(pk=made.id).not_restored == {str(refs[0]): "changed"}
    assert row(refs[0]).status == "received"
    assert [s.move for s in Step.objects.filter(report=refs[0]).order_by("number")] == ["sweep", "reopen"]


def test_after_a_day_it_can_not_be_undone_and_nothing_of_the_arrival_is_left(people: People) -> None:
    refs = adverts(people)
    made = swept(people, refs)
    with pytest.raises(NotNow, match="The time"):
        undo(people, made, at=people.at + DAY)
    assert Swept.objects.count() == 3
    with acting("worker"):
        settle_arrivals.sweep(people.at)
    assert Swept.objects.count() == 3, "not before its time"
    Sweep.objects.update(until=people.at - MINUTE)
    with acting("worker"):
        settle_arrivals.sweep(people.at)
    assert not Swept.objects.exists()
    assert Report.objects.filter(slot=None).count() == 3


def test_the_page_of_a_sweep_says_what_happened(people: People) -> None:
    refs = adverts(people)
    held, _ = people.taken(narrative=ADVERT)
    made = swept(people, [*refs, held])
    with people.sitting("Odile") as here:
        page = bulk_preview.made(made.id, by=here, at=people.at)
        assert {one.ref for one in page.closed} == set(refs)
        assert [(one.ref, one.because) for one in page.left_out] == [(held, bulk_close.WHY["held"])]
        assert page.undo_until
        assert bulk_preview.to_undo("north-east", by=here, at=people.at)[0].id == made.id
        assert not bulk_preview.to_undo("north-east", by=here, at=people.at + DAY)


def test_the_history_of_a_report_names_the_sweep(people: People) -> None:
    ref, other = adverts(people, 2)
    swept(people, [ref, other])
    with people.sitting("Odile") as here:
        _, looks = access_history.history(ref, by=here, at=people.at)
    assert "report-swept" in {look.act for look in looks}


def test_a_report_that_was_late_calls_again_after_undoing(people: People) -> None:
    """Law 2: it waits again, and nobody has it."""
    ref, other = adverts(people, 2)
    due = row(ref).due_at
    assert due
    late = due + timedelta(hours=1)
    with acting("worker"):
        paging.watch_clocks(late)
    assert Alarm.objects.filter(about_id=ref, kind="overdue", acknowledged_at=None).count() == 1
    made = swept(people, [ref, other])
    assert not Alarm.objects.filter(about_id=ref, acknowledged_at=None, cleared_at=None).exists(), (
        "it calls nobody"
    )
    undo(people, made)
    with acting("worker"):
        paging.watch_clocks(late)
    (alarm,) = Alarm.objects.filter(about_id=ref, kind="overdue")
    assert (alarm.acknowledged_by, alarm.acknowledged_at, alarm.cleared_at) == (None, None, None)
