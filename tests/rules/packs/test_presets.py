"""The pack's presets: what they fill, and that none says whether there is danger."""

from __future__ import annotations

import dataclasses

import pytest
from tests.support.pack_copy import PackCopy

from heedline.packs import load_pack
from heedline.packs.reading.loading import read_pack
from heedline.packs.rules.presets import Preset
from heedline.packs.tables import PackError


def test_presets_fill_everything_but_danger() -> None:
    pack = load_pack("uk")
    found = pack.presets_for("activity")
    assert len(found) >= 3
    assert "danger" not in {each.name for each in dataclasses.fields(Preset)}
    for preset in found:
        assert preset.priority in {"medium", "low"}
        assert preset.close_as in pack.reasons_for("activity")
        assert preset.done_what
        assert preset.reason
    assert pack.presets_for("person") == (), (
        "its assessment has questions about a person that nobody answers for all"
    )


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ('close_as = "too-old"', 'close_as = "malice"', "presets.too-old.close_as: must be one of"),
        ('close_as = "too-old"', 'close_as = "nobody-named"', "presets.too-old.close_as: must be one of"),
        ('priority = "low"', 'priority = "low"\ndanger = "no"', "danger: is not a known key here"),
    ],
)
def test_a_wrong_preset_is_refused_by_name(was: str, becomes: str, said: str) -> None:
    folder = PackCopy()
    file = folder / "kinds/activity/presets.toml"
    file.write_text(file.read_text().replace(was, becomes, 1))
    with pytest.raises(PackError, match=said):
        read_pack("uk", folder)


def test_a_kind_with_questions_that_a_preset_cannot_answer_has_none() -> None:
    folder = PackCopy()
    presets = (folder / "kinds/activity/presets.toml").read_text()
    (folder / "kinds/person/presets.toml").write_text(presets.replace('"too-old"', '"nobody-named"'))
    (folder / "kinds/activity/presets.toml").unlink()
    with pytest.raises(PackError, match=r"^kinds/person/presets.toml: presets.ordinary-explanation"):
        read_pack("uk", folder)
