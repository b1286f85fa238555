"""Invented pages with realistic behaviour, served for any host."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from html import escape

#: Long enough for the sketch of a text to say something.
PLACEHOLDER = (
    "This is a placeholder. It stands for material that nobody needs to see in order to test a program. "
    "A narrator describes an invented market day in an invented town, first the stalls with apples and pears, then the "
    "band that plays beside the fountain, then the long table at which the bakers argue about the best loaf. "
    "The film ends when the last lamp is put out and the invented sweeper pushes the leaves into the gutter."
)


@dataclass(frozen=True)
class SmallPage:
    """An HTTP response with a streamed `body`, which may be endless."""

    status: int = 200
    body: str | Iterator[bytes] = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    media: str = "text/html; charset=utf-8"


def page_of(title: str, text: str, more: str = "") -> SmallPage:
    """Return a page with a title, a paragraph and a pattern detailed enough for a perceptual hash."""
    tiles = "".join(
        f"<i style='background:hsl({(at * at * 37 + sum(map(ord, title))) % 360},70%,{30 + at * 17 % 50}%)'></i>"
        for at in range(96)
    )
    return SmallPage(
        body=f"<!doctype html><title>{escape(title)}</title><style>body{{font:18px sans-serif;max-width:60em}}"
        f"div{{display:grid;grid-template-columns:repeat(12,1fr)}}i{{height:3em}}</style>"
        f"<h1>{escape(title)}</h1><div>{tiles}</div><p>{escape(text)}</p>{more}"
    )


def _forever(first: bytes, block: bytes, pause: float) -> Iterator[bytes]:
    yield first
    while True:
        yield block
        time.sleep(pause)


def _leads_to(where: str) -> SmallPage:
    return SmallPage(302, headers={"Location": where})


#: What a hostile page tries from inside a browser. Each must come to nothing.
_HOSTILE = """
<img src="http://127.0.0.1:5432/"><img src="http://localhost/"><img src="http://[::1]/">
<img src="http://[::ffff:127.0.0.1]/"><img src="http://169.254.169.254/latest/meta-data/">
<img src="http://2130706433/"><img src="http://0x7f.1/"><img src="http://100.64.0.1/"><img src="http://[fd00::1]/">
<img src="file:///etc/passwd"><iframe src="file:///etc/passwd"></iframe>
<iframe src="http://127.0.0.1:5432/"></iframe><link rel="prefetch" href="http://127.0.0.1/">
<script>
  fetch("http://127.0.0.1:5432/").catch(() => 0);
  navigator.sendBeacon("http://127.0.0.1:5432/", "x");
  try { new WebSocket("ws://127.0.0.1:5432/"); } catch {}
  try { new WebSocket("wss://127.0.0.1/"); } catch {}
  for (let n = 0; n < 5; n++) window.open("http://127.0.0.1:5432/?popup");
  const link = document.createElement("a");
  link.href = "/attachment"; link.download = "x.bin"; link.click();
</script>"""

#: A page that takes memory until it is stopped, in one process after another.
_GREEDY = """
<script>
  const kept = [];
  setInterval(() => { const more = new Uint8Array(64 << 20); more.fill(1); kept.push(more); }, 20);
</script>"""

#: Path → what is there. A path in `SmallSites.gone` is answered as if it had been removed.
_PAGES: Mapping[str, Callable[[], SmallPage]] = {
    "/": lambda: page_of("A small site", "The first page of a small site."),
    "/tombstone": lambda: SmallPage(body="<title>Gone</title><p>This video has been removed.</p>"),
    "/walled": lambda: _leads_to("/login?next=walled"),
    "/login": lambda: SmallPage(body="<title>Log in</title><p>Log in to continue.</p><input>"),
    "/challenge": lambda: SmallPage(
        403,
        "<title>Just a moment...</title><p>Checking your browser before you continue.</p>",
        {"cf-mitigated": "challenge"},
    ),
    "/geo": lambda: SmallPage(
        451, "<title>Not here</title><p>This page is not available in your country.</p>"
    ),
    "/moves": lambda: _leads_to("/watch/moved-here"),
    "/to-loopback": lambda: _leads_to("http://127.0.0.1:5432/"),
    "/to-metadata": lambda: _leads_to("http://169.254.169.254/latest/meta-data/"),
    "/to-file": lambda: _leads_to("file:///etc/passwd"),
    "/loop": lambda: _leads_to("/loop"),
    "/hostile": lambda: page_of("Hostile", PLACEHOLDER, _HOSTILE),
    "/greedy": lambda: page_of("Greedy", PLACEHOLDER, _GREEDY),
    "/attachment": lambda: SmallPage(
        200, "not a page", {"Content-Disposition": "attachment"}, "application/octet-stream"
    ),
    "/huge": lambda: SmallPage(body=_forever(b"<title>Huge</title>", b"<p>filler " * 6_000, 0)),
    "/never-ends": lambda: SmallPage(
        body=_forever(b"<title>Slow</title><h1>Slow</h1><p>" + PLACEHOLDER.encode() + b"</p>", b" ", 0.2)
    ),
    "/broken": lambda: SmallPage(503, "<p>Down for maintenance.</p>"),
}


class SmallSites:
    """The state of the invented sites, with removed and changed pages."""

    def __init__(self) -> None:
        self.gone: dict[str, str] = {}
        self.changed: set[str] = set()
        self.asked: list[str] = []

    def remove(self, address: str, how: str = "404") -> None:
        """Remove a page, as a 404 or as a "tombstone" page with a success status."""
        self.gone[_plain(address)] = how

    def restore(self, address: str) -> None:
        """Restore a removed page."""
        self.gone.pop(_plain(address), None)

    def change(self, address: str) -> None:
        """Change the content of a page."""
        self.changed.add(_plain(address))

    def answer(self, host: str, path: str) -> SmallPage:
        """Return the page at a host and path, taking removals and changes into account."""
        place = f"{host}{path}"
        self.asked.append(place)
        how = self.gone.get(place)
        if how == "tombstone":
            return _PAGES["/tombstone"]()
        if how is not None:
            return SmallPage(404, "<title>Not found</title><p>There is nothing here.</p>")
        if place in self.changed:
            return page_of(
                "Recipes", "Twenty ways to cook a pumpkin, and what to do with the seeds afterwards. " * 4
            )
        known = _PAGES.get(path)
        if known is not None:
            return known()
        if path.startswith(("/watch/", "/t/", "/v/", "/2026/", "/copy/")):
            title = "Film" if path.startswith(("/watch/", "/copy/")) else "Thread"
            number = "".join(one for one in path if one.isdigit())
            text = PLACEHOLDER if path.startswith("/copy/") else f"{PLACEHOLDER} Number {number}."
            return page_of(f"{title} {number}" if not path.startswith("/copy/") else "Film 7781", text)
        return SmallPage(404, "<title>Not found</title><p>There is nothing here.</p>")


def _plain(address: str) -> str:
    """Return a URL without its scheme."""
    return address.partition("://")[2] or address
