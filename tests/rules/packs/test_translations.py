"""Texts in other languages than English: the same keys, lists and braces, and no sentence left as it was.

A language that the pack calls complete has all of it. Another may lack texts and whole sets of questions, but what it has must fit.
"""

import re

import pytest

from heedline.intake.question_files import load_question_set
from heedline.packs import load_pack
from heedline.packs.tables import read_toml
from heedline.packs.text.languages import flat

PACK = load_pack("uk")
COMPLETE = [code for code, language in PACK.languages.items() if language.complete and code != "en"]
BRACES = re.compile(r"\{[^}]*\}")

type Texts = dict[str, str | tuple[str, ...]]


def languages_of(folder: str, stem: str) -> list[str]:
    """The languages, English apart, that have a file `<stem><language>.toml` in that folder of the pack."""
    pattern = re.compile(re.escape(stem) + r"([a-z]{2,3})\.toml")
    names = (file.name for file in PACK.folder.joinpath(*folder.split("/")).iterdir())
    found = {match.group(1) for name in names if (match := pattern.fullmatch(name))}
    return sorted(found - {"en"})


QUESTION_FILES = [
    (code, language) for code in PACK.kinds for language in languages_of(f"kinds/{code}", "questions.")
]
PHRASES = languages_of("questions", "phrases.")
WORDS = languages_of("words", "")
FILES = [
    *(("words/", language) for language in WORDS),
    *(("questions/phrases.", language) for language in PHRASES),
    *((f"kinds/{code}/questions.", language) for code, language in QUESTION_FILES),
]


def texts_of(stem: str, language: str) -> Texts:
    """Every text of the file by its full key; lists as tuples. Months are no texts."""
    return dict(flat(read_toml(PACK.folder, f"{stem}{language}.toml").data))


def lines_of(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else text


def sentences_of(texts: Texts) -> list[tuple[str, str]]:
    return [(key, line) for key, text in texts.items() for line in lines_of(text)]


def test_welsh_is_complete() -> None:
    assert "cy" in COMPLETE


@pytest.mark.parametrize("language", COMPLETE)
def test_a_complete_language_has_every_file(language: str) -> None:
    assert language in WORDS
    assert language in PHRASES
    assert [code for code, other in QUESTION_FILES if other == language] == list(PACK.kinds)


@pytest.mark.parametrize(("stem", "language"), FILES)
def test_no_key_is_missing_and_none_is_made_up(stem: str, language: str) -> None:
    ours, theirs = set(texts_of(stem, "en")), set(texts_of(stem, language))
    assert not theirs - ours
    if stem != "words/" or language in COMPLETE:  # a set of questions that is there at all is there whole
        assert not ours - theirs


@pytest.mark.parametrize(("stem", "language"), FILES)
def test_lists_are_as_long_and_every_line_has_the_same_braces(stem: str, language: str) -> None:
    ours = texts_of(stem, "en")
    for key, theirs in texts_of(stem, language).items():
        assert isinstance(theirs, str) == isinstance(ours[key], str), key
        assert len(lines_of(theirs)) == len(lines_of(ours[key])), key
        for one, other in zip(lines_of(ours[key]), lines_of(theirs), strict=True):
            assert other.strip(), key
            assert set(BRACES.findall(other)) == set(BRACES.findall(one)), f"{key}: {other}"


@pytest.mark.parametrize(("stem", "language"), FILES)
def test_no_sentence_stays_in_english(stem: str, language: str) -> None:
    ours = texts_of(stem, "en")
    same = {
        key
        for key, line in sentences_of(texts_of(stem, language))
        if line in lines_of(ours[key]) and len(BRACES.sub("", line).split()) > 2
    }
    assert not same


@pytest.mark.parametrize(("stem", "language"), FILES)
def test_numbers_come_from_the_pack_and_the_voice_stays_calm(stem: str, language: str) -> None:
    for key, line in sentences_of(texts_of(stem, language)):
        plain = line.replace("07700 900123", "")  # an example, from the range kept for drama
        for number in PACK.numbers.values():
            assert not re.search(rf"(?<!\d){re.escape(number.number)}(?!\d)", plain), key
        assert "!" not in line, key


@pytest.mark.parametrize("language", COMPLETE)
@pytest.mark.parametrize(
    "stem", ["words/", "questions/phrases.", *(f"kinds/{code}/questions." for code in PACK.kinds)]
)
def test_sentences_stay_as_short_as_english_must(stem: str, language: str) -> None:
    """The grade of English counts English syllables; its other half, the length of sentences, holds anywhere."""
    pages: dict[str, list[int]] = {}
    for key, line in sentences_of(texts_of(stem, language)):
        for sentence in re.split(r"[.?:]+(?:\s|\"|$)", BRACES.sub("x", line)):
            if words := sentence.split():
                page = ".".join(key.split(".")[: 2 if key.startswith("steps.") else 1])
                pages.setdefault(page, []).append(len(words))
    assert not {page: lengths for page, lengths in pages.items() if sum(lengths) > 15 * len(lengths)}
    assert max(length for lengths in pages.values() for length in lengths) <= 25


@pytest.mark.parametrize(("code", "language"), QUESTION_FILES)
def test_the_questions_load_and_ask_the_same(code: str, language: str) -> None:
    ours, theirs = load_question_set(PACK, code), load_question_set(PACK, code, language)
    assert theirs.language == language
    assert [step.slug for step in theirs.steps] == [step.slug for step in ours.steps]
    for one, other in zip(ours.steps, theirs.steps, strict=True):
        assert [(field.name, tuple(choice.value for choice in field.choices)) for field in one.fields] == [
            (field.name, tuple(choice.value for choice in field.choices)) for field in other.fields
        ]
        for field in other.fields:  # two answers that read alike are one answer to the person who reads them
            texts = [choice.text for choice in field.choices]
            assert len(set(texts)) == len(texts), f"{other.slug}.{field.name}"


@pytest.mark.parametrize("language", PHRASES)
def test_a_name_of_a_month_means_one_month_and_the_english_names_are_taken_too(language: str) -> None:
    ours = read_toml(PACK.folder, "questions/phrases.en.toml").data["months"]
    theirs = read_toml(PACK.folder, f"questions/phrases.{language}.toml").data["months"]
    assert len(theirs) == 12
    names = [name.casefold() for month in theirs for name in month]
    assert len(set(names)) == len(names)
    for number, (one, other) in enumerate(zip(ours, theirs, strict=True), start=1):
        assert set(one) <= set(other), number


#: "You" said to a friend, in Polish: pronouns, and verbs whose ending shows whether a man or a woman is meant.
FAMILIAR = re.compile(
    r"\b(ty|ciebie|cię|ci|tobie|tobą|twój|twoj\w+|(?:nie )?(?:masz|możesz|musisz|chcesz|jesteś)|\w+(?:łeś|łaś|łbyś|łabyś))\b"
)


@pytest.mark.parametrize("stem", [stem for stem, language in FILES if language == "pl"])
def test_polish_speaks_to_the_public_formally_and_neither_to_men_nor_to_women(stem: str) -> None:
    """Run, Hide, Tell gives orders, is only shown after a review, and may then speak as its official leaflet does."""
    wrong = [
        (key, line)
        for key, text in texts_of(stem, "pl").items()
        if not key.startswith(("attack.", "attack_easy."))
        for line in lines_of(text)
        if FAMILIAR.search(line.casefold())
    ]
    assert not wrong
