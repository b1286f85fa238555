"""Which desk receives a report, and why. Pure; unknown goes to the round-the-clock desk, never nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from heedline.packs.urgency import Urgency

if TYPE_CHECKING:
    from heedline.packs.pack import Pack, ReportKind

UNKNOWN_AREA = "unknown"


@dataclass(frozen=True, slots=True)
class RouteFacts:
    """What routing may look at. `urgency` is what the server computed: `danger`, `soon` or `routine`."""

    kind: str
    place_text: str = ""
    postcode: str = ""
    urgency: str = "routine"


@dataclass(frozen=True, slots=True)
class RouteDecision:
    """`desk_code` owns it. `watch_code`: a second addressee (the round-the-clock desk), None when it is the
    same desk or not wanted. `area` is coarse and may stand in the clear: a force's id, or `unknown`.
    `because` is one of a closed set of codes, never the place itself: `rail`, `airport`, `military`, `nuclear` (the
    words name such a place), `postcode`, `place` (found by the words), `no-area`, `several-forces`, `unknown-kind`,
    `desk-takes-no-such-kind`; and `kind`, when one desk takes this kind from everywhere or from the rest of the country.
    """

    desk_code: str
    watch_code: str | None
    area: str
    because: str


def route(facts: RouteFacts, pack: Pack) -> RouteDecision:
    """The desk for this kind of report in the area where it was, otherwise the round-the-clock desk.

    Never raises, whatever the input. Kinds that the pack names, and everything in danger, also go to the
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


def area_of(facts: RouteFacts, pack: Pack) -> tuple[str, str]:
    """The force in whose area it was, and how that was found; `unknown` where nothing, or more than one, was.

    A place with a force of its own comes before the postcode: a station has a postcode, and its own police.
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
    if len(forces) == 1:
        return next(iter(forces)), because
    return UNKNOWN_AREA, "several-forces" if forces else "no-area"


def _desk(kind: ReportKind, area: str, because: str, pack: Pack) -> tuple[str, str]:
    region = pack.regions[pack.forces[area].region] if area in pack.forces else None
    if region is not None and kind.code in region.desks:
        return region.desks[kind.code], because
    if kind.desk:
        return kind.desk, "kind"
    if region is None:
        return pack.watch_desk, because
    if kind.code not in pack.desks[region.desk].kinds:
        return pack.watch_desk, "desk-takes-no-such-kind"
    return region.desk, because
