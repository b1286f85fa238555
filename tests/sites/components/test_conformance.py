"""The components write what GOV.UK Frontend 6.6 writes, by upstream's own examples."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from markupsafe import Markup
from tests.sites.components.html_tree import tree

from heedline.web.components.rendering import COMPONENTS, render

FIXTURES = Path(__file__).parent / "fixtures"

#: Options that Heedline does not offer, with the reason. An example that uses one is not compared.
NOT_OFFERED = {
    "beforeInput": "no mark-up between label and control",
    "afterInput": "no mark-up between label and control",
    "beforeInputs": "no mark-up between label and control",
    "afterInputs": "no mark-up between label and control",
    "conditional": "no conditional reveals: a follow-up has its own page",
    "javascript": "the browser's own file control",
    "caller": "what stands inside a block comes as html",
}
#: Single examples that differ, each with the reason.
DIFFERENT: dict[tuple[str, str], str] = {
    ("button", "start link with html"): "no arrow picture, so no span to hold the words away from it",
    ("exit-this-page", "default"): "no words of its own: they come from the page, in its language",
    ("exit-this-page", "translated"): "no address of its own: the deployment names one",
    (
        "pagination",
        "with prev and next only",
    ): "'Previous page' is one phrase to translate, and shown in full",
    ("pagination", "with previous only"): "'Previous page' is one phrase to translate, and shown in full",
    ("pagination", "with next only"): "'Next page' is one phrase to translate, and shown in full",
    ("select", "with falsy values"): "a value is text",
    ("date-input", "with field value and items"): "a part's value stands in its item",
    ("exit-this-page", "testing-html"): "no address of its own: the deployment names one",
}


def _examples() -> Iterator[Any]:
    for path in sorted(FIXTURES.glob("*.json")):
        if path.stem in COMPONENTS:
            for example in json.loads(path.read_text()):
                yield pytest.param(path.stem, example, id=f"{path.stem}: {example['name']}")


def _trusted(options: Any, key: str = "") -> Any:
    """Upstream trusts whatever stands under html; Heedline trusts only what its maker marked."""
    if isinstance(options, dict):
        return {name: _trusted(value, name) for name, value in options.items()}
    if isinstance(options, list):
        return [_trusted(each, key) for each in options]
    if isinstance(options, str) and (key.casefold().endswith("html") or key == "attributes"):
        return Markup(options)  # noqa: S704 (upstream's own examples)
    return options


def _unoffered(component: str, options: Any) -> set[str]:
    if component == "pagination" and "items" in options:
        return {"page numbers: queues are paged by key"}
    if isinstance(options, dict):
        inner = set().union(*(_unoffered(component, each) for each in options.values()), set())
        return inner | {name for name in options if name in NOT_OFFERED and options[name]}
    if isinstance(options, list):
        return set().union(*(_unoffered(component, each) for each in options), set())
    return set()


@pytest.mark.parametrize(("component", "example"), list(_examples()))
def test_writes_what_upstream_writes(component: str, example: dict[str, Any]) -> None:
    if left_out := _unoffered(component, example["options"]):
        pytest.skip(f"uses {', '.join(sorted(left_out))}")
    # Upstream gives a date's fieldset the role that it has anyway; the validator warns of that, so we do not.
    upstream = example["html"].replace(' role="group"', "") if component == "date-input" else example["html"]
    expected = tree(upstream)
    found = tree(render(component, _trusted(example["options"])))
    if reason := DIFFERENT.get((component, example["name"])):
        assert found != expected, f"no longer differs: {reason}"
    else:
        assert found == expected


def test_examples_cover_every_component_of_upstream() -> None:
    ours = {"sub-navigation", "timeline", "messages", "badge", "identity-bar", "filter"}
    assert {path.stem for path in FIXTURES.glob("*.json")} >= COMPONENTS.keys() - ours
