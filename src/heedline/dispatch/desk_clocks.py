"""The tasks that the worker runs for specialist desks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from heedline.desk_hooks.register import Hook


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskClock(Hook):
    """A task that the worker runs periodically.

    `cron` has seconds as its sixth field. `run` takes the time, and must be safe to repeat.
    """

    name: str
    cron: str
    run: Callable[[datetime], object]
    priority: int = 1

    def codes(self) -> Iterable[str]:
        return (self.name,)
