"""View data for a subject, with its visible reports, their entries and its access history.

A subject is opened from one of its reports, and the view is logged only for that report. A log entry that named all of the
subject's reports would reveal that they concern the same person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Window

from heedline.audit.acts import Act
from heedline.audit.models import Event
from heedline.casework.access.session import Attendance
from heedline.casework.errors import NotHere
from heedline.casework.report import conflict_terms, restrictions
from heedline.casework.report.conflict_terms import Look
from heedline.casework.report.opening import kind_words, received_words, short_name
from heedline.casework.report.verb import on_the_record
from heedline.casework.search import subject_entries
from heedline.casework.search.link_decisions import LinkDecision, LinkVerdict
from heedline.casework.search.subject_entries import (
    PART,
    SubjectEntry,
    SubjectKind,
    SubjectLink,
    SubjectMove,
    SubjectValue,
    name_of,
)
from heedline.casework.subjects import finding
from heedline.casework.subjects.finding import LinkedReport
from heedline.desks.models import Officer
from heedline.packs import load_pack
from heedline.permits.capabilities import Capability
from heedline.permits.compiled_query import CompiledQuery
from heedline.permits.gate import Refused
from heedline.permits.scopes import reports_of
from heedline.reports.models import Report
from heedline.reports.stored import parts_column, parts_in

#: Views that the page of a subject lists at most, the latest.
MOST_VIEWS: Final = 50


@dataclass(frozen=True)
class HeldValue:
    """A subject's value on one report, with its author, date and correction status."""

    value: SubjectValue
    by: str
    at: datetime
    corrected: bool


@dataclass(frozen=True)
class SubjectReportLine:
    """A report linked to a subject, with its stage, outcome, desk and link decision.

    `behaviour` is what an officer says that the subject did or said, if the account of the report doesn't.
    """

    ref: UUID
    short: str
    kind_words: str
    received_words: str
    stage: str
    outcome: str
    desk_name: str
    link: UUID
    verdict: SubjectMove
    values: tuple[HeldValue, ...] = field(repr=False)
    behaviour: str = field(repr=False)
    no_behaviour: bool
    here: bool

    @property
    def in_force(self) -> bool:
        return self.verdict is SubjectMove.LINKED


@dataclass(frozen=True)
class SubjectEntryLine:
    """An entry in a subject's history, with the value that it corrects."""

    ref: UUID
    short: str
    move: SubjectMove
    values: tuple[SubjectValue, ...] = field(repr=False)
    corrected: SubjectValue | None = field(repr=False)
    why: str = field(repr=False)
    by: str
    at: datetime
    behaviour: str = field(repr=False)


@dataclass(frozen=True)
class SubjectViewLine:
    """A log entry for a view of a subject."""

    act: str
    by: str
    at: datetime
    refused: bool


@dataclass(frozen=True)
class SubjectView:
    """The data for a subject's page.

    `views` are the latest of `viewed` views. `apart` are pairs of linked reports that an officer decided not to be the same.
    """

    ref: UUID
    link: UUID
    kind: SubjectKind
    name: str = field(repr=False)
    reports: tuple[SubjectReportLine, ...]
    history: tuple[SubjectEntryLine, ...]
    views: tuple[SubjectViewLine, ...]
    viewed: int
    apart: tuple[tuple[UUID, UUID], ...] = ()

    @property
    def here(self) -> SubjectReportLine:
        """Return the report through which the subject was opened."""
        return next(one for one in self.reports if one.here)

    @property
    def linked(self) -> tuple[SubjectReportLine, ...]:
        return tuple(one for one in self.reports if one.in_force)

    @property
    def unlinked(self) -> tuple[SubjectReportLine, ...]:
        return tuple(one for one in self.reports if not one.in_force)


def view(
    ref: UUID, link: UUID, *, by: Attendance, at: datetime, act: Act = Act.SUBJECT_VIEWED
) -> SubjectView:
    """Return a subject, reached through one of its reports, and log the view.

    Raises NotHere if the officer may not see the report or it has no such link, Refused and Locked.
    """
    with on_the_record(act, by=by, ref=ref):
        report = next(iter(_ONE_REPORT.rows(ref, sorted(by.desk_ids))), None)
        if report is None:
            raise NotHere
        by.require(Capability.SEE_SUBJECTS, report.desk_id, report.watch_id)
        if act is Act.SUBJECT_PRINTED:
            by.require(Capability.PRINT_REPORT, report.desk_id, report.watch_id)
        entries = subject_entries.opened(parts_in(ref, report.sealed), by.keys())
        mine = chosen(subject_entries.links(entries), link)
    found = opened(report, mine, by=by, restricted=report.restricted)
    with transaction.atomic():
        conflict_terms.record_looks(found.look(act), by=by, report=ref, desk=report.desk_id)
    return view_of(found)


def _one_report(ref: UUID, desks: Sequence[UUID]) -> QuerySet[Report]:
    found = reports_of(desks).filter(pk=ref).select_related("desk")
    return found.annotate(
        sealed=parts_column(Q(part=PART)),
        restricted=Exists(restrictions.restricting().filter(report=OuterRef("pk"))),
    )


_ONE_REPORT: Final = CompiledQuery[Any](_one_report)


@dataclass(frozen=True)
class OpenedSubject:
    """A subject that was opened by way of one report, with the entries of all of its reports that the officer may open."""

    ref: UUID
    mine: SubjectLink
    reports: tuple[LinkedReport, ...]

    def look(self, act: Act) -> Look:
        """Return the view of this subject to be logged, with all typed text that its page shows."""
        entries = (entry for one in self.reports for entry in one.link.entries)
        words = [
            text
            for one in entries
            for text in (one.why, one.behaviour, *(value.written for value in one.values))
        ]
        return Look(act, words, {"link": str(self.mine.id)})


def chosen(links: Iterable[SubjectLink], link: UUID) -> SubjectLink:
    """Return the link with this id, or raise NotHere."""
    found = next((one for one in links if one.id == link), None)
    if found is None:
        raise NotHere
    return found


def opened(report: Report, mine: SubjectLink, *, by: Attendance, restricted: bool) -> OpenedSubject:
    """Return the subject of a report's link, whether or not that report is indexed.

    If the report's processing is `restricted`, no other report is included, unless life is at risk. The caller logs the view.
    """
    found: Sequence[LinkedReport] = ()
    if not restricted or report.rank == 0:
        found = finding.reports_of_subjects([mine.subject], by=by, decisions=True)[mine.subject]
    if not any(one.report.id == report.id for one in found):
        found = (LinkedReport(report, mine), *found)
    return OpenedSubject(report.id, mine, tuple(found))


def _heading(mine: SubjectLink, reports: Iterable[LinkedReport]) -> str:
    """Return the name of a subject, which is that of its oldest link, or "" if it has none."""
    held = [value for one in reports if one.link.in_force for value in one.link.values]
    return name_of(mine.kind, held or mine.values)


def headings(
    report: Report, links: Iterable[SubjectLink], *, by: Attendance, restricted: bool
) -> dict[UUID, str]:
    """Return the name of each subject, as shown on its own page, by the id of this report's link to it.

    Return {} if the officer may not see the report's subjects, or if its processing is `restricted` and life is not at risk.
    The caller logs the view.
    """
    mine = list(links)
    try:
        by.require(Capability.SEE_SUBJECTS, report.desk_id, report.watch_id)
    except Refused:
        return {}
    if not mine or (restricted and report.rank != 0):
        return {}
    found = finding.reports_of_subjects({one.subject for one in mine}, by=by)
    return {one.id: _heading(one, found[one.subject]) for one in mine}


def view_of(subject: OpenedSubject) -> SubjectView:
    """Return the data for the page of a subject whose view has been logged."""
    reports, mine = subject.reports, subject.mine
    return SubjectView(
        subject.ref,
        mine.id,
        mine.kind,
        _heading(mine, reports),
        tuple(_line(one, subject.ref) for one in reports),
        _history(reports),
        *_views(reports),
        _apart(reports),
    )


def _apart(reports: Sequence[LinkedReport]) -> tuple[tuple[UUID, UUID], ...]:
    """Return the pairs of linked reports whose decision in force says that they are not the same."""
    linked = {one.report.id for one in reports if one.link.in_force}
    latest: dict[frozenset[UUID], LinkDecision] = {}
    for made in sorted((made for one in reports for made in one.decided), key=lambda made: made.at):
        latest[frozenset((made.on, made.other))] = made
    return tuple(
        (made.on, made.other)
        for pair, made in latest.items()
        if made.verdict is LinkVerdict.NOT_SAME and pair <= linked
    )


def reports_sharing(refs: Iterable[UUID], *, by: Attendance) -> tuple[tuple[UUID, str], ...]:
    """Return the officer's other reports that share a subject with these, with their short names.

    Restricted reports are included, because a data subject may ask for these too. The view is logged for each of the given
    reports that is linked to a subject. Raises Locked.
    """
    mine = finding.linked_reports(refs, by=by, ring=by.keys(), restricted=True)
    subjects = {one.link.subject for one in mine if one.link.in_force}
    found = finding.reports_of_subjects(subjects, by=by, restricted=True)
    theirs = {one.report.id for some in found.values() for one in some if one.link.in_force}
    with transaction.atomic():
        for report in {one.report.id: one.report for one in mine if one.link.in_force}.values():
            conflict_terms.record_look(Act.SUBJECT_VIEWED, (), by=by, report=report.id, desk=report.desk_id)
    others = theirs - {one.report.id for one in mine}
    return tuple(sorted(((one, short_name(one)) for one in others), key=lambda one: one[1]))


def _line(one: LinkedReport, here: UUID) -> SubjectReportLine:
    report, link = one.report, one.link
    recorded = {value.id: entry for entry in link.entries for value in entry.values}
    return SubjectReportLine(
        report.id,
        short_name(report.id),
        kind_words(report.kind),
        received_words(report),
        report.stage,
        report.outcome,
        report.desk.name,
        link.id,
        link.verdict,
        tuple(
            HeldValue(
                value,
                recorded[value.id].by,
                recorded[value.id].at,
                recorded[value.id].move is SubjectMove.CORRECTED,
            )
            for value in link.values
        ),
        link.behaviour,
        report.outcome in load_pack(settings.PACK).behaviour.outcomes,
        report.id == here,
    )


def _history(reports: Iterable[LinkedReport]) -> tuple[SubjectEntryLine, ...]:
    """Return every entry about a subject, newest first."""
    lines: list[tuple[SubjectEntry, SubjectEntryLine]] = []
    for one in reports:
        known: Mapping[UUID, Any] = {value.id: value for entry in one.link.entries for value in entry.values}
        lines += [
            (
                entry,
                SubjectEntryLine(
                    one.report.id,
                    short_name(one.report.id),
                    entry.move,
                    entry.values,
                    known.get(entry.corrects) if entry.corrects is not None else None,
                    entry.why,
                    entry.by,
                    entry.at,
                    entry.behaviour,
                ),
            )
            for entry in one.link.entries
        ]
    lines.sort(key=lambda line: (line[0].at, line[0].number), reverse=True)
    return tuple(line for _, line in lines)


def _views(reports: Sequence[LinkedReport]) -> tuple[tuple[SubjectViewLine, ...], int]:
    """Return the latest views of a subject through any of these reports, newest first, and the number of all views."""
    refs = [one.report.id for one in reports]
    links = [str(one.link.id) for one in reports]
    rows = list(
        Event.objects.filter(
            thing_id__in=refs,
            act__in=[Act.SUBJECT_VIEWED, Act.SUBJECT_PRINTED],
            detail__link__in=links,
            actor__isnull=False,
        )
        .annotate(
            viewed=Window(Count("id")),
            name=Subquery(Officer.objects.filter(id=OuterRef("actor")).values("name")),
        )
        .order_by("-id")
        .values_list("act", "name", "at", "outcome", "viewed")[:MOST_VIEWS]
    )
    lines = tuple(
        SubjectViewLine(act, name or "", at, outcome == "refused") for act, name, at, outcome, _ in rows
    )
    return lines, rows[0][-1] if rows else 0
