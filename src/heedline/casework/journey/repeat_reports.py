"""Restricts the closing of repeat reports to supervisors.

Whether a report is a repeat is part of its assessment and sealed with it. Nothing in the clear says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from heedline.casework.report import notes
from heedline.casework.report.verb import FoundReport
from heedline.packs import load_pack
from heedline.permits.capabilities import Capability
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import Move, NotNow
from heedline.reports.models import Step
from heedline.reports.stored import parts_of
from heedline.vault import CannotOpen

_SUPERVISOR = (
    "There may be an earlier report of the same. Only a supervisor closes this one, with the reason."
)


def is_repeat(kind: str, answers: Mapping[str, str]) -> bool:
    """Return whether these assessment answers say that the report is or may be a repeat."""
    return load_pack(settings.PACK).assessment(kind).only_a_supervisor_closes(answers)


def not_at_once(kind: str, answers: Mapping[str, str]) -> None:
    """Raise NotNow if a repeat report would be assessed and closed in one step."""
    if is_repeat(kind, answers):
        raise NotNow(f"{_SUPERVISOR} Save the assessment without closing it.", about="closing")


def permit_closing(found: FoundReport) -> None:
    """Raise Refused if the report is or may be a repeat and the officer is not a supervisor.

    A later assessment that says otherwise changes nothing: an officer could take the answer back and close the report.
    An assessment that does not open counts as one that says so.
    """
    kind = found.report.kind
    if not any(choice.supervisor_closes for choice in load_pack(settings.PACK).assessment(kind).choices):
        return
    assessed = Step.objects.filter(report=found.report, move=Move.ASSESS).exclude(note=None)
    wanted = [note for note in assessed.values_list("note", flat=True) if note is not None]
    if not wanted or not _one_says_so(found, wanted):
        return
    try:
        found.permit(Capability.CLOSE_REPEAT)
    except Refused:
        raise Refused(_SUPERVISOR) from None


def _one_says_so(found: FoundReport, wanted: Sequence[UUID]) -> bool:
    """Return whether any of these sealed assessments says that the report is or may be a repeat.

    An assessment that is missing or cannot be decrypted counts as one that does.
    """
    ring = found.by.keys()
    parts = list(parts_of([found.report.id], Q(container__in=wanted)))
    for part in parts:
        try:
            words = notes.open_words(
                part.container, part.header, part.payload, ring.for_any(part.epochs), part.part
            )
        except CannotOpen:
            return True
        if is_repeat(found.report.kind, {label: str(value) for label, value in words.items()}):
            return True
    return len(parts) < len(wanted)
