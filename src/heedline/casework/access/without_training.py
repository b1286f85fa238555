"""Acts that were let pass without the training for them: in an emergency, or because they were begun before it ran out."""

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
    """Record that `actor` did this without the training `missing`; nothing when it is empty. In the caller's transaction."""
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
    """Record the same by the quarter hour and about no report, for what must not be tied to one."""
    if missing:
        journal.record_by_the_slot(
            Act.WITHOUT_TRAINING, actor=actor, desk=desk, detail=_detail(missing, capability)
        )


def _detail(missing: str, capability: AnyCapability) -> dict[str, str]:
    return {"training": missing, "capability": str(capability)}
