"""Messages for files that the viewer cannot show."""

from __future__ import annotations

from heedline.casework.attachments.deriving import BROKEN, CHANGED, sentence_of

_OWN = {
    CHANGED: "This file is not what was received. Do not rely on it, and tell a supervisor.",
    BROKEN: "This file cannot be shown. The original is kept sealed.",
}


def why_not_shown(failure: str) -> str:
    """Return the message telling an officer why a file is not shown."""
    return _OWN.get(failure) or sentence_of(failure) or _OWN[BROKEN]
