"""The "Run, Hide, Tell" page, a self-contained file that can be saved, printed and read offline.

It is built once for each language from the pack's text. Where a translation has not been reviewed, the
original is shown with a sentence that explains why, because no wrong word may appear here. The web application
serves it from memory before Django is called (`config.wsgi`). The view below serves the same page to
installations that run without that.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from heedline.packs import Pack
from heedline.web.declared import Audience, open_to
from heedline.web.public.shell import beside
from heedline.web.public.shell.asking import language, pack, words
from heedline.web.public.shell.languages import current, prefix, speaking
from heedline.web.public.shell.pages import PUBLIC

PATH = "stay-safe/now/"
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
#: Somebody who reads it twice on a bad network should not have to fetch it twice.
_KEEP_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Fixed:
    """A page that is the same for every visitor, stored as its body and headers."""

    body: bytes
    headers: tuple[tuple[str, str], ...]


_made: dict[tuple[int, str], tuple[Pack, Fixed]] = {}


def fixed(code: str = "") -> Fixed:
    """Return the page in a language of the pack, or in the first language by default."""
    held = _made.get((id(pack()), code))
    if held is None:
        with speaking(code or pack().first_language):
            held = _made[id(pack()), code] = (pack(), _page())
    return held[1]


def everywhere() -> dict[str, Fixed]:
    """Return a mapping from the page's path in each language to the page itself."""
    return {prefix(code) + PATH: fixed(code) for code in pack().languages}


def _page() -> Fixed:
    """Build the page, with a content security policy that allows only its own inline style, by hash."""
    said, first = words(), pack().first_language
    withheld = said.borrowed("attack.title")
    context = {
        "words": said.original if withheld else said,
        "links": pack().links,
        "name": pack().service.name,
        "demo": settings.DEMO,
        "emergency": pack().numbers["emergency"].number,
        "film": pack().films.get("attack", ""),
        "language": pack().languages[first] if withheld else current(),
        "why_original": beside.text(said, "languages.attack") if withheld else "",
        "in_language": current(),
        "up": f"{settings.PUBLIC_URL.rstrip('/')}{prefix(language())}stay-safe/",  # whole: it may have been saved
    }
    html = re.sub(r">\s+<", ">\n<", render_to_string("public/attack.html", context).strip()) + "\n"
    style = _STYLE.search(html)
    if style is None:
        raise ValueError("the page has no style of its own")
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
    body = html.encode()
    return Fixed(
        body,
        (
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Content-Security-Policy", policy),
            ("Cache-Control", f"max-age={_KEEP_SECONDS}, public"),
            ("Referrer-Policy", "no-referrer"),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Robots-Tag", PUBLIC),
            ("Cross-Origin-Resource-Policy", "same-origin"),
        ),
    )


@open_to(Audience.EVERYONE)
@require_safe
def attack(request: HttpRequest) -> HttpResponse:
    """Serve the page through Django, byte for byte as the WSGI application serves it."""
    page = fixed(language())
    return HttpResponse(page.body, headers=dict(page.headers))
