"""The ids that pages give to messages before they are sent."""

from __future__ import annotations

from uuid import UUID, uuid4


def message_id(given: str) -> UUID:
    """Return the id that the page gave this message, which prevents it from being sent twice, or a new one."""
    try:
        return UUID(given)
    except ValueError:
        return uuid4()
