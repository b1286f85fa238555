"""Files are refused while there is still space for reports."""

from pathlib import Path

import pytest

from heedline.files.room import free_bytes, may_take


@pytest.mark.parametrize(
    ("free", "expected", "allowed"),
    [(1000, 400, True), (1000, 500, True), (1000, 501, False), (100, 0, False), (None, 10**12, True)],
)
def test_a_file_must_leave_space_for_reports(free: int | None, expected: int, allowed: bool) -> None:
    assert may_take(free, expected, keep_free=500) is allowed


def test_free_space_is_that_of_the_folders_disk(tmp_path: Path) -> None:
    assert (free_bytes(tmp_path) or 0) > 0
    assert free_bytes(tmp_path / "nothing") is None
