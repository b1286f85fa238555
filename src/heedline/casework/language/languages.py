"""The language of a report, as chosen by the reporter, detected, or recorded by an officer.

The page language and the officer's choice are stored sealed. The detected language is a hint, worked out
when an officer opens the report. It is never stored and decides nothing (`packs.text.tongues`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance
from heedline.casework.report import notes
from heedline.casework.report.report_language import PART, said_last
from heedline.casework.report.verb import FoundReport, find, record, verb
from heedline.packs import load_pack
from heedline.permits.capabilities import Capability
from heedline.reports.stored import parts_of


def _said(found: FoundReport) -> list[Mapping[str, Any]]:
    ring = found.by.keys()
    return [
        notes.open_words(one.container, one.header, one.payload, ring.for_any(one.epochs), one.part)
        for one in parts_of([found.report.id], Q(part=PART))
    ]


@verb(Act.LANGUAGE_SAID)
def say(ref: UUID, language: str, *, by: Attendance, at: datetime) -> None:
    """Record the language in which a report is written.

    The latest entry counts. Raises NotHere, Refused, Locked, and ValueError for a language that the pack
    does not know.
    """
    found = find(ref, by=by, at=at)
    found.permit(Capability.TRANSLATE)
    note(found, language)
    record(found, Act.LANGUAGE_SAID)


def note(found: FoundReport, language: str) -> None:
    """Seal and store the language that an officer chose for a report, unless it is already recorded.

    Raises ValueError for an unknown language.
    """
    if language not in load_pack(settings.PACK).tongues.known:
        raise ValueError("a language that the pack does not know")
    before = _said(found)
    if said_last(before) != language:
        number = max((int(one["number"]) for one in before), default=0) + 1
        notes.seal(found, {"language": language, "number": number, "by": str(found.by.officer_id)}, part=PART)
