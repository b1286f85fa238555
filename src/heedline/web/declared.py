"""The intended audience of each view, and who sends an upload.

Every view declares its audience. A route without a declaration prevents start-up and fails the build.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Enum, StrEnum
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.urls import URLPattern, URLResolver, get_resolver

#: Key of the WSGI environment: the status under which `gateway.front` refused a body, which is then not there to be read.
BODY_REFUSED = "heedline.body-refused"
#: Key of the WSGI environment: whoever asks is to be asked to come again, because too many others wait.
TOO_BUSY = "heedline.too-busy"


class SentBy(Enum):
    """Who sends an upload."""

    DRAFT = "somebody with a draft, which sends one file at a time"
    PROGRAM = "anybody, over the API"
    NOBODY = "somebody of whom nothing is stored"


class Audience(StrEnum):
    """The audience that a view serves."""

    HOLDER = "holds a token for one file"  # the files site: no account, nothing else
    EVERYONE = "everyone"  # the public site: no account, no trace
    SIGNING_IN = "signing in"  # the office's door
    OFFICERS = "signed in"
    UNLOCKED = "signed in and keys unlocked"


def open_to[V: Callable[..., Any]](audience: Audience) -> Callable[[V], V]:
    """Declare the audience of a view."""

    def declare(view: V) -> V:
        view.audience = audience  # type: ignore[attr-defined]
        return view

    return declare


def audience_of(view: Callable[..., Any]) -> Audience | None:
    """Return the declared audience of a view, or None if there is no declaration."""
    found = getattr(view, "audience", None)
    return found if isinstance(found, Audience) else None


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Yield every route of a site, as its full path pattern and its `URLPattern`."""
    for one in (resolver or get_resolver()).url_patterns:
        where = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from routes(one, where)
        else:
            yield where, one


@register()
def every_route_is_declared(app_configs: object, **_: object) -> list[CheckMessage]:
    """Report an error at start-up for any route that does not declare its audience."""
    return [
        Error(f"The route /{where} does not say whom it is for.", id="heedline.E001")
        for where, route in routes()
        if audience_of(route.callback) is None
    ]
