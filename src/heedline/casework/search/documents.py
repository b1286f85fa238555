"""The texts of a report that are indexed and quoted in search results.

These are the account and the other typed answers, messages, translations, officers' notes and reasons, and what was sent
to partners and answered. Never in it: the identity, the contact details of a reporter, the number and times of a
call-back, and how a caller sounded.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Window

from heedline.casework.access.keyring import Keyring
from heedline.casework.errors import ChangedSinceArrival
from heedline.casework.report.conflict_terms import words_in
from heedline.casework.report.opening import OpenedReport, object_in, open_stored
from heedline.casework.report.question_editions import questions_of
from heedline.casework.search import link_decisions, subject_entries
from heedline.desk_hooks.register import Hook
from heedline.index import Document, SealedIndex
from heedline.index.words import forms_of, words_of
from heedline.intake import loops
from heedline.intake.questions import FieldKind, QuestionSet
from heedline.reports.models import Report
from heedline.reports.stored import StoredPart, parts_column, parts_in, parts_of_sorts
from heedline.vault import CannotOpen

#: What reading a report raises if it is not as it was written, or was never written by this program.
UNREADABLE: Final = (
    CannotOpen,
    ChangedSinceArrival,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)
#: Sorts of sealed parts that are searched, and what a hit in each is called.
PARTS = {
    "report": "Report",
    "message": "Message",
    "translation": "Translation",
    "note": "Note",
    "sent": "Disclosure to a partner",
    "answer": "Partner's answer",
    subject_entries.PART: "Subject",
}
#: What a hit in a note is called, by the first of these keys that the note has.
_NOTES = {
    "kind": "Log of a danger to life",
    "done_what": "Assessment",
    "closing": "Closing reason",
    "task": "Task",
    "done": "Completed task",
    "checks": "Further checks",
    "said": "Call back",
    "necessity": "Necessity of a disclosure",
    "hold": "Hold",
    "released": "Released hold",
    "reason": "Recorded reason",
}
#: The names of files, which stand in the report and its messages, and the words in them, which stand with what officers
#: are shown of a file since it was first opened.
FILE_NAME, FILE_WORDS = "file", "derivative-description"
_OF_FILES = {FILE_NAME: "Name of a file", FILE_WORDS: "Words in a file"}
#: Characters of the words of all files of a report that are searched.
_MOST_WORDS = 200_000
#: Keys of sealed JSON that hold no words, or words about the reporter.
_NO_WORDS = frozenset(
    {"salt", "voice", "by", "number", "at", "report", "kind", "format", "assessed_as", "decided_as", "files"}
    | {"matches", "check", "with"}  # "with" is whom an adviser spoke to at the organisation that asked
    | {"check"}
)
#: The key in the desk's copy of a message for the adviser that it names to an organisation. Such a message says nothing else.
NAMES_ADVISER = "adviser"
_OF_THE_CALLER = frozenset({"How the caller was", "What was heard behind them"})
#: Fields of a question set in which nobody types.
_CHOSEN = frozenset({FieldKind.CHOICE, FieldKind.CHOICES})


@dataclass(frozen=True)
class SearchedText:
    """A searchable text of a report.

    `part` is the kind of sealed part that contains it. `answered` is the question whose answer it is, as
    "step.field", and for a value of a subject what it holds.
    """

    part: str
    text: str = field(repr=False)
    answered: str = ""
    sha256: str = field(repr=False, default="")
    """The hash of the file, if this text is a file name."""
    note: str = ""
    """What a hit is called, if this is a note of one kind."""

    @property
    def where(self) -> str:
        return self.note or PARTS.get(self.part) or _OF_FILES[self.part]


def texts_of(
    report: Report, parts: Iterable[StoredPart], ring: Keyring, *, unread: list[str] | None = None
) -> tuple[SearchedText, ...]:
    """Return the searchable texts of a report, with the report itself first.

    A part that does not open is left out, and what it is called is added to `unread`. Raises CannotOpen and
    ChangedSinceArrival for the report itself.
    """
    return texts_of_opened(report, *opened_parts(parts, ring, unread=unread))


def opened_parts(
    parts: Iterable[StoredPart], ring: Keyring, *, unread: list[str] | None = None
) -> tuple[OpenedReport | None, list[tuple[str, Mapping[str, Any]]]]:
    """Return the decrypted report, if it is among these parts, and the other searched parts with their kinds.

    A part that does not open is left out, as in `texts_of`. Raises CannotOpen and ChangedSinceArrival for the report itself.
    """
    opened: OpenedReport | None = None
    others: list[tuple[str, Mapping[str, Any]]] = []
    for part in sorted(parts, key=lambda one: one.container):
        if part.part == "report":
            opened = open_stored(part, ring)
        elif part.part in PARTS or part.part == FILE_WORDS:
            try:
                others.append((part.part, object_in(part, ring)))
            except UNREADABLE:
                if unread is not None:
                    unread.append(PARTS.get(part.part, _OF_FILES[FILE_WORDS]))
    return opened, others


def texts_of_opened(
    report: Report, opened: OpenedReport | None, others: Iterable[tuple[str, Mapping[str, Any]]]
) -> tuple[SearchedText, ...]:
    """Return the searchable texts of a report that has already been decrypted.

    `others` are the texts written about it, each with the kind of its sealed part.
    """
    found = list(_of_report(report, opened)) if opened is not None else []
    order, left = [*PARTS, FILE_WORDS], _MOST_WORDS
    of_subjects: list[Mapping[str, Any]] = []
    for sort, told in sorted(others, key=lambda one: order.index(one[0])):
        if sort == subject_entries.PART:
            of_subjects.append(told)
            continue
        if sort == FILE_WORDS:
            words = str(told.get("text", ""))[:left]
            left -= len(words)
            found.append(SearchedText(FILE_WORDS, words))
            continue
        note = next((name for key, name in _NOTES.items() if key in told), "") if sort == "note" else ""
        found += [SearchedText(sort, text, note=note) for text in _of_part(sort, told)]
        if sort == "message":
            found += _names_of(told.get("files", ()))
    values = subject_entries.values_in(of_subjects)
    found += [SearchedText(subject_entries.PART, one.written, one.holds) for one in values]
    return tuple(one for one in found if one.text.strip())


#: The sealed parts that are searched, and the link decisions made on a report.
_SEARCHED: Final = (*PARTS, link_decisions.PART)
SEARCHED: Final = Q(part__in=_SEARCHED)


def searched_parts(reports: Iterable[UUID], *, words: bool = False) -> dict[UUID, list[StoredPart]]:
    """Return the searchable parts and link decisions of these reports, grouped by report.

    `words` adds those that hold the words of their files, which are long.
    """
    found: dict[UUID, list[StoredPart]] = {}
    for part in parts_of_sorts(reports, [*_SEARCHED, FILE_WORDS] if words else _SEARCHED):
        found.setdefault(part.report, []).append(part)
    return found


@dataclass(frozen=True)
class ReportsWithParts:
    """An ordered list of reports, with their searchable parts and the query's total count."""

    reports: tuple[Report, ...]
    parts: Mapping[UUID, Sequence[StoredPart]]
    number: int


def reports_with_parts(
    found: QuerySet[Report], *, first: int = 0, most: int | None = None, words: bool = False
) -> ReportsWithParts:
    """Return reports with their desk, owner and searchable parts in one query, newest first.

    `first` and `most` choose a page of them, and `words` adds the parts that hold the words of their files.
    """
    which = SEARCHED | Q(part=FILE_WORDS) if words else SEARCHED
    ordered: QuerySet[Any] = (
        found.select_related("desk", "owner")
        .annotate(number=Window(Count("id")), sealed=parts_column(which))
        .order_by("-received_on", "id")
    )
    rows = list(ordered[first : first + most] if most is not None else ordered)
    parts = {row.id: parts_in(row.id, row.sealed) for row in rows}
    return ReportsWithParts(tuple(rows), parts, rows[0].number if rows else 0)


def document(
    report: UUID, texts: Sequence[SearchedText], keys: Collection[str], forms_of_values: Iterable[str] = ()
) -> Document:
    """Return the content to be indexed for a report.

    `keys` and `forms_of_values` are those of its values (`values.py`).
    """
    words = [words_of(one.text) for one in texts]
    forms, begun = forms_of((one.text for one in texts), words)
    forms.update(forms_of_values)
    return Document(report, words, forms, keys, begun=begun)


def _names_of(manifest: Iterable[Mapping[str, Any]]) -> list[SearchedText]:
    return [SearchedText(FILE_NAME, str(one["name"]), sha256=str(one["sha256"])) for one in manifest]


def _of_report(report: Report, opened: OpenedReport) -> Iterator[SearchedText]:
    yield from _of_answers(report, opened)
    yield from _names_of(opened.files)


def _of_answers(report: Report, opened: OpenedReport) -> Iterator[SearchedText]:
    asked, answers = questions_of(report.question_set, report.kind), opened.record.get("answers", {})
    if asked is None:  # without the questions nobody can tell which answers are about the reporter
        yield SearchedText("report", opened.narrative)
        return
    if opened.narrative not in _of_contact(asked, answers):
        yield SearchedText("report", opened.narrative, ".".join(asked.narrative))
    for answered, text in typed_answers(asked, answers):
        yield SearchedText("report", text, answered)


def _of_contact(asked: QuestionSet, answers: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """Return the text that a reporter typed as contact details.

    It stands in for the account if they did not write one.
    """
    contact = (answers.get(step.slug, {}) for step in asked.steps if step.contact)
    return {said for values in contact for said in values.values() if isinstance(said, str)}


def typed_answers(asked: QuestionSet, answers: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield the text that a reporter typed, leaving out pages that ask about the reporter.

    Yields ("step.field", text).
    """
    about_them = _about_them(asked)
    for step in asked.steps:
        if step.slug in about_them:
            continue
        typed = [one.name for one in step.fields if one.kind not in _CHOSEN]
        for values in (answers.get(step.slug, {}), *(one.values for one in loops.items(answers, step.slug))):
            yield from (
                (f"{step.slug}.{name}", said) for name in typed if isinstance(said := values.get(name), str)
            )


def said_of_themselves(asked: QuestionSet, answers: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Yield a reporter's answers about themselves, which are never indexed or compared."""
    for slug in sorted(_about_them(asked)):
        yield from (said for said in answers.get(slug, {}).values() if isinstance(said, str))


def _about_them(asked: QuestionSet) -> set[str]:
    """Return the slugs of the question pages that ask about the reporter."""
    roles = {asked.roles.get(role, ("", ""))[0] for role in ("call_number", "who")}
    return roles | {step.slug for step in asked.steps if step.private or step.contact}


def _of_part(sort: str, told: Mapping[str, Any]) -> Iterator[str]:
    if sort == "message" and NAMES_ADVISER in told:
        return
    kept = {key: value for key, value in told.items() if key not in _NO_WORDS | _OF_THE_CALLER}
    if sort in ("message", "translation"):
        kept = {"text": told.get("text", "")}
    if "checks" in kept:
        kept = {"checks": [one.get("text", "") for one in told["checks"]]}
    yield from words_in(kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexVisit:
    """One batch of indexing at a desk, in an officer's session and inside its transaction.

    `identity` changes when the index is made anew, so a desk knows that its own things are no longer in it.
    """

    desk: UUID
    identity: UUID
    index: SealedIndex
    ring: Keyring
    officer: UUID
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskIndexing(Hook):
    """A specialist desk's additions to the index.

    `prepare` adds or updates the desk's own things. It returns False if more are left, and then no report is
    indexed in this batch. `report` returns further keys under which a report is found. `waits` says whether the
    desk with this id has something for `prepare`.
    """

    prepare: Callable[[IndexVisit], bool]
    report: Callable[[IndexVisit, Report, Sequence[SearchedText]], Sequence[str]]
    waits: Callable[[UUID], bool]
