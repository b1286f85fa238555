"""The identity bar and the tabs on every page of a report."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from heedline.casework.pages.case_file import CaseFile
from heedline.casework.pages.desk_tabs import DeskTab
from heedline.reports.lifecycle import Stage
from heedline.reports.translation_states import TranslationState

STAGES = {
    "waiting": "Waiting to be taken",
    "taken": "Taken",
    "assessed": "Assessed",
    "acting": "Being acted on",
    "closed": "Closed",
}
PRIORITIES = {"high": "High", "medium": "Medium", "low": "Low", "": "Not assessed"}
#: Pages of a report without a tab of their own.
_STANDS_UNDER = {"report-trace": "report-identity"}


def facts_of(file: CaseFile) -> list[dict[str, str]]:
    """Return the facts for the identity bar on every page of a report."""
    facts = [
        {"label": "Desk", "text": file.desk_name},
        {"label": "Stage", "text": STAGES.get(file.stage, file.stage)},
        {"label": "Priority", "text": PRIORITIES.get(file.priority, file.priority)},
    ]
    if file.due_words:
        facts.append({"label": "Clock", "text": file.due_words})
    if file.holder:
        held = "You have this" if file.mine else f"{file.holder} has this"
        facts.append({"label": "Held", "text": f"{held} until {file.lease_words}"})
    return facts


def tabs_of(file: CaseFile, current: str, query: str, of_desks: Iterable[DeskTab]) -> list[dict[str, Any]]:
    """Return the tabs of a report. An action that is not possible now still has a page that says why."""
    pages = [
        ("report", "Report", 0),
        ("report-ask", "Messages", sum(1 for one in file.messages if one.new)),
        *([("report-call", "Call back", 0 if file.call.done else 1)] if file.call else []),
        (
            "report-translation",
            "Translation",
            sum(1 for one in file.translations if one.state == TranslationState.WAITING),
        ),
        ("report-partners", "Partners", file.with_partners),
        *((tab.url, tab.text, tab.count) for tab in of_desks),
        ("report-hand-over", "Hand over", 0),
        ("report-reopen", "Open again", 0) if file.stage == Stage.CLOSED else ("report-close", "Close", 0),
        ("report-identity", "Who sent it", 0),
        ("report-keeping", "Keeping", 0),
        ("report-history", "History", 0),
    ]
    return [
        {
            "text": text,
            "href": reverse(name, kwargs={"ref": file.ref}) + query,
            "current": name == _STANDS_UNDER.get(current, current),
            "count": count,
        }
        for name, text, count in pages
    ]
