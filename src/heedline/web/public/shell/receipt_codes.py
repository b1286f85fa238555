"""Receipt codes as people type them, either in the code box or by mistake in other text."""

from __future__ import annotations

import re

from heedline.casework.intake.receipt_codes import NotACode, ReceiptCode, parse

__all__ = ["ReceiptCode", "mentions_code", "typed_code"]

_IN_A_TEXT = re.compile(r"(?<![0-9A-Za-z])(?:[0-9A-Za-z]{4}[\s-]?){5}[0-9A-Za-z]{2}(?![0-9A-Za-z])")
_LOOK_ALIKE = str.maketrans("ILOU", "110V")


def typed_code(text: str) -> ReceiptCode | None:
    """Return the typed receipt code with one wrong character corrected, or None if it cannot be a code."""
    try:
        return parse(text)
    except NotACode:
        return None


def mentions_code(text: str) -> bool:
    """Return whether text contains a correct receipt code.

    Of other texts of that shape, one in a thousand is mistaken for a code.
    """
    for found in _IN_A_TEXT.finditer(text):
        symbols = re.sub(r"[\s-]", "", found.group()).upper().translate(_LOOK_ALIKE)
        try:
            ReceiptCode(symbols)
        except NotACode:
            continue
        return True
    return False
