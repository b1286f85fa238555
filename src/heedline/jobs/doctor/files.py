"""The `heedline doctor` checks on the programs that convert files for officers to view, and those that specialist desks need."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg

from heedline.config import environment as env
from heedline.config import specialist_desks
from heedline.files.derivatives import ffmpeg_missing, office_missing, sandbox_missing
from heedline.files.object_storage import ObjectStorage, bucket_storage
from heedline.files.storage import ObjectMissing, StorageFull

_ONE_ACCOUNT = (
    "files are kept in a folder, which admits one account. The public, office, files and worker processes then share it,"
    " and code execution in one of them reaches the others. Keep files in object storage (HEEDLINE_FILES_BUCKET) and give"
    " each process an account of its own"
)


def _conditions() -> tuple[bool, str]:
    """Return whether the object storage refuses to overwrite what another server has written, as tried with an object."""
    bucket, service = env.object_storage()
    try:
        kept = ObjectStorage(bucket_storage(bucket, **service)).keeps_conditions()
    except (ConnectionError, ObjectMissing, StorageFull) as error:
        return (False, f"whether the object storage refuses to overwrite a block could not be tried: {error}")
    return (
        kept,
        "the object storage refuses to overwrite a block that another server has written, which was tried"
        if kept
        else "the object storage overwrites a block that another server has written, because it ignores If-None-Match or "
        "If-Match. Parts of files would be lost. Use a service that knows conditional writes",
    )


def told(connection: psycopg.Connection[tuple[Any, ...]]) -> Iterator[tuple[bool | None, str]]:
    """Yield findings on whether files can be displayed and which converters are missing.

    A live installation without a sandbox is wrong: its officers cannot see what reporters send.
    """
    row = connection.execute("SELECT born FROM desks_installation").fetchone()
    live = row is not None and row[0] == "live"
    if env.object_storage()[0]:
        yield True, "files are kept in object storage, so that each process can have an account of its own"
        yield _conditions()
    else:
        yield None, _ONE_ACCOUNT if live else "files are kept in a folder of this account"
    sandbox = sandbox_missing()
    if sandbox is None:
        yield True, "files are decoded in a sandbox without network, which was tried"
    else:
        yield (False if live else None), f"files cannot be shown. {sandbox}"
    ffmpeg = ffmpeg_missing()
    yield (True if ffmpeg is None else None), ffmpeg or "ffmpeg converts films and sound"
    office = office_missing()
    yield (True if office is None else None), office or "LibreOffice draws office documents"
    for program in (one for desk in specialist_desks.operations() for one in desk.programs):
        missing = program.missing()
        yield (None if missing else True), missing or program.present
