"""Jurisdiction packs: everything that differs from country to country, as data.

`load_pack("uk")` reads and validates one folder of TOML, CSV and words; nothing of it is written into code.
"""

from heedline.packs.pack import Pack
from heedline.packs.places.routing import RouteDecision, RouteFacts, route
from heedline.packs.reading.loading import load_pack
from heedline.packs.reading.tables import PackError

__all__ = ["Pack", "PackError", "RouteDecision", "RouteFacts", "load_pack", "route"]
