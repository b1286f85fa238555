"""Deliver pages to a folder instead of by email, for the demo and the tests.

A file has a random name and the quarter hour as its time. The times that the file system records by
itself (change and birth times) cannot be set, so `settle_folder` rewrites the files of past quarter
hours in random order.
"""

from __future__ import annotations

import os
import secrets
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from heedline.dispatch.clocks import SLOT, slot_of


class FolderMail(BaseEmailBackend):
    """A Django mail backend that writes one `.eml` file for each recipient into PAGES_DIR.

    Raises OSError if it cannot write.
    """

    def __init__(self, *args: Any, folder: Path | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._folder = folder or Path(settings.PAGES_DIR)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write all messages and return the number written."""
        written = 0
        for message in email_messages:
            if not message.recipients():
                continue
            built = message.message()
            slot = slot_of(parsedate_to_datetime(built["Date"]))
            for header, value in (
                ("Date", format_datetime(slot)),
                ("Message-ID", f"<{uuid.uuid4().hex}@{message.from_email.rpartition('@')[2]}>"),
            ):
                del built[header]
                built[header] = value
            write_page(built.as_bytes(), ending="eml", at=slot, folder=self._folder)
            written += 1
        return written


def write_page(content: bytes, *, ending: str, at: datetime, folder: Path | None = None) -> Path:
    """Write one page to a file with a random name, readable only by its owner and dated to the quarter hour.

    Raises OSError.
    """
    folder = folder or Path(settings.PAGES_DIR)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{uuid.uuid4().hex}.{ending}"
    _write(path, content, at)
    return path


def settle_folder(at: datetime, folder: Path | None = None) -> int:
    """Rename and rewrite the files of past quarter hours, and return the number rewritten.

    The files are rewritten in shuffled order. Afterwards their birth and change times all lie at the same
    boundary between quarter hours. The function is idempotent, because a file whose change time is later
    than its quarter hour has already been settled.
    """
    folder = folder or Path(settings.PAGES_DIR)
    if not folder.is_dir():
        return 0
    files = [path for path in folder.iterdir() if path.suffix in {".eml", ".json"} and path.is_file()]
    secrets.SystemRandom().shuffle(files)
    settled = 0
    for path in files:
        noted = path.stat()
        slot = datetime.fromtimestamp(noted.st_mtime, UTC)
        if slot + SLOT > at or noted.st_ctime >= (slot + SLOT).timestamp():
            continue
        write_page(path.read_bytes(), ending=path.suffix[1:], at=slot, folder=folder)
        path.unlink()
        settled += 1
    _date(folder, at)
    return settled


def _write(path: Path, content: bytes, at: datetime) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    _date(path, at)
    _date(path.parent, at)


def _date(path: Path, at: datetime) -> None:
    stamp = slot_of(at).timestamp()
    os.utime(path, (stamp, stamp))
