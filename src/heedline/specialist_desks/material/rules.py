"""The states, examination rules and priority of an item, in plain Python.

`database/examinations.sql` says the same; a test holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID


class ItemState(StrEnum):
    """The state of an item at the desk, independent of its platform."""

    NEW = "new"
    EXAMINING = "examining"
    SECOND = "second"  # found unlawful once: a second reviewer examines it
    DISPUTED = "disputed"  # the two disagree: a third examiner decides
    UNLAWFUL = "unlawful"
    HELD = "held"  # unlawful: preserve and investigate, so no company is told yet
    TERMS = "terms"
    LAWFUL = "lawful"
    OUTSIDE = "outside"
    UNCLEAR = "unclear"
    GONE = "gone"
    REFERRED = "referred"


class ItemMove(StrEnum):
    """A transition of an item."""

    TAKE = "take"
    GIVE_BACK = "give-back"
    FIND_GONE = "find-gone"
    FIND_UNLAWFUL = "find-unlawful"
    FIND_TERMS = "find-terms"
    FIND_LAWFUL = "find-lawful"
    FIND_OUTSIDE = "find-outside"
    FIND_UNCLEAR = "find-unclear"
    CONFIRM = "confirm"
    CONFIRM_HELD = "confirm-held"
    DISPUTE = "dispute"
    RELEASE = "release"  # the investigators agree that the company is told
    REVERSE = "reverse"
    REOPEN = "reopen"
    REFER = "refer"  # child abuse material: to the unit of the pack
    RETURN = "return"


_S, _M = ItemState, ItemMove
#: Every legal move. Notices will start from UNLAWFUL and TERMS.
PATH: Final[Mapping[tuple[ItemState, ItemMove], ItemState]] = MappingProxyType(
    {
        (_S.NEW, _M.TAKE): _S.EXAMINING,
        (_S.NEW, _M.FIND_GONE): _S.GONE,
        (_S.EXAMINING, _M.GIVE_BACK): _S.NEW,
        (_S.EXAMINING, _M.FIND_GONE): _S.GONE,
        (_S.EXAMINING, _M.FIND_UNLAWFUL): _S.SECOND,
        (_S.EXAMINING, _M.FIND_TERMS): _S.TERMS,
        (_S.EXAMINING, _M.FIND_LAWFUL): _S.LAWFUL,
        (_S.EXAMINING, _M.FIND_OUTSIDE): _S.OUTSIDE,
        (_S.EXAMINING, _M.FIND_UNCLEAR): _S.UNCLEAR,
        (_S.SECOND, _M.CONFIRM): _S.UNLAWFUL,
        (_S.SECOND, _M.CONFIRM_HELD): _S.HELD,
        (_S.SECOND, _M.DISPUTE): _S.DISPUTED,
        (_S.SECOND, _M.REOPEN): _S.NEW,  # only if evidence was added after an examination
        (_S.DISPUTED, _M.REOPEN): _S.NEW,
        (_S.DISPUTED, _M.CONFIRM): _S.UNLAWFUL,
        (_S.DISPUTED, _M.CONFIRM_HELD): _S.HELD,
        (_S.DISPUTED, _M.FIND_TERMS): _S.TERMS,
        (_S.DISPUTED, _M.FIND_LAWFUL): _S.LAWFUL,
        (_S.DISPUTED, _M.FIND_OUTSIDE): _S.OUTSIDE,
        (_S.DISPUTED, _M.FIND_UNCLEAR): _S.UNCLEAR,
        (_S.HELD, _M.RELEASE): _S.UNLAWFUL,
        (_S.HELD, _M.REVERSE): _S.LAWFUL,
        (_S.UNLAWFUL, _M.REVERSE): _S.LAWFUL,
        (_S.TERMS, _M.REOPEN): _S.NEW,
        (_S.LAWFUL, _M.REOPEN): _S.NEW,
        (_S.OUTSIDE, _M.REOPEN): _S.NEW,
        (_S.UNCLEAR, _M.REOPEN): _S.NEW,
        (_S.GONE, _M.REOPEN): _S.NEW,
        (_S.NEW, _M.REFER): _S.REFERRED,
        (_S.EXAMINING, _M.REFER): _S.REFERRED,
        (_S.SECOND, _M.REFER): _S.REFERRED,
        (_S.DISPUTED, _M.REFER): _S.REFERRED,
        (_S.REFERRED, _M.RETURN): _S.NEW,
    }
)
#: States in which an examiner has something to do.
OPEN: Final = frozenset({_S.NEW, _S.EXAMINING, _S.SECOND, _S.DISPUTED})
#: The lists of the queue, and the states in each.
LISTS: Final[Mapping[str, frozenset[ItemState]]] = MappingProxyType(
    {
        "open": OPEN,
        "second": frozenset({_S.SECOND, _S.DISPUTED}),
        "unlawful": frozenset({_S.UNLAWFUL, _S.HELD}),
        "finished": frozenset({_S.TERMS, _S.LAWFUL, _S.OUTSIDE, _S.UNCLEAR, _S.GONE}),
        "referred": frozenset({_S.REFERRED}),
    }
)
#: States in which nobody reads a finding of illegality that was not reviewed, but whoever made it.
BLIND: Final = frozenset({_S.NEW, _S.EXAMINING, _S.SECOND})
#: States that need the agreement of two examiners.
ILLEGAL: Final = frozenset({_S.UNLAWFUL, _S.HELD})
#: States in which a closed audience can be approved. Before, whoever approves it could still examine the item.
APPROVABLE: Final = ILLEGAL | {_S.TERMS}


#: States from which an item can be disposed of, once no report names it.
DISPOSABLE: Final = frozenset(_S) - OPEN - {_S.HELD}
#: Items that should be taken down, so somebody checks regularly whether they are.
WATCHED: Final = frozenset({_S.UNLAWFUL, _S.TERMS})


class ItemOutcome(StrEnum):
    """The outcome of one examination, computed from the examiner's answers."""

    UNLAWFUL = "unlawful"
    HELD = "held"
    TERMS = "terms"
    LAWFUL = "lawful"
    OUTSIDE = "outside"
    UNCLEAR = "unclear"

    @property
    def illegal(self) -> bool:
        return self in (ItemOutcome.UNLAWFUL, ItemOutcome.HELD)


_FOUND: Final = {
    ItemOutcome.UNLAWFUL: _M.FIND_UNLAWFUL,
    ItemOutcome.HELD: _M.FIND_UNLAWFUL,
    ItemOutcome.TERMS: _M.FIND_TERMS,
    ItemOutcome.LAWFUL: _M.FIND_LAWFUL,
    ItemOutcome.OUTSIDE: _M.FIND_OUTSIDE,
    ItemOutcome.UNCLEAR: _M.FIND_UNCLEAR,
}


class Place(StrEnum):
    """The position of an examination in an item's sequence of examinations."""

    FIRST = "first"
    SECOND = "second"
    THIRD = "third"  # where the first two disagree
    REVERSAL = "reversal"


#: The place of the examination that is made in each state.
PLACES: Final = {
    _S.EXAMINING: Place.FIRST,
    _S.SECOND: Place.SECOND,
    _S.DISPUTED: Place.THIRD,
    _S.UNLAWFUL: Place.REVERSAL,
    _S.HELD: Place.REVERSAL,
}
OWN = "You examined this item yourself. Another examiner must review it."
INVOLVED = "You took part in an earlier decision about this item. Another examiner must decide now."


def why_not(place: Place, officer: UUID, earlier: Iterable[UUID]) -> str:
    """Return the reason why this officer may not make this examination, or "".

    `earlier` are the officers of every earlier examination of the item.
    """
    if place is Place.FIRST or officer not in earlier:
        return ""
    return OWN if place is Place.SECOND else INVOLVED


def behind(findings: Iterable[tuple[UUID, int]], newest: int) -> tuple[UUID, ...]:
    """Return the examiners whose findings predate the newest evidence.

    Nobody reviews an item while there are any: a reviewer would agree with a finding about something else.
    """
    return tuple(officer for officer, evidence in findings if evidence < newest)


@dataclass(frozen=True)
class Opinion:
    """The outcome of an examination, and the provisions that it found to be met."""

    outcome: ItemOutcome
    met: frozenset[str] = frozenset()


def move_after(place: Place, opinion: Opinion, first: Opinion | None = None) -> ItemMove | None:
    """Return the transition that follows from an examination, or None if it upholds the decision.

    `first` is the opinion that a second one is compared with.
    """
    if place is Place.REVERSAL:
        return None if opinion.outcome.illegal else ItemMove.REVERSE
    if place is Place.FIRST or not opinion.outcome.illegal:
        return ItemMove.DISPUTE if place is Place.SECOND else _FOUND[opinion.outcome]
    held = opinion.outcome is ItemOutcome.HELD
    if place is Place.SECOND:
        if first is None or not opinion.met & first.met:
            return ItemMove.DISPUTE
        held = held or first.outcome is ItemOutcome.HELD  # the more cautious of the two
    return ItemMove.CONFIRM_HELD if held else ItemMove.CONFIRM


def agreement(first: Opinion, second: Opinion, provisions: Iterable[str]) -> dict[str, bool]:
    """Return, for each provision, whether two examiners agree on whether it is met."""
    return {one: (one in first.met) == (one in second.met) for one in provisions}


@dataclass(frozen=True)
class PriorityPart:
    """A factor in an item's priority, with its points and explanation."""

    words: str
    points: int


#: The parts of a priority. They add up, and danger outweighs all others together. What reporters answer about danger, and
#: their words of a weapon or a threat, are read when their reports are indexed. The others are an examiner's.
PARTS: Final = {
    "danger": PriorityPart("A reporter says that somebody is in danger", 46),
    "planned": PriorityPart("A reporter says that something is planned", 9),
    "threat": PriorityPart("A report has words for a weapon or a threat", 9),
    "unsure": PriorityPart("A reporter is not sure whether somebody is in danger", 4),
    "live": PriorityPart("It is being streamed live", 8),
    "victim": PriorityPart("It names or shows a victim", 5),
    "wide": PriorityPart("It reaches many people", 3),
    "recent": PriorityPart("It was seen in the last two days", 2),
    "language": PriorityPart("Somebody at the desk reads its language", 2),
}


#: The parts that come from reports, which no examiner takes away.
REPORTED: Final = frozenset({"danger", "planned", "threat", "unsure"})
#: From how many reports on their number adds another point. It is worth little, because a flood of reports costs nothing.
_NUMBERS: Final = (5, 20, 100)


@dataclass(frozen=True)
class ItemPriority:
    """The priority of an item, with the factors that contribute to it."""

    parts: tuple[PriorityPart, ...] = ()

    @property
    def points(self) -> int:
        return sum(one.points for one in self.parts)


def priority(given: Iterable[str], reports: int = 0) -> ItemPriority:
    """Return the priority for these codes of `PARTS` and this number of reports, ignoring unknown codes."""
    true = set(given)
    parts = [part for code, part in PARTS.items() if code in true]
    points = sum(reports >= one for one in _NUMBERS)
    if points:
        parts.append(PriorityPart(f"At least {_NUMBERS[points - 1]} reports name it", points))
    return ItemPriority(tuple(parts))


#: The highest priority that an item can have.
HIGHEST: Final = sum(one.points for one in PARTS.values()) + len(_NUMBERS)
