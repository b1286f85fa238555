"""Pages into a folder instead of out of the house: the demo's and the tests' postman.

A file's name is random and its time is the quarter hour. What the file system notes by itself (change and birth
times) cannot be set, so `settle_folder` writes the files of ended quarter hours anew, in random order.
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
    """Django mail backend that writes one `.eml` a recipient into PAGES_DIR. Raises OSError when it cannot."""

    def __init__(self, *args: Any, folder: Path | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._folder = folder or Path(settings.PAGES_DIR)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write every message; returns how many."""
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
    """Write one file with a random name, readable by its owner only, dated to the quarter hour. Raises OSError."""
    folder = folder or Path(settings.PAGES_DIR)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{uuid.uuid4().hex}.{ending}"
    _write(path, content, at)
    return path


def settle_folder(at: datetime, folder: Path | None = None) -> int:
    """Write the files of ended quarter hours anew, shuffled, under new names; returns how many.

    Afterwards their birth and change times lie at a boundary of quarter hours, all alike. Idempotent: a file whose
    change time lies after its quarter hour has been settled.
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
