"""A cache of complete pages that contain no user input.

Such a page differs between two people in nothing but the CSRF token. It is kept in pieces, and the token of the request
is put between them. A page that shows a typed word or an error is rendered each time (ADR 61).

The check page and the page with the code show something of each reporter's own in a few places. Those places are holes
in the kept page (`page_with_holes`): what goes into them is rendered each time and never kept (ADR 74).
"""

from __future__ import annotations

import re
import secrets
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from heedline.packs import Pack
from heedline.web.components.forms import Form
from heedline.web.public.shell import asking
from heedline.web.public.shell.compression import PageInPieces, Pieces
from heedline.web.public.shell.csrf import csrf_token
from heedline.web.public.shell.pages import everywhere

#: How many pages a process keeps. All of the United Kingdom's, in one language and in their order, are about a hundred.
MOST = 400
#: Stands where the token goes, until it does. Nobody can type it, because each process makes its own.
_PLACE = secrets.token_hex(32)
#: The same for the holes of a page, each followed by its name and a full stop.
_HOLE = secrets.token_hex(32)
_HOLES = re.compile(f"{_HOLE}([a-z0-9_]+)\\.|({_PLACE})")
_TOKEN = "csrf_token"  # noqa: S105 (a name)


@dataclass(frozen=True, slots=True)
class _Holed:
    """A page split at its placeholders, with the name of each placeholder.

    It is never compressed, because what goes into a hole may be a reporter's own words.
    """

    plain: tuple[bytes, ...]
    names: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> _Holed:
        """Split a page at its marked holes."""
        plain: list[bytes] = []
        names: list[str] = []
        at = 0
        for found in _HOLES.finditer(text):
            plain.append(text[at : found.start()].encode())
            names.append(found[1] or _TOKEN)
            at = found.end()
        return cls((*plain, text[at:].encode()), tuple(names))

    def filled(self, holes: Mapping[str, str]) -> bytes:
        """Return the page with its placeholders filled and escaped, as a template would."""
        parts: list[bytes] = []
        for one, name in zip(self.plain, self.names, strict=False):
            parts += (one, conditional_escape(holes[name]).encode())
        return b"".join((*parts, self.plain[-1]))


class PageWithHoles(HttpResponse):
    """A response with its holes filled for one request, whose headers can be reused for that path."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a page as a format string, with a field for each hole."""

    form: str

    @classmethod
    def of(cls, text: str) -> _Part:
        """Turn the marked holes of a part into fields of a format string."""
        return cls(_HOLES.sub(r"{\1}", text.replace("{", "{{").replace("}", "}}")))

    @property
    def plain(self) -> tuple[bytes, ...]:
        """Return the format string as bytes."""
        return (self.form.encode(),)


#: Pages in pieces, the least recently shown first, with the pack so that its identity stays its own.
_kept: OrderedDict[Hashable, tuple[Pack, Pieces | _Holed | _Part]] = OrderedDict()
_lock = Lock()


def blank_page(
    request: HttpRequest,
    template: str,
    key: tuple[Hashable, ...],
    context: Callable[[], Mapping[str, Any]],
    *,
    robots: str = "",
) -> PageInPieces:
    """Return a page like `pages.page`, rendered once for each `key` and URL of this site.

    The key must name everything that the page depends on besides its path, the pack and the token. `context` is called
    only if the page has to be rendered. `robots` is the `X-Robots-Tag` header, if not the default. Raises ValueError if
    a form in it has a value or an error.
    """
    held = _held(_place(request), template, key, lambda: _pieces(request, template, context()))
    response = held.response(request, csrf_token(request))
    if robots:
        response["X-Robots-Tag"] = robots
    return response


def page_with_holes(
    request: HttpRequest,
    template: str,
    key: tuple[Hashable, ...],
    holes: Mapping[str, str],
    context: Callable[[], Mapping[str, Any]],
) -> HttpResponse:
    """Return a page like `pages.page` whose `holes` are filled on each request, with the rest cached (`blank_page`).

    The template shows each hole as a variable of that name. It must not ask for its value or change it. Whatever a
    reporter wrote or chose goes into a hole, or into `key` if it is one of a few.
    """

    def made() -> _Holed:
        return _Holed.of(_rendered(request, template, {**context(), **_marked(holes)}))

    page = _held(_place(request), template, key, made)
    filling = {**holes, _TOKEN: csrf_token(request)} if _TOKEN in page.names else holes
    response = PageWithHoles(page.filled(filling))
    response["Cache-Control"] = "no-store"
    return response


def part_with_holes(
    template: str,
    key: tuple[Hashable, ...],
    holes: Mapping[str, str],
    context: Callable[[Mapping[str, str]], Mapping[str, Any]],
) -> SafeString:
    """Return a part of a page (`public/parts/`) whose `holes` are filled on each request, as in `page_with_holes`.

    The key must name everything else that the part depends on besides the language. `context` is given what stands in the
    places of the holes.
    """

    def made() -> _Part:
        given = {"words": asking.words(), **context(_marked(holes))}
        return _Part.of(render_to_string(f"public/parts/{template}.html", given))

    return format_html(_held((asking.language(),), template, key, made).form, **holes)


def _marked(holes: Mapping[str, str]) -> dict[str, str]:
    """Return the placeholder text of each hole."""
    return {name: f"{_HOLE}{name}." for name in holes}


def _held[P: (Pieces, _Holed, _Part)](
    place: tuple[Hashable, ...], template: str, key: tuple[Hashable, ...], made: Callable[[], P]
) -> P:
    """Return the page cached under this key, rendering it first if there is none."""
    whole = (id(asking.pack()), *place, template, *key)
    with _lock:
        held = _kept.get(whole)
        if held is not None:
            _kept.move_to_end(whole)
    if held is not None:
        return held[1]  # type: ignore[return-value]  # a template is always shown by the same function
    fresh = made()
    with _lock:
        _kept[whole] = asking.pack(), fresh
        if len(_kept) > MOST:
            _kept.popitem(last=False)
    return fresh


def _place(request: HttpRequest) -> tuple[Hashable, ...]:
    """Return the parts of a page's URL that its content depends on."""
    return request.META.get("HTTP_HOST"), request.path, request.GET.get("back") == "check"


def _pieces(request: HttpRequest, template: str, context: Mapping[str, Any]) -> Pieces:
    """Return the page in pieces, split where the CSRF token is inserted."""
    for one in context.values():
        if isinstance(one, Form) and (one.errors or not is_blank(one.values)):
            raise ValueError("somebody has typed on this page")
    text = _rendered(request, template, context)
    return Pieces.of(tuple(part.encode() for part in text.split(_PLACE)))


def _rendered(request: HttpRequest, template: str, context: Mapping[str, Any]) -> str:
    given = {**everywhere(request), **context, "csrf_token": _PLACE}
    return render_to_string(f"public/{template}.html", given, request)


def is_blank(typed: Mapping[str, Any]) -> bool:
    """Return whether every form value is empty."""
    return not any(any(v.values()) if isinstance(v, Mapping) else v for v in typed.values())
