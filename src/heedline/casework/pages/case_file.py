"""View data for an opened report, with its header, answers, history and messages.

The view is logged before the data is returned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access import presence
from heedline.casework.access.keyring import Keyring
from heedline.casework.access.session import Attendance
from heedline.casework.attachments.reading import FileLine, file_lines
from heedline.casework.checks import register
from heedline.casework.checks.register import CheckEntry, CheckRow
from heedline.casework.errors import NotHere, SealingStopped
from heedline.casework.identity.lines import when_words
from heedline.casework.journey import closing_rules
from heedline.casework.language.lines import translation_lines
from heedline.casework.linking import deconfliction, desk_notices, questions
from heedline.casework.linking.deconfliction import ContactPerson
from heedline.casework.linking.questions import MatchLine
from heedline.casework.pages.case_answers import CaseAnswers, answers_of
from heedline.casework.pages.case_header import CaseHeader, header_of
from heedline.casework.pages.case_history import CaseHistory, history_of
from heedline.casework.pages.case_lines import (
    DISCLOSURES,
    FILES,
    LAST_REQUEST,
    LAST_TRACE,
    MESSAGES,
    NOTES,
    STEPS,
    TASKS,
    TRANSLATION_TEXTS,
    TRANSLATIONS,
    day_words,
)
from heedline.casework.pages.case_messages import CaseMessages, messages_of
from heedline.casework.report import conflict_terms, handing_over, notes, report_language, restrictions
from heedline.casework.report.conflict_terms import Look
from heedline.casework.report.opening import OpenedReport, due_of, open_stored, with_language
from heedline.casework.report.verb import on_the_record
from heedline.casework.search import documents, index_rows, link_decisions, seen_before, subject_entries
from heedline.casework.search.seen_before import SeenBefore
from heedline.casework.search.subject_entries import SubjectLink
from heedline.casework.subjects import offering, reading
from heedline.casework.subjects.offering import SubjectOffer
from heedline.casework.subjects.reading import SubjectView
from heedline.casework.tasks import odd_things
from heedline.desks.models import TAKE_NO_REPORTS, Desk
from heedline.packs.rules.look_alikes import MarkedSentence
from heedline.packs.urgency import Priority
from heedline.permits.capabilities import Capability
from heedline.permits.compiled_query import CompiledQuery
from heedline.permits.gate import Refused
from heedline.permits.scopes import reports_of
from heedline.reports.lifecycle import Move
from heedline.reports.models import DangerEpisode, Report, SealedValues
from heedline.reports.stored import parts_column, parts_in
from heedline.vault import CannotOpen


@dataclass(frozen=True)
class CaseFile:
    """A decrypted report with its header, answers, history, messages and files, for one officer.

    A page passes to its template only the parts that it shows.
    """

    header: CaseHeader
    answers: CaseAnswers
    history: CaseHistory
    messages: CaseMessages
    files: tuple[FileLine, ...] = ()
    contacts: tuple[ContactPerson, ...] = ()
    """The people to contact before anybody acts on the report (`casework.linking`)."""
    matches: tuple[MatchLine, ...] = ()
    """The possible matches at other desks."""
    compared_at: datetime | None = None
    """The time at which the linking desk last compared the report in its current form."""
    subjects: tuple[SubjectLink, ...] = ()
    """The report's links to subjects, including those that were undone."""
    marked: tuple[MarkedSentence, ...] = field(default=(), repr=False)
    """The reporter's sentences with a word for a weapon, a threat, a date or a child."""
    checks: tuple[CheckRow, ...] = field(default=(), repr=False)
    """The report's register of checks."""
    child: bool = False
    """Whether the reporter's answers or words say that somebody is a child."""


@dataclass(frozen=True)
class CaseParts:
    """A report and everything written about it, decrypted.

    `sorts` gives the kind of the part in each container.
    """

    report: OpenedReport
    words: dict[UUID, dict[str, Any]] = field(repr=False)
    sorts: dict[UUID, str]


def _parts(report: Any, ring: Keyring) -> CaseParts:
    """Decrypt the report and everything written about it.

    Raises CannotOpen when the report itself does not open.
    """
    opened: OpenedReport | None = None
    words: dict[UUID, dict[str, Any]] = {}
    sorts: dict[UUID, str] = {}
    said: list[dict[str, Any]] = []
    for part in parts_in(report.id, report.sealed):
        if part.part == "report":
            opened = open_stored(part, ring)
            continue
        words[part.container] = {}
        sorts[part.container] = part.part
        with suppress(CannotOpen):
            words[part.container] = notes.open_words(
                part.container, part.header, part.payload, ring.for_any(part.epochs), part.part
            )
            if part.part == report_language.PART:
                said.append(words[part.container])
    if opened is None:
        raise CannotOpen
    return CaseParts(with_language(opened, said), words, sorts)


def _what_they_told(report: Any, opened: OpenedReport, words: Mapping[UUID, Mapping[str, Any]]) -> list[Any]:
    """Return everything that the reporter wrote, including later messages, with its translations, and partners' replies.

    Officers' own text is left out.
    """
    theirs = [row["container"] for row in report.said if not row["from_us"]]
    theirs += [row["container"] for row in report.translated]
    theirs += [row["answer"] for row in report.disclosures if row["answer"] is not None]
    told = [opened.record.get(part) for part in ("narrative", "answers", "place_text", "postcode")]
    told += [one["name"] for one in opened.files]
    return [*told, *(dict(words.get(UUID(one), {})) for one in theirs)]


def kind_of(ref: UUID, *, by: Attendance) -> str:
    """Return the code of a report's kind, without decrypting the report.

    Opens nothing. Raises NotHere.
    """
    kind = reports_of(by.desk_ids).filter(pk=ref).values_list("kind", flat=True).first()
    if kind is None:
        raise NotHere
    return kind


def case_file(ref: UUID, *, by: Attendance, at: datetime) -> CaseFile:
    """Return a decrypted report for its page, and log the view.

    The view is logged before this returns. The reporter's messages stay unread until `messages.mark_read` is
    called. Raises NotHere for any report the officer may not see, Locked and CannotOpen.
    """
    report, parts = _opened(ref, by, at)
    shown = conflict_terms.words_in(_what_they_told(report, parts.report, parts.words))
    with transaction.atomic():
        conflict_terms.record_look(Act.REPORT_READ, shown, by=by, report=report.id, desk=report.desk_id)
    return _file(report, parts, by, at)


def with_earlier(
    ref: UUID,
    *,
    by: Attendance,
    at: datetime,
    before: int = 0,
    chosen: UUID | None = None,
    most_new: int = index_rows.NEW_BESIDE,
) -> tuple[CaseFile, SeenBefore]:
    """Return a decrypted report and the earlier reports that share details with it.

    `before`, `chosen` and `most_new` are those of `seen_before.look`. Both views are logged before this returns. Raises what
    `case_file` raises.
    """
    report, parts = _opened(ref, by, at)
    told = {container: words for container, words in parts.words.items() if words}
    others = [(parts.sorts[one], told[one]) for one in told if parts.sorts[one] in documents.PARTS]
    texts = documents.texts_of_opened(report, parts.report, others)
    mine = [
        one
        for container, words in told.items()
        if parts.sorts[container] == link_decisions.PART
        and (one := link_decisions.read(report.id, words)) is not None
    ]
    used = not report.restricted or report.rank == 0
    seen = seen_before.NOT_USED
    if used:
        seen = seen_before.look(report, texts, mine, by=by, before=before, chosen=chosen, most_new=most_new)
    shown = conflict_terms.words_in(_what_they_told(report, parts.report, parts.words))
    with transaction.atomic():
        conflict_terms.record_look(
            Act.REPORT_READ,
            [*shown, *seen_before.words_shown(seen)],
            by=by,
            report=report.id,
            desk=report.desk_id,
            detail={"earlier": len(seen.earlier)},
        )
    return _file(report, parts, by, at), seen


def with_headings(ref: UUID, *, by: Attendance, at: datetime) -> tuple[CaseFile, dict[UUID, str]]:
    """Return a decrypted report, and the name of each of its subjects by the report's link to it.

    A name may come from another report. The view is logged before this returns. Raises what `case_file` raises.
    """
    report, parts = _opened(ref, by, at)
    named = reading.headings(report, _links(report, parts), by=by, restricted=report.restricted)
    shown = conflict_terms.words_in(_what_they_told(report, parts.report, parts.words))
    with transaction.atomic():
        conflict_terms.record_look(
            Act.REPORT_READ, [*shown, *named.values()], by=by, report=report.id, desk=report.desk_id
        )
    return _file(report, parts, by, at), named


def with_subject(ref: UUID, link: UUID, *, by: Attendance, at: datetime) -> tuple[CaseFile, SubjectView]:
    """Return a decrypted report and a subject that it has a link to.

    Both views are logged before this returns. Raises what `case_file` raises, and NotHere for a link of another report.
    """
    report, parts = _opened(ref, by, at)
    with on_the_record(Act.SUBJECT_VIEWED, by=by, ref=ref):
        by.require(Capability.SEE_SUBJECTS, report.desk_id, report.watch_id)
        mine = reading.chosen(_links(report, parts), link)
    subject = reading.opened(report, mine, by=by, restricted=report.restricted)
    _record_both(report, parts, subject.look(Act.SUBJECT_VIEWED), by)
    return _file(report, parts, by, at), reading.view_of(subject)


def with_subject_offer(ref: UUID, *, by: Attendance, at: datetime) -> tuple[CaseFile, SubjectOffer]:
    """Return a decrypted report and the choices offered when a subject is added to it.

    Both views are logged before this returns. Raises what `case_file` raises.
    """
    report, parts = _opened(ref, by, at)
    with on_the_record(Act.SUBJECT_VIEWED, by=by, ref=ref):
        by.require(Capability.SEE_SUBJECTS, report.desk_id, report.watch_id)
    told = [(container, parts.sorts[container], words) for container, words in parts.words.items() if words]
    mine = offering.opened_for_subjects(report, parts.report, told)
    offer = offering.offer_of(mine, by=by, restricted=report.restricted)
    _record_both(report, parts, offering.look(offer), by)
    return _file(report, parts, by, at), offer


def _record_both(report: Any, parts: CaseParts, look: Look, by: Attendance) -> None:
    """Log the view of a report together with another view that its page makes."""
    shown = conflict_terms.words_in(_what_they_told(report, parts.report, parts.words))
    with transaction.atomic():
        conflict_terms.record_looks(
            Look(Act.REPORT_READ, shown), look, by=by, report=report.id, desk=report.desk_id
        )


def _links(report: Any, parts: CaseParts) -> tuple[SubjectLink, ...]:
    """Return the report's links to subjects, including those that were undone."""
    return subject_entries.links(
        entry
        for one, told in parts.words.items()
        if parts.sorts[one] == subject_entries.PART
        and (entry := subject_entries.read(one, report.id, told)) is not None
    )


def _one_report(ref: UUID, desks: Sequence[UUID], at: datetime) -> QuerySet[Report]:
    """Return the query for a report at these desks, with its related data as columns."""
    return (
        reports_of(desks)
        .filter(pk=ref)
        .select_related("desk", "owner", "lease_by", "call_back")
        .annotate(
            sealed=parts_column(~Q(part__in=("identity", documents.FILE_WORDS))),
            made=STEPS,
            said=MESSAGES,
            with_files=FILES,
            last_request=LAST_REQUEST,
            last_trace=LAST_TRACE,
            asked_translations=TRANSLATIONS,
            translated=TRANSLATION_TEXTS,
            disclosures=DISCLOSURES,
            noted=NOTES,
            also_open=presence.noted(at),
            to_do=TASKS,
            notices=desk_notices.stored(desks),
            compared_at=Subquery(SealedValues.objects.filter(report=OuterRef("pk")).values("matched_at")[:1]),
            offered_from=handing_over.OFFERED_FROM,
            has_danger=Exists(DangerEpisode.objects.filter(report=OuterRef("pk"))),
            danger_open=Exists(DangerEpisode.objects.filter(report=OuterRef("pk"), discharged_at=None)),
            restricted=Exists(restrictions.restricting().filter(report=OuterRef("pk"))),
        )
    )


_ONE_REPORT: Final = CompiledQuery(_one_report)


def _opened(ref: UUID, by: Attendance, at: datetime) -> tuple[Any, CaseParts]:
    """Return a report's row with its related rows, and its decrypted parts."""
    with on_the_record(Act.REPORT_READ, by=by, ref=ref):
        report = next(iter(_ONE_REPORT.rows(ref, sorted(by.desk_ids), at)), None)
        if report is None:
            raise NotHere
        by.require(Capability.READ_REPORT, report.desk_id, report.watch_id)
    with on_the_record(Act.REPORT_READ, by=by, ref=ref):
        return report, _parts(report, by.keys())


def _file(report: Any, parts: CaseParts, by: Attendance, at: datetime) -> CaseFile:
    opened, words, marked = parts.report, parts.words, _marked(report, parts)
    if opened.odd and not any(odd_things.ODD in told for told in words.values()):
        with suppress(
            NotHere, Refused, SealingStopped
        ):  # the upkeep of an earlier session has not come to it
            odd_things.note(report.id, by=by, at=at)
    odd = opened.odd and not any(map(odd_things.is_answer, words.values()))
    translations = translation_lines(report.id, report.asked_translations, report.translated, words, at)
    waiting = sum(1 for one in report.disclosures if one["waits"])
    notices = desk_notices.opened_in(report.notices, report.id, by=by)
    return CaseFile(
        header_of(
            report,
            by=by,
            at=at,
            restricted=report.restricted,
            with_partners=waiting,
            has_danger=report.has_danger,
            danger_open=report.danger_open,
            offered_by=report.offered_from or "",
            files=len(report.with_files),
            also_open=presence.colleagues(report.also_open),
            due=due_of(report, opened),
        ),
        answers_of(report, opened, translations, at, odd=odd),
        history_of(report, opened.arrived_at, words, by=by, at=at),
        messages_of(report.id, report.said, words, translations),
        _files(report, opened, words),
        deconfliction.contacts_in(notices),
        tuple(questions.lines(notices)),
        report.compared_at,
        _links(report, parts),
        marked,
        _checks(report, parts),
        closing_rules.names_child(opened, marked, report),
    )


def _checks(report: Any, parts: CaseParts) -> tuple[CheckRow, ...]:
    """Return the register of checks, by the highest priority that the report ever had."""
    if not register.has_register(report.kind):
        return ()
    entries: list[CheckEntry] = []
    high = False
    for row in sorted(report.made, key=lambda row: int(row["number"])):
        high = high or row["codes"].get("priority") == Priority.HIGH
        if row["note"] is not None and Move(row["move"]) in register.MOVES:
            when = when_words(datetime.fromisoformat(row["at"]))
            entries += register.entries_in(parts.words.get(UUID(row["note"]), {}), by=row["by"], when=when)
    priority = Priority.HIGH if high else report.priority
    return register.rows_of(report.kind, priority, _links(report, parts), entries)


def _marked(report: Any, parts: CaseParts) -> tuple[MarkedSentence, ...]:
    """Return the marked sentences of what the reporter wrote, in the report and in messages."""
    told = [(parts.sorts[one], words) for one, words in parts.words.items() if words]
    theirs = [(sort, words) for sort, words in told if sort in ("message", "translation")]
    texts = documents.texts_of_opened(report, parts.report, theirs)
    return closing_rules.marked_in((one.text for one in texts), kind=report.kind)


def _files(
    report: Any, opened: OpenedReport, words: Mapping[UUID, Mapping[str, Any]]
) -> tuple[FileLine, ...]:
    """Return the files sent with the report, followed by those sent with each message."""
    stored = {UUID(one["container"]): one["state"] for one in report.with_files}
    lines = list(file_lines(opened.files, stored))
    for row in report.said:
        manifest = words.get(UUID(row["container"]), {}).get("files", ())
        if not row["from_us"]:
            lines += file_lines(manifest, stored, message_words=day_words(row["sent_on"]))
    return tuple(lines)


def printed(ref: UUID, *, by: Attendance, at: datetime) -> CaseFile:
    """Decrypt a report for printing, and log the print.

    The print is logged, beside the view, before this returns. Raises what `case_file` raises.
    """
    file = case_file(ref, by=by, at=at)
    with on_the_record(Act.REPORT_PRINTED, by=by, ref=ref):
        report = reports_of(by.desk_ids).filter(pk=ref).first()
        if report is None:
            raise NotHere
        by.require(Capability.PRINT_REPORT, report.desk_id, report.watch_id)
        journal.record(
            Act.REPORT_PRINTED, actor=by.officer_id, desk=report.desk_id, thing="report", thing_id=report.id
        )
    return file


def other_desks(header: CaseHeader) -> tuple[tuple[str, str], ...]:
    """Return the code and name of each desk to which this report can be handed over."""
    desks = Desk.objects.exclude(kind__in=TAKE_NO_REPORTS).exclude(code=header.desk_code).order_by("name")
    return tuple(desks.values_list("code", "name"))
