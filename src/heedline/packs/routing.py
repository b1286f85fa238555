"""Which desk receives a report, and why. Pure; unknown goes to the round-the-clock desk, never nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from heedline.packs.pack import Pack


@dataclass(frozen=True, slots=True)
class RouteFacts:
    """What routing may look at. `urgency` is what the server computed: `danger`, `soon` or `routine`."""

    kind: str
    place_text: str = ""
    postcode: str = ""
    urgency: str = "routine"


@dataclass(frozen=True, slots=True)
class RouteDecision:
    """`desk_code` owns it. `watch_code`: a second addressee (the round-the-clock desk), None when the same
    desk or not needed. `area` is coarse and may stand in the clear: a force's id or `unknown`. `because`
    is a closed set of codes (`force`, `no-area`, `several-forces`, `unknown-kind`), never the place itself.
    """

    desk_code: str
    watch_code: str | None
    area: str
    because: str


def route(facts: RouteFacts, pack: Pack) -> RouteDecision:
    """Never raises for unknown input; always names a desk."""
    raise NotImplementedError
