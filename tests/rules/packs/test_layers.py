"""A pack that is based on another one."""

from __future__ import annotations

from pathlib import Path

import pytest

from heedline.packs import PackError, load_pack
from heedline.packs.layers import LayeredPack
from heedline.packs.tables import read_toml


@pytest.fixture
def layered(tmp_path: Path) -> LayeredPack:
    files = {
        "under/pack.toml": 'kinds = ["a", "b"]\n[service]\nname = "Under"\n[numbers.one]\nnumber = "1"\n[numbers.two]\nnumber = "2"\n',
        "upper/pack.toml": 'based_on = "under"\nkinds = ["a"]\n[numbers.two]\nnumber = "22"\n',
        "under/words/en.toml": '[front]\ntitle = "Under"\nlead = "Read this."\n[door]\ntitle = "B"\n',
        "upper/words/en.toml": 'without = ["door"]\n[front]\ntitle = "Upper"\n',
        "under/rest.toml": "minutes = 5\nhours = 2\n",
        "upper/rest.toml": "minutes = 6\n",
        "under/only.toml": "days = 1\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return LayeredPack(tmp_path / "upper", tmp_path / "under")


def test_tables_texts_and_files_are_replaced_each_in_its_way(layered: LayeredPack) -> None:
    main = read_toml(layered, "pack.toml").data
    assert main["kinds"] == ["a"], "the upper pack's"
    assert main["service"] == {"name": "Under"}, "it has none"
    assert {code: one["number"] for code, one in main["numbers"].items()} == {"one": "1", "two": "22"}
    assert "based_on" not in main
    assert read_toml(layered, "words/en.toml").data == {"front": {"title": "Upper", "lead": "Read this."}}
    assert read_toml(layered, "rest.toml").data == {"minutes": 6}, "as a whole"
    assert read_toml(layered, "only.toml").data == {"days": 1}


def test_a_file_that_neither_has_is_missing(layered: LayeredPack) -> None:
    with pytest.raises(PackError, match=r"none\.toml: the file is missing"):
        read_toml(layered, "none.toml")


def test_the_charity_has_one_desk_and_nobody_who_decides_about_identities() -> None:
    pack = load_pack("charity")
    assert [*pack.desks] == ["triage"]
    assert pack.authoriser_desk == ""
    assert [*pack.languages] == ["en"]
    assert pack.forces.keys() == load_pack("uk").forces.keys()
