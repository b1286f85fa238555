"""The questions of a report as they were asked when it came: the pack's, or an archived edition.

A report may have been asked for in any language of the pack. Officers read the questions in the pack's first language, as
they stood when this translation of them was shown; the words that the reporter saw are kept beside them.
"""

from __future__ import annotations

from django.conf import settings

from heedline.intake.models import QuestionSetArchive
from heedline.intake.question_files import load_question_set, read_archived
from heedline.intake.questions import QuestionSet
from heedline.packs import load_pack
from heedline.packs.reading.tables import Table


def questions_of(digest: str, kind: str, language: str = "") -> QuestionSet | None:
    """The questions of that edition: the pack's when they are the same, else the archived ones.

    As officers read them, in the first language; or in another, as the reporter read them.
    """
    pack = load_pack(settings.PACK)
    spoken = language if language in pack.languages else pack.first_language
    if kind in pack.kinds:
        asked = load_question_set(pack, pack.kinds[kind].question_set, spoken)
        if asked.digest == digest:
            return asked
    kept = QuestionSetArchive.objects.filter(digest=digest).values_list("canonical", flat=True).first()
    return read_archived(bytes(kept), Table, language) if kept is not None else None


def as_asked(digest: str, kind: str) -> QuestionSet | None:
    """The questions for officers, or else the pack's present ones for this kind: where something is to be kept from
    sight, a guess is better than none."""
    pack = load_pack(settings.PACK)
    found = questions_of(digest, kind)
    if found is None and kind in pack.kinds:
        return load_question_set(pack, pack.kinds[kind].question_set)
    return found


def language_words(code: str) -> str:
    """A language as officers call it; a tag that the pack does not know stands as it is. "" for the pack's first."""
    pack = load_pack(settings.PACK)
    if not code or code == pack.first_language:
        return ""
    return pack.tongues.name(code)
