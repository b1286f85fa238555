"""One draft sends one file at a time, whichever process its requests reach."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from heedline.web.uploads.places import Places

_OTHER = """
import sys
from pathlib import Path
from heedline.web.uploads.places import Places
places = Places(Path(sys.argv[1]))
print(*(places.enter(one.encode()) for one in sys.argv[2:]), flush=True)
sys.stdin.read()
"""


class OtherProcess:
    """Another process, which takes places and keeps them until it is ended."""

    def __init__(self, lock: Path, *places: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _OTHER, str(lock), *places],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout
        self.got = self._process.stdout.readline().split()

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


def test_a_place_is_taken_in_every_process_and_free_once_its_holder_is_gone(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    mine = Places(lock)
    assert mine.enter(b"one")
    assert not mine.enter(b"one")
    other = OtherProcess(lock, "one", "two")
    assert other.got == ["False", "True"]
    assert not mine.enter(b"two")
    mine.leave(b"one")
    assert mine.enter(b"one")
    other.kill()
    assert mine.enter(b"two")
    assert lock.read_bytes() == b""


def test_a_link_in_its_place_is_never_followed(tmp_path: Path) -> None:
    (tmp_path / "lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError):
        Places(tmp_path / "lock").enter(b"one")
    assert not (tmp_path / "elsewhere").exists()
