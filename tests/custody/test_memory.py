"""Copying and restoring need no more memory for a large installation than for a small one."""

from __future__ import annotations

import os
from pathlib import Path

import psycopg

from heedline.backups import folder
from tests.custody.scene import Installation, words_of
from tests.support import migrated

#: Sealed parts of 4 KiB that are added: eighty mebibytes.
ADDED = 20_000
#: What may be needed more, in MiB: a range of rows, a few buffers, and what two runs differ by anyhow.
MORE = 16


def peak(installation: Installation, *words: str, home: Path | None = None) -> int:
    """Run the command; the most memory that it held, in MiB."""
    with installation.start(*words, home=home) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        said, wrong = running.stdout.read(), running.stderr.read()  # until it ends: it says little
        _, status, used = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
    assert running.returncode == 0, said + wrong
    return used.ru_maxrss // 1024


def there_and_back(installation: Installation, name: str, tmp_path: Path) -> tuple[int, int]:
    """Copy everything and restore it: the most memory of each, in MiB."""
    bodies, keys = tmp_path / f"{name}-bodies", tmp_path / f"{name}-keys"
    copying = peak(installation, "backup", "--bodies", str(bodies), "--keys", str(keys))
    taken, home = (folder.finished(bodies)[-1], folder.finished(keys)[-1]), tmp_path / name
    home.mkdir()
    migrated.furnish(home)
    try:
        return copying, peak(installation, *words_of(taken), home=home)
    finally:
        migrated.take_away(home)


def test_memory_does_not_grow_with_the_installation(installation: Installation, tmp_path: Path) -> None:
    small = there_and_back(installation, "small", tmp_path)
    with psycopg.connect(installation.cluster.super_url("heedline"), autocommit=True) as db:
        db.execute("SET session_replication_role = replica")
        db.execute(
            "INSERT INTO reports_sealed_payload (container, report_id, payload, sha256)"
            " SELECT gen_random_uuid(), (SELECT report_id FROM reports_sealed_payload LIMIT 1),"
            " decode(repeat(md5(n::text), 256), 'hex'), decode(repeat('00', 32), 'hex') FROM generate_series(1, %s) n",
            [ADDED],
        )
    large = there_and_back(installation, "large", tmp_path)
    copied = sum(file.stat().st_size for file in (tmp_path / "large-bodies").rglob("*.copy"))
    assert copied > ADDED * 4096, "it was all copied"
    assert large[0] - small[0] < MORE, (small, large)
    assert large[1] - small[1] < MORE, (small, large)
