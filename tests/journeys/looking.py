"""Looks at every public page in one tab: a walker without a browser goes the way, the tab shows where it stands."""

from __future__ import annotations

from collections.abc import Iterator

from django.core import signals
from django.db import close_old_connections
from playwright.sync_api import Page

from heedline.web.public.shell.languages import prefix
from tests.browser.kit import Visitor
from tests.journeys.test_reporter_journey import officer_asks
from tests.sites.public.walker import DRAFT, VISIT, Walker
from tests.support.cast import House
from tests.support.public_pages import stages


def every_page(
    tab: Visitor, site: str, house: House, *languages: str
) -> Iterator[tuple[str, str, str, Page]]:
    """(stage, language, address, the page as it is shown), for every page in each of these languages."""
    rosa = Walker()
    for stage in stages(rosa, lambda question: officer_asks(house, question)):
        # Django's own client has put back what `public_serving` took away: a request must not close the test's connection.
        signals.request_started.disconnect(close_old_connections)
        signals.request_finished.disconnect(close_old_connections)
        for language in languages:
            for address in stage.addresses:
                tab.context.clear_cookies()
                tab.context.add_cookies(
                    [
                        {"name": name, "value": rosa.cookie(name), "url": site}
                        for name in (DRAFT, VISIT)
                        if rosa.cookie(name)
                    ]
                )
                tab.visit(f"{site}{prefix(language)}{address}")
                yield stage.name, language, address, tab.play
        tab.play.goto("about:blank")  # nothing is asked for while the walker goes on
