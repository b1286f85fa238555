"""Journeys run on every date, also on one whose holidays the pack does not list yet."""

from __future__ import annotations

from tests.support.listed_holidays import holidays_are_listed  # noqa: F401 (runs for every test)
