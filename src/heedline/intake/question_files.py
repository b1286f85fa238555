"""Building a question set from a pack's files, with errors that name file and key."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from heedline.intake.questions import QuestionSet
    from heedline.packs.pack import Pack


def load_question_set(pack: Pack, code: str, language: str = "en") -> QuestionSet:
    """The question set `code` of this pack in that language; cached. PackError when the data is wrong."""
    raise NotImplementedError
