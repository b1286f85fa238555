"""Act under another process's database role while the demonstration data is being created."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def as_process(process: str) -> Iterator[None]:
    """Run the block under another process's database role, using its database URL from the environment."""
    from django.db import connection

    from heedline.config.databases import from_url

    before = dict(connection.settings_dict)
    url = os.environ[f"HEEDLINE_{process.upper()}_DATABASE_URL"]
    connection.close()
    connection.settings_dict.update(
        {k: v for k, v in from_url(url).items() if k in {"USER", "PASSWORD", "HOST", "PORT"}}
    )
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)
