"""Display text for an examination, with its facts, provisions and the reviewers' agreement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from heedline.specialist_desks.material.examination.law import MaterialLaw


@dataclass(frozen=True)
class ProvisionWords:
    """A provision found to be met, with its source, elements and reasons."""

    name: str
    source: str
    elements: tuple[str, ...]
    reason: str = field(repr=False)


@dataclass(frozen=True)
class ExaminationWords:
    """The display text of an examination. `agreement` describes where the reviewers agree, or is ""."""

    facts: tuple[tuple[str, str], ...] = field(repr=False)
    provisions: tuple[ProvisionWords, ...]
    agreement: str


def examination_words(told: Mapping[str, Any], law: MaterialLaw) -> ExaminationWords:
    """Return the display text of an examination, showing unknown codes unchanged."""
    facts = dict(told.get("facts", {}))
    organisation = law.organisations.get(str(told.get("organisation", "")))
    expression = law.expression.get(str(told.get("expression", "")))
    pairs = (
        ("What it is", law.what.get(facts.get("what", ""), facts.get("what", ""))),
        ("Who made it", facts.get("maker", "")),
        ("Who shared it", facts.get("sharer", "")),
        ("Proscribed organisation", organisation.name if organisation is not None else ""),
        ("Who could see it", law.audience.get(facts.get("audience", ""), facts.get("audience", ""))),
        ("Language", facts.get("language", "")),
        ("Freedom of expression", expression.words if expression is not None else ""),
    )
    return ExaminationWords(
        tuple((label, value) for label, value in pairs if value),
        _provisions(told, law),
        _agreement(told, law),
    )


def _provisions(told: Mapping[str, Any], law: MaterialLaw) -> tuple[ProvisionWords, ...]:
    found = []
    for code in told.get("met", ()):
        one = law.provisions.get(code)
        if one is None:
            continue
        met = told.get("elements", {}).get(code, ())
        elements = tuple(one.elements[at] for at in met if 0 <= at < len(one.elements))
        reason = str(told.get("reasons", {}).get(code, ""))
        found.append(ProvisionWords(one.name, one.source, elements, reason))
    return tuple(found)


def _agreement(told: Mapping[str, Any], law: MaterialLaw) -> str:
    compared: Mapping[str, bool] = told.get("agreement", {})
    if not compared:
        return ""
    against = [
        law.provisions[code].name for code, same in compared.items() if not same and code in law.provisions
    ]
    if not against:
        return f"The two reviewers agree on all {len(compared)} provisions."
    return f"The two reviewers agree on {len(compared) - len(against)} of {len(compared)} provisions. They differ on: {', '.join(against)}."
