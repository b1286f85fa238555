"""Jurisdiction packs, which define as data everything that differs between countries.

`load_pack("uk")` reads and validates one folder of TOML, CSV and wording. None of it is hard-coded.
"""

from heedline.packs.pack import Pack
from heedline.packs.places.routing import RouteDecision, RouteFacts, route
from heedline.packs.reading.loading import load_pack, pack_folder
from heedline.packs.tables import PackError

__all__ = ["Pack", "PackError", "RouteDecision", "RouteFacts", "load_pack", "pack_folder", "route"]
