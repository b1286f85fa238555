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
from heedline.packs.tables import Table


def questions_of(digest: str, kind: str) -> QuestionSet | None:
    """The questions for officers: the pack's when they are the same edition, else the archived ones."""
    found = in_both(digest, kind)
    return found[0] if found else None


def in_both(digest: str, kind: str) -> tuple[QuestionSet, QuestionSet] | None:
    """The same, and then in the words that the reporter saw; one and the same where no translation was shown."""
    pack = load_pack(settings.PACK)
    if kind in pack.kinds:
        code = pack.kinds[kind].question_set
        first = load_question_set(pack, code, pack.first_language)
        for language in pack.languages:
            seen = load_question_set(pack, code, language)
            if seen.digest == digest:  # it names the original that goes with it as well
                return first, seen
    kept = QuestionSetArchive.objects.filter(digest=digest).values_list("canonical", flat=True).first()
    if kept is None:
        return None
    return read_archived(bytes(kept), Table, as_asked=False), read_archived(bytes(kept), Table)


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
    known = pack.languages.get(code)
    return known.english if known else code
