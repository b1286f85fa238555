"""What a text seems to be written in: right, or nothing. Never sure of what could be several."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from heedline.packs import load_pack
from heedline.packs.reading.tables import PackError, read_toml
from heedline.packs.text.tongues import read_tongues

PACK = load_pack("uk")
SENTENCES = {
    "pl": "Sąsiad przenosi w nocy ciężkie worki do garażu i kazał mi nic nikomu nie mówić",
    "so": "Nin aanan garanayn ayaa sawiray albaabada dambe ee saldhigga muddo saacad ah wuuna qoray",
    "cy": "Roedd dyn nad wyf yn ei adnabod yn ffilmio drysau ochr yr orsaf am awr",
    "ar": "رجل لا أعرفه صور الأبواب الجانبية للمحطة لمدة ساعة",
    "ur": "ایک آدمی جسے میں نہیں جانتا ایک گھنٹے تک اسٹیشن کے دروازوں کی فلم بناتا رہا",
    "en": "A man I do not know filmed the side doors of the station for an hour",
    "fa": "مردی که نمی شناسم یک ساعت از درهای کناری ایستگاه فیلم گرفت",
    "ro": "Un bărbat pe care nu îl cunosc a filmat ușile laterale ale gării timp de o oră",
    "bn": "একজন অচেনা লোক এক ঘণ্টা ধরে স্টেশনের দরজার ভিডিও করছিল",
}


@pytest.mark.parametrize("code", SENTENCES)
def test_a_sentence_is_known_and_says_by_what(code: str) -> None:
    found = PACK.tongues.guess(SENTENCES[code])
    assert found is not None
    assert found.code == code
    words = SENTENCES[code].casefold().split()
    assert all(word in words for word in found.because)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "12345 !!!",
        "x" * 100_000,
        "Zażółć",
        "the the the the the the the the",
        "\u202e\x00\ud800",
        "123 в 5",
    ],
)
def test_what_is_too_little_is_nothing(text: str) -> None:
    assert PACK.tongues.guess(text) is None


def test_a_mixture_of_alphabets_is_nothing() -> None:
    assert PACK.tongues.guess(f"{SENTENCES['en']} {SENTENCES['ar']}") is None


def texts(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for one in data.values():
            yield from texts(one)
    elif isinstance(data, list):
        for one in data:
            yield from texts(one)


@pytest.mark.parametrize("code", PACK.languages)
def test_the_packs_own_texts_are_never_taken_for_another_language(code: str) -> None:
    long = [one for one in texts(read_toml(PACK.folder, f"words/{code}.toml").data) if len(one.split()) >= 12]
    found = [PACK.tongues.guess(one) for one in long]
    assert {one.code for one in found if one is not None} == {code}
    assert sum(one is not None for one in found) >= 0.85 * len(long)


def test_a_language_of_the_pages_must_be_there(tmp_path: Path) -> None:
    tmp_path.joinpath("tongues.toml").write_text('[en]\nname = "English"\n', encoding="utf-8")
    assert read_tongues(tmp_path, ("en",)).name("en") == "English"
    with pytest.raises(PackError, match="pl"):
        read_tongues(tmp_path, ("en", "pl"))
