"""Which language a report is in: what its pages were in, what it seems to be written in, and what an officer says it is.

The page's language and the officer's word stand sealed. The hint is worked out when an officer opens the report, kept
nowhere, and decides nothing (`packs.text.tongues`).
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
    """Say which language a report is written in; said again, the last one counts. Raises NotHere, Refused, Locked, and
    ValueError for a language that the pack does not know."""
    found = find(ref, by=by, at=at)
    found.permit(Capability.TRANSLATE)
    note(found, language)
    record(found, Act.LANGUAGE_SAID)


def note(found: FoundReport, language: str) -> None:
    """Keep, sealed, that this officer says so, unless it was said last already. ValueError for an unknown language."""
    if language not in load_pack(settings.PACK).tongues.known:
        raise ValueError("a language that the pack does not know")
    before = _said(found)
    if said_last(before) != language:
        number = max((int(one["number"]) for one in before), default=0) + 1
        notes.seal(found, {"language": language, "number": number, "by": str(found.by.officer_id)}, part=PART)
