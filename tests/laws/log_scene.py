"""A log that is really committed, sequenced by the worker's own role, and looked at by somebody who trusts nobody."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.duty import paging
from heedline.casework.log import checkpoints
from heedline.casework.log import export as log_export
from heedline.casework.log import keeping as log_keeping
from heedline.casework.log.folder import Folder
from tests.laws.committed import superuser
from tests.support import database, furnished
from tests.support.acting import acting
from tests.support.cast import now

KEY = bytes(range(32)).hex()
SLOT = timedelta(minutes=15)

#: `heedline` with these words, and `given=` what it reads: see `here` in tests/laws/conftest.py.
type Command = Callable[..., subprocess.CompletedProcess[str]]


@dataclass
class Log:
    """The log of this run's database. `at`: the quarter hour that it stands at."""

    db: psycopg.Connection[tuple[Any, ...]]
    at: datetime

    def write(self, count: int) -> None:
        """Officers do things: events in transactions of their own."""
        with acting("office"):
            for number in range(count):
                journal.record(Act.QUEUE_READ, actor=None, detail={"state": "open", "new": number})

    def keep(self) -> int:
        """A round of the worker."""
        with acting("worker"):
            return log_keeping.keep(self.at, 0.0, alarm=paging.raise_for_all)

    def sign(self) -> str:
        """The next quarter hour: the log is sequenced and signed. Returns the checkpoint."""
        self.at += SLOT
        self.keep()
        with acting("worker"):
            log_keeping.publish(self.at, alarm=paging.raise_for_all)
            found = checkpoints.latest(checkpoints.SLOT)
        assert found is not None
        return found.note

    def export(self, folder: Path) -> Folder:
        """The log is taken out by whoever runs the installation."""
        with acting("backup"):
            log_export.export(folder, lambda *_: None)
        return Folder(folder)

    def sign_all(self) -> str:
        """Like `sign`, once everything that was written is in the tree."""
        while self.keep():
            pass
        return self.sign()

    def as_superuser(self, *statements: str) -> None:
        """Somebody who may do anything does it, with all triggers off."""
        self.db.execute("SET session_replication_role = replica")
        for statement in statements:
            self.db.execute(statement)  # type: ignore[call-overload]
        self.db.execute("SET session_replication_role = origin")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.db.execute(query).fetchall()  # type: ignore[call-overload]


@contextmanager
def committed_log(blocker: Any) -> Iterator[Log]:
    """An empty log in a database of its own."""
    before = settings.LOG_KEY
    with blocker.unblock(), furnished.in_a_copy(database.EMPTY):
        settings.LOG_KEY = KEY
        try:
            with superuser() as db:
                yield Log(db, now())
        finally:
            settings.LOG_KEY = before


def saved(folder: Path, name: str, text: str) -> Path:
    """A file with this text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path
