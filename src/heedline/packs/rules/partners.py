"""What is sent to partners: purposes, grounds of law, conditions, answers, and the words that may point to a source."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from heedline.packs.reading.tables import PackError, Table, read_toml

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
#: What the database keeps of a code.
_LONGEST = 20


@dataclass(frozen=True, slots=True)
class Purpose:
    """Why something is sent: `name` to whoever sends it, `asked` to whoever gets it. `answer_days`: how long they have to
    answer; 0 where no answer is wanted."""

    code: str
    name: str
    asked: str
    answer_days: int


@dataclass(frozen=True, slots=True)
class PartnerRules:
    """`partners.toml`. Mappings are code → words and keep the order of the file."""

    purposes: Mapping[str, Purpose]
    bases: Mapping[str, str]
    conditions: Mapping[str, str]
    answers: Mapping[str, str]
    run: int
    saw: tuple[str, ...]

    def points_to_source(self, text: str, told: str) -> tuple[str, ...]:
        """What in a text for a partner may point to whoever told us: words of the list, and runs of words that stand
        just so in what they `told`. Each is named as it stands in the text. A hint: people decide.
        """
        line = " ".join(text.casefold().split())
        named = [one for one in self.saw if re.search(rf"(?<!\w){re.escape(one)}(?!\w)", line)]
        return (*named, *_runs(text, told, self.run))


def _words(text: str) -> list[re.Match[str]]:
    return list(_WORD.finditer(text))


def _runs(text: str, told: str, length: int) -> list[str]:
    """The longest runs of at least `length` words of `text` that stand in `told` in the same order."""
    heard = [one.group(0).casefold() for one in _words(told)]
    there = {tuple(heard[at : at + length]) for at in range(len(heard) - length + 1)}
    mine = _words(text)
    said = [one.group(0).casefold() for one in mine]
    found: list[tuple[int, int]] = []
    for at in range(len(said) - length + 1):
        if tuple(said[at : at + length]) in there:
            if found and at < found[-1][1]:
                found[-1] = (found[-1][0], at + length)
            else:
                found.append((at, at + length))
    return [text[mine[start].start() : mine[end - 1].end()] for start, end in found]


def _codes(table: Table) -> dict[str, str]:
    found = {code: table.text(code) for code in table}
    if not found or any(len(code) > _LONGEST for code in found):
        raise table.wrong("", f"needs at least one, and no code longer than {_LONGEST} characters")
    table.done()
    return found


def _purpose(code: str, table: Table) -> Purpose:
    if len(code) > _LONGEST:
        raise PackError(f"partners.toml: purposes.{code}: no code is longer than {_LONGEST} characters")
    purpose = Purpose(code, table.text("name"), table.text("asked"), table.number("answer_days"))
    table.done()
    return purpose


def read_partners(folder: Traversable) -> PartnerRules:
    """`partners.toml`."""
    table = read_toml(folder, "partners.toml")
    guard = table.table("sanitising")
    run = guard.number("run")
    if run < 3:
        raise guard.wrong("run", "must be three words or more: fewer stand together by chance")
    found = PartnerRules(
        purposes={code: _purpose(code, one) for code, one in table.named("purposes").items()},
        bases=_codes(table.table("bases")),
        conditions=_codes(table.table("conditions")),
        answers=_codes(table.table("answers")),
        run=run,
        saw=tuple(one.casefold() for one in guard.texts("saw")),
    )
    guard.done()
    table.done()
    return found
