"""Question sets as they were when a report was submitted.

They come from the pack or from an archived edition. A report may have been made in any language of the
pack. Officers read the questions in the pack's first language, as they stood when this translation of
them was shown. The reporter's wording is kept beside them.
"""

from __future__ import annotations

from django.conf import settings

from heedline.intake.models import QuestionSetArchive
from heedline.intake.question_files import load_question_set, read_archived
from heedline.intake.questions import QuestionSet
from heedline.packs import load_pack
from heedline.packs.tables import Table


def questions_of(digest: str, kind: str, language: str = "") -> QuestionSet | None:
    """Return the question set with this digest, from the pack or the archive.

    It is the pack's if the two are the same. By default it is in the pack's first language, as officers read
    it. With `language` it is in the wording that the reporter read.
    """
    pack = load_pack(settings.PACK)
    spoken = language if language in pack.languages else pack.first_language
    if kind in pack.kinds:
        asked = load_question_set(pack, kind, spoken)
        if asked.digest == digest:
            return asked
    kept = QuestionSetArchive.objects.filter(digest=digest).values_list("canonical", flat=True).first()
    return read_archived(bytes(kept), Table, language) if kept is not None else None


def as_asked(digest: str, kind: str) -> QuestionSet | None:
    """Return the question set that a report was submitted with, or the pack's current set for its kind.

    Used where answers have to be hidden, so that an approximation is better than nothing.
    """
    pack = load_pack(settings.PACK)
    found = questions_of(digest, kind)
    if found is None and kind in pack.kinds:
        return load_question_set(pack, kind)
    return found


def language_words(code: str) -> str:
    """Return the name that officers use for a language.

    Returns "" for the pack's first language. An unknown tag is returned unchanged.
    """
    pack = load_pack(settings.PACK)
    if not code or code == pack.first_language:
        return ""
    return pack.tongues.name(code)
