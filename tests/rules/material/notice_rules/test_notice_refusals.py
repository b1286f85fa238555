"""Tests for the reasons for refusing a notice, one for each."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from heedline.specialist_desks.material.notice_rules.content import (
    NoticeContent,
    NoticeGround,
    NoticeItem,
    digest,
)
from heedline.specialist_desks.material.notice_rules.directory import ChannelKind
from heedline.specialist_desks.material.notice_rules.refusals import (
    OF_STATE,
    ItemStanding,
    NoticeRefusal,
    NoticeStanding,
    refusals,
    why_not_approve,
)
from heedline.specialist_desks.material.notice_rules.repeating import repeats, written_words
from heedline.specialist_desks.material.rules import ItemState
from tests.rules.material.notice_rules.notice_scene import (
    APPROVER,
    COMPOSER,
    EXAMINER,
    ITEM,
    LETTER,
    NOW,
    REFERRAL,
    REVIEWER,
    RULES,
    SENIOR,
    standing,
)

R = NoticeRefusal


def test_nothing_speaks_against_a_whole_and_approved_notice() -> None:
    assert refusals(REFERRAL, standing(REFERRAL), RULES, NOW) == []
    assert refusals(LETTER, standing(LETTER), RULES, NOW) == []


_ADDRESSEE, _UNIT = REFERRAL.addressee, REFERRAL.authority
type Change = Callable[[NoticeContent], NoticeContent]


def _with(**changes: object) -> Change:
    return lambda content: replace(content, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (_with(items=()), R.NO_ITEMS),
        (_with(items=tuple(NoticeItem(f"https://kiteboard.example/posts/{n}", "", date(2026, 11, 24)) for n in range(101))), R.TOO_MANY_ITEMS),
        (_with(items=(NoticeItem("", " ", date(2026, 11, 24)),)), R.NOT_FINDABLE),
        (_with(items=(REFERRAL.items[0], REFERRAL.items[0])), R.ITEM_TWICE),
        (_with(grounds=(), terms_clause=""), R.NO_GROUND),
        (_with(grounds=(NoticeGround("", "reason"),), terms_clause=" "), R.NO_GROUND),
        (_with(reasons=" "), R.NO_REASONS),
        (_with(grounds=(NoticeGround("Terrorism Act 2006, section 2", ""),)), R.NO_REASONS),
        (_with(authority=replace(_UNIT, unit="")), R.NO_AUTHORITY),
        (_with(authority=replace(_UNIT, email="")), R.NO_AUTHORITY),
        (_with(addressee=replace(_ADDRESSEE, company="")), R.NO_ADDRESSEE),
        (_with(addressee=replace(_ADDRESSEE, address="")), R.NO_ADDRESSEE),
        (_with(acknowledge_by=None), R.NO_TIME),
        (_with(answer_by=None), R.NO_TIME),
        (_with(answer_url=""), R.NO_ANSWER_PAGE),
        (_with(addressee=replace(_ADDRESSEE, language="fr")), R.LANGUAGE),
    ],
)  # fmt: skip
def test_an_incomplete_notice_is_refused(change: Change, refusal: NoticeRefusal) -> None:
    content = change(REFERRAL)
    assert refusals(content, standing(content), RULES, NOW) in ([refusal], [refusal, R.NOT_EXAMINED])


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"state": ItemState.NEW}, R.NOT_EXAMINED),
        ({"state": ItemState.EXAMINING}, R.NOT_EXAMINED),
        ({"state": ItemState.SECOND, "reviewer": None}, R.SECOND_REVIEW),
        ({"state": ItemState.DISPUTED}, R.SECOND_REVIEW),
        ({"state": ItemState.GONE}, R.NOT_THERE),
        ({"state": ItemState.REFERRED}, R.REFERRED),
        ({"state": ItemState.TERMS, "examiner": None}, R.NOT_EXAMINED),
        ({"state": ItemState.LAWFUL}, R.LAWFUL),
        ({"state": ItemState.OUTSIDE}, R.LAWFUL),
        ({"state": ItemState.UNCLEAR}, R.LAWFUL),
        ({"state": ItemState.HELD}, R.HELD),
        ({"reviewer": None}, R.SECOND_REVIEW),
        ({"reviewer": EXAMINER}, R.SECOND_REVIEW),
        ({"expression_answered": False}, R.EXPRESSION),
        ({"deconflicted": False}, R.DECONFLICTION),
        ({"closed_audience": True}, R.CLOSED_AUDIENCE),
        ({"closed_audience": True, "senior": EXAMINER}, R.CLOSED_AUDIENCE),
        ({"closed_audience": True, "senior": COMPOSER}, R.CLOSED_AUDIENCE),
        ({"live_at": None}, R.NOT_THERE),
        ({"live_at": NOW - timedelta(hours=24, seconds=1)}, R.STALE),
        ({"of_company": False}, R.OTHER_COMPANY),
    ],
)
@pytest.mark.parametrize("content", [REFERRAL, LETTER], ids=["referral", "letter"])
def test_one_unfounded_item_stops_the_whole_notice(
    content: NoticeContent, changes: dict[str, object], refusal: NoticeRefusal
) -> None:
    items = (*(ITEM,) * (len(content.items) - 1), replace(ITEM, **changes))  # type: ignore[arg-type]
    found = refusals(content, standing(content, *items), RULES, NOW)
    assert set(found) - {R.TERMS_ONLY} == {refusal}
    assert set(refusals(content, standing(content, *items), RULES, NOW, sending=False)) == set(found)


def test_a_state_lets_an_item_into_a_notice_or_has_a_refusal() -> None:
    """A new state of items is refused until somebody decides on it here."""
    assert set(ItemState) - set(OF_STATE) == {ItemState.UNLAWFUL, ItemState.TERMS}


def test_what_only_breaks_terms_needs_no_second_reviewer_and_no_letter() -> None:
    terms = replace(ITEM, state=ItemState.TERMS, reviewer=None)
    assert refusals(REFERRAL, standing(REFERRAL, terms, terms), RULES, NOW) == []
    assert refusals(LETTER, standing(LETTER, terms), RULES, NOW) == [R.TERMS_ONLY]


def test_a_closed_audience_may_be_approved_by_a_senior() -> None:
    closed = replace(ITEM, closed_audience=True, senior=SENIOR)
    assert refusals(REFERRAL, standing(REFERRAL, closed, ITEM), RULES, NOW) == []


def test_every_item_stands_on_an_examination() -> None:
    assert refusals(REFERRAL, standing(REFERRAL, ITEM), RULES, NOW) == [R.NOT_EXAMINED]


def test_a_check_on_the_last_permitted_moment_is_fresh() -> None:
    item = replace(ITEM, live_at=NOW - timedelta(hours=24))
    assert refusals(REFERRAL, standing(REFERRAL, item, item), RULES, NOW) == []


def _approved(**changes: object) -> NoticeStanding:
    return standing(REFERRAL, **changes)


@pytest.mark.parametrize(
    ("stands", "refusal"),
    [
        (_approved(approver=None), R.NOT_APPROVED),
        (_approved(approver=COMPOSER), R.OWN_APPROVAL),
        (_approved(approver=EXAMINER), R.OWN_APPROVAL),
        (_approved(approved_digest=""), R.CHANGED_SINCE),
        (_approved(approved_digest=digest(replace(REFERRAL, reasons="Others."))), R.CHANGED_SINCE),
        (_approved(channel_tested=False), R.CHANNEL),
        (_approved(entry_confirmed=False), R.ENTRY_OUT_OF_DATE),
        (_approved(languages=frozenset({"fr"})), R.LANGUAGE),
    ],
)
def test_an_unapproved_notice_is_refused(stands: NoticeStanding, refusal: NoticeRefusal) -> None:
    assert refusals(REFERRAL, stands, RULES, NOW) == [refusal]


def test_before_approval_only_the_approval_is_missing() -> None:
    waiting = _approved(approver=None, approved_digest="")
    assert refusals(REFERRAL, waiting, RULES, NOW, sending=False) == []
    assert why_not_approve(waiting, COMPOSER) is R.OWN_APPROVAL
    assert why_not_approve(waiting, EXAMINER) is R.OWN_APPROVAL
    assert why_not_approve(waiting, REVIEWER) is None
    assert why_not_approve(waiting, APPROVER) is None


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (_with(addressee=_ADDRESSEE), R.BY_HAND_OR_POST),
        (_with(addressee=replace(_ADDRESSEE, kind=ChannelKind.WEBHOOK)), R.BY_HAND_OR_POST),
        (_with(addressee=replace(_ADDRESSEE, kind=ChannelKind.FORM)), R.BY_HAND_OR_POST),
        (_with(constable=None), R.NO_CONSTABLE),
        *((_with(constable=replace(LETTER.constable, **{name: ""})), R.NO_CONSTABLE) for name in ("name", "rank", "number", "force")),  # type: ignore[type-var]
        (_with(items=REFERRAL.items[:1]), R.NOT_DESCRIBED),
        (_with(grounds=(), terms_clause="4.2"), R.NO_PROVISION),
    ],
)  # fmt: skip
def test_a_section_3_notice_has_rules_of_its_own(change: Change, refusal: NoticeRefusal) -> None:
    content = change(LETTER)
    assert refusals(content, standing(content), RULES, NOW) == [refusal]


def test_words_of_a_report_do_not_leave_with_a_notice() -> None:
    told = "My neighbour at number 9 posted this film, and I am afraid of him."
    assert repeats(["He posted it: my neighbour at NUMBER 9 posted this, you see."], [told])
    assert not repeats(["A film of forty seconds that praises an attack."], [told])
    assert not repeats(["my neighbour at number 9"], [told]), "five words may be chance"
    assert not repeats([], [told])
    assert not repeats(["one two three four five six"], [])
    refused = refusals(REFERRAL, standing(REFERRAL, repeats_report=True), RULES, NOW)
    assert refused == [R.REPORT_WORDS]
    assert refusals(REFERRAL, standing(REFERRAL, compared=False), RULES, NOW) == [R.NOT_COMPARED]
    assert refusals(REFERRAL, standing(REFERRAL, evidence_added=True), RULES, NOW) == [R.EVIDENCE_ADDED]
    assert set(written_words(REFERRAL)) >= {
        REFERRAL.reasons,
        REFERRAL.grounds[0].reason,
        "A film of 40 seconds",
    }


def test_a_notice_whose_times_have_passed_is_approved_again() -> None:
    late = NOW + timedelta(hours=23)
    assert refusals(REFERRAL, standing(REFERRAL, _there(late), _there(late)), RULES, late) == []
    late = NOW + timedelta(hours=24)
    found = refusals(REFERRAL, standing(REFERRAL, _there(late), _there(late)), RULES, late)
    assert found == [R.TIMES_PASSED]


def _there(at: datetime) -> ItemStanding:
    return replace(ITEM, live_at=at)


def test_every_refusal_is_a_sentence_and_is_tested() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    for one in NoticeRefusal:
        assert re.fullmatch(r"[A-Z].*\.", one), one
        assert f"R.{one.name}" in source, one
