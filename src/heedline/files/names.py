"""Clean up file names sent by browsers and API clients, for display.

It is only ever shown. Objects in storage have random names, and the type of a file is read from its contents.
"""

from __future__ import annotations

import re
import unicodedata

#: Characters of a name. What is cut off is the middle, so that its end still says what it claims to be.
LONGEST_NAME = 100
_END = 20
NAMELESS = "file"
#: Cc control, Cf direction and joining, Cs lone surrogates, Co private, Cn unassigned, Zl and Zp line separators.
_NOT_SHOWN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_SEPARATORS = re.compile(r"[/\\]")


def shown_name(given: str) -> str:
    """Return a short display name without folders, control characters or direction marks."""
    last = _SEPARATORS.split(given)[-1][-4096:]
    kept = "".join(one for one in last if unicodedata.category(one) not in _NOT_SHOWN)
    name = " ".join(unicodedata.normalize("NFC", kept).split()).strip(". ")
    if not name:
        return NAMELESS
    if len(name) > LONGEST_NAME:
        name = f"{name[: LONGEST_NAME - _END - 1]}…{name[-_END:]}"
    return name
