"""The register of specialist desks, which is filled while Django starts and then closed.

A room of the core defines a subclass of `Hook` for what a desk may add there, and asks `hooks` for what the registered desks
added. The register knows none of them. This is plain Python.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

#: Columns of the database that hold codes are as wide.
LONGEST = 40


class NotRegistered(Exception):
    """Raised when a desk cannot be registered, or when a code belongs to no registered desk.

    The message gives the reason.
    """


class Hook:
    """Base class of everything that a specialist desk adds to a room of the core."""

    __slots__ = ()

    def codes(self) -> Iterable[str]:
        """Return the codes that this adds to a closed vocabulary. Each begins with the desk's code and a hyphen."""
        return ()

    def fault(self, desk: SpecialistDesk) -> str:
        """Return the reason why this cannot be registered beside the other hooks of its desk, or ""."""
        return ""


@dataclass(frozen=True, slots=True)
class SpecialistDesk:
    """A specialist desk with everything that it adds to the core.

    No code of a desk ever has two meanings, because each begins with the desk's own code.
    """

    code: str
    name: str
    hooks: tuple[Hook, ...] = ()

    def of[Kind: Hook](self, kind: type[Kind]) -> Iterator[Kind]:
        """Yield this desk's hooks of a kind, in the order in which it lists them."""
        return (hook for hook in self.hooks if isinstance(hook, kind))


_desks: dict[str, SpecialistDesk] = {}
_closed = False


def add(desk: SpecialistDesk) -> None:
    """Register a desk.

    Raises NotRegistered after the start, for a second desk with its code, for codes that do not begin with the desk's, and
    for hooks that lack another one.
    """
    if _closed:
        raise NotRegistered(f"The desk {desk.code} comes too late: desks register while Django starts.")
    if desk.code in _desks:
        raise NotRegistered(f"Two desks are called {desk.code}.")
    for code in (code for hook in desk.hooks for code in hook.codes()):
        if not code.startswith(f"{desk.code}-"):
            raise NotRegistered(f"{code} does not begin with {desk.code}-, the code of its desk.")
        if len(code) > LONGEST:
            raise NotRegistered(f"{code} is longer than {LONGEST} characters.")
    for fault in filter(None, (hook.fault(desk) for hook in desk.hooks)):
        raise NotRegistered(fault)
    _desks[desk.code] = desk


def close() -> None:
    """Close the register, so that no more desks can be added."""
    global _closed
    _closed = True


def desks() -> Iterator[SpecialistDesk]:
    """Yield the registered desks, in the order in which the settings list them."""
    yield from _desks.values()


def hooks[Kind: Hook](kind: type[Kind]) -> Iterator[Kind]:
    """Yield what the registered desks add of a kind, in the order of the desks."""
    for desk in desks():
        yield from desk.of(kind)
