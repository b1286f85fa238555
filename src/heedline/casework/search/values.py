"""Values extracted from a report, used to find related reports.

The pack says which texts values are extracted from. Values about the reporter are never used.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from django.conf import settings

from heedline.casework.report.opening import OpenedReport
from heedline.casework.search import subject_entries
from heedline.casework.search.documents import SearchedText
from heedline.casework.search.link_decisions import LinkDecision
from heedline.index.extraction.extract import extract
from heedline.index.extraction.rules import OF_FILE
from heedline.index.extraction.values import Extract, ReportText
from heedline.packs import load_pack
from heedline.reports.lifecycle import Stage
from heedline.reports.models import Report

#: Parts beside the report itself in which values are read. What was sent to partners repeats it.
_READ = frozenset({"message", "translation", "note"})
#: Parts that officers write.
_OF_OFFICERS = frozenset({"note", subject_entries.PART})
#: The key under which a report is found that has a decision about another one.
LINKED = "link:{}"
#: The keys under which open reports are found whose sealed answers say that the reporter or the person is under 18, or that
#: something odd has happened. They are in the index and not in a column, which a thief of the database could read.
UNDER_18: Final = "fact:under-18"
ODD: Final = "fact:odd"


def extract_of(
    report: Report,
    texts: Iterable[SearchedText],
    *,
    indexed: bool = True,
    compared: bool = True,
    against: Extract | None = None,
) -> Extract:
    """Extract the values from a report's texts.

    Answers that the pack does not list are ignored. Unless `indexed`, the keys and the sketch are left out, and so are values
    of kinds that `against`, with which the report is compared, does not have. Unless `compared`,
    the runs of words are left out.
    """
    rules = load_pack(settings.PACK).matching
    return extract(_read(report, texts), rules, indexed=indexed, compared=compared, against=against)


def _read(report: Report, texts: Iterable[SearchedText]) -> Iterator[ReportText]:
    pack = load_pack(settings.PACK)
    kind = pack.kinds.get(report.kind)
    answers = pack.matching.answers.get(kind.code, {}) if kind is not None else {}
    for one in texts:
        if one.sha256:
            yield ReportText(f"{one.sha256} {one.text}", OF_FILE, one.where)
            continue
        holds = "text" if one.part in _READ else answers.get(one.answered, "")
        if one.part == subject_entries.PART:
            holds = one.answered
        if holds:
            yield ReportText(one.text, holds, one.where, one.part in _OF_OFFICERS)


def keys_of(found: Extract, decided: Iterable[LinkDecision]) -> list[str]:
    """Return the index keys of a report's values and of its link decisions."""
    return [*found.keys, *(LINKED.format(one.other) for one in decided)]


def facts_of(
    report: Report, opened: OpenedReport | None, others: Iterable[tuple[str, Mapping[str, Any]]]
) -> list[str]:
    """Return the keys of what an open report's sealed answers say (`UNDER_18`, `ODD`), given its other decrypted parts.

    Something odd no longer counts once an officer has said what became of it (`tasks.odd_things`).
    """
    if opened is None or report.stage == Stage.CLOSED:
        return []
    found = [UNDER_18] if opened.young or opened.subject_young else []
    # the task has True under this key, and its end the answer
    settled = any(part == "note" and isinstance(told.get("odd"), str) for part, told in others)
    return [*found, ODD] if opened.odd and not settled else found
