"""What a kind of report has of its own: how it may end, what is asked of its officers, how fast it must be seen."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from heedline.dispatch.clocks import first_due, slot_end
from heedline.intake.question_files import load_question_set
from heedline.packs import load_pack
from heedline.packs.rules.working_days import HolidaysNotListed, Within, WorkingDays
from heedline.packs.urgency import Urgency

PACK = load_pack("uk")
WORDS = PACK.words("en")
DAYS: WorkingDays = PACK.working_days
LONDON = ZoneInfo("Europe/London")


def test_activity_comes_first_and_every_kind_has_its_questions() -> None:
    """Sites and officers that know one kind only take the first."""
    assert list(PACK.kinds) == ["activity", "person", "online", "advice"]
    assert [kind.desk_kind for kind in PACK.kinds.values()] == [
        "activity",
        "safeguarding",
        "material",
        "advice",
    ]
    for kind in PACK.kinds.values():
        assert load_question_set(PACK, kind.code).code == kind.code
    assert {desk.kind for desk in PACK.desks.values()} >= {"activity", "authoriser"}
    assert PACK.desks[PACK.authoriser_desk].kind == "authoriser"


def test_worries_and_activity_are_always_watched() -> None:
    assert {kind.code: kind.watch for kind in PACK.kinds.values()} == {
        "activity": True, "person": True, "online": False, "advice": False,
    }  # fmt: skip


@pytest.mark.parametrize("kind", list(PACK.kinds))
def test_every_kind_can_end_well_or_not_and_the_short_way_has_reasons(kind: str) -> None:
    outcomes, reasons = PACK.outcomes_for(kind), PACK.reasons_for(kind)
    assert {outcome.useful for outcome in outcomes.values()} == {True, False}
    short = {code for code, outcome in outcomes.items() if outcome.short}
    assert short == {reason.outcome for reason in reasons.values()}
    assert "spam" in short
    assert PACK.templates_for(kind)


def test_what_belongs_to_one_kind_is_not_offered_to_another() -> None:
    assert "joined-case" in PACK.outcomes_for("person")
    assert "joined-case" not in PACK.outcomes_for("activity")
    assert "unlawful-remove" in PACK.outcomes_for("online")
    assert "visit-booked" not in PACK.outcomes_for("online")
    assert "child-images" in PACK.reasons_for("online")
    assert "child-images" not in PACK.reasons_for("activity"), "its outcome is for both, it is not"
    assert "vehicle-described" not in PACK.templates_for("person")
    assert set(PACK.outcomes_for("no-such-kind")) == {"spam"}


def test_activity_ends_as_it_did_before_there_were_other_kinds() -> None:
    assert list(PACK.outcomes_for("activity")) == [
        "informed-investigation", "new-lead", "built-picture", "safeguarding-referral", "crime-recorded",
        "no-concern-explained", "insufficient", "no-behaviour", "other-body", "false-good-faith", "malicious", "spam",
    ]  # fmt: skip


def test_staff_words_say_susceptible_and_blame_nobody() -> None:
    texts = [outcome.words for outcome in PACK.outcomes.values()]
    texts += [reason.words for reason in PACK.reasons.values()]
    for assessment in PACK.assessments.values():
        texts += [assessment.done_what.label, assessment.done_what.hint, assessment.reason.label]
        for choice in assessment.choices:
            texts += [choice.label, *choice.choices.values()]
            if choice.code != "susceptible":  # whose hint says which word is used
                texts.append(choice.hint)
    assert not [text for text in texts if "vulnerable" in text.lower() or "suspect" in text.lower()]


def test_each_desk_assesses_in_its_own_words() -> None:
    assert PACK.assessment("activity").done_what.label == "Behaviour reported"
    [before] = PACK.assessment("activity").choices
    assert (before.code, before.required) == ("before", ""), "presets leave the question open"
    choices = {kind: {choice.code: choice for choice in PACK.assessment(kind).choices} for kind in PACK.kinds}
    assert "none_susceptible" in choices["person"]["concern"].choices, "no ideology is a concern of its own"
    provision = choices["online"]["provision"]
    assert provision.several
    assert {"encouragement", "dissemination", "support", "article", "information", "none"} <= set(
        provision.choices
    )
    assert set(choices["online"]["expression"].choices) >= {"journalism", "art", "counter"}
    assert PACK.assessment("no-such-kind") is PACK.assessment("activity")
    for assessment in PACK.assessments.values():
        assert assessment.done_what.required
        assert assessment.reason.required


# Clocks

THURSDAY = datetime(2026, 11, 26, 14, 15, tzinfo=UTC)


@pytest.mark.parametrize("urgency", list(Urgency))
@pytest.mark.parametrize("kind", ["activity", "person", "online"])
def test_by_priority_the_pack_and_the_clocks_say_the_same(kind: str, urgency: str) -> None:
    due = PACK.first_due(kind, urgency, slot_end(THURSDAY))
    assert due == first_due(THURSDAY, urgency, PACK.timetable(kind))
    assert due <= slot_end(THURSDAY) + PACK.clock("unread_ceiling")


def test_danger_is_as_fast_for_every_kind() -> None:
    for kind in PACK.kinds:
        assert PACK.first_due(kind, "danger", THURSDAY) == THURSDAY + timedelta(minutes=1)


def test_only_what_is_a_kinds_own_differs() -> None:
    assert PACK.timetable("activity").clocks == PACK.clocks
    assert PACK.timetable("no-such-kind").first_priority == PACK.first_priority
    assert PACK.timetable("person").clocks["call_back"] == timedelta(hours=24)
    assert PACK.timetable("person").first_priority == PACK.first_priority
    assert PACK.timetable("online").first_priority["routine"] == "low"


@pytest.mark.parametrize(
    ("arrived", "area", "due"),
    [
        (datetime(2026, 11, 26, 14, 15, tzinfo=UTC), "west-yorkshire", datetime(2026, 11, 30, 17, tzinfo=UTC)),
        # 30 November is a holiday in Scotland
        (datetime(2026, 11, 26, 14, 15, tzinfo=UTC), "police-scotland", datetime(2026, 12, 1, 17, tzinfo=UTC)),
        (datetime(2026, 11, 28, 3, 0, tzinfo=UTC), "unknown", datetime(2026, 12, 1, 17, tzinfo=UTC)),
        # Christmas on a Friday, and Monday for the day after it
        (datetime(2026, 12, 23, 9, 0, tzinfo=UTC), "kent", datetime(2026, 12, 29, 17, tzinfo=UTC)),
        # summer: 17:00 in London is 16:00 UTC, and half past midnight there is the day before here
        (datetime(2027, 6, 7, 23, 30, tzinfo=UTC), "kent", datetime(2027, 6, 10, 16, tzinfo=UTC)),
        (datetime(2027, 7, 9, 9, 0, tzinfo=UTC), "northern-ireland", datetime(2027, 7, 14, 16, tzinfo=UTC)),
        # Saint Patrick's Day
        (datetime(2027, 3, 16, 9, 0, tzinfo=UTC), "northern-ireland", datetime(2027, 3, 19, 17, tzinfo=UTC)),
        (datetime(2027, 3, 16, 9, 0, tzinfo=UTC), "kent", datetime(2027, 3, 18, 17, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_a_request_for_advice_is_acknowledged_within_two_working_days(
    arrived: datetime, area: str, due: datetime
) -> None:
    assert PACK.first_due("advice", "routine", arrived, area=area) == due


def test_working_days_are_counted_from_one_and_need_a_zone() -> None:
    with pytest.raises(ValueError, match="zone"):
        DAYS.close_of(datetime(2026, 1, 1), 1, calendar="scotland")  # noqa: DTZ001 – that is the point
    with pytest.raises(ValueError, match="one"):
        DAYS.close_of(THURSDAY, 0, calendar="scotland")
    with pytest.raises(KeyError):
        DAYS.is_working(THURSDAY.date(), calendar="atlantis")


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (datetime(2027, 3, 27, 12, tzinfo=LONDON), datetime(2027, 3, 29, 12, tzinfo=UTC)),
        (datetime(2027, 10, 30, 12, tzinfo=LONDON), datetime(2027, 11, 1, 11, tzinfo=UTC)),
    ],
)
def test_hours_are_hours_across_a_clock_change(start: datetime, end: datetime) -> None:
    assert Within(hours=48).after(start, DAYS, calendar="scotland") == end


def test_working_days_end_in_a_year_whose_holidays_are_listed() -> None:
    last = datetime(2028, 12, 28, 9, tzinfo=UTC)
    end = Within(working_days=1).after(last, DAYS, calendar="scotland")
    assert end == datetime(2028, 12, 29, 17, tzinfo=UTC)
    with pytest.raises(HolidaysNotListed, match="2029"):
        Within(working_days=2).after(last, DAYS, calendar="scotland")
    nothing = replace(DAYS, holidays={"none": frozenset[date]()})
    with pytest.raises(HolidaysNotListed):
        Within(working_days=1).after(last, nothing, calendar="none")
    assert Within(hours=9000).after(last, nothing, calendar="none").year == 2030


@pytest.mark.parametrize("wrong", [{}, {"hours": 1, "working_days": 1}, {"hours": -1}, {"working_days": -1}])
def test_a_time_limit_is_in_hours_or_in_working_days(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="hours or in working days"):
        Within(**wrong)
    with pytest.raises(ValueError, match="zone"):
        Within(hours=1).after(datetime(2026, 1, 1), DAYS, calendar="scotland")  # noqa: DTZ001 – that is the point


def test_a_desk_keeps_its_own_calendar_or_the_usual_one() -> None:
    """A desk that stewards have set up and the pack does not list keeps the usual one."""
    own = {"advice-northern-ireland": "northern-ireland"}
    for desk in (*PACK.desks, "elsewhere"):
        assert PACK.calendar_of(desk) == own.get(desk, "england-and-wales"), desk
    north = replace(PACK.desks["north-east"], calendar="scotland")
    assert replace(PACK, desks={**PACK.desks, "north-east": north}).calendar_of("north-east") == "scotland"
