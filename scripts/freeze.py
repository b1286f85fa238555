"""Freeze the migrations of a release: `make freeze RELEASE=0.2.0`. See docs/releases.md.

The SQL of a migration is worked out on an empty database of its own, which is thrown away.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from heedline.launch import postgres


def main(release: str) -> int:
    """Write the release's folder below `src/heedline/database/released/`, and say what is left to do."""
    with tempfile.TemporaryDirectory(prefix="heedline-freeze-") as scratch:
        cluster = postgres.start(Path(scratch), durable=False)
        try:
            return _freeze(release, cluster.url("migrate"))
        finally:
            from django.db import connections

            connections.close_all()
            postgres.destroy(cluster)


def _freeze(release: str, url: str) -> int:
    os.environ["HEEDLINE_PROCESS"], os.environ["HEEDLINE_DATABASE_URL"] = "migrate", url
    os.environ.setdefault("HEEDLINE_SECRET_KEY", "serves nobody")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heedline.config.settings")
    from heedline.config.starting import set_up_django

    set_up_django()
    from heedline.database import releases

    try:
        place = releases.freeze(release)
    except FileExistsError:
        print(f"{release} is frozen already.", file=sys.stderr)
        return 1
    print(
        f"Written: {place}. Now name {release} in FROZEN of src/heedline/database/sql_files.py, and commit both."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
