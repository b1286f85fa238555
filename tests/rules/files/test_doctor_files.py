"""What the doctor says of showing files."""

from __future__ import annotations

import pytest

from heedline.config import specialist_desks
from heedline.desk_hooks.operations import Operations, Program
from heedline.jobs.doctor import files as doctor_files


class Installation:
    """A database that was born demo or live, or is not founded yet."""

    def __init__(self, born: str | None) -> None:
        self.born = born

    def execute(self, _: str) -> Installation:
        return self

    def fetchone(self) -> tuple[str] | None:
        return (self.born,) if self.born else None


def test_the_doctor_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    missing = ("sandbox_missing", "ffmpeg_missing", "office_missing")
    desk = Operations(programs=(Program(missing=lambda: "", present="the desk has what it needs"),))
    monkeypatch.setattr(specialist_desks, "operations", lambda: iter([desk]))
    for name in missing:
        monkeypatch.setattr(doctor_files, name, lambda: None)
    assert [right for right, _ in doctor_files.told(Installation("live"))] == [None, True, True, True, True]  # type: ignore[arg-type]
    monkeypatch.setenv("HEEDLINE_FILES_BUCKET", "files")
    assert next(doctor_files.told(Installation("live")))[0], "object storage needs no shared account"  # type: ignore[arg-type]
    monkeypatch.delenv("HEEDLINE_FILES_BUCKET")
    for name in missing:
        monkeypatch.setattr(doctor_files, name, lambda name=name: f"{name}.")
    desk = Operations(programs=(Program(missing=lambda: "The desk needs more.", present=""),))
    for born, right in (("live", False), ("demo", None), (None, None)):
        said = list(doctor_files.told(Installation(born)))  # type: ignore[arg-type]
        assert [one for one, _ in said] == [None, right, None, None, None]
        assert ("share it" in said[0][1]) is (born == "live")
        assert said[1][1] == "files cannot be shown. sandbox_missing."
        assert said[-1][1] == "The desk needs more."
