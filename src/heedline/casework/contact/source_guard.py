"""The source guard, which warns officers before they treat a reporter as an informant.

An officer is warned before a message is sent. They can refer the report to the source unit in one step,
or send the message all the same with a reason that a supervisor sees.

A warning never blocks action to save a life. It asks for a reason and no more (law 9). The rules are
word lists in the pack.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance
from heedline.casework.report import editing, notes, repeat_contact, restrictions
from heedline.casework.report.answers import told_sections
from heedline.casework.report.opening import open_stored
from heedline.casework.report.verb import FoundReport, find, record, verb
from heedline.dispatch.letters import Letter
from heedline.dispatch.outbox import post
from heedline.packs import load_pack
from heedline.permits.capabilities import Capability
from heedline.reports.lifecycle import Move, NotNow
from heedline.reports.models import Message
from heedline.reports.stored import parts_of
from heedline.vault import CannotOpen

#: Why there is a warning where a reporter answered the question for their age.
_SAID = "Reporter under 18: yes"
#: What a warning is about, in words.
WARNINGS = {
    "tasking": "It may ask them to find out more. Somebody who does that for us is a source, and may be in danger",
    "repeated": "You have written to this reporter often. Somebody we keep asking may have become a source",
    "young": "They, or the person they write about, may be under 18",
}


@dataclass(frozen=True)
class SourceWarning:
    """A source guard warning.

    `because` holds the words that triggered it.
    """

    code: str
    words: str
    because: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class Despite:
    """An officer's reason for sending a message despite warnings.

    `codes` are codes of WARNINGS. The reason is sealed with the message.
    """

    codes: tuple[str, ...]
    reason: str = field(repr=False)


def of_message(text: str, *, sent: int, elsewhere: int = 0) -> tuple[SourceWarning, ...]:
    """Return the warnings for a message to a reporter.

    `sent` is the number of messages already sent under this code, and `elsewhere` the number sent under
    other codes.
    """
    guard = load_pack(settings.PACK).source_guard
    found = []
    if tasks := guard.tasks(text):
        found.append(SourceWarning("tasking", WARNINGS["tasking"], tasks))
    if sent + elsewhere >= guard.contacts:
        because = f"{sent} messages so far" + (f", {elsewhere} under other codes" if elsewhere else "")
        found.append(SourceWarning("repeated", WARNINGS["repeated"], (because,)))
    return tuple(found)


def of_report(told: Sequence[str], *, young: bool = False) -> tuple[SourceWarning, ...]:
    """Return the source guard warnings raised by a reporter's own words.

    `young` is True if they answered that they are under 18.
    """
    words = load_pack(settings.PACK).source_guard.says_young("\n".join(told))
    because = (_SAID, *words) if young else words
    return (SourceWarning("young", WARNINGS["young"], because),) if because else ()


def _told(found: FoundReport) -> tuple[list[str], bool]:
    """Return everything the reporter wrote, and whether they are under 18.

    Covers the account, the answers and later messages.
    """
    report, ring = found.report, found.by.keys()
    written = Message.objects.filter(report_id=report.id, from_us=False).values("container")
    told: list[str] = []
    young = False
    for part in parts_of([report.id], Q(part="report") | Q(container__in=written)):
        if part.part == "report":
            opened = open_stored(part, ring)
            young = opened.young
            sections = told_sections(opened, report.question_set, report.kind)
            told += [opened.narrative, *(line for one in sections for _, lines in one.rows for line in lines)]
            continue
        with suppress(CannotOpen):
            words = notes.open_words(
                part.container, part.header, part.payload, ring.for_any(part.epochs), part.part
            )
            told.append(str(words["text"]))
    return told, young


def must_be_weighed(found: FoundReport, text: str, despite: Despite | None) -> None:
    """Raise NotNow if the officer has not considered every source guard warning on the message.

    If the officer has considered them, this is logged and an alarm is sent. The reporter's own text is
    checked too, so this also raises Locked, and CannotOpen when the report does not open.
    """
    told, young = _told(found)
    sent = repeat_contact.contacts(found.report.id, by=found.by)
    warned = (
        *of_message(text, sent=sent.here, elsewhere=sent.elsewhere),
        *of_report(told, young=young),
    )
    codes = {one.code for one in warned}
    if despite is None and not codes:
        return
    if despite is None or not despite.reason or not codes <= set(despite.codes):
        raise NotNow(
            "Read the warnings first. Refer it to the source unit, or say why you are sending it anyway."
        )
    if not set(despite.codes) <= set(WARNINGS):
        raise ValueError("a warning that nobody gave")
    record(found, Act.SOURCE_OVERRIDDEN, **dict.fromkeys(despite.codes, True))
    post(Letter.SOURCE_OVERRIDDEN, desk=found.report.desk_id, thing_id=found.report.id, at=found.at)


@verb(Act.SOURCE_REFERRED)
def refer(ref: UUID, why: str, *, version: int, by: Attendance, at: datetime) -> None:
    """Refer a report to the source unit, with a reason.

    The referral is stored with the report. The desk's supervisors are called and take it to the source unit.
    Raises NotHere, Changed, Refused, NotNow and Locked.
    """
    found = find(ref, by=by, at=at, version=version)
    found.permit(Capability.ASK)
    restrictions.refuse_restricted(found)
    report = found.report
    note = notes.seal(found, {"reason": why})
    report.apply(Move.REFER, by=by.officer_id, at=at, note=note, **editing.lease(by, at))
    record(found, Act.SOURCE_REFERRED)
    post(Letter.SOURCE_REFERRED, desk=report.desk_id, thing_id=ref, at=at)
