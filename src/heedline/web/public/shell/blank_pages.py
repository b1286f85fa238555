"""A cache of whole pages on which nobody has typed anything.

Such a page differs between two people in nothing but the CSRF token. It is kept in pieces, and the token of the request
is put between them. A page that shows a typed word or an error is rendered each time (ADR 61).
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from threading import Lock
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string

from heedline.packs import Pack
from heedline.web.components.forms import Form
from heedline.web.public.shell import asking
from heedline.web.public.shell.compression import Pieces
from heedline.web.public.shell.pages import everywhere

#: How many pages a process keeps. All of the United Kingdom's, in one language and in their order, are about a hundred.
MOST = 400
#: Stands where the token goes, until it does. Nobody can type it, because each process makes its own.
_PLACE = secrets.token_hex(32)

#: Pages in pieces, the least recently shown first, with the pack so that its identity stays its own.
_kept: OrderedDict[Hashable, tuple[Pack, Pieces]] = OrderedDict()
_lock = Lock()


def blank_page(
    request: HttpRequest, template: str, key: tuple[Hashable, ...], context: Callable[[], Mapping[str, Any]]
) -> HttpResponse:
    """Return a page like `pages.page`, rendered once for each `key` and URL of this site.

    The key must name everything that the page depends on besides its path, the pack and the token. `context` is called
    only if the page has to be rendered. Raises ValueError if a form in it has a value or an error.
    """
    name = (id(asking.pack()), request.get_host(), request.path, request.GET.get("back") == "check")
    whole = (*name, template, *key)
    with _lock:
        held = _kept.get(whole)
        if held is not None:
            _kept.move_to_end(whole)
    if held is None:
        held = asking.pack(), _pieces(request, template, context())
        with _lock:
            _kept[whole] = held
            if len(_kept) > MOST:
                _kept.popitem(last=False)
    return held[1].response(request, get_token(request))


def _pieces(request: HttpRequest, template: str, context: Mapping[str, Any]) -> Pieces:
    """Return the page in pieces, split wherever the token goes."""
    for one in context.values():
        if isinstance(one, Form) and (one.errors or not is_blank(one.values)):
            raise ValueError("somebody has typed on this page")
    given = {**everywhere(request), **context, "csrf_token": _PLACE}
    text = render_to_string(f"public/{template}.html", given, request)
    return Pieces.of(tuple(part.encode() for part in text.split(_PLACE)))


def is_blank(typed: Mapping[str, Any]) -> bool:
    """Return whether nothing was typed or chosen."""
    return not any(any(v.values()) if isinstance(v, Mapping) else v for v in typed.values())
