"""The grounds for having a reporter traced, and the bodies that may legally trace them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from heedline.packs.tables import read_toml

#: Characters of a code: what the column of a request's ground holds.
_LONGEST = 20


@dataclass(frozen=True, slots=True)
class Tracing:
    """The rules for tracing a reporter.

    `grounds` maps codes to wording, and each ground is about a life at risk. `elsewhere` says who can be
    asked to trace the reporter.
    """

    grounds: Mapping[str, str]
    elsewhere: str


def read_tracing(folder: Traversable) -> Tracing:
    """Return the rules read from `tracing.toml`."""
    table = read_toml(folder, "tracing.toml")
    grounds = table.table("grounds")
    found = Tracing({code: grounds.text(code) for code in grounds}, table.text("elsewhere"))
    if not found.grounds:
        raise table.wrong("grounds", "must name one ground at least")
    for code in found.grounds:
        if len(code) > _LONGEST:
            raise grounds.wrong(code, f"must have at most {_LONGEST} characters")
    grounds.done()
    table.done()
    return found
