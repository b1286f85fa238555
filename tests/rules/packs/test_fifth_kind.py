"""A kind of report is a folder of the pack: a fifth one is added without a line of Python (ADR 153)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.support.pack_copy import PackCopy
from tests.support.tongues import english_only

from heedline.intake import engine
from heedline.intake.question_files import read_question_set
from heedline.packs import PackError
from heedline.packs.pack import Pack
from heedline.packs.reading.loading import read_pack

FOLDER = Path(__file__).parents[2] / "support" / "fifth_kind"


def with_fifth_kind() -> PackCopy:
    """A copy of the pack in English, with the folder of the fifth kind and its name in `pack.toml`."""
    folder = PackCopy()
    english_only(folder)
    for file in FOLDER.glob("*.toml"):
        (folder / f"kinds/sale/{file.name}").write_text(file.read_text())
    main = folder / "pack.toml"
    main.write_text(main.read_text().replace('"online", "advice"]', '"online", "advice", "sale"]', 1))
    return folder


@pytest.fixture(scope="module")
def pack() -> Pack:
    return read_pack("uk", with_fifth_kind())


def test_it_has_its_door_its_words_and_its_questions(pack: Pack) -> None:
    kind = pack.kinds["sale"]
    assert (kind.door.path, kind.door.picture) == ("sale/", "person")
    words = pack.words("en")
    assert words[f"{kind.door.words}.title"] == "Tell us about an odd sale or hire"
    assert words["doors.sale.title"] == "An odd sale or hire"
    assert words.say("sent.sale.lead", when="today") == "A trained officer will read it today."
    asked = read_question_set(pack, "sale", "en")
    walk = engine.walk(asked, {"now": {"danger": "yes"}}, identity_offered=False)
    assert [page.slug for page in walk.pages] == ["now", "what", "buyer", "check"]
    assert walk.urgency == "danger"
    assert "questions.sale" in pack.pages["en"]


def test_it_has_what_officers_choose_from_and_no_other_kind_has_it(pack: Pack) -> None:
    assert list(pack.outcomes_for("sale")) == ["new-lead", "licensed-buyer", "spam"]
    assert pack.reasons_for("sale")["buyer-has-licence"].outcome == "licensed-buyer"
    assert list(pack.templates_for("sale")) == ["when-exactly", "how-paid"]
    assert [preset.code for preset in pack.presets_for("sale")] == ["licensed"]
    assert pack.assessment("sale").done_what.label.startswith("What was bought")
    assert not {"licensed-buyer", "how-paid"} & {
        *pack.outcomes_for("activity"),
        *pack.templates_for("activity"),
    }


def test_it_is_routed_timed_and_matched_as_its_folder_says(pack: Pack) -> None:
    assert pack.desks[pack.watch_desk].kinds == ("activity", "person", "online", "advice", "sale")
    assert pack.timetable("sale").first_priority["routine"] == "high"
    assert pack.matching.answers["sale"]["buyer.registration"] == "registration"
    assert "sale" in pack.behaviour.kinds
    assert "sale" not in pack.file_limits.kinds


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("kind.toml", 'path = "sale/"', 'path = "/sale"', r"kinds/sale/kind.toml: door.path: must be one part"),
        ("kind.toml", "watch = true", "wacth = true", r"kinds/sale/kind.toml: watch: is missing"),
        ("outcomes.toml", '"how-paid"]', '"how-payed"]', r"kinds/sale/outcomes.toml: offers.question_templates"),
        ("words.en.toml", "kind_sale", "kind_person", r"kinds/sale/words.en.toml: receipt.kind_person: stands in"),
    ],
)  # fmt: skip
def test_a_mistake_in_its_folder_is_named(file: str, old: str, new: str, message: str) -> None:
    folder = with_fifth_kind()
    path = folder / f"kinds/sale/{file}"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(PackError, match=re.compile(f"^{message}")):
        read_pack("uk", folder)
