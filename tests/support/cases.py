"""How many examples of Hypothesis a rule is tried on: all in `make test`, and a few in `make rules`."""

from __future__ import annotations

import os

#: Enough to see a rule that is plainly broken, in the seconds that `make rules` has.
FEW = 25


def cases(most: int) -> int:
    """Return `most`, or a few where no database is prepared: in `make rules`."""
    return min(most, FEW) if os.environ.get("HEEDLINE_NO_DATABASE") else most
