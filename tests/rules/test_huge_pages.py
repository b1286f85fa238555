"""Tests for moving a process's memory to huge pages."""

import ctypes
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest

from heedline.config.huge_pages import use_huge_pages, whole_pages

MIB = 1024 * 1024
MAPS = """\
00400000-00b00000 r-xp 00000000 fe:00 1 /usr/bin/python3.13
00b00000-00f00000 rw-p 00700000 fe:00 1 /usr/bin/python3.13
01000000-01700000 rw-p 00000000 00:00 0 [heap]
01800000-01a00000 rw-p 00000000 00:00 0
01a00000-01f00000 rw-s 00000000 00:00 0
02100000-023fffff rw-p 00000000 00:00 0
02500000-02f00000 ---p 00000000 00:00 0
03100000-035ff000 rw-p 00000000 00:00 0
7ffc00000000-7ffc00800000 rw-p 00000000 00:00 0 [stack]
"""


def test_only_private_memory_of_whole_huge_pages_is_moved() -> None:
    pages = [address // MIB for one in whole_pages(MAPS.splitlines()) for address in one]
    assert pages == [16, 18, 20, 24, 50]


def test_nothing_is_moved_where_it_is_turned_off_or_unknown(tmp_path: Path) -> None:
    enabled, nowhere = tmp_path / "enabled", tmp_path / "nowhere"
    enabled.write_text("always madvise [never]\n")
    assert use_huge_pages(enabled) == 0
    assert use_huge_pages(nowhere) == 0
    enabled.write_text("always [madvise] never\n")
    assert use_huge_pages(enabled, nowhere) == 0


@pytest.mark.parametrize("library", [Mock(side_effect=OSError), Mock(return_value=object())])
def test_a_system_that_forbids_the_call_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, library: Mock
) -> None:
    enabled = tmp_path / "enabled"
    enabled.write_text("always [madvise] never\n")
    with monkeypatch.context() as patch:
        patch.setattr(ctypes, "CDLL", library)
        assert use_huge_pages(enabled) == 0
    monkeypatch.setitem(sys.modules, "ctypes", None)
    assert use_huge_pages(enabled) == 0


def test_what_is_in_memory_stays_as_it_was(tmp_path: Path) -> None:
    """Whether the kernel moves anything is up to the machine."""
    enabled = tmp_path / "enabled"
    enabled.write_text("always [madvise] never\n")
    kept = [bytes([n % 256]) * 4096 for n in range(2_000)]
    assert use_huge_pages(enabled) >= 0
    assert all(one == bytes([n % 256]) * 4096 for n, one in enumerate(kept))
