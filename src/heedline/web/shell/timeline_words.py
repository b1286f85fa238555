"""Format the entries of a report's timeline for templates."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from heedline.casework.pages import timeline
from heedline.casework.pages.timeline import TimelineEntry, TimelineKind
from heedline.reports.lifecycle import Move
from heedline.web.shell.report_steps import MOVES, code_words, move_words

#: How a report may have reached the service.
CHANNELS = {
    "web": "Public site",
    "api": "Another service",
    "phone": "By phone",
    "counter": "At a counter",
    "letter": "By letter",
    "email": "By email",
}
KINDS = {
    TimelineKind.MOVE: "Assessment and stages",
    TimelineKind.MESSAGE: "Messages",
    TimelineKind.NOTE: "Notes",
    TimelineKind.TASK: "Tasks",
    TimelineKind.CALL: "Calls",
    TimelineKind.HAND_OVER: "Handovers",
    TimelineKind.DISCLOSURE: "Disclosures to partners",
}
_WHAT: dict[str, str] = {
    **{str(move): text for move, text in MOVES.items()},
    timeline.ARRIVED: "Received",
    timeline.FROM_REPORTER: "Message from the reporter",
    timeline.NOTE: "Note",
    timeline.CORRECTED: "Note corrected",
    timeline.TASK_SET: "Task set",
    timeline.TASK_DONE: "Task done",
    timeline.TASK_CANCELLED: "Task cancelled",
    timeline.CHECKED: "Disclosure checked by a second officer",
    timeline.SENT: "Disclosure sent",
    timeline.RECEIVED: "Disclosure opened by the partner",
    timeline.ANSWERED: "Partner replied",
    timeline.ENDED: "Disclosure ended",
    Move.ASK: "Message to the reporter",
    Move.DISSEMINATE: "Disclosure written",
}
#: Entries whose author is already named by the title.
_ANONYMOUS = frozenset({timeline.ARRIVED, timeline.FROM_REPORTER})


def timeline_entries(entries: Iterable[TimelineEntry], kind: str) -> list[dict[str, Any]]:
    """Return the timeline entries of a report of this kind, each with a title, person, time and labelled codes and text."""
    return [
        {
            "title": move_words(Move.CALL, one.codes) if one.what == Move.CALL else _WHAT[one.what],
            "by": "" if one.what in _ANONYMOUS else one.by,
            "when": one.when_words,
            "codes": _codes(one, kind),
            "words": list(one.words),
            "message": one.kind is TimelineKind.MESSAGE,
            "unread": ("unread", "yes") in one.codes,
        }
        for one in entries
    ]


def _codes(one: TimelineEntry, kind: str) -> list[tuple[str, str]]:
    said = dict(one.codes)
    own = [("Channel", CHANNELS.get(said["channel"], said["channel"]))] if "channel" in said else []
    own += [("Partner", said["partner-name"])] if "partner-name" in said else []
    return [*own, *code_words(one.codes, kind)]
