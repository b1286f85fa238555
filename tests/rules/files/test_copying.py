"""Copies of objects: whole, taken up again, and never of what is missing."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from heedline.files.copying import CopiedObjects, copy_objects
from heedline.files.storage import FolderStorage


def test_a_copy_that_was_interrupted_goes_on_and_what_is_missing_is_counted(tmp_path: Path) -> None:
    source, to = FolderStorage(tmp_path / "one"), FolderStorage(tmp_path / "two")
    told: list[str] = []
    whole, begun, there, gone, cut = (uuid4() for _ in range(5))
    data = bytes(range(256)) * 10_000
    for name in (whole, begun, there, cut):
        source.append(name, data, 0)
    to.append(begun, data[:1_500_001], 0)
    to.append(there, data, 0)
    asked = [(whole, len(data)), (begun, len(data)), (there, len(data)), (gone, 10), (cut, len(data) + 1)]
    assert copy_objects(asked, source, to, told.append) == CopiedObjects(5, 2, 2)
    for name in (whole, begun, there):
        assert to.read(name, 0, len(data) + 1) == data
    assert copy_objects(asked, source, to, told.append) == CopiedObjects(5, 0, 2)
