"""The results of automatic and examiners' checks on whether items are still online."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from heedline.casework.access.session import Attendance
from heedline.specialist_desks.material.items import check_times
from heedline.specialist_desks.material.items.found_item import find, item_verb
from heedline.specialist_desks.material.liveness import LivenessVerdict
from heedline.specialist_desks.material.models import MaterialSighting
from heedline.specialist_desks.material.vocabulary import MaterialAct, MaterialCapability

#: What an examiner who looks can find. The other verdicts come from stored responses.
BY_EXAMINER = (LivenessVerdict.LIVE, LivenessVerdict.REMOVED_404, LivenessVerdict.UNSURE)


@dataclass(frozen=True, slots=True)
class Sighting:
    """The last check of an item."""

    at: datetime
    verdict: LivenessVerdict

    @property
    def is_there(self) -> bool:
        """Return whether the material was found online. An examiner must look at changed or moved pages."""
        return self.verdict is LivenessVerdict.LIVE


def note(item: UUID, verdict: LivenessVerdict, *, officer: UUID, at: datetime) -> None:
    """Store the result of a check. Must be called inside the caller's transaction."""
    MaterialSighting.objects.create(item_id=item, officer_id=officer, at=at, verdict=verdict)


def last(item: UUID) -> Sighting | None:
    """Return the last check of an item, or None."""
    found = MaterialSighting.objects.filter(item_id=item).order_by("-at").values_list("at", "verdict").first()
    return Sighting(found[0], LivenessVerdict(found[1])) if found else None


@item_verb(MaterialAct.SEEN)
def record(ref: UUID, verdict: LivenessVerdict, *, by: Attendance, at: datetime) -> None:
    """Record an examiner's own check of an item, which also counts as the check that was due.

    Raises NotHere, Refused and Locked.
    """
    found = find(ref, by=by, at=at)
    found.permit(MaterialCapability.EXAMINE)
    note(ref, verdict if verdict in BY_EXAMINER else LivenessVerdict.UNSURE, officer=by.officer_id, at=at)
    check_times.made(found)
    found.record(MaterialAct.SEEN, verdict=str(verdict))
