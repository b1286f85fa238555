"""What an attack found, in one line."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """`held`: nothing that the threat model rules out was reached. `found`: what was measured or got through."""

    name: str
    held: bool
    found: str

    def __str__(self) -> str:
        return f"{'held' if self.held else 'FELL'}  {self.name}: {self.found}"
