"""The filters, column headings and links of a queue, as component options.

All of it is in the address of the page, so that it can be kept, sent to a colleague and returned to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any
from uuid import UUID

from django.conf import settings

from heedline.casework.access.saved_views import SavedView
from heedline.casework.journey import call_taking
from heedline.casework.pages.queues.groups import CHIPS, QueueGroup
from heedline.casework.pages.queues.queue import COUNTED, Queue
from heedline.casework.pages.queues.queue_view import (
    MINE,
    NOBODY,
    OVERDUE,
    OWN,
    RECEIVED,
    SIZES,
    TODAY,
    UNSET,
    WATCHED,
    QueueView,
    sorts_of,
)
from heedline.casework.pages.queues.special_reports import (
    CONTACT,
    INDEXED,
    MOST,
    ODD,
    TRANSLATION,
    UNDER_18,
    SpecialReports,
)
from heedline.packs import load_pack
from heedline.packs.places.routing import UNKNOWN_AREA
from heedline.reports.lifecycle import Stage
from heedline.web.components.forms import Checkboxes, Field, FieldOption, Form, Select
from heedline.web.shell.queue_links import ALL, view_link
from heedline.web.shell.report_bar import PRIORITIES, STAGES

STATES = {"open": "Open", "mine": "Mine", "closed": "Closed"}
CHANNELS = {"web": "Public site", "api": "Another service", **call_taking.CHANNELS}
URGENCIES = {"danger": "Danger now", "planned": "Planned", "soon": "Not sure", "routine": "Routine"}
_RECEIVED = {
    "today": "Today",
    "days": "1 to 6 days ago",
    "week": "In the last 7 days",
    "weeks": "7 to 29 days ago",
    "month": "In the last 30 days",
    "older-week": "7 days ago or more",
    "older-month": "30 days ago or more",
}
_LABELS = {
    "incident": "Incident",
    "kind": "Kind",
    "area": "Area",
    "channel": "Channel",
    "urgency": "Urgency, as reported",
    "danger": "Danger to life",
    "priority": "Priority",
    "stage": "Stage",
    "due": "Next action",
    "received": "Received",
    "owner": "Owner",
    "unread": "Messages",
    "whose": "Desks",
    "special": "Special",
    "outcome": "Outcome",
}
_COLUMNS = (
    ("due", "Due"),
    ("kind", "Report"),
    ("", "What it says"),
    ("area", "Area"),
    ("outcome", "Outcome"),
    ("owner", "Owner"),
)
#: Orders that no column heading offers, with their values in the address.
_ORDERS = {
    "received": "Received, earliest first",
    "-received": "Received, latest first",
    "unread": "Unread messages first",
    "stage": "Stage",
    "channel": "Channel",
}
_SPECIAL = {
    UNDER_18: "Under 18",
    CONTACT: "Contact first",
    TRANSLATION: "Translation",
    ODD: "Something odd",
}
_CHIPS = {
    "danger": "In danger",
    "overdue": "Overdue",
    "today": "Due today",
    "planned": "Planned",
    **_SPECIAL,
    "unread": "New messages",
    "nobody": "Nobody’s",
}


def choices_of(
    state: str,
    colleagues: Iterable[tuple[UUID, str]],
    *,
    watching: bool = False,
    incidents: Iterable[tuple[UUID, str]] = (),
) -> dict[str, dict[str, str]]:
    """Return the choices for each filter that applies to this state.

    Each filter name maps to its values and their text. `watching` means that the officer works for a round-the-clock desk.
    `incidents` are the ids and names of incidents. Without any, there is no such filter.
    """
    pack = load_pack(settings.PACK)
    areas = {code: force.name for code, force in sorted(pack.forces.items(), key=lambda one: one[1].name)}
    found: dict[str, dict[str, str]] = {
        "kind": {code: kind.name for code, kind in pack.kinds.items()},
        **({"incident": {str(ref): name for ref, name in incidents}} if incidents else {}),
        "priority": {**{code: words for code, words in PRIORITIES.items() if code}, UNSET: PRIORITIES[""]},
        "urgency": URGENCIES,
        "danger": {"yes": "In danger"},
        "stage": {code: words for code, words in STAGES.items() if code is not Stage.CLOSED},
        "due": {OVERDUE: "Overdue", TODAY: "Today or overdue"},
        "received": {code: _RECEIVED[code] for code in RECEIVED},
        "owner": {MINE: "Me", NOBODY: "Nobody", **{str(ref): name for ref, name in colleagues}},
        "area": {**areas, UNKNOWN_AREA: "Not known"},
        "channel": CHANNELS,
        "outcome": {code: outcome.words for code, outcome in pack.outcomes.items()},
        "whose": {OWN: "This desk", WATCHED: "Desks watched round the clock"},
        "special": _SPECIAL,
        "unread": {"yes": "Unread messages"},
    }
    without = {
        "open": {"outcome"} if watching else {"outcome", "whose"},
        "mine": {"outcome", "owner", "whose"},
        "closed": {"stage", "due", "owner", "danger", "whose", "special"},
    }[state]
    return {name: choices for name, choices in found.items() if name not in without}


def filter_form(view: QueueView, choices: Mapping[str, Mapping[str, str]]) -> Form:
    """Return the filter form with the current choices and the order.

    A colleague in the URL who has left the desk remains chosen.
    """
    fields: list[Field] = []
    for name, offered in choices.items():
        if name == "unread":
            options = tuple(FieldOption(value=code, label=words) for code, words in offered.items())
            fields.append(Checkboxes(name=name, label=_LABELS[name], choices=options, small=True))
            continue
        known = dict(offered)
        if (value := getattr(view, name)) and value not in known:
            known[value] = "Somebody else" if name == "owner" else value
        fields.append(
            Select(
                name=name,
                label=_LABELS[name],
                blank="Any",
                choices=tuple(FieldOption(value=code, label=words) for code, words in known.items()),
            )
        )
    orders = {
        name: words for name, words in _ORDERS.items() if name.removeprefix("-") in sorts_of(view.state)
    }
    if view.sort and view.sort not in orders:
        orders[view.sort] = "As the column headings say"
    fields.append(
        Select(
            name="sort",
            label="Order",
            blank="Latest first" if view.state == "closed" else "Most urgent first",
            choices=tuple(FieldOption(value=code, label=words) for code, words in orders.items()),
        )
    )
    values: dict[str, Any] = {name: getattr(view, name) for name in (*choices, "sort")}
    values["unread"] = [view.unread] if view.unread else []
    return Form(tuple(fields), values)


def chosen_words(
    desk: str, view: QueueView, choices: Mapping[str, Mapping[str, str]]
) -> list[dict[str, str]]:
    """Return the active filters as text, each with the URL of the view without that filter."""
    return [
        {
            "text": f"{_LABELS[name]}: {choices.get(name, {}).get(value, value)}"
            if name != "unread"
            else "Unread messages",
            "href": view_link(desk, view.query(**{name: ""})),
        }
        for name, value in view.chosen.items()
    ]


def headings(desk: str, view: QueueView) -> list[dict[str, str]]:
    """Return the column headings, each with its sort URL and its current sort order."""
    sorts, found = sorts_of(view.state), []
    for name, text in _COLUMNS:
        if name and name not in sorts:
            continue
        heading = {"text": text, "name": name or text, "href": "", "sorted": ""}
        if name:
            now = {name: "ascending", f"-{name}": "descending"}.get(view.sort, "")
            heading["sorted"] = now
            heading["href"] = view_link(desk, view.query(sort=f"-{name}" if now == "ascending" else name))
        found.append(heading)
    return found


def chips_of(
    desk: str, view: QueueView, counts: Mapping[str, int], special: SpecialReports
) -> list[dict[str, Any]]:
    """Return the filters above the open reports, each with its count and address. The one in use leads to all reports.

    Those that are counted from the search index also say until when. Without a complete index none of them says 0.
    """
    usual = QueueView(size=view.size)
    chips = []
    for name, count in counts.items():
        chosen = view.chosen == dict(CHIPS[name])
        partly = name in INDEXED and not special.whole
        many = count > COUNTED or partly or (name in INDEXED and len(special.refs.get(name, ())) >= MOST)
        told = f"{min(count, COUNTED):,}+" if many else f"{count:,}"
        until = ""
        if name in INDEXED:
            until = "not indexed yet" if partly else f"until {special.until:%H:%M}"
        chips.append(
            {
                "text": _CHIPS[name],
                "count": "" if partly and count == 0 else told,
                "until": until,
                "partly": partly,
                "href": view_link(desk, usual.query(**({} if chosen else CHIPS[name]))),
                "chosen": chosen,
                "danger": name == "danger" and count > 0,
            }
        )
    return chips


#: Headings of the officer's own reports on My work: those of `office/parts/queue_cells.html`, and the desk.
OWN_HEADINGS = (*(text for column, text in _COLUMNS[:3]), "Desk")


def groups_of(rows: list[dict[str, Any]], view: QueueView) -> list[dict[str, Any]]:
    """Return a page's rows under the headings of their groups, or all under none in an order that has no groups."""
    if not view.grouped:
        return [{"text": "", "rows": rows}] if rows else []
    return [
        {"text": group.value, "danger": group is QueueGroup.DANGER, "rows": list(those)}
        for group, those in groupby(rows, key=lambda row: row["line"].group)
    ]


def rows_of(queue: Queue, desk: str, view: QueueView) -> list[dict[str, Any]]:
    """Return a queue's rows, with the codes of their unsealed columns replaced by text."""
    pack = load_pack(settings.PACK)
    return [
        {
            "line": line,
            "priority": PRIORITIES.get(line.priority, line.priority)
            if line.priority
            else f"{URGENCIES.get(line.urgency, line.urgency)}, as reported",
            "area": pack.forces[line.area].name if line.area in pack.forces else "Not known",
            "channel": CHANNELS.get(line.channel, line.channel),
            "stage": STAGES.get(Stage(line.stage), line.stage),
            "owner": "You" if line.mine else line.owner or "Nobody",
            "owner_href": view_link(desk, view.query(owner=str(line.owner_id)))
            if line.owner and not line.mine and view.state == "open"
            else "",
            "outcome": pack.outcomes[line.outcome].words if line.outcome in pack.outcomes else line.outcome,
        }
        for line in queue.lines
    ]


def total_words(total: int) -> str:
    """Return the number of reports that match, such as "1,204 reports"."""
    if total > COUNTED:
        return f"More than {COUNTED:,} reports"
    return f"{total:,} report{'' if total == 1 else 's'}"


def size_links(desk: str, view: QueueView) -> list[dict[str, Any]]:
    """Return the available page sizes, each with its URL."""
    return [
        {"text": str(size), "href": view_link(desk, view.query(size=size)), "current": size == view.size}
        for size in SIZES
    ]


def saved(views: Iterable[SavedView]) -> list[dict[str, Any]]:
    """Return the officer's saved views with their URLs."""
    return [
        {"id": view.id, "name": view.name, "href": view_link(view.desk or ALL, view.query)} for view in views
    ]
