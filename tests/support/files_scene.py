"""Reports with files: sealed objects in a folder of the test's own, and a message whose manifest names them."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.test import override_settings
from PIL import Image, ImageDraw

from heedline.casework.attachments import deriving, redeeming, viewing
from heedline.casework.attachments.stored_objects import storage
from heedline.casework.report import notes
from heedline.files.padding import blocks_of_padding
from heedline.files.scanning import ScanVerdict
from heedline.files.sealed_stream import Sealing, new_file_key
from heedline.reports.models import ReportFile, SealedHeader, SealedPayload
from heedline.vault.containers import envelope
from heedline.vault.containers.container import header_for
from tests.support.acting import acting
from tests.support.scene_people import People


class AtOnce:
    """A pool that runs its jobs in the calling thread, on the test's connection and under its role."""

    def submit(self, do: Any, *args: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(do(*args))
        return done


@contextmanager
def files_kept(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Store files in this folder, and make derivatives in the process that requests them."""
    patch.setattr(deriving, "_pools", dict.fromkeys((True, False), AtOnce()))
    patch.setattr(deriving, "_in_background", deriving._make_and_keep)
    with override_settings(FILES=folder / "files"):
        yield


def picture(size: tuple[int, int] = (400, 300), form: str = "JPEG", **options: Any) -> bytes:
    """Return an invented picture: a red corner on white."""
    image, out = Image.new("RGB", size, "white"), io.BytesIO()
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 4, size[1] // 4), fill="red")
    image.save(out, form, **options)
    return out.getvalue()


def add_file(
    ref: UUID,
    data: bytes,
    *,
    at: datetime,
    name: str = "IMG_0001.jpg",
    kind: str = "image",
    media: str = "image/jpeg",
    together: bool = False,
) -> UUID:
    """Store a file of a report, as one that came with a message, and return its container.

    Each comes a microsecond after the one before, unless all come together: what comes together has no order.
    """
    if not together:
        at += timedelta(microseconds=ReportFile.objects.filter(report=ref).count())
    container, stored, key = uuid4(), uuid4(), new_file_key()
    size = _store(stored, key, data)
    entry = {
        "container": str(container),
        "object": str(stored),
        "name": name,
        "kind": kind,
        "media": media,
        "length": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "scan": str(ScanVerdict.NOT_CHECKED),
    }
    epochs = notes.recipients(ref)
    keys = notes.public_keys_of(epochs)
    SealedHeader.objects.create(
        container=container, report_id=ref, part="file", header=header_for(key, keys), epochs=epochs
    )
    ReportFile.objects.create(container=container, report_id=ref, object=stored, size=size)
    part = uuid4()
    sealed = envelope.seal_part(
        json.dumps({"text": "A file.", "arrived_at": at.isoformat(), "files": [entry]}).encode(),
        keys,
        installation=settings.INSTALLATION,
        container_id=part,
        part="message",
    )
    SealedHeader.objects.create(
        container=part, report_id=ref, part="message", header=sealed.header, epochs=epochs
    )
    SealedPayload.objects.create(
        container=part,
        report_id=ref,
        payload=sealed.payload,
        sha256=hashlib.sha256(sealed.payload).digest(),
    )
    return container


def _store(name: UUID, key: bytes, data: bytes) -> int:
    sealing, kept = Sealing(key), storage()
    for block in (data, *blocks_of_padding(len(data))):
        at = sealing.at
        if sealed := sealing.write(block):
            kept.append(name, sealed, at=at)
    at = sealing.at
    size = kept.append(name, sealing.finish(), at=at)
    kept.finish(name)
    return size


def with_file(people: People, data: bytes | None = None, **told: Any) -> tuple[UUID, UUID]:
    """Create a report that Odile has taken, with a picture or another file."""
    ref, _ = people.taken("Odile")
    return ref, add_file(ref, data if data is not None else picture(), at=people.at, **told)


def looked_at(people: People, ref: UUID, container: UUID, group: int = 1) -> None:
    """Odile opens a file or later pages of it, which makes its derivative."""
    with people.sitting("Odile") as by:
        token = viewing.open_file(ref, container, group=group, by=by, at=people.at)
    with acting("files"):
        capability = redeeming.use_token(token)
        made = deriving.derived_or_begun(capability, redeeming.content_of(capability, uncovered=False))
    assert made is not None
    assert not made.failure
