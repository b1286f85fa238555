"""The values and likely subjects that an officer can choose from when linking a report.

Values are read from the reported behaviour and from what was written about it since, as for *Seen before*. They are never read
from identity containers, contact details or what reporters say about themselves (`packs/uk/matching.toml`). A report that says
only who somebody is offers nothing. If its account does not say what anybody did or said, and is only a name and address for
example, the officer has to say what the subject did or said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from heedline.audit.acts import Act
from heedline.casework.access.keyring import Keyring
from heedline.casework.access.session import Attendance
from heedline.casework.errors import NotHere
from heedline.casework.report import conflict_terms, notes, report_language, restrictions
from heedline.casework.report.conflict_terms import Look
from heedline.casework.report.opening import OpenedReport, open_stored, short_name, with_language
from heedline.casework.report.question_editions import questions_of
from heedline.casework.report.verb import FoundReport, on_the_record
from heedline.casework.search import documents, link_decisions, seen_before, subject_entries, values
from heedline.casework.search.link_decisions import LinkDecision, LinkVerdict
from heedline.casework.search.page_store import one_snapshot
from heedline.casework.search.subject_entries import (
    SubjectKind,
    SubjectLink,
    SubjectMove,
    SubjectValue,
    name_of,
)
from heedline.casework.subjects import finding
from heedline.casework.subjects.finding import LinkedReport, ReportParts
from heedline.index.extraction.comparison import Resemblance, compare
from heedline.index.extraction.extract import extract
from heedline.index.extraction.values import Extract, Kind, ReportText, Value
from heedline.packs import load_pack
from heedline.permits.capabilities import Capability
from heedline.permits.scopes import reports_of
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import Report
from heedline.reports.stored import StoredPart, parts_column, parts_in, parts_of
from heedline.vault import CannotOpen

#: The most values of a report that are offered, and the most subjects.
MOST_VALUES: Final = 30
MOST_SUBJECTS: Final = 12
#: Reports with something in common whose subjects are looked at.
_MOST_REPORTS: Final = 100
ONLY_WHO = "This report says who somebody is, but not what they did. Only behaviour makes somebody a subject."
OF_REPORTER = (
    "The reporter said this about themselves. Never add what reporters say about themselves to a subject."
)
NO_BEHAVIOUR = (
    "This report was closed because no behaviour is described. Only behaviour makes somebody a subject."
)
NOT_STATED = "Say what they did or said. The account in this report does not."
NOT_BEHAVIOUR = "Say in a few words what they did or said. Saying who they are is not enough."


class BehaviourNotStated(NotNow):
    """Raised when an officer has to say what a subject did or said, and has not."""


@dataclass(frozen=True)
class OfferedValue:
    """A value found in a report that an officer can record, with its form code."""

    code: str
    kind: str
    written: str = field(repr=False)
    source: str


@dataclass(frozen=True)
class OfferedSubject:
    """A subject that the report may concern.

    `link` is that of its first report. `reports` are those that the officer may open. `found` says what the subject and the
    report share, and is None if an officer decided that another report of the subject concerns the same matter. `refused` is
    the decision that this report does not concern the subject, if one was made and not changed.
    """

    link: UUID
    subject: UUID
    kind: SubjectKind
    name: str = field(repr=False)
    values: tuple[SubjectValue, ...] = field(repr=False)
    reports: tuple[tuple[UUID, str], ...]
    found: Resemblance | None
    refused: subject_entries.SubjectEntry | None


@dataclass(frozen=True)
class SubjectOffer:
    """The choices offered for a report, or the reason in `why_not` that there are none.

    `needs_behaviour` means that the officer has to say what the subject did or said, because the account does not.
    """

    why_not: str
    values: tuple[OfferedValue, ...] = ()
    subjects: tuple[OfferedSubject, ...] = ()
    needs_behaviour: bool = False


@dataclass(frozen=True)
class OpenedForSubjects:
    """A decrypted report, with the values that were read in it.

    `account` is what the reporter wrote, in the report and in messages since, without these values.
    """

    report: Report
    opened: OpenedReport
    account: str = field(repr=False)
    links: tuple[SubjectLink, ...]
    decided: tuple[LinkDecision, ...]
    found: Extract = field(repr=False)


def offer(ref: UUID, *, by: Attendance) -> SubjectOffer:
    """Return the choices offered for a report, and log the view.

    The log does not say which subjects were offered, or whether any was. Raises NotHere, Refused, Locked and CannotOpen.
    """
    with on_the_record(Act.SUBJECT_VIEWED, by=by, ref=ref):
        found: QuerySet[Any] = reports_of(by.desk_ids).filter(pk=ref).annotate(sealed=parts_column(_PARTS))
        report = found.annotate(
            restricted=Exists(restrictions.restricting().filter(report=OuterRef("pk")))
        ).first()
        if report is None:
            raise NotHere
        by.require(Capability.SEE_SUBJECTS, report.desk_id, report.watch_id)
    mine = _decrypted(report, parts_in(ref, report.sealed), by.keys())
    made = offer_of(mine, by=by, restricted=report.restricted)
    with transaction.atomic():
        conflict_terms.record_looks(look(made), by=by, report=ref, desk=report.desk_id)
    return made


def offer_of(mine: OpenedForSubjects, *, by: Attendance, restricted: bool) -> SubjectOffer:
    """Return the choices offered for an opened report. The caller logs the view."""
    refused = _why_not(mine)
    if not refused and restricted and mine.report.rank != 0:
        refused = restrictions.RESTRICTED
    if refused:
        return SubjectOffer(refused)
    return SubjectOffer("", offered_values(mine.found), _subjects(mine, by), _needs_behaviour(mine))


def look(made: SubjectOffer) -> Look:
    """Return the view of the offered subjects to be logged, with the text from other reports that it shows."""
    shown = [value.written for one in made.subjects for value in one.values]
    shown += [one.refused.why for one in made.subjects if one.refused is not None]
    return Look(Act.SUBJECT_VIEWED, shown)


def without_subjects(found: FoundReport) -> SubjectOffer:
    """Return the choices offered for a report, except the subjects that it may concern."""
    mine = _open(found.report, found.by.keys())
    return SubjectOffer(_why_not(mine), offered_values(mine.found), needs_behaviour=_needs_behaviour(mine))


def behaviour_stated(found: FoundReport, told: str, *, longest: int, needed: bool) -> str:
    """Validate what an officer says that a subject did or said, and return it.

    Raises NoRoom if it is too long, and BehaviourNotStated if it is empty though `needed`, is too short, or only says who
    somebody is. Raises NotNow if it contains what the reporter says about themselves.
    """
    if not told.strip() and not needed:
        return ""
    try:
        told = notes.written(told, longest=longest, missing=NOT_STATED)
    except NotNow as no:
        raise BehaviourNotStated(no.reason) from None
    rules = load_pack(settings.PACK).behaviour
    if notes.says_too_little(told) or rules.is_only_who(told, language="en"):
        raise BehaviourNotStated(NOT_BEHAVIOUR)
    refuse_of_reporter(found, told)
    return told


def why_not(found: FoundReport) -> str:
    """Return the reason why nothing can be recorded on a report, or "" if something can."""
    return _why_not(_open(found.report, found.by.keys()))


def refuse_of_reporter(found: FoundReport, written: str) -> None:
    """Raise NotNow if an officer's text contains a value that the reporter gave only about themselves."""
    mine = _open(found.report, found.by.keys())
    asked = questions_of(found.report.question_set, found.report.kind)
    if asked is None:
        return
    theirs = list(documents.said_of_themselves(asked, mine.opened.record.get("answers", {})))
    told = {(one.kind, one.canonical) for one in mine.found.values}
    if (_values_of(theirs) - told) & _values_of([written]):
        raise NotNow(OF_REPORTER)


def _values_of(texts: Sequence[str]) -> set[tuple[str, str]]:
    read = (ReportText(text, holds, "") for text in texts for holds in ("text", "name"))
    return {(one.kind, one.canonical) for one in extract(read, load_pack(settings.PACK).matching).values}


def offered_values(found: Extract) -> tuple[OfferedValue, ...]:
    """Return the values of a report that can be recorded, in reading order and excluding files."""
    held = [one for one in found.values if one.kind is not Kind.FILE]
    return tuple(
        OfferedValue(_code(one), str(one.kind), one.written, one.source) for one in held[:MOST_VALUES]
    )


def _code(value: Value) -> str:
    return sha256(f"{value.kind}:{value.canonical}".encode()).hexdigest()[:12]


#: The parts of a report that are opened, except the words of its files.
_PARTS: Final = documents.SEARCHED | Q(part=report_language.PART)


def _open(report: Report, ring: Keyring) -> OpenedForSubjects:
    """Decrypt the parts of a report from which values are extracted, except its subject entries."""
    return _decrypted(report, parts_of([report.id], _PARTS), ring)


def _decrypted(report: Report, parts: Iterable[StoredPart], ring: Keyring) -> OpenedForSubjects:
    opened: OpenedReport | None = None
    told: list[tuple[UUID, str, Mapping[str, Any]]] = []
    for part in parts:
        if part.part == "report":
            opened = open_stored(part, ring)
            continue
        with suppress(CannotOpen):
            words = notes.open_words(
                part.container, part.header, part.payload, ring.for_any(part.epochs), part.part
            )
            told.append((part.container, part.part, words))
    if opened is None:
        raise CannotOpen
    said = [words for _, sort, words in told if sort == report_language.PART]
    return opened_for_subjects(report, with_language(opened, said), told)


def opened_for_subjects(
    report: Report, opened: OpenedReport, told: Iterable[tuple[UUID, str, Mapping[str, Any]]]
) -> OpenedForSubjects:
    """Return an opened report with what is needed to add a subject.

    `told` are the decrypted parts beside the report itself, each with its container and kind.
    """
    ordered = sorted(told, key=lambda one: one[0])
    others = [
        (sort, words)
        for _, sort, words in ordered
        if sort in documents.PARTS and sort != subject_entries.PART
    ]
    entries = (
        subject_entries.read(part, report.id, words)
        for part, sort, words in ordered
        if sort == subject_entries.PART
    )
    decided = (
        link_decisions.read(report.id, words) for _, sort, words in ordered if sort == link_decisions.PART
    )
    texts = documents.texts_of_opened(report, opened, others)
    found = values.extract_of(report, texts)
    # messages of officers have no time of arrival
    said = [words for _, sort, words in ordered if sort == "message" and "arrived_at" in words]
    return OpenedForSubjects(
        report,
        opened,
        _account("\n".join([opened.narrative, *(str(words.get("text", "")) for words in said)]), found),
        subject_entries.links(one for one in entries if one is not None),
        tuple(one for one in decided if one is not None),
        found,
    )


def _why_not(mine: OpenedForSubjects) -> str:
    rules = load_pack(settings.PACK).behaviour
    if mine.report.outcome in rules.outcomes:
        return NO_BEHAVIOUR
    if rules.is_only_who(mine.account, language=mine.opened.language):
        return ONLY_WHO
    return ""


def _needs_behaviour(mine: OpenedForSubjects) -> bool:
    rules = load_pack(settings.PACK).behaviour
    return not rules.says_what_was_done(mine.account, language=mine.opened.language)


def _account(account: str, found: Extract) -> str:
    """Return an account without the values found in it, so that "Park Road" does not count as somebody parking."""
    for value in sorted(found.values, key=lambda one: -len(one.written)):
        account = account.replace(value.written, " ")
    return account


def _subjects(mine: OpenedForSubjects, by: Attendance) -> tuple[OfferedSubject, ...]:
    """Return likely subjects for a report, from reports that share values with it or are linked to it."""
    ring, here = by.keys(), mine.report.id
    with one_snapshot():
        keys = [*mine.found.keys, values.LINKED.format(here)]
        hits, _ = finding.look_up(keys, by=by, ring=ring)
        shared = seen_before.of_many(hits)
        hits = {key: refs - {here} for key, refs in hits.items()}
        decided = [one.other for one in mine.decided]
        likely = [ref for ref, _ in seen_before.proposed(hits, shared, decided)[:_MOST_REPORTS]]
        naming = hits.get(values.LINKED.format(here), set())
        near = finding.with_decisions({*likely, *naming}, by=by)
        known = {one.subject: one for one in mine.links}
        wanted = {one.link.subject for one in finding.links_in(near, ring)} | set(known)
        wanted -= {one.subject for one in known.values() if one.in_force}
        found = finding.reports_of_subjects(wanted, by=by) if wanted else {}
    same = _decided_same(mine, (one for one in near if one.report.id in naming), ring)
    offered = [
        one
        for subject, reports in found.items()
        if (one := _offered(subject, reports, mine, known.get(subject), same, shared)) is not None
    ]
    return tuple(sorted(offered, key=_first)[:MOST_SUBJECTS])


def _decided_same(mine: OpenedForSubjects, naming: Iterable[ReportParts], ring: Keyring) -> set[UUID]:
    """Return the reports decided to be about the same matter as this one, here or on the reports in `naming`."""
    decided = list(mine.decided)
    for one in naming:
        decided += link_decisions.made_on(one.report.id, one.parts, ring)
    now = {
        other: link_decisions.in_force(made)
        for other, made in link_decisions.between(mine.report.id, decided).items()
    }
    return {other for other, one in now.items() if one is not None and one.verdict is LinkVerdict.SAME}


def _offered(
    subject: UUID,
    reports: Sequence[LinkedReport],
    mine: OpenedForSubjects,
    known: SubjectLink | None,
    same: set[UUID],
    shared: Mapping[str, int],
) -> OfferedSubject | None:
    linked = [one for one in reports if one.link.in_force and one.report.id != mine.report.id]
    if not linked:
        return None
    held = tuple(value for one in linked for value in one.link.values)
    rules = load_pack(settings.PACK).matching
    found = compare(mine.found, extract_of_values(held), rules, shared)
    if found is None and known is None and not same & {one.report.id for one in linked}:
        return None
    refused = None
    if known is not None and known.verdict is SubjectMove.NOT_SAME:
        refused = next(one for one in reversed(known.entries) if one.move is SubjectMove.NOT_SAME)
    return OfferedSubject(
        linked[0].link.id,
        subject,
        linked[0].link.kind,
        name_of(linked[0].link.kind, held),
        held,
        tuple((one.report.id, short_name(one.report.id)) for one in linked),
        found,
        refused,
    )


def extract_of_values(held: Iterable[SubjectValue]) -> Extract:
    """Return a subject's values as an extract, for comparison with reports."""
    told = (ReportText(one.written, one.holds, one.source) for one in held)
    return replace(extract(told, load_pack(settings.PACK).matching), sketch=(), shingles=frozenset())


def _first(one: OfferedSubject) -> tuple[bool, bool, str]:
    return one.refused is not None, one.found is None, one.name
