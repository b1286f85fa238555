"""What a desk sees first, what the watch sees of others, and that each look is in the log before the page is."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from heedline.casework.contact import messages
from heedline.casework.errors import NotHere
from heedline.casework.intake import settle_arrivals
from heedline.casework.journey import transitions
from heedline.casework.pages import access_history, home
from heedline.casework.pages.queues import queue as pages_queue
from heedline.casework.pages.queues.queue import Queue, QueueView
from heedline.casework.report import opening
from heedline.permits.gate import Refused
from tests.support import danger_scene, stories
from tests.support.acting import acting
from tests.support.scene_people import DANGER, People, logged, row

pytestmark = pytest.mark.django_db
HOSTILE = (
    "<script>alert(1)</script> <svg/onload=alert(2)> {{ 7*7 }} {% debug %} ${7*7} %s%n \u202egpj.exe\u202c "
    '\u0430\u0440\u0440le =HYPERLINK("http://x.example") @SUM(1) +1 -1 O\'Brien"; DROP TABLE reports_report; -- '
    "\u0627\u0644\u0633\u0644\u0627\u0645 \u4f60\u597d \U0001f600\u200d\U0001f525 " + "W" * 3000 + " end"
)


def queue(people: People, name: str = "Odile", view: QueueView | None = None, minutes: int = 0) -> Queue:
    at = people.at + timedelta(minutes=minutes)
    with people.sitting(name, at=at) as here:
        return pages_queue.queue(by=here, at=at, view=view or QueueView())


def refs(found: Queue) -> list[UUID]:
    return [line.ref for line in found.lines]


def test_danger_stands_first_and_every_line_opens(people: People) -> None:
    calm, _ = people.send()
    urgent, _ = people.send(**DANGER)
    found = queue(people)
    assert refs(found) == [urgent, calm]
    assert all(line.opening.startswith("A man I do not know filmed") for line in found.lines)
    assert found.lines[0].flags[0] == "Danger to life"
    assert len(found.lines[0].opening) <= opening.OPENING_LENGTH


def test_each_look_at_the_queue_is_logged_with_what_it_opened(people: People) -> None:
    ref, _ = people.send()
    queue(people)
    (mark,) = logged("queue-read")
    assert mark.actor == people.house.officers["Odile"].id
    # a report of the running quarter hour is counted: its name here would say to the minute when it came
    assert mark.detail == {"state": "open", "opened": [], "new": 1}
    with acting("worker"):
        settle_arrivals.settle(people.at + timedelta(minutes=30))
    queue(people)
    assert logged("queue-read")[-1].detail == {"state": "open", "opened": [str(ref)], "new": 0}


def test_whoever_reads_no_reports_sees_no_queue_and_the_try_is_logged(people: People) -> None:
    people.send()
    for name in ("Ada", "Stella", "Ned"):
        with people.sitting(name, unlocked=name != "Ned") as here:
            for look in (
                lambda here=here: pages_queue.queue(by=here, at=people.at, view=QueueView()),
                lambda here=here: pages_queue.new_since(by=here, at=people.at, mark="0"),
                lambda here=here: home.my_desks(by=here, at=people.at),
                lambda here=here: home.next_waiting(by=here, at=people.at, view=QueueView(), after=uuid4()),
            ):
                with pytest.raises(Refused):
                    look()
    assert {mark.actor for mark in logged("queue-read", refused=True)} == {
        people.house.officers[name].id for name in ("Ada", "Stella", "Ned")
    }


def test_pages_of_a_queue_show_every_report_once(people: People) -> None:
    made = {people.send(**(DANGER if n % 3 == 0 else {}))[0] for n in range(7)}
    seen: list[UUID] = []
    after = None
    for _ in range(4):
        page = queue(people, view=QueueView(size=2, after=after))
        seen += refs(page)
        after = page.next
        if after is None:
            break
    assert sorted(seen) == sorted(made)
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize(
    "mark", ["x", "1_2", "1_2026-01-01_x", "__", "9" * 50, "0_2026-01-01T00:00:00_" + "0" * 32]
)
def test_a_mark_that_is_none_is_refused_or_leads_nowhere(people: People, mark: str) -> None:
    people.send()
    try:
        queue(people, view=QueueView(after=mark))
    except ValueError:
        return
    assert mark.startswith("0_2026")  # well formed, from another queue


def test_another_desks_code_shows_nothing(people: People) -> None:
    ref, _ = people.send()
    for state in ("open", "mine", "closed"):
        assert refs(queue(people, "Otto", QueueView(desk="north-east", state=state))) == []
        assert refs(queue(people, "Otto", QueueView(state=state))) == []
    assert refs(queue(people, "Odile", QueueView(desk="south-west"))) == []
    assert refs(queue(people)) == [ref]


def test_mine_and_closed(people: People) -> None:
    held, _ = people.taken()
    closed, _ = people.closed()
    assert refs(queue(people, view=QueueView(state="mine"))) == [held]
    assert refs(queue(people, "Olga", QueueView(state="mine"))) == []
    assert refs(queue(people, "Olga", QueueView(state="closed"))) == [closed]
    line = queue(people, "Olga").lines[0]
    assert (line.owner, line.mine) == ("Odile O.", False)


def test_new_reports_are_counted_without_a_look(people: People) -> None:
    people.send()
    mark = queue(people).mark
    looks = len(logged("queue-read"))
    people.send()
    people.send()
    with people.sitting("Odile") as odile:
        assert pages_queue.new_since(by=odile, at=people.at, mark=mark) == 2
        for odd in ("", "x", "-5", "9999999", "999999"):
            assert pages_queue.new_since(by=odile, at=people.at, mark=odd) in {0, 3}
    assert len(logged("queue-read")) == looks


# --- what the watch sees -------------------------------------------------------------------------------------------------


def test_the_watch_sees_a_report_where_nobody_is_on_duty(people: People) -> None:
    ref, _ = people.send()
    (line,) = queue(people, "Nadia").lines
    assert (line.ref, line.watch_reason) == (ref, "Nobody is on duty at North East desk")


def test_the_watch_leaves_a_report_to_a_desk_that_is_there_until_it_is_overdue(people: People) -> None:
    with people.sitting("Odile"):
        pass  # signed in and unlocked
    ref, _ = people.send()
    assert refs(queue(people, "Nadia")) == []
    due = row(ref).due_at
    assert due is not None
    late = int((due - people.at).total_seconds() // 60) + 2
    del people.tokens["Odile"]
    with people.sitting("Odile", at=people.at + timedelta(minutes=late)):
        pass  # signed in again
    (line,) = queue(people, "Nadia", minutes=late).lines
    assert line.watch_reason == "Overdue at North East desk"
    people.take(ref)
    assert refs(queue(people, "Nadia", minutes=late)) == []


def test_the_watch_sees_danger_until_a_supervisor_discharges_it(people: People) -> None:
    with people.sitting("Odile"):
        pass  # signed in and unlocked
    ref, _ = people.send(**DANGER)
    (line,) = queue(people, "Nadia").lines
    assert line.watch_reason == "Danger to life at North East desk, not yet taken"
    assert refs(queue(people, "Odile")) == [ref]
    people.take(ref)
    (line,) = queue(people, "Nadia").lines
    assert line.watch_reason == "Danger to life at North East desk, owner Odile O."
    danger_scene.end(danger_scene.with_leads(people), ref)
    assert refs(queue(people, "Nadia")) == []


def test_the_watch_can_take_what_it_sees(people: People) -> None:
    ref, _ = people.send(**DANGER)
    people.take(ref, "Nadia")
    assert row(ref).owner == people.house.officers["Nadia"]
    assert people.read(ref, "Nadia").header.mine


# --- one report ----------------------------------------------------------------------------------------------------------


def test_reading_is_logged_before_it_is_shown_and_shows_in_the_history(people: People) -> None:
    ref, _ = people.send()
    people.read(ref)
    people.read(ref, "Olga")
    with people.sitting("Odile") as odile:
        _, lines = access_history.history(ref, by=odile, at=people.at)
    assert [(line.act, line.by) for line in lines] == [
        ("history-read", "Odile O."),
        ("report-read", "Olga O."),
        ("report-read", "Odile O."),
    ]


def test_the_history_of_another_desks_report_is_not_there(people: People) -> None:
    ref, _ = people.send()
    with people.sitting("Otto") as otto, pytest.raises(NotHere):
        access_history.history(ref, by=otto, at=people.at)
    (mark,) = logged("history-read", refused=True)
    assert (mark.actor, mark.thing_id) == (people.house.officers["Otto"].id, None)


def test_hostile_text_comes_out_as_it_went_in(people: People) -> None:
    """What it may do on a page is for the sites' tests; here nothing is lost, changed or obeyed."""
    ref, code = people.send(narrative=HOSTILE)
    words = people.read(ref).answers.narrative
    assert words.split() == HOSTILE.split()
    people.take(ref)
    with people.sitting("Odile") as odile:
        messages.ask(ref, HOSTILE, version=row(ref).version, by=odile, at=people.at)
        transitions.assess(
            ref,
            transitions.Assessment(False, HOSTILE, "low", HOSTILE),
            version=row(ref).version,
            by=odile,
            at=people.at,
        )
    with acting("public"):
        (message,) = messages.visit(code, at=people.at).messages
        messages.say(code, HOSTILE, message_id=uuid4(), at=people.at)
    assert (message.text, message.verified) == (HOSTILE, True)
    file = people.read(ref)
    assert {text for _, text in file.history.steps[0].words} == {HOSTILE}
    assert [m.text.split() for m in file.messages.lines] == [HOSTILE.split()] * 2
    assert "script" in queue(people).lines[0].opening


def test_repeats_never_close_or_lower_anything(people: People) -> None:
    """Law 9: two equal reports are two reports."""
    one, _ = people.send()
    two, _ = people.send()
    people.closed()
    assert set(refs(queue(people))) == {one, two}
    assert row(one).rank == row(two).rank
    assert people.read(one).answers.narrative == people.read(two).answers.narrative == stories.NARRATIVE
