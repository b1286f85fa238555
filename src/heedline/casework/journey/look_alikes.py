"""Compares similar reports, to find those that must not be closed in bulk.

Works in memory on opened reports and stores nothing. A word is shared if more than half of the group has it.
A word that is not shared is marked. A number, a name, a date or a place among these words excludes the
report, and so does a marked word (`closing_rules`), whether shared or not. It bars too much rather than too little: any
word with a capital counts as a name, and in a script without capitals any word does. The report of a child never
leaves in bulk, because two officers close it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings

from heedline.casework.journey import closing_rules
from heedline.casework.report import answers
from heedline.casework.report.opening import OpenedReport
from heedline.index import near_duplicates
from heedline.packs import load_pack
from heedline.packs.rules.look_alikes import sentences
from heedline.reports.models import Report

_WORD = re.compile(r"[^\W_]+(?:[-.'’@/][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Piece:
    """A passage of a report's text, and whether it differs from the other reports in the group."""

    text: str = field(repr=False)
    differs: bool


@dataclass(frozen=True, slots=True)
class ToldText:
    """The text of a report, as used to compare it with others.

    `account` is the text by which it is grouped, and `whole` also contains every answer. `child` is True if an answer says
    that somebody is a child, and `odd` if a request says that something odd has happened.
    """

    account: str = field(repr=False)
    whole: str = field(repr=False)
    language: str
    child: bool
    odd: bool = False


def told_text(opened: OpenedReport, report: Report) -> ToldText:
    """Return the text of an opened report.

    If it has no account, it is grouped by its answers.
    """
    rows = [
        f"{label}: {line}"
        for section in answers.told_sections(opened, report.question_set, report.kind)
        for label, lines in section.rows
        for line in lines
        if line.strip() != opened.narrative.strip()
    ]
    whole = "\n".join(filter(None, [opened.narrative, *rows]))
    child = closing_rules.names_child(opened, (), report)
    return ToldText(opened.narrative or whole, whole, opened.spoken, child, opened.odd)


class Compared:
    """The texts of a group of similar reports, compared with each other."""

    def __init__(self, told: Mapping[UUID, ToldText]) -> None:
        self._told = told
        counted = Counter(word for one in told.values() for word in {*_keys(one.whole)})
        self._shared = {word for word, number in counted.items() if 2 * number > len(told)}

    def pieces(self, ref: UUID) -> list[Piece]:
        """Split a report's whole text into passages shared with the group and words that are not shared."""
        text, found, at = self._told[ref].whole, list[Piece](), 0
        for word in _WORD.finditer(text):
            if word.group().casefold() not in self._shared:
                if word.start() > at:
                    found.append(Piece(text[at : word.start()], differs=False))
                found.append(Piece(word.group(), differs=True))
                at = word.end()
        if at < len(text):
            found.append(Piece(text[at:], differs=False))
        return found

    def same_words(self) -> list[list[UUID]]:
        """Return the reports with the same words together, each text once: those that are barred first, then by what differs."""
        texts: dict[str, list[UUID]] = {}
        for ref, one in self._told.items():
            texts.setdefault(
                " ".join(one.whole.casefold().split()) + f" {one.language} {one.child}", []
            ).append(ref)
        return sorted(
            texts.values(),
            key=lambda refs: (not self.bar(refs[0]), -sum(one.differs for one in self.pieces(refs[0]))),
        )

    def sentence(self, ref: UUID) -> str:
        """Return the sentence for which a report is barred, or "" if no single sentence is the reason."""
        whole = self._told[ref].whole
        if marked := closing_rules.marked_in([whole]):
            return marked[0].sentence
        return next(
            (
                sentence
                for sentence in sentences(whole)
                if any(
                    _is_fact(word) and word.casefold() not in self._shared for word in _WORD.findall(sentence)
                )
            ),
            "",
        )

    def bar(self, ref: UUID) -> str:
        """Return the `bulk_close.WHY` code that excludes this report from bulk closure, or "" if none does."""
        told = self._told[ref]
        if told.odd:
            return "odd"
        if told.child or closing_rules.marked_in([told.whole]):
            return "marked"
        if not load_pack(settings.PACK).look_alikes.knows(told.language):
            return "language"
        own = [one.text for one in self.pieces(ref) if one.differs]
        return "own-fact" if any(_is_fact(word) for word in own) else ""


def _keys(text: str) -> Sequence[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def _is_fact(word: str) -> bool:
    """Return whether a word may be a number, a name, a date or a place."""
    pack = load_pack(settings.PACK)
    return (
        any(sign.isdigit() or sign in ".@/" for sign in word)
        or any(sign.isupper() or (sign.isalpha() and sign.lower() == sign.upper()) for sign in word)
        or pack.look_alikes.is_date(word)
        or bool(pack.areas.forces_of_place(word))
    )


def barred(told: Mapping[UUID, ToldText]) -> dict[UUID, str]:
    """Return the reports that cannot be closed in bulk with the others, with the code of the reason for each.

    Reports that resemble none of the others are "alone". If the other reasons leave only one report, it is "alone" as
    well.
    """
    grouped = near_duplicates.groups((ref, one.account) for ref, one in told.items())
    alike = grouped[0] if grouped else []
    found = {ref: "alone" for ref in told if ref not in alike}
    compared = Compared({ref: told[ref] for ref in alike})
    for ref in alike:
        if because := compared.bar(ref):
            found[ref] = because
    left = [ref for ref in alike if ref not in found]
    return found | {ref: "alone" for ref in left if len(left) == 1}
