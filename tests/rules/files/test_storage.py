"""Objects in a folder: only whole and durable ones count, nothing leads elsewhere, and no time says when."""

from __future__ import annotations

import errno
import os
import stat
import time
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from heedline.files import storage
from heedline.files.storage import FolderStorage, ObjectMissing, StorageFull


@pytest.fixture
def folder(tmp_path: Path) -> FolderStorage:
    return FolderStorage(tmp_path / "objects")


def path_of(folder: FolderStorage, name: UUID) -> Path:
    return folder.path / name.hex[:2] / str(name)


def test_an_object_grows_is_cut_and_read(folder: FolderStorage) -> None:
    name = uuid4()
    assert folder.append(name, b"abcdefghij", 0) == 10
    assert folder.append(name, b"abc", 10) == 13
    assert folder.append(name, b"X", 4) == 5
    assert (folder.size(name), folder.read(name, 0, 100), folder.read(name, 3, 1)) == (5, b"abcdX", b"d")
    assert folder.read(name, 5, 10) == b""


def test_an_object_that_is_shorter_than_it_should_be_is_not_continued(folder: FolderStorage) -> None:
    name = uuid4()
    folder.append(name, b"abcd", 0)
    with pytest.raises(ObjectMissing):
        folder.append(name, b"x", 5)
    with pytest.raises(ObjectMissing):
        folder.append(uuid4(), b"x", 1)
    assert folder.read(name, 0, 9) == b"abcd"


def test_what_is_not_there_is_missing(folder: FolderStorage) -> None:
    with pytest.raises(ObjectMissing):
        folder.read(uuid4(), 0, 1)
    with pytest.raises(ObjectMissing):
        folder.size(uuid4())
    with pytest.raises(ObjectMissing):
        folder.finish(uuid4())


def test_a_deleted_object_is_gone_and_deleting_it_again_is_no_error(folder: FolderStorage) -> None:
    name = uuid4()
    folder.append(name, b"x", 0)
    folder.delete(name)
    folder.delete(name)
    folder.delete(uuid4())
    with pytest.raises(ObjectMissing):
        folder.size(name)


def test_only_this_account_can_enter(folder: FolderStorage) -> None:
    name = uuid4()
    old = os.umask(0)
    try:
        folder.append(name, b"x", 0)
    finally:
        os.umask(old)
    modes = [
        stat.S_IMODE(one.stat().st_mode)
        for one in (folder.path, path_of(folder, name).parent, path_of(folder, name))
    ]
    assert modes == [0o700, 0o700, 0o600]


def test_a_folder_that_others_may_enter_is_refused(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir(mode=0o755)
    with pytest.raises(ValueError, match="only its owner"):
        FolderStorage(tmp_path / "open")
    FolderStorage(tmp_path / "own")
    (tmp_path / "link").symlink_to(tmp_path / "own")
    with pytest.raises(ValueError, match="only its owner"):
        FolderStorage(tmp_path / "link")


def test_links_are_never_followed(folder: FolderStorage, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"not yours")
    name = uuid4()
    folder.append(name, b"x", 0)
    path_of(folder, name).unlink()
    path_of(folder, name).symlink_to(secret)
    for act in (
        lambda: folder.read(name, 0, 9),
        lambda: folder.append(name, b"overwritten", 0),
        lambda: folder.size(name),
    ):
        with pytest.raises(ObjectMissing):
            act()
    assert name not in dict(folder.names())
    folder.delete(name)
    assert secret.read_bytes() == b"not yours"
    other = uuid4()
    outside = tmp_path / "outside"
    outside.mkdir()
    (folder.path / other.hex[:2]).unlink() if (folder.path / other.hex[:2]).is_symlink() else None
    if not (folder.path / other.hex[:2]).exists():
        (folder.path / other.hex[:2]).symlink_to(outside)
        with pytest.raises(ObjectMissing):
            folder.append(other, b"x", 0)
        assert not list(outside.iterdir())


def test_a_pipe_in_the_place_of_an_object_does_not_block(folder: FolderStorage) -> None:
    name = uuid4()
    folder.append(name, b"x", 0)
    path_of(folder, name).unlink()
    os.mkfifo(path_of(folder, name))
    with pytest.raises(ObjectMissing):
        folder.read(name, 0, 1)


def test_the_times_of_objects_do_not_say_when(folder: FolderStorage) -> None:
    name, began = uuid4(), time.time()
    folder.append(name, b"x", 0)
    folder.finish(name)
    assert path_of(folder, name).stat().st_mtime % 900 == 0
    assert began - 900 < path_of(folder, name).stat().st_mtime <= time.time()


def test_the_times_of_folders_do_not_say_when_an_object_came_or_went(folder: FolderStorage) -> None:
    name = uuid4()
    os.utime(folder.path, (0, 0))
    folder.append(name, b"x", 0)
    above, within = folder.path, folder.path / name.hex[:2]
    assert above.stat().st_mtime > 0
    for one in (above, within):
        assert one.stat().st_mtime % 900 == 0, one
    folder.delete(name)
    assert within.stat().st_mtime % 900 == 0


def test_all_objects_are_named_with_their_age(folder: FolderStorage) -> None:
    names = {uuid4() for _ in range(20)}
    for name in names:
        folder.append(name, b"x", 0)
    old = next(iter(names))
    os.utime(path_of(folder, old), (time.time() - 7200, time.time() - 7200))
    (folder.path / "notes.txt").write_text("not an object")
    (folder.path / old.hex[:2] / "notes.txt").write_text("not an object")
    found = dict(folder.names())
    assert set(found) == names
    assert found[old] >= timedelta(hours=2) > max(age for name, age in found.items() if name != old)


def test_a_finished_object_is_flushed_with_the_folders_that_name_it(
    folder: FolderStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[str] = []

    def fsync(handle: int) -> None:
        flushed.append(os.readlink(f"/proc/self/fd/{handle}"))

    name = uuid4()
    folder.append(name, b"x", 0)
    monkeypatch.setattr(storage.os, "fsync", fsync)
    folder.finish(name)
    expected = [path_of(folder, name), path_of(folder, name).parent, folder.path]
    assert flushed == [str(one) for one in expected]


def test_a_full_disk_is_said(folder: FolderStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(storage.os, "pwrite", full)
    with pytest.raises(StorageFull):
        folder.append(uuid4(), b"x", 0)
