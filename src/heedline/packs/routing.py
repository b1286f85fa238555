"""Which desk receives a report, and why. Pure; unknown goes to the round-the-clock desk, never nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from heedline.packs.pack import Pack

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
    `because` is one of a closed set of codes, never the place itself: `postcode`, `place` (found by the words),
    `no-area`, `several-forces`, `unknown-kind`, `desk-takes-no-such-kind`.
    """

    desk_code: str
    watch_code: str | None
    area: str
    because: str


def route(facts: RouteFacts, pack: Pack) -> RouteDecision:
    """The desk of the force in whose area it was, otherwise the round-the-clock desk.

    Never raises, whatever the input. Kinds that the pack names, and everything in danger, also go to the
    round-the-clock desk.
    """
    kind = pack.kinds.get(facts.kind)
    if kind is None:
        return RouteDecision(pack.watch_desk, None, UNKNOWN_AREA, "unknown-kind")
    because = "postcode"
    forces = pack.areas.forces_of_postcode(facts.postcode)
    if not forces:
        because = "place"
        forces = pack.areas.forces_of_place(facts.place_text)
    if len(forces) != 1:
        because = "several-forces" if forces else "no-area"
        return RouteDecision(pack.watch_desk, None, UNKNOWN_AREA, because)
    force = next(iter(forces))
    desk = pack.regions[pack.forces[force].region].desk
    if kind.code not in pack.desks[desk].kinds:
        desk, because = pack.watch_desk, "desk-takes-no-such-kind"
    watched = kind.watch or facts.urgency == "danger"
    watch = pack.watch_desk if watched and desk != pack.watch_desk else None
    return RouteDecision(desk, watch, force, because)
