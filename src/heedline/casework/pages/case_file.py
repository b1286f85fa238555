"""One report, opened for one officer: what was told, what was decided, what was said, who looked. Logged before it returns."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.audit.models import Event
from heedline.casework.access.session import Attendance, Keyring
from heedline.casework.contact import call_back
from heedline.casework.contact.call_back import CallLine
from heedline.casework.errors import NotHere
from heedline.casework.identity.lines import IdentityRequestLine
from heedline.casework.journey import call_taking
from heedline.casework.language.lines import TranslationLine, VersionLine, newest, translation_lines
from heedline.casework.pages.case_lines import (
    LAST_REQUEST,
    LAST_TRACE,
    MESSAGES,
    STEPS,
    TRANSLATION_TEXTS,
    TRANSLATIONS,
    WITH_PARTNERS,
    MessageLine,
    StepLine,
    message_lines,
    request_line,
    step_lines,
)
from heedline.casework.report import answers, conflict_terms, notes, report_language, restrictions
from heedline.casework.report.answers import AnswerSection, open_answers, told_sections
from heedline.casework.report.opening import (
    OpenedReport,
    open_stored,
    received_words,
    short_name,
    with_language,
)
from heedline.casework.report.question_editions import as_asked, language_words, questions_of
from heedline.casework.report.report_language import LanguageHint
from heedline.casework.report.verb import on_the_record, standing_of
from heedline.desks.models import TAKE_NO_REPORTS, Desk, Officer
from heedline.dispatch.clocks import due_words, is_overdue, slot_end, slot_of
from heedline.intake.summary import record_rows
from heedline.packs import load_pack
from heedline.permits.capabilities import Capability
from heedline.permits.gate import Refused
from heedline.permits.rules import Standing
from heedline.permits.scopes import reports_of
from heedline.reports.lifecycle import TURNS, Move, NotNow, Stage, after
from heedline.reports.models import Report
from heedline.reports.stored import parts_of
from heedline.vault import CannotOpen

#: The moves that a page offers, the capability each needs, and its label.
OFFERED: tuple[tuple[Move, Capability, str], ...] = (
    (Move.TAKE, Capability.TAKE, "Take this report"),
    (Move.ASSESS, Capability.ASSESS, "Assess"),
    (Move.ASK, Capability.ASK, "Ask the reporter"),
    (Move.DISSEMINATE, Capability.DISSEMINATE, "Write to a partner"),
    (Move.HAND_OVER, Capability.HAND_OVER, "Hand over"),
    (Move.CLOSE, Capability.CLOSE, "Close"),
    (Move.RELEASE, Capability.RELEASE, "Give back to the desk"),
    (Move.REOPEN, Capability.REOPEN, "Reopen"),
)
FOR_DANGER_ONLY = (
    "Until then you can save only that somebody may be in danger. Hand anything else to a colleague."
)
IDENTITY_WORDS = "Sealed. It opens only with this desk and an authoriser of another team, and looks the same whether a name was given or not. Until then they are reached through their code only. How to reach them safely otherwise (times, language, voicemail) is sealed with it, and stands first when it is opened."


@dataclass(frozen=True)
class MoveLine:
    """A move that the page offers, or the reason why not now; both, where it is offered for danger only."""

    move: str
    label: str
    allowed: bool
    reason: str


@dataclass(frozen=True)
class CaseFile:
    """All that the page of a report shows."""

    ref: UUID
    short: str
    version: int
    kind: str
    kind_words: str
    desk_name: str
    desk_code: str
    stage: str
    turn: str
    received_words: str
    arrived_words: str
    due_words: str
    overdue: bool
    urgency: str
    priority: str
    danger_to_life: bool | None
    guessable: bool
    only_who: bool
    language: str
    language_words: str
    language_said: bool
    pages: str
    pages_words: str
    pages_flag: str
    hint: LanguageHint | None
    channel: str
    narrative: str = field(repr=False)
    told: tuple[AnswerSection, ...] = field(repr=False)
    as_seen: tuple[tuple[str, str], ...]
    moves: tuple[MoveLine, ...]
    holder: str | None
    mine: bool
    lease_words: str
    steps: tuple[StepLine, ...]
    messages: tuple[MessageLine, ...] = field(repr=False)
    withdraw_asked: bool
    identity_words: str
    status: str
    outcome: str
    asked: IdentityRequestLine | None
    traced: IdentityRequestLine | None
    call: CallLine | None = None
    translations: tuple[TranslationLine, ...] = field(repr=False, default=())
    repeat_note: str = ""
    restricted: bool = False
    with_partners: int = 0

    @property
    def translation(self) -> VersionLine | None:
        """The newest translation of the account."""
        return newest(self.translations)

    def may(self, move: str) -> bool:
        """True when that move is offered now."""
        return any(line.allowed for line in self.moves if line.move == move)


def _zone() -> ZoneInfo:
    return ZoneInfo(settings.OFFICE_ZONE)


def _as_seen(opened: OpenedReport, digest: str, kind: str) -> tuple[tuple[str, str], ...]:
    """Each question that was answered, for officers and in the words that the reporter saw; none where these are one.

    Who sends through the API says in which language they write, and has seen no page of ours.
    """
    if opened.channel != "web" or not language_words(opened.pages):
        return ()
    both = (questions_of(digest, kind), questions_of(digest, kind, opened.pages))
    answers = open_answers(opened, digest, kind)
    rows = ([row for section in record_rows(qs, answers) for row in section.rows] for qs in both if qs)
    return tuple((row.label, seen.label) for row, seen in zip(*rows, strict=True) if row.given)


def _taken_down(opened: OpenedReport) -> tuple[AnswerSection, ...]:
    """How it reached us, when an officer took it down for somebody else."""
    rows = call_taking.contact_rows(opened.channel, opened.taken_down) if opened.taken_down else ()
    return (
        (AnswerSection("How it reached us", tuple((label, (text,)) for label, text in rows)),) if rows else ()
    )


def _moves(report: Report, by: Attendance, at: datetime, *, restricted: bool) -> tuple[MoveLine, ...]:
    standing = standing_of(report, by.officer_id, at)
    lines = []
    for move, capability, label in OFFERED:
        reason = ""
        try:
            after(Stage(report.stage), move)
            by.require(capability, report.desk_id, report.watch_id, standing=standing)
            if move in {Move.HAND_OVER, Move.DISSEMINATE} and restricted:
                reason = restrictions.RESTRICTED
            if move is Move.TAKE and standing.mine:
                continue
        except NotNow as not_now:
            if move in {Move.REOPEN, Move.RELEASE, Move.TAKE}:
                continue
            reason = not_now.reason
        except Refused as refused:
            reason = refused.reason
        in_danger = move is Move.ASSESS and bool(reason) and _for_danger_only(report, standing, by)
        if in_danger:
            reason = f"{reason} {FOR_DANGER_ONLY}"
        lines.append(MoveLine(move, label, in_danger or not reason, reason))
    return tuple(lines)


def _for_danger_only(report: Report, standing: Standing, by: Attendance) -> bool:
    """Whether nothing but a training keeps them from assessing: that somebody is in danger they may say all the same."""
    try:
        after(Stage(report.stage), Move.ASSESS)
        by.require(Capability.ASSESS, report.desk_id, report.watch_id, standing=standing, excused=True)
    except (NotNow, Refused):
        return False
    return True


def _parts(report: Report, ring: Keyring) -> tuple[OpenedReport, dict[UUID, dict[str, Any]]]:
    """Open the report and everything written about it. Raises CannotOpen when the report itself does not open."""
    opened: OpenedReport | None = None
    words: dict[UUID, dict[str, Any]] = {}
    said: list[dict[str, Any]] = []
    for part in parts_of([report.id], ~Q(part="identity")):
        if part.part == "report":
            opened = open_stored(part, ring)
            continue
        words[part.container] = {}
        with suppress(CannotOpen):
            words[part.container] = notes.open_words(
                part.container, part.header, part.payload, ring.for_any(part.epochs), part.part
            )
            if part.part == report_language.PART:
                said.append(words[part.container])
    if opened is None:
        raise CannotOpen
    return with_language(opened, said), words


def _what_they_told(report: Any, opened: OpenedReport, words: Mapping[UUID, Mapping[str, Any]]) -> list[Any]:
    """What the reporter told, then and since, and what translators made of it; not what officers wrote."""
    theirs = [row["container"] for row in report.said if not row["from_us"]]
    theirs += [row["container"] for row in report.translated]
    told = [opened.record.get(part) for part in ("narrative", "answers", "place_text", "postcode")]
    return [*told, *(dict(words.get(UUID(one), {})) for one in theirs)]


def _reports(by: Attendance) -> QuerySet[Report]:
    return reports_of(by.desk_ids).select_related("desk", "holder")


def _theirs[R: Report](report: R | None, by: Attendance, capability: Capability) -> R:
    """The report, if they found it and may use `capability` on it. Raises NotHere and Refused."""
    if report is None:
        raise NotHere
    by.require(capability, report.desk_id, report.watch_id)
    return report


def kind_of(ref: UUID, *, by: Attendance) -> str:
    """Which kind of report this is, so that a form can be read; opens nothing. Raises NotHere."""
    kind = reports_of(by.desk_ids).filter(pk=ref).values_list("kind", flat=True).first()
    if kind is None:
        raise NotHere
    return kind


def case_file(ref: UUID, *, by: Attendance, at: datetime) -> CaseFile:
    """Return a report, opened. Raises NotHere for every report that is not theirs, Locked and CannotOpen.

    The look is in the log before this returns. The reporter's messages stay new: `conversation.mark_read` ends that.
    """
    with on_the_record(Act.REPORT_READ, by=by, ref=ref):
        rows = (
            _reports(by)
            .select_related("desk", "holder", "call_back")
            .annotate(
                made=STEPS,
                said=MESSAGES,
                last_request=LAST_REQUEST,
                last_trace=LAST_TRACE,
                asked_translations=TRANSLATIONS,
                translated=TRANSLATION_TEXTS,
                with_partners=WITH_PARTNERS,
                restricted=Exists(restrictions.restricting().filter(report=OuterRef("pk"))),
            )
        )
        found = rows.filter(pk=ref).first()
        report = _theirs(found, by, Capability.READ_REPORT)
    with on_the_record(Act.REPORT_READ, by=by, ref=ref):
        opened, words = _parts(report, by.keys())
    shown = conflict_terms.words_in(_what_they_told(report, opened, words))
    with transaction.atomic():
        conflict_terms.record_look(Act.REPORT_READ, shown, by=by, report=report.id, desk=report.desk_id)
    translations = translation_lines(report.id, report.asked_translations, report.translated, words, at)
    messages = message_lines(report.id, report.said, words, translations)
    pack = load_pack(settings.PACK)
    leased = report.holder_id is not None and report.lease_until is not None and report.lease_until > at
    arrived = datetime.fromisoformat(opened.arrived_at).astimezone(_zone())
    return CaseFile(
        ref=report.id,
        short=short_name(report.id),
        version=report.version,
        kind=report.kind,
        kind_words=pack.kinds[report.kind].name if report.kind in pack.kinds else report.kind,
        desk_name=report.desk.name,
        desk_code=report.desk.code,
        stage=report.stage,
        turn=TURNS[Stage(report.stage)],
        received_words=received_words(report),
        arrived_words=f"{arrived:%-d %B %Y, %H:%M}",
        due_words=due_words(report.due_at, at, _zone()) if report.due_at is not None else "",
        overdue=report.due_at is not None and is_overdue(report.due_at, at),
        urgency=report.urgency,
        priority=report.priority,
        danger_to_life=report.danger_to_life,
        guessable=opened.guessable,
        only_who=pack.behaviour.only_who(opened.narrative, kind=report.kind, language=opened.language),
        language=opened.language,
        language_words=language_words(opened.language),
        pages=opened.pages,
        pages_words=language_words(opened.pages),
        pages_flag=report_language.pages_flag(opened.pages, web=opened.channel != "api"),
        language_said=opened.language_said,
        hint=report_language.hint(opened.narrative, opened.language, said=opened.language_said),
        channel=report.channel,
        narrative=opened.narrative,
        told=(*_taken_down(opened), *told_sections(opened, report.question_set, report.kind)),
        as_seen=_as_seen(opened, report.question_set, report.kind),
        moves=_moves(report, by, at, restricted=report.restricted),
        holder=report.holder.name if leased and report.holder is not None else None,
        mine=report.holder_id == by.officer_id,
        lease_words=f"{report.lease_until.astimezone(_zone()):%H:%M}"
        if leased and report.lease_until
        else "",
        steps=step_lines(report.made, words),
        messages=messages,
        withdraw_asked=report.withdraw_asked,
        identity_words=IDENTITY_WORDS,
        status=report.status,
        outcome=report.outcome,
        asked=request_line(report.last_request, by=by, at=at),
        traced=request_line(report.last_trace, by=by, at=at),
        call=_call(report, opened, at),
        translations=translations,
        restricted=report.restricted,
        with_partners=len(report.with_partners),
    )


def _call(report: Report, opened: OpenedReport, at: datetime) -> CallLine | None:
    """The call that the reporter asks for: noted with the first reading, so that its clock runs."""
    asked = as_asked(report.question_set, report.kind)
    call = answers.wanted(opened.record.get("answers", {}), asked) if asked is not None else None
    return call_back.line_of(call, call_back.noted(report, call, at=at), at) if call is not None else None


def other_desks(file: CaseFile) -> tuple[tuple[str, str], ...]:
    """The desks that this report could be handed to: codes and names."""
    desks = Desk.objects.exclude(kind__in=TAKE_NO_REPORTS).exclude(code=file.desk_code).order_by("name")
    return tuple(desks.values_list("code", "name"))


@dataclass(frozen=True)
class LookLine:
    """One line of the log about a report."""

    act: str
    by: str
    when_words: str
    refused: bool


def when_logged(act: str, at: datetime) -> str:
    """When something stands in the log, for officers. Of an arrival no more than the day is shown: its time is a quarter
    hour, or midnight where the report had been taken before it was settled. What else is logged by the quarter hour says
    so: it looks like its first second."""
    there = at.astimezone(_zone())
    if act == Act.REPORT_ARRIVED:
        return f"{there:%-d %B %Y}"
    if at == slot_of(at):
        return f"{there:%-d %B %Y, %H:%M} to {slot_end(at).astimezone(_zone()):%H:%M}"
    return f"{there:%-d %B %Y, %H:%M}"


def history(ref: UUID, *, by: Attendance, at: datetime) -> tuple[str, tuple[LookLine, ...]]:
    """Return the report's short name and who looked at it or changed it, newest first. Itself a look. Raises NotHere."""
    with on_the_record(Act.HISTORY_READ, by=by, ref=ref):
        report = _theirs(_reports(by).filter(pk=ref).first(), by, Capability.SEE_HISTORY)
        journal.record(
            Act.HISTORY_READ, actor=by.officer_id, desk=report.desk_id, thing="report", thing_id=report.id
        )
    rows = list(Event.objects.filter(thing_id=ref).order_by("-id")[:500])
    names = dict(Officer.objects.filter(id__in={r.actor for r in rows if r.actor}).values_list("id", "name"))
    return short_name(ref), tuple(
        LookLine(
            act=row.act,
            by=names.get(row.actor, "The service") if row.actor is not None else "The service",
            when_words=when_logged(row.act, row.at),
            refused=row.outcome == "refused",
        )
        for row in rows
    )
