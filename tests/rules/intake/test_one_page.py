"""Tests for all questions on one page: unasked ones need no answer, text is never lost, and names need consent."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heedline.intake import engine, one_page
from heedline.intake.one_page import PageReading, Phrases
from heedline.intake.question_files import load_question_set
from heedline.intake.record import Record, build
from heedline.packs import load_pack

PACK = load_pack("uk")
SETS = {code: load_question_set(PACK, kind.code) for code, kind in PACK.kinds.items()}
QS = SETS["activity"]
PHRASES = Phrases("missing", "first: {step}", "no leave: {step}")
ACCOUNT = "Two men loaded drums into a van."


def read(kind: str = "activity", *, offered: bool = True, **posted: str | list[str]) -> PageReading:
    typed = {
        name.replace("__", "."): value if isinstance(value, list) else [value]
        for name, value in posted.items()
    }
    return one_page.read_page(SETS[kind], typed, offered=offered, phrases=PHRASES)


def record(reading: PageReading, kind: str = "activity") -> Record:
    answers = one_page.whole(SETS[kind], reading)
    return build(SETS[kind], answers, language="en", identity_offered=True)


@pytest.mark.parametrize("kind", SETS)
def test_the_account_alone_is_enough_for_every_kind(kind: str) -> None:
    blank = read(kind)
    assert list(blank.errors) == [".".join(SETS[kind].narrative)]
    assert not blank.told
    told = read(kind, **{"__".join(SETS[kind].narrative): ACCOUNT})
    assert not told.errors
    assert record(told, kind).narrative == ACCOUNT
    assert record(told, kind).anonymous


def test_a_web_address_may_stand_for_an_account() -> None:
    found = read("online", where__addresses="https://example.org/x")
    assert found.told
    assert not found.errors
    assert record(found, "online").narrative == "https://example.org/x"


def test_a_filled_in_step_is_checked_like_on_its_own_page() -> None:
    found = read(what__narrative=ACCOUNT, where__postcode="not one", vehicle__2__registration="§§")
    assert set(found.errors) == {"where.postcode", "vehicle.2.registration"}
    assert found.shown["where.postcode"] == "not one"


def test_a_tick_is_set_by_what_was_told_and_a_choice_is_never_made_up() -> None:
    found = read(what__narrative=ACCOUNT, vehicle__1__registration="ab12 cde", person__1__name="The driver")
    assert not found.errors, "people and vehicles need no tick"
    found = read("person", what__narrative=ACCOUNT, lead__why="It is not safe.")
    assert "tie" not in found.answers
    assert found.errors == {"tie.who": "first: What have you done so far?"}
    assert (
        record(found, "person").narrative
        == (f"{ACCOUNT}\nIf you have not told them, what is the reason?: It is not safe.")
        or "It is not safe." in record(found, "person").narrative
    )


def test_items_of_a_loop_keep_their_order_and_blank_ones_are_no_items() -> None:
    found = read(what__narrative=ACCOUNT, person__2__name="Two", person__4__name="Four")
    items = found.answers["person"]["items"]
    assert [item["values"]["name"] for item in items] == ["Two", "Four"]
    assert len({item["id"] for item in items}) == 2
    step = QS.any_step("person")
    assert one_page.slots_of(step, {}, 0) == one_page.SLOTS
    assert one_page.slots_of(step, {"person.7.name": ["x"]}, 3) == 7
    assert one_page.slots_of(step, {}, 10_000) == step.limit_items


@pytest.mark.parametrize("who", ["", "anonymous"])
def test_who_they_are_is_kept_only_with_their_leave(who: str) -> None:
    posted: dict[str, Any] = {"contact__name": "Rosa", "contact__phone": "x", "you__who": who}
    found = read(what__narrative=ACCOUNT, **posted)
    assert found.refused == ("contact",)
    assert found.errors == {"contact.name": "no leave: How can we contact you safely?"}
    assert not found.unread
    sent = record(found)
    assert sent.identity is None
    assert "Rosa" not in str(sent.report_part())
    assert one_page.without({"contact.name": ["Rosa"], "what.narrative": [ACCOUNT]}, found.refused) == {
        "what.narrative": [ACCOUNT]
    }


def test_in_confidence_it_goes_to_the_identity_even_when_it_is_not_right() -> None:
    found = read(what__narrative=ACCOUNT, you__who="confidence", contact__ways=["phone"], contact__phone="x")
    assert "contact.phone" in found.errors
    sent = record(found)  # a line that drops
    assert sent.identity is not None
    assert sent.identity["contact"]["phone"] == "x"
    assert sent.narrative == ACCOUNT


def test_where_no_name_can_be_locked_away_none_is_asked() -> None:
    names = one_page.names(QS, offered=False)
    assert not {name for name in names if name.startswith(("you.", "contact."))}
    found = read(what__narrative=ACCOUNT, offered=False, contact__name="Rosa", you__who="confidence")
    assert "contact" not in found.answers
    assert not found.refused


def test_what_cannot_be_read_goes_into_the_account_of_a_dropped_call() -> None:
    found = read(what__narrative=ACCOUNT, where__postcode="by the mill", **{"where__date-day": "41"})
    sent = record(found)
    assert sent.narrative.startswith(ACCOUNT)
    assert "Postcode: by the mill" in sent.narrative
    assert "Date: 41" in sent.narrative
    too_long = read(what__narrative="x" * 10_001)
    assert too_long.told
    assert record(too_long).narrative == "x" * 10_001


NAMES = sorted(one_page.names(QS, offered=True))
VALUES = ["yes", "no", "not_sure", "confidence", "anonymous", "none", "vehicle", "cannot", "2026", "x"]


@pytest.mark.thorough
@given(st.dictionaries(st.sampled_from(NAMES), st.lists(st.sampled_from(VALUES), max_size=2), max_size=12))
def test_whatever_is_posted_nothing_of_it_is_lost_and_no_name_leaks(typed: dict[str, list[str]]) -> None:
    marked = {
        name: [f"Zq{at:02}" if value == "x" else value for value in values]
        for at, (name, values) in enumerate(typed.items())
    }
    marked["what.narrative"] = [ACCOUNT]
    found = one_page.read_page(QS, marked, offered=True, phrases=PHRASES)
    answers = one_page.whole(QS, found)
    sent = build(QS, answers, language="en", identity_offered=True)
    told, who = str(sent.report_part()), str(sent.identity_part())
    assert set(sent.answers) <= set(engine.counted(QS, answers, identity_offered=True))
    for name, values in marked.items():
        if values and values[-1].startswith("Zq"):
            about_them = name.startswith("contact.")
            assert about_them or values[-1] in told or values[-1].upper() in told, name
            if about_them:
                assert values[-1] not in told
                assert values[-1] in who or "contact" in found.refused
