"""Planning a rota: who may, what is refused, gaps with and without openers, and the alarm before an uncovered hour."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from heedline.casework.access.session import office_zone
from heedline.casework.duty import alarm_board, alarm_causes, alarm_kinds, alarms, rota
from heedline.casework.errors import NotHere
from heedline.casework.rota import board, csv_import, planning, rota_clock, weekly_pattern
from heedline.casework.rota.planning import PlannedShift
from heedline.casework.setup import leavers, stewardship
from heedline.desks.models import Appointment, Desk, PatternSlot, Shift
from heedline.desks.rota_weeks import GapKind, RotaSpan, monday_of
from heedline.dispatch.letters import AlarmKind
from heedline.dispatch.models import Alarm
from heedline.permits.gate import Refused
from heedline.permits.roles import Role
from heedline.reports.lifecycle import NotNow
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.duty_scene import events
from tests.support.scene_people import People

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def people(leads: House) -> People:
    """Olga supervises the north-east desk, Nadia the national desk, which never closes."""
    return People(leads, now().replace(second=0, microsecond=0))


def desk_of(people: People, code: str = "north-east") -> UUID:
    return people.house.desks[code].id


def shift(people: People, name: str, starts: float, hours: float = 8) -> PlannedShift:
    begin = people.at + starts * HOUR
    return PlannedShift(people.house.officers[name].id, RotaSpan(begin, begin + hours * HOUR))


def plan(people: People, *shifts: PlannedShift, by: str = "Olga", code: str = "north-east") -> UUID:
    with people.sitting(by) as here:
        return planning.plan(shifts, desk=desk_of(people, code), by=here, at=people.at)


def standing(code: UUID) -> int:
    return sum(one.ends_at > one.starts_at for one in Shift.objects.filter(desk=code))


def test_a_supervisor_and_a_steward_plan_for_others_and_officers_only_for_themselves(people: People) -> None:
    plan(people, shift(people, "Odile", 1))
    plan(people, shift(people, "Odile", 10), by="Stella")
    plan(people, shift(people, "Odile", 20), by="Odile")
    assert standing(desk_of(people)) == 3
    for name in ("Odile", "Nadia", "Ada"):
        with pytest.raises(Refused):
            plan(people, shift(people, "Olga", 40), by=name)
    assert standing(desk_of(people)) == 3
    assert [one["outcome"] for one in events("shift-planned")] == ["done"] * 3 + ["refused"] * 3
    assert events("shift-planned")[0]["detail"]["officer"] == str(people.house.officers["Odile"].id)


def test_whoever_tries_the_pages_of_a_rota_that_they_do_not_plan_is_in_the_log(people: People) -> None:
    """The pages ask before their verbs do, so that the verbs' own record would never be written."""
    with people.sitting("Odile") as odile:
        with pytest.raises(Refused):
            planning.permit(desk_of(people), by=odile)
        with pytest.raises(Refused):
            csv_import.preview("", desk=desk_of(people), by=odile, at=people.at)
        with pytest.raises(Refused):
            planning.undo(desk_of(people), desk=desk_of(people), by=odile, at=people.at)
    assert [one["outcome"] for one in events("shift-planned")] == ["refused"] * 2
    assert [one["outcome"] for one in events("shift-cancelled")] == ["refused"], "once, by the verb"


def test_strangers_overlaps_and_impossible_hours_are_refused_and_nothing_is_saved(people: People) -> None:
    good = shift(people, "Odile", 1)
    cases: list[tuple[PlannedShift, str]] = [
        (shift(people, "Otto", 1), "does not work"),
        (shift(people, "Odile", 8, 2), "already has a shift at this desk"),
        (shift(people, "Odile", 10, 17), "16 hours"),
        (shift(people, "Odile", 10, 0), "must end after it starts"),
        (shift(people, "Odile", -1), "in the past"),
        (shift(people, "Odile", 24 * 400), "a year ahead"),
    ]
    for bad, words in cases:
        with pytest.raises(NotNow, match=words):
            plan(people, good, bad)
        assert standing(desk_of(people)) == 0
    with pytest.raises(NotNow, match="no shifts"):
        plan(people)


@pytest.mark.parametrize("night", [date(2027, 10, 30), date(2027, 3, 27)], ids=["longer", "shorter"])
def test_a_pattern_of_sixteen_hours_fills_the_nights_on_which_the_clocks_change(
    people: People, night: date
) -> None:
    later = People(people.house, datetime(night.year, night.month, 10, 12, tzinfo=UTC))
    desk, odile = desk_of(people), people.house.officers["Odile"].id
    with later.sitting("Olga", unlocked=False) as olga:
        weekly_pattern.add_slot([night.weekday()], 18 * 60, 10 * 60, odile, desk=desk, by=olga)
        found = weekly_pattern.from_pattern(desk, monday_of(night), at=later.at)
    assert found.skipped == ()
    (one,) = found.shifts
    local = [at.astimezone(office_zone()).hour for at in (one.span.starts, one.span.ends)]
    assert local == [18, 10]
    assert one.span.ends - one.span.starts == (17 if night.month == 10 else 15) * HOUR


def test_an_officer_of_two_desks_cannot_be_on_both_at_once(people: People) -> None:
    with acting("office"):
        stewardship.appoint(
            people.house.officers["Odile"],
            Role.OFFICER,
            people.house.desks["national"],
            hands=people.house.hands,
            at=people.at,
        )
    plan(people, shift(people, "Odile", 1))
    with pytest.raises(NotNow, match="at another desk"):
        plan(people, shift(people, "Odile", 2), by="Nadia", code="national")


def test_cancelling_and_undoing_keep_what_has_begun(people: People) -> None:
    made = plan(people, shift(people, "Odile", 0), shift(people, "Olga", 10), shift(people, "Odile", 30))
    begun, later, _ = Shift.objects.order_by("starts_at")
    with people.sitting("Odile") as odile, pytest.raises(Refused):
        planning.cancel(later.id, desk=desk_of(people), by=odile, at=people.at)
    with people.sitting("Stella") as stella, pytest.raises(NotHere):
        planning.cancel(later.id, desk=desk_of(people, "south-west"), by=stella, at=people.at)
    with people.sitting("Nadia") as nadia, pytest.raises(Refused):
        planning.undo(made, desk=desk_of(people), by=nadia, at=people.at)
    with people.sitting("Olga") as olga:
        with pytest.raises(NotNow, match="has started"):
            planning.cancel(begun.id, desk=desk_of(people), by=olga, at=people.at)
        was = planning.cancel(later.id, desk=desk_of(people), by=olga, at=people.at)
        assert was == shift(people, "Olga", 10)
        planning.plan([was], desk=desk_of(people), by=olga, at=people.at)  # and it can be planned again
        assert planning.undo(made, desk=desk_of(people), by=olga, at=people.at) == 1
        with pytest.raises(NotHere):
            planning.undo(made, desk=desk_of(people), by=olga, at=people.at)
        (line,) = rota.rota(by=olga, at=people.at)
    assert [one.name for one in line.coming] == ["Olga O."], "what was cancelled is not shown as coming"
    assert standing(desk_of(people)) == 2


def test_gaps_are_those_of_the_pattern_or_of_every_hour_and_name_missing_openers(people: People) -> None:
    house, at = people.house, people.at
    with people.sitting("Nadia") as nadia:
        seen = board.board("national", at.date(), by=nadia, at=at)
        assert [(gap.kind, gap.span.starts, gap.span.ends) for gap in seen.gaps] == [
            (GapKind.NOBODY, at, at + 14 * DAY)
        ]
    with people.sitting("Olga") as olga:
        assert board.board("north-east", at.date(), by=olga, at=at).gaps == ()
        assert not board.board("north-east", at.date(), by=olga, at=at).covers
    # sixteen hours would be seventeen by the clock on the wall while the clocks go forward, and refused
    plan(people, shift(people, "Nils", 0, 15), by="Nadia", code="national")
    with acting("office"):  # Nils leaves, and Otto has no keys of the desk yet
        leavers.leave_desk(house.officers["Nils"], house.desks["national"], hands=house.hands, at=at)
        otto = house.officers["Otto"]
        stewardship.appoint(otto, Role.OFFICER, house.desks["national"], hands=house.hands, at=at)
    plan(people, shift(people, "Otto", 0, 2), by="Nadia", code="national")
    with people.sitting("Nadia") as nadia:
        seen = board.board("national", at.date(), by=nadia, at=at)
    assert [gap.kind for gap in seen.gaps] == [GapKind.NO_OPENER, GapKind.NOBODY]
    assert seen.gaps[0].span == RotaSpan(at, at + 2 * HOUR)
    assert seen.no_opener_now
    with people.sitting("Stella") as stella:
        named = [one.name for one in board.desks_to_plan(by=stella, at=at) if one.no_opener_now]
    assert named == ["National desk"]


def test_the_rotas_of_every_desk_are_read_in_two_queries(people: People) -> None:
    with people.sitting("Stella") as stella, CaptureQueriesContext(connection) as seen:
        listed = board.desks_to_plan(by=stella, at=people.at)
    assert len(listed) > 2
    asked = [
        q["sql"] for q in seen.captured_queries if "desks_shift" in q["sql"] or "pattern_slot" in q["sql"]
    ]
    assert len(asked) == 2, asked


def test_a_week_planned_with_a_gap_alarms_before_it_and_filling_it_ends_the_alarm(people: People) -> None:
    at = people.at
    covered = shift(people, "Nadia", 0, 13), shift(people, "Nils", 13, 1)
    plan(people, *covered, by="Nadia", code="national")
    with acting("worker"):
        rota_clock.watch(at)
        assert not Alarm.objects.filter(kind=AlarmKind.ROTA_GAP).exists(), "two hours too early"
        rota_clock.watch(at + 3 * HOUR)
        rota_clock.watch(at + 3 * HOUR)
    (alarm,) = Alarm.objects.filter(kind=AlarmKind.ROTA_GAP)
    assert alarm.desk_id == desk_of(people, "national")
    later = at + 3 * HOUR
    with people.sitting("Nadia") as nadia:
        with pytest.raises(NotNow, match="Plan a shift"):
            alarms.clear(alarm.id, "put-right", by=nadia, at=later)
        planning.plan([shift(people, "Nils", 20)], desk=desk_of(people, "national"), by=nadia, at=later)
        alarm.refresh_from_db()
        assert alarm.cleared_at is None, "the gap is still there"
        planning.plan([shift(people, "Nadia", 14, 6)], desk=desk_of(people, "national"), by=nadia, at=later)
    alarm.refresh_from_db()
    assert (alarm.because, alarm.cleared_by) == ("rota-filled", people.house.officers["Nadia"].id)


def test_each_gap_raises_an_alarm_of_its_own_before_its_first_hour(people: People) -> None:
    """The alarm of the first gap stayed open, and nobody was paged about the second."""
    at, national = people.at, desk_of(people, "national")
    plan(people, shift(people, "Nadia", 0, 13), shift(people, "Nils", 15, 10), by="Nadia", code="national")

    def paged(hours: int) -> dict[datetime, Alarm]:
        with acting("worker"):
            rota_clock.watch(at + hours * HOUR)
        known = alarm_causes.gaps_ahead(Desk.objects.get(id=national), at + hours * HOUR)
        alarms_of = Alarm.objects.filter(kind=AlarmKind.ROTA_GAP, desk=national, cleared_at=None)
        return {known[one.about_id].span.starts: one for one in alarms_of if one.about_id in known}

    assert list(paged(2)) == [at + 13 * HOUR]
    both = sorted(paged(14))
    assert both == [at + 13 * HOUR, at + 25 * HOUR], "before the first has ended"
    with people.sitting("Nadia", at=at + 14 * HOUR) as nadia:
        lines = [one for one in alarm_board.open_now(by=nadia, at=at + 14 * HOUR) if one.kind == "rota-gap"]
        assert len({one.words for one in lines}) == 2, "each line has its own hours"
        planning.plan([shift(people, "Nils", 25, 12)], desk=national, by=nadia, at=at + 14 * HOUR)
    assert list(paged(14)) == [at + 13 * HOUR], "the other stays"


def test_no_desk_without_hours_to_cover_is_said_to_have_no_gaps(people: People) -> None:
    with people.sitting("Stella", unlocked=False) as stella:
        before = {one.code: one.gaps for one in board.desks_to_plan(by=stella, at=people.at)}
        # A shift of today that has not ended would count a third time.
        in_three_days = (people.at + 3 * DAY).weekday()
        weekly_pattern.add_slot(
            [in_three_days], 480, 960, None, desk=desk_of(people, "south-west"), by=stella
        )
        after = {one.code: one.gaps for one in board.desks_to_plan(by=stella, at=people.at)}
    assert (before["south-west"], before["national"]) == (None, 1)
    assert after["south-west"] == 2


def test_a_steward_sees_the_gap_of_a_desk_without_a_supervisor_and_fills_it(people: People) -> None:
    leads = Appointment.objects.filter(desk=desk_of(people, "south-west"), role=Role.SUPERVISOR)
    assert not leads.filter(ended_on=None).exists()
    south_west = desk_of(people, "south-west")
    later = People(people.house, people.at.replace(hour=12, minute=0) + 2 * DAY)
    with later.sitting("Stella", unlocked=False) as stella:
        weekly_pattern.add_slot(range(7), 480, 1080, None, desk=south_west, by=stella)
    with acting("worker"):
        rota_clock.watch(later.at)
        alarm = Alarm.objects.get(kind=AlarmKind.ROTA_GAP, desk=south_west)
        assert "stella@unit.example" in alarm_kinds.called(alarm, 0, later.at)
    with later.sitting("Odile", unlocked=False) as odile:  # of another desk
        assert alarm.id not in {line.id for line in alarm_board.open_now(by=odile, at=later.at)}
    with later.sitting("Stella", unlocked=False) as stella:
        line = next(one for one in alarm_board.open_now(by=stella, at=later.at) if one.id == alarm.id)
        assert (line.can_acknowledge, line.can_clear) == (True, False)
        alarms.acknowledge(alarm.id, by=stella, at=later.at)
    plan(later, shift(later, "Otto", 0, 14), by="Stella", code="south-west")
    alarm.refresh_from_db()
    assert (alarm.because, alarm.cleared_by) == ("rota-filled", people.house.officers["Stella"].id)


def test_the_weekly_pattern_fills_a_week_and_says_what_it_leaves_out(people: People) -> None:
    house, desk = people.house, desk_of(people)
    monday = monday_of(people.at.date()) + timedelta(days=7)
    odile = house.officers["Odile"].id
    with people.sitting("Odile") as by, pytest.raises(Refused):
        weekly_pattern.add_slot([0], 480, 960, odile, desk=desk, by=by)
    with people.sitting("Olga") as olga:
        weekly_pattern.add_slot(range(5), 480, 960, odile, desk=desk, by=olga)
        weekly_pattern.add_slot([0], 480, 960, odile, desk=desk, by=olga)  # twice is once
        weekly_pattern.add_slot([6], 1320, 360, None, desk=desk, by=olga)
        with pytest.raises(NotHere):
            weekly_pattern.add_slot([0], 480, 960, house.officers["Otto"].id, desk=desk, by=olga)
        with pytest.raises(NotNow, match="16 hours"):
            weekly_pattern.add_slot([0], 480, 470, odile, desk=desk, by=olga)
        assert len(weekly_pattern.slots(desk)) == 6
        first = weekly_pattern.from_pattern(desk, monday, at=people.at)
        assert (len(first.shifts), first.skipped) == (5, ())
        made = planning.plan(first.shifts[:1], desk=desk, by=olga, at=people.at)
        again = weekly_pattern.from_pattern(desk, monday, at=people.at)
        assert (len(again.shifts), [one.because for one in again.skipped]) == (
            4,
            ["The officer already has a shift at this desk during these hours."],
        )
        copied = weekly_pattern.from_week(desk, monday, monday + timedelta(days=7), at=people.at)
        assert [one.span.starts.date() for one in copied.shifts] == [monday + timedelta(days=7)]
        planning.undo(made, desk=desk, by=olga, at=people.at)
        assert weekly_pattern.from_week(desk, monday, monday + timedelta(days=7), at=people.at).shifts == ()
        unnamed = next(one for one in weekly_pattern.slots(desk) if not one.officer)
        weekly_pattern.remove_slot(unnamed.id, desk=desk, by=olga)
        with pytest.raises(NotHere):
            weekly_pattern.remove_slot(unnamed.id, desk=desk, by=olga)
    assert PatternSlot.objects.count() == 5
    assert [one["outcome"] for one in events("pattern-changed")][:2] == ["refused", "done"]


@pytest.mark.parametrize(
    ("source", "target", "hours"),
    [(date(2026, 10, 12), date(2026, 10, 19), 9), (date(2027, 3, 15), date(2027, 3, 22), 7)],
    ids=["back", "forward"],
)
def test_a_copied_week_keeps_the_times_on_the_wall_across_a_clock_change(
    people: People, source: date, target: date, hours: int
) -> None:
    """A night shift from Saturday 22:00 to Sunday 06:00 is eight hours in the first week and seven or nine in the next."""
    at = datetime(source.year, source.month, source.day, tzinfo=UTC)
    saturday = source + timedelta(days=5)
    begin = datetime(saturday.year, saturday.month, saturday.day, 22, tzinfo=UTC)
    if source.month == 10:
        begin -= HOUR  # British Summer Time
    night = PlannedShift(people.house.officers["Odile"].id, RotaSpan(begin, begin + 8 * HOUR))
    with people.sitting("Olga") as olga:
        planning.plan([night], desk=desk_of(people), by=olga, at=at)
        (copied,) = weekly_pattern.from_week(desk_of(people), source, target, at=at).shifts
    assert copied.span.ends - copied.span.starts == hours * HOUR


Reading = Callable[[str], csv_import.ImportPreview]


@pytest.fixture
def read(people: People) -> Reading:
    def reading(text: str) -> csv_import.ImportPreview:
        with people.sitting("Olga") as olga:
            return csv_import.preview(text, desk=desk_of(people), by=olga, at=people.at)

    return reading


def test_an_import_is_all_or_nothing_with_the_faults_of_each_line(people: People, read: Reading) -> None:
    day = (people.at + 3 * DAY).date()
    text = (
        "\ufeffEmail,date,start,end\r\n"
        f"odile@unit.example,{day},08:00,16:00\r\n"
        "\r\n"
        f"OLGA@unit.example,{day},22:00,06:00\r\n"
        f"otto@unit.example,{day},08:00,16:00\r\n"
        f"nobody@unit.example,{day},08:00,16:00\r\n"
        f"odile@unit.example,{day},15:00,18:00\r\n"
        f"odile@unit.example,{day},25:00,26:00\r\n"
        "odile@unit.example,30/11/2026,08:00,16:00\r\n"
        "odile@unit.example\r\n"
    )
    seen = read(text)
    assert [fault.line for fault in seen.faults] == [5, 6, 7, 8, 9, 10]
    otto, nobody = (fault.words for fault in seen.faults[:2])
    assert otto.replace("otto", "nobody") == nobody, "an import does not tell who works elsewhere"
    assert seen.names == ("Odile O.", "Olga O.", "Odile O.")
    with people.sitting("Olga") as olga:
        with pytest.raises(NotNow, match="Line 5"):
            csv_import.carry_out(text, desk=desk_of(people), by=olga, at=people.at)
        assert not Shift.objects.exists()
        good = "\n".join(text.splitlines()[:4])
        csv_import.carry_out(good, desk=desk_of(people), by=olga, at=people.at)
    assert standing(desk_of(people)) == 2
    with people.sitting("Odile") as odile, pytest.raises(Refused):
        csv_import.preview(good, desk=desk_of(people), by=odile, at=people.at)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "The first line"),
        ("who,when\n", "The first line"),
        ("email,date,start,end\n", "no shifts"),
        ("email,date,start,end\n" + "a,b,c,d\n" * 301, "at most 300"),
        ("email,date,start,end\n" + "x\n" * 5_000, "at most 300"),  # and not a fault for each line
        ("x" * 40_001, "too long"),
    ],
)
def test_a_file_that_is_no_rota_is_refused_whole(read: Reading, text: str, words: str) -> None:
    (fault,) = read(text).faults
    assert words in fault.words


def test_the_on_call_list_is_changed_by_a_supervisor_or_a_steward(people: People) -> None:
    desk, odile = desk_of(people), people.house.officers["Odile"].id
    with people.sitting("Olga") as olga:
        rota.put_on_call(odile, desk=desk, step=1, by=olga, at=people.at)
        with pytest.raises(NotHere):
            rota.take_off_call(odile, desk=desk, step=2, by=olga, at=people.at)
    with people.sitting("Odile") as by, pytest.raises(Refused):
        rota.take_off_call(odile, desk=desk, step=1, by=by, at=people.at)
    with people.sitting("Stella") as stella:
        rota.take_off_call(odile, desk=desk, step=1, by=stella, at=people.at)
        assert board.on_call_list(people.house.desks["north-east"]) == ()
    assert [one["outcome"] for one in events("taken-off-call")] == ["refused", "done"]
