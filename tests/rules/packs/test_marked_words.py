"""The words that mark a report: in every language of the pack, and no word of another language by chance."""

from __future__ import annotations

import pytest

from heedline.packs import load_pack
from heedline.packs.rules.look_alikes import WordMark

PACK = load_pack("uk")
LISTS = PACK.look_alikes
#: A weapon and a day in each language.
SENTENCES = {
    "en": "He has a knife and leaves on Saturday.",
    "cy": "Mae cyllell ganddo, a bydd yn mynd nos Sadwrn.",
    "ar": "لديه سكين وسيأتي يوم الجمعة",
    "ur": "اس کے پاس بندوق ہے اور وہ جمعہ کو جائے گا",
    "pl": "Ma nóż i przyjdzie w sobotę.",
    "so": "Wuxuu haystaa mindi oo wuxuu imanayaa jimcaha.",
}


def test_there_is_a_sentence_for_every_language_of_the_public_pages() -> None:
    assert set(SENTENCES) == set(PACK.languages)


@pytest.mark.parametrize("language", SENTENCES)
def test_a_weapon_and_a_day_are_marked_in_every_language(language: str) -> None:
    [found] = LISTS.marked(SENTENCES[language])
    assert found.marks == {WordMark.VIOLENCE, WordMark.DATE}


def test_nobody_closes_in_bulk_because_a_draft_marks_nothing() -> None:
    assert LISTS.drafts == {"ar", "ur", "pl", "so"}
    assert [language for language in PACK.languages if LISTS.knows(language)] == ["en", "cy"]


@pytest.mark.parametrize(
    "text", ["The sun shone at the hub.", "He may leave, and then march 100 miles.", "Maja ran to the pub."]
)
def test_an_everyday_english_sentence_is_not_marked(text: str) -> None:
    assert LISTS.marked(text) == []


def test_only_the_sentences_with_a_word_are_shown() -> None:
    text = "We met on the bridge. They would set light to the mosque! On 4 May he left."
    assert [one.sentence for one in LISTS.marked(text)] == [
        "They would set light to the mosque!",
        "On 4 May he left.",
    ]
