"""Word-list checks for messages that task a reporter, and for reporters who may be under eighteen.

A message to a reporter must not make an agent of them. The checks use the pack's word lists and nothing
more. Each warning names the words that triggered it, and none blocks an officer permanently.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from heedline.packs.tables import read_toml

_AGE = re.compile(
    r"\b(?:i am|i'm|i’m|im|he is|he's|he’s|she is|she's|she’s|aged?)\s+(?:only\s+|just\s+)?(1[0-7]|[5-9])\b(?!\s*(?:minutes|hours|metres|miles|o'clock|%))"
    r"|\b(1[0-7]|[5-9])[\s-]+years?[\s-]+old\b"
)
#: How many words before a phrase may take it back: "please do not go back".
_BEFORE = 4


@dataclass(frozen=True, slots=True)
class SourceGuard:
    """The word lists and limits that protect reporters from being used as sources.

    `contacts` is the number of messages to one reporter that counts as ordinary, and `returns` the number of times that one
    reporter gets in touch about one subject before a supervisor has to look. `unit` is the wording for the unit to which a
    report is referred.
    """

    contacts: int
    unit: str
    tasking: tuple[str, ...]
    unless: tuple[str, ...]
    young: tuple[str, ...]
    tasked: tuple[str, ...]
    returns: int

    def tasks(self, text: str) -> tuple[str, ...]:
        """Return the phrases in a message that ask the reporter to find out more."""
        line = _flat(text)
        return tuple(
            phrase
            for phrase in self.tasking
            if any(not self._taken_back(line, at) for at in _places(line, phrase))
        )

    def was_tasked(self, provenance: str) -> bool:
        """Return whether the provenance of a product says that its source was asked to find out."""
        line = _flat(provenance)
        return any(not self._taken_back(line, at) for phrase in self.tasked for at in _places(line, phrase))

    def _taken_back(self, line: str, at: int) -> bool:
        before = f" {' '.join(line[:at].rpartition('.')[2].split()[-_BEFORE:])} "
        return any(f" {word} " in before for word in self.unless)

    def says_young(self, text: str) -> tuple[str, ...]:
        """Return the words in a report that suggest someone may be under eighteen."""
        line = _flat(text)
        ages = tuple(" ".join(found.group(0).split()) for found in _AGE.finditer(line))
        return (*(phrase for phrase in self.young if any(True for _ in _places(line, phrase))), *ages)[:3]


def _flat(text: str) -> str:
    return " ".join(text.casefold().replace("\n", " . ").split())


def _places(line: str, phrase: str) -> list[int]:
    return [found.start() for found in re.finditer(rf"(?<!\w){re.escape(phrase)}(?!\w)", line)]


def read_source_guard(folder: Traversable) -> SourceGuard:
    """Return the rules read from `source_guard.toml`."""
    table = read_toml(folder, "source_guard.toml")
    found = SourceGuard(
        contacts=table.number("contacts"),
        unit=table.text("unit"),
        tasking=tuple(one.casefold() for one in table.texts("tasking")),
        unless=tuple(one.casefold() for one in table.texts("unless")),
        young=tuple(one.casefold() for one in table.texts("young")),
        tasked=tuple(one.casefold() for one in table.texts("tasked")),
        returns=table.number("returns"),
    )
    table.done()
    return found
