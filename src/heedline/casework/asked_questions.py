"""The questions of a report as they were asked when it came: the pack's, or an archived edition."""

from __future__ import annotations

from django.conf import settings

from heedline.intake.models import QuestionSetArchive
from heedline.intake.question_files import load_question_set, read_archived
from heedline.intake.questions import QuestionSet
from heedline.packs import load_pack
from heedline.packs.tables import Table


def questions_of(digest: str, kind: str) -> QuestionSet | None:
    """The questions as they were asked: the pack's when they are the same edition, else the archived ones."""
    pack = load_pack(settings.PACK)
    if kind in pack.kinds:
        asked = load_question_set(pack, pack.kinds[kind].question_set)
        if asked.digest == digest:
            return asked
    kept = QuestionSetArchive.objects.filter(digest=digest).values_list("canonical", flat=True).first()
    return read_archived(bytes(kept), Table) if kept is not None else None


def as_asked(digest: str, kind: str) -> QuestionSet | None:
    """The same, or else the pack's present questions for this kind: where something is to be kept from sight, a guess
    is better than none."""
    pack = load_pack(settings.PACK)
    found = questions_of(digest, kind)
    if found is None and kind in pack.kinds:
        return load_question_set(pack, pack.kinds[kind].question_set)
    return found
