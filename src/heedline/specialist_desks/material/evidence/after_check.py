"""What follows from a verdict on an item, elsewhere at the desk."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from heedline.specialist_desks.material.liveness import LivenessVerdict


def noted(item: UUID, verdict: LivenessVerdict, officer: UUID, at: datetime) -> None:
    """Tell the notices of an item what a capture or a check has found. Called inside its transaction."""
