"""View data for the Danger to life page, and for the banner that lists open danger-to-life records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from heedline.casework.access.keyring import Keyring
from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.danger import discharge
from heedline.casework.danger.action_log import NOTE_FIELDS, TITLES, DangerNoteKind
from heedline.casework.journey import danger_ownership
from heedline.casework.journey.owners import Colleague
from heedline.casework.pages.case_file import CaseFile, case_file
from heedline.casework.report import notes
from heedline.casework.report.opening import CLOSED_WORDS, short_name
from heedline.desks.duty_hours import on_duty
from heedline.dispatch.clocks import due_words, is_overdue, moment_words
from heedline.permits import danger_functions
from heedline.permits.capabilities import Capability
from heedline.permits.gate import Refused
from heedline.permits.scopes import reports_of
from heedline.permits.second_person import Reply
from heedline.reports.models import DangerEntry, DangerEpisode, Report
from heedline.reports.stored import parts_of
from heedline.vault import CannotOpen

#: The banner names so many, and counts the others.
MOST_NAMED = 3
#: Reports that nobody has taken are counted up to this number (`permits.open_dangers`).
MOST_COUNTED = 100

type _Opened = Mapping[UUID, Mapping[str, Any]]


@dataclass(frozen=True)
class DangerNotice:
    """An open danger-to-life record, as shown on every page to officers of the report's desks.

    It is made of unsealed data only.
    """

    ref: UUID
    short: str
    desk_name: str
    owner: str
    mine: bool
    offered_to_me: bool
    acknowledged: bool
    review_words: str
    review_late: bool
    discharge_asked: bool = False


@dataclass(frozen=True)
class UntakenReports:
    """The number of urgent reports that nobody has taken, and the one due first.

    `number` is at most `MOST_COUNTED`. All else is about the one that is due first. `watched` is whether the officer can
    open it.
    """

    number: int
    ref: UUID
    short: str
    desk_name: str
    due_words: str
    late: bool
    watched: bool = True


@dataclass(frozen=True)
class Banner:
    """What the banner of every page says.

    `untaken` are reports of danger at the officer's desks. `asleep` are shown to a round-the-clock desk: reports of other
    desks where nobody is on duty, if something is planned or the reporter is not sure. `nobody_paged`: the worker, which pages
    people, has not run for three minutes.
    """

    dangers: tuple[DangerNotice, ...] = ()
    untaken: UntakenReports | None = None
    asleep: UntakenReports | None = None
    nobody_paged: bool = False


@dataclass(frozen=True)
class DangerNoteLine:
    """A decrypted entry in the log of a danger-to-life record."""

    kind: str
    title: str
    by: str
    when_words: str
    rows: tuple[tuple[str, str], ...] = field(repr=False)


@dataclass(frozen=True)
class DangerLine:
    """A danger-to-life record, from opening to discharge.

    `discharged_by` is empty while it is open. `asked_by` asked for the discharge, for the `reason` given. `alone` is why
    nobody else confirmed it, and `to_review` says that another supervisor still has to.
    """

    opened_by: str
    opened_words: str
    acknowledged_by: str
    acknowledged_words: str
    review_words: str
    review_late: bool
    discharged_by: str
    discharged_words: str
    reason: str = field(repr=False)
    notes: tuple[DangerNoteLine, ...]
    asked_by: str = ""
    asked_words: str = ""
    alone: str = field(default="", repr=False)
    to_review: bool = False
    reviewed_by: str = ""
    reviewed_words: str = ""
    finding: str = field(default="", repr=False)

    def has(self, kind: str) -> bool:
        """Return whether the log of the danger-to-life record has an entry of this kind."""
        return any(one.kind == kind for one in self.notes)


@dataclass(frozen=True)
class DangerFile:
    """The data that the Danger to life page shows beside the report.

    `now` is the open danger, or None. `before` are those discharged, newest first. `watched_by` is the
    round-the-clock desk that can open the report, or empty.
    """

    now: DangerLine | None
    before: tuple[DangerLine, ...]
    owner: str
    mine: bool
    offered_to: str
    offered_to_me: bool
    watched_by: str
    may_handle: bool
    may_lead: bool
    colleagues: tuple[Colleague, ...]
    missing: str = ""
    """What must be recorded before the danger can be discharged, or ""."""
    asked_by_me: bool = False
    why_not_confirm: str = ""
    """Why this supervisor cannot be the second person of the discharge that is asked for, or ""."""
    seconds: tuple[str, ...] = ()
    """The supervisors on duty who could confirm a discharge that this officer asks for."""
    may_review: bool = False

    @property
    def may_discharge_alone(self) -> bool:
        """Return whether this supervisor may discharge the danger although nobody confirms it."""
        confirms = self.now is not None and self.now.asked_by and not self.why_not_confirm
        return self.may_lead and not (self.missing or self.seconds or confirms)


def open_dangers(*, by: Attendance, at: datetime) -> tuple[DangerNotice, ...]:
    """Return the open danger-to-life records at the officer's desks, earliest next review first.

    Records that were offered to this officer come before all others, because they wait for an answer. They are
    read once, when the request begins.
    """
    return _notices(_rows(by), by=by, at=at)


def banner(*, by: Attendance, at: datetime) -> Banner:
    """Return the open danger-to-life records, and summaries of the urgent reports not yet taken."""
    rows = _rows(by)
    return Banner(
        _notices(rows, by=by, at=at),
        _waiting(rows, "untaken", at=at),
        _waiting(rows, "asleep", at=at),
        any("nobody_paged" in row for row in rows),
    )


def _waiting(rows: Iterable[Mapping[str, Any]], which: str, *, at: datetime) -> UntakenReports | None:
    row = next((row for row in rows if which in row), None)
    if row is None:
        return None
    ref, due = UUID(row["report"]), datetime.fromisoformat(row["due_at"])
    return UntakenReports(
        row[which],
        ref,
        short_name(ref),
        row["desk"],
        due_words(due, at, office_zone()),
        is_overdue(due, at),
        row.get("watched", True),
    )


def _rows(by: Attendance) -> Sequence[Mapping[str, Any]]:
    return by.dangers if by.dangers is not None else danger_functions.open_dangers()


def _notices(rows: Iterable[Mapping[str, Any]], *, by: Attendance, at: datetime) -> tuple[DangerNotice, ...]:
    found = []
    for row in rows:
        if "review_at" not in row:
            continue
        ref, review_at = UUID(row["report"]), datetime.fromisoformat(row["review_at"])
        found.append(
            DangerNotice(
                ref=ref,
                short=short_name(ref),
                desk_name=row["desk"],
                owner=row["owner"] or "",
                mine=row["owner_id"] == str(by.officer_id),
                offered_to_me=row["offered_to"] == str(by.officer_id),
                acknowledged=row["acknowledged"],
                review_words=due_words(review_at, at, office_zone()),
                review_late=review_at <= at,
                discharge_asked=row["discharge_asked"],
            )
        )
    return tuple(sorted(found, key=lambda one: not one.offered_to_me))


def is_open(ref: UUID) -> bool:
    """Return whether a report that this session may see has an open danger-to-life record."""
    return DangerEpisode.objects.filter(report=ref, discharged_at=None).exists()


def threat_to_life(ref: UUID, *, by: Attendance, at: datetime) -> tuple[CaseFile, DangerFile]:
    """Return a report and its danger-to-life records, decrypted.

    The view is logged by `case_file`. Raises NotHere for any report the officer may not see, Locked and
    CannotOpen.
    """
    file = case_file(ref, by=by, at=at)
    report = reports_of(by.desk_ids).select_related("desk", "watch", "owner").get(pk=ref)
    rows = list(
        DangerEpisode.objects.filter(report=ref)
        .select_related(
            "opened_by",
            "acknowledged_by",
            "discharge_asked_by",
            "discharged_by",
            "discharge_reviewed_by",
            "offered_to",
        )
        .order_by("-opened_at")
    )
    entries = list(DangerEntry.objects.filter(report=ref).select_related("by").order_by("number"))
    containers = [one.note for one in entries]
    sealed = [note for row in rows for note in (row.discharge_note, row.discharge_review_note)]
    containers += [note for note in sealed if note is not None]
    opened = _opened(ref, containers, by.keys())
    lines = [_line(row, [one for one in entries if one.danger_id == row.id], opened, at) for row in rows]
    current = next((row for row in rows if row.discharged_at is None), None)
    to = current.offered_to if current is not None else None
    return file, DangerFile(
        now=next((line for line in lines if not line.discharged_by), None),
        before=tuple(line for line in lines if line.discharged_by),
        owner=report.owner.name if report.owner is not None else "",
        mine=report.owner_id == by.officer_id,
        offered_to=to.name if to is not None else "",
        offered_to_me=to is not None and to.id == by.officer_id,
        watched_by=_watched_by(report),
        may_handle=_may(by, Capability.HANDLE_DANGER, report),
        may_lead=_may(by, Capability.LEAD_DANGER, report),
        colleagues=_colleagues(report, at) if current is not None else (),
        **(_discharge(report, current, by, at) if current is not None else {}),
        **_review(report, by, at),
    )


def _discharge(report: Report, danger: DangerEpisode, by: Attendance, at: datetime) -> dict[str, Any]:
    """Return what stands between this officer and the discharge of an open danger."""
    found: dict[str, Any] = {
        "missing": discharge.why_not_yet(report, danger),
        "asked_by_me": danger.discharge_asked_by_id == by.officer_id,
        "seconds": discharge.seconds_on_duty(report, danger, but_for=by.officer_id, at=at),
    }
    if danger.discharge_asked_by_id is not None:
        request = discharge.request_of(report, danger)
        found["why_not_confirm"] = request.why_not(Reply.AGREE, by=by.officer_id, today=at.date())
    return found


def _review(report: Report, by: Attendance, at: datetime) -> dict[str, Any]:
    """Return whether this officer may review the discharge that one supervisor made alone."""
    danger = discharge.unreviewed(report)
    if danger is None or not _may(by, Capability.LEAD_DANGER, report):
        return {}
    request = discharge.request_of(report, danger)
    return {"may_review": not request.why_not(Reply.AGREE, by=by.officer_id, today=at.date())}


def _colleagues(report: Report, at: datetime) -> tuple[Colleague, ...]:
    """Return the officers to whom the danger-to-life record can be handed over, those on duty first."""
    here = on_duty(at, report.desk_id, report.watch_id)
    asked = danger_ownership.could_take_over(report).values_list("id", "name")
    found = (Colleague(ident, name, ident in here) for ident, name in asked)
    return tuple(sorted(found, key=lambda one: not one.on_duty))


def _watched_by(report: Report) -> str:
    if report.desk.round_the_clock:
        return report.desk.name
    return report.watch.name if report.watch is not None else ""


def _may(by: Attendance, capability: Capability, report: Report) -> bool:
    try:
        by.require(capability, report.desk_id, report.watch_id)
    except Refused:
        return False
    return True


def _opened(ref: UUID, containers: Iterable[UUID], ring: Keyring) -> dict[UUID, Mapping[str, Any]]:
    """Return the texts of these sealed parts, leaving out those that cannot be decrypted."""
    found: dict[UUID, Mapping[str, Any]] = {}
    for part in parts_of([ref], Q(container__in=list(containers))):
        with suppress(CannotOpen):
            found[part.container] = notes.open_words(
                part.container, part.header, part.payload, ring.for_any(part.epochs), part.part
            )
    return found


def _line(row: DangerEpisode, entries: list[DangerEntry], opened: _Opened, at: datetime) -> DangerLine:
    zone = office_zone()
    ended = row.discharged_at is not None
    asked = opened.get(row.discharge_note, {"reason": CLOSED_WORDS}) if row.discharge_note else {}
    found = opened.get(row.discharge_review_note, {}) if row.discharge_review_note else {}
    return DangerLine(
        opened_by=row.opened_by.name,
        opened_words=moment_words(row.opened_at, zone),
        acknowledged_by=row.acknowledged_by.name if row.acknowledged_by is not None else "",
        acknowledged_words=moment_words(row.acknowledged_at, zone),
        review_words="" if ended else due_words(row.review_at, at, zone),
        review_late=not ended and row.review_at <= at,
        discharged_by=row.discharged_by.name if row.discharged_by is not None else "",
        discharged_words=moment_words(row.discharged_at, zone),
        reason=str(asked.get("reason", "")),
        notes=tuple(_note(one, opened) for one in entries),
        asked_by=row.discharge_asked_by.name if row.discharge_asked_by is not None else "",
        asked_words=moment_words(row.discharge_asked_at, zone),
        alone=str(asked.get("alone", "")),
        to_review=row.discharged_alone and row.discharge_reviewed_at is None,
        reviewed_by=row.discharge_reviewed_by.name if row.discharge_reviewed_by is not None else "",
        reviewed_words=moment_words(row.discharge_reviewed_at, zone),
        finding=str(found.get("reason", "")),
    )


def _note(entry: DangerEntry, opened: _Opened) -> DangerNoteLine:
    said = opened.get(entry.note, {})
    kind = str(said.get("kind", ""))
    known = kind in set(DangerNoteKind)
    fields = NOTE_FIELDS[DangerNoteKind(kind)] if known else ()
    return DangerNoteLine(
        kind=kind,
        title=TITLES[DangerNoteKind(kind)] if known else CLOSED_WORDS,
        by=entry.by.name,
        when_words=moment_words(entry.at, office_zone()),
        rows=tuple((one.label, str(said[one.code])) for one in fields if said.get(one.code)),
    )
