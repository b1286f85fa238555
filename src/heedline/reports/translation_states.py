"""The states of a translation task. Plain Python."""

from __future__ import annotations

from enum import StrEnum


class TranslationState(StrEnum):
    """The state of a translation task."""

    WAITING = "waiting"
    DONE = "done"
    DROPPED = "dropped"
