"""The languages and completed training of the demonstration's officers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from heedline.jobs.demonstration.scenario import DemoScenario

if TYPE_CHECKING:
    from heedline.casework.access.session import Attendance

type Sitting = Callable[[str], AbstractContextManager[Attendance]]

_LONG_AGO, _LATELY = timedelta(days=350), timedelta(days=60)


def languages(scenario: DemoScenario, sitting: Sitting, steward: str, at: datetime) -> None:
    """Record the officers' languages, and have a steward confirm them."""
    from heedline.casework.people import skills

    for name, language in scenario.speaks:
        with sitting(name) as by:
            skills.state(language, by=by, at=at)
    with sitting(steward) as by:
        for line in skills.to_confirm(by=by):
            skills.confirm(line.id, by=by, at=at)


def trainings(scenario: DemoScenario, sitting: Sitting, steward: str, at: datetime) -> None:
    """Have a steward record the training that officers need for their work."""
    from heedline.casework.people import training

    with sitting(steward) as by:
        needed: dict[tuple[str, timedelta], list[UUID]] = {}
        for line in training.people(by=by, at=at):
            long_ago = line.officer == scenario.trained_long_ago and line.training == "identity"
            needed.setdefault((line.training, _LONG_AGO if long_ago else _LATELY), []).append(line.officer_id)
        for (code, ago), officers in needed.items():
            training.record(code, (at - ago).date(), officers, by=by, at=at)
