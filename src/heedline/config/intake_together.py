"""Store the reports of several API requests in one transaction, and respond after it commits.

Each request runs through the same application as every other, up to sealing its report (`api.views.GroupedReport`). The
sealed reports are then stored in one call of the database. A report that was not stored in it, for whatever reason, is
sent by itself: its request runs through the application again, which stores it or says what is wrong.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from wsgiref.types import WSGIApplication, WSGIEnvironment

from heedline.api.views import GROUPED, GroupedReport
from heedline.casework.journey import submission
from heedline.config.front import AnyResponse, run
from heedline.config.intake_first import PATH
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

    def begin(self, group: Sequence[WSGIEnvironment]) -> Callable[[], Sequence[AnyResponse | None]]:
        """Seal the reports of a group, and return a function that stores them and returns the responses.

        That function returns None for each report that was not stored. Its request has to run again, separately.
        """
        if len(group) == 1:
            return lambda: [run(self._app, group[0])]
        reports = [GroupedReport() for _ in group]
        held = []
        for environ, report in zip(group, reports, strict=True):
            environ[GROUPED] = report
            held.append(run(self._app, environ))

        def end() -> list[AnyResponse | None]:
            stored = _stored(reports)
            return [
                response if report.sealed is None or report in stored else None
                for report, response in zip(reports, held, strict=True)
            ]

        return end


def _stored(reports: Sequence[GroupedReport]) -> set[GroupedReport]:
    """Store the sealed reports in one call, and return those that were stored."""
    sealed = [(one, one.sealed) for one in reports if one.sealed is not None]
    try:
        done = submission.store_together([each for _, each in sealed])
    except Exception:  # each is sent by itself, and says what is wrong
        logger.exception("reports were not stored together")
        return set()
    return {report for (report, _), stored in zip(sealed, done, strict=True) if stored}
