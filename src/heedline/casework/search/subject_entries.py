"""Officers' entries about subjects, stored as sealed parts of the source reports.

A subject is a person, vehicle, place or account. It has no row of its own. Each sealed part (`subject`) of a report
names the subject's random id inside the seal, with the values that this report holds. Two reports concern one subject
if their parts name the same id, which is stored nowhere unsealed. So a subject's values are handed over, readdressed,
kept and disposed of with the report that they come from, and nothing is left of a subject once all its reports are
gone.

Parts are only added. The latest decision on a link counts, and earlier ones stay readable.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from heedline.casework.access.keyring import Keyring
from heedline.casework.report import notes
from heedline.index.extraction.values import Kind
from heedline.reports.stored import StoredPart

#: The sort of sealed part that holds an entry.
PART: Final = "subject"
#: The key under which the index finds every report with an entry about a subject.
KEY: Final = "subject:{}"
#: A kind of value that an officer describes in their own words.
DESCRIPTION: Final = "description"
#: What `index.extraction` reads in a value of these kinds. In the others it reads everything that it finds.
_HOLDS: Final = frozenset({Kind.NAME, Kind.PHONE, Kind.EMAIL, Kind.REGISTRATION, Kind.POSTCODE, Kind.HANDLE})


class SubjectKind(StrEnum):
    """The kinds of subject."""

    PERSON = "person"
    VEHICLE = "vehicle"
    PLACE = "place"
    ACCOUNT = "account"


class SubjectBasis(StrEnum):
    """The basis of a value: fact or assessment (Data Protection Act 2018, section 38)."""

    FACT = "fact"
    ASSESSMENT = "assessment"


class SubjectMove(StrEnum):
    """The actions that an entry can record, of which the first three decide on a link."""

    LINKED = "linked"
    UNDONE = "undone"
    NOT_SAME = "not-same"
    ADDED = "added"
    CORRECTED = "corrected"


#: The kinds of value by which each kind of subject is called, in order of preference.
CALLED_BY: Final[Mapping[SubjectKind, tuple[str, ...]]] = {
    SubjectKind.PERSON: (Kind.NAME, Kind.ALIAS, DESCRIPTION, Kind.HANDLE, Kind.PHONE, Kind.EMAIL),
    SubjectKind.VEHICLE: (Kind.REGISTRATION, DESCRIPTION),
    SubjectKind.PLACE: (Kind.ADDRESS, Kind.POSTCODE, DESCRIPTION),
    SubjectKind.ACCOUNT: (Kind.HANDLE, Kind.WEB, Kind.EMAIL, Kind.PHONE, Kind.WALLET, Kind.BANK, DESCRIPTION),
}
_OF_THE_LINK: Final = frozenset({SubjectMove.LINKED, SubjectMove.UNDONE, SubjectMove.NOT_SAME})


@dataclass(frozen=True)
class SubjectValue:
    """A value recorded about a subject.

    `kind` is one of `Kind`, or `DESCRIPTION`. `source` is the part of the report that the value comes from, or "" if an
    officer added the value.
    """

    id: UUID
    kind: str
    written: str = field(repr=False)
    source: str
    basis: SubjectBasis

    @property
    def holds(self) -> str:
        """Return the extraction kind for indexing, one of `rules.HOLDS`."""
        return self.kind if self.kind in _HOLDS else "text"

    def to_words(self) -> list[str]:
        return [str(self.id), self.kind, self.written, self.source, str(self.basis)]


@dataclass(frozen=True)
class SubjectEntry:
    """An entry about a subject on a report.

    `number` counts the entries of the report. `corrects` is the value that a correction replaces with `values`, or withdraws if
    there are none. `behaviour` is what the officer says that the subject did or said, if the account of the report doesn't.
    """

    id: UUID
    report: UUID
    number: int
    subject: UUID
    move: SubjectMove
    kind: SubjectKind
    values: tuple[SubjectValue, ...]
    corrects: UUID | None
    why: str = field(repr=False)
    by: str
    at: datetime
    behaviour: str = field(repr=False, default="")

    def to_words(self) -> dict[str, Any]:
        """Serialise the entry for sealing."""
        return {
            "number": self.number,
            "subject": str(self.subject),
            "move": str(self.move),
            "kind": str(self.kind),
            "values": [one.to_words() for one in self.values],
            "corrects": str(self.corrects or ""),
            "why": self.why,
            "by": self.by,
            "at": self.at.isoformat(),
            "behaviour": self.behaviour,
        }


@dataclass(frozen=True)
class SubjectLink:
    """One report's entries about one subject, oldest first.

    `id` is that of the first entry. Addresses and the log use it for the subject, because the subject's own id must not
    appear there. Each report has a different `id` for the same subject.
    """

    report: UUID
    subject: UUID
    entries: tuple[SubjectEntry, ...]

    @property
    def id(self) -> UUID:
        return self.entries[0].id

    @property
    def kind(self) -> SubjectKind:
        return self.entries[0].kind

    @property
    def verdict(self) -> SubjectMove:
        """Return the latest decision about the link."""
        return next(one.move for one in reversed(self.entries) if one.move in _OF_THE_LINK)

    @property
    def in_force(self) -> bool:
        return self.verdict is SubjectMove.LINKED

    @property
    def behaviour(self) -> str:
        """Return what officers last said that the subject did or said, or ""."""
        return next((one.behaviour for one in reversed(self.entries) if one.behaviour), "")

    @property
    def values(self) -> tuple[SubjectValue, ...]:
        """Return the values with corrections applied, whether or not the link is active."""
        found: dict[UUID, SubjectValue] = {}
        for entry in self.entries:
            if entry.corrects is not None:
                found.pop(entry.corrects, None)
            found.update({one.id: one for one in entry.values})
        return tuple(found.values())


def read(part: UUID, report: UUID, told: Mapping[str, Any]) -> SubjectEntry | None:
    """Return the entry in a decrypted part of a report, or None if there is none."""
    try:
        return SubjectEntry(
            part,
            report,
            int(told["number"]),
            UUID(told["subject"]),
            SubjectMove(told["move"]),
            SubjectKind(told["kind"]),
            tuple(
                SubjectValue(UUID(ident), kind, written, source, SubjectBasis(basis))
                for ident, kind, written, source, basis in told["values"]
            ),
            UUID(told["corrects"]) if told["corrects"] else None,
            told["why"],
            told["by"],
            datetime.fromisoformat(told["at"]),
            told["behaviour"],
        )
    except (KeyError, ValueError, TypeError):
        return None


def opened(parts: Iterable[StoredPart], ring: Keyring) -> list[SubjectEntry]:
    """Return the entries in these report parts, leaving out any that cannot be opened."""
    made = (read(part.container, part.report, told) for part, told in notes.opened_of(parts, PART, ring))
    return [one for one in made if one is not None]


def links(entries: Iterable[SubjectEntry]) -> tuple[SubjectLink, ...]:
    """Return the links between reports and subjects recorded by these entries, oldest first."""
    found: dict[tuple[UUID, UUID], list[SubjectEntry]] = {}
    for one in sorted(entries, key=lambda one: (one.report, one.number, one.id)):
        found.setdefault((one.report, one.subject), []).append(one)
    made = [
        SubjectLink(report, subject, tuple(some))
        for (report, subject), some in found.items()
        if any(one.move in _OF_THE_LINK for one in some)
    ]
    return tuple(sorted(made, key=lambda one: (one.entries[0].at, one.entries[0].number)))


def keys_of(entries: Iterable[SubjectEntry]) -> list[str]:
    """Return the index keys of a report's entries, including undone links for the subject's history."""
    return list(dict.fromkeys(KEY.format(one.subject) for one in entries))


def values_in(told: Iterable[Mapping[str, Any]]) -> Iterator[SubjectValue]:
    """Yield the values of active links from one report's decrypted parts."""
    nowhere = UUID(int=0)
    entries = (read(UUID(int=number), nowhere, one) for number, one in enumerate(told))
    for link in links(one for one in entries if one is not None):
        if link.in_force:
            yield from link.values


def name_of(kind: SubjectKind, values: Iterable[SubjectValue]) -> str:
    """Return a subject's display name, preferring facts to assessments, or "" if no value is suitable."""
    held = list(values)
    for wanted in CALLED_BY[kind]:
        for basis in (SubjectBasis.FACT, SubjectBasis.ASSESSMENT):
            found = next((one for one in held if one.kind == wanted and one.basis is basis), None)
            if found is not None:
                return found.written
    return ""
