"""Store the reports of several API requests in one transaction, and respond after it commits.

Each request runs through the same application as every other, up to sealing its report (`api.views.GroupedReport`). One
database call then stores all the sealed reports. If a report was not stored by that call, its request runs through the
application again on its own, which stores the report or reports what is wrong.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from wsgiref.types import WSGIApplication, WSGIEnvironment

from heedline.api.views import GROUPED, GroupedReport
from heedline.casework.journey import submission
from heedline.gateway.front import AnyResponse, run
from heedline.gateway.groups import Group
from heedline.gateway.intake_first import PATH
from heedline.web.declared import BODY_REFUSED

logger = logging.getLogger("heedline.intake")


class IntakeTogether:
    """Grouped handling of API requests that send a report without files.

    `app` is the application that runs every request.
    """

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def expects(self, environ: WSGIEnvironment) -> bool:
        """Return whether a request sends a report without files."""
        return (
            environ["PATH_INFO"] == PATH
            and environ["REQUEST_METHOD"] == "POST"
            and environ.get("CONTENT_TYPE") == "application/json"
            and BODY_REFUSED not in environ
        )

    def begin(self, group: Group[WSGIEnvironment]) -> Callable[[], Sequence[AnyResponse | None]]:
        """Seal the reports of a group, and return a function that stores them and returns the responses.

        Requests that arrive while reports are being sealed join the group. The function returns None for each report
        that was not stored. Its request has to run again, separately.
        """
        tries: list[_Try] = []
        more: Sequence[WSGIEnvironment] = [*group]
        while more:
            for environ in more:
                report = environ[GROUPED] = GroupedReport()
                tries.append(_Try(environ, report, run(self._app, environ)))
            more = group.grow()

        def end() -> list[AnyResponse | None]:
            if len(tries) == 1:
                return [self._alone(tries[0])]
            stored = _stored([one.report for one in tries if one.report.sealed is not None])
            return [
                one.response if one.report.sealed is None or one.report in stored else None for one in tries
            ]

        return end

    def _alone(self, one: _Try) -> AnyResponse:
        """Store a report that is alone in its group, which is cheaper for the database, and return the response."""
        if one.report.sealed is None:
            return one.response
        with suppress(Exception):  # the view raises it again, and responds
            if not one.report.store().again:
                return one.response
        return run(self._app, one.environ)


@dataclass(frozen=True, slots=True)
class _Try:
    """A request in a group, with its report and the response to send once the report is stored."""

    environ: WSGIEnvironment = field(repr=False)
    report: GroupedReport
    response: AnyResponse = field(repr=False)


def _stored(reports: Sequence[GroupedReport]) -> set[GroupedReport]:
    """Store sealed reports in one call, and return those that were stored."""
    try:
        done = submission.store_together([one.sealed for one in reports if one.sealed is not None])
    except Exception:  # each is sent by itself, and says what is wrong
        logger.exception("reports were not stored together")
        return set()
    return {report for report, stored in zip(reports, done, strict=True) if stored}
