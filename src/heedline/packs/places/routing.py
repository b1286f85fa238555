"""Route reports to desks, with a reason for each decision.

All functions are pure. Anything unknown goes to the round-the-clock desk, never nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from heedline.packs.urgency import Urgency

if TYPE_CHECKING:
    from heedline.packs.pack import Pack
    from heedline.packs.report_kinds import ReportKind
    from heedline.packs.rules.incidents import IncidentKind

UNKNOWN_AREA = "unknown"


@dataclass(frozen=True, slots=True)
class RouteFacts:
    """The details of a report that routing decisions may be based on.

    `urgency` is an `Urgency`, as computed by the server.
    """

    kind: str
    place_text: str = ""
    postcode: str = ""
    urgency: str = "routine"
    account: str = ""
    """What happened, in the reporter's words, where a place in it counts like the field: of a danger or plan, and of a call."""


@dataclass(frozen=True, slots=True)
class RouteDecision:
    """The desk that a report is routed to, and the reason.

    `desk_code` is the desk that owns the report. `watch_code` is a second recipient (the round-the-clock
    desk), or None if that is the same desk or not wanted. `area` is coarse and may be stored in the clear,
    because it is only a force's id or `unknown`. `because` is one of a closed set of codes and never the
    place itself: `rail`, `airport`, `military` or `nuclear` (the text names such a place), `postcode`,
    `place` (found from the text), `no-area`, `several-forces`, `unknown-kind`, `desk-takes-no-such-kind`,
    `incident`, `too-few-people` (fewer than two could open it at the desk that it was meant for), or `kind`, if one desk takes
    this kind from everywhere or from the rest of the country.
    """

    desk_code: str
    watch_code: str | None
    area: str
    because: str


def route(facts: RouteFacts, pack: Pack) -> RouteDecision:
    """Return the desk for this kind of report in its area or, if there is none, the round-the-clock desk.

    Never raises, whatever the input. Kinds that the pack names, and all reports about danger, also go to the
    round-the-clock desk.
    """
    kind = pack.kinds.get(facts.kind)
    if kind is None:
        return RouteDecision(pack.watch_desk, None, UNKNOWN_AREA, "unknown-kind")
    area, because = area_of(facts, pack)
    desk, because = _desk(kind, area, because, pack)
    watched = kind.watch or facts.urgency == Urgency.DANGER
    watch = pack.watch_desk if watched and desk != pack.watch_desk else None
    return RouteDecision(desk, watch, area, because)


def for_incident(decision: RouteDecision, incident: IncidentKind, pack: Pack) -> RouteDecision:
    """Return the decision for a report that was sent by an incident's form: its desk takes it from everywhere."""
    watch = pack.watch_desk if incident.desk != pack.watch_desk else None
    return RouteDecision(incident.desk, watch, decision.area, "incident")


def area_of(facts: RouteFacts, pack: Pack) -> tuple[str, str]:
    """Return the force for a report's area, and how it was found.

    The force is `unknown` if none or more than one was found. A place with a police force of its own takes
    precedence over the postcode, because a station has a postcode but also its own police.
    """
    special = pack.special_places.find(facts.place_text)
    if special:
        forces = frozenset(force for force, _ in special)
        because = min(because for _, because in special)
    else:
        because = "postcode"
        forces = pack.areas.forces_of_postcode(facts.postcode)
        if len(forces) != 1:
            named = pack.areas.forces_of_place(facts.place_text)
            if both := (named & forces if forces else named):
                because, forces = "place", both
            elif not forces:
                because = "place"
                if facts.account:
                    special = pack.special_places.find(facts.account)
                    because = min((reason for _, reason in special), default="place")
                    forces = frozenset(force for force, _ in special) or pack.areas.forces_in_account(
                        facts.account
                    )
    if len(forces) == 1:
        return next(iter(forces)), because
    return UNKNOWN_AREA, "several-forces" if forces else "no-area"


def _desk(kind: ReportKind, area: str, because: str, pack: Pack) -> tuple[str, str]:
    region = pack.regions[pack.forces[area].region] if area in pack.forces else None
    if region is not None and kind.code in region.desks:
        return region.desks[kind.code], because
    if kind.desk:
        regional = any(kind.code in one.desks for one in pack.regions.values())
        return kind.desk, because if regional and region is None else "kind"
    if region is None:
        return pack.watch_desk, because
    if kind.code not in pack.desks[region.desk].kinds:
        return pack.watch_desk, "desk-takes-no-such-kind"
    return region.desk, because
