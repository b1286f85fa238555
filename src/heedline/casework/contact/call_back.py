"""Call-backs requested by reporters.

The number is withheld until it is safe to call, every attempt is recorded, and no call is forgotten.

A report that asks for a call holds the number, the safe times and the agreed words as ordinary contact
data, sealed once with the rest. The number is removed here from everything that a page of the report
shows. Only `number` returns it, to the officer who holds the report, within the times that the reporter
said are safe, or outside them for a reason that is logged. This is a rule of the program, not of
cryptography: it does not bind anyone who uses the keys outside the program.

The order of a call is `noted` (when the report is first read) → `number` → an attempt (`journey.call_outcomes`), repeated until the
call is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access import session
from heedline.casework.access.session import Attendance
from heedline.casework.duty.alarm_kinds import AlarmEvent
from heedline.casework.duty.alarms import resolve
from heedline.casework.duty.paging import ENOUGH_MISSED
from heedline.casework.errors import NotHere
from heedline.casework.report import editing, notes
from heedline.casework.report.answers import CallBackRequest, wanted
from heedline.casework.report.opening import OpenedReport, open_stored, short_name
from heedline.casework.report.question_editions import as_asked
from heedline.casework.report.verb import FoundReport, find, on_the_record, record, verb
from heedline.dispatch.clocks import due_words
from heedline.packs import load_pack
from heedline.permits.capabilities import Capability
from heedline.permits.scopes import reports_of
from heedline.reports.lifecycle import Move, NotNow, Stage
from heedline.reports.models import CallBack, Report, Step
from heedline.reports.stored import parts_of
from heedline.vault import CannotOpen

#: The outcome by which a call-back ends without a call.
NOT_MADE = "not-made"
EMAILED = "emailed"
#: An email that is on its way, and the two ends of one that keep no promise.
EMAILING, EMAIL_REFUSED, EMAIL_UNSENT = "emailing", "email-refused", "email-unsent"
#: An accepted email that came back later, which takes back what the email had kept.
EMAIL_RETURNED = "email-returned"
#: How an attempt went, in words.
HOWS = {
    "reached": "They were reached",
    "declined": "They answered and do not want more calls",
    "no-answer": "Nobody answered",
    "another": "Somebody else answered",
    "wrong-number": "Wrong number",
    "message-left": "A message was left, with a name and a number only",
    EMAILED: "They were emailed",
    EMAILING: "Sending of an email began",
    EMAIL_REFUSED: "The mail server refused the email",
    EMAIL_UNSENT: "The email was not sent, because no mail server took it",
    EMAIL_RETURNED: "The email came back",
    NOT_MADE: "No call will be made",
}
#: What a call to a reporter can end in, and what an attempt to answer an organisation can.
CALL_BACKS = ("reached", "declined", "no-answer", "another", "wrong-number", NOT_MADE)
FIRST_ANSWERS = ("reached", EMAILED, EMAIL_RETURNED, "message-left", "no-answer", "wrong-number", NOT_MADE)
#: What becomes of an email that this service sends, besides `EMAILED`, and what the desk is told while it is the latest.
EMAIL_TROUBLE = {
    EMAILING: "The sending of an email began, and how it ended is not known.",
    EMAIL_REFUSED: "The mail server refused the latest email.",
    EMAIL_UNSENT: "The latest email was not sent, because no mail server took it.",
    EMAIL_RETURNED: "The latest email came back: the organisation has not had it.",
}
NOT_EMAILED = "The latest attempt was not an email, so no email can have come back since."
#: The outcomes that keep the promise of a first answer.
KEEPS_PROMISE = frozenset({"reached", EMAILED})
#: The outcomes of a call that reached the reporter.
REACHED = frozenset({"reached", "declined"})
#: The outcomes of an attempt that reached nobody.
UNREACHED = frozenset({"no-answer", "wrong-number", "message-left", EMAIL_REFUSED, EMAIL_RETURNED})
#: The outcomes of a call on which somebody spoke, and could say whether anyone is in danger.
SPOKE = REACHED | {"another"}
_ENDS = REACHED | {EMAILED, NOT_MADE}
#: How many calls the list shows: nobody makes more before looking again.
SHOWN = 25
THEIR_WORDS = "their-words"
#: Why the number is opened before its time, as codes: free words would put what reports say into the clear.
EARLY_REASONS = {
    "life": "Somebody's life may be in danger",
    "asked": "They have since asked to be called now",
    THEIR_WORDS: "What they wrote about when to call says that now is safe",
}


# --- what a page shows -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CallLine:
    """A requested call-back, without the telephone number."""

    rows: tuple[tuple[str, tuple[str, ...]], ...] = field(repr=False)
    open_now: bool
    opens_words: str
    due_words: str
    overdue: bool
    missed: int
    done: bool


def line_of(call: CallBackRequest, row: CallBack, at: datetime) -> CallLine:
    """Return the state of the call-back at `at`."""
    zone = session.office_zone()
    opens = call.times.opens(at, zone).astimezone(zone)
    open_now = call.open_at(at) and not row.done
    if row.done:
        words = "Closed: the call is done"
    elif call.in_words:
        words = "Closed: they wrote the hours in their own words. Read them first"
        if not call.ticks_cover(at):
            when = f"{opens:%A %-d %B, %H:%M}" if call.ticked else f"{opens:%A %-d %B}"
            words = f"Closed until {when}, and then at the hours that they wrote"
    elif open_now:
        words = f"Open now, until {call.times.closes(at, zone).astimezone(zone):%H:%M}"
    else:
        words = f"Closed until {opens:%A %-d %B, %H:%M}"
    return CallLine(
        rows=call.rows,
        open_now=open_now,
        opens_words=words,
        due_words="" if row.done else f"Call by {row.due_at.astimezone(zone):%A %-d %B, %H:%M}",
        overdue=not row.done and row.due_at < at,
        missed=row.missed,
        done=row.done,
    )


def noted(report: Report, call: CallBackRequest, *, at: datetime) -> CallBack:
    """Return the row for this call-back, creating it when the report is first read.

    The call's clock starts at that reading, which the report's own deadline ensures will happen. The exact
    time of arrival may not be stored in a row, and a clock that started with the day would be slower.
    """
    with suppress(CallBack.DoesNotExist):
        return report.call_back
    CallBack.objects.bulk_create([CallBack(report=report, due_at=_due(call, at))], ignore_conflicts=True)
    return CallBack.objects.get(report=report)


def _due(call: CallBackRequest, at: datetime) -> datetime:
    minute = at.replace(second=0, microsecond=0)
    return call.times.try_by(minute, load_pack(settings.PACK).clock("call_back"), session.office_zone())


# --- the number ------------------------------------------------------------------------------------------------------


def _opened(found: FoundReport) -> OpenedReport:
    for part in parts_of([found.report.id], Q(part="report")):
        return open_stored(part, found.by.keys())
    raise CannotOpen


def _call(found: FoundReport) -> tuple[CallBackRequest | None, CallBack]:
    """Return the call-back requested in this report, or none and the first answer that a request waits for.

    Raises NotHere when it asks for none, Locked and CannotOpen.
    """
    if not load_pack(settings.PACK).is_confidential(found.report.kind):
        row = CallBack.objects.filter(report=found.report).first()
        if row is None:
            raise NotHere
        return None, row
    asked = as_asked(found.report.question_set, found.report.kind)
    call = wanted(_opened(found).record.get("answers", {}), asked) if asked is not None else None
    if call is None:
        raise NotHere
    return call, noted(found.report, call, at=found.at)


@verb(Act.NUMBER_SHOWN)
def number(ref: UUID, because: str, *, by: Attendance, at: datetime) -> str:
    """Return the telephone number to call, for the officer who owns the report.

    `because` is one of EARLY_REASONS, and is needed only outside the safe times. Logged before this returns.
    Raises NotHere, Refused, Locked and CannotOpen. Raises NotNow outside the safe times when no reason is
    given.
    """
    found = find(ref, by=by, at=at)
    found.permit(Capability.CALL_BACK)
    call, row = _call(found)
    if call is None:
        raise NotHere
    early = row.done or not call.open_at(at)
    if early and because not in EARLY_REASONS:
        raise NotNow(
            "This is not one of the reporter’s safe times. Give a reason for opening the number now."
        )
    if because == THEIR_WORDS and call.in_words and not call.ticks_cover(at):
        raise NotNow("The reporter chose other days or hours. What they wrote applies to those only.")
    record(found, Act.NUMBER_SHOWN, early=early, because=because if early else "")
    return call.number


# --- an attempt ------------------------------------------------------------------------------------------------------


def note_attempt(
    found: FoundReport,
    how: str,
    said: str,
    *,
    danger: str,
    whom: str = "",
    codes: Mapping[str, str] | None = None,
    **changes: Any,
) -> None:
    """Record the outcome of an attempt to call or to answer, with a sealed note of what was said.

    Reaching the reporter, or deciding not to call, closes the call. An email that came back opens it again, unless the
    organisation was reached in another way. `danger` is what they answered to the question about danger, or "" if nobody
    spoke, and `changes` are what that changes in the report, with further `codes` for the step. Must be called inside the
    caller's transaction. Raises NotHere, Locked and CannotOpen, and NotNow if no email can have come back.
    """
    by, at, ref = found.by, found.at, found.report.id
    call, row = _call(found)
    if how not in ((*FIRST_ANSWERS, *EMAIL_TROUBLE) if call is None else CALL_BACKS):
        raise ValueError("an attempt ends in one of those that are offered")
    if how == EMAIL_RETURNED:
        if next(iter(latest_attempt(found.report)), None) != EMAILED:
            raise NotNow(NOT_EMAILED)
        row.done = row.done and _is_kept_otherwise(found.report)
    told = {name: value for name, value in (("with", whom), ("said", said), ("danger", danger)) if value}
    note = notes.seal(found, told) if told else None
    found.report.apply(
        Move.CALL,
        by=by.officer_id,
        at=at,
        codes={"call": how, **(codes or {})},
        note=note,
        **changes,
        **editing.lease(by, at),
    )
    record(found, Act.CALL_TRIED, how=how)
    if how == EMAILING:  # the attempt is counted when it has ended
        return
    row.done = row.done or how in _ENDS
    if how not in _ENDS:
        # a supervisor is told of a wrong number at once: trying it again is no use
        row.missed += ENOUGH_MISSED if how == "wrong-number" else 1
        if call is not None:  # a promise to an organisation stays
            row.due_at = _due(call, at)
    else:
        row.missed = 0
    row.save(update_fields=["due_at", "missed", "done"])
    if row.done:
        resolve(AlarmEvent.CALLED, ref, by=by, at=at)


def _is_kept_otherwise(report: Report) -> bool:
    """Return whether the promise to an organisation is kept by more than its latest email, which has come back."""
    hows = list(Step.objects.filter(report=report, move=Move.CALL).values_list("codes__call", flat=True))
    return "reached" in hows or hows.count(EMAILED) > hows.count(EMAIL_RETURNED) + 1


def latest_attempt(report: Any) -> QuerySet[Step, Any]:
    """Return the query for how the latest attempt at a report ended, as a code."""
    tried = Step.objects.filter(report=report, move=Move.CALL).order_by("-number")
    return tried.values_list("codes__call", flat=True)[:1]


def nothing_promised(report: Report) -> None:
    """Raise NotNow if the reporter is still waiting for a call-back, or an organisation for its first answer.

    Such a report cannot be closed.
    """
    if CallBack.objects.filter(report=report, done=False).exists():
        raise NotNow(
            "The reporter asked for a call back. Call them, or record under Call back why no call will be made."
            if load_pack(settings.PACK).is_confidential(report.kind)
            else "The organisation has had no answer. Log under First answer how you reached it, or why no answer is needed."
        )


# --- the list --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CallToMake:
    """A call-back that has not been made yet.

    `line` is None when the officer's keys do not open the report, and for an organisation that waits for its first answer.
    """

    ref: UUID
    short: str
    kind_words: str
    desk_name: str
    owner: str
    mine: bool
    due_words: str
    overdue: bool
    missed: int
    line: CallLine | None
    opened: bool = False
    trouble: str = ""


def to_make(
    *, desk: str | None = None, late: bool = False, by: Attendance, at: datetime
) -> tuple[CallToMake, ...]:
    """Return the call-backs waiting at the officer's desks, or at the one with this code.

    Those that are safe to make now come first, then the rest by deadline. `late` leaves out those that are not
    overdue. Returns at most SHOWN. Logged as one view. Raises Refused.
    """
    with on_the_record(Act.QUEUE_READ, by=by):
        by.require(Capability.SEE_QUEUE)
    which = Q(done=False, report__in=reports_of(by.desk_ids))
    if desk is not None:
        which &= Q(report__desk__in=[one.id for one in by.desks if one.code == desk])
    if late:
        which &= Q(due_at__lt=at)
    rows = list(
        CallBack.objects.filter(which)
        .exclude(report__stage=Stage.CLOSED)
        .select_related("report__desk", "report__owner")
        .annotate(latest=Subquery(latest_attempt(OuterRef("report_id"))))
        .order_by("due_at", "report_id")[:SHOWN]
    )
    opened: dict[UUID, OpenedReport] = {}
    ring = by.keyring
    if ring is not None and rows:
        for part in parts_of([row.report_id for row in rows], Q(part="report")):
            with suppress(CannotOpen):
                opened[part.report] = open_stored(part, ring)
    with transaction.atomic():
        journal.record_look(
            Act.QUEUE_READ, actor=by.officer_id, desk=None, state="calls", opened=opened, new=0
        )
    made = [_to_make(row, opened.get(row.report_id), by, at) for row in rows]
    # what is safe now may not be again for a week: those first
    return tuple(sorted(made, key=lambda one: one.line is None or not one.line.open_now))


def _to_make(row: CallBack, opened: OpenedReport | None, by: Attendance, at: datetime) -> CallToMake:
    report, pack = row.report, load_pack(settings.PACK)
    asked = as_asked(report.question_set, report.kind) if opened is not None else None
    call = (
        wanted(opened.record.get("answers", {}), asked) if opened is not None and asked is not None else None
    )
    return CallToMake(
        ref=report.id,
        short=short_name(report.id),
        kind_words=pack.kinds[report.kind].name if report.kind in pack.kinds else report.kind,
        desk_name=report.desk.name,
        owner=report.owner.name if report.owner is not None else "",
        mine=report.owner_id == by.officer_id,
        due_words=due_words(row.due_at, at, session.office_zone()),
        overdue=row.due_at < at,
        missed=row.missed,
        line=line_of(call, row, at) if call is not None else None,
        opened=opened is not None,
        trouble=EMAIL_TROUBLE.get(getattr(row, "latest", None) or "", ""),
    )
