"""Law 5, in what processes print: a log line says which process, what kind of error and where in our code, and no more.

Each try runs in a process of its own, set up as in production, with nothing of the tests in it: Django's own logging
was once left in place by an empty setting, and no test that ran inside pytest could see it.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.support.database import CHECKOUT, cluster, database

SECRET = "Zinnober-quinquereme-4711"
SOURCES = CHECKOUT / "src" / "heedline"
_LEVELS = {"debug", "info", "warning", "error", "exception", "critical", "log"}


def run(process: str, script: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Run a script after `django.setup()` as this process, with a secret to lose in `SECRET`."""
    # PYTHONDEVMODE and the like are not inherited, and neither is anything that says "test"
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(CHECKOUT / "src"),
        "DJANGO_SETTINGS_MODULE": "heedline.config.settings",
        "HEEDLINE_PROCESS": process,
        "HEEDLINE_SECRET_KEY": "a-key-that-signs-nothing",
        "HEEDLINE_HOME": str(home),
        "HEEDLINE_DATABASE_URL": cluster().url(process, database()),
        "SECRET": SECRET,
    }
    words = "import os, logging, django\ndjango.setup()\nSECRET = os.environ['SECRET']\n"
    return subprocess.run(
        [sys.executable, "-c", words + textwrap.dedent(script)],
        env=environment,
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )


#: What each script does, and what must be seen of it: a test that saw nothing at all would prove nothing.
LOGGED = {
    "message, arguments, extra and exception of our own logger": (
        """
        log = logging.getLogger("heedline.web")
        log.error("a request failed", extra={"who": SECRET})
        log.error("a request failed: %s", SECRET)
        try:
            raise ValueError(SECRET)
        except ValueError as problem:
            problem.add_note(SECRET)
            log.exception("a request failed %r", SECRET, extra={"words": SECRET}, stack_info=True)
        """,
        "ValueError",
    ),
    "foreign loggers, whatever they say": (
        """
        for name in ("django", "django.request", "django.server", "django.security.DisallowedHost",
                     "django.db.backends", "procrastinate.worker", "allauth", "asyncio", "py.warnings", "somebody"):
            logging.getLogger(name).error(SECRET)
            logging.getLogger(name).critical("%s", SECRET, extra={"request": SECRET, "status_code": 500})
        """,
        "ERROR django.request",
    ),
    "causes and contexts of an exception": (
        """
        try:
            try:
                int(SECRET)
            except ValueError as first:
                raise RuntimeError(f"because of {SECRET}") from first
        except RuntimeError:
            logging.getLogger("django.request").error("%s: %s", "Internal Server Error", "/" + SECRET, exc_info=True)
        """,
        "RuntimeError",
    ),
    "a value quoted by the database": (
        """
        from django.db import connection, DatabaseError
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT %s::uuid", [SECRET])
        except DatabaseError as problem:
            assert SECRET in str(problem), "the test would see it"
            logging.getLogger("heedline.door").exception("the database did not store it")
        """,
        "DataError",
    ),
    "an exception in a view, through the whole application": (
        """
        from django.test import RequestFactory
        from django.core.handlers.wsgi import WSGIHandler
        from django.core.management import call_command
        from heedline.web.declared import routes
        call_command("collectstatic", interactive=False, verbosity=0)
        def falls(request):
            raise ValueError(SECRET + str(request.headers))
        for _, route in routes():
            route.callback = falls
        answered = []
        environ = RequestFactory().get("/privacy/", {"q": SECRET}, headers={"User-Agent": SECRET}).environ
        body = b"".join(WSGIHandler()(environ | {"HTTP_HOST": "localhost"}, lambda status, headers: answered.append(status)))
        assert answered == ["500 Internal Server Error"], answered
        assert SECRET.encode() not in body
        """,
        "ValueError",
    ),
}
UNCAUGHT = {
    "an exception that nobody catches": "raise ValueError(SECRET)",
    "an exception in a thread": """
        import threading
        def falls(): raise ValueError(SECRET)
        thread = threading.Thread(target=falls, name=SECRET)
        thread.start(); thread.join()
        """,
    "an exception that cannot be raised": """
        class Falls:
            def __repr__(self): return SECRET
            def __del__(self): raise ValueError(SECRET)
        Falls()
        """,
    "a warning": "import warnings; warnings.warn(SECRET, UserWarning); raise ValueError",
}


@pytest.mark.parametrize(
    ("process", "what"),
    [
        *(("public", what) for what in LOGGED),
        *((other, next(iter(LOGGED))) for other in ("office", "worker")),
    ],
)
def test_a_log_line_holds_nothing_of_what_was_sent(process: str, what: str, tmp_path: Path) -> None:
    script, seen = LOGGED[what]
    done = run(process, script, tmp_path)
    assert done.returncode == 0, done.stderr
    assert seen in done.stderr, "the test would see it"
    assert SECRET not in done.stderr + done.stdout


@pytest.mark.parametrize("what", UNCAUGHT)
def test_what_nobody_catches_is_printed_by_kind_and_place_only(what: str, tmp_path: Path) -> None:
    done = run("public", UNCAUGHT[what], tmp_path)
    assert "ValueError" in done.stderr, "the test would see it"
    assert SECRET not in done.stderr + done.stdout
    assert list(tmp_path.iterdir()) == []


def test_no_message_of_ours_is_put_together_at_run_time() -> None:
    """Our own messages are printed as they stand, so they must be constants: no f-string, no `%`, no variable."""
    found = 0
    for file in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in _LEVELS
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id in {"logger", "logging", "log"}
            ):
                message = node.args[1 if node.func.attr == "log" else 0]
                assert isinstance(message, ast.Constant), f"{file}:{node.lineno}"
                found += 1
    assert found > 5, "the test looks for something that is there"
