"""Bulk closure of reports, with undo.

It is meant for floods of near-identical reports and is never available for danger to life.

The officer reads each text whole, twenty texts a page, ticks those to close, and gives one outcome and one
reason. Reports with the same words are one text. Only reports that look alike are closed so, and none with a marked word, about a child, or with a number,
name, time or place of its own (`look_alikes`). Reports that changed in between are left out and listed. The whole
closure can be undone for one day. Each report then returns to its previous stage, with the deadline it had.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access.keyring import DeskLine, Keyring
from heedline.casework.access.session import Attendance
from heedline.casework.access.without_training import record_missing
from heedline.casework.dissemination import outgoing
from heedline.casework.duty.alarms import resolve_for, wake_again
from heedline.casework.errors import Locked, NotHere
from heedline.casework.journey import closing, closing_rules, look_alikes, repeat_reports
from heedline.casework.journey.closing import Closing
from heedline.casework.journey.look_alikes import ToldText
from heedline.casework.linking import linked_reports
from heedline.casework.recording import refusals_logged
from heedline.casework.report import answers
from heedline.casework.report.notes import public_keys_of
from heedline.casework.report.opening import OpenedReport, open_stored
from heedline.casework.report.restrictions import is_usable
from heedline.casework.report.sealing import as_part
from heedline.casework.report.verb import FoundReport
from heedline.casework.retention import keeping
from heedline.casework.search import seen_before
from heedline.casework.search.documents import SearchedText
from heedline.casework.search.reopening import stop_retention
from heedline.casework.tasks import tasks
from heedline.dispatch.models import Alarm
from heedline.index import near_duplicates
from heedline.intake.question_files import load_question_set
from heedline.packs import load_pack
from heedline.permits.capabilities import Capability
from heedline.permits.scopes import reports_of
from heedline.reports.lifecycle import Move, NotNow, Stage
from heedline.reports.models import (
    CallBack,
    Report,
    SealedHeader,
    SealedPayload,
    Step,
    Sweep,
    Swept,
    apply_to_all,
)
from heedline.reports.models.sweeps import why_not
from heedline.reports.stored import in_batches
from heedline.vault import CannotOpen
from heedline.vault.canonical import canonical
from heedline.vault.containers import envelope

#: Reports in one sweep, and different texts on one page.
MOST, TEXTS = 1_000, 20
#: Waiting reports among which look-alikes are looked for, the most urgent first.
LOOKED_AT = 5_000
#: How long a sweep can be undone.
UNDO_FOR = timedelta(hours=24)
_AT_ONCE = 250

#: Why a report is not swept, or not restored, in words.
WHY = {
    "danger": "Someone may be in danger. This report cannot be closed in bulk.",
    "held": "It has an owner, has been worked on, or shares details with another report.",
    "closed": "It is closed already.",
    "message": "The reporter has written again.",
    "call": "The reporter is waiting for a call back.",
    "task": "A task on it is open.",
    "partner": "A disclosure about it is with a partner or waiting to be sent.",
    "unread": "Your keys cannot open it.",
    "changed": "It has changed since you opened the list.",
    "busy": "Somebody is working on it right now.",
    "outcome": "This outcome cannot be used for this kind of report.",
    "gone": "It is not at this desk.",
    "odd": "It says that something odd has happened. Review it individually.",
    "marked": "It mentions a weapon, a threat, a date or a child. Review it individually.",
    "own-fact": "It has a number, name, date or place that the others do not have. Review it individually.",
    "language": "There is no word list for its language. Review it individually.",
    "compare": "It names a person and has not been compared with the reports of other desks yet. Try again later, or close it on its own page.",
    "alone": "None of the other selected reports looks like it.",
}


def desk_of(by: Attendance, code: str) -> DeskLine:
    """Return the officer's desk that has this code.

    Raises NotHere.
    """
    for desk in by.desks:
        if desk.code == code:
            return desk
    raise NotHere


def asks_for_a_call(kind: str, opened: OpenedReport) -> bool:
    """Return True if these answers ask for a call-back."""
    return (
        _may_ask_for_a_call(kind)
        and answers.wanted(opened.record.get("answers", {}), _questions(kind)) is not None
    )


def _questions(kind: str) -> Any:
    pack = load_pack(settings.PACK)
    return load_question_set(pack, kind)


def _may_ask_for_a_call(kind: str) -> bool:
    return kind in load_pack(settings.PACK).kinds and "call_number" in _questions(kind).roles


def _callers(reports: Iterable[Report], ring: Keyring) -> set[UUID]:
    """Return the reports that ask for a call-back, including those that cannot be opened.

    Only reports of a kind that can ask for a call are opened.
    """
    asked = {report.id: report.kind for report in reports if _may_ask_for_a_call(report.kind)}
    found = set(asked)
    for part in in_batches(asked, part="report"):
        try:
            opened = open_stored(part, ring)
        except CannotOpen:
            continue
        if not asks_for_a_call(asked[part.report], opened):
            found.discard(part.report)
    promised = CallBack.objects.filter(report_id__in=asked, done=False).values_list("report_id", flat=True)
    return found | set(promised)


def _checked(closing: Closing) -> Closing:
    pack = load_pack(settings.PACK)
    known = pack.outcomes.get(closing.outcome)
    if (
        known is None
        or known.useful
        or known.needs != "nothing"
        or closing.tell_reporter not in pack.statuses
    ):
        raise ValueError("not an outcome or status of a sweep")
    return closing


@dataclass(frozen=True)
class _Sorted:
    """The selected reports, divided into those to close and those left out, with reasons."""

    closing: list[Report]
    left_out: dict[UUID, str]


def _sort(chosen: Mapping[UUID, int], outcome: str, desk: DeskLine, by: Attendance, at: datetime) -> _Sorted:
    """Find and lock the selected reports, and decide which of them can be closed.

    Reports that are already locked are left out, so that a bulk closure never waits for another transaction.
    """
    mine = reports_of(by.desk_ids).filter(desk_id=desk.id, id__in=chosen)
    rows = list(mine.select_for_update(of=("self",), skip_locked=True).order_by("id"))
    here = set(mine.values_list("id", flat=True)) if len(rows) < len(chosen) else {row.id for row in rows}
    callers = _callers((row for row in rows if not why_not(row)), by.keys())
    sent = outgoing.still_open(row.id for row in rows)
    to_do = tasks.with_open(row.id for row in rows)
    outcomes = {kind: load_pack(settings.PACK).outcomes_for(kind) for kind in {row.kind for row in rows}}
    left: dict[UUID, str] = {ref: "busy" if ref in here else "gone" for ref in chosen}
    closing = []
    for row in rows:
        because = (
            why_not(row)
            or ("changed" if row.version != chosen[row.id] else "")
            or ("call" if row.id in callers else "")
            or ("partner" if row.id in sent else "")
            or ("task" if row.id in to_do else "")
            or ("outcome" if outcome not in outcomes[row.kind] else "")
        )
        if because:
            left[row.id] = because
        else:
            del left[row.id]
            closing.append(row)
    barred = _barred(closing, by, at)
    return _Sorted([row for row in closing if row.id not in barred], left | barred)


def _barred(reports: Iterable[Report], by: Attendance, at: datetime) -> dict[UUID, str]:
    """Open these reports and return those excluded from bulk closure, with reasons."""
    mine, told, ring = {report.id: report for report in reports}, {}, by.keys()
    for part in in_batches(mine, part="report"):
        with suppress(CannotOpen):
            told[part.report] = look_alikes.told_text(open_stored(part, ring), mine[part.report])
    unread = {ref: "unread" for ref in mine if ref not in told}
    return unread | look_alikes.barred(told) | worked_on(told, by=by, at=at)


def worked_on(told: Mapping[UUID, ToldText], *, by: Attendance, at: datetime) -> dict[UUID, str]:
    """Return which of these reports cannot be closed in bulk because of others, with the reason for leaving them out.

    They are linked to another one, share details with it here or at another desk, were assessed before a message reopened them, are in a case, or name a person and
    have not been compared yet (`closing`). What a report shares with a look-alike does not count. The first two have the reason
    of reports that somebody has worked on: it is stored in the clear, where nothing says that a report is linked.
    """
    if not told:
        return {}
    left, new = linked_reports.linked(told, by=by), cache(lambda: seen_before.just_arrived(by=by))
    left |= {one.report for one in repeat_reports.matched_elsewhere(told, by=by)}
    worked = Step.objects.filter(report__in=told, move__in=(Move.ASSESS, Move.JOIN_CASE))
    left |= set(worked.values_list("report_id", flat=True))
    rows, waits = reports_of(by.desk_ids).filter(id__in=told), set[UUID]()
    compared = set(closing.compared(rows).values_list("id", flat=True))
    for row in rows:
        if row.id not in compared and is_usable(row):
            text = SearchedText("message", told[row.id].whole)
            waits |= {row.id} if closing_rules.names_person(row, [text]) else set()
        found = repeat_reports.undecided(FoundReport(row, by, at), new)
        if found is None or not _all_alike(told, row.id, [one.ref for one in found if not one.alike], by):
            left.add(row.id)
    return dict.fromkeys(waits, "compare") | dict.fromkeys(left, "held")


def _all_alike(told: Mapping[UUID, ToldText], ref: UUID, others: Sequence[UUID], by: Attendance) -> bool:
    """Return whether the account of a report resembles those of all these others, which are opened if they are not in `told`."""
    texts, ring = dict(told), by.keys()
    unread = {
        row.id: row
        for row in reports_of(by.desk_ids).filter(id__in=[one for one in others if one not in told])
    }
    for part in in_batches(unread, part="report"):
        with suppress(CannotOpen):
            texts[part.report] = look_alikes.told_text(open_stored(part, ring), unread[part.report])
    return all(
        other in texts and near_duplicates.groups([(ref, texts[ref].account), (other, texts[other].account)])
        for other in others
    )


def _seal_reason(reports: list[Report], reason: str) -> dict[UUID, UUID]:
    """Seal the officer's reason to each report's recipient keys.

    Returns a mapping from report to container.
    """
    headers = SealedHeader.objects.filter(report_id__in=[r.id for r in reports], part="report")
    addressed = {report: tuple(epochs) for report, epochs in headers.values_list("report_id", "epochs")}
    keys = {epochs: public_keys_of(list(epochs)) for epochs in set(addressed.values())}
    words = canonical({"closing": reason})
    notes, kept_headers, kept_payloads = {}, [], []
    for report in reports:
        epochs, container = addressed[report.id], uuid4()
        sealed = envelope.seal_part(
            words, keys[epochs], installation=settings.INSTALLATION, container_id=container, part="note"
        )
        part = as_part(container, sealed, epochs)
        kept_headers.append(
            SealedHeader(
                container=container, report=report, part="note", header=part.header, epochs=list(epochs)
            )
        )
        kept_payloads.append(
            SealedPayload(container=container, report=report, payload=part.payload, sha256=part.sha256)
        )
        notes[report.id] = container
    SealedHeader.objects.bulk_create(kept_headers, batch_size=_AT_ONCE)
    SealedPayload.objects.bulk_create(kept_payloads, batch_size=_AT_ONCE)
    return notes


def sweep(
    desk_code: str, chosen: Mapping[UUID, int], closing: Closing, *, by: Attendance, at: datetime
) -> UUID:
    """Close every selected report that may be closed, and return the id of the bulk closure.

    `chosen` maps each report to the version that the officer reviewed. Raises NotHere for a desk that is not
    the officer's, Refused, and Locked. Raises NotNow for more than `MOST` reports. Raises ValueError for an
    outcome that counts as useful or is not in the pack.
    """
    desk, closing = desk_of(by, desk_code), _checked(closing)
    with refusals_logged(Act.SWEEP_MADE, by=by.officer_id, desk=desk.id, thing="desk", thing_id=desk.id):
        missing = by.require(Capability.SWEEP, desk.id)
        if not by.unlocked:
            raise Locked
        if not 0 < len(chosen) <= MOST:
            raise NotNow(f"Choose between 1 and {MOST:,} reports.")
        sorted_out = _sort(chosen, closing.outcome, desk, by, at)
        reports = sorted_out.closing
        made = Sweep.objects.create(
            desk_id=desk.id,
            by_id=by.officer_id,
            at=at,
            until=at + UNDO_FOR,
            outcome=closing.outcome,
            closed=len(reports),
            left_out={str(ref): because for ref, because in sorted_out.left_out.items()},
        )
        if reports:
            _close_all(made, reports, closing, by=by, at=at)
        journal.record(
            Act.SWEEP_MADE,
            actor=by.officer_id,
            desk=desk.id,
            thing="sweep",
            thing_id=made.id,
            detail={
                "closed": len(reports),
                "left_out": len(sorted_out.left_out),
                "outcome": closing.outcome,
            },
        )
        record_missing(
            missing,
            Capability.SWEEP,
            actor=by.officer_id,
            desk=desk.id,
            thing="sweep",
            thing_id=made.id,
        )
        return made.id


def _close_all(made: Sweep, reports: list[Report], closing: Closing, *, by: Attendance, at: datetime) -> None:
    Swept.objects.bulk_create(
        [
            Swept(
                sweep=made,
                report=r,
                version=r.version + 1,
                slot=r.slot,
                due_at=r.due_at or at,  # an open report has one: `open_has_a_next_time`
                status=r.status,
            )
            for r in reports
        ],
        batch_size=_AT_ONCE,
    )
    codes = {"outcome": closing.outcome, "status": closing.tell_reporter}
    # It has been dealt with: only the day of its arrival is kept, and the slot (in Swept) while it may be undone.
    after_it = {"outcome": closing.outcome, "status": closing.tell_reporter, "due_at": None, "slot": None}
    apply_to_all(
        reports,
        Move.SWEEP,
        by=by.officer_id,
        at=at,
        codes=codes,
        notes=_seal_reason(reports, closing.reason),
        changes=lambda _: after_it,
    )
    ids = [report.id for report in reports]
    keeping.begin(reports, closing.outcome, at=at)
    journal.record_each(
        Act.REPORT_SWEPT,
        ids,
        actor=by.officer_id,
        desk=made.desk_id,
        detail={"sweep": str(made.id), "outcome": closing.outcome},
    )
    _end_alarms(ids, by=by, at=at)


def _end_alarms(reports: list[UUID], *, by: Attendance, at: datetime) -> None:
    called = Alarm.objects.filter(about_id__in=reports).values_list("about_id", flat=True).distinct()
    for report in [ref for ref in called if ref is not None]:
        resolve_for(report, by=by, at=at)


def undo(sweep_id: UUID, *, by: Attendance, at: datetime) -> int:
    """Undo a bulk closure and return the number of reports restored.

    Restores the stage, deadline and status of each report that has not been touched since. Raises NotHere
    for another desk's closure, Refused, and NotNow if it has already been undone or the time limit has
    passed.
    """
    found = Sweep.objects.filter(pk=sweep_id, desk_id__in=by.desk_ids).first()
    if found is None:
        raise NotHere
    with refusals_logged(
        Act.SWEEP_UNDONE, by=by.officer_id, desk=found.desk_id, thing="sweep", thing_id=sweep_id
    ):
        by.require(Capability.SWEEP, found.desk_id, excused=True)  # undoing never hangs on a training
        if found.undone_at is not None:
            raise NotNow("This has already been undone.")
        if at >= found.until:
            raise NotNow("The time for undoing this has expired. You can still reopen each report.")
        mine = Sweep.objects.select_for_update().filter(pk=sweep_id, undone_at=None)
        if mine.first() is None:  # of two at once, one
            raise NotNow("This has already been undone.")
        before = {one.report_id: one for one in Swept.objects.filter(sweep=found)}
        rows = reports_of(by.desk_ids).filter(desk_id=found.desk_id, id__in=before)
        reports = [
            report
            for report in rows.select_for_update(of=("self",)).order_by("id")
            if report.version == before[report.id].version and report.stage == Stage.CLOSED
        ]
        if reports:
            _restore(found, reports, before, by=by, at=at)
        restored = {report.id for report in reports}
        left = {str(ref): "changed" for ref in before if ref not in restored}
        mine.update(undone_at=at, undone_by=by.officer_id, not_restored=left)
        Swept.objects.filter(sweep=found).delete()
        journal.record(
            Act.SWEEP_UNDONE,
            actor=by.officer_id,
            desk=found.desk_id,
            thing="sweep",
            thing_id=sweep_id,
            detail={"restored": len(reports), "left_out": len(left)},
        )
        return len(reports)


def _restore(
    made: Sweep, reports: list[Report], before: Mapping[UUID, Swept], *, by: Attendance, at: datetime
) -> None:
    def as_before(report: Report) -> dict[str, Any]:
        was = before[report.id]
        return {"outcome": "", "due_at": was.due_at, "status": was.status, "slot": was.slot}

    apply_to_all(reports, Move.UNDO_SWEEP, by=by.officer_id, at=at, changes=as_before)
    stop_retention([report.id for report in reports])
    wake_again([report.id for report in reports], by=made.by_id, since=made.at)
    journal.record_each(
        Act.REPORT_UNSWEPT,
        [report.id for report in reports],
        actor=by.officer_id,
        desk=made.desk_id,
        detail={"sweep": str(made.id)},
    )
