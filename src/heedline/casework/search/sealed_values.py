"""Report values sealed to the linking desk for comparison across desks.

They are sealed by the session that indexes the report, at the report's own desk or at the linking desk if that desk
watches it. The pack says which kinds of report are compared. Only values are sealed, never the account or anything
about the reporter.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection

from heedline.casework.access.keyring import Keyring
from heedline.casework.errors import SealingStopped
from heedline.casework.keys import directory
from heedline.casework.keys.directory import Addressee
from heedline.casework.report import restrictions
from heedline.dispatch.clocks import slot_of
from heedline.index.extraction import keys
from heedline.index.extraction.values import Extract, Kind, Value
from heedline.packs import load_pack
from heedline.packs.slots import minute_of
from heedline.packs.urgency import Urgency
from heedline.permits.compiled_query import CompiledQuery, padded
from heedline.reports.models import Report, SealedValues
from heedline.vault import CannotOpen
from heedline.vault.canonical import canonical
from heedline.vault.containers import envelope
from heedline.vault.containers.container import Container

#: What a container with values calls itself.
FRAME = "values"
#: Documents of the linking desk's index that are not its reports have keys with these marks.
OF_VALUES = "x:"
OF_INTERESTS = "i:"
OF_THINGS = "t:"
#: How long values of reports, and entries of the interest register, may wait at the linking desk. Reports in danger have the
#: time that the pack gives for the next action on them, if that is shorter.
COMPARED_WITHIN: Final = timedelta(minutes=30)
#: Ids are padded to a multiple of this number, so that the two queries below are compiled for few different lengths.
_TOGETHER: Final = 20
_USABLE: Final[CompiledQuery[Any]] = CompiledQuery(
    lambda ids: restrictions.usable(Report.objects.filter(id__in=ids)).values("id")
)
_STORED: Final[CompiledQuery[Any]] = CompiledQuery(
    lambda ids: SealedValues.objects.filter(report__in=ids).values("report", "parts", "desk")
)
_INSERT = (
    "INSERT INTO reports_sealed_values (desk_id, slot, indexed, epochs, id, report, parts, due_at, header, payload)"
    " SELECT %b::uuid, %b::timestamptz, false, %b::uuid[], v.*"
    " FROM unnest(%b::uuid[], %b::uuid[], %b::smallint[], %b::timestamptz[], %b::bytea[], %b::bytea[]) AS v"
    " ON CONFLICT DO NOTHING"
)


@dataclass(frozen=True)
class FoundValues:
    """A report with its extracted values and the number of sealed parts read."""

    report: Report
    found: Extract = field(repr=False)
    parts: int


@dataclass(frozen=True)
class ReportValues:
    """The decrypted values of one desk's report.

    `thing` means that they are not a report's but those of a specialist desk's record, whose id is then `report`. They are
    compared with the interest register only.
    """

    report: UUID
    desk: str
    watched: bool
    danger: bool
    found: Extract = field(repr=False)
    thing: bool = False


def linking_desk(at: datetime) -> Addressee | None:
    """Return the linking desk, or None if it has no current key."""
    try:
        return directory.addressee(load_pack(settings.PACK).linking_desk, at.date())
    except SealingStopped:
        return None


def put(read: Iterable[FoundValues], *, desk: UUID, at: datetime) -> None:
    """Seal these reports' values to the linking desk, skipping restricted reports and those already sent.

    `desk` is the desk whose session has read them. Must be called inside the caller's transaction. If nothing can be sealed
    to the linking desk now, the values are missing there until the report is indexed again, and an alarm says so.
    """
    kinds, to = load_pack(settings.PACK).kinds, linking_desk(at)
    if to is None:
        return
    wanted = {
        one.report.id: one
        for one in read
        if desk in (one.report.desk_id, to.desk)
        and one.report.kind in kinds
        and kinds[one.report.kind].across
    }
    if wanted:
        usable: Any = _USABLE.rows(padded(list(wanted), _TOGETHER))
        wanted = {row["id"]: wanted[row["id"]] for row in usable}
    if not wanted:
        return
    rows = SealedValues.objects.filter(report__in=wanted)
    stored: Any = _STORED.rows(padded(list(wanted), _TOGETHER))
    known = {row["report"]: (row["parts"], row["desk"]) for row in stored}
    new = [one for ref, one in wanted.items() if known.get(ref) != (one.parts, to.desk)]
    # in one order: the desk that watches these reports may seal them at the same time
    new.sort(key=lambda one: one.report.id)
    for replaces, some in groupby(new, key=lambda one: one.report.id in known):
        if not replaces:
            _store(some, to, at)
            continue
        for one in some:
            rows.filter(report=one.report.id).delete()
            _store([one], to, at)


def put_thing(ident: UUID, desk: str, found: Extract, *, at: datetime) -> None:
    """Seal values of a specialist desk's record to the linking desk, which compares them with the interest register.

    `ident` is the record and `desk` the code of its desk. The desk's own policies let its sessions insert, see and delete
    rows about its records, and it deletes them with the record. Must be called inside the caller's transaction. Does nothing
    if nothing can be sealed to the linking desk now.
    """
    to = linking_desk(at)
    if to is None:
        return
    row = uuid4()
    words = {
        "report": str(ident),
        "desk": desk,
        "watched": False,
        "danger": False,
        "thing": True,
        **to_keep(found),
    }
    sealed = seal(words, to, row, FRAME)
    SealedValues.objects.bulk_create(
        [
            SealedValues(
                id=row,
                report=ident,
                desk_id=to.desk,
                parts=1,
                slot=slot_of(at),
                due_at=minute_of(at + COMPARED_WITHIN),
                epochs=[to.epoch],
                header=sealed.header,
                payload=sealed.payload,
            )
        ],
        ignore_conflicts=True,
    )


def _store(found: Iterable[FoundValues], to: Addressee, at: datetime) -> None:
    """Seal and insert the values of these reports, leaving out any that a colleague has just inserted."""
    rows = []
    for one in found:
        ident = uuid4()
        sealed = seal(_words(one), to, ident, FRAME)
        due_at = minute_of(at + compared_within(one.report.rank))
        rows.append((ident, one.report.id, one.parts, due_at, sealed.header, sealed.payload))
    wrapper: Any = connection  # our own backend: Django would write the bytes as text into the statement
    with wrapper.bound_cursor(binary=True) as cursor:
        cursor.execute(_INSERT, [to.desk, slot_of(at), [to.epoch], *map(list, zip(*rows, strict=True))])


def compared_within(rank: int) -> timedelta:
    """Return how long the values of a report of this rank may wait to be compared."""
    if rank:
        return COMPARED_WITHIN
    return min(COMPARED_WITHIN, load_pack(settings.PACK).priorities[Urgency.DANGER].next_within)


def _words(one: FoundValues) -> dict[str, Any]:
    """Return a report's id, desk code, watched and danger flags and values, as a dict to seal."""
    report = one.report
    return {
        "report": str(report.id),
        "desk": report.desk.code,
        "watched": report.watch_id is not None,
        "danger": report.rank == 0,
        **to_keep(one.found),
    }


def seal(words: dict[str, Any], to: Addressee, ident: UUID, part: str, *others: Addressee) -> Container:
    """Seal text to the current keys of one or more desks."""
    return envelope.seal_part(
        canonical(words),
        list(dict.fromkeys(one.key for one in (to, *others))),
        installation=settings.INSTALLATION,
        container_id=ident,
        part=part,
    )


def opened(row: Any, ring: Keyring, part: str) -> dict[str, Any]:
    """Decrypt the payload of a sealed row and return its JSON object.

    Raises CannotOpen, also if the content is not a JSON object, because anyone can seal to a desk.
    """
    if row.header is None:
        raise CannotOpen
    return envelope.open_object(
        Container(bytes(row.header), bytes(row.payload)),
        ring.for_any(row.epochs),
        installation=settings.INSTALLATION,
        container_id=row.id,
        part=part,
    )


def values_in(row: SealedValues, ring: Keyring) -> ReportValues:
    """Decrypt the report values in a row.

    Raises CannotOpen, also if the content is not the values of the row's report, at a desk of the pack.
    """
    told = opened(row, ring, FRAME)
    try:
        found = ReportValues(
            UUID(told["report"]),
            told["desk"],
            told["watched"],
            told["danger"],
            from_kept(told),
            told.get("thing") is True,
        )
    except (KeyError, ValueError, TypeError, AttributeError):
        raise CannotOpen from None
    if found.report != row.report or found.desk not in load_pack(settings.PACK).desks:
        raise CannotOpen
    return found


def to_keep(found: Extract) -> dict[str, Any]:
    """Serialise the values of an extract for sealing.

    The name of a file stays at its desk, because a reporter may have given it.
    """
    return {
        "values": [
            [str(one.kind), one.canonical, "" if one.kind is Kind.FILE else one.written, one.source]
            for one in found.values
        ],
        "generations": found.generations,
        "twins": found.twins,
    }


def from_kept(told: dict[str, Any]) -> Extract:
    """Rebuild an extract from its serialised form, without the text hashes.

    Raises CannotOpen if the form is invalid.
    """
    try:
        values = tuple(Value(Kind(kind), *words) for kind, *words in told["values"])
        if not all(isinstance(word, str) for one in told["values"] for word in one):
            raise CannotOpen
        found = keys.of_report(values, (), load_pack(settings.PACK).matching.names)
        return Extract(values, found, (), frozenset(), told["generations"], told["twins"])
    except (KeyError, ValueError, TypeError):
        raise CannotOpen from None
