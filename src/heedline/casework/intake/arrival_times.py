"""The time of arrival as it is sealed in a report or a message: exact, or the day where nobody is asked who they are (ADR 190)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from django.conf import settings

from heedline.packs import load_pack

_LENGTH_OF_A_DAY = len("2026-12-07")


def to_seal(at: datetime) -> str:
    """Return what a report or message says of its own arrival: the exact time, or its day in UTC."""
    return at.isoformat() if load_pack(settings.PACK).asks_identity else at.date().isoformat()


def is_day(text: str) -> bool:
    """Return whether only the day of the arrival was sealed."""
    return len(text) == _LENGTH_OF_A_DAY


def read(text: str) -> datetime:
    """Return the time of arrival, or the start of its day in UTC. Raises ValueError."""
    if is_day(text):
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    return datetime.fromisoformat(text)
