"""Objects are held against the rows that name them: what is missing is noticed, and what nobody names is deleted."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from heedline.files import checking
from heedline.files.checking import ObjectState, damaged, sweep
from heedline.files.storage import FolderStorage


@pytest.fixture
def folder(tmp_path: Path) -> FolderStorage:
    return FolderStorage(tmp_path / "objects")


def stored(folder: FolderStorage, hours: float = 0) -> UUID:
    name = uuid4()
    folder.append(name, b"sealed bytes", 0)
    written = time.time() - hours * 3600
    os.utime(folder.path / name.hex[:2] / str(name), (written, written))
    return name


def test_missing_truncated_and_grown_objects_are_named(folder: FolderStorage) -> None:
    whole, short, long, gone = stored(folder), stored(folder), stored(folder), uuid4()
    folder.append(short, b"", 5)
    folder.append(long, b"more", 12)
    found = dict(damaged(folder, [(name, 12) for name in (whole, short, long, gone)]))
    assert found == {
        short: ObjectState.WRONG_SIZE,
        long: ObjectState.WRONG_SIZE,
        gone: ObjectState.MISSING,
    }


def test_only_old_objects_that_no_row_names_are_deleted(
    folder: FolderStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "_BATCH", 2)
    kept = {stored(folder, hours=100) for _ in range(3)}
    fresh = {stored(folder, hours=47) for _ in range(2)}
    left = {stored(folder, hours=49) for _ in range(5)}
    asked: list[UUID] = []

    def named(names: list[UUID]) -> set[UUID]:
        asked.extend(names)
        return kept & set(names)

    assert sweep(folder, named, after=timedelta(hours=48)) == 5
    assert set(dict(folder.names())) == kept | fresh
    assert set(asked) == kept | left


def test_a_sweep_of_nothing_asks_nobody(folder: FolderStorage) -> None:
    assert sweep(folder, lambda names: pytest.fail("asked"), after=timedelta(0)) == 0
