"""A person in front of Debian's Chromium, for tests. Use it from any test folder's `conftest.py`:

    from tests.browser.kit import browser, person      # noqa: F401

    @pytest.mark.browser
    def test_start(person, site_url):
        page = person(width=320, locale="cy")          # options below
        page.visit(f"{site_url}/")
        page.axe()                                     # WCAG 2.2 AA, without a finding
        page.look_everywhere("start")                  # at 1280 and 320 px nothing scrolls sideways; HTML for the validator
        page.play.get_by_label("Yes").check()          # `play` is the Playwright page
        page.press("Continue")
        page.assert_no_foreign_requests()              # also asserted when the test ends

`page.may_ask.add("example.org")` allows one host more, for a journey that leaves the site on purpose.

`person(scripts=True, width=1280, height=900, locale="en-GB", dark=False, contrast=False)` opens a browser of its own
(cookies shared with nobody). `scripts=False` is a browser without JavaScript: use it for journeys. axe needs JavaScript
(its promises never settle without), so `page.axe()` lets the browser run scripts for as long as axe looks. Those of the page
had their turn when it was loaded, and get no other. A second tab that a test opens by hand has scripts in any case.

HTML goes to `var/html/` (then: `python -m tests.browser.validate`), pictures to `var/screens/`, and only when somebody
asks for them: `HEEDLINE_SCREENS=1 make test ARGS=tests/journeys/test_doors.py`.
Set-up: `apt-get install chromium-headless-shell`, `npm ci --prefix tests/browser --ignore-scripts`. Nothing is downloaded at run time.
pytest-socket must allow loopback for these tests (`allow_hosts`), as the page's server runs on it.
"""

from __future__ import annotations

import atexit
import base64
import gzip
import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    CDPSession,
    ConsoleMessage,
    Page,
    Request,
    ViewportSize,
    expect,
    sync_playwright,
)

ROOT = Path(__file__).resolve().parents[2]
SCREENS = ROOT / "var/screens"
#: A picture of a whole page takes as long as loading it, and no test looks at one.
PICTURES = bool(os.environ.get("HEEDLINE_SCREENS"))
PAGES = ROOT / "var/html"
CHROMIUM = "/usr/bin/chromium"
#: The same release without windows, profiles and extensions: opens a page in half the time. What Chromium keeps on the disk
#: only the whole browser shows (tests/journeys/test_chromium_traces.py).
WITHOUT_WINDOWS = "/usr/bin/chromium-headless-shell"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    # No name but this machine's is ever looked up, whatever a page asks for.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1, EXCLUDE 127.0.0.2, EXCLUDE 127.0.0.3",
]
#: Scripts of tests run once on each page, so that V8 would take longer to optimise them than it then saves: a fifth of the
#: processor time of a page that axe looks at. (Without threads for compositing a page takes less still, but its frames may end.)
UNHURRIED = "--js-flags=--no-opt --no-maglev"
#: Milliseconds for which an action or an expectation waits. It takes a few on a quiet machine.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)
#: What must hold by law, and what is good practice besides.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
#: Overlap of elements makes axe ask a person about contrast: those are looked at, the certain ones are counted.
_RUN_AXE = f"""(0, eval)(hlAxe); delete globalThis.hlAxe; (async () => {{
    const found = await axe.run(document, {{runOnly: {{type: 'tag', values: {json.dumps(RULES)}}}, resultTypes: ['violations']}})
    return found.violations.map(v => ({{id: v.id, help: v.help, nodes: v.nodes.map(n => n.html.slice(0, 200) + ' | ' + n.failureSummary)}}))
}})()"""

#: Hidden elements that scripts add to the exit link. The gallery is checked with and without scripts (tests/sites/components/).
_ADDED = ".govuk-exit-this-page__indicator, .govuk-exit-this-page > [role=status]"
#: Everything that axe's findings depend on: each element with its text, state, position and colours, and whether it is in
#: `_ADDED`. Leaves out what differs between runs (tokens and ids) and the classes that scripts add, but not their effects.
_SEEN = f"""(() => {{
    const steady = (text) => text.replace(/[0-9a-f]{{8}}-[0-9a-f-]{{27}}/g, 'ID').replace(/(127\\.0\\.0\\.\\d|localhost):\\d+/g, 'SITE')
    const added = new Set([...document.querySelectorAll('{_ADDED}')].flatMap(one => [one, ...one.querySelectorAll('*')]))
    const media = ['(prefers-color-scheme: dark)', '(forced-colors: active)', '(prefers-contrast: more)', 'print']
    const page = [location.hash, innerWidth, innerHeight, ...media.map(one => matchMedia(one).matches)].join('|')
    return [[page, false], ...[...document.querySelectorAll('*')].map(one => {{
        const {{left, top, width, height}} = one.getBoundingClientRect(), look = getComputedStyle(one), unseen = one.type === 'hidden'
        const names = [...one.attributes].filter(({{name}}) => !name.startsWith('data-') && !(name === 'value' && unseen))
            .map(({{name, value}}) => name + '=' + steady(value.replace(/ ?(js-enabled|govuk-frontend-supported)/g, '')))
        const words = [...one.childNodes].filter(node => node.nodeType === 3).map(node => steady(node.data.trim()))
        return [[one.localName, names, words, left, top, width, height, look.color, look.backgroundColor, look.visibility, look.opacity,
            unseen || one.value, one.checked, one.open, one === document.activeElement].join('|'), added.has(one)]
    }})]
}})()"""
#: Digests of pages (`_SEEN`) in which axe found nothing in this process, with what was allowed there.
_passed: set[str] = set()


@cache
def _unpack_axe() -> str:
    """Return a script that leaves axe as a text on the page. Two thirds of a megabyte take as long on their way as axe itself
    takes to begin; packed they are a quarter."""
    packed = gzip.compress((ROOT / "tests/browser/node_modules/axe-core/axe.min.js").read_bytes(), mtime=0)
    return f"""(async () => {{
        const packed = new Blob([Uint8Array.fromBase64('{base64.b64encode(packed).decode()}')])
        globalThis.hlAxe = await new Response(packed.stream().pipeThrough(new DecompressionStream('gzip'))).text()
    }})()"""


def _digest(*texts: str) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def _name(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-") or "page"


@dataclass
class Visitor:
    """One person with one tab. `play` is the Playwright page, for whatever this class does not say shorter."""

    play: Page
    context: BrowserContext
    scripts: bool
    width: int
    developer: CDPSession
    home: str = ""
    #: The request that brought the page which `play` shows.
    shown: Request | None = None
    may_ask: set[str] = field(default_factory=set)
    foreign: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.first = self.play

    def visit(self, url: str) -> None:
        """Go to an address. The first one says which host is home; a request to any other is foreign."""
        self.home = self.home or urlsplit(url).netloc
        answer = self.play.goto(url)
        assert answer is not None, f"no answer from {url}"

    def press(self, name: str) -> None:
        """Press the button, or follow the link, of that name."""
        button = self.play.get_by_role("button", name=name, exact=True)
        button.or_(self.play.get_by_role("link", name=name, exact=True)).first.click()
        self.settle()

    def settle(self) -> None:
        """Wait until the page is whole. A click ends as soon as the first bytes of the next page have come."""
        self.play.wait_for_load_state("load")

    def heading(self) -> str:
        """What the page's H1 says."""
        self.settle()
        return self.play.locator("h1").first.inner_text()

    def focused(self) -> str:
        """Class names of what has the focus."""
        self.settle()
        return str(self.play.evaluate("document.activeElement.className"))

    def axe(self, *, allow: dict[str, str] | None = None, anew: bool = False) -> None:
        """Assert that axe finds nothing except what is allowed (id → reason).

        For pages without scripts, see the top of this file. A page is skipped if it is identical to one in which axe found nothing, unless `anew`.
        """
        assert self.play is self.first, "axe would look at the first tab"
        self.settle()
        seen: list[tuple[str, bool]] = self._ask(_SEEN)
        whole = _digest(*(allow or {}), *(one for one, _ in seen))
        if whole in _passed and not anew:
            return
        with self.scripts_allowed():
            self._ask(_unpack_axe())
            findings: list[dict[str, Any]] = self._ask(_RUN_AXE)
        left = [
            f"{each['id']}: {each['help']}\n    " + "\n    ".join(each["nodes"])
            for each in findings
            if each["id"] not in (allow or {})
        ]
        assert not left, f"{self.play.url}\n" + "\n".join(left)
        _passed.update({whole, _digest(*(allow or {}), *(one for one, added in seen if not added))})

    def _ask(self, script: str) -> Any:
        """Return what a script answers on the page. It may evaluate text, which the page's policy refuses to the page's own.

        Playwright's own evaluate takes a quarter longer.
        """
        asked = {"expression": script, "awaitPromise": True, "returnByValue": True}
        answer = self.developer.send("Runtime.evaluate", asked)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    @contextmanager
    def scripts_allowed(self) -> Iterator[None]:
        """Let what the test asks run as a script. Those of a page that was loaded without scripts get no turn."""
        if self.scripts:
            yield
            return
        self._run_scripts(True)
        try:
            yield
        finally:
            self._run_scripts(False)

    def _run_scripts(self, wanted: bool) -> None:
        self.developer.send("Emulation.setScriptExecutionDisabled", {"value": not wanted})

    def screenshot(self, name: str) -> None:
        """The whole page as a picture in var/screens/, when pictures are asked for."""
        if PICTURES:
            SCREENS.mkdir(parents=True, exist_ok=True)
            self.play.screenshot(path=SCREENS / f"{_name(name)}.png", full_page=True)

    def save_page(self, name: str) -> Path:
        """The HTML as the server sent it, in var/html/, for the validator. After a form, what its address shows by itself."""
        self.settle()
        PAGES.mkdir(parents=True, exist_ok=True)
        path = PAGES / f"{_name(name)}.html"
        came = self.shown.response() if self.shown and self.shown.method == "GET" else None
        path.write_bytes((came or self.context.request.get(self.play.url)).body())
        return path

    def assert_fits(self) -> None:
        """Nothing scrolls sideways."""
        self.settle()
        wide, seen = self.play.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide <= seen, f"{self.play.url} is {wide} px wide"

    def assert_fits_at(self, *widths: int, name: str) -> None:
        """Nothing scrolls sideways at these widths; pictures when asked for. The tab then has its own size again."""
        size = self.play.viewport_size or {"width": self.width, "height": 900}
        now = size
        for width in sorted(widths, key=lambda width: width != size["width"]):  # as it is, before it changes
            if now != (wanted := ViewportSize(width=width, height=900)):
                self.play.set_viewport_size(wanted)
                now = wanted
            self.screenshot(f"{name}-{width}")
            self.assert_fits()
        if now != size:
            self.play.set_viewport_size(size)

    def assert_no_foreign_requests(self) -> None:
        """Every request went to the host of the first visit."""
        assert not self.foreign, f"requests to others: {self.foreign}"

    def look_everywhere(self, name: str) -> None:
        """HTML for the validator; at 1280 and at 320 px (400 % zoom) no sideways scroll, and pictures when asked for."""
        self.save_page(name)
        self.assert_fits_at(1280, 320, name=name)


@pytest.fixture(scope="session")
def browser() -> Browser:
    """Debian's Chromium, started once in the whole run, however many test files use this fixture."""
    return _chromium()


@cache
def _chromium() -> Browser:
    """Playwright's synchronous interface runs a loop in this thread: a second one would be refused, and Django would
    refuse every query of the test."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    play = sync_playwright().start()
    chromium = play.chromium.launch(executable_path=WITHOUT_WINDOWS, args=[*FLAGS, UNHURRIED])
    atexit.register(play.stop)
    atexit.register(chromium.close)
    return chromium


@pytest.fixture
def person(browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """Opens persons; closes them at the end and asserts that none asked a foreign host or broke the page's policy."""
    opened: list[Visitor] = []

    def open_person(
        *,
        scripts: bool = True,
        width: int = 1280,
        height: int = 900,
        locale: str = "en-GB",
        dark: bool = False,
        contrast: bool = False,
    ) -> Visitor:
        mine = browser.new_context(
            viewport={"width": width, "height": height},
            locale=locale,
            color_scheme="dark" if dark else "light",
            forced_colors="active" if contrast else "none",
            reduced_motion="reduce",
            service_workers="block",
        )
        mine.set_default_timeout(PATIENCE)
        page = mine.new_page()
        visitor = Visitor(page, mine, scripts, width, mine.new_cdp_session(page))
        if not scripts:
            visitor._run_scripts(False)

        def keep(request: Request) -> None:
            if request.is_navigation_request() and request.frame == page.main_frame:
                visitor.shown = request

        def watch(request: Request) -> None:
            host = urlsplit(request.url).netloc
            if host and visitor.home and host not in {visitor.home, *visitor.may_ask}:
                visitor.foreign.append(request.url)

        def hear(said: ConsoleMessage) -> None:
            if "Content Security Policy" in said.text:
                visitor.troubles.append(said.text)

        page.on("request", keep)
        mine.on("request", watch)
        page.on("pageerror", lambda error: visitor.troubles.append(str(error)))
        page.on("console", hear)
        opened.append(visitor)
        return visitor

    yield open_person
    for visitor in opened:
        visitor.context.close()
    for visitor in opened:
        visitor.assert_no_foreign_requests()
        assert not visitor.troubles, visitor.troubles
