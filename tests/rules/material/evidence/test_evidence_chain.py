"""A chain of evidence, and a bundle of it: nothing can be changed, moved, added or cut off."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from heedline.specialist_desks.material.evidence import bundle_command, bundles, chain
from heedline.specialist_desks.material.evidence.chain import BEGINNING, BrokenChain, ChainLink, head_of

FILES = [b"placeholder one", b"placeholder two", b"placeholder three"]


def made() -> list[ChainLink]:
    links: list[ChainLink] = []
    for number, content in enumerate(FILES, 1):
        words: dict[str, Any] = {
            "number": number,
            "previous": (links[-1].head if links else BEGINNING).hex(),
            "files": [{"sha256": hashlib.sha256(content).hexdigest(), "length": len(content)}],
            "told": {"status": 200, "title": "a\ud800b"},
        }
        links.append(ChainLink(number, words, head_of(words)))
    return links


def bundle(folder: Path, links: list[ChainLink]) -> Path:
    contents = [(hashlib.sha256(one).hexdigest(), [one]) for one in FILES[: len(links)]]
    place = folder / "bundle.zip"
    place.write_bytes(b"".join(bundles.write(links, {}, contents)))
    return place


def test_a_whole_chain_verifies() -> None:
    links = made()
    assert chain.verify(links, last=(3, links[-1].head)) == links
    assert chain.verify([], last=(0, BEGINNING)) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda links: links[1:],
        lambda links: [links[0], links[2]],
        lambda links: [links[1], links[0], links[2]],
        lambda links: [*links, links[2]],
        lambda links: [links[0], replace(links[1], words={**links[1].words, "told": {}}), links[2]],
        lambda links: [links[0], replace(links[1], head=bytes(32)), links[2]],
        lambda links: [replace(links[0], number=2), *links[1:]],
    ],
)
def test_a_changed_chain_does_not(spoil: Callable[[list[ChainLink]], list[ChainLink]]) -> None:
    with pytest.raises(BrokenChain):
        chain.verify(spoil(made()))


def test_a_chain_that_was_cut_off_does_not_verify_against_its_newest_entry() -> None:
    links = made()
    chain.verify(links[:2])  # by itself it looks whole
    with pytest.raises(BrokenChain, match="newest"):
        chain.verify(links[:2], last=(3, links[-1].head))


def test_a_bundle_verifies_without_the_service(tmp_path: Path) -> None:
    links = made()
    found = bundles.verify(bundle(tmp_path, links), head=links[-1].head.hex())
    assert (found.entries, found.files, found.unstamped) == (3, 3, (1, 2, 3))
    assert found.head == links[-1].head.hex()


def test_a_bundle_that_was_cut_off_does_not_verify_against_its_hash(tmp_path: Path) -> None:
    links = made()
    with pytest.raises(BrokenChain, match="missing or changed"):
        bundles.verify(bundle(tmp_path, links[:2]), head=links[-1].head.hex())


def _repacked(place: Path, change: Callable[[str, bytes], Iterator[tuple[str, bytes]]]) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(place) as old, zipfile.ZipFile(held, "w") as new:
        for name in old.namelist():
            for fresh, content in change(name, old.read(name)):
                new.writestr(fresh, content)
    place.write_bytes(held.getvalue())


@pytest.mark.parametrize(
    "change",
    [
        lambda name, data: iter([(name, data.replace(b"two", b"TWO"))]),
        lambda name, data: iter([] if name == "entries/0002.json" else [(name, data)]),
        lambda name, data: iter([] if name.startswith("files/") else [(name, data)]),
        lambda name, data: iter(
            [(name, data), ("files/added", b"x")] if name == "README.txt" else [(name, data)]
        ),
        lambda name, data: iter(
            [(name.replace("0001", "9").replace("0002", "0001").replace("9", "0002"), data)]
        ),
        lambda name, data: iter([(name, b"[]" if name.startswith("entries/") else data)]),
    ],
)
def test_a_changed_bundle_does_not_verify(
    tmp_path: Path, change: Callable[[str, bytes], Iterator[tuple[str, bytes]]]
) -> None:
    place = bundle(tmp_path, made())
    _repacked(place, change)
    with pytest.raises(BrokenChain):
        bundles.verify(place)


def test_what_is_no_bundle_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"not a zip")
    with pytest.raises(BrokenChain):
        bundles.verify(tmp_path / "x.zip")


def test_the_command_says_what_it_finds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    links = made()
    place, head = bundle(tmp_path, links), links[-1].head.hex()
    assert bundle_command.verify(place, head, None) == 0
    assert f"Hash of the newest entry: {head}" in capsys.readouterr().out
    assert bundle_command.verify(place, "", None) == 0
    assert "nothing shows that the newest entries were not removed" in capsys.readouterr().out
    assert bundle_command.verify(place, "00" * 32, None) == 1
    assert "CHANGED" in capsys.readouterr().err
    assert bundle_command.verify(tmp_path / "missing.zip", "", None) == 3
