"""The details of log events in plain words, for overseers who do not know the codes.

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
from heedline.casework.oversight.log_view import NAMED
from heedline.casework.report.opening import short_name
from heedline.index.terms import SearchKind
from heedline.packs import load_pack
from heedline.web.office.report.report_words import act_words
from heedline.web.shell.report_bar import PRIORITIES

#: What each thing is called that an event may say. A test holds it against every event that is written.
LABELS = {
    "acknowledged": "Acknowledged",
    "company": "Company",
    "hits": "Matches",
    "passed": "Passed",
    "act": "Filter: act",
    "added": "Added",
    "answer": "Answer",
    "approved": "Approved",
    "asked_back": "Question asked back",
    "because": "Reason given",
    "bodies": "Reports included",
    "calls": "Calls",
    "capability": "Done without training for",
    "changed": "Content differs from the log",
    "checkpoint": "Size of the log when drawn",
    "closed": "Closed",
    "confirmed": "Conditions confirmed",
    "contact": "Visit or contact",
    "danger": "Danger to life",
    "discharge_asked": "Discharge asked for",
    "desk": "Filter: desk",
    "disposal": "Proposed disposal",
    "disposed": "Disposed of",
    "dissemination": "Disclosure",
    "drawn": "Reports selected",
    "earlier": "Earlier reports shown",
    "early": "Outside safe hours",
    "entries": "Entries of the interest register",
    "ended": "Ended",
    "epochs": "Number of keys",
    "failures": "Pages that failed",
    "file": "Exported as a file",
    "files": "Files",
    "from": "From",
    "generation": "Number of restores",
    "grantees": "People who can open it",
    "ground": "Ground",
    "group": "Retention group",
    "how": "How",
    "keys": "Keys included",
    "kind": "Kind",
    "language": "Language",
    "left_out": "Reports left out",
    "level": "Threat level",
    "link": "Subject of the report",
    "matches": "Reports that matched",
    "messages": "Messages",
    "minute": "Minute",
    "minutes": "Minutes",
    "move": "Step",
    "name": "Name",
    "new": "New reports",
    "next": "Next review",
    "note": "Note",
    "number": "Version",
    "officer": "Officer",
    "opened": "Reports opened",
    "outcome": "Outcome",
    "outward": "Reply to the reporter",
    "on_arrival": "Automatic, on arrival",
    "owner": "Owner",
    "offered_to": "Offered to",
    "owner_id": "Owner’s id",
    "page": "Page",
    "partner": "Partner",
    "parts": "Parts re-addressed",
    "plan": "Plan",
    "priority": "Priority",
    "reason": "Reason",
    "reasoned": "Reason for a broad search",
    "refused": "Filter: refused only",
    "registered": "Registered",
    "removed": "Removed",
    "reply": "Decision",
    "report": "Filter: report",
    "reports": "Reports",
    "request": "Request",
    "restored": "Reports reopened",
    "review_at": "Next review",
    "right": "Right",
    "role": "Role",
    "same": "Same reporter",
    "scope": "Where the level applies",
    "search": "Search",
    "second_steps": "Earlier second factors ended",
    "serial": "Key statement",
    "sha256": "Checksum",
    "shifts": "Shifts",
    "shown": "Results shown",
    "since": "Filter: from this day",
    "state": "List viewed",
    "step": "On-call step",
    "steps": "Pages sent",
    "supervisor": "Supervisor",
    "sweep": "Bulk closure",
    "swept": "Closed in bulk",
    "task": "Task",
    "terms": "Registered terms",
    "to": "To",
    "training": "Training",
    "until": "Until",
    "urgency": "Urgency stated",
    "untaken": "Dangers nobody has taken",
    "asleep": "Urgent reports where nobody is on duty",
    "urgent": "Sent before the second check",
    "verdict": "Verdict",
    "version": "Version",
    "view": "Page viewed",
    "way": "Unlocked with",
    "ways": "Ways to unlock that ended",
    "week": "Week",
    "why": "Reason",
    "without": "Filter: without own views of",
    **{code: f"Warned: {one}" for code, one in WARNINGS.items()},
}
_SUMS = 12


def more(said: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return an event's details as (label, text) pairs, omitting empty ones.

    `said` has the shape of `oversight.LogLine.detail`.
    """
    return [(_label(key, value), _value(key, value)) for key, value in said if value]


def _label(key: str, value: str) -> str:
    if key == "kind" and value in set(SearchKind):
        return "Kind of search"
    if key == "kind" and value in _codes()["kind"]:
        return "Kind of alarm"
    return LABELS.get(key, _plain(key))


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
    return _moment(value) or _id(value) or (value if key in NAMED else _plain(value))


@cache
def _codes() -> dict[str, dict[str, str]]:
    """Return the text for each code, by detail key.

    The text comes from the code base and the pack.
    """
    pack = load_pack(settings.PACK)
    kept = pack.retention
    holds = {code: one.words for code, one in kept.holds.items()}
    return {
        "answer": {code: one.words for code, one in kept.answers.items()},
        "because": {**CLEAR_REASONS, **EARLY_REASONS},
        "ground": GROUNDS,
        "group": {code: one.name for code, one in kept.groups.items()},
        "how": HOWS,
        "level": dict(pack.threat_level.levels),
        "kind": {kind: rule.words for kind, rule in every_kind()},
        "outcome": {code: one.words for code, one in pack.outcomes.items()},
        "partner": {code: one.name for code, one in pack.desks.items()},
        "priority": PRIORITIES,
        "reason": {**kept.keep_reasons, **kept.dispose_reasons, **holds},
        "right": dict(kept.rights),
        "to": {code: one.name for code, one in pack.desks.items()},
        "scope": dict(pack.threat_level.scopes),
        "training": {code: one.name for code, one in pack.trainings.by_code.items()},
    }


def _moment(value: str) -> str:
    """Return an ISO date or time as text in the office's time zone, or "" if the value is neither."""
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
    """Return the first few characters of an id, which are enough to match related log lines."""
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
