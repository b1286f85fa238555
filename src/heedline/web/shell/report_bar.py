"""The bar of a report, its five places and the pages of the place that is open (ADR 167)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from heedline.casework.pages.case_file import CaseFile
from heedline.casework.pages.case_header import CaseHeader
from heedline.casework.pages.desk_tabs import DeskTab, ReportPlace
from heedline.packs.urgency import Priority
from heedline.reports.lifecycle import Move, Stage
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
#: Pages of a report that are not listed, and the listed page under which they stand.
_STANDS_UNDER = {
    "report-email": "report-answer",
    "report-trace": "report-identity",
    "report-file": "report-files",
    "report-original": "report-files",
    "report-note": "report-notes",
    "report-link": "report-seen",
    "report-subject": "report-subjects",
    "report-next-action": "report",
    "report-owner": "report-hand-over",
}


@dataclass(frozen=True, slots=True)
class ReportPage:
    """A page listed under a place of a report. `waits` says whether its count is work that waits for an officer."""

    url: str
    text: str
    count: int = 0
    waits: bool = False


def facts_of(header: CaseHeader) -> list[dict[str, str]]:
    """Return the facts for the identity bar shown on every page of a report."""
    facts = [
        {"label": "Desk", "text": header.desk_name},
        {"label": "Stage", "text": STAGES[header.stage]},
        {"label": "Priority", "text": PRIORITIES[header.priority or ""]},
    ]
    if header.due_words:
        label = "To be taken" if header.stage is Stage.WAITING else "Next action"
        facts.append({"label": label, "text": header.due_words, "late": "yes" if header.overdue else ""})
    if header.owner:
        facts.append({"label": "Owner", "text": "You" if header.mine else header.owner})
    if header.writing.until is not None and header.writing.writer:
        until = times.clock(header.writing.until)
        facts.append({"label": "Writing now", "text": f"{header.writing.writer}, until {until}"})
    if header.writing.also_open:
        facts.append({"label": "Also opened by", "text": also_open_words(header.writing.also_open)})
    return facts


def flags_of(file: CaseFile, query: str) -> list[dict[str, str]]:
    """Return what is special about a report, as flags of its bar. `kind` is the flag's class, and `href` may be ""."""
    header, answers = file.header, file.answers
    contacts = ", ".join(one.name for one in file.contacts if not one.released)
    flags = [
        (
            "danger" if header.in_danger else "",
            "Danger to life",
            "report-danger" if header.has_danger else "",
        ),
        ("need" if contacts else "", f"Contact first: {contacts}", "report-seen"),
        ("need" if header.planned else "", "Something planned", ""),
        ("need" if answers.young else "", "Reporter under 18", ""),
        ("need" if answers.guessable else "", "Protect the source", ""),
        ("need" if header.withdraw_asked else "", "Asks to withdraw", ""),
    ]
    return [
        {"kind": kind, "text": text, "href": _address(name, header, query) if name else ""}
        for kind, text, name in flags
        if kind
    ]


def pages_of(file: CaseFile, of_desks: Iterable[DeskTab]) -> dict[ReportPlace, list[ReportPage]]:
    """Return the pages of a report under each of its places.

    An action that is not possible now still has a page that says why.
    """
    header, call, first = file.header, file.answers.call, file.answers.first_answer
    translations = sum(one.waiting for one in file.messages.translations)
    pages = {
        ReportPlace.ASSESS: [
            ReportPage("report", "Report"),
            *([ReportPage("report-danger", "Danger to life")] if header.has_danger else []),
            *([ReportPage("report-files", "Files", header.files)] if header.files else []),
            ReportPage("report-translation", "Translation", translations, waits=True),
            *(
                [
                    ReportPage(
                        "report-checks", "Checks", sum(one.is_missing for one in file.checks), waits=True
                    )
                ]
                if file.checks
                else []
            ),
            *([ReportPage("report-identity", "Source identity")] if header.names_source else []),
        ],
        ReportPlace.MESSAGES: [
            ReportPage("report-ask", "Questions and replies", len(file.messages.unread), waits=True),
            *(
                [ReportPage("report-answer", "First answer", int(not first.done), waits=True)]
                if first
                else []
            ),
            *([ReportPage("report-call", "Call back", int(not call.done), waits=True)] if call else []),
        ],
        ReportPlace.LINKS: [
            ReportPage("report-seen", "Seen before"),
            ReportPage("report-subjects", "Subjects", sum(one.in_force for one in file.subjects)),
            *(
                [
                    ReportPage(
                        "report-matches",
                        "Other desks",
                        sum(one.to_answer for one in file.matches),
                        waits=True,
                    )
                ]
                if file.matches
                else []
            ),
        ],
        ReportPlace.TASKS: [
            ReportPage("report-tasks", "Tasks", sum(one.is_open for one in file.history.tasks), waits=True),
            ReportPage("report-notes", "Notes", len(file.history.notes)),
        ],
        ReportPlace.CLOSING: [
            ReportPage("report-hand-over", "Hand over"),
            ReportPage("report-partners", "Partners", header.with_partners, waits=True),
            ReportPage("report-reopen", "Reopen")
            if header.stage is Stage.CLOSED
            else ReportPage("report-close", "Close"),
        ],
        ReportPlace.RECORD: [
            ReportPage("report-timeline", "Timeline"),
            ReportPage("report-keeping", "Retention"),
            ReportPage("report-history", "Action log"),
        ],
    }
    for tab in of_desks:
        pages[tab.place].append(ReportPage(tab.url, tab.text, tab.count, waits=True))
    return pages


def places_of(
    file: CaseFile, current: str, query: str, of_desks: Iterable[DeskTab]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the places of a report, and the pages of the place that is open, as items of a navigation.

    The count of a place is what waits on its pages. There are no pages to choose from where a place has one.
    """
    header = file.header
    listed = _STANDS_UNDER.get(current, current)
    places, inside = [], []
    for place, pages in pages_of(file, of_desks).items():
        is_open = any(one.url == listed for one in pages)
        places.append(
            {
                "text": place.value,
                "href": _address(_leads_to(place, pages, header), header, query),
                "current": is_open,
                "within": is_open and len(pages) > 1,
                "count": sum(one.count for one in pages if one.waits),
            }
        )
        if is_open and len(pages) > 1:
            inside = [
                {
                    "text": one.text,
                    "href": _address(one.url, header, query),
                    "current": one.url == listed,
                    "count": one.count,
                }
                for one in pages
            ]
    return places, inside


def _leads_to(place: ReportPlace, pages: list[ReportPage], header: CaseHeader) -> str:
    """Return the page to which a place leads: the first, or the one with the act that this report needs.

    *Messages* and *Links* lead to the first page on which something waits. *Pass on or close* leads to closing where this
    officer may close, and to reopening where the report is closed.
    """
    waiting = [one.url for one in pages if one.waits and one.count]
    if place in {ReportPlace.MESSAGES, ReportPlace.LINKS} and waiting:
        return waiting[0]
    if place is ReportPlace.CLOSING and header.stage is Stage.CLOSED:
        return "report-reopen"
    if place is ReportPlace.CLOSING and header.may(Move.CLOSE):
        return "report-close"
    return pages[0].url


def _address(name: str, header: CaseHeader, query: str) -> str:
    return reverse(name, kwargs={"ref": header.ref}) + query
