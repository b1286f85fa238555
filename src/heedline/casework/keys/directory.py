"""The directory of public keys, which accepts only statements chained to the pinned root.

The public process seals to nothing else. The table of desks is never asked for a key or a desk's name: a changed row
cannot send a report to another door. Nor can a statement that was taken away: the log names the hash of each, and a
process that has seen one never believes less.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.conf import settings
from django.db import Error, connection, transaction

from heedline.casework.errors import SealingStopped
from heedline.desks.models import TAKE_NO_REPORTS
from heedline.vault.statements import verification as statements
from heedline.vault.statements.directory import DeskFacts, Directory, EpochKey

#: A route to a desk with fewer people who can open it is refused: one lost key would lose the reports.
ENOUGH_OPENERS = 2
#: Said to whoever would sign or grant something meanwhile.
IN_DOUBT = (
    "The signed statements of keys are not those that the log names. Nothing is signed, granted or sealed by them until "
    "the missing ones are put back: see the operator's guide."
)
_FRESH_SECONDS = 5.0
#: What was verified is used for so long after it was last compared with the database: as long as a report waits, and more.
_GOES_ON_SECONDS = 60.0
#: What the log names: serials of statements with the hash that was signed. One serial may have two hashes: then one is missing.
type Logged = frozenset[tuple[int, str]]


@dataclass
class _Known:
    asked: float
    compared: float
    """When it was last compared with the database. It was asked later if the database is away."""
    state: tuple[int, int]
    root: str
    directory: Directory
    doubted: bool
    """True if a statement is missing or differs from the one recorded in the log."""
    unlogged: bool
    """True if there are statements that are not recorded in the log."""
    offered: dict[date, bool] = field(default_factory=dict)
    """The cached results of `identity_offered` for this directory, by day.

    Every question page asks for them, some of them several times.
    """
    addressees: dict[tuple[str, date], Addressee | None] = field(default_factory=dict)
    """The cached results of `addressee` for this directory, by desk code and day."""


@dataclass(frozen=True)
class _Floor:
    """The last directory that was trusted in a committed transaction, with its root."""

    root: str
    directory: Directory


_known: _Known | None = None
_floor: _Floor | None = None


def directory() -> Directory:
    """Return the verified directory, at most five seconds old, or a minute while the database is away.

    Raises SealingStopped if there is no pinned root.
    """
    return _read().directory


def trusted() -> Directory:
    """Return the current directory, or the last complete one if the current one lacks statements.

    While the table lacks statements that the log names or that this process has seen, that is the last one which had
    them all. Raises SealingStopped where there is none.
    """
    found = _read()
    if not found.doubted:
        return found.directory
    if _floor is not None and _floor.root == found.root and _agrees(_floor.directory, _logged()):
        return _floor.directory
    raise SealingStopped


def doubts() -> bool:
    """Return whether any known statement is missing or has changed.

    A statement is known from the log, or because this process has seen it.
    """
    return _read().doubted


def differs_from_the_log() -> bool:
    """Return whether the table of statements differs from the log.

    A statement may be missing, different, or never logged.
    """
    found = _read()
    return found.doubted or found.unlogged


def _read() -> _Known:
    global _known  # one per process: verifying is dear, and public
    now = time.monotonic()
    root = str(settings.ROOT)
    if _known is not None and _known.root == root and now - _known.asked < _FRESH_SECONDS:
        return _known
    try:
        state = _state()
    except Error:
        # The database is away. What this process verified a moment ago is public, and a report waits for the database.
        if _known is None or _known.root != root or now - _known.compared > _GOES_ON_SECONDS:
            raise
        _known.asked = (
            time.monotonic()
        )  # a server that is silent takes seconds to ask, and a page asks several times
        return _known
    if _known is not None and _known.root == root and _known.state == state:
        _known.asked = _known.compared = now
        return _known
    if not root:
        raise SealingStopped
    signed, logged = _table_and_log()
    found = statements.verify_all(signed, root=bytes.fromhex(root), installation=settings.INSTALLATION)
    fallen = _floor is not None and _floor.root == root and not _contains(found, _floor.directory)
    doubted = found.broken or fallen or not _agrees(found, logged)
    _known = _Known(
        now, now, state, root, found, doubted, bool(found.links.keys() - {serial for serial, _ in logged})
    )
    if not doubted:
        # only once it is committed: what is rolled back was never believed
        transaction.on_commit(lambda: _raise_floor(root, found))
    return _known


def _raise_floor(root: str, found: Directory) -> None:
    global _floor
    if _floor is None or _floor.root != root or _contains(found, _floor.directory):
        _floor = _Floor(root, found)


def _contains(found: Directory, before: Directory) -> bool:
    """Return whether a directory includes every statement of an earlier one."""
    return all(known <= found.links.get(serial, frozenset()) for serial, known in before.links.items())


def _agrees(found: Directory, logged: Logged) -> bool:
    """Return whether a directory includes every statement recorded in the log."""
    return all(link in found.links.get(serial, frozenset()) for serial, link in logged)


def _state() -> tuple[int, int]:
    """Return the number of statements in the table and the number recorded in the log.

    If neither has changed, nothing is read again.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM keys_statement), history.logged_statement_count()")
        statements_there, logged = cursor.fetchone()
    return int(statements_there), int(logged)


def _table_and_log() -> tuple[list[str], Logged]:
    """Return the signed statements in order, and those recorded in the log.

    One query, and so one snapshot: a statement that somebody commits meanwhile is in both or in neither. Two queries
    would find it in the log alone, and doubt every key for a few seconds.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ARRAY(SELECT signed FROM keys_statement ORDER BY serial),"
            " ARRAY(SELECT ROW(l.serial, l.sha256)::text FROM history.logged_statements() l)"
        )
        signed, logged = cursor.fetchone()
    pairs = (one.strip("()").split(",") for one in logged)
    return list(signed), frozenset((int(serial), digest) for serial, digest in pairs)


def _logged() -> Logged:
    return _table_and_log()[1]


def read_again() -> None:
    """Clear the cached directory, so that the next read queries the database.

    Used after a statement was made in this process.
    """
    global _known
    _known = None


def forget() -> None:
    """Clear the cached directory and the last trusted one.

    Used between tests, and where a demonstration begins again.
    """
    global _floor
    _floor = None
    read_again()


def desk_by_code(code: str) -> DeskFacts | None:
    """Return the desk with this code, as signed by two stewards.

    Raises SealingStopped if the statements are in doubt.
    """
    known = trusted()
    for desk in known.desks():
        facts = known.desk(desk)
        if facts is not None and facts.code == code:
            return facts
    return None


def openers_of(desk: str, on: date) -> int:
    """Return the number of people able to open content sealed to this desk on a given day."""
    epoch = directory().current_epoch(desk, on)
    return 0 if epoch is None else len(directory().holders(epoch))


def who_open(desk: str, on: date) -> frozenset[UUID]:
    """Return the officers who can open content sealed to this desk on the given day."""
    epoch = directory().current_epoch(desk, on)
    return frozenset() if epoch is None else frozenset(map(UUID, directory().holders(epoch)))


@dataclass(frozen=True)
class Addressee:
    """A desk to which a report can be sealed, with its current epoch."""

    desk: UUID
    code: str
    epoch: UUID
    key: bytes
    authoriser: str | None


def addressee(code: str, on: date) -> Addressee | None:
    """Return the desk's current key, or None if fewer than two people can open it.

    Raises SealingStopped if the statements are in doubt.
    """
    known = trusted()
    found = _known.addressees if _known is not None and _known.directory is known else {}
    if (code, on) not in found:
        found[code, on] = _addressee(known, code, on)
    return found[code, on]


def _addressee(known: Directory, code: str, on: date) -> Addressee | None:
    facts = desk_by_code(code)
    if facts is None:
        return None
    epoch = known.current_epoch(facts.desk, on)
    if epoch is None or len(known.holders(epoch)) < ENOUGH_OPENERS:
        return None
    return Addressee(UUID(facts.desk), code, UUID(epoch.epoch), epoch.kem, facts.authoriser_desk)


def authoriser_epoch(authoriser_desk: str | None, on: date) -> EpochKey | None:
    """Return the authorisers' desk's current key, or None if none of its members can open it.

    In that case reporters are not asked for their names.
    """
    if authoriser_desk is None:
        return None
    epoch = trusted().current_epoch(authoriser_desk, on)
    return epoch if epoch is not None and trusted().holders(epoch) else None


def desk_that_decides(desk: UUID | None, on: date) -> Addressee | None:
    """Return the authorisers' desk with its current key, or None if no member can open such a key."""
    epoch = authoriser_epoch(str(desk), on) if desk is not None else None
    facts = trusted().desk(str(desk))
    if desk is None or epoch is None or facts is None:
        return None
    return Addressee(desk, facts.code, UUID(epoch.epoch), epoch.kem, None)


def identity_offered(on: date) -> bool:
    """Return whether every desk that may receive a report has an authoriser with keys."""
    known = trusted()
    found = _known.offered if _known is not None and _known.directory is known else {}
    if on not in found:
        found[on] = _offered(known, on)
    return found[on]


def _offered(known: Directory, on: date) -> bool:
    desks = [
        facts
        for desk in known.desks()
        if (facts := known.desk(desk)) is not None and facts.kind not in TAKE_NO_REPORTS
    ]
    return bool(desks) and all(authoriser_epoch(facts.authoriser_desk, on) is not None for facts in desks)
