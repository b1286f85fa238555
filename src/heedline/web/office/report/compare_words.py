"""Formats two reports for reading beside each other, with the values that they share marked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from heedline.casework.pages.case_file import CaseFile
from heedline.casework.search.seen_before import EarlierReport
from heedline.web.shell.report_left import messages_of

#: A text as pieces in order, each with whether it is a shared value.
type MarkedText = list[tuple[str, bool]]


def sides(one: EarlierReport, file: CaseFile, other: CaseFile | None) -> list[dict[str, Any]]:
    """Return the template data for this report and, if it could be opened, the one compared with it.

    The other is left out if it could not be opened.
    """
    reasons = one.found.reasons if one.found is not None else ()
    found = [_side(file, "This report", [reason.mine for reason in reasons])]
    if other is not None:
        found.append(_side(other, f"Report {one.short}", [reason.theirs for reason in reasons]))
    return found


def _side(file: CaseFile, title: str, shared: Iterable[str]) -> dict[str, Any]:
    values = list(dict.fromkeys(filter(None, map(str.strip, shared))))
    pattern = _pattern(values)
    answers = file.answers
    texts = [
        answers.narrative,
        *(line for part in answers.sections for _, lines in part.rows for line in lines),
    ]
    texts += [answers.translation.text] if answers.translation is not None else []
    said = messages_of(file.messages)
    whole = "\n".join([*texts, *(one["text"] for one in said)])
    return {
        "title": title,
        "header": file.header,
        "answers": answers,
        "contacts": file.contacts,
        "account": _marked(answers.narrative, pattern),
        "translation": _marked(answers.translation.text, pattern) if answers.translation is not None else [],
        "sections": [
            {
                "title": part.title,
                "rows": [(label, [_marked(line, pattern) for line in lines]) for label, lines in part.rows],
            }
            for part in answers.sections
        ],
        "messages": [one | {"text": _marked(one["text"], pattern)} for one in said],
        "elsewhere": [value for value in values if not _pattern([value]).search(whole)],
    }


def _pattern(values: Iterable[str]) -> re.Pattern[str]:
    """Return a regular expression that matches any of these values, with any whitespace between words."""
    longest_first = sorted(values, key=len, reverse=True)
    either = "|".join(r"\s+".join(map(re.escape, value.split())) for value in longest_first)
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)" if either else r"(?!)", re.IGNORECASE)


def _marked(text: str, shared: re.Pattern[str]) -> MarkedText:
    pieces: MarkedText = []
    at = 0
    for found in shared.finditer(text):
        pieces += [(text[at : found.start()], False), (found.group(), True)]
        at = found.end()
    pieces.append((text[at:], False))
    return [piece for piece in pieces if piece[0]]
