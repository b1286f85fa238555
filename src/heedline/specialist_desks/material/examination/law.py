"""The pack's provisions, organisations and questions, and the outcome of an examination.

Plain Python, except for the pack's name in the settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources.abc import Traversable

from heedline.packs import pack_folder
from heedline.packs.tables import Table, read_toml
from heedline.specialist_desks.material.rules import ItemOutcome, Opinion


@dataclass(frozen=True, slots=True)
class Provision:
    """A legal provision. It is met if all of its elements are.

    `proscribed` means that it needs an organisation that was proscribed when the item was examined.
    """

    code: str
    name: str
    words: str
    source: str
    elements: tuple[str, ...]
    proscribed: bool


@dataclass(frozen=True, slots=True)
class ProscribedOrganisation:
    """A proscribed organisation, with the date of its proscription."""

    code: str
    name: str
    since: date


@dataclass(frozen=True, slots=True)
class ExpressionAnswer:
    """An answer to the question about freedom of expression. `lawful` answers rule out every provision."""

    code: str
    words: str
    lawful: bool


@dataclass(frozen=True, slots=True)
class MaterialLaw:
    """The questions and provisions that an examination of online material uses."""

    provisions: Mapping[str, Provision]
    organisations: Mapping[str, ProscribedOrganisation]
    expression: Mapping[str, ExpressionAnswer]
    expression_question: str
    what: Mapping[str, str]
    audience: Mapping[str, str]
    categories: Mapping[str, str]
    severe: frozenset[str]
    referral_unit: str
    referral_minutes: int


@dataclass(frozen=True, slots=True)
class ExaminationAnswers:
    """The answers in one examination that decide its outcome.

    `elements` are the indices of the elements that are met, by provision. `otherwise` is the outcome if no provision is
    met. `hold` asks that no company is told before investigators agree.
    """

    elements: Mapping[str, frozenset[int]]
    expression: str
    organisation: str = ""
    otherwise: str = ""
    hold: bool = False


class Incomplete(Exception):
    """Raised when answers are incomplete. `field` is the missing field."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


def opinion_of(answers: ExaminationAnswers, law: MaterialLaw, *, on: date) -> Opinion:
    """Return the outcome of these answers on a given day, with the provisions that are met.

    Raises Incomplete.
    """
    said = law.expression.get(answers.expression)
    if said is None:
        raise Incomplete("expression", "Answer the question about freedom of expression")
    met = frozenset(
        code
        for code, one in law.provisions.items()
        if answers.elements.get(code, frozenset()) == frozenset(range(len(one.elements)))
        and (not one.proscribed or _is_proscribed(answers.organisation, law, on))
    )
    if said.lawful:
        return Opinion(ItemOutcome.LAWFUL)
    if met:
        return Opinion(ItemOutcome.HELD if answers.hold else ItemOutcome.UNLAWFUL, met)
    try:
        found = ItemOutcome(answers.otherwise)
    except ValueError:
        found = ItemOutcome.UNLAWFUL
    if found.illegal:
        raise Incomplete("otherwise", "No provision is met. Say what the item is instead")
    return Opinion(found)


def _is_proscribed(code: str, law: MaterialLaw, on: date) -> bool:
    found = law.organisations.get(code)
    return found is not None and found.since <= on


@cache
def load_law(pack: str) -> MaterialLaw:
    """Return a pack's law on online material. Raise PackError if it is invalid."""
    return read_law(pack_folder(pack))


def read_law(folder: Traversable) -> MaterialLaw:
    """Return the law read from `material.toml`. Raise PackError if the file is invalid."""
    top = read_toml(folder, "material.toml")
    referral, expression = top.table("referral"), top.table("expression")
    what, audience, categories = top.table("what"), top.table("audience"), top.table("categories")
    law = MaterialLaw(
        {one.text("code"): _provision(one) for one in top.tables("provisions")},
        {
            one.text("code"): ProscribedOrganisation(one.text("code"), one.text("name"), one.day("from"))
            for one in top.tables("organisations")
        },
        {
            one.text("code"): ExpressionAnswer(one.text("code"), one.text("words"), one.flag("lawful", False))
            for one in expression.tables("answers")
        },
        expression.text("question"),
        {code: what.text(code) for code in what},
        {code: audience.text(code) for code in audience},
        {code: categories.text(code) for code in categories},
        frozenset(top.texts("severe")),
        referral.text("unit"),
        referral.number("minutes"),
    )
    if not law.severe <= law.categories.keys():
        raise top.wrong("severe", "must be categories")
    top.done()
    return law


def _provision(table: Table) -> Provision:
    return Provision(
        table.text("code"),
        table.text("name"),
        table.text("words"),
        table.text("source"),
        table.texts("elements"),
        table.flag("proscribed", False),
    )
