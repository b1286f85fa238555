"""Answer several question pages and answers at once, whose drafts are loaded by one call and saved by one call.

Each request runs through the same application as every other. Its draft is read after the request has come, so it is as new
as it would be otherwise. An answer is held until its draft is saved, which is done only if nobody else has saved, sent or deleted
it since it was read. Each request whose draft was not saved with the others runs through the application again by itself,
which saves the draft or says what is wrong (ADR 101).
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

    def begin(self, group: Sequence[WSGIEnvironment]) -> Callable[[], Sequence[AnyResponse | None]]:
        """Make all responses, and return a function that saves the drafts of answers and returns the responses.

        It returns None for a request that has to run by itself.
        """
        if len(group) == 1:
            return lambda: [run(self._app, group[0])]
        try:
            tries = self._tried(group)
        except Exception as problem:
            if not isinstance(problem, Error):  # each loads its draft by itself, and says what is wrong
                logger.exception("drafts were not loaded together")
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
                environ["wsgi.input"].seek(0)  # it may have been read before
                responses.append(run(self._app, environ) if one.follows and all_saved else None)
            return responses

        return end

    def _tried(self, group: Sequence[WSGIEnvironment]) -> Sequence[_Tried]:
        """Run the first request of each browser, on drafts that are loaded together."""
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
    """What came of a request of a group: its response, and what has to be saved before that may be sent.

    There is neither for one that follows another request of the same browser.
    """

    response: AnyResponse | None = field(repr=False, default=None)
    put_off: PutOff | None = None
    follows: bool = False


def _saved(several: Sequence[PutOff]) -> set[bytes]:
    """Save what was put off, count what was saved, and return the rows of that."""
    if not several:
        return set()
    try:
        saved = drafting.save_together([one.saves for one in several])
    except Exception:  # each is saved by itself, and says what is wrong
        logger.exception("drafts were not saved together")
        return set()
    for one in several:
        if one.saves.keys() <= saved:
            one.counted.keep()
    return saved
