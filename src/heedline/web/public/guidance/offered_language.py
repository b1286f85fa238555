"""Offer the browser's own language on the first page, as a link and nowhere else.

The language of a page is in its address (ADR 18). What the browser asks for is read for this one link and is not kept: a
visitor who does not follow it stays where they are, and no other page asks.
"""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation.trans_real import parse_accept_lang_header

from heedline.web.components.shell import Link
from heedline.web.public.shell.asking import language, pack
from heedline.web.public.shell.languages import prefix


def offered(request: HttpRequest) -> Link | None:
    """Return a link to the first page in the language that the browser asks for first, or None.

    Only the first language of the header that this site has counts. Whoever reads another language than the pack's first
    has chosen it, and is offered nothing.
    """
    if language() != pack().first_language:
        return None
    for wanted, _ in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        code = wanted.partition("-")[0]
        if code == language():
            return None
        if code in pack().languages:
            one = pack().languages[code]
            said = pack().words(code)["languages.offer"]
            return Link(text=said, href=prefix(code), lang=code, dir=one.direction)
    return None
