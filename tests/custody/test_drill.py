"""The drill: a report that was disposed of does not open from an older copy, and one that was kept does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psycopg

from heedline.backups import folder
from heedline.launch import demo, postgres
from heedline.launch.home import Home
from tests.custody.scene import Installation, rows, run, words_of


def ask(what: str, home: Path, url: str, told: dict[str, Any], tmp_path: Path) -> Any:
    """Let people do something in an instance. Returns what they say."""
    file = tmp_path / "told.json"
    file.write_text(json.dumps(told))
    own = Home(home)
    environment = demo.environment_of("office", own, {"office": url}, demo.sites())
    return json.loads(run(["-m", "tests.custody.people", what, str(file)], environment))


def test_the_drill(installation: Installation, tmp_path: Path) -> None:
    gone, kept = installation.told["refs"][1:3]
    live = installation.cluster.super_url("heedline")
    told = {"passphrases": installation.told["passphrases"], "refs": [gone, kept], "payloads": []}
    with psycopg.connect(live) as connection:
        sealed = connection.execute(
            "SELECT h.header, p.payload FROM reports_sealed_header h JOIN reports_sealed_payload p USING (container)"
            " WHERE h.report_id = %s AND h.part <> 'identity'",
            [gone],
        ).fetchall()
    told["payloads"] = [bytes(payload).hex() for _, payload in sealed]
    assert len(sealed) > 1, "the report and the officer's notes"
    before = installation.backup("before")
    (certificate,) = ask("dispose", installation.home.folder, live, {**told, "refs": [gone]}, tmp_path)
    keys = tmp_path / "keys"
    installation.heedline("backup", "--keys", str(keys))
    (after,) = folder.finished(keys)

    # within the thirty days: the old key store still opens it, which is why it has to go
    old = _restored(installation, before, tmp_path / "old", told, tmp_path)
    assert all(old["reports"].values())
    assert old["payloads"] == [True] * len(sealed)

    # afterwards: the old bodies, and the only key store that is left
    home = tmp_path / "new"
    new = _restored(installation, (before[0], after), home, told, tmp_path, keep=True)
    try:
        assert new["reports"][kept]
        assert new["reports"][gone] is None
        assert new["payloads"] == [False] * len(sealed), "nor with every passphrase of the house"
        with postgres.running(home) as cluster:
            url = cluster.super_url("heedline")
            assert rows(url, f"SELECT count(*) FROM reports_report WHERE id = '{gone}'") == [(0,)]
            assert rows(url, f"SELECT count(*) FROM reports_step WHERE report_id = '{gone}'") == [(0,)]
            assert rows(url, f"SELECT done FROM reports_disposal WHERE id = '{certificate}'") == [(True,)]
    finally:
        postgres.destroy(postgres.start(home, durable=False))
    for header, _ in sealed:
        for place in (before[0], after):
            assert all(bytes(header) not in file.read_bytes() for file in place.iterdir()), (
                "no header is in the bodies"
            )


def _restored(
    installation: Installation,
    taken: tuple[Path, Path],
    home: Path,
    told: dict[str, Any],
    tmp_path: Path,
    *,
    keep: bool = False,
) -> Any:
    home.mkdir()
    said = installation.heedline(*words_of(taken), home=home)
    assert "Restored" in said
    cluster = postgres.start(home, durable=False)
    try:
        return ask("open", home, cluster.super_url("heedline"), told, tmp_path)
    finally:
        postgres.stop(cluster) if keep else postgres.destroy(cluster)
