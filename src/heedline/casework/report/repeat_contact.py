"""Notes that record earlier contact with a reporter under another receipt code.

Such a note is an officer's judgement. It is sealed, and the source guard counts it. A reporter who comes
back with a new report about the same subject has a new code, and each code alone is contacted rarely.
Only a person can recognise that two reports come from one reporter, because no program compares them.

The note is stored with the report on which it was made, and names the other report inside the seal. No
table and no log entry links the two reports. The log records only that a note was made. When the other
report is disposed of the note goes with it, provided that the person who disposes of it can open the
note (`naming`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance
from heedline.casework.report import conflict_terms, notes
from heedline.casework.report.opening import short_name
from heedline.casework.report.reference import named
from heedline.casework.report.verb import find, record, verb
from heedline.permits.capabilities import Capability
from heedline.permits.scopes import reports_of
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import Message
from heedline.reports.stored import in_batches
from heedline.vault import CannotOpen

#: How a note is kept: a sealed part of the report that it was made on.
PART = "asked-before"
#: So many reports with notes of one's desks are opened for a count, the newest first; it is rare that there is one.
_MOST = 500


@dataclass(frozen=True)
class Contacts:
    """The number of messages sent to one reporter, under this report's code and under linked codes.

    Counts are given for this report's code and for other codes that an officer linked to it. `others` lists
    (report, short name) for each linked report of the officer's desks, sorted by name.
    """

    here: int
    elsewhere: int
    others: tuple[tuple[UUID, str], ...]

    @property
    def total(self) -> int:
        return self.here + self.elsewhere


def contacts(ref: UUID, *, by: Attendance) -> Contacts:
    """Count the messages sent to a report's reporter under any receipt code.

    Opens the notes of the officer's desks. Raises Locked.
    """
    same = _same_as(ref, by)
    others = list(reports_of(by.desk_ids).filter(id__in=same).values_list("id", flat=True)) if same else []
    sent = Message.objects.filter(from_us=True)
    return Contacts(
        here=sent.filter(report_id=ref).count(),
        elsewhere=sent.filter(report_id__in=others).count() if others else 0,
        others=tuple(sorted(((one, short_name(one)) for one in others), key=lambda pair: pair[1])),
    )


def naming(ref: UUID, *, by: Attendance) -> list[UUID]:
    """Return the containers of notes that name the report `ref`, from other reports at the officer's desks.

    Opens all notes. Raises Locked.
    """
    return [
        container
        for container, report, words in _notes(by, most=None)
        if report != ref and words["report"] == str(ref)
    ]


def _notes(by: Attendance, *, most: int | None) -> Iterator[tuple[UUID, UUID, Mapping[str, Any]]]:
    """Yield the repeat-contact notes on the most recent reports at the officer's desks.

    Each item is (container, report that the note belongs to, words). At most `most` reports are read.
    """
    ring = by.keys()
    mine = reports_of(by.desk_ids).filter(headers__part=PART).distinct()
    newest = mine.order_by("-received_on", "id").values_list("id", flat=True)[:most]
    for part in in_batches(newest, part=PART):
        with suppress(CannotOpen):
            yield (
                part.container,
                part.report,
                notes.open_words(
                    part.container, part.header, part.payload, ring.for_any(part.epochs), part.part
                ),
            )


def _same_as(ref: UUID, by: Attendance) -> set[UUID]:
    """Return the ids of other reports that notes link to the reporter of report `ref`.

    Reports may be linked directly or through other reports. If notes about a pair of reports disagree, the
    latest one counts.
    """
    said: dict[frozenset[UUID], tuple[str, bool]] = {}
    for _, report, words in _notes(by, most=_MOST):
        pair = frozenset((report, UUID(words["report"])))
        said[pair] = max(said.get(pair, ("", False)), (words["at"], words["same"]))
    pairs = [pair for pair, (_, same) in said.items() if same]
    found, more = {ref}, True
    while more:
        joined = found.union(*(pair for pair in pairs if pair & found))
        more, found = joined != found, joined
    return found - {ref}


def note(ref: UUID, short: str, *, same: bool, by: Attendance, at: datetime) -> None:
    """Record on a report that its reporter was contacted earlier under another report's code.

    `short` is the short name of the other report. If `same` is False, the note says that the reporters are
    different and so withdraws an earlier note. The officer must hold the report. Raises NotHere, Refused and
    Locked. Raises NotNow if `short` matches no report of the officer's desks, more than one, or this very
    report.
    """
    conflict_terms.looked_for(short, by=by)
    _note(ref, short, same, by=by, at=at)


@verb(Act.ASKED_BEFORE_NOTED)
def _note(ref: UUID, short: str, same: bool, *, by: Attendance, at: datetime) -> None:
    found = find(ref, by=by, at=at)
    found.permit(Capability.ASK)
    refs = named(short, by)
    if len(refs) != 1 or refs[0] == ref:
        raise NotNow(
            "No other report at your desks has this reference. You can find a report’s reference at the top of its page."
        )
    notes.seal(found, {"report": str(refs[0]), "same": same, "at": at.isoformat()}, part=PART)
    record(found, Act.ASKED_BEFORE_NOTED, same=same)
