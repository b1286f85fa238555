"""Officer actions on subjects, such as linking reports and adding or correcting values.

Each action adds one sealed entry of a fixed size to the report on whose page it was taken, and one log entry that says nothing
about its content. Linking a report to an existing subject therefore looks the same as creating one. Nothing is merged, hidden
or closed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from django.db.models import Q

from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance
from heedline.casework.errors import NoRoom, NotHere
from heedline.casework.report import notes, restrictions
from heedline.casework.report.verb import FoundReport, find, record, verb
from heedline.casework.search import subject_entries
from heedline.casework.search.subject_entries import (
    CALLED_BY,
    DESCRIPTION,
    PART,
    SubjectBasis,
    SubjectEntry,
    SubjectKind,
    SubjectLink,
    SubjectMove,
    SubjectValue,
    name_of,
)
from heedline.casework.subjects import offering
from heedline.casework.subjects.offering import OfferedValue
from heedline.index.extraction.names import latin
from heedline.index.extraction.values import Kind
from heedline.permits.capabilities import Capability
from heedline.permits.scopes import reports_of
from heedline.reports.lifecycle import NotNow
from heedline.reports.stored import parts_of
from heedline.vault.canonical import canonical
from heedline.vault.containers import envelope

#: The most characters in a value and in a reason, as stated on the pages.
LONGEST_VALUE: Final = 200
LONGEST_WHY: Final = 400
NO_REASON = "Give a reason."
NO_VALUE = "Enter the value."
NOTHING = "Choose at least one value, or describe the subject."
LINKED_ALREADY = "This report is already linked to that subject."
NOT_LINKED = "This link has been undone."
KINDS_OF_VALUE: Final = frozenset({*map(str, Kind), DESCRIPTION} - {str(Kind.FILE)})


@dataclass(frozen=True)
class NewSubjectLink:
    """A new link from a report to a subject.

    `to` is the link of another report to the same subject, or None for a new subject, which is of `kind`. `values` gives the
    basis of each value of the report that is recorded, by its code. `described` is the officer's own description, or "".
    `behaviour` is what the subject did or said in the officer's words, which is needed if the account doesn't say so.
    """

    to: UUID | None
    kind: SubjectKind
    values: Mapping[str, SubjectBasis]
    why: str = field(repr=False)
    described: str = field(repr=False, default="")
    basis: SubjectBasis = SubjectBasis.ASSESSMENT
    behaviour: str = field(repr=False, default="")


@verb(Act.SUBJECT_CHANGED)
def link(ref: UUID, new: NewSubjectLink, *, by: Attendance, at: datetime) -> UUID:
    """Link a report to a subject, and return the link.

    Raises NotHere if the officer may not see this report or the other one. Raises NotNow without a reason, if the report
    describes no behaviour, is restricted or is linked already, or for a new subject without values or a description. Raises
    BehaviourNotStated if neither the account nor the officer says what was done. Raises Refused, Locked and NoRoom.
    """
    why = notes.reason(new.why, longest=LONGEST_WHY, missing=NO_REASON)
    found = _found(ref, by, at, adds=True)
    offer = offering.without_subjects(found)
    if offer.why_not:
        raise NotNow(offer.why_not)
    behaviour = offering.behaviour_stated(
        found, new.behaviour, longest=LONGEST_WHY, needed=offer.needs_behaviour
    )
    values = _chosen(new, offer.values)
    if new.described.strip():
        described = notes.written(new.described, longest=LONGEST_VALUE, missing=NO_VALUE, lines=False)
        offering.refuse_of_reporter(found, described)
        values.append(SubjectValue(uuid4(), DESCRIPTION, described, "", new.basis))
    entries = _entries(found)
    subject, kind = _subject(new, by)
    known = next((one for one in subject_entries.links(entries) if one.subject == subject), None)
    if known is not None and known.in_force:
        raise NotNow(LINKED_ALREADY)
    if known is not None:  # what was recorded before counts again
        held = {(one.kind, one.written) for one in known.values}
        values = [one for one in values if (one.kind, one.written) not in held]
    elif new.to is None and not values:
        raise NotNow(NOTHING)
    made = _write(found, entries, SubjectMove.LINKED, subject, kind, values, why=why, behaviour=behaviour)
    return known.id if known is not None else made


@verb(Act.SUBJECT_CHANGED)
def decide_against(ref: UUID, to: UUID, why: str, *, by: Attendance, at: datetime) -> None:
    """Record that a report does not concern the subject to which another report is linked.

    Raises NotHere, Refused, Locked, NoRoom, and NotNow without a reason or while the report is linked to the subject.
    """
    why = notes.reason(why, longest=LONGEST_WHY, missing=NO_REASON)
    found = _found(ref, by, at)
    entries = _entries(found)
    other = link_of(to, by=by)
    if any(one.in_force and one.subject == other.subject for one in subject_entries.links(entries)):
        raise NotNow(LINKED_ALREADY)
    _write(found, entries, SubjectMove.NOT_SAME, other.subject, other.kind, why=why)


@verb(Act.SUBJECT_CHANGED)
def undo(ref: UUID, link: UUID, why: str, *, not_same: bool, by: Attendance, at: datetime) -> None:
    """Undo a report's link to a subject, and record a mismatch if `not_same` is set.

    Raises NotHere, Refused, Locked, NoRoom, and NotNow without a reason or if it is undone already.
    """
    why = notes.reason(why, longest=LONGEST_WHY, missing=NO_REASON)
    found = _found(ref, by, at)
    entries = _entries(found)
    one = _own(entries, link)
    if not one.in_force:
        raise NotNow(NOT_LINKED)
    move = SubjectMove.NOT_SAME if not_same else SubjectMove.UNDONE
    _write(found, entries, move, one.subject, one.kind, why=why)


@verb(Act.SUBJECT_CHANGED)
def relink(ref: UUID, link: UUID, why: str, *, behaviour: str = "", by: Attendance, at: datetime) -> None:
    """Link a report to a subject again, with the values that were recorded before.

    Raises NotHere, Refused, Locked, NoRoom, and NotNow without a reason, if it is linked, or if the report describes no
    behaviour. Raises BehaviourNotStated as `link` does, unless it was stated before.
    """
    why = notes.reason(why, longest=LONGEST_WHY, missing=NO_REASON)
    found = _found(ref, by, at, adds=True)
    entries = _entries(found)
    one = _own(entries, link)
    if one.in_force:
        raise NotNow(LINKED_ALREADY)
    offer = offering.without_subjects(found)
    if offer.why_not:
        raise NotNow(offer.why_not)
    needed = offer.needs_behaviour and not one.behaviour
    behaviour = offering.behaviour_stated(found, behaviour, longest=LONGEST_WHY, needed=needed)
    _write(found, entries, SubjectMove.LINKED, one.subject, one.kind, why=why, behaviour=behaviour)


@verb(Act.SUBJECT_CHANGED)
def add_value(
    ref: UUID,
    link: UUID,
    kind: str,
    written: str,
    basis: SubjectBasis,
    why: str,
    *,
    by: Attendance,
    at: datetime,
) -> None:
    """Add a value to a subject on a linked report, with the officer as its source.

    It is kept and disposed of with this report. Raises NotHere, Refused, Locked, NoRoom, and NotNow without a value or a
    reason, if the link is undone, or if the report describes no behaviour.
    """
    if kind not in KINDS_OF_VALUE:
        raise ValueError(kind)
    written = notes.written(written, longest=LONGEST_VALUE, missing=NO_VALUE, lines=False)
    why = notes.reason(why, longest=LONGEST_WHY, missing=NO_REASON)
    found = _found(ref, by, at, adds=True)
    entries = _entries(found)
    one = _own(entries, link)
    if not one.in_force:
        raise NotNow(NOT_LINKED)
    if refused := offering.why_not(found):
        raise NotNow(refused)
    offering.refuse_of_reporter(found, written)
    value = SubjectValue(uuid4(), kind, written, "", basis)
    _write(found, entries, SubjectMove.ADDED, one.subject, one.kind, [value], why=why)


@verb(Act.SUBJECT_CHANGED)
def correct(
    ref: UUID,
    link: UUID,
    value: UUID,
    written: str,
    basis: SubjectBasis,
    why: str,
    *,
    by: Attendance,
    at: datetime,
) -> None:
    """Correct a subject's value, or withdraw it if `written` is empty, keeping the earlier value.

    Raises NotHere, Refused, Locked, NoRoom, and NotNow without a reason.
    """
    written = written.strip()
    if written:
        written = notes.written(written, longest=LONGEST_VALUE, missing=NO_VALUE, lines=False)
    why = notes.reason(why, longest=LONGEST_WHY, missing=NO_REASON)
    found = _found(ref, by, at)
    entries = _entries(found)
    one = _own(entries, link)
    old = next((held for held in one.values if held.id == value), None)
    if old is None:
        raise NotHere
    if written and written != old.written:
        offering.refuse_of_reporter(found, written)
    # what the report does not say has the officer as its source
    source = old.source if written == old.written else ""
    new = [SubjectValue(uuid4(), old.kind, written, source, basis)] if written else []
    _write(found, entries, SubjectMove.CORRECTED, one.subject, one.kind, new, corrects=value, why=why)


def of_same_name(
    links: Iterable[SubjectLink], new: NewSubjectLink, offered: Iterable[OfferedValue]
) -> SubjectLink | None:
    """Return the active link to a subject of the same kind and name as a new subject, or None.

    `links` are those of the report, and `offered` are the values that it offers. Names are compared without case, accents,
    spaces and punctuation. A subject's names are its display name and its values of the kind by which it is usually named.
    """
    values = _chosen(new, offered)
    if new.described.strip():
        values.append(SubjectValue(uuid4(), DESCRIPTION, new.described, "", new.basis))
    names = _names(new.kind, values)
    return next(
        (
            one
            for one in links
            if one.in_force and one.kind == new.kind and names & _names(one.kind, one.values)
        ),
        None,
    )


def _chosen(new: NewSubjectLink, offered: Iterable[OfferedValue]) -> list[SubjectValue]:
    """Return the offered values that were chosen for a link."""
    return [
        SubjectValue(uuid4(), one.kind, one.written, one.source, new.values[one.code])
        for one in offered
        if one.code in new.values
    ]


def _names(kind: SubjectKind, values: Sequence[SubjectValue]) -> set[str]:
    usual = CALLED_BY[kind][0]
    written = [name_of(kind, values), *(one.written for one in values if one.kind == usual)]
    return {"".join(filter(str.isalnum, latin(one))) for one in written} - {""}


def link_of(link: UUID, *, by: Attendance) -> SubjectLink:
    """Return the link with this id on any report at the officer's desks.

    Raises Locked, and NotHere also for a link on a restricted report.
    """
    rows = restrictions.usable(reports_of(by.desk_ids)).filter(headers__container=link, headers__part=PART)
    ref = rows.values_list("id", flat=True).first()
    made = subject_entries.links(
        subject_entries.opened(parts_of([ref], Q(part=PART)), by.keys()) if ref is not None else []
    )
    found = next((one for one in made if one.id == link), None)
    if found is None:
        raise NotHere
    return found


def _found(ref: UUID, by: Attendance, at: datetime, *, adds: bool = False) -> FoundReport:
    """Return the report with its row locked, if the officer may change its subjects.

    If `adds` is set, raises NotNow for a restricted report.
    """
    found = find(ref, by=by, at=at)
    found.permit(Capability.CHANGE_SUBJECTS)
    by.keys()
    if adds:
        restrictions.refuse_restricted(found)
    return found


def _entries(found: FoundReport) -> list[SubjectEntry]:
    return subject_entries.opened(parts_of([found.report.id], Q(part=PART)), found.by.keys())


def _own(entries: Sequence[SubjectEntry], link: UUID) -> SubjectLink:
    one = next((one for one in subject_entries.links(entries) if one.id == link), None)
    if one is None:
        raise NotHere
    return one


def _subject(new: NewSubjectLink, by: Attendance) -> tuple[UUID, SubjectKind]:
    if new.to is None:
        return uuid4(), new.kind
    other = link_of(new.to, by=by)
    return other.subject, other.kind


def _write(
    found: FoundReport,
    entries: Sequence[SubjectEntry],
    move: SubjectMove,
    subject: UUID,
    kind: SubjectKind,
    values: Sequence[SubjectValue] = (),
    *,
    corrects: UUID | None = None,
    why: str,
    behaviour: str = "",
) -> UUID:
    """Seal and log a subject entry and return its container's id, or raise NoRoom if it is too long."""
    number = max((one.number for one in entries), default=0) + 1
    entry = SubjectEntry(
        uuid4(), found.report.id, number, subject, move, kind, tuple(values), corrects, why, found.by.name, found.at,
        behaviour,
    )  # fmt: skip
    words = entry.to_words()
    if len(canonical(words)) > envelope.ROOM:
        raise NoRoom
    made = notes.seal(found, words, part=PART)
    record(found, Act.SUBJECT_CHANGED)
    return made
