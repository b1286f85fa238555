"""Prompts, such as THRIVE, that help call-takers and officers to record a risk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from heedline.packs.tables import read_toml

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


@dataclass(frozen=True, slots=True)
class RiskPrompt:
    """A risk prompt, with the explanation that is shown beside its text box."""

    label: str
    meaning: str


@dataclass(frozen=True, slots=True)
class RiskPrompts:
    """The risk prompts in order, by code, with the name that officers use for the set."""

    name: str
    prompts: Mapping[str, RiskPrompt]


def read_risk_prompts(folder: Traversable) -> RiskPrompts:
    """Return the prompts read from `risk_prompts.toml`.

    Raises PackError.
    """
    table = read_toml(folder, "risk_prompts.toml")
    prompts = {}
    for code, one in table.named("prompts").items():
        prompts[code] = RiskPrompt(one.text("label"), one.text("meaning"))
        one.done()
    found = RiskPrompts(table.text("name"), prompts)
    table.done()
    return found
