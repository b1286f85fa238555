"""Reports that were told before: only a supervisor closes one that is linked to an earlier report, or may be.

Whether a report is a repeat is part of its assessment and sealed with it. Nothing in the clear says so.
"""

from __future__ import annotations

from collections.abc import Mapping

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
    """Return whether an assessment with these answers says that the report is or may be a repeat."""
    return load_pack(settings.PACK).assessment(kind).only_a_supervisor_closes(answers)


def not_at_once(kind: str, answers: Mapping[str, str]) -> None:
    """Raise NotNow if a repeat would be assessed and closed in one step."""
    if is_repeat(kind, answers):
        raise NotNow(f"{_SUPERVISOR} Save the assessment without closing it.", about="closing")


def permit_closing(found: FoundReport) -> None:
    """Raise Refused for anybody but a supervisor if the last assessment says that the report is or may be a repeat.

    An assessment that does not open counts as one that says so.
    """
    kind = found.report.kind
    if not any(choice.supervisor_closes for choice in load_pack(settings.PACK).assessment(kind).choices):
        return
    assessed = Step.objects.filter(report=found.report, move=Move.ASSESS).exclude(note=None)
    note = assessed.order_by("-number").values_list("note", flat=True).first()
    if note is None or not _says_so(found, note):
        return
    try:
        found.permit(Capability.CLOSE_REPEAT)
    except Refused:
        raise Refused(_SUPERVISOR) from None


def _says_so(found: FoundReport, note: object) -> bool:
    ring = found.by.keys()
    for part in parts_of([found.report.id], Q(container=note)):
        try:
            words = notes.open_words(
                part.container, part.header, part.payload, ring.for_any(part.epochs), part.part
            )
        except CannotOpen:
            return True
        return is_repeat(found.report.kind, {label: str(value) for label, value in words.items()})
    return True
