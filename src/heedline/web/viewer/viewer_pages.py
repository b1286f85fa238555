"""Pages of the files site, on which a token is exchanged for a capability and the file is shown.

Everything works with links alone. The script only adds revealing by region and keys.
"""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from itertools import chain, islice
from threading import BoundedSemaphore
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse

from heedline.casework.attachments import deriving, redeeming
from heedline.casework.attachments.view_content import Derived, DerivedPart
from heedline.casework.errors import NotHere
from heedline.web.declared import Audience, open_to
from heedline.web.viewer import refused
from heedline.web.viewer.policies import page
from heedline.web.viewer.ranges import Unsatisfiable, range_of
from heedline.web.viewer.view_state import ZOOMS, ViewState, state_of
from heedline.web.viewer.viewer_words import why_not_shown

#: What a browser may say that an address is opened as. An address that is pasted elsewhere is not used up.
_FRAMES = frozenset({"", "iframe", "frame"})
#: Media types that our own encoders write. Nothing else leaves as itself.
_OURS = frozenset(
    {
        "image/png",
        "image/jpeg",
        "image/webp",
        "video/webm",
        "video/mp4",
        "audio/wav",
        "audio/webm",
        "audio/ogg",
        "audio/mp4",
        "audio/mpeg",
        "text/plain; charset=utf-8",
    }
)
#: What plays; the beginning only while the whole is still being made.
_MOVING = ("film", "sound", "start")
#: Seconds between two questions of a page that waits for its derivative.
_ASK_AGAIN = 2
#: Bytes of one range. The server takes what we send as fast as we send it, however slow the reader is.
_MOST_AT_ONCE = 1024 * 1024
#: Originals that are handed out at once, for the same reason: each may be in memory until its reader has it.
_HANDING_OUT = BoundedSemaphore(2)
#: Lines of a text on one page, and the bytes of it that are read at all.
_LINES, _MOST_TEXT = 120, 2 * 1024 * 1024


@open_to(Audience.HOLDER)
def front(request: HttpRequest) -> HttpResponse:
    """Show the files site's front page, which explains the site's purpose."""
    return page("viewer/front.html")


@open_to(Audience.HOLDER)
def use_token(request: HttpRequest, token: str) -> HttpResponse:
    """Redeem a token, and redirect to the page for its capability."""
    _refuse_fetched_ahead(request, _FRAMES)
    _refuse_head(request)
    capability = redeeming.use_token(token)
    response = HttpResponse(status=HTTPStatus.SEE_OTHER)
    response["Location"] = reverse("viewer", kwargs={"capability": capability})
    return response


@open_to(Audience.HOLDER)
def view(request: HttpRequest, capability: str) -> HttpResponse:
    """Show the file, covered until the officer reveals it."""
    shown = request.GET.get("show") == "1"
    content = redeeming.content_of(capability, uncovered=shown)
    derived = deriving.derived_or_begun(capability, content)
    early = deriving.early_parts(capability) if derived is None else []
    if any(one.role == "start" for one in early):
        return page(
            "viewer/view.html",
            {**_shown(request, capability, Derived(None, tuple(early))), "still_made": True},
        )
    if derived is None:
        response = page("viewer/making.html")
        response["Refresh"] = str(_ASK_AGAIN)
        return response
    if not derived.parts:
        return page("viewer/not_shown.html", {"words": why_not_shown(derived.failure)})
    return page("viewer/view.html", _shown(request, capability, derived))


@open_to(Audience.HOLDER)
def minute(request: HttpRequest, capability: str) -> HttpResponse:
    """Count one minute during which the file is uncovered on screen."""
    redeeming.content_of(capability, uncovered=True)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@open_to(Audience.HOLDER)
def content(request: HttpRequest, capability: str, role: str, number: int) -> HttpResponseBase:
    """Serve one part of the derivative, or the requested range of it."""
    derived = redeeming.content_of(capability, uncovered=role in _MOVING).derived
    parts = derived.parts if derived is not None else deriving.early_parts(capability)
    part = next((one for one in parts if (one.role, one.number) == (role, number)), None)
    if part is None or part.media not in _OURS:
        raise NotHere
    headers = {"Accept-Ranges": "bytes", "Content-Type": part.media}
    try:
        asked = range_of(request.headers.get("Range", ""), part.length)
    except Unsatisfiable:
        return HttpResponse(
            status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
            headers={"Content-Range": f"bytes */{part.length}"},
        )
    start, length = asked or (0, part.length)
    if asked is not None:
        length = min(length, _MOST_AT_ONCE)  # the browser asks for the next when it needs it
    headers["Content-Length"] = str(length)
    if asked is not None:
        headers["Content-Range"] = f"bytes {start}-{start + length - 1}/{part.length}"
    status = HTTPStatus.OK if asked is None else HTTPStatus.PARTIAL_CONTENT
    if derived is not None:
        body = redeeming.read_part(derived, role, number, start, length)
    else:
        body = iter([deriving.early_bytes(capability, role, number)[start : start + length]])
    return StreamingHttpResponse(_begun(body), status=status, headers=headers)


@open_to(Audience.HOLDER)
def original(request: HttpRequest, token: str) -> HttpResponseBase:
    """Serve the original as a download that browsers will not open automatically."""
    _refuse_fetched_ahead(request, None)
    _refuse_head(request)
    if not _HANDING_OUT.acquire(blocking=False):
        return refused.busy(request)
    try:
        taken = redeeming.take_original(token)
        body = _HandedOut(_begun(taken.content))
    except BaseException:
        _HANDING_OUT.release()
        raise
    return StreamingHttpResponse(
        body,
        headers={
            "Content-Type": "application/octet-stream",
            "Content-Length": str(taken.length),
            "Content-Disposition": f'attachment; filename="{taken.name}"',
        },
    )


class _HandedOut:
    """The response body of an original, which releases its download slot when it ends."""

    def __init__(self, body: Iterator[bytes]) -> None:
        self._body, self._open = body, True

    def __iter__(self) -> Iterator[bytes]:
        return self._body

    def close(self) -> None:
        if self._open:
            self._open = False
            _HANDING_OUT.release()


def _begun(body: Iterator[bytes]) -> Iterator[bytes]:
    """Return the body after authenticating its first bytes, so that a damaged file gets an error page."""
    return chain(list(islice(body, 1)), body)


def _refuse_fetched_ahead(request: HttpRequest, places: frozenset[str] | None) -> None:
    """Raise NotHere for prefetches and embedding elsewhere, without redeeming the token."""
    if request.headers.get("Sec-Purpose") or request.headers.get("Purpose"):
        raise NotHere
    if places is not None and request.headers.get("Sec-Fetch-Dest", "") not in places:
        raise NotHere


def _refuse_head(request: HttpRequest) -> None:
    """Raise NotHere for a request of headers alone, which would use the token up."""
    if request.method == "HEAD":
        raise NotHere


def _part(derived: Derived, role: str, number: int) -> DerivedPart | None:
    return next((one for one in derived.parts if (one.role, one.number) == (role, number)), None)


def _shown(request: HttpRequest, capability: str, derived: Derived) -> dict[str, Any]:
    """Return the template context for the viewer page."""
    pages = [one for one in derived.parts if one.role == "page"]
    moving = next((one for role in _MOVING for one in derived.parts if one.role == role), None)
    is_film = _part(derived, "poster", 1) is not None
    text = _part(derived, "text", 1) if not pages and moving is None else None
    lines = _lines(derived, text) if text is not None and request.GET.get("show") == "1" else []
    count = -(-len(lines) // _LINES) if text is not None else len(pages)
    state = state_of(request.GET, pages=count, seconds=moving.seconds if moving else 0)
    picture = pages[state.page - 1] if pages else _part(derived, "poster", 1)
    return {
        "state": state,
        "links": _links(state, count, moving is not None, text is not None),
        "count": count,
        "all_pages": derived.pages,
        "picture": picture,
        "picture_src": _source(capability, picture),
        "moving": moving,
        "is_film": is_film,
        "moving_src": _source(capability, moving),
        "is_text": text is not None,
        "lines": lines[(state.page - 1) * _LINES : state.page * _LINES],
        "minute_src": reverse("viewer-minute", kwargs={"capability": capability}),
        "incomplete": why_not_shown(derived.failure) if derived.failure else "",
        "turned": state.turn in {90, 270},
    }


def _source(capability: str, part: DerivedPart | None) -> str:
    if part is None:
        return ""
    return reverse(
        "viewer-content", kwargs={"capability": capability, "role": part.role, "number": part.number}
    )


def _links(state: ViewState, count: int, moving: bool, text: bool) -> list[dict[str, str]]:
    """Return the toolbar's links, each of which changes one display setting."""
    if not state.shown:
        return []
    found = [{"name": "cover", "text": "Cover", "href": state.but(shown=False)}]
    if count > 1:
        if state.page > 1:
            found.append(
                {"name": "previous", "text": "Previous page", "href": state.but(page=state.page - 1)}
            )
        if state.page < count:
            found.append({"name": "next", "text": "Next page", "href": state.but(page=state.page + 1)})
    if not text:
        grey = {"name": "grey", "text": "In grey", "href": state.but(grey=True)}
        colour = {"name": "grey", "text": "In colour", "href": state.but(grey=False)}
        found.append(colour if state.grey else grey)
        turned = state.but(turn=(state.turn + 90) % 360)
        found.append({"name": "turn", "text": "Turn right", "href": turned})
    if not text and not moving:
        if state.zoom < ZOOMS[-1]:
            found.append({"name": "larger", "text": "Larger", "href": state.but(zoom=state.zoom + 1)})
        if state.zoom > ZOOMS[0]:
            found.append({"name": "smaller", "text": "Smaller", "href": state.but(zoom=state.zoom - 1)})
    return found


def _lines(derived: Derived, part: DerivedPart) -> list[str]:
    some = min(part.length, _MOST_TEXT)
    data = b"".join(redeeming.read_part(derived, part.role, part.number, 0, some))
    return data.decode("utf-8", "replace").splitlines() or [""]
