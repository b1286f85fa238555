"""Looks at every public page in a browser: a walker without one goes the way, a tab shows where it stands.

A page that is asked only how it is laid out, or what it says, need not be visited. `Tab.put` lets Chromium read the server's
answer, and put its body in the place of the one that the tab shows: a third of the processor time of a visit. A page with
other style sheets than the one before is visited.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping
from urllib.parse import urlsplit

from django.core import signals
from django.db import close_old_connections

from heedline.web.public.shell.languages import prefix
from tests.browser.kit import PATIENCE, Visitor
from tests.journeys.test_reporter_journey import officer_asks
from tests.sites.public.walker import DRAFT, VISIT, Walker
from tests.support.cast import House
from tests.support.public_pages import stages

#: Answers whether fonts are still on their way, or "other" when the tab's style sheets are not those of the page.
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
    """Show this answer of the server in the place of the page that the tab shows. False, and nothing is done, when they have
    different style sheets. The tab runs no scripts, and its address stays as it was."""
    assert not tab.scripts, "those of the page would not run"
    if "<style" in html:  # its own header allows it, that of the page which the tab shows does not
        return False
    state = tab.play.evaluate(_PUT, html)
    until = time.monotonic() + PATIENCE / 1000
    while state == "loading":
        assert time.monotonic() < until, "fonts did not come"
        time.sleep(0.01)
        state = tab.play.evaluate("document.fonts.status")
    return bool(state != "other")


def every_page(
    site: str, house: House, tabs: Mapping[str, Visitor], *, visited: Collection[str] = ()
) -> Iterator[tuple[str, str, str, Visitor]]:
    """(stage, language, address, the tab that shows the page), for every page in the language of each tab. In the
    languages that are `visited`, the tab goes to each address; in all others, answers are put into it."""
    rosa, reader = Walker(), Walker()
    reader.client.defaults["HTTP_HOST"] = urlsplit(site).netloc  # some pages say where they are
    for stage in stages(rosa, lambda question: officer_asks(house, question)):
        for language, tab in tabs.items():
            for address in stage.addresses:
                path = f"{prefix(language)}{address}"
                if language in visited or not put(tab, _answer(reader, rosa, path)):
                    _visit(tab, rosa, site, path)
                yield stage.name, language, address, tab
            if language in visited:
                tab.play.goto("about:blank")  # nothing is asked for while the walker goes on


def _answer(reader: Walker, rosa: Walker, path: str) -> str:
    """What the server sends to rosa's cookies. Those that it sets are not hers."""
    reader.client.cookies.clear()
    for name, value in _cookies(rosa).items():
        reader.client.cookies[name] = value
    answer = reader.visit(path).html
    _keep_connection()
    return answer


def _visit(tab: Visitor, rosa: Walker, site: str, path: str) -> None:
    _keep_connection()
    tab.context.clear_cookies()
    tab.context.add_cookies(
        [{"name": name, "value": value, "url": site} for name, value in _cookies(rosa).items()]
    )
    tab.visit(f"{site}{path}")


def _cookies(rosa: Walker) -> dict[str, str]:
    return {name: value for name in (DRAFT, VISIT) if (value := rosa.cookie(name))}


def _keep_connection() -> None:
    """A request of the tab, be it for a font, must not close the test's connection. `public_serving` saw to that, but Django's
    own client has put it back."""
    signals.request_started.disconnect(close_old_connections)
    signals.request_finished.disconnect(close_old_connections)
