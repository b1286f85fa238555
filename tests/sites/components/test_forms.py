"""Fields as data: what is read, what is wrong, what is shown; and nothing typed becomes mark-up."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.sites.components.html_tree import tree

from heedline.web.components.forms import (
    Checkboxes,
    DateInput,
    Divider,
    Field,
    FieldOption,
    FileInput,
    Form,
    Hidden,
    Radios,
    Select,
    TextArea,
    TextInput,
    Value,
)
from heedline.web.components.rendering import COMPONENTS, render
from heedline.web.components.typed_dates import day_of

CHOICES = (
    FieldOption(value="a", label="A"),
    FieldOption(value="b", label="B"),
    Divider("or"),
    FieldOption(value="no", label="None", exclusive=True),
)
FIELDS: tuple[Field, ...] = (
    TextArea(name="what", label="What", required="Say what", limit=20),
    TextInput(name="who", label="Who", names=True, optional=True),
    Radios(name="one", label="One", choices=CHOICES, required="Choose one"),
    Checkboxes(name="many", label="Many", choices=CHOICES, required="Choose some"),
    DateInput(name="when", label="When"),
    Select(
        name="desk",
        label="Desk",
        choices=(FieldOption(value="ne", label="North East"),),
        required="Choose a desk",
    ),
    FileInput(name="files", label="Files", multiple=True),
    Hidden(name="version"),
)


def _posted(query: str) -> Form:
    return Form.posted(FIELDS, parse_qs(query, keep_blank_values=True).items())


def test_reads_what_was_posted() -> None:
    form = _posted(
        "what=%20Hello%0D%0Athere%00%20&one=a&many=b&many=a&when-day=14&when-month=mar&when-year=2026&desk=ne&version=3"
    )
    assert form.errors == {}
    assert form.text("what") == "Hello\nthere"
    assert form.text("one") == "a"
    assert form.chosen("many") == ["a", "b"]
    assert form.day("when") == date(2026, 3, 14)
    assert form.text("version") == "3"


def test_believes_only_what_was_offered() -> None:
    form = _posted("what=x&one=z&many=z&many=no&many=a&desk=zz")
    assert form.text("one") == ""
    assert form.chosen("many") == ["no"], "an exclusive answer stands alone"
    assert form.text("desk") == ""
    assert form.errors["one"] == "Choose one"
    assert form.errors["desk"] == "Choose a desk"


def test_a_field_posted_twice_is_read_once() -> None:
    assert _posted("what=first&what=second").text("what") == "second"


def test_too_long_is_told_and_not_cut() -> None:
    form = _posted("what=" + "x" * 21)
    assert form.errors["what"] == "This must be 20 characters or fewer. You have used 21."
    assert len(form.text("what")) == 21


@pytest.mark.parametrize(
    ("parts", "wrong"),
    [
        (("", "", ""), set()),
        (("14", "3", "2026"), set()),
        (("14", "September", "2026"), set()),
        (("14", "sept.", "2026"), set()),
        (("32", "3", "2026"), {"when-day"}),
        (("14", "13", "2026"), {"when-month"}),
        (("14", "3", ""), {"when-year"}),
        (("14", "3", "26"), {"when-year"}),
        (("31", "2", "2026"), {"when"}),
        (("x", "y", "2026"), {"when"}),
    ],
)
def test_dates_say_which_part_is_wrong(parts: tuple[str, str, str], wrong: set[str]) -> None:
    value = dict(zip(("day", "month", "year"), parts, strict=True))
    assert DateInput(name="when", label="When").wrong(value).keys() == wrong


def test_months_have_names_in_the_readers_language() -> None:
    with translation.override("cy"):
        assert day_of({"day": "1", "month": "Mawrth", "year": "2026"}) == date(2026, 3, 1)
        assert day_of({"day": "1", "month": "march", "year": "2026"}) == date(2026, 3, 1)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_any_typed_date_is_read_or_refused(day: str, month: str, year: str) -> None:
    found = day_of({"day": day, "month": month, "year": year})
    assert found is None or 1900 <= found.year <= 2200


def test_summary_leads_to_first_controls_in_order() -> None:
    form = _posted("when-day=32&when-month=3&when-year=2026").but(version="Something changed")
    html = form.summary()
    order = [
        html.index(f'href="#{place}"') for place in ("what", "one", "many", "when-day", "desk", "version")
    ]
    assert order == sorted(order)
    assert " autofocus" in html
    assert 'tabindex="-1"' in html
    page = form.render_all()
    for place in ("what", "one", "many", "when-day", "desk"):
        assert f'id="{place}"' in page, f"the summary leads to {place}"


def test_an_error_of_the_whole_page_has_no_link() -> None:
    html = Form((), errors={"": "That code is not right"}).summary()
    assert "That code is not right" in html
    assert "<a" not in html


def test_no_field_refuses_or_cuts() -> None:
    html = _posted("").render_all()
    for word in (" required", "maxlength", "pattern="):
        assert word not in html


def test_text_is_kept_from_helpers() -> None:
    html = Form(FIELDS).render_all()
    who = html[html.index('id="who"') :][:300]
    assert 'spellcheck="false"' in who
    assert 'writingsuggestions="false"' in who
    assert 'autocomplete="off"' in who
    assert "(optional)" in html


def test_a_password_is_never_shown_again() -> None:
    field = TextInput(name="secret", label="Passphrase", kind="password", autocomplete="current-password")
    assert "orange" not in Form((field,), {"secret": "orange"}).render_all()


def test_unknown_name_is_an_error() -> None:
    with pytest.raises(KeyError):
        Form(FIELDS).render("nothing")


HOSTILE = "<script>alert(1)</script>\"' onfocus='x' {{ 7*7 }}"


def test_what_is_typed_never_becomes_markup() -> None:
    values: dict[str, Value] = {
        "what": HOSTILE,
        "who": HOSTILE,
        "when": {"day": HOSTILE, "month": HOSTILE, "year": HOSTILE},
        "version": HOSTILE,
    }
    html = Form(
        FIELDS, values, {"what": HOSTILE, "one": HOSTILE, "many": HOSTILE, "when": HOSTILE}
    ).render_all()
    html += Form(FIELDS, errors={"what": HOSTILE}).summary()
    assert "<script" not in html
    assert " onfocus='x'" not in html
    assert html.count("&lt;script&gt;") >= 10
    tree(html)


def _hostile(options: Any) -> Any:
    if isinstance(options, dict):
        return {name: _hostile(value) for name, value in options.items()}
    if isinstance(options, list):
        return [_hostile(value) for value in options]
    return HOSTILE


@pytest.mark.parametrize("component", sorted(COMPONENTS))
def test_no_option_of_any_component_becomes_markup(component: str) -> None:
    item = dict.fromkeys(
        ("text", "html", "value", "href", "title", "by", "when", "sender", "label", "divider", "lang"), ""
    )
    options: dict[str, Any] = _hostile(
        dict.fromkeys(
            (
                "text",
                "html",
                "titleText",
                "summaryText",
                "name",
                "id",
                "classes",
                "value",
                "redirectUrl",
                "caption",
            ),
            "",
        )
        | {
            "label": {"text": "", "html": ""},
            "hint": {"text": ""},
            "errorMessage": {"html": ""},
            "tag": {"text": ""},
        }
        | {
            "fieldset": {"legend": {"html": ""}},
            "attributes": {"data-x": ""},
            "errorList": [item],
            "head": [item],
        }
        | {"facts": [item], "previous": item, "next": item, "selected": [item]}
    )
    options["items"] = [dict.fromkeys(item, HOSTILE)]
    options["rows"] = (
        [[_hostile(item)]] if component == "table" else [{"key": _hostile(item), "value": _hostile(item)}]
    )
    assert "<script" not in render(component, options)


def test_attributes_from_a_plain_string_are_refused() -> None:
    with pytest.raises(TypeError):
        render("tag", {"text": "x", "attributes": " onclick=alert(1)"})
