"""A person, and the gallery on a server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.browser.kit import browser, person  # noqa: F401 (fixtures)
from tests.browser.small_server import serving


@pytest.fixture(scope="module")  # its settings hold for every test while it stands
def gallery_url() -> Iterator[str]:
    """Where the gallery is."""
    with serving("tests.sites.components.gallery_site") as url:
        yield f"{url}/gallery/"
