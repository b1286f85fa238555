"""Tests for the time limits of notices, against bank holidays computed here from the law, not by the library."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heedline.packs import load_pack
from heedline.packs.tables import PackError
from heedline.specialist_desks.material.notice_rules.clock import (
    NoticeStep,
    NoticeTimes,
    bank_holidays,
    day_in_uk,
    end_of_compliance,
    escalate_to,
    is_working_day,
    last_day_to_comply,
    proclaimed,
    read_notice_rules,
    referral_step,
    section_3_step,
)
from tests.support.cases import cases

UK = files("heedline.packs") / "uk"
RULES = read_notice_rules(UK)
YEARS = range(2020, 2036)
DAY = timedelta(days=1)
#: Moved and single bank holidays, by proclamation: VE Day 2020 in place of 4 May, the jubilee in place of 30 May 2022,
#: the state funeral, the coronation, and Scotland's in 2026 for the football World Cup.
MOVED = {date(2020, 5, 4), date(2022, 5, 30)}
SINGLE = {
    date(2020, 5, 8),
    date(2022, 6, 2),
    date(2022, 6, 3),
    date(2022, 9, 19),
    date(2023, 5, 8),
    date(2026, 6, 15),
}


def easter(year: int) -> date:
    """Return Easter Sunday (the anonymous Gregorian computus)."""
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return date(year, f // 31, f % 31 + 1)


def monday(year: int, month: int, which: int) -> date:
    """Return the first Monday of a month, or the last for -1."""
    if which > 0:
        first = date(year, month, 1)
        return first + DAY * ((7 - first.weekday()) % 7)
    last = date(year, month + 1, 1) - DAY
    return last - DAY * last.weekday()


def moved_from_weekend(days: list[date]) -> set[date]:
    """Return days with those at weekends replaced by the next working days that are not holidays themselves."""
    found: set[date] = set()
    for day in days:
        while day.weekday() > 4 or day in found:
            day += DAY
        found.add(day)
    return found


def table(year: int) -> set[date]:
    """Return the weekdays of a year that are a holiday somewhere in the United Kingdom.

    Sources: Banking and Financial Dealings Act 1971, schedule 1; St Andrew's Day Bank Holiday (Scotland) Act 2007;
    royal proclamations for the substitutes.
    """
    sunday = easter(year)
    everywhere = [
        sunday - 2 * DAY,
        sunday + DAY,
        monday(year, 5, 1),
        monday(year, 5, -1),
        monday(year, 8, -1),
    ]
    scotland = [monday(year, 8, 1)]
    substitutes = moved_from_weekend([date(year, 1, 1), date(year, 1, 2)])  # Scotland's second day moves too
    substitutes |= moved_from_weekend([date(year, 1, 1)])
    substitutes |= moved_from_weekend([date(year, 12, 25), date(year, 12, 26)])
    for one in (date(year, 3, 17), date(year, 7, 12), date(year, 11, 30)):
        substitutes |= moved_from_weekend([one])
    single = {day for day in SINGLE if day.year == year}
    return {*everywhere, *scotland, *substitutes, *single} - MOVED


@pytest.mark.parametrize("year", YEARS)
def test_bank_holidays_are_those_of_the_table(year: int) -> None:
    assert {day for day in bank_holidays(year) if day.weekday() < 5} == table(year)


def test_every_day_of_sixteen_years_has_the_tables_last_day() -> None:
    off = {day for year in range(2020, 2037) for day in table(year)}
    day = date(2020, 1, 1)
    while day.year < 2036:
        last, left = day, 2
        while left:
            last += DAY
            left -= last.weekday() < 5 and last not in off
        assert last_day_to_comply(day) == last, day
        day += DAY


def test_the_pack_and_the_library_know_the_same_holidays() -> None:
    further = proclaimed(load_pack("uk").working_days)
    assert [day for day in further if is_working_day(day)] == []
    assert {
        day for year in (2026, 2027, 2028) for day in bank_holidays(year) if day.weekday() < 5
    } - further == set()


@pytest.mark.parametrize(
    ("given_on", "last"),
    [
        (date(2026, 4, 2), date(2026, 4, 8)),  # Good Friday, Easter Monday
        (date(2026, 3, 13), date(2026, 3, 18)),  # St Patrick's Day, Northern Ireland
        (date(2026, 11, 27), date(2026, 12, 2)),  # St Andrew's Day, Scotland
        (date(2026, 12, 24), date(2026, 12, 30)),  # Christmas, and Boxing Day's substitute
        (date(2026, 7, 10), date(2026, 7, 15)),  # 12 July is a Sunday: Monday instead, Northern Ireland
        (date(2027, 7, 9), date(2027, 7, 14)),  # 12 July itself
        (date(2025, 12, 31), date(2026, 1, 6)),  # 1 January, 2 January in Scotland
        (date(2026, 7, 31), date(2026, 8, 5)),  # first Monday of August, Scotland
        (date(2026, 6, 12), date(2026, 6, 17)),  # a single holiday, Scotland
        (date(2026, 11, 24), date(2026, 11, 26)),  # an ordinary week
        (date(2026, 11, 28), date(2026, 12, 2)),  # given on a Saturday
        (date(2027, 12, 24), date(2027, 12, 30)),  # Christmas on a Saturday
        (date(2028, 2, 28), date(2028, 3, 1)),  # leap year
    ],
)
def test_last_day_to_comply(given_on: date, last: date) -> None:
    assert last_day_to_comply(given_on) == last


def test_a_holiday_proclaimed_later_is_added() -> None:
    assert last_day_to_comply(date(2026, 11, 24), {date(2026, 11, 25)}) == date(2026, 11, 27)


def test_the_time_ends_at_midnight_in_the_united_kingdom() -> None:
    assert end_of_compliance(date(2026, 11, 24)) == datetime(2026, 11, 27, tzinfo=UTC)
    assert end_of_compliance(date(2026, 6, 2)) == datetime(2026, 6, 4, 23, tzinfo=UTC)
    # the clocks change on 29 March and 25 October 2026
    assert end_of_compliance(date(2026, 3, 27)) == datetime(2026, 3, 31, 23, tzinfo=UTC)
    assert end_of_compliance(date(2026, 10, 23)) == datetime(2026, 10, 28, tzinfo=UTC)


def test_a_moment_has_the_day_of_the_united_kingdom() -> None:
    assert day_in_uk(datetime(2026, 6, 1, 23, 30, tzinfo=UTC)) == date(2026, 6, 2)
    assert day_in_uk(datetime(2026, 12, 1, 23, 30, tzinfo=UTC)) == date(2026, 12, 1)
    with pytest.raises(ValueError, match="time zone"):
        day_in_uk(datetime(2026, 6, 1))  # noqa: DTZ001 - what must be refused


@pytest.mark.thorough
@settings(max_examples=cases(300))
@given(st.dates(date(2020, 1, 1), date(2035, 12, 1)))
def test_two_working_days_lie_between(day: date) -> None:
    last = last_day_to_comply(day)
    days = [day + DAY * n for n in range(1, (last - day).days + 1)]
    assert sum(map(is_working_day, days)) == 2
    assert is_working_day(last)
    assert last_day_to_comply(day + DAY) >= last


NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_a_referral_waits_for_one_step_at_a_time() -> None:
    def step(**times: object) -> tuple[NoticeStep, datetime] | None:
        found = referral_step(NoticeTimes(composed=NOW, **times), RULES)  # type: ignore[arg-type]
        return found and (found.step, found.due)

    assert step() == (NoticeStep.APPROVE, NOW + 24 * HOUR)
    assert step(approved=NOW) == (NoticeStep.SEND, NOW + 4 * HOUR)
    assert step(approved=NOW, sent=NOW) == (NoticeStep.ACKNOWLEDGE, NOW + 24 * HOUR)
    assert step(approved=NOW, sent=NOW, acknowledged=NOW + 20 * HOUR) == (NoticeStep.ANSWER, NOW + 72 * HOUR)
    assert step(approved=NOW, sent=NOW, answered=NOW) is None


def test_a_crisis_has_shorter_times() -> None:
    sent = NoticeTimes(composed=NOW, approved=NOW, sent=NOW)
    found = referral_step(sent, RULES, crisis=True)
    assert found
    assert found.due == NOW + HOUR


def test_a_notice_that_came_back_is_red_at_once() -> None:
    found = referral_step(NoticeTimes(composed=NOW, approved=NOW, sent=NOW, bounced=True), RULES)
    assert found
    assert (found.step, found.is_red(NOW)) == (NoticeStep.SEND, True)


def test_a_step_is_red_when_its_time_has_come() -> None:
    found = referral_step(NoticeTimes(composed=NOW), RULES)
    assert found
    assert [found.is_red(found.due - HOUR), found.is_red(found.due)] == [False, True]


def test_silence_escalates_in_order() -> None:
    found = referral_step(NoticeTimes(composed=NOW, approved=NOW, sent=NOW), RULES)
    assert found
    said = [escalate_to(found, RULES, found.due + n * HOUR) for n in (-1, 0, 24, 100, 1000)]
    assert [one and one.to for one in said] == [
        None,
        "the company's next channel",
        "the supervisor of the desk",
        "the company's legal representative, by letter",
        "a senior officer, who decides on a section 3 notice",
    ]
    own = referral_step(NoticeTimes(composed=NOW), RULES)
    assert own
    assert escalate_to(own, RULES, NOW + 1000 * HOUR) is None


def test_the_clock_of_section_3_starts_when_the_notice_is_given() -> None:
    """It does not start when the notice is approved, printed or posted."""
    approved = NoticeTimes(composed=NOW, approved=NOW, sent=NOW)
    waiting = section_3_step(approved, RULES)
    assert waiting
    assert waiting.step is NoticeStep.SERVE
    served = section_3_step(NoticeTimes(composed=NOW, approved=NOW, given=date(2026, 11, 27)), RULES)
    assert served
    assert (served.step, served.due) == (NoticeStep.COMPLY, datetime(2026, 12, 3, tzinfo=UTC))
    assert section_3_step(NoticeTimes(composed=NOW, answered=NOW), RULES) is None
    first = section_3_step(NoticeTimes(composed=NOW), RULES)
    assert first
    assert first.step is NoticeStep.APPROVE


@pytest.mark.parametrize(
    ("was", "becomes", "message"),
    [
        ("[steps.serve]", "[steps.surf]", "steps: must be"),
        ("hours = 168", "hours = 1", "escalation: must be in order"),
        ("items = 100", "items = 0", "above zero"),
        ("hours = 24\n[steps.send]", "hours = -1\n[steps.send]", "must not be negative"),
        ("[crisis]", "[crisis]\nanswer = 1", "is not a known key"),
    ],
)
def test_a_mistake_in_the_pack_is_named(tmp_path: Path, was: str, becomes: str, message: str) -> None:
    text = (UK / "notices.toml").read_text(encoding="utf-8")
    assert was in text
    (tmp_path / "notices.toml").write_text(text.replace(was, becomes), encoding="utf-8")
    with pytest.raises(PackError, match=message):
        read_notice_rules(tmp_path)


def test_a_translation_that_nobody_has_checked_has_the_english_below_it(tmp_path: Path) -> None:
    text = (UK / "notices.toml").read_text(encoding="utf-8")
    unread = read_notice_rules(UK).tell
    assert set(unread.others) == {one.stem for one in (UK / "words").glob("??.toml")} - {"en"}
    for code in unread.others:
        for gone, english in unread.english.items():
            assert unread.message(code, gone=gone).endswith(f"\n\n{english}"), code
    assert unread.message("en", gone=True) == unread.message("fr", gone=True) == unread.english[True]
    (tmp_path / "notices.toml").write_text(
        text.replace('reviewed = ""', 'reviewed = "translator, 2026-12-01"', 1), encoding="utf-8"
    )
    checked = read_notice_rules(tmp_path).tell
    assert unread.message("cy", gone=True).startswith(f"{checked.message('cy', gone=True)}\n\n")
    assert checked.variants(gone=True) != unread.variants(gone=True)
