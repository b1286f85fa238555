"""The facts about a report on which rules decide whether a capability may be used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class Standing:
    """The facts about a report that rules check, read once the row is locked.

    `danger` means a danger to life, as reported or as found by an officer.
    """

    desk_id: UUID
    watch_id: UUID | None
    owner_id: UUID | None
    lease_by_id: UUID | None
    lease_until: datetime | None
    at: datetime
    officer_id: UUID
    danger: bool = False

    @property
    def leased_to_another(self) -> bool:
        """Return whether a colleague is currently editing the report."""
        return (
            self.lease_by_id is not None
            and self.lease_by_id != self.officer_id
            and self.lease_until is not None
            and self.lease_until > self.at
        )

    @property
    def mine(self) -> bool:
        return self.owner_id == self.officer_id
