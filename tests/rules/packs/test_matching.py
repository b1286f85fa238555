"""What the pack lets be read from reports: fields that exist, none about the reporter, and every other one decided on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from heedline.intake.question_files import load_question_set
from heedline.intake.questions import FieldKind
from heedline.packs import load_pack
from heedline.packs.rules.matching import read_answers, read_matching
from heedline.packs.tables import PackError, Table

PACK = load_pack("uk")
#: Fields in words that are left out on purpose: they are about the reporter, or about whom the reporter has told.
LEFT_OUT = {
    "activity": {"know.why"},
    "person": {"talked.came", "lead.why", "guess.why", "mine.place", "mine.postcode"},
    "online": {"where.app", "shared.language"},
    "advice": {"organisation.name", "organisation.postcode", "organisation.address", "help.dates"},
}
IN_WORDS = {
    FieldKind.TEXT,
    FieldKind.LONG_TEXT,
    FieldKind.EMAIL,
    FieldKind.PHONE,
    FieldKind.POSTCODE,
    FieldKind.REGISTRATION,
}


@pytest.mark.parametrize("code", sorted({kind.code for kind in PACK.kinds.values()}))
def test_every_answer_in_words_is_read_or_left_out_on_purpose(code: str) -> None:
    asked = load_question_set(PACK, code)
    reporter = {
        f"{step.slug}.{one.name}"
        for step in asked.steps
        if step.private or step.contact
        for one in step.fields
    }
    others = {
        f"{step.slug}.{one.name}"
        for step in asked.steps
        for one in step.fields
        if one.kind in IN_WORDS and not (step.private or step.contact)
    }
    read = set(PACK.matching.answers[code])
    assert not read & reporter
    assert read | LEFT_OUT[code] == others


@pytest.mark.parametrize(
    ("file", "change", "wrong"),
    [
        ("matching.toml", lambda text: text.replace("LLDDLLL", "LLDDXXX"), "shape"),
        ("matching.toml", lambda text: text.replace('"january, jan', '"Jan", "january, jan'), "months"),
        ("matching.toml", lambda text: text.replace('["the", "to"', '["the", "To"'), "common_words"),
        ("names.toml", lambda text: text.replace('"adam"', '"Adam"', 1), "lower case"),
    ],
)
def test_a_mistake_in_the_files_is_named(
    tmp_path: Path, file: str, change: Callable[[str], str], wrong: str
) -> None:
    for name in ("matching.toml", "names.toml", "name_evidence.toml"):
        text = PACK.folder.joinpath(name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(change(text) if name == file else text, encoding="utf-8")
    with pytest.raises(PackError, match=wrong):
        read_matching(tmp_path, PACK.formats, PACK.answers)


@pytest.mark.parametrize(
    ("answers", "wrong"), [({"them.name": "nmae"}, "them.name"), ({"them": "name"}, "step.field")]
)
def test_a_mistake_in_what_answers_hold_is_named(answers: dict[str, str], wrong: str) -> None:
    with pytest.raises(PackError, match=wrong):
        read_answers(Table(answers, "kinds/person/kind.toml", "answers"))
