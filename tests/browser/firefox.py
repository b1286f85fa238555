"""A person in front of Debian's Firefox ESR, driven through Firefox's own Marionette: WebDriver's commands as JSON over a
loopback socket. Written here in a hundred lines, since Mozilla's client for it wants an old psutil in every lock, and
geckodriver is not among Debian's packages.

`firefox(safest=True)` sets what Tor Browser's level "Safest" sets: no scripts, pictures in SVG, mathematics, fonts from
the net or WebGL anywhere, and a browser that resists fingerprinting. A click waits until the page that it leads to has
come, so tests need no waits of their own.
"""

from __future__ import annotations

import base64
import itertools
import json
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.kit import PICTURES, SCREENS

FIREFOX = "/usr/bin/firefox-esr"
#: Tor Browser's security level "Safest", by the names of its settings (`SecurityLevel.sys.mjs`), and its resistance.
SAFEST = {
    "javascript.enabled": False,
    "svg.disabled": True,
    "mathml.disabled": True,
    "gfx.font_rendering.graphite.enabled": False,
    "gfx.font_rendering.opentype_svg.enabled": False,
    "gfx.downloadable_fonts.enabled": False,
    "media.webaudio.enabled": False,
    "webgl.disabled": True,
    "privacy.resistFingerprinting": True,
}
#: Nothing asks the net on its own, and no name but this machine's is looked up.
ALONE = {
    "marionette.port": 0,  # any that is free; it is written into the profile
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "network.proxy.no_proxies_on": "127.0.0.1, localhost",
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
}


class Marionette:
    """A running Firefox that takes WebDriver's commands. PATIENCE seconds for each, as a page may be slow to come."""

    PATIENCE = 60

    def __init__(self, profile: Path, settings: dict[str, Any]) -> None:
        profile.mkdir()
        told = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in settings.items()]
        (profile / "user.js").write_text("\n".join(told))
        with (profile.parent / f"{profile.name}.log").open("wb") as log:
            self._process = subprocess.Popen(
                [
                    FIREFOX,
                    "--headless",
                    "--marionette",
                    "--remote-allow-system-access",
                    "--no-remote",
                    "--profile",
                    str(profile),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._socket = self._connect(profile / "MarionetteActivePort")
        self._numbers = itertools.count(1)
        self._read()  # who is there
        self.do("WebDriver:NewSession")

    def do(self, command: str, **what: Any) -> Any:
        """The answer to a command; AssertionError with Firefox's own words when it is refused."""
        said = json.dumps([0, next(self._numbers), command, what]).encode()
        self._socket.sendall(b"%d:%s" % (len(said), said))
        _, _, trouble, answer = json.loads(self._read())
        assert trouble is None, f"{command}: {trouble['error']}: {trouble['message']}"
        return answer["value"] if isinstance(answer, dict) and set(answer) == {"value"} else answer

    def end(self) -> None:
        """End this browser."""
        self._socket.close()
        self._process.terminate()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _connect(self, port: Path) -> socket.socket:
        until = time.monotonic() + self.PATIENCE
        while time.monotonic() < until and self._process.poll() is None:
            if port.exists() and (number := port.read_text().strip()):
                return socket.create_connection(("127.0.0.1", int(number)), timeout=self.PATIENCE)
            time.sleep(0.05)
        self._process.kill()
        raise AssertionError("Firefox did not start")

    def _read(self) -> bytes:
        length = b""
        while not length.endswith(b":"):
            length += self._some(1)
        left, said = int(length[:-1]), b""
        while len(said) < left:
            said += self._some(left - len(said))
        return said

    def _some(self, most: int) -> bytes:
        some = self._socket.recv(most)
        assert some, "Firefox has gone"
        return some


class FirefoxVisitor:
    """One person with one window. Names of buttons, links and labels are those that stand on the page."""

    def __init__(self, marionette: Marionette) -> None:
        self._do = marionette.do

    def visit(self, url: str) -> None:
        """Go to an address."""
        self._do("WebDriver:Navigate", url=url)

    def press(self, name: str) -> None:
        """Press the button, or follow the link, of that name: one that is there for people, not for the key Enter."""
        self._click(f"//*[self::a or self::button][not(@aria-hidden)][normalize-space()={_quoted(name)}]")

    def choose(self, label: str) -> None:
        """Tick a radio button or a box, and continue."""
        self.tick(label)
        self.press("Continue")

    def tick(self, label: str) -> None:
        """Tick a radio button or a box."""
        self._click(f"//input[@id=//label[normalize-space()={_quoted(label)}]/@for]")

    def fill(self, **boxes: str) -> None:
        """Type into boxes by their names, and continue."""
        self.type(**boxes)
        self.press("Continue")

    def type(self, **boxes: str) -> None:
        """Type into boxes by their names."""
        for name, text in boxes.items():
            (box,) = self._all(f"[name={name.replace('__', '-')}]")
            self._do("WebDriver:ElementClear", id=box)
            self._do("WebDriver:ElementSendKeys", id=box, text=text)

    def heading(self) -> str:
        """What the page's H1 says."""
        return self.texts("h1")[0]

    def texts(self, css: str) -> list[str]:
        """What the elements say."""
        return [str(self._do("WebDriver:GetElementText", id=element)) for element in self._all(css)]

    def everything(self) -> str:
        """The page's source, with what was typed into its boxes."""
        boxes = self._all("input, textarea")
        typed = [str(self._do("WebDriver:GetElementProperty", id=box, name="value")) for box in boxes]
        return "\n".join([str(self._do("WebDriver:GetPageSource")), *typed])

    def back(self) -> None:
        """Press the browser's Back."""
        self._do("WebDriver:Back")

    def reload(self) -> None:
        """Load the page again."""
        self._do("WebDriver:Refresh")

    def close_the_tab_and_bring_it_back(self) -> None:
        """Close this tab, and undo that as Ctrl+Shift+T does: the browser restores what it kept."""
        closed = self._do("WebDriver:GetWindowHandle")
        other = self._do("WebDriver:NewWindow", type="tab", focus=True)["handle"]
        self._do("WebDriver:SwitchToWindow", handle=closed)
        self._do("WebDriver:CloseWindow")
        self._do("WebDriver:SwitchToWindow", handle=other)
        # the browser notes a closed tab a moment later, on a busy machine some seconds
        _soon(lambda: self._of_the_browser("return SessionStore.getClosedTabCountForWindow(window)"))
        self._of_the_browser("SessionStore.undoCloseTab(window, 0)")
        restored = _soon(lambda: set(self._do("WebDriver:GetWindowHandles")) - {other})
        self._do("WebDriver:SwitchToWindow", handle=restored.pop())
        _soon(
            lambda: (
                str(self._do("WebDriver:GetCurrentURL")).startswith("http") and self._do("WebDriver:GetTitle")
            )
        )

    def history(self) -> list[tuple[str, str]]:
        """What anyone finds who opens this browser's history: addresses and titles."""
        found = self._of_the_browser(
            """return PlacesUtils.promiseDBConnection()
                .then(db => db.executeCached("SELECT url, coalesce(title, '') AS title FROM moz_places"))
                .then(rows => rows.map(r => [r.getResultByName("url"), r.getResultByName("title")]))"""
        )
        return [(str(url), str(title)) for url, title in found]

    def screenshot(self, name: str) -> None:
        """The whole page as a picture in var/screens/, when pictures are asked for."""
        if PICTURES:
            SCREENS.mkdir(parents=True, exist_ok=True)
            picture = base64.b64decode(self._do("WebDriver:TakeScreenshot", full=True))
            (SCREENS / f"{name}.png").write_bytes(picture)

    def _of_the_browser(self, script: str) -> Any:
        """Run a script with the browser's own rights."""
        self._do("Marionette:SetContext", value="chrome")
        try:
            return self._do("WebDriver:ExecuteScript", script=script, args=[], sandbox="system")
        finally:
            self._do("Marionette:SetContext", value="content")

    def _all(self, css: str) -> list[str]:
        return [_id(found) for found in self._do("WebDriver:FindElements", using="css selector", value=css)]

    def _click(self, xpath: str) -> None:
        self._do(
            "WebDriver:ElementClick", id=_id(self._do("WebDriver:FindElement", using="xpath", value=xpath))
        )


@pytest.fixture
def firefox(tmp_path: Path) -> Iterator[Callable[..., FirefoxVisitor]]:
    """Opens persons, each with a browser and a profile of their own; ends the browsers when the test ends."""
    opened: list[Marionette] = []

    def open_person(*, safest: bool = False) -> FirefoxVisitor:
        marionette = Marionette(tmp_path / f"profile{len(opened)}", ALONE | (SAFEST if safest else {}))
        opened.append(marionette)
        marionette.do("WebDriver:SetWindowRect", width=500, height=900)
        return FirefoxVisitor(marionette)

    yield open_person
    for marionette in opened:
        marionette.end()


def _id(element: dict[str, str]) -> str:
    return next(iter(element.values()))


def _soon[T](look: Callable[[], T]) -> T:
    """What `look` finds, as soon as it finds something."""
    until = time.monotonic() + 60
    while not (found := look()):
        assert time.monotonic() < until, "it did not come"
        time.sleep(0.05)
    return found


def _quoted(text: str) -> str:
    """An XPath string literal."""
    return f"'{text}'" if "'" not in text else f'"{text}"'
