"""Tests that posted data become clean values or clear errors, and are never lost."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heedline.intake import fields
from heedline.intake.question_files import load_question_set
from heedline.intake.questions import FieldKind
from heedline.packs import load_pack

PACK = load_pack("uk")
QS = load_question_set(PACK, "activity")


def read(slug: str, **posted: str | list[str]) -> fields.Reading:
    listed = {
        name.replace("__", "-"): value if isinstance(value, list) else [value]
        for name, value in posted.items()
    }
    return fields.read(QS, QS.any_step(slug), listed)


@pytest.mark.parametrize(
    ("day", "month", "year", "value"),
    [
        ("14", "3", "2026", {"day": 14, "month": 3, "year": 2026}),
        (" 14. ", "March", "2026", {"day": 14, "month": 3, "year": 2026}),
        ("", "sept", "2026", {"month": 9, "year": 2026}),
        ("", "", "2026", {"year": 2026}),
        ("29", "2", "2024", {"day": 29, "month": 2, "year": 2024}),
        ("١٤", "٣", "٢٠٢٦", {"day": 14, "month": 3, "year": 2026}),
        ("", "", "", None),
    ],
)
def test_dates_keep_the_precision_that_was_given(day: str, month: str, year: str, value: Any) -> None:
    reading = read("where", date__day=day, date__month=month, date__year=year)
    assert not reading.errors
    assert reading.values.get("date") == value


@pytest.mark.parametrize(
    ("day", "month", "year", "message"),
    [
        ("31", "2", "2026", "That date does not exist"),
        ("29", "2", "2026", "That date does not exist"),
        ("32", "1", "2026", "Enter a day from 1 to 31"),
        ("x", "1", "2026", "Enter a day from 1 to 31"),
        ("1", "13", "2026", "Enter a month"),
        ("1", "Marchember", "2026", "Enter a month"),
        ("1", "1", "26", "Enter a year with 4 digits"),
        ("1", "1", "0026", "Enter a year with 4 digits"),
        ("1", "1", "²²²²", "Enter a year with 4 digits"),
        ("1", "1", "", "Enter a year as well"),
        ("1", "", "2026", "Enter a month as well"),
    ],
)
def test_dates_that_cannot_be_say_why_and_stay_as_typed(
    day: str, month: str, year: str, message: str
) -> None:
    reading = read("where", date__day=day, date__month=month, date__year=year)
    assert reading.errors["date"].startswith(message)
    assert reading.typed["date"] == {"day": day, "month": month, "year": year}
    assert "date" not in reading.values


@pytest.mark.parametrize(
    ("typed", "value"),
    [("ls13ad", "LS1 3AD"), (" LS1  3AD ", "LS1 3AD"), ("sw1a", "SW1A"), ("gir 0aa", "GIR 0AA"), ("", None)],
)
def test_postcodes(typed: str, value: str | None) -> None:
    reading = read("where", postcode=typed)
    assert not reading.errors
    assert reading.values.get("postcode") == value


@pytest.mark.parametrize("typed", ["Leeds", "LS1 3A", "1234", "LS1 3ADX"])
def test_what_is_no_postcode_is_kept_and_explained(typed: str) -> None:
    reading = read("where", postcode=typed, place="by the bridge")
    assert reading.errors == {"postcode": QS.phrases["postcode"]}
    assert reading.typed["postcode"] == typed
    assert reading.values == {"place": "by the bridge"}


def test_part_of_a_number_plate_is_worth_having() -> None:
    assert read("vehicle", registration="ab12 c??").values == {"registration": "AB12C??"}
    assert "registration" in read("vehicle", registration="AB12_CD").errors


def test_the_narrative_has_a_limit_that_is_stated_and_nothing_is_cut() -> None:
    limit = QS.any_step("what").field("narrative").limit
    assert limit == 10_000
    assert f"{limit:,}" in QS.any_step("what").field("narrative").hint
    assert not read("what", narrative="é" * limit).errors
    reading = read("what", narrative="é" * (limit + 1234))
    assert (
        reading.errors["narrative"]
        == "This is too long. You can write up to 10,000 characters, so remove at least 1,234."
    )
    assert reading.typed["narrative"] == "é" * (limit + 1234)
    assert read("what", narrative="  \n ").errors == {
        "narrative": QS.any_step("what").field("narrative").error_required
    }


def test_control_characters_go_and_every_script_stays() -> None:
    text = "a\x00b\x1b[31m\r\nشاهدت \u202bשלום\u202c\t👩‍👧 é\u0301\ud800"
    assert read("what", narrative=text).values["narrative"] == "ab[31m\nشاهدت \u202bשלום\u202c\t👩‍👧 é\u0301"
    assert read("where", place="a\r\nb\tc").values["place"] == "a b c"


def test_exclusive_boxes() -> None:
    assert read("know", know=["told", "saw"]).values == {"know": ["saw", "told"]}
    reading = read("know", know=["saw", "not_say"])
    assert reading.errors["know"] == 'Select "I would rather not say" or other answers, not both.'
    assert reading.typed["know"] == ["saw", "not_say"]


def test_choices_that_are_not_offered_are_refused() -> None:
    for slug, name in (("where", "when"), ("know", "know"), ("now", "danger")):
        assert read(slug, **{name: "<script>"}).errors[name] == QS.phrases["unknown_choice"]


def test_unknown_keys_are_dropped_and_the_last_of_several_values_counts() -> None:
    reading = read("now", danger=["yes", "no"], urgency="routine", called="cannot")
    assert reading.values == {"danger": "no"}
    assert set(reading.typed) == {"danger"}


def test_a_ticked_way_needs_its_address_and_one_thing_must_be_given() -> None:
    contact = QS.any_step("contact")
    assert read("contact").errors == {"name": contact.error_at_least_one}
    reading = read("contact", name="Invented Person", ways=["phone", "email"], email="a@example.org")
    assert reading.errors == {"phone": contact.field("phone").error_required}
    assert not read("contact", ways="phone", phone="07700 900123").errors
    assert read("contact", ways="phone", phone="call me").errors == {"phone": QS.phrases["phone"]}
    assert read("contact", email="not an address").errors == {"email": QS.phrases["email"]}


def test_an_item_with_nothing_in_it_is_not_an_item() -> None:
    assert read("person").errors == {"name": QS.any_step("person").error_at_least_one}
    assert not read("person", child="yes").errors


def test_only_the_reporters_own_fields_may_be_filled_by_the_browser() -> None:
    for kind in PACK.kinds:
        for step in load_question_set(PACK, kind).steps:
            for question in step.fields:
                own = step.private or step.contact
                assert (question.autocomplete != "off") <= own, f"{step.slug}.{question.name}"
    tokens = {q.name: q.autocomplete for q in QS.any_step("contact").fields if q.autocomplete != "off"}
    assert tokens == {"name": "name", "phone": "tel", "email": "email", "post": "street-address"}


@pytest.mark.thorough
@given(st.data())
def test_whatever_is_posted_is_read_and_shown_again(data: st.DataObject) -> None:
    step = data.draw(st.sampled_from([s for s in QS.steps if s.fields]))
    names = [q.name for q in step.fields] + [f"{q.name}-{p}" for q in step.fields for p in fields.DATE_PARTS]
    posted = data.draw(st.dictionaries(st.sampled_from(names), st.lists(st.text(max_size=60), max_size=4)))
    reading = fields.read(QS, step, posted)
    for question in step.fields:
        assert question.name in reading.typed
        assert not (question.name in reading.values and question.name in reading.errors)
        if question.kind not in (FieldKind.CHOICES, FieldKind.DATE) and posted.get(question.name):
            lines = question.kind is FieldKind.LONG_TEXT
            assert reading.typed[question.name] == fields.tidy(posted[question.name][-1], lines=lines)
    again = fields.shown(step, reading.values)
    assert set(again) == set(reading.typed)
    # what was taken is taken again when it comes back unchanged
    for question in step.fields:
        if question.name in reading.values:
            assert fields.clean(QS, question, again[question.name]) == reading.values[question.name]
