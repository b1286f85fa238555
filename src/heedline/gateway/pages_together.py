"""Handle question pages and answers in groups, with one call to load a group's drafts and one to save them.

Each request runs through the same application as any other. Its draft is loaded after the request has arrived, so it is as
recent as it would be outside a group. The response to an answer is held back until its draft is saved, and the draft is saved
only if nothing has saved, sent or deleted it since it was loaded. A request whose draft was not saved with the others runs
through the application again, on its own. This saves the draft or reports what is wrong (ADR 101).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from wsgiref.types import WSGIApplication, WSGIEnvironment

from django.conf import settings
from django.db import Error
from django.http.cookie import parse_cookie

from heedline.casework.intake import drafting
from heedline.gateway.front import AnyResponse, run
from heedline.gateway.public_handler import renew_connection
from heedline.web.public.report.kept_pages import kept_pages
from heedline.web.public.report.plain_answers import PUT_OFF, PutOff

logger = logging.getLogger("heedline.pages")


class PagesTogether:
    """Grouped handling of requests for question pages and of answers to them.

    `app` is the application that runs every request.
    """

    def __init__(self, app: WSGIApplication, renew: Callable[[], None] = renew_connection) -> None:
        self._app, self._renew = app, renew
        self._cookie = f"{settings.DRAFT_COOKIE}="
        self._asks, self._answers = kept_pages().asks_and_answers()

    def expects(self, environ: WSGIEnvironment) -> bool:
        """Return whether a request has a draft cookie and asks for a question page or answers one."""
        method = environ["REQUEST_METHOD"]
        paths = self._asks if method == "GET" else self._answers if method == "POST" else ()
        return environ["PATH_INFO"] in paths and self._cookie in environ.get("HTTP_COOKIE", "")

    def begin(self, group: Sequence[WSGIEnvironment]) -> Callable[[], Sequence[AnyResponse | None]]:
        """Run all requests, and return a function that saves the answers' drafts and returns the responses.

        That function returns None in place of a response if the request has to be run separately.
        """
        if len(group) == 1:
            return lambda: [run(self._app, group[0])]
        try:
            tries = self._tried(group)
        except Exception as problem:
            if not isinstance(
                problem, Error
            ):  # each request then loads its own draft and reports what is wrong
                logger.exception("loading the drafts of a group failed")
            return lambda: [None] * len(group)

        def end() -> list[AnyResponse | None]:
            put_off = [one.put_off for one in tries if one.put_off is not None]
            saved = _saved(put_off)
            all_saved = all(one.saves.keys() <= saved for one in put_off)
            responses: list[AnyResponse | None] = []
            for environ, one in zip(group, tries, strict=True):
                if one.response is not None and (one.put_off is None or one.put_off.saves.keys() <= saved):
                    responses.append(one.response)
                    continue
                environ["wsgi.input"].seek(0)  # the first run may have read it
                responses.append(run(self._app, environ) if one.follows and all_saved else None)
            return responses

        return end

    def _tried(self, group: Sequence[WSGIEnvironment]) -> Sequence[_Tried]:
        """Run the first request with each draft cookie, after loading all drafts in one call."""
        cookies = [parse_cookie(environ["HTTP_COOKIE"]).get(settings.DRAFT_COOKIE, "") for environ in group]
        self._renew()
        tries = []
        with drafting.loaded_together(dict.fromkeys(cookies)):
            for at, environ in enumerate(group):
                if cookies[at] in cookies[:at]:
                    tries.append(_Tried(follows=True))
                    continue
                mine = {**environ}  # running a request changes its environment
                response = run(self._app, mine)
                tries.append(_Tried(response, mine.get(PUT_OFF)))
        return tries


@dataclass(frozen=True, slots=True)
class _Tried:
    """The outcome of a grouped request: its response, and the drafts to save before the response is sent.

    Both are None for a request that `follows` another from the same browser: it has not been run yet.
    """

    response: AnyResponse | None = field(repr=False, default=None)
    put_off: PutOff | None = None
    follows: bool = False


def _saved(several: Sequence[PutOff]) -> set[bytes]:
    """Save deferred drafts in one call, add their page counts to the totals, and return their keys."""
    if not several:
        return set()
    try:
        saved = drafting.save_together([one.saves for one in several])
    except Exception:  # each request then saves its own draft and reports what is wrong
        logger.exception("saving the drafts of a group failed")
        return set()
    for one in several:
        if one.saves.keys() <= saved:
            one.counted.keep()
    return saved
