"""What the doctor says of showing files."""

from __future__ import annotations

import pytest

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
    missing = ("sandbox_missing", "ffmpeg_missing", "capture_missing", "office_missing")
    for name in missing:
        monkeypatch.setattr(doctor_files, name, lambda: None)
    assert [right for right, _ in doctor_files.told(Installation("live"))] == [None, True, True, True, True]  # type: ignore[arg-type]
    monkeypatch.setenv("HEEDLINE_FILES_BUCKET", "files")
    assert next(doctor_files.told(Installation("live")))[0], "object storage needs no shared account"  # type: ignore[arg-type]
    monkeypatch.delenv("HEEDLINE_FILES_BUCKET")
    for name in missing:
        monkeypatch.setattr(doctor_files, name, lambda name=name: f"{name}.")
    for born, right in (("live", False), ("demo", None), (None, None)):
        said = list(doctor_files.told(Installation(born)))  # type: ignore[arg-type]
        assert [one for one, _ in said] == [None, right, None, None, None]
        assert ("share it" in said[0][1]) is (born == "live")
        assert said[1][1] == "files cannot be shown. sandbox_missing."
