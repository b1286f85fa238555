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

#: Key and value in an assessment that somebody made who may close repeats.
_AS, _A_SUPERVISOR = "assessed_as", "supervisor"
_SUPERVISOR = (
    "There may be an earlier report of the same. Only a supervisor closes this one, with the reason, or takes that back by "
    "assessing it again."
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

    A later assessment that says otherwise changes nothing unless a supervisor made it, with the reason: an officer could take
    the answer back and close the report. An assessment that does not open counts as one that says so.
    """
    kind = found.report.kind
    if not any(choice.supervisor_closes for choice in load_pack(settings.PACK).assessment(kind).choices):
        return
    assessed = (
        Step.objects.filter(report=found.report, move=Move.ASSESS).exclude(note=None).order_by("number")
    )
    wanted = [note for note in assessed.values_list("note", flat=True) if note is not None]
    if not wanted or not _one_says_so(found, wanted):
        return
    try:
        found.permit(Capability.CLOSE_REPEAT)
    except Refused:
        raise Refused(_SUPERVISOR) from None


def assessed_as(found: FoundReport) -> dict[str, str]:
    """Return what an assessment says inside its seal of who made it: that they may close repeats, or nothing."""
    try:
        found.by.require(Capability.CLOSE_REPEAT, found.report.desk_id)
    except Refused:
        return {}
    return {_AS: _A_SUPERVISOR}


def _one_says_so(found: FoundReport, wanted: Sequence[UUID]) -> bool:
    """Return whether any of these sealed assessments says that the report is or may be a repeat.

    They are given in order, and one by a supervisor that says otherwise takes back those before it. An assessment that is
    missing or cannot be decrypted counts as one that says so, and nobody takes that back.
    """
    ring = found.by.keys()
    parts = {part.container: part for part in parts_of([found.report.id], Q(container__in=wanted))}
    if len(parts) < len(set(wanted)):
        return True
    says_so = False
    for container in wanted:
        part = parts[container]
        try:
            words = notes.open_words(
                part.container, part.header, part.payload, ring.for_any(part.epochs), part.part
            )
        except CannotOpen:
            return True
        if is_repeat(found.report.kind, {label: str(value) for label, value in words.items()}):
            says_so = True
        elif words.get(_AS) == _A_SUPERVISOR:
            says_so = False
    return says_so
