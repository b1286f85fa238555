"""A call that somebody asked for: closed until it is safe, tried, told to a supervisor, done. Never forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings

from heedline.casework.contact import call_back
from heedline.casework.duty import alarm_kinds, alarms, paging
from heedline.casework.errors import Changed, NotHere
from heedline.casework.journey import call_outcomes, transitions
from heedline.casework.pages import case_file
from heedline.casework.setup import stewardship
from heedline.dispatch.chain import PagerMemory
from heedline.dispatch.models import Alarm
from heedline.permits.gate import Refused
from heedline.permits.roles import Role
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import CallBack, Step
from tests.support import stories
from tests.support.acting import acting
from tests.support.call_scene import NUMBER, asks_for_a_call
from tests.support.scene_people import People, logged, row

pytestmark = pytest.mark.django_db
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def asks(people: People, **call: Any) -> UUID:
    return asks_for_a_call(people.at, **call)


def day_code(at: datetime, ahead: int) -> str:
    local = at.astimezone(ZoneInfo(settings.OFFICE_ZONE)) + timedelta(days=ahead)
    return DAYS[local.weekday()]


def some_other_day(people: People) -> dict[str, Any]:
    return {"days": [day_code(people.at, 3)], "hours": ["morning"]}


def noon_of_the_safe_day(people: People) -> datetime:
    zone = ZoneInfo(settings.OFFICE_ZONE)
    local = people.at.astimezone(zone) + timedelta(days=3)
    return local.replace(hour=9, minute=30, second=0, microsecond=0).astimezone(UTC)


def held(people: People, **call: Any) -> UUID:
    ref = asks(people, **call)
    people.take(ref, "Nadia")
    people.read(ref, "Nadia")
    return ref


def test_nothing_in_the_clear_says_that_they_ask_before_somebody_reads_it(people: People) -> None:
    ref = asks(people)
    assert not CallBack.objects.exists()
    people.read(ref, "Nadia")
    noted = CallBack.objects.get()
    assert (noted.report_id, noted.missed, noted.done) == (ref, 0, False)
    people.read(ref, "Nils")
    assert CallBack.objects.get().due_at == noted.due_at


def test_no_page_of_the_report_has_the_number(people: People) -> None:
    ref = held(people, **some_other_day(people))
    file = people.read(ref, "Nadia")
    assert NUMBER not in repr((file.answers.sections, file.answers.narrative, file.history.steps)) + str(
        file.answers.call.rows if file.answers.call else ""
    )
    assert file.answers.call is not None
    assert not file.answers.call.open_now
    assert file.answers.call.opens_words.startswith("Closed until ")
    assert dict(file.answers.call.rows)["If someone else answers"] == ("Say it is about the parcel.",)
    told = {label for section in file.answers.sections for label, _ in section.rows}
    assert "Safe number" not in told
    assert "Name" in told


def test_the_number_is_closed_until_the_hour_and_each_opening_is_logged(people: People) -> None:
    ref = held(people, **some_other_day(people))
    with people.sitting("Nadia") as here, pytest.raises(NotNow):
        call_back.number(ref, "", by=here, at=people.at)
    with people.sitting("Nadia") as here, pytest.raises(NotNow):
        call_back.number(ref, "because I want to", by=here, at=people.at)
    assert not logged("number-shown")
    with people.sitting("Nadia") as here:
        assert call_back.number(ref, "life", by=here, at=people.at) == NUMBER
    [early] = logged("number-shown", thing=ref)
    assert early.detail == {"early": True, "because": "life"}
    with people.sitting("Nadia") as here:
        assert call_back.number(ref, "life", by=here, at=noon_of_the_safe_day(people)) == NUMBER
    assert logged("number-shown", thing=ref)[-1].detail == {"early": False, "because": ""}


def test_nobody_opens_the_number_of_a_report_that_they_do_not_hold(people: People) -> None:
    ref = held(people)
    with people.sitting("Nils") as here, pytest.raises(Refused):
        call_back.number(ref, "life", by=here, at=people.at)
    with people.sitting("Otto") as here, pytest.raises(NotHere):
        call_back.number(ref, "life", by=here, at=people.at)
    assert len(logged("number-shown", refused=True)) == 2
    other, _ = people.send()
    people.take(other)
    with people.sitting("Odile") as here, pytest.raises(NotHere):
        call_back.number(other, "life", by=here, at=people.at)


def test_words_about_when_and_no_ticks_keep_it_closed_to_whoever_has_not_read_them(people: People) -> None:
    ref = held(people, times="only when the lights are on")
    with people.sitting("Nadia") as here, pytest.raises(NotNow):
        call_back.number(ref, "", by=here, at=noon_of_the_safe_day(people))
    with people.sitting("Nadia") as here:
        assert call_back.number(ref, "their-words", by=here, at=people.at) == NUMBER


def test_hours_in_words_are_kept_to_on_the_days_that_were_chosen(people: People) -> None:
    """Tuesday, 10 to 11 in the reporter's words, was open on Tuesday from 08:00."""
    ref = held(people, days=some_other_day(people)["days"], times="10 to 11")
    noon = noon_of_the_safe_day(people)
    with people.sitting("Nadia") as here:
        with pytest.raises(NotNow, match="other days"):
            call_back.number(ref, "their-words", by=here, at=people.at)
        with pytest.raises(NotNow, match="safe times"):
            call_back.number(ref, "", by=here, at=noon)
        assert call_back.number(ref, "their-words", by=here, at=noon) == NUMBER
        late = noon + timedelta(hours=12)  # 21:30: their words may be about the evening
        assert call_back.number(ref, "their-words", by=here, at=late) == NUMBER


def attempt(people: People, ref: UUID, how: str, said: str = "", *, at: datetime | None = None) -> None:
    with people.sitting("Nadia", at=at) as here:
        call_outcomes.tried(ref, how, said, version=row(ref).version, by=here, at=at or people.at)


def test_two_missed_attempts_tell_a_supervisor_and_reaching_them_ends_it(people: People) -> None:
    ref = held(people)
    attempt(people, ref, "no-answer")
    with acting("worker"):
        paging.watch_calls(people.at)
    assert not Alarm.objects.filter(kind="call-missed").exists()
    attempt(people, ref, "another", "A man said she is out")
    with acting("worker"):
        paging.watch_calls(people.at)
        paging.watch_calls(people.at)
    assert Alarm.objects.get(kind="call-missed").about_id == ref
    attempt(people, ref, "reached", "She is safe")
    assert Alarm.objects.get(kind="call-missed").because == "called"
    assert CallBack.objects.get().done
    file = people.read(ref, "Nadia")
    assert [dict(step.codes)["call"] for step in file.history.steps if step.move == "call"] == [
        "reached",
        "another",
        "no-answer",
    ]
    assert ("What was said", "She is safe") in file.history.steps[0].words
    assert "safe" not in str(Step.objects.values_list("codes", flat=True))
    assert [event.detail["how"] for event in logged("call-tried", thing=ref)] == [
        "no-answer",
        "another",
        "reached",
    ]


def test_the_page_goes_to_a_supervisor_of_the_desk_where_there_is_one(people: People) -> None:
    desk, house = people.house.desks["national"], people.house
    ref = held(people)
    attempt(people, ref, "wrong-number")
    with acting("worker"):
        paging.watch_calls(people.at)
        alarm = Alarm.objects.get(kind="call-missed")
        assert "nils@unit.example" in alarm_kinds.called(alarm, 0, people.at), (
            "without one, everybody is called"
        )
    with acting("office"):
        stewardship.appoint(house.officers["Nils"], Role.SUPERVISOR, desk, hands=house.hands, at=people.at)
    with acting("worker"):
        assert alarm_kinds.called(alarm, 0, people.at) == {"nils@unit.example"}
        assert alarm_kinds.called(alarm, 1, people.at) > {"nils@unit.example"}


@pytest.mark.parametrize(
    ("hours", "how", "kind"), [(0, "wrong-number", "call-missed"), (25, "", "call-late")]
)
def test_a_late_or_missed_call_is_paged_up_the_chain_until_somebody_acknowledges(
    people: People, hours: int, how: str, kind: str
) -> None:
    """Paged once, an alarm that nobody sees at night would be forgotten, and with it the reporter who waits. Nobody is on
    duty, so the first page calls everybody, and each has had their digest for half an hour."""
    ref = held(people)
    if how:
        attempt(people, ref, how)
    at, deadlines = people.at + timedelta(hours=hours), PagerMemory()
    with acting("worker"):
        paging.watch_calls(at)
        moved = [
            paging.page_round(at, seconds, deadlines) for seconds in (0, 60, 125, 605, 1795, 1860, 3595, 3665)
        ]
    alarm = Alarm.objects.get(kind=kind, about_id=ref)
    assert alarm.steps_sent == 4
    assert [bool(one) for one in moved] == [True, False, False, False, False, True, False, True]
    with people.sitting("Nadia", at=at) as nadia:
        alarms.acknowledge(alarm.id, by=nadia, at=at)
    with acting("worker"):
        assert paging.page_round(at, 6000, deadlines) == 0


def test_a_call_goes_with_its_report_to_another_desk(people: People) -> None:
    ref = held(people)
    with people.sitting("Nadia") as here:
        transitions.hand_over(ref, "south-west", "Theirs", version=row(ref).version, by=here, at=people.at)
    people.take(ref, "Otto")
    with people.sitting("Otto") as here:
        assert [one.ref for one in call_back.to_make(by=here, at=people.at)] == [ref]
        assert call_back.number(ref, "life", by=here, at=people.at) == NUMBER


def test_a_wrong_number_is_told_of_at_once(people: People) -> None:
    ref = held(people)
    attempt(people, ref, "wrong-number")
    with acting("worker"):
        paging.watch_calls(people.at)
    assert Alarm.objects.filter(kind="call-missed", about_id=ref).exists()


def test_a_call_that_nobody_made_becomes_an_alarm(people: People) -> None:
    ref = held(people)
    due = CallBack.objects.get().due_at
    with acting("worker"):
        paging.watch_calls(due)
        assert not Alarm.objects.filter(kind="call-late").exists()
        paging.watch_calls(due + timedelta(minutes=1))
    assert Alarm.objects.filter(kind="call-late", about_id=ref).exists()


def test_a_call_is_late_while_calling_is_still_safe(people: People) -> None:
    """Due at midnight, the alarm asked for a call in the night."""
    ref = held(people, **some_other_day(people))
    due = CallBack.objects.get().due_at
    file = people.read(ref, "Nadia")
    call = file.answers.call
    assert call is not None
    assert call.due_words.endswith(", 11:00"), "an hour before the end of the morning"
    with people.sitting("Nadia") as here:
        assert call_back.number(ref, "", by=here, at=due) == NUMBER
        assert call_back.to_make(by=here, at=due)[0].due_words == "Due now"
    assert "only when it says that it is safe" in alarm_kinds.rule_of("call-late").do


def test_hours_in_words_do_not_take_the_ticked_hours_away(people: People) -> None:
    """With hours ticked, "not while he is home, 10 to 11" counted for nothing."""
    ref, noon = held(people, **some_other_day(people), times="10 to 11"), noon_of_the_safe_day(people)
    with people.sitting("Nadia") as here:
        with pytest.raises(NotNow, match="safe times"):
            call_back.number(ref, "", by=here, at=noon)
        assert call_back.number(ref, "their-words", by=here, at=noon) == NUMBER
        with pytest.raises(NotNow, match="other days or hours"):
            call_back.number(ref, "their-words", by=here, at=noon + timedelta(hours=4))


def test_a_report_is_not_closed_while_somebody_waits_for_a_call(people: People) -> None:
    ref = held(people)
    with people.sitting("Nadia") as here:
        transitions.assess(ref, stories.VAGUE, version=row(ref).version, by=here, at=people.at)
        with pytest.raises(NotNow, match="asked for a call"):
            transitions.close(ref, stories.NOTHING, version=row(ref).version, by=here, at=people.at)
    attempt(people, ref, "not-made", "They wrote that they are safe and want none")
    with people.sitting("Nadia") as here:
        transitions.close(ref, stories.NOTHING, version=row(ref).version, by=here, at=people.at)
        assert case_file.case_file(ref, by=here, at=people.at).header.stage == "closed"


def test_the_list_has_who_waits_with_what_is_safe_and_no_number(people: People) -> None:
    ref = held(people, **some_other_day(people))
    people.read(asks(people), "Nadia")
    with people.sitting("Nils") as here:
        first, second = call_back.to_make(by=here, at=people.at)
    assert ref in {first.ref, second.ref}
    assert NUMBER not in repr((first, second)) + str([one.line and one.line.rows for one in (first, second)])
    with people.sitting("Otto") as here:
        assert call_back.to_make(by=here, at=people.at) == ()
    with people.sitting("Nils", unlocked=False) as here:
        assert len(call_back.to_make(by=here, at=people.at)) == 2


def test_what_is_safe_now_comes_first(people: People) -> None:
    at = noon_of_the_safe_day(people)
    later, now = held(people, days=[day_code(people.at, 5)]), held(people, **some_other_day(people))
    with people.sitting("Nils", at=at) as here:
        found = call_back.to_make(by=here, at=at)
    assert [one.ref for one in found] == [now, later]
    assert next(one.line.opens_words for one in found if one.line) == "Open now, until 12:00"


def test_an_attempt_on_an_older_edition_changes_nothing(people: People) -> None:
    ref = held(people)
    with people.sitting("Nadia") as here, pytest.raises(Changed):
        call_outcomes.tried(ref, "reached", "", version=row(ref).version - 1, by=here, at=people.at)
    assert not CallBack.objects.get().done
