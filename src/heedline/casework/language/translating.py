"""Translation of a report, a reporter's message or an outgoing reply.

Any officer who reads a report may request a translation. It is assigned to an officer who is confirmed
to speak the language, at the report's own desk or at the desk that watches it round the clock, because
nobody else has keys that open it. The original is kept as it was sent. The translation is stored beside
it, sealed and signed by the translator, and a correction is a further version. The language is not
stored in any table or log.

The order is `ask`, `ask_answer` or `arrivals.ask` → (`take`, `hand_on`) → `write` or `send`. `drop` cancels a request.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db.models import Count, Max, Q

from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance
from heedline.casework.contact import messages, source_guard
from heedline.casework.contact.source_guard import Despite
from heedline.casework.duty.alarm_kinds import AlarmEvent
from heedline.casework.duty.alarms import resolve
from heedline.casework.errors import Changed, NoRoom, NotHere
from heedline.casework.keys import session_signing
from heedline.casework.language import languages
from heedline.casework.people import skills
from heedline.casework.report import notes
from heedline.casework.report.verb import FoundReport, find, record, verb
from heedline.desks import duty_hours
from heedline.desks.models import Desk
from heedline.dispatch.clocks import minute_of
from heedline.intake.fields import tidy
from heedline.packs import load_pack
from heedline.permits.capabilities import Capability
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import Move, NotNow, Stage, after
from heedline.reports.models import Message, Report, Translation, TranslationText
from heedline.reports.stored import parts_of
from heedline.reports.translation_states import TranslationState
from heedline.vault import CannotOpen

#: How what was asked, and each version of a translation, is kept: a sealed part of the report.
PART = "translation"
#: Characters of a translation: what it is made of may be longer than a message.
LONGEST = 20_000


@dataclass(frozen=True)
class TranslationRequest:
    """A request for a translation.

    `message` is a message from the reporter. Without it, the report itself is to be translated.
    """

    language: str
    message: UUID | None = None
    note: str = ""


def clock(rank: int) -> timedelta:
    """Return the time allowed for a translation, by the urgency of its report."""
    return load_pack(settings.PACK).clock({0: "translate_danger", 1: "translate_soon"}.get(rank, "translate"))


# --- asking --------------------------------------------------------------------------------------------------------


@verb(Act.TRANSLATION_ASKED)
def ask(ref: UUID, wanted: TranslationRequest, *, by: Attendance, at: datetime) -> bool:
    """Request a translation of the report, or of a message from its reporter, into the office's language.

    Any officer who reads the report may request it. Returns whether it is assigned to somebody now. False
    means that nobody who could open the report speaks the language. Raises NotHere, Refused, Locked, and
    NotNow when the translation has already been requested.
    """
    found = find(ref, by=by, at=at)
    found.permit(Capability.TRANSLATE)
    _check(wanted.language)
    if wanted.message is not None and not _from_reporter(found, wanted.message):
        raise NotHere
    waiting = Translation.objects.filter(report_id=ref, outward=False, state=TranslationState.WAITING)
    if waiting.filter(message=wanted.message).exists():
        raise NotNow("This translation has already been requested.")
    if wanted.message is None:
        languages.note(found, wanted.language)  # whoever asks says which language it is
    return request(
        found, {"language": wanted.language, "note": wanted.note}, message=wanted.message, outward=False
    )


@verb(Act.TRANSLATION_ASKED)
def ask_answer(
    ref: UUID,
    text: str,
    language: str,
    *,
    template: str = "",
    read: Collection[UUID] = (),
    despite: Despite | None = None,
    version: int,
    by: Attendance,
    at: datetime,
) -> bool:
    """Request that a reply be translated into the reporter's language and sent by its translator.

    `text` is the English, signed by this officer and kept by the desk. `read` is as for `messages.ask`.
    Returns whether it is assigned to somebody now. Raises NotHere, Changed, Refused, NotNow, Locked and
    NoRoom.
    """
    text = tidy(text, lines=True)
    if len(text) > messages.LONGEST:
        raise NoRoom
    found = find(ref, by=by, at=at, version=version)
    found.permit(Capability.ASK)
    _check(language)
    after(Stage(found.report.stage), Move.ASK)  # what could not be sent now is not translated
    source_guard.must_be_weighed(found, text, despite)
    task = uuid4()
    voice = session_signing.speak(by.keys().voice, report=ref, message=task, on=at.date(), text=text)
    words = {"language": language, "note": "", "english": text, "template": template, "voice": voice}
    if despite is not None:
        words["despite"] = despite.reason
    messages.note_read(found, read)
    return request(found, words, message=None, outward=True, task=task)


def _check(language: str) -> None:
    pack = load_pack(settings.PACK)
    if language not in pack.tongues.known or language == pack.first_language:
        raise ValueError("a language that needs no translator, or that the pack does not know")


def _from_reporter(found: FoundReport, message: UUID) -> bool:
    return Message.objects.filter(id=message, report_id=found.report.id, from_us=False).exists()


def request(
    found: FoundReport,
    words: dict[str, Any],
    *,
    message: UUID | None,
    outward: bool,
    task: UUID | None = None,
    due_at: datetime | None = None,
) -> bool:
    """Store a request, and return whether it is assigned to somebody now. Must be called inside the verb's transaction."""
    report = found.report
    speaker = _choose(words["language"], _desks(report), found.at)
    Translation.objects.create(
        id=task or uuid4(),
        report_id=report.id,
        message_id=message,
        outward=outward,
        asked_words=notes.seal(found, words, part=PART),
        asked_by_id=found.by.officer_id,
        asked_on=found.at.date(),
        assigned_to_id=speaker,
        due_at=due_at or minute_of(found.at) + clock(report.rank),
    )
    by_itself = {"on_arrival": True} if words.get("on_arrival") else {}
    record(found, Act.TRANSLATION_ASKED, outward=outward, **by_itself)
    return speaker is not None


def _desks(report: Report) -> list[UUID]:
    """Return the desks whose members can open the report, with its own desk first."""
    return [report.desk_id, *([report.watch_id] if report.watch_id is not None else [])]


def _choose(language: str, desks: Iterable[UUID], at: datetime, *, but: UUID | None = None) -> UUID | None:
    """Return the officer to whom a translation is assigned, or None if nobody speaks the language.

    Officers on duty come first, then those with the fewest translations to make.
    """
    able = [officer for officer, _ in skills.speakers(language, desks) if officer != but]
    there = {one.officer for one in duty_hours.present(at)}
    busy = dict(
        Translation.objects.filter(state=TranslationState.WAITING, assigned_to_id__in=able)
        .values_list("assigned_to_id")
        .annotate(n=Count("id"))
    )
    return min(able, key=lambda one: (one not in there, busy.get(one, 0)), default=None)


# --- who does it ---------------------------------------------------------------------------------------------------


def _task(found: FoundReport, task: UUID) -> tuple[Translation, dict[str, Any]]:
    """Return the translation with its row locked, and the text of the request.

    Raises NotHere and CannotOpen.
    """
    row = Translation.objects.select_for_update().filter(id=task, report_id=found.report.id).first()
    if row is None:
        raise NotHere
    return row, asked_words(row, found.by)


def asked_words(row: Translation, by: Attendance) -> dict[str, Any]:
    """Return the decrypted text of a translation request.

    Raises Locked and CannotOpen.
    """
    ring = by.keys()
    for part in parts_of([row.report_id], Q(container=row.asked_words)):
        return notes.open_words(part.container, part.header, part.payload, ring.for_any(part.epochs), PART)
    raise CannotOpen


def _must_speak(found: FoundReport, words: dict[str, Any]) -> None:
    if not skills.speaks(found.by.officer_id, words["language"]):
        raise Refused("Only an officer whose knowledge of this language has been confirmed can do that.")


def _must_wait(row: Translation) -> None:
    if row.state != TranslationState.WAITING:
        raise NotNow("This translation has been withdrawn.")


@verb(Act.TRANSLATION_TAKEN)
def take(ref: UUID, task: UUID, *, holder: UUID | None, by: Attendance, at: datetime) -> None:
    """Take over a translation that is unassigned or assigned to another officer.

    `holder` is the officer it was assigned to when the page was built. Raises NotHere, Refused, Changed when
    it was reassigned in between, and NotNow when it is done.
    """
    found = find(ref, by=by, at=at)
    found.permit(Capability.TRANSLATE)
    row, words = _task(found, task)
    _must_wait(row)
    _must_speak(found, words)
    if row.assigned_to_id != holder:
        raise Changed("Somebody has since taken this translation.")
    row.assigned_to_id = by.officer_id
    row.save(update_fields=["assigned_to"])
    record(found, Act.TRANSLATION_TAKEN)
    resolve(AlarmEvent.GIVEN_ON, ref, by=by, at=at)


@verb(Act.TRANSLATION_HANDED_ON)
def hand_on(ref: UUID, task: UUID, to: UUID, *, by: Attendance, at: datetime) -> None:
    """Reassign a translation to another officer who speaks the language and can open the report.

    May be called by the assigned officer and by others who speak the language. Raises NotHere, Refused, and
    NotNow when the translation is done.
    """
    found = find(ref, by=by, at=at)
    found.permit(Capability.TRANSLATE)
    row, words = _task(found, task)
    _must_wait(row)
    if row.assigned_to_id != by.officer_id:
        _must_speak(found, words)
    if to not in dict(skills.speakers(words["language"], _desks(found.report))):
        raise Refused("They do not speak this language, or cannot open this report.")
    row.assigned_to_id = to
    row.save(update_fields=["assigned_to"])
    record(found, Act.TRANSLATION_HANDED_ON)
    resolve(AlarmEvent.GIVEN_ON, ref, by=by, at=at)  # so that the next one is called


@verb(Act.TRANSLATION_DROPPED)
def drop(ref: UUID, task: UUID, *, by: Attendance, at: datetime) -> None:
    """Cancel a translation request.

    Only the officer who made the request, or the one who holds the report, may do so. Raises NotHere,
    Refused and NotNow.
    """
    found = find(ref, by=by, at=at)
    found.permit(Capability.TRANSLATE)
    row, _ = _task(found, task)
    _must_wait(row)
    if by.officer_id not in {row.asked_by_id, found.report.owner_id}:
        raise Refused("Only the officer who requested it or the owner of the report can withdraw it.")
    _end(found, row, "dropped")
    record(found, Act.TRANSLATION_DROPPED)


def _end(found: FoundReport, row: Translation, state: str) -> None:
    row.state = state
    row.save(update_fields=["state"])
    more = Translation.objects.filter(report_id=found.report.id, state=TranslationState.WAITING).exists()
    resolve(AlarmEvent.GIVEN_ON if more else AlarmEvent.TRANSLATED, found.report.id, by=found.by, at=found.at)


def move_along(found: FoundReport, to: UUID) -> None:
    """Reassign waiting translations when a report is handed over to another desk.

    They are assigned among the officers who will be able to open the report. Must be called inside the
    transaction of the handover.
    """
    report = found.report
    desks = [to, *(one for one in (report.watch_id,) if one is not None and one != to)]
    if Desk.objects.filter(id=report.desk_id, round_the_clock=True).exists():
        desks.append(report.desk_id)
    for row in Translation.objects.select_for_update().filter(
        report_id=report.id, state=TranslationState.WAITING
    ):
        language = str(asked_words(row, found.by)["language"])
        if row.assigned_to_id not in dict(skills.speakers(language, desks)):
            row.assigned_to_id = _choose(language, desks, found.at)
            row.save(update_fields=["assigned_to"])


# --- translating ---------------------------------------------------------------------------------------------------


def _may_write(found: FoundReport, row: Translation, words: dict[str, Any]) -> None:
    _must_speak(found, words)
    if row.state == TranslationState.WAITING and row.assigned_to_id != found.by.officer_id:
        raise Refused("Take the translation first, so that two people do not work on it at once.")


@verb(Act.TRANSLATION_WRITTEN)
def write(ref: UUID, task: UUID, text: str, *, number: int, by: Attendance, at: datetime) -> None:
    """Store a translation of the report or of a reporter's message, or a corrected version of one.

    `number` is the number of the last version that the translator saw, or 0 for none. Raises NotHere,
    Refused, Changed, NotNow, Locked and NoRoom.
    """
    text = tidy(text, lines=True)
    if len(text) > LONGEST:
        raise NoRoom
    found = find(ref, by=by, at=at)
    found.permit(Capability.TRANSLATE)
    row, words = _task(found, task)
    if row.outward or row.state == TranslationState.DROPPED:
        raise NotNow("This translation has been withdrawn.")
    _may_write(found, row, words)
    last = TranslationText.objects.filter(translation=row).aggregate(n=Max("number"))["n"] or 0
    if last != number:
        raise Changed("Somebody has since saved another version.")
    voice = session_signing.speak(by.keys().voice, report=ref, message=task, on=at.date(), text=text)
    TranslationText.objects.create(
        report_id=ref,
        translation=row,
        number=last + 1,
        container=notes.seal(found, {"text": text, "voice": voice}, part=PART),
        by_id=by.officer_id,
        on=at.date(),
    )
    record(found, Act.TRANSLATION_WRITTEN, version=last + 1)
    if row.state == TranslationState.WAITING:
        _end(found, row, "done")


@verb(Act.TRANSLATION_WRITTEN)
def send(ref: UUID, task: UUID, text: str, *, by: Attendance, at: datetime) -> None:
    """Send a reply in the reporter's language, signed by its translator.

    The English is kept with the desk's copy. Raises NotHere, Refused, Locked, NoRoom, and NotNow, including
    when the report cannot be sent a message at present.
    """
    text = tidy(text, lines=True)
    if len(text) > messages.LONGEST:
        raise NoRoom
    found = find(ref, by=by, at=at)
    found.permit(Capability.TRANSLATE)
    row, words = _task(found, task)
    _must_wait(row)
    if not row.outward:
        raise NotNow("This is not a reply to the reporter.")
    _may_write(found, row, words)
    beside = {
        "english": words["english"],
        "language": words["language"],
        "despite": words.get("despite", ""),
        "asked": {"task": str(task), "on": row.asked_on.isoformat(), "voice": words["voice"]},
    }
    messages.send(found, text, beside=beside, translated=words["language"])
    record(found, Act.TRANSLATION_WRITTEN, outward=True)
    _end(found, row, "done")
