"""Copying and restoring need no more memory for a large installation than for a small one."""

from __future__ import annotations

from pathlib import Path

import psycopg

from tests.custody.scene import Installation, words_of
from tests.support import migrated

#: Sealed parts of 4 KiB that are added: forty mebibytes.
ADDED = 10_000
#: What may be needed more, in MiB: a range of rows, a few buffers, and what two runs differ by anyhow.
MORE = 16


def restored(installation: Installation, taken: tuple[Path, Path], home: Path) -> int:
    """Restore a copy. Return the most memory that it took, in MiB."""
    home.mkdir()
    migrated.furnish(home)
    try:
        return installation.peak(*words_of(taken), home=home)
    finally:
        migrated.take_away(home)


def test_memory_does_not_grow_with_the_installation(
    installation: Installation, taken: tuple[Path, Path], tmp_path: Path
) -> None:
    small = installation.told["peak"], restored(installation, taken, tmp_path / "small")
    with psycopg.connect(installation.cluster.super_url("heedline"), autocommit=True) as db:
        db.execute("SET session_replication_role = replica")
        db.execute(
            "INSERT INTO reports_sealed_payload (container, report_id, payload, sha256)"
            " SELECT gen_random_uuid(), (SELECT report_id FROM reports_sealed_payload LIMIT 1),"
            " decode(repeat(md5(n::text), 256), 'hex'), decode(repeat('00', 32), 'hex') FROM generate_series(1, %s) n",
            [ADDED],
        )
    copying, copies = installation.peak(*installation.folders("large")), installation.newest("large")
    large = copying, restored(installation, copies, tmp_path / "large")
    assert sum(file.stat().st_size for file in copies[0].glob("*.copy")) > ADDED * 4096, "it was all copied"
    assert large[0] - small[0] < MORE, (small, large)
    assert large[1] - small[1] < MORE, (small, large)
