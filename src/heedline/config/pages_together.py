"""Answer several question pages and answers at once, whose drafts are loaded by one call and saved by one call.

Each request runs through the same application as every other. Its draft is read after the request has come, so it is as new
as it would be otherwise. An answer is held until its draft is saved. If drafts could not be saved together, each of these
requests runs through the application again, which saves the draft or says what is wrong (ADR 101).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from wsgiref.types import WSGIApplication, WSGIEnvironment

from django.conf import settings
from django.db import Error
from django.http.cookie import parse_cookie

from heedline.casework.intake import drafting
from heedline.config.front import AnyResponse, run
from heedline.config.public_handler import renew_connection
from heedline.web.public.report.kept_pages import kept_pages
from heedline.web.public.report.plain_answers import PUT_OFF, PutOff

logger = logging.getLogger("heedline.pages")


class PagesTogether:
    """The pages that are made in groups, and how a group is run.

    `app` is the application that runs every request.
    """

    def __init__(self, app: WSGIApplication, renew: Callable[[], None] = renew_connection) -> None:
        self._app, self._renew = app, renew
        self._cookie = f"{settings.DRAFT_COOKIE}="
        self._asks, self._answers = kept_pages().asks_and_answers()

    def expects(self, environ: WSGIEnvironment) -> bool:
        """Return whether a request with a draft's cookie asks for a page that depends on it, or answers a question."""
        method = environ["REQUEST_METHOD"]
        paths = self._asks if method == "GET" else self._answers if method == "POST" else ()
        return environ["PATH_INFO"] in paths and self._cookie in environ.get("HTTP_COOKIE", "")

    def begin(self, group: Sequence[WSGIEnvironment]) -> Callable[[], Sequence[AnyResponse]]:
        """Make all responses, and return a function that saves the drafts of answers and returns the responses."""
        if len(group) == 1:
            return lambda: [run(self._app, group[0])]
        cookies = [parse_cookie(environ["HTTP_COOKIE"]).get(settings.DRAFT_COOKIE, "") for environ in group]
        # two requests of one browser follow each other
        first = [cookie not in cookies[:at] for at, cookie in enumerate(cookies)]
        tries = [{**environ} for environ in group]  # running a request changes its environment
        self._renew()
        try:
            with drafting.loaded_together(dict.fromkeys(cookies)):
                made = [
                    run(self._app, environ) if is_first else None
                    for environ, is_first in zip(tries, first, strict=True)
                ]
        except Error:  # each loads its draft by itself, and says what is wrong
            made = [None] * len(group)

        def end() -> list[AnyResponse]:
            put_off = [environ.get(PUT_OFF) for environ in tries]
            saved = _saved([one for one in put_off if one is not None])
            return [
                response if response is not None and (later is None or saved) else self._alone(environ)
                for environ, later, response in zip(group, put_off, made, strict=True)
            ]

        return end

    def _alone(self, environ: WSGIEnvironment) -> AnyResponse:
        environ["wsgi.input"].seek(0)  # it may have been read before
        return run(self._app, environ)


def _saved(several: Sequence[PutOff]) -> bool:
    """Save what was put off, count it, and return whether that was done."""
    if not several:
        return True
    try:
        saved = drafting.save_together([one.saves for one in several])
    except Exception:  # each is saved by itself, and says what is wrong
        logger.exception("drafts were not saved together")
        return False
    if saved:
        for one in several:
            one.counted.keep()
    return saved
