"""Reports that are settled and indexed, and searches as officers make them."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from heedline.casework.search import indexing, searching
from heedline.casework.search.indexing import Coverage
from heedline.casework.search.searching import SearchFilters, SearchResults
from tests.support.scene_people import People, quarter_hour_over

MINUTE = timedelta(minutes=1)


def indexed(people: People, name: str = "Odile", *, at: datetime | None = None) -> tuple[Coverage, ...]:
    """Settle the quarter hour, and let an officer's session index everything that waits."""
    quarter_hour_over(people.at)
    at = at or people.at + 40 * MINUTE
    with people.sitting(name) as here:
        indexing.catch_up(by=here, at=at)
        for step in range(1, 200):
            covered = indexing.catch_up(by=here, at=at + step * MINUTE)
            if all(one.made and not one.waiting for one in covered):
                break
    return covered


def look_for(
    people: People,
    text: str,
    name: str = "Odile",
    *,
    filters: SearchFilters | None = None,
    reason: str = "",
    page: int = 1,
) -> SearchResults:
    """Search, and read the results."""
    with people.sitting(name) as here:
        ref = searching.search(text, filters or SearchFilters(), reason=reason, by=here, at=people.at)
        return searching.results(ref, page=page, by=here, at=people.at)


def found(people: People, text: str, name: str = "Odile") -> list[UUID]:
    """The reports that a search finds."""
    return [one.ref for one in look_for(people, text, name).results]
