"""Detect text in a notice that is copied from a report, in plain Python."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from heedline.specialist_desks.material.notice_rules.content import NoticeContent

#: So many words in a row are no coincidence.
RUN: Final = 6
_WORD = re.compile(r"[^\W_]+")


def written_words(content: NoticeContent) -> tuple[str, ...]:
    """Return the free text that an examiner wrote in a notice."""
    said = [content.reasons, content.warning, content.terms_clause]
    said += [one.reason for one in content.grounds]
    said += [one.description for one in content.items]
    return tuple(one for one in said if one)


def repeats(written: Iterable[str], reported: Iterable[str]) -> bool:
    """Return whether a text and a report share `RUN` consecutive words, ignoring punctuation."""
    known = {run for text in reported for run in _runs(text)}
    return bool(known) and any(run in known for text in written for run in _runs(text))


def _runs(text: str) -> Iterable[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    return (tuple(words[start : start + RUN]) for start in range(len(words) - RUN + 1))
