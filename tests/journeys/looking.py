"""Show every public page in a browser, while a `Walker` without a browser goes through the journey.

A test that checks only the layout or text of a page need not visit it. `put` lets Chromium parse the server's response and
replace the body of the page in the tab, in a third of the CPU time of a visit. A page is visited if its style sheets differ
from those of the page before.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit

from django.core import signals
from django.db import close_old_connections

from heedline.casework.intake import incidents, open_incidents
from heedline.web.public.shell.languages import prefix
from tests.browser.kit import PATIENCE, Visitor
from tests.journeys.test_reporter_journey import officer_asks
from tests.sites.public.walker import DRAFT, VISIT, Walker
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.public_pages import stages

#: Returns the status of the fonts ("loading" or "loaded"), or "other" if the tab's style sheets are not those of the page.
_PUT = """(html) => {
    const next = new DOMParser().parseFromString(html, 'text/html'), root = document.documentElement
    const sheets = (page) => page.compatMode + [...page.querySelectorAll('link[rel=stylesheet]')].map(one => one.outerHTML)
    if (sheets(next) !== sheets(document)) return 'other'
    for (const {name} of [...root.attributes]) root.removeAttribute(name)
    for (const {name, value} of next.documentElement.attributes) root.setAttribute(name, value)
    document.title = next.title
    document.body.replaceWith(next.body)
    scrollTo(0, 0)
    return document.body.offsetWidth && document.fonts.status
}"""


def put(tab: Visitor, html: str) -> bool:
    """Replace the page in the tab with this response. The tab must not run scripts.

    The address stays the same. Returns False, and changes nothing, if the two pages have different style sheets.
    """
    assert not tab.scripts, "the scripts of the page would not run"
    if "<style" in html:  # the headers of the page in the tab forbid inline styles
        return False
    state = tab.play.evaluate(_PUT, html)
    until = time.monotonic() + PATIENCE / 1000
    while state == "loading":
        assert time.monotonic() < until, "the fonts did not load"
        time.sleep(0.01)
        state = tab.play.evaluate("document.fonts.status")
    return bool(state != "other")


def every_page(
    site: str, house: House, tabs: Mapping[str, Visitor], *, visited: Collection[str] = ()
) -> Iterator[tuple[str, str, str, Visitor]]:
    """Yield stage, language, address and tab for every page in the language of each tab.

    For languages in `visited`, the tab goes to each address. For all others, responses are put into it.
    """
    rosa, reader = Walker(), Walker()
    reader.client.defaults["HTTP_HOST"] = urlsplit(site).netloc  # some pages show their own address
    for stage in stages(rosa, lambda question: officer_asks(house, question), lambda: an_incident(house)):
        for language, tab in tabs.items():
            for address in stage.addresses:
                path = f"{prefix(language)}{address}"
                if language in visited or not put(tab, _answer(reader, rosa, path)):
                    visit_as(tab, rosa, site, path)
                yield stage.name, language, address, tab
            if language in visited:
                tab.play.goto("about:blank")  # no requests from the tab while the walker goes on


@contextmanager
def an_incident(house: House) -> Iterator[str]:
    """Let Nadia open an incident. Yields the address of its form, and lets her close it."""
    at = now()
    with acting("office"):
        nadia = house.sign_in("Nadia", at=at)
        ref = incidents.open_incident("Explosion at the market", "market", "attack", by=nadia, at=at)
    open_incidents.forget()
    yield "incident/market/"
    with acting("office"):
        incidents.close_incident(ref, by=nadia, at=at)
    open_incidents.forget()


def _answer(reader: Walker, rosa: Walker, path: str) -> str:
    """Return the server's response to rosa's cookies, without changing her cookies."""
    reader.client.cookies.clear()
    for name, value in _cookies(rosa).items():
        reader.client.cookies[name] = value
    answer = reader.visit(path).html
    _keep_connection()
    return answer


def visit_as(tab: Visitor, rosa: Walker, site: str, path: str) -> None:
    _keep_connection()
    tab.context.clear_cookies()
    tab.context.add_cookies(
        [{"name": name, "value": value, "url": site} for name, value in _cookies(rosa).items()]
    )
    tab.visit(f"{site}{path}")


def _cookies(rosa: Walker) -> dict[str, str]:
    return {name: value for name in (DRAFT, VISIT) if (value := rosa.cookie(name))}


def _keep_connection() -> None:
    """Stop requests from the tab, even for a font, from closing the test's database connection.

    `public_serving` does this too, but Django's test client undoes it.
    """
    signals.request_started.disconnect(close_old_connections)
    signals.request_finished.disconnect(close_old_connections)
