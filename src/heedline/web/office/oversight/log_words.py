"""The details of log events in plain words, for overseers, who do not know the codes.

These are the details besides who, what and where.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import cache
from uuid import UUID

from django.conf import settings

from heedline.casework.access.session import office_zone
from heedline.casework.contact.call_back import EARLY_REASONS, HOWS
from heedline.casework.contact.source_guard import WARNINGS
from heedline.casework.duty.alarm_kinds import every_kind
from heedline.casework.duty.alarms import CLEAR_REASONS
from heedline.casework.identity.requests import GROUNDS
from heedline.casework.report.opening import short_name
from heedline.packs import load_pack
from heedline.web.office.report.report_words import act_words
from heedline.web.shell.report_bar import PRIORITIES

#: What each thing is called that an event may say. A test holds it against every event that is written.
LABELS = {
    "acknowledged": "Acknowledged",
    "act": "Only this act",
    "added": "Added",
    "answer": "Answer",
    "approved": "Approved",
    "because": "Because",
    "bodies": "With the reports",
    "changed": "Differs from what the log names",
    "calls": "Calls",
    "capability": "For",
    "asked_back": "Asked a question back",
    "confirmed": "Conditions confirmed",
    "checkpoint": "Size of the log at the draw",
    "closed": "Closed",
    "danger": "Danger to life",
    "desk": "Only this desk",
    "disposal": "Proposal",
    "disposed": "Disposed of",
    "dissemination": "Sent to a partner as",
    "drawn": "Drawn",
    "early": "Before it was safe",
    "epochs": "Keys",
    "failures": "Could not be sent",
    "file": "Taken as a file",
    "from": "From",
    "generation": "Restored so often",
    "grantees": "People who can open it",
    "ground": "Ground",
    "group": "Kept as",
    "how": "How",
    "keys": "With the keys",
    "kind": "What",
    "language": "Language",
    "left_out": "Left as they were",
    "messages": "Messages",
    "minutes": "Minutes",
    "new": "New ones",
    "next": "Next review",
    "note": "Note",
    "number": "Version",
    "officer": "Officer",
    "opened": "Opened",
    "outcome": "Outcome",
    "outward": "To the reporter",
    "partner": "Partner",
    "owner": "Owner",
    "owner_id": "Owner’s id",
    "parts": "Parts",
    "priority": "Priority",
    "reason": "Reason",
    "refused": "Only what was refused",
    "report": "Only this report",
    "request": "Request",
    "restored": "Reopened",
    "review_at": "Next review",
    "right": "Right",
    "role": "Role",
    "same": "One reporter",
    "second_steps": "Second steps of before, ended",
    "plan": "Plan",
    "removed": "Removed",
    "serial": "Statement",
    "sha256": "Check sum",
    "shifts": "Shifts",
    "since": "From this day",
    "state": "Which list",
    "step": "Step",
    "steps": "Steps",
    "sweep": "Sweep",
    "swept": "Swept",
    "task": "Task",
    "terms": "Terms",
    "to": "To",
    "training": "Training",
    "until": "Until",
    "urgent": "Sent before it was read",
    "verdict": "Verdict",
    "version": "Version",
    "view": "Which view",
    "way": "Way to unlock",
    "ways": "Ways to unlock, ended",
    "week": "Week",
    "why": "Why",
    "without": "Without views of the log by",
    **{code: f"Warned: {one}" for code, one in WARNINGS.items()},
}
_SUMS = 12


def more(said: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return an event's details as (label, text) pairs, omitting empty ones.

    `said` has the shape of `oversight.LogLine.detail`.
    """
    return [(LABELS.get(key, _plain(key)), _value(key, value)) for key, value in said if value]


def _plain(code: str) -> str:
    return code.replace("_", " ").replace("-", " ").capitalize()


def _value(key: str, value: str) -> str:
    if value in {"True", "False"}:
        return "Yes" if value == "True" else "No"
    if key in _IN_WORDS:
        return _IN_WORDS[key](value)
    known = _codes().get(key, {})
    if value in known:
        return known[value]
    return _moment(value) or _id(value) or (value if key == "officer" else _plain(value))


@cache
def _codes() -> dict[str, dict[str, str]]:
    """Return the text for each code, by detail key. The text comes from the code base and the pack."""
    pack = load_pack(settings.PACK)
    kept = pack.retention
    holds = {code: one.words for code, one in kept.holds.items()}
    return {
        "answer": {code: one.words for code, one in kept.answers.items()},
        "because": {**CLEAR_REASONS, **EARLY_REASONS},
        "ground": GROUNDS,
        "group": {code: one.name for code, one in kept.groups.items()},
        "how": HOWS,
        "kind": {kind: rule.words for kind, rule in every_kind()},
        "outcome": {code: one.words for code, one in pack.outcomes.items()},
        "partner": {code: one.name for code, one in pack.desks.items()},
        "priority": PRIORITIES,
        "reason": {**kept.keep_reasons, **kept.dispose_reasons, **holds},
        "right": dict(kept.rights),
        "to": {code: one.name for code, one in pack.desks.items()},
        "training": {code: one.name for code, one in pack.trainings.by_code.items()},
    }


def _moment(value: str) -> str:
    """Return a day, or a time in the office's time zone, or "" if the value is neither."""
    try:
        if len(value) == len("2026-11-25"):
            return f"{date.fromisoformat(value):%-d %B %Y}"
        return (
            f"{datetime.fromisoformat(value).astimezone(office_zone()):%-d %B %Y, %H:%M}"
            if "T" in value
            else ""
        )
    except ValueError:
        return ""


def _id(value: str) -> str:
    """Return the start of an id other than a report's, enough to match related log lines."""
    try:
        return str(UUID(value))[:8]
    except ValueError:
        return ""


def _reports(value: str) -> str:
    return ", ".join(short_name(UUID(one)) for one in value.split(", "))


_IN_WORDS: dict[str, Callable[[str], str]] = {
    "act": act_words,
    "opened": _reports,
    "report": _reports,
    "sha256": lambda value: f"{value[:_SUMS]}…",
}
