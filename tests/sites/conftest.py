"""The sites, for tests of pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from heedline.desks.models import Desk
from tests.laws.where_queries_start import queries_of_sites
from tests.support.cast import House
from tests.support.site_client import SiteClient


@pytest.fixture(autouse=True)
def _no_query_starts_in_a_site() -> Iterator[None]:
    """A house law, held in every test of a page: views and templates ask casework, and never the database."""
    with queries_of_sites() as found:
        yield
    assert found == [], "these places query the database; only casework and below may"


@pytest.fixture
def public_site(house: House) -> Callable[..., Any]:
    """Opens a browser at the public site each time it is called."""
    return lambda **options: SiteClient("public", **options)


@pytest.fixture
def office_site(house: House) -> Callable[..., Any]:
    """Opens a browser at the office each time it is called."""
    return lambda **options: SiteClient("office", **options)


@pytest.fixture
def partner_site(council: Desk) -> Callable[..., Any]:
    """Opens a browser at the partners' site each time it is called. Petra and Pavel work there."""
    return lambda **options: SiteClient("partner", **options)
