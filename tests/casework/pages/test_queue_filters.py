"""Tests for filters, orders, totals and saved views of a queue, and that Python and SQL agree on its content."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.db.models import Q

from heedline.casework.access import saved_views
from heedline.casework.access.session import Attendance
from heedline.casework.contact import messages
from heedline.casework.errors import NotHere
from heedline.casework.pages.queues import queue as pages_queue
from heedline.casework.pages.queues.queue import Queue
from heedline.casework.pages.queues.queue_view import (
    MINE,
    NOBODY,
    SIZES,
    QueueView,
    conditions,
    sorts_of,
    view_of,
)
from heedline.casework.pages.queues.special_reports import SpecialReports
from heedline.desks.duty_hours import staffed_desks
from heedline.desks.models import PARTNER, Desk, SavedQueueView
from heedline.permits.queue_rows import QueueOrder, QueueRows
from heedline.permits.scopes import of_page, reports_of
from heedline.reports.lifecycle import NotNow, Stage
from heedline.reports.models import Report
from heedline.reports.models.report import QUEUED_BY
from tests.support.acting import acting
from tests.support.scene_people import DANGER, ELSEWHERE, SOUTH_WEST, People, row

pytestmark = pytest.mark.django_db
BY = ("priority", "due", "received", "kind", "area", "channel", "stage", "owner", "unread")


def seen(people: People, name: str = "Odile", **view: object) -> Queue:
    with people.sitting(name) as here:
        return pages_queue.queue(by=here, at=people.at, view=QueueView(**view))  # type: ignore[arg-type]


def refs(people: People, name: str = "Odile", **view: object) -> set[UUID]:
    found = seen(people, name, **view)
    assert found.total == len(found.lines)
    return {line.ref for line in found.lines}


def test_each_order_can_be_read_from_its_index_alone() -> None:
    """Row-level security asks for the watching desk. An index without it lost to one that holds every column, and was then
    read to its end for each value that few reports have."""
    indexes = {index.name: index for index in Report._meta.indexes}
    assert all("watch" in indexes[f"queue_{column}"].include for column in QUEUED_BY)


def test_each_filter_lets_through_what_it_names(people: People) -> None:
    calm, code = people.send()
    urgent, _ = people.send(**DANGER)
    mine, _ = people.taken()
    olgas, _ = people.assessed("Olga")
    everything = {calm, urgent, mine, olgas}
    assert refs(people) == everything
    assert refs(people, urgency="danger") == {urgent}
    assert refs(people, priority="low") == {olgas}
    assert refs(people, priority="none") == {calm, urgent, mine}
    assert refs(people, stage="waiting") == {calm, urgent}
    assert refs(people, stage="assessed") == {olgas}
    assert refs(people, owner=MINE) == {mine}
    assert refs(people, owner=NOBODY) == {calm, urgent}
    assert refs(people, owner=str(people.house.officers["Olga"].id)) == {olgas}
    assert refs(people, kind="activity") == everything
    assert refs(people, kind="online") == set()
    assert refs(people, area=row(calm).area) == everything
    assert refs(people, area="unknown") == set()
    assert refs(people, channel=row(calm).channel) == everything
    assert refs(people, channel="letter") == set()
    assert refs(people, received="today") == everything
    assert refs(people, received="older-week") == set()
    assert refs(people, urgency="danger", owner=MINE) == set(), "filters narrow each other"
    with acting("public"):
        messages.say(code, "It was on Monday", message_id=uuid4(), at=people.at)
    assert refs(people, unread="yes") == {calm}


def test_today_is_the_day_by_which_reports_are_dated(people: People) -> None:
    """In summer it is already tomorrow in London when the last hour of that day begins."""
    late = datetime(2027, 7, 15, 23, 5, tzinfo=UTC)
    with people.sitting("Odile") as here:
        found = conditions(QueueView(received="today"), SpecialReports(), by=here, at=late)
    assert {value for _, _, value in found} == {late.date()}


def test_the_closed_list_says_how_and_by_whom_and_filters_by_outcome(people: People) -> None:
    closed, _ = people.closed("Olga")
    (line,) = seen(people, state="closed").lines
    assert line.outcome
    assert line.closed_words == f"{people.at:%-d %B %Y}, Olga O."
    assert refs(people, state="closed", outcome=line.outcome) == {closed}
    assert refs(people, state="closed", outcome="spam") == set()


@pytest.mark.parametrize(("state", "name"), [("open", "Odile"), ("closed", "Odile"), ("open", "Nadia")])
def test_every_order_pages_through_every_report_once(people: People, state: str, name: str) -> None:
    for n in range(3):
        (people.send if state == "open" else people.closed)(**(DANGER if n == 1 and state == "open" else {}))
    if state == "open":
        people.taken()
        _, code = people.assessed("Olga")
        with acting("public"):
            messages.say(code, "It was on Monday", message_id=uuid4(), at=people.at)
    else:
        people.closed("Olga")
    if name == "Nadia":  # the reports of another desk where nobody is on duty, and one of her own
        people.send(**ELSEWHERE)
    everything = refs(people, name, state=state)
    for sort in ("", *(way + code for code in sorts_of(state) for way in ("", "-"))):
        found: list[UUID] = []
        view = QueueView(state=state, sort=sort, size=2)
        for _ in range(len(everything)):
            with people.sitting(name) as here:
                page = pages_queue.queue(by=here, at=people.at, view=view)
            assert page.total == len(everything)
            found += [line.ref for line in page.lines]
            if page.next is None:
                break
            view = replace(view, after=page.next)
        assert sorted(found) == sorted(everything), sort
        assert len(found) == len(set(found)), sort


def test_orders_go_by_their_column(people: People) -> None:
    calm, code = people.send()
    urgent, _ = people.send(**DANGER)
    held, _ = people.taken("Olga")
    with acting("public"):
        messages.say(code, "It was on Monday", message_id=uuid4(), at=people.at)
    lines = {
        name: [line.ref for line in seen(people, sort=name).lines]
        for name in ("owner", "-priority", "unread", "-unread")
    }
    assert (lines["unread"][0], lines["-unread"][-1]) == (calm, calm), "unread messages first"
    assert lines["unread"][1:] == [urgent, held], "and then in the usual order"
    assert lines["owner"][-1] == held
    assert lines["-priority"][-1] == urgent
    assert {line.stage for line in seen(people, sort="-stage").lines[:1]} == {Stage.TAKEN}
    assert calm in lines["owner"][:2]


def test_a_mark_of_another_order_is_refused(people: People) -> None:
    for _ in range(3):
        people.send()
    mark = seen(people, size=2, sort="kind").next
    assert mark is not None
    for sort in ("", "due", "-kind"):
        with pytest.raises(ValueError, match=r"mark|order"):
            seen(people, size=2, sort=sort, after=mark)


def in_queue(here: Attendance, at: datetime) -> set[UUID]:
    """Every open report of an officer's queue, asked without an order: what `permits.queue_rows` must find with each."""
    watches = [desk.id for desk in here.desks if desk.round_the_clock]
    mine = Q(desk_id__in=here.desk_ids)
    if watches:
        deserted = Desk.objects.exclude(kind__in=("authoriser", PARTNER)).exclude(id__in=staffed_desks(at))
        due = Q(due_at__lt=at) | Q(stage=Stage.WAITING, desk__in=deserted.values("id"))
        mine |= Q(watch_id__in=watches) & (Q(rank=0) | due)
    open_now = reports_of(here.desk_ids).exclude(stage=Stage.CLOSED).filter(mine)
    return set(open_now.values_list("id", flat=True))


def test_every_order_of_a_queue_finds_what_the_rule_says(people: People) -> None:
    """This holds for a desk and for the desk that watches all others."""
    _, code = people.send()
    with acting("public"):
        messages.say(code, "It was on Monday", message_id=uuid4(), at=people.at)
    people.send(**DANGER)
    people.send(**SOUTH_WEST)
    people.send(**ELSEWHERE)
    people.taken("Otto", **SOUTH_WEST)
    for name in ("Odile", "Otto", "Nadia"):
        for minutes in (0, 60 * 8):
            at = people.at + timedelta(minutes=minutes)
            with people.sitting(name) as here:
                watching = [desk.id for desk in here.desks if desk.round_the_clock]
                chosen = list(here.desk_ids)
                rows = QueueRows(tuple(chosen), tuple(watching), at, 101)
                wanted = in_queue(here, at)
                for order in (None, *(QueueOrder(by, down) for by in BY for down in (False, True))):
                    found = of_page(here.desk_ids, replace(rows, order=order))
                    assert {one.id for one in found} == wanted, order
                assert name == "Otto" or len(wanted) > 1


def test_unknown_values_in_an_address_count_as_not_given() -> None:
    asked = {
        "state": "dropped",
        "size": "1000",
        "sort": "narrative",
        "owner": "x",
        "received": "ever",
        "stage": "gone",
        "unread": "no",
        "outcome": "spam",
        "after": "",
    }
    assert view_of(asked, desk=None, outcomes={"spam": 1}) == QueueView()
    assert view_of({"size": "100", "kind": "x" * 41}, desk=None, outcomes={}) == QueueView(size=SIZES[-1])
    view = QueueView(state="closed", kind="online", outcome="spam", sort="-received", size=50)
    assert view_of(view.query(), desk=None, outcomes={"spam": 1}) == view


def test_another_desk_finds_nothing_through_a_filter(people: People) -> None:
    people.send()
    held, _ = people.taken()
    odile = str(people.house.officers["Odile"].id)
    for view in ({"owner": odile}, {"kind": "activity"}, {"area": row(held).area}, {"sort": "owner"}):
        found = seen(people, "Otto", **view)
        assert (found.lines, found.total) == ((), 0)
        assert "Odile O." not in {name for _, name in found.colleagues}


# --- saved views ---------------------------------------------------------------------------------------------------------


def test_a_saved_view_is_its_officers_own_and_sealed(people: People) -> None:
    people.send()
    with people.sitting("Odile") as odile:
        saved_views.save("Night  shift, online", desk="north-east", query={"kind": "online"}, by=odile)
    (view,) = seen(people).views
    assert (view.name, view.desk, view.query) == ("Night shift, online", "north-east", {"kind": "online"})
    assert seen(people, "Olga").views == ()
    assert seen(people, "Otto").views == ()
    kept = SavedQueueView.objects.get()
    assert b"Night" not in bytes(kept.sealed)
    assert b"online" not in bytes(kept.sealed)
    with people.sitting("Olga") as olga:  # the database shows her no row at all
        with pytest.raises(NotHere):
            saved_views.delete(kept.id, by=olga)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM desks_saved_view")
            assert cursor.fetchone() == (0,)
    with people.sitting("Odile") as odile:
        saved_views.delete(kept.id, by=odile)
    assert seen(people).views == ()


def test_saved_views_have_one_size_and_a_moved_one_does_not_open(people: People) -> None:
    with people.sitting("Odile") as odile:
        saved_views.save("A", desk="", query={}, by=odile)
        saved_views.save("B" * saved_views.LONGEST, desk="north-east", query={"area": "x" * 40}, by=odile)
    one, other = SavedQueueView.objects.order_by("id")
    assert len(bytes(one.sealed)) == len(bytes(other.sealed))
    SavedQueueView.objects.filter(pk=one.pk).update(
        sealed=bytes(other.sealed)
    )  # by whoever writes in the table
    assert len(seen(people).views) == 1


def test_names_and_numbers_of_saved_views_are_limited(people: People) -> None:
    with people.sitting("Odile") as odile:
        for name in ("", "  ", "x" * (saved_views.LONGEST + 1)):
            with pytest.raises(NotNow):
                saved_views.save(name, desk="", query={}, by=odile)
        for n in range(saved_views.MOST):
            saved_views.save(f"View {n}", desk="", query={}, by=odile)
        with pytest.raises(NotNow, match="Delete one first"):
            saved_views.save("One more", desk="", query={}, by=odile)


def test_a_view_still_opens_in_the_next_session(people: People) -> None:
    with people.sitting("Odile") as odile:
        saved_views.save("Mine", desk="", query={"owner": "me"}, by=odile)
    del people.tokens["Odile"]
    assert [view.name for view in seen(people).views] == ["Mine"]
    assert json.dumps(dict(seen(people).views[0].query)) == '{"owner": "me"}'
