"""Dip sampling of closed reports.

Each week a supervisor re-reads a sample of reports that they did not close. The worker draws the sample
(`draw_last_week`) using the root of a checkpoint that nobody could have known while the reports were being
closed. Supervisors record whether they agree. A disagreement stays open until somebody has corrected it. What
supervisors write is sealed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.audit.models import Checkpoint as Published
from heedline.audit.models import Event
from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.errors import NotHere
from heedline.casework.log.checkpoints import DAY
from heedline.casework.report import notes
from heedline.casework.report.opening import short_name
from heedline.casework.report.verb import FoundReport, find, on_the_record, record, verb
from heedline.permits.capabilities import Capability
from heedline.permits.gate import Refused
from heedline.permits.scopes import reports_of
from heedline.reports.lifecycle import Move, NotNow
from heedline.reports.models import Report, Step
from heedline.reports.models.dip_checks import DipCheck, draw, last_week
from heedline.reports.quality_questions import WRITTEN_BY_REPORTERS, to_codes
from heedline.reports.stored import parts_of
from heedline.vault.notes import Note, TreeHead

type _How = tuple[Act, Act | None]

#: Drawn apart, a share of each: closed one by one, closed in a sweep that was not undone, and, of those closed one by one,
#: what an officer took down.
_CLOSED: _How = (Act.REPORT_CLOSED, None)
_SWEPT: _How = (Act.REPORT_SWEPT, Act.REPORT_UNSWEPT)
AGREE, DISAGREE = "agree", "disagree"
_OPEN = Q(verdict="") | Q(verdict=DISAGREE, remedied_on=None)
_LONGEST_LIST = 200


@dataclass(frozen=True, slots=True)
class CheckLine:
    """A report drawn in the dip sample.

    `mine` is True when this officer closed it and so may not review it. `words` is the reason for a
    disagreement.
    """

    ref: UUID
    short: str
    desk_name: str
    week: date
    channel: str
    verdict: str
    judged_by: str
    judged_on: date | None
    mine: bool
    words: str = ""


# --- the worker's half -----------------------------------------------------------------------------------------------


@transaction.atomic  # the week is drawn whole or not yet: whoever stops the worker in between hides no desk and no sweep
def draw_last_week(at: datetime) -> int:
    """Draw the dip sample from last week's closures and return the number drawn.

    It runs once a daily checkpoint from after that week exists. All the inputs are in the log, so repeating
    it draws the same reports. A report that has since been disposed of can still be drawn, although nothing
    is left to re-read. It is not replaced, because two people could otherwise influence the sample.
    """
    zone = office_zone()
    week = last_week(at.astimezone(zone).date())
    begins, ends = (datetime.combine(week + timedelta(days=days), time(), zone) for days in (0, 7))
    if DipCheck.objects.filter(week=week).exists():
        return 0
    seed = Published.objects.filter(feed=DAY, slot__gte=ends).order_by("size").first()
    if seed is None:
        return 0
    root = TreeHead.from_text(Note.from_text(seed.note).text).root
    drawn = 0
    closed, swept = _ended(_CLOSED, begins, ends), _ended(_SWEPT, begins, ends)
    for name, ended in (("closed", closed), ("swept", swept), ("calls", _calls(closed))):
        for desk, reports in sorted(ended.items()):
            chosen = Report.objects.filter(id__in=draw(root, desk, reports)).values_list("id", flat=True)
            DipCheck.objects.bulk_create(
                [DipCheck(report_id=report, desk_id=desk, week=week) for report in chosen],
                ignore_conflicts=True,
            )
            journal.record(
                Act.CHECKS_DRAWN,
                actor=None,
                desk=desk,
                thing="desk",
                thing_id=desk,
                detail={
                    "week": str(week),
                    "checkpoint": seed.size,
                    name: len(reports),
                    "drawn": len(chosen),
                },
            )
            drawn += len(chosen)
    return drawn


def _ended(how: _How, begins: datetime, ends: datetime) -> dict[UUID, set[UUID]]:
    """Return, by desk, the reports closed by `how` in a period, unless the closure was undone in it.

    They are in log order.
    """
    done, undone = how
    events = Event.objects.filter(
        act__in=[one for one in (done, undone) if one], outcome="done", at__gte=begins, at__lt=ends
    )
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for act, desk, report in events.order_by("generation", "xid", "id").values_list(
        "act", "desk", "thing_id"
    ):
        if desk is None or report is None:
            continue
        if act == done:
            found[desk].add(report)
        else:
            found[desk].discard(report)
    return {desk: reports for desk, reports in found.items() if reports}


def _calls(closed: Mapping[UUID, set[UUID]]) -> dict[UUID, set[UUID]]:
    """Return, by desk, the closed reports that an officer took down for a reporter."""
    every = set[UUID]().union(*closed.values())
    calls = Report.objects.filter(id__in=every).exclude(channel__in=WRITTEN_BY_REPORTERS)
    found = set(calls.values_list("id", flat=True))
    return {desk: reports & found for desk, reports in closed.items() if reports & found}


# --- the supervisors' half -------------------------------------------------------------------------------------------


def waiting(*, by: Attendance) -> tuple[CheckLine, ...]:
    """Return the checks awaiting review or correction, oldest first.

    Raises Refused.
    """
    desks = checked_desks(by)
    rows = DipCheck.objects.filter(_OPEN, report__in=reports_of(desks).values("id"))
    rows = rows.select_related("desk", "report", "judged_by").order_by("week", "id")[:_LONGEST_LIST]
    return tuple(_line(row, by) for row in rows)


def one(ref: UUID, *, by: Attendance) -> CheckLine:
    """Return the open check for a report, with its decrypted text.

    Raises NotHere for every other report, Refused and Locked.
    """
    with on_the_record(Act.CLOSED_CHECKED, by=by, ref=ref):
        row = _open_check(ref)
        if row is None or not reports_of(by.desk_ids).filter(pk=ref).exists():
            raise NotHere
        by.require(Capability.CHECK_CLOSED, row.report.desk_id, row.report.watch_id)
    words = ""
    ring = by.keys()
    for part in parts_of([ref], Q(container=row.words)) if row.words else []:
        opened = notes.open_words(
            part.container, part.header, part.payload, ring.for_any(part.epochs), part.part
        )
        words = str(opened.get("reason", ""))
    return _line(row, by, words)


@verb(Act.CLOSED_CHECKED)
def judge(
    ref: UUID, verdict: str, reason: str, answers: Mapping[str, str], *, by: Attendance, at: datetime
) -> None:
    """Record whether the report was closed correctly.

    The supervisor completes the short form and gives a reason for any disagreement. Raises NotHere, Refused
    and NotNow. Raises ValueError unless the form for the report's channel is complete.
    """
    found, row = _found(ref, by, at)
    if row.verdict:
        raise NotNow("This report has already been reviewed.")
    if verdict not in {AGREE, DISAGREE} or (verdict == DISAGREE and not reason):
        raise ValueError("not a verdict")
    if _closed_by(ref) == by.officer_id:
        raise Refused("You closed this report, so somebody else must review it.")
    row.verdict, row.judged_by_id, row.judged_on = verdict, by.officer_id, at.date()
    row.answers = to_codes(answers, row.report.channel)
    row.words = notes.seal(found, {"reason": reason}) if reason else None
    row.save(update_fields=["verdict", "answers", "judged_by", "judged_on", "words"])
    record(found, Act.CLOSED_CHECKED, verdict=verdict)


@verb(Act.CHECK_PUT_RIGHT)
def put_right(ref: UUID, how: str, *, by: Attendance, at: datetime) -> None:
    """Record how a disagreement was corrected.

    Raises NotHere, Refused and NotNow.
    """
    found, row = _found(ref, by, at)
    if row.verdict != DISAGREE:
        raise NotNow("Nobody has recorded a disagreement about this report.")
    row.remedied_by_id, row.remedied_on = by.officer_id, at.date()
    row.remedy = notes.seal(found, {"reason": how})
    row.save(update_fields=["remedied_by", "remedied_on", "remedy"])
    record(found, Act.CHECK_PUT_RIGHT)


def checked_desks(by: Attendance) -> list[UUID]:
    """Return the desks whose closed reports this person reviews.

    Raises Refused if there are none.
    """
    desks = [desk for desk in by.desk_ids if _may(by, desk)]
    if not desks:
        raise Refused("Your role on this desk does not include this.")
    return desks


def _may(by: Attendance, desk: UUID) -> bool:
    try:
        by.require(Capability.CHECK_CLOSED, desk)
    except Refused:
        return False
    return True


def _open_check(ref: UUID) -> DipCheck | None:
    return (
        DipCheck.objects.filter(_OPEN, report_id=ref)
        .select_related("desk", "report", "judged_by")
        .order_by("week")
        .first()
    )


def _found(ref: UUID, by: Attendance, at: datetime) -> tuple[FoundReport, DipCheck]:
    found = find(ref, by=by, at=at)
    found.permit(Capability.CHECK_CLOSED)
    row = DipCheck.objects.select_for_update().filter(_OPEN, report_id=ref).order_by("week").first()
    if row is None:
        raise NotHere
    return found, row


def _closed_by(ref: UUID) -> UUID | None:
    closings = Step.objects.filter(report_id=ref, move__in=[Move.CLOSE, Move.SWEEP]).order_by("-number")
    return closings.values_list("by_id", flat=True).first()


def _line(row: DipCheck, by: Attendance, words: str = "") -> CheckLine:
    return CheckLine(
        ref=row.report_id,
        short=short_name(row.report_id),
        desk_name=row.desk.name,
        week=row.week,
        channel=row.report.channel,
        verdict=row.verdict,
        judged_by=row.judged_by.name if row.judged_by is not None else "",
        judged_on=row.judged_on,
        mine=_closed_by(row.report_id) == by.officer_id,
        words=words,
    )
