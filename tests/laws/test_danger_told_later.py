"""Danger that is told after a report arrived pages like a first report: whoever owns the report, closed or not."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from heedline.audit.models import Event
from heedline.casework.contact import messages
from heedline.casework.danger.opening import CONFIRM, TOLD
from heedline.casework.dissemination import lines as dissemination_lines
from heedline.casework.dissemination import outgoing, partner_inbox
from heedline.casework.duty import paging
from heedline.casework.intake import settle_arrivals
from heedline.casework.journey import call_outcomes, closing_rules, transitions
from heedline.casework.report.verb import find
from heedline.dispatch.chain import PagerMemory
from heedline.dispatch.clocks import minute_of, slot_end, slot_of
from heedline.dispatch.models import Alarm
from heedline.packs import load_pack
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DangerEpisode, Message
from heedline.web.shell import report_steps
from tests.support import partner_scene
from tests.support.acting import acting
from tests.support.call_scene import asks_for_a_call
from tests.support.cast import House, now
from tests.support.scene_people import MINUTE, People, row
from tests.support.stories import NOTHING, VAGUE

GUN = "He has a gun, he is going to the town hall now"


@pytest.fixture
def people(house: House) -> People:
    return People(house, now())


def say(people: People, code: object, danger: str, text: str = GUN) -> None:
    with acting("public"):
        messages.say(code, text, message_id=uuid4(), at=people.at, danger=danger)  # type: ignore[arg-type]


def paged(people: People) -> set[str]:
    """Run the worker, and return the kinds of alarm that have paged somebody at once."""
    with acting("worker"):
        paging.drain(people.at)
        paging.page_round(people.at, 0.0, PagerMemory())
    return set(Alarm.objects.filter(steps_sent__gt=0).values_list("kind", flat=True))


def test_a_gun_after_closing(people: People) -> None:
    """It went back as Low, due in four hours, and nobody was paged."""
    ref, code = people.closed()
    say(people, code, "yes")
    report = row(ref)
    assert (report.stage, report.urgency, report.rank, report.priority) == ("waiting", "danger", 0, "")
    limit = load_pack("uk").priorities["danger"].seen_within
    assert report.due_at == slot_end(slot_of(people.at)) + limit
    assert "danger" in paged(people)


def test_a_gun_while_somebody_owns_the_report(people: People) -> None:
    ref, code = people.taken()
    with people.sitting("Odile") as odile:
        transitions.assess(ref, VAGUE, version=row(ref).version, by=odile, at=people.at)
    say(people, code, "yes")
    report = row(ref)
    assert (report.stage, report.rank, report.danger_to_life, report.priority) == ("assessed", 0, None, "")
    assert paged(people) == {"danger-told"}
    alarm = Alarm.objects.get(kind="danger-told")
    with people.sitting("Odile") as odile:
        with pytest.raises(NotNow, match=TOLD[:20]):
            transitions.close(ref, NOTHING, version=report.version, by=odile, at=people.at)
        with pytest.raises(NotNow, match=CONFIRM[:20]):
            transitions.assess(ref, VAGUE, version=report.version, by=odile, at=people.at)
        life = replace(VAGUE, danger_to_life=True, priority="high")
        transitions.assess(ref, life, version=row(ref).version, by=odile, at=people.at)
    assert DangerEpisode.objects.filter(report=ref, discharged_at=None).exists()
    alarm.refresh_from_db()
    assert alarm.cleared_at is not None


def test_the_log_says_which_assessment_a_message_ended(people: People) -> None:
    """It was taken back in silence: no step and no event named it."""
    ref, code = people.taken()
    with people.sitting("Odile") as odile:
        transitions.assess(ref, VAGUE, version=row(ref).version, by=odile, at=people.at)
    say(people, code, "yes")
    say(people, code, "not_sure", "I think he has left")
    assert not Event.objects.filter(act="danger-told").exists(), "its moment would be the message's"
    with acting("worker"):
        settle_arrivals.settle(slot_end(slot_of(people.at)))
    events = Event.objects.filter(act="danger-told", thing="report", thing_id=ref, actor=None)
    assert {one.at for one in events} == {slot_of(people.at)}
    told = [{"urgency": "danger", "priority": "low"}, {"urgency": "soon"}]
    assert sorted((one.detail for one in events), key=len, reverse=True) == told


def closing_facts(people: People, ref: UUID, name: str) -> closing_rules.ClosingFacts:
    with people.sitting(name) as here:
        return closing_rules.facts_of(find(ref, by=here, at=people.at))


def test_a_plan_while_somebody_owns_the_report(people: People) -> None:
    ref, code = people.taken()
    with people.sitting("Odile") as odile:
        transitions.assess(ref, VAGUE, version=row(ref).version, by=odile, at=people.at)
    say(people, code, "planned", "He will take a knife to the shopping centre on Saturday")
    report = row(ref)
    assert (report.urgency, report.rank, report.priority) == ("planned", 1, "")
    assert paged(people) == set(), "a page within the quarter hour would tell when the message came"
    with acting("worker"):
        paging.page_round(slot_end(slot_of(people.at)), 0.0, PagerMemory())
    assert Alarm.objects.get(kind="danger-told").steps_sent == 1
    with people.sitting("Odile") as odile:
        with pytest.raises(NotNow, match=TOLD[:20]):
            transitions.close(ref, NOTHING, version=report.version, by=odile, at=people.at)
        transitions.assess(ref, VAGUE, version=row(ref).version, by=odile, at=people.at)
        with pytest.raises(NotNow, match="On the page Checks"):
            transitions.close(ref, NOTHING, version=row(ref).version, by=odile, at=people.at)


def test_no_keeps_the_report_as_it_was(people: People) -> None:
    ref, code = people.taken()
    before = row(ref)
    say(people, code, "no", "I remember the number plate")
    after = row(ref)
    assert (after.urgency, after.rank, after.due_at) == (before.urgency, before.rank, before.due_at)
    assert paged(people) == set()


def test_told_again_pages_again(people: People) -> None:
    _, code = people.taken()
    say(people, code, "yes")
    assert "danger-told" in paged(people)
    Alarm.objects.update(acknowledged_at=people.at, acknowledged_by=people.house.officers["Odile"].id)
    say(people, code, "yes", "He is inside")
    with acting("worker"):
        paging.drain(people.at)
    assert Alarm.objects.get(kind="danger-told").acknowledged_at is None


def test_the_same_word_is_one_message_and_in_answer_to_another_question_another(people: People) -> None:
    _, code = people.taken()
    first, question, other = uuid4(), str(UUID(int=1)), str(UUID(int=2))
    with acting("public"):
        for answers in (question, question):
            messages.say(code, "Yes", message_id=first, at=people.at, danger="no", answers=answers)
        with pytest.raises(messages.Conflict):  # the site then sends it as a message of its own
            messages.say(code, "Yes", message_id=first, at=people.at, danger="no", answers=other)
        with pytest.raises(messages.Conflict):
            messages.say(code, "Yes", message_id=first, at=people.at, danger="yes", answers=question)
    assert Message.objects.count() == 1


def test_reading_it_leaves_nothing_of_the_quarter_hour(people: People) -> None:
    ref, code = people.taken()
    say(people, code, "yes")
    message = Message.objects.get(report=ref)
    later = people.at + 5 * MINUTE
    with people.sitting("Odile", at=later) as odile:
        messages.mark_read(ref, [message.id], by=odile, at=later)
    assert row(ref).due_at == minute_of(later) + load_pack("uk").priorities["danger"].next_within


def test_a_desk_that_a_report_was_handed_to_reads_of_danger_before_it_takes_it(people: People) -> None:
    """The database refused a later time for a report that nobody has taken, and with it the reading."""
    ref, code = people.assessed()
    with people.sitting("Odile") as odile:
        transitions.hand_over(
            ref, "south-west", "Their area", version=row(ref).version, by=odile, at=people.at
        )
    say(people, code, "yes")
    before, later = row(ref), people.at + 20 * MINUTE
    assert (before.stage, before.rank) == ("waiting", 0)
    message = Message.objects.get(report=ref)
    with people.sitting("Otto", at=later) as otto:
        assert messages.mark_read(ref, [message.id], by=otto, at=later) == 1
    assert row(ref).due_at == before.due_at


def test_a_plan_stays_a_plan_when_the_reporter_is_not_sure_of_something_else(people: People) -> None:
    ref, code = people.send(now={"danger": "planned"})
    say(people, code, "not_sure", "I do not know who else is there")
    assert row(ref).urgency == "planned"
    people.take(ref)
    with people.sitting("Odile") as here:
        transitions.assess(ref, VAGUE, version=row(ref).version, by=here, at=people.at)
    say(people, code, "not_sure", "I do not know whether he meant it")
    assert row(ref).urgency == "planned", "one officer could close it now"
    say(people, code, "yes")
    assert row(ref).urgency == "danger"


def paged_by_the_end_of_the_quarter_hour(people: People) -> set[str]:
    """The kinds of alarm that have paged somebody by then: what is planned does not page sooner, like a first report."""
    paged(people)
    with acting("worker"):
        paging.page_round(slot_end(slot_of(people.at)), 0.0, PagerMemory())
    return set(Alarm.objects.filter(steps_sent__gt=0).values_list("kind", flat=True))


#: What a partner answers: its code, what it says of danger, and the urgency that this is.
OF_PARTNERS = [
    ("worried", "no", "danger"),
    ("known", "yes", "danger"),
    ("known", "planned", "planned"),
]


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize(("code", "danger", "urgency"), OF_PARTNERS)
def test_a_partner_who_is_more_worried_pages_whether_or_not_the_report_is_closed(
    people: People, code: str, danger: str, urgency: str, closed: bool
) -> None:
    partner_scene.a_partner(people)
    ref, ident = partner_scene.sent_to_the_council(people)
    partner_scene.opened(people, ident)
    partner_scene.answered(people, ident)
    if closed:
        with people.sitting("Odile") as here:
            outgoing.finish(ident, version=partner_scene.sent(ident).version, by=here, at=people.at)
        people.close(ref)
    status = row(ref).status
    with partner_scene.at_the_council(people) as petra:
        phone = {"phone": "01632 960 321", "danger": danger, "by": petra, "at": people.at}
        partner_inbox.answer(ident, code, "He has bought a knife.", **phone)
    report = row(ref)
    assert (report.stage, report.owner_id is None) == (("waiting", True) if closed else ("acting", False))
    assert (report.urgency, report.priority, report.status) == (urgency, "", status)
    assert report.rank == (0 if urgency == "danger" else 1)
    assert "danger-told" in paged_by_the_end_of_the_quarter_hour(people)
    with people.sitting("Odile") as here:
        (one,) = dissemination_lines.of_report(ref, by=here, at=people.at)
    assert one.answer.startswith("Phone: 01632 960 321")
    if closed:
        told = report_steps.steps_of(people.read(ref).history, "activity")
        assert ("Because", "A partner told us of danger") in next(
            step["codes"] for step in told if step["title"] == "Reopened"
        )


@pytest.mark.parametrize(("danger", "kinds"), [("yes", {"danger-opened"}), ("planned", {"danger-told"})])
def test_a_call_back_that_tells_of_danger_pages(people: People, danger: str, kinds: set[str]) -> None:
    ref = asks_for_a_call(people.at)
    people.take(ref, "Nadia")
    people.read(ref, "Nadia")
    with people.sitting("Nadia") as nadia:
        spoke = {"danger": danger, "version": row(ref).version, "by": nadia, "at": people.at}
        call_outcomes.tried(ref, "reached", "He left with a knife", **spoke)
    assert kinds <= paged_by_the_end_of_the_quarter_hour(people)


@pytest.mark.parametrize("danger", ["planned", "yes"])
def test_what_a_call_back_tells_takes_two_officers_to_close(people: People, danger: str) -> None:
    """The officer who had heard it lowered the priority, and closed the report alone."""
    ref = asks_for_a_call(people.at)
    people.take(ref, "Nadia")
    people.read(ref, "Nadia")
    with people.sitting("Nadia") as nadia:
        spoke = {"danger": danger, "version": row(ref).version, "by": nadia, "at": people.at}
        call_outcomes.tried(ref, "reached", "He left with a knife", **spoke)
    facts = closing_facts(people, ref, "Nadia")
    assert facts.high
    assert facts.told or facts.danger


def test_a_knife_that_is_planned_for_saturday_pages_the_desk(people: People) -> None:
    """It was Routine, in the last row."""
    told = {"danger": "planned"}
    ref, _ = people.send(narrative="On Saturday he will take a knife to the shopping centre", now=told)
    unsure, _ = people.send(now={"danger": "not_sure"})
    for one in (ref, unsure):
        assert (row(one).rank, row(one).stage) == (1, "waiting")
        assert (
            row(one).due_at == slot_end(slot_of(people.at)) + load_pack("uk").priorities["high"].seen_within
        )
    assert "planned" not in paged(people)
    with acting("worker"):
        paging.page_round(slot_end(slot_of(people.at)), 0.0, PagerMemory())
    called = Alarm.objects.filter(kind="planned", steps_sent=1)
    assert set(called.values_list("about_id", flat=True)) == {ref, unsure}
