"""View data for a report's answers.

Covers the account, the other answers, their language and a requested call-back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.conf import settings

from heedline.casework.access import session
from heedline.casework.contact import call_back, first_answers
from heedline.casework.contact.call_back import CallLine
from heedline.casework.contact.first_answers import FirstAnswerLine
from heedline.casework.intake import arrival_times
from heedline.casework.journey import call_taking
from heedline.casework.language.lines import TranslationLine, VersionLine, newest
from heedline.casework.report import answers, report_language
from heedline.casework.report.answers import AnswerSection, open_answers, told_sections
from heedline.casework.report.opening import OpenedReport, kind_words
from heedline.casework.report.question_editions import as_asked, language_words, questions_of
from heedline.casework.report.report_language import LanguageHint
from heedline.intake.summary import record_rows
from heedline.packs import load_pack
from heedline.reports.models import Report

IDENTITY_WORDS = "Sealed. It can be opened only by this desk together with an authoriser from another team, and looks the same whether or not a name was given. Until then, the reporter can be contacted only through their code. Safe contact details (times, language, voicemail) are sealed with it and are shown first when it is opened."

#: For a request to an ordinary service, whose senders are not sources.
NAMED_WORDS = "The organisation gave its contact details with its request, among the answers. Nothing else about it is sealed apart."


@dataclass(frozen=True)
class CaseAnswers:
    """The decrypted answers of a report.

    `sections` are the answers other than the account. `as_seen` pairs the officers' wording of a question
    with the wording that the reporter saw, and is empty when they are the same. `pages` is the language of
    the pages from which the report was sent. `language` is the language in which it is written, if an officer
    has recorded one (`language_said`). `translation` is the newest translation of the account, and `call` the
    call asked for.
    """

    kind_words: str
    arrived_words: str
    narrative: str = field(repr=False)
    sections: tuple[AnswerSection, ...] = field(repr=False)
    identity_words: str
    guessable: bool
    young: bool  # the reporter said that they are under 18
    only_who: bool
    language: str
    language_words: str
    language_said: bool
    as_seen: tuple[tuple[str, str], ...] = ()
    pages: str = ""
    pages_words: str = ""
    pages_flag: str = ""
    hint: LanguageHint | None = None
    call: CallLine | None = None
    first_answer: FirstAnswerLine | None = None
    routed_words: str = ""  # why the report is not at the desk of its place
    call_taker: UUID | None = None  # the officer who took the report down, from a caller or a letter
    odd: bool = False  # a request says that something odd has happened, and nobody has said what became of it
    translation: VersionLine | None = field(repr=False, default=None)


def answers_of(
    report: Report,
    opened: OpenedReport,
    translations: Sequence[TranslationLine],
    at: datetime,
    *,
    odd: bool = False,
) -> CaseAnswers:
    """Return the answers of an opened report."""
    pack = load_pack(settings.PACK)
    arrived = arrival_times.read(opened.arrived_at)
    if arrival_times.is_day(opened.arrived_at):
        arrived_words = f"{arrived:%-d %B %Y}"
    else:
        arrived_words = f"{arrived.astimezone(session.office_zone()):%-d %B %Y, %H:%M}"
    return CaseAnswers(
        kind_words=_kind_words(report),
        arrived_words=arrived_words,
        narrative=opened.narrative,
        sections=(*_taken_down(opened), *told_sections(opened, report.question_set, report.kind)),
        identity_words=IDENTITY_WORDS if pack.is_confidential(report.kind) else NAMED_WORDS,
        guessable=opened.guessable,
        young=opened.young,
        call_taker=_call_taker(opened),
        only_who=pack.behaviour.only_who(opened.narrative, kind=report.kind, language=opened.language),
        language=opened.language,
        language_words=language_words(opened.language),
        language_said=opened.language_said,
        as_seen=_as_seen(opened, report.question_set, report.kind),
        pages=opened.pages,
        pages_words=language_words(opened.pages),
        pages_flag=report_language.pages_flag(opened.pages, web=opened.channel != "api"),
        hint=report_language.hint(
            report_language.guess_of(opened.narrative), opened.language, said=opened.language_said
        ),
        call=_call(report, opened, at),
        first_answer=first_answers.line_of(report, at),
        routed_words=_routed_words(opened.routed, report.kind),
        odd=odd,
        translation=newest(translations),
    )


#: Why a report is not at the desk of its place. Of a confidential report only the first is said: its place may not matter.
_ROUTED = {
    "too-few-people": "Fewer than two people could open it at the desk of its place, so it came here. The stewards are alerted.",
    "no-area": "Its postcode lies in no area that we know, so it came here. Find out where the site is.",
    "several-forces": "Its postcode lies in more than one area, so it came here. Find out where the site is.",
}


def _routed_words(code: str, kind: str) -> str:
    told = code == "too-few-people" or not load_pack(settings.PACK).is_confidential(kind)
    return _ROUTED.get(code, "") if told else ""


def _kind_words(report: Report) -> str:
    """Return the name of a report's kind, with the incident by whose form it was sent."""
    words = kind_words(report.kind)
    return f"{words}. Incident: {report.incident.name}" if report.incident is not None else words


def _as_seen(opened: OpenedReport, digest: str, kind: str) -> tuple[tuple[str, str], ...]:
    """Return the answered questions as pairs of the officers' wording and the reporter's wording.

    Empty when the two wordings are the same. It is also empty for reports sent through the API, whose
    senders state the language they write in and saw none of our pages.
    """
    if opened.channel != "web" or not language_words(opened.pages):
        return ()
    both = (questions_of(digest, kind), questions_of(digest, kind, opened.pages))
    given = open_answers(opened, digest, kind)
    rows = ([row for section in record_rows(qs, given) for row in section.rows] for qs in both if qs)
    return tuple((row.label, seen.label) for row, seen in zip(*rows, strict=True) if row.given)


def _taken_down(opened: OpenedReport) -> tuple[AnswerSection, ...]:
    """Return details of how the report was received, if an officer took it down."""
    rows = call_taking.contact_rows(opened.channel, opened.taken_down) if opened.taken_down else ()
    return (
        (AnswerSection("How the report was received", tuple((label, (text,)) for label, text in rows)),)
        if rows
        else ()
    )


def _call_taker(opened: OpenedReport) -> UUID | None:
    by = str(opened.taken_down.get("by", ""))
    return UUID(by) if by else None


def _call(report: Report, opened: OpenedReport, at: datetime) -> CallLine | None:
    """Return the call-back that the reporter asked for.

    It is recorded when the report is first read, which starts its clock.
    """
    asked = as_asked(report.question_set, report.kind)
    call = answers.wanted(opened.record.get("answers", {}), asked) if asked is not None else None
    return call_back.line_of(call, call_back.noted(report, call, at=at), at) if call is not None else None
