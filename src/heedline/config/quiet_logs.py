"""Logging that cannot disclose personal data.

Django's own loggers print paths, and sooner or later tracebacks write the values of variables to a file.
Here a log line gives only the process, the logger, the type of error and the place in *our* code where
it was raised. It contains nothing that came from a person. Every message from a third-party logger is
replaced by its level and logger name.
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from types import TracebackType
from typing import Any

logger = logging.getLogger("heedline.process")


class NothingPersonal(logging.Formatter):
    """A log formatter that omits everything except fixed messages and the location of errors.

    Records are formatted as `LEVEL logger [Exception at file:line ← …]`, together with our own fixed
    messages without their arguments.
    """

    def format(self, record: logging.LogRecord) -> str:
        words = f"{record.levelname} {record.name}"
        if record.name.startswith("heedline") and isinstance(record.msg, str):
            words += f": {record.msg}"  # our messages are constants; arguments are never merged in
        if record.exc_info and record.exc_info[0] is not None:
            frames = [
                f"{frame.filename.rsplit('heedline/', 1)[-1]}:{frame.lineno}"
                for frame in traceback.extract_tb(record.exc_info[2])
                if "heedline/" in frame.filename
            ]
            words += f" [{record.exc_info[0].__name__} at {' <- '.join(reversed(frames)) or 'outside'}]"
        return words


def configure(_settings: dict[str, Any]) -> None:
    """Send the output of all the process's loggers to standard error through `NothingPersonal`.

    Records below WARNING are dropped.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(NothingPersonal())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in (
        "django",
        "django.request",
        "django.server",
        "django.security",
        "django.db.backends",
        "procrastinate",
    ):
        logger = logging.getLogger(name)
        logger.handlers[:] = []
        logger.propagate = True
        logger.setLevel(logging.WARNING)
    logging.getLogger("django.security.csrf").setLevel(logging.ERROR)
    logging.getLogger("django.request").setLevel(logging.ERROR)
    logging.getLogger("heedline").setLevel(logging.INFO)
    logging.captureWarnings(True)  # the words of a warning are a foreign message like any other
    _hold_back_uncaught()


def _hold_back_uncaught() -> None:
    """Install hooks that write uncaught exceptions as ordinary log lines.

    Python's default hook would print the message of the exception. A hook already installed by other code
    (such as a test runner) is left in place.
    """

    def uncaught(kind: type[BaseException], problem: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        logger.critical("the process ended by an error", exc_info=(kind, problem, trace))

    def in_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
            logger.error(
                "a thread ended by an error", exc_info=(args.exc_type, args.exc_value, args.exc_traceback)
            )

    def unraisable(args: sys.UnraisableHookArgs) -> None:
        if args.exc_value is not None:
            logger.error(
                "an error could not be raised", exc_info=(args.exc_type, args.exc_value, args.exc_traceback)
            )

    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = uncaught
    if threading.excepthook is threading.__excepthook__:
        threading.excepthook = in_thread
    if sys.unraisablehook is sys.__unraisablehook__:
        sys.unraisablehook = unraisable
