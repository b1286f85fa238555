"""Decrypted reports as frozen dataclasses.

Each view is logged before the report is returned. This module is the only one that opens sealed reports. A
page shows exactly the fields of its dataclass. A template cannot run queries, and so cannot reach another
report.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.conf import settings

from heedline.casework.access.keyring import Keyring
from heedline.casework.access.session import office_zone
from heedline.casework.errors import ChangedSinceArrival
from heedline.casework.intake import arrival_times
from heedline.casework.report import report_language
from heedline.intake.question_files import load_question_set
from heedline.packs import load_pack
from heedline.packs.slots import SLOT, slot_end, slot_of
from heedline.packs.text.tongues import Guess
from heedline.reports.models import Report
from heedline.reports.stored import StoredPart
from heedline.vault import CannotOpen
from heedline.vault.containers import envelope
from heedline.vault.containers.container import Container

OPENING_LENGTH = 120
LOCKED_WORDS = "Unlock your keys to read this."
#: What made a gate slow a report down, in words for who reads it. It says nothing of whether the report is true.
HINTS = {"box-filled": "A hidden box was filled in"}
CLOSED_WORDS = "Your keys cannot open this."


def unowned_danger(report: Report) -> bool:
    """Return whether this open report is a danger that nobody owns."""
    return report.rank == 0 and report.owner_id is None


def due_of(report: Report, opened: OpenedReport | None) -> datetime | None:
    """Return a report's deadline, which for a danger that nobody has taken counts from the arrival inside the seal.

    The row knows only the quarter hour, and a page of an unlocked session is the only place where the exact time is used. One
    that arrived as a quarter hour ended may be stored in the next, which its row then keeps. If danger was told after that
    quarter hour, or the report was reopened, the row's deadline stands.
    """
    if report.due_at is None or report.slot is None or opened is None or not unowned_danger(report):
        return report.due_at
    if arrival_times.is_day(opened.arrived_at):
        return report.due_at
    arrived = arrival_times.read(opened.arrived_at)
    allowed = load_pack(settings.PACK).priorities["danger"].seen_within
    of_arrival = report.due_at == slot_end(report.slot) + allowed
    return arrived + allowed if of_arrival and slot_end(arrived) in _ends(report.slot) else report.due_at


def _ends(slot: datetime) -> tuple[datetime, datetime]:
    """Return the ends of a stored report's quarter hour and of the one before, in either of which it may have arrived."""
    return slot_end(slot), slot_of(slot)


def danger_first(report: Report, opened: OpenedReport | None) -> tuple[bool, float]:
    """Return the sort key that puts the dangers that nobody owns first, by their deadlines (`due_of`), and keeps other orders.

    One that these keys cannot open may have arrived at any time of its quarter hour. It stands as if it had been the first.
    """
    due = due_of(report, opened) if unowned_danger(report) else None
    if due is not None and opened is None:
        due -= SLOT
    return due is None, due.timestamp() if due is not None else 0


#: Letters and digits of a short name: five bytes in base 32.
SHORT_NAME = 8


def short_name(ref: UUID) -> str:
    """Return a report's human-readable reference, derived from its random id.

    It has seven letters and digits in groups. It says nothing about when or where the report was made.
    """
    letters = base64.b32encode(ref.bytes).decode()[:SHORT_NAME]
    return f"{letters[:4]}-{letters[4:]}"


def ids_of_reference(written: str) -> tuple[UUID, UUID] | None:
    """Return the first and last id that a typed reference can stand for, or None if it is not a reference.

    The hyphen may be missing, and 0 and 1 stand for O and I.
    """
    letters = re.sub(r"[\s-]", "", written.upper()).translate({ord("0"): "O", ord("1"): "I"})
    if not re.fullmatch(rf"[A-Z2-7]{{{SHORT_NAME}}}", letters):
        return None
    start = base64.b32decode(letters)
    left = 16 - len(start)
    return UUID(bytes=start + bytes(left)), UUID(bytes=start + b"\xff" * left)


@dataclass(frozen=True)
class OpenedReport:
    """The decrypted content of a report."""

    record: dict[str, Any] = field(repr=False)
    arrived_at: str
    channel: str
    language: str
    taken_down: dict[str, Any] = field(repr=False, default_factory=dict)
    routed: str = ""
    """Why the report was sent to its first desk, as a code of `RouteDecision.because`."""
    files: tuple[Mapping[str, Any], ...] = field(repr=False, default=())
    """The manifest of the files sent with the report."""
    hints: tuple[str, ...] = ()
    pages: str = ""
    """The language of the pages from which the report was sent.

    `language` is the one an officer recorded, if there is one.
    """
    language_said: bool = False
    translated: str = field(repr=False, default="")
    """The newest translation of the account, or "" if there is none."""

    @property
    def narrative(self) -> str:
        return str(self.record.get("narrative", ""))

    @cached_property
    def guess(self) -> Guess | None:
        """Return the apparent language of the account, judging by its opening."""
        return report_language.guess_of(self.narrative[: report_language.HINT_LENGTH])

    @property
    def spoken(self) -> str:
        """Return the language code that a screen reader should use for the account."""
        return report_language.spoken(self.guess, self.language, said=self.language_said)

    @property
    def guessable(self) -> bool:
        return bool(self.record.get("guessable", False))

    @property
    def young(self) -> bool:
        """Return whether the reporter said that they were under 18."""
        return bool(self.record.get("young", False))

    @property
    def odd(self) -> bool:
        """Return whether a request for an ordinary service says that something odd has happened."""
        return self._says_yes("odd")

    @property
    def subject_young(self) -> bool:
        """Return whether the reporter said that the person they are worried about is under 18."""
        return self._says_yes("subject_young")

    def _says_yes(self, role: str) -> bool:
        pack, kind = load_pack(settings.PACK), str(self.record.get("kind"))
        if kind not in pack.kinds:
            return False
        step, name = load_question_set(pack, kind).roles.get(role, ("", ""))
        return bool(self.record.get("answers", {}).get(step, {}).get(name) == "yes")


def open_report(
    container: UUID, header: bytes, payload: bytes, epochs: Iterable[UUID], ring: Keyring
) -> OpenedReport:
    """Decrypt a report's container with the keys of this session.

    Raises CannotOpen, also for what was sealed as a report and is not one.
    """
    told = envelope.open_object(
        Container(header, payload),
        ring.for_any(epochs),
        installation=settings.INSTALLATION,
        container_id=container,
        part="report",
    )
    try:
        found = OpenedReport(
            told["record"],
            told["arrived_at"],
            told["channel"],
            told["language"],
            told.get("taken_down", {}),
            str(told.get("routed", "")),
            tuple(told.get("files", ())),
            tuple(told.get("hints", ())),
        )
    except (KeyError, TypeError):
        raise CannotOpen from None
    answers = found.record.get("answers", {}) if isinstance(found.record, dict) else None
    if not isinstance(answers, dict) or not all(isinstance(one, dict) for one in found.files):
        raise CannotOpen
    return found


def open_stored(part: StoredPart, ring: Keyring) -> OpenedReport:
    """Decrypt a stored report.

    Raises CannotOpen, and ChangedSinceArrival if the stored content has been replaced.
    """
    if part.changed:
        raise ChangedSinceArrival
    return open_report(part.container, part.header, part.payload, part.epochs, ring)


def object_in(part: StoredPart, ring: Keyring) -> dict[str, Any]:
    """Decrypt a stored part that holds a JSON object, without checking whether it has been replaced.

    Raises CannotOpen.
    """
    return envelope.open_object(
        Container(part.header, part.payload),
        ring.for_any(part.epochs),
        installation=settings.INSTALLATION,
        container_id=part.container,
        part=part.part,
    )


# --- the queue -------------------------------------------------------------------------------------------------------


def kind_words(kind: str) -> str:
    """Return the display name of a kind of report from the pack, or the kind itself if not listed."""
    kinds = load_pack(settings.PACK).kinds
    return kinds[kind].name if kind in kinds else kind


def first_words(narrative: str, length: int = OPENING_LENGTH) -> str:
    """Return the beginning of a report's account, on one line of at most `length` characters."""
    line = " ".join(narrative.split())
    return line if len(line) <= length else line[: length - 1] + "…"


def received_words(report: Report) -> str:
    """Return a report's date of arrival as display text.

    Includes the quarter hour until somebody has taken the report.
    """
    if report.slot is None:
        return f"{report.received_on:%-d %B %Y}"
    return f"{report.slot.astimezone(office_zone()):%-d %B, %H:%M}"


def with_language(
    opened: OpenedReport, said: Iterable[Mapping[str, Any]], translated: str = ""
) -> OpenedReport:
    """Return the report with its last recorded language and its newest translation."""
    language = report_language.said_last(said)
    return replace(
        opened,
        language=language or opened.language,
        pages=opened.language,
        language_said=bool(language),
        translated=translated,
    )
