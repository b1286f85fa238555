"""That a reporter was asked before under another code: an officer's judgement, sealed, counted by the source guard.

Whoever comes back on the same subject with a new report has a new code, and each code alone is asked rarely. Only a person
can see that two reports come from one: nothing compares them. The note lies with the one report that it was made on and
names the other inside the seal, so that no table and no log ties two reports together; the log says that it was noted.
When the other is disposed of the note goes with it, wherever whoever disposes of it can open the note (`naming`).
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
from heedline.casework.report import notes, restrictions
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
    """How many messages went to one reporter: under this report's code, and under others that an officer named.

    `others`: (report, short name) of each that one's desks have, in the order of the names.
    """

    here: int
    elsewhere: int
    others: tuple[tuple[UUID, str], ...]

    @property
    def total(self) -> int:
        return self.here + self.elsewhere


def contacts(ref: UUID, *, by: Attendance) -> Contacts:
    """Count what was sent to the reporter of `ref`, whatever the code. Opens the notes of one's desks; raises Locked."""
    same = _same_as(ref, by)
    others = list(reports_of(by.desk_ids).filter(id__in=same).values_list("id", flat=True)) if same else []
    sent = Message.objects.filter(from_us=True)
    return Contacts(
        here=sent.filter(report_id=ref).count(),
        elsewhere=sent.filter(report_id__in=others).count() if others else 0,
        others=tuple(sorted(((one, short_name(one)) for one in others), key=lambda pair: pair[1])),
    )


def naming(ref: UUID, *, by: Attendance) -> list[UUID]:
    """The notes on other reports of one's desks that name `ref`, by their containers. Opens all notes; raises Locked."""
    return [
        container
        for container, report, words in _notes(by, most=None)
        if report != ref and words["report"] == str(ref)
    ]


def _notes(by: Attendance, *, most: int | None) -> Iterator[tuple[UUID, UUID, Mapping[str, Any]]]:
    """(container, report that it lies on, words) of each note, of the `most` reports that came last."""
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
    """Every report that is said, over any number of notes, to come from the same reporter. The last word on a pair holds."""
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
    """Note on a report that one holds that its reporter was asked before under the code of the report of this short name;
    or (`same` false) that they are not one, which takes the note back.

    Raises NotHere, Refused, Locked; NotNow when no report of their desks, or more than one, or this one has that name.
    """
    restrictions.looked_for(short, by=by)
    _note(ref, short, same, by=by, at=at)


@verb(Act.ASKED_BEFORE_NOTED)
def _note(ref: UUID, short: str, same: bool, *, by: Attendance, at: datetime) -> None:
    found = find(ref, by=by, at=at)
    found.permit(Capability.ASK)
    refs = named(short, by)
    if len(refs) != 1 or refs[0] == ref:
        raise NotNow("No other report of your desks has this short name. It stands at the top of its page.")
    notes.seal(found, {"report": str(refs[0]), "same": same, "at": at.isoformat()}, part=PART)
    record(found, Act.ASKED_BEFORE_NOTED, same=same)
