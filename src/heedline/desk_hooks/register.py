"""The register of specialist desks, which is filled while Django starts and then closed.

This is plain Python.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from heedline.desk_hooks.hooks import Grant, SpecialistDesk

if TYPE_CHECKING:
    from heedline.permits.capabilities import AnyCapability
    from heedline.permits.roles import Role

#: Columns of the database that hold codes are as wide.
LONGEST = 40

_desks: dict[str, SpecialistDesk] = {}
_closed = False


class NotRegistered(Exception):
    """Raised when a desk cannot be registered, or when a code belongs to no registered desk.

    The message gives the reason.
    """


def add(desk: SpecialistDesk) -> None:
    """Register a desk.

    Raises NotRegistered after the start, for a second desk with its code, and for codes that do not begin
    with the desk's.
    """
    if _closed:
        raise NotRegistered(f"The desk {desk.code} comes too late: desks register while Django starts.")
    if desk.code in _desks:
        raise NotRegistered(f"Two desks are called {desk.code}.")
    for code in desk.codes():
        if not code.startswith(f"{desk.code}-"):
            raise NotRegistered(f"{code} does not begin with {desk.code}-, the code of its desk.")
        if len(code) > LONGEST:
            raise NotRegistered(f"{code} is longer than {LONGEST} characters.")
    for kind, rule in desk.alarms.items():
        if rule.raised_by is not None and rule.raised_by not in desk.letters:
            raise NotRegistered(f"The alarm {kind} is raised by {rule.raised_by}, which the desk has not.")
    _desks[desk.code] = desk


def close() -> None:
    """Close the register, so that no more desks can be added."""
    global _closed
    _closed = True


def desks() -> Iterator[SpecialistDesk]:
    """Yield the registered desks, in the order in which the settings list them."""
    yield from _desks.values()


def act_words() -> dict[str, str]:
    """Return the text of every registered action, by code."""
    return {str(act): words for desk in desks() for act, words in desk.acts.items()}


def letters() -> frozenset[str]:
    """Return the codes of every registered letter."""
    return frozenset(str(letter) for desk in desks() for letter in desk.letters)


def sealed_parts() -> dict[str, str]:
    """Return the text of every registered kind of sealed part, by code."""
    return {part: words for desk in desks() for part, words in desk.sealed_parts.items()}


def grants() -> dict[AnyCapability, Grant]:
    """Return every registered capability with its grant."""
    return {capability: grant for desk in desks() for capability, grant in desk.capabilities.items()}


def granted_to(role: Role) -> frozenset[AnyCapability]:
    """Return the registered capabilities that a role has."""
    return frozenset(capability for capability, grant in grants().items() if role in grant.roles)
