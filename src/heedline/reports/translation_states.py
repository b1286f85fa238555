"""The states of a translation task.

This is plain Python.
"""

from __future__ import annotations

from enum import StrEnum


class TranslationState(StrEnum):
    """The state of a translation task."""

    WAITING = "waiting"
    DONE = "done"
    DROPPED = "dropped"
