"""The identity bar and the tabs on every page of a report."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from heedline.casework.pages.case_file import CaseFile
from heedline.casework.pages.case_header import CaseHeader
from heedline.casework.pages.desk_tabs import DeskTab
from heedline.packs.urgency import Priority
from heedline.reports.lifecycle import Stage
from heedline.web.entrance import times
from heedline.web.shell.writing_words import also_open_words

STAGES = {
    Stage.WAITING: "Waiting to be taken",
    Stage.TAKEN: "Taken",
    Stage.ASSESSED: "Assessed",
    Stage.ACTING: "Being acted on",
    Stage.CLOSING: "Closing, waiting for comparison",
    Stage.CLOSED: "Closed",
}
PRIORITIES: dict[str, str] = {
    Priority.HIGH: "High",
    Priority.MEDIUM: "Medium",
    Priority.LOW: "Low",
    "": "Not assessed",
}
#: Pages of a report without a tab of their own.
_STANDS_UNDER = {
    "report-email": "report-answer",
    "report-trace": "report-identity",
    "report-file": "report-files",
    "report-original": "report-files",
    "report-note": "report-notes",
    "report-link": "report-seen",
    "report-subject": "report-subjects",
}


def facts_of(header: CaseHeader) -> list[dict[str, str]]:
    """Return the facts for the identity bar shown on every page of a report."""
    facts = [
        {"label": "Desk", "text": header.desk_name},
        {"label": "Stage", "text": STAGES[header.stage]},
        {"label": "Priority", "text": PRIORITIES[header.priority or ""]},
    ]
    if header.due_words:
        label = "To be taken" if header.stage is Stage.WAITING else "Next action"
        facts.append({"label": label, "text": header.due_words})
    if header.owner:
        facts.append({"label": "Owner", "text": "You" if header.mine else header.owner})
    if header.writing.until is not None and header.writing.writer:
        until = times.clock(header.writing.until)
        facts.append({"label": "Writing now", "text": f"{header.writing.writer}, until {until}"})
    if header.writing.also_open:
        facts.append({"label": "Also opened by", "text": also_open_words(header.writing.also_open)})
    return facts


def tabs_of(file: CaseFile, current: str, query: str, of_desks: Iterable[DeskTab]) -> list[dict[str, Any]]:
    """Return the tabs for a report.

    An action that is not possible now still has a page that says why.
    """
    header, call, first = file.header, file.answers.call, file.answers.first_answer
    pages = [
        ("report", "Report", 0),
        *([("report-danger", "Danger to life", 0)] if header.has_danger else []),
        ("report-ask", "Messages", len(file.messages.unread)),
        *([("report-answer", "First answer", 0 if first.done else 1)] if first else []),
        *([("report-call", "Call back", 0 if call.done else 1)] if call else []),
        *([("report-files", "Files", header.files)] if header.files else []),
        ("report-translation", "Translation", sum(one.waiting for one in file.messages.translations)),
        ("report-partners", "Partners", header.with_partners),
        *((tab.url, tab.text, tab.count) for tab in of_desks),
        ("report-seen", "Seen before", 0),
        ("report-subjects", "Subjects", sum(one.in_force for one in file.subjects)),
        *(
            [("report-matches", "Other desks", sum(one.to_answer for one in file.matches))]
            if file.matches
            else []
        ),
        ("report-notes", "Notes", len(file.history.notes)),
        *([("report-checks", "Checks", sum(one.is_missing for one in file.checks))] if file.checks else []),
        ("report-tasks", "Tasks", sum(one.is_open for one in file.history.tasks)),
        ("report-timeline", "Timeline", 0),
        ("report-hand-over", "Hand over", 0),
        ("report-reopen", "Reopen", 0) if header.stage is Stage.CLOSED else ("report-close", "Close", 0),
        *([("report-identity", "Source identity", 0)] if header.confidential else []),
        ("report-keeping", "Retention", 0),
        ("report-history", "Action log", 0),
    ]
    return [
        {
            "text": text,
            "href": reverse(name, kwargs={"ref": header.ref}) + query,
            "current": name == _STANDS_UNDER.get(current, current),
            "count": count,
        }
        for name, text, count in pages
    ]
