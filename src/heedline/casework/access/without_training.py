"""Records of actions that were allowed without the required training.

This happens in an emergency, or if the act was begun before the training expired.
"""

from __future__ import annotations

from uuid import UUID

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.permits.capabilities import AnyCapability


def record_missing(
    missing: str,
    capability: AnyCapability,
    *,
    actor: UUID,
    desk: UUID | None,
    thing: str = "report",
    thing_id: UUID | None,
) -> None:
    """Record that `actor` performed this action without the training `missing`.

    Does nothing if `missing` is empty. Must be called inside the caller's transaction.
    """
    if missing:
        journal.record(
            Act.WITHOUT_TRAINING,
            actor=actor,
            desk=desk,
            thing=thing,
            thing_id=thing_id,
            detail=_detail(missing, capability),
        )


def record_missing_by_the_slot(
    missing: str, capability: AnyCapability, *, actor: UUID, desk: UUID | None
) -> None:
    """Record missing training by quarter-hour slot, without naming a report.

    For acts that must not be linked to a report. Otherwise like `record_missing`.
    """
    if missing:
        journal.record_by_the_slot(
            Act.WITHOUT_TRAINING, actor=actor, desk=desk, detail=_detail(missing, capability)
        )


def _detail(missing: str, capability: AnyCapability) -> dict[str, str]:
    return {"training": missing, "capability": str(capability)}
