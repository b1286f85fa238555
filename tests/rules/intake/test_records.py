"""Tests for sealed records, how the API makes them, repeated items, and the rows that people read."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heedline.intake import loops, summary
from heedline.intake.api_payload import RejectedPayload, from_api
from heedline.intake.question_files import load_question_set
from heedline.intake.questions import FieldKind
from heedline.intake.record import NotReady, Record, build, record
from heedline.packs import load_pack

QS = load_question_set(load_pack("uk"), "activity")
SETS = {"activity": QS}
FULL: dict[str, Any] = {
    "now": {"danger": "no"},
    "what": {"narrative": "A van.\nTwo days."},
    "where": {
        "when": "week", "date": {"year": 2026, "month": 3}, "around": "at noon",
        "place": "Leeds", "postcode": "LS1 3AD",
    },
    "person": {"next": 3, "items": [{"id": "2", "values": {"name": "Invented Name", "child": "not_sure"}}]},
    "vehicle": {"next": 2, "items": [{"id": "1", "values": {"registration": "AB12C??"}}]},
    "know": {"know": ["saw", "told"], "guess": "not_sure"},
    "you": {"who": "confidence"},
    "contact": {"name": "Invented Reporter", "ways": ["phone"], "phone": "07700 900123"},
}  # fmt: skip


def made(answers: dict[str, Any], offered: bool = True) -> Record:
    return record(QS, answers, language="en", identity_offered=offered)


def test_the_record_of_a_full_form() -> None:
    full = made(FULL)
    assert (full.urgency, full.place_text, full.postcode) == ("routine", "Leeds", "LS1 3AD")
    assert (full.anonymous, full.guessable, full.narrative) == (False, True, "A van.\nTwo days.")
    assert full.identity == {"contact": FULL["contact"]}
    astray = made({**FULL, "call": {"called": "called"}})
    assert "call" not in astray.answers, "ruled out by another answer"
    assert "what" not in full.answers, "the narrative is in one place only"
    assert full.answers["person"] == {"items": FULL["person"]["items"]}, (
        "a counter would say what was removed"
    )
    assert "Invented Reporter" not in json.dumps(full.report_part())
    assert "07700" not in json.dumps(full.report_part())
    assert full.report_part()["question_set"] == {"version": QS.version, "digest": QS.digest}


def test_a_reporter_under_18_is_marked_and_the_name_stays_where_it_was() -> None:
    young = made({**FULL, "you": {"who": "confidence", "under18": "yes"}})
    assert young.young
    assert young.identity == {"contact": FULL["contact"]}
    assert not made(FULL).young
    assert not made({**FULL, "you": {"who": "confidence", "under18": "no"}}).young


def test_a_record_comes_back_from_its_parts() -> None:
    full = made(FULL)
    report = json.loads(json.dumps(full.report_part()))
    assert Record.from_parts(report, full.identity_part()) == full
    assert Record.from_parts(report).identity is None
    with pytest.raises(ValueError, match="known format"):
        Record.from_parts({**report, "format": 2})


def test_a_record_shows_nothing_in_a_traceback() -> None:
    assert repr(made(FULL)) == "<Record of kind activity>"


def test_nothing_is_made_of_an_unfinished_form() -> None:
    with pytest.raises(NotReady) as caught:
        made({"now": {"danger": "yes"}, "you": {"who": "confidence"}})
    assert caught.value.slugs == ("call", "what", "contact")


def test_staying_anonymous_drops_a_contact_typed_before() -> None:
    for answers, offered in (({**FULL, "you": {"who": "anonymous"}}, True), (FULL, False)):
        anonymous = made(answers, offered)
        assert anonymous.anonymous
        assert anonymous.identity is None
        assert "Invented Reporter" not in json.dumps(anonymous.report_part())


def test_a_plate_keeps_its_direction_under_a_label_that_runs_from_the_right() -> None:
    arabic = load_question_set(load_pack("uk"), "activity", "ar")
    step = next(step for step in arabic.steps if any(q.kind is FieldKind.REGISTRATION for q in step.fields))
    name = next(q.name for q in step.fields if q.kind is FieldKind.REGISTRATION)
    item = loops.Item("1", {name: "AB12C??"})
    (line,) = summary.item_lines(arabic, step, item)
    assert line.endswith(": \u2068AB12C??\u2069")
    (line,) = summary.item_lines(arabic, step, item, apart=False)
    assert line.endswith(": AB12C??")
    step = QS.any_step(step.slug)
    assert summary.item_lines(QS, step, item)[0].endswith(": AB12C??")


def test_check_rows_name_everything_and_say_what_was_not_given() -> None:
    sections = summary.check_rows(QS, FULL, identity_offered=True)
    assert [section.title for section in sections] == list(QS.sections.values())
    rows = {(row.slug, row.item_id, row.label): row for section in sections for row in section.rows}
    assert rows["where", None, "Date"].lines == ("March 2026",)
    assert rows["what", None, "What happened"].lines == ("A van.", "Two days.")
    assert rows["know", None, "How you know"].lines == ("I saw it", "Someone told me")
    assert rows["person", "2", "Person 1"].lines == (
        "Name, or what people call them: Invented Name",
        "Under 18: I am not sure",
    )
    assert not rows["where", None, "Online"].given
    assert rows["where", None, "Online"].lines == ("Not given",)
    assert "call" not in {row.slug for row in rows.values()}
    empty = summary.check_rows(QS, {}, identity_offered=False)
    assert ("person", None, False) in {(r.slug, r.item_id, r.given) for s in empty for r in s.rows}


def test_an_officer_reads_the_same_rows_without_blanks() -> None:
    full = made(FULL)
    rows = [row for section in summary.record_rows(QS, full.answers) for row in section.rows]
    assert all(row.given for row in rows)
    assert not {"what", "contact"} & {row.slug for row in rows}
    assert full.identity is not None
    identity = [row.lines for section in summary.record_rows(QS, full.identity) for row in section.rows]
    assert identity == [("Invented Reporter",), ("Phone",), ("07700 900123",)]


# Loops


def test_items_are_added_changed_and_removed_by_ids_that_never_return() -> None:
    person = QS.any_step("person")
    answers = loops.add_item({}, person, {"name": "A", "danger": "yes"})
    answers = loops.add_item(answers, person, {"name": "B"})
    answers = loops.remove_item(answers, person, "2")
    assert loops.remove_item(answers, person, "2") == answers
    answers = loops.add_item(answers, person, {"name": "C"})
    answers = loops.change_item(answers, person, "1", {"name": "A2"})
    assert [(i.id, i.values) for i in loops.items(answers, "person")] == [
        ("1", {"name": "A2"}),
        ("3", {"name": "C"}),
    ]
    for stale in ("2", "9", ""):
        with pytest.raises(loops.NoSuchItem):
            loops.change_item(answers, person, stale, {"name": "X"})
    with pytest.raises(ValueError, match="no loop"):
        loops.add_item({}, QS.any_step("what"), {})


def test_a_loop_is_bounded() -> None:
    person = QS.any_step("person")
    answers: dict[str, Any] = {}
    for number in range(person.limit_items):
        assert loops.has_room(answers, person)
        answers = loops.add_item(answers, person, {"name": str(number)})
    assert not loops.has_room(answers, person)
    with pytest.raises(loops.LoopFull):
        loops.add_item(answers, person, {"name": "one more"})


# The API


def asked(payload: object, offered: bool = True) -> dict[str, str]:
    """Return the problems by pointer."""
    answer = from_api(SETS, payload, identity_offered=offered)
    assert isinstance(answer, RejectedPayload), "this payload should be refused"
    return {problem.pointer: problem.detail for problem in answer.problems}


def test_a_narrative_is_enough() -> None:
    answer = from_api(SETS, {"kind": "activity", "narrative": " A van.\x00 "}, identity_offered=True)
    assert isinstance(answer, Record)
    assert (answer.narrative, answer.answers, answer.anonymous) == ("A van.", {}, True)
    assert (answer.urgency, answer.language) == ("routine", "en")


def test_the_api_and_the_pages_make_the_same_record() -> None:
    payload = {
        "kind": "activity",
        "narrative": "A van.\r\nTwo days.",
        **{
            slug: values
            for slug, values in FULL.items()
            if slug not in ("what", "person", "vehicle", "online")
        },
        "person": [{"name": "Invented Name", "child": "not_sure"}],
        "vehicle": [{"registration": "ab12 c??"}],
    }
    pages = {
        **FULL,
        "person": {"next": 2, "items": [{"id": "1", "values": FULL["person"]["items"][0]["values"]}]},
    }
    assert from_api(SETS, payload, identity_offered=True) == made(pages)


def test_questions_beside_the_account_stand_under_their_pages_name() -> None:
    sets = {"advice": load_question_set(load_pack("uk"), "advice")}
    payload: dict[str, Any] = {
        "kind": "advice",
        "narrative": "A stage is being built.",
        "organisation": {"name": "Mill Lane Hall", "postcode": "NE1 4ST"},
        "help": {"help": ["visit"], "dates": "14 to 16 March"},
        "contact": {"name": "Rosa", "email": "rosa@hall.example", "consent": ["yes"]},
    }
    answer = from_api(sets, payload, identity_offered=True)
    assert isinstance(answer, Record)
    assert answer.narrative == payload["narrative"]
    assert answer.answers["help"] == payload["help"]
    twice = from_api(sets, {**payload, "help": {"narrative": "Two."}}, identity_offered=True)
    assert isinstance(twice, RejectedPayload)
    assert [(one.pointer, one.detail) for one in twice.problems] == [("/help", "goes into narrative")]


def test_the_server_works_out_the_urgency_and_takes_none() -> None:
    payload = {"kind": "activity", "narrative": "x", "now": {"danger": "yes"}}
    answer = from_api(SETS, payload, identity_offered=True)
    assert isinstance(answer, Record)
    assert answer.urgency == "danger"
    assert asked({**payload, "urgency": "routine"}) == {"/urgency": "is not a known key"}


@pytest.mark.parametrize(
    ("payload", "pointer"),
    [
        ([], ""),
        ({}, "/kind"),
        ({"kind": ["activity"], "narrative": "x"}, "/kind"),
        ({"kind": "other", "narrative": "x"}, "/kind"),
        ({"kind": "activity"}, "/narrative"),
        ({"kind": "activity", "narrative": "  "}, "/narrative"),
        ({"kind": "activity", "narrative": 7}, "/narrative"),
        ({"kind": "activity", "narrative": "x" * 10_001}, "/narrative"),
        ({"kind": "activity", "narrative": "x", "language": "<b>"}, "/language"),
        ({"kind": "activity", "narrative": "x", "where": "Leeds"}, "/where"),
        ({"kind": "activity", "narrative": "x", "where": {"postcode": "Leeds"}}, "/where/postcode"),
        ({"kind": "activity", "narrative": "x", "where": {"town": "Leeds"}}, "/where/town"),
        ({"kind": "activity", "narrative": "x", "what": {"narrative": "y"}}, "/what"),
        ({"kind": "activity", "narrative": "x", "check": {}}, "/check"),
        ({"kind": "activity", "narrative": "x", "know": {"know": "saw"}}, "/know/know"),
        ({"kind": "activity", "narrative": "x", "now": {}}, "/now/danger"),
        ({"kind": "activity", "narrative": "x", "person": {"name": "A"}}, "/person"),
        ({"kind": "activity", "narrative": "x", "person": [{}]}, "/person/0/name"),
        ({"kind": "activity", "narrative": "x", "person": [{"name": "A"}] * 11}, "/person"),
        ({"kind": "activity", "narrative": "x", "where": {"date": "2026"}}, "/where/date"),
        ({"kind": "activity", "narrative": "x", "where": {"date": {"year": True}}}, "/where/date"),
        ({"kind": "activity", "narrative": "x", "contact": {"name": "A"}}, "/contact"),
        ({"kind": "activity", "narrative": "x", "you": {"who": "confidence"}}, "/contact"),
    ],
)  # fmt: skip
def test_what_the_api_refuses_and_where_it_points(payload: object, pointer: str) -> None:
    assert list(asked(payload)) == [pointer]


def test_naming_oneself_is_refused_where_it_is_not_offered() -> None:
    payload = {"kind": "activity", "narrative": "x", "you": {"who": "confidence"}, "contact": {"name": "A"}}
    assert set(asked(payload, offered=False)) == {"/you", "/contact"}


@pytest.mark.thorough
@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=20)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.dictionaries(
                st.one_of(st.text(max_size=20), st.sampled_from([s.slug for s in QS.steps] + ["name", "who"])), inner, max_size=4
            ),
        ),
        max_leaves=12,
    ),
    st.dictionaries(st.text(min_size=8, max_size=30).filter(lambda t: t not in ("narrative", "language")), st.just("secret-value"), max_size=2),
)  # fmt: skip
def test_no_payload_breaks_the_api_or_is_echoed(inner: object, strange: dict[str, str]) -> None:
    payload = {**(inner if isinstance(inner, dict) else {"where": inner}), **strange, "kind": "activity"}
    answer = from_api(SETS, payload, identity_offered=True)
    if isinstance(answer, RejectedPayload):
        shown = " ".join(f"{problem.pointer} {problem.detail}" for problem in answer.problems)
        assert "secret-value" not in shown
        assert shown.isascii()


def test_build_needs_nothing_but_the_narrative() -> None:
    assert build(QS, {"what": {"narrative": "x"}}, language="en", identity_offered=False).narrative == "x"
