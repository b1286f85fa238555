"""What a language of the pack does: whole or in part, reviewed or not, from left to right or from right to left."""

import re

import pytest
from tests.support.pack_copy import PackCopy
from tests.support.tongues import copy_of_the_pack, in_ar, in_cy, mark, pack_in_tongues

from heedline.intake.question_files import load_question_set, read_archived
from heedline.packs import Pack, PackError, load_pack
from heedline.packs.reading.loading import read_pack
from heedline.packs.tables import Table
from heedline.packs.text.languages import PageState, kept_in_order


@pytest.fixture(scope="module")
def pack() -> Pack:
    return pack_in_tongues()


def folder_of(pack: Pack) -> PackCopy:
    """A copy of the files that a pack was read from."""
    assert isinstance(pack.folder, PackCopy)
    return pack.folder.copy()


def test_a_text_that_is_missing_is_the_originals_and_says_so(pack: Pack) -> None:
    words, english = pack.words("ar"), pack.words("en")
    assert words["doors.title"] == in_ar(english["doors.title"])
    assert not words.borrowed("doors.title")
    assert words["privacy.title"] == english["privacy.title"]
    assert words.borrowed("privacy.title")
    assert set(words) == set(english)
    assert english.original is None
    assert not english.borrowed("doors.title")


def test_what_nobody_reviewed_has_the_original_beside_it_and_what_was_reviewed_has_not() -> None:
    pack = pack_in_tongues(("cy", "doors"), ("cy", "questions.activity"))
    words = pack.words("cy")
    assert words.beside("doors.title") is None
    assert words.beside("start.title") is pack.words("en")
    assert pack.pages["cy"]["doors"].state is PageState.REVIEWED
    assert pack.pages["cy"]["questions.activity"].state is PageState.REVIEWED
    assert pack.pages["cy"]["start"].state is PageState.UNREVIEWED
    assert pack.pages["ar"]["privacy"].state is PageState.ABSENT
    assert pack.pages["en"]["privacy"].state is PageState.ORIGINAL


@pytest.mark.parametrize("file", ["words/cy.toml", "words/en.toml"])
def test_a_mark_is_lost_when_a_word_changes_on_either_side(file: str) -> None:
    pack = pack_in_tongues(("cy", "doors"))
    folder = folder_of(pack)
    path = folder / file
    old = pack.words(path.name[:2])["doors.title"]
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, old + "."), encoding="utf-8")
    again = read_pack("uk", folder)
    assert again.pages["cy"]["doors"].state is PageState.CHANGED
    assert again.words("cy").beside("doors.title") is not None
    assert again.pages["cy"]["doors"].mark is not None
    assert again.pages["cy"]["doors"].stale == ("original" if file == "words/en.toml" else "translation")
    assert not again.pages["cy"]["start"].stale, "nobody has reviewed it, so nothing is stale"


def test_a_text_that_only_the_original_has_makes_no_mark_stale() -> None:
    """What a language lacks is shown in the original: nobody has to read it again there."""
    folder = folder_of(pack_in_tongues(("ar", "visit")))
    path = folder / "words/en.toml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("[privacy]\n", '[privacy]\nmore = "More."\n', 1),
        encoding="utf-8",
    )
    cy = folder / "words/cy.toml"
    cy.write_text(
        cy.read_text(encoding="utf-8").replace("[privacy]\n", '[privacy]\nmore = "mORE."\n', 1),
        encoding="utf-8",
    )
    assert read_pack("uk", folder).pages["ar"]["visit"].state is PageState.REVIEWED


def test_run_hide_tell_is_the_originals_until_somebody_has_read_it() -> None:
    pack = pack_in_tongues()
    english = pack.words("en")
    for language in ("cy", "ar"):
        words = pack.words(language)
        for key in [key for key in english if key.startswith("attack.")]:
            assert words[key] == english[key]
        for key in [key for key in english.list_keys() if key.startswith("attack.")]:
            assert words.lines(key) == english.lines(key)
        assert words["doors.attack.text"] == english["doors.attack.text"]
        assert words["doors.attack.title"] != english["doors.attack.title"]
        assert pack.pages[language]["attack"].state is PageState.WITHHELD
    read = pack_in_tongues(("cy", "attack"))
    assert read.words("cy")["attack.run_title"] == in_cy(english["attack.run_title"])
    assert read.words("ar")["attack.run_title"] == english["attack.run_title"]


def test_numbers_in_groups_keep_their_order_from_right_to_left(pack: Pack) -> None:
    assert kept_in_order("Call 0800 789 321 or 999.") == "Call \u20660800 789 321\u2069 or 999."
    assert kept_in_order("From 14 to 18, on 14-3-2026") == "From 14 to 18, on \u206614-3-2026\u2069"
    assert "\u20660800 789 321\u2069" in pack.words("ar")["doors.phone.text"]
    assert "\u2066" not in pack.words("cy")["doors.phone.text"]
    phone = load_question_set(pack, "activity", "ar").phrases["phone"]
    assert "\u206607700 900123\u2069" in phone


def test_questions_that_a_language_lacks_are_asked_in_the_original(pack: Pack) -> None:
    assert load_question_set(pack, "activity", "ar").any_step("what").title == in_ar(
        load_question_set(pack, "activity").any_step("what").title
    )
    person, original = load_question_set(pack, "person", "ar"), load_question_set(pack, "person")
    assert person.any_step("what").title == original.any_step("what").title
    assert person.language == "ar"
    assert person.phrases["choose"] == in_ar(original.phrases["choose"])


def test_an_edition_is_archived_in_every_language_and_named_alike_in_all(pack: Pack) -> None:
    english, welsh, arabic = (load_question_set(pack, "activity", one) for one in ("en", "cy", "ar"))
    assert english.digest == welsh.digest == arabic.digest, (
        "a report's row must not say in which language it was asked"
    )
    kept = welsh.canonical()
    for asked in (english, welsh, arabic):
        again = read_archived(kept, Table, asked.language)
        assert (again.digest, again.language, again.steps) == (asked.digest, asked.language, asked.steps)
    assert read_archived(kept, Table) == read_archived(kept, Table, "en")
    person = load_question_set(pack, "person").canonical()
    assert read_archived(person, Table, "ar").any_step("what") == load_question_set(
        pack, "person", "en"
    ).any_step("what")
    assert len(kept) < 1_000_000, "what the archive takes"


def test_months_are_understood_in_both_languages(pack: Pack) -> None:
    assert "March" in load_question_set(load_pack("uk"), "activity", "cy").months[2]


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("words/cy.toml", "{numbers.emergency}", "999", r"words/cy.toml: shared.emergency: must have the braces"),
        ("words/ar.toml", "{numbers.emergency}", "{x}", r"words/ar.toml: shared.emergency: must have the braces"),
        ("words/cy.toml", "[privacy]", "[privacies]", r"words/cy.toml: privacies.\w+: is not in words/en.toml"),
        ("words/ar.toml", "[visit]", "[visits]", r"words/ar.toml: visits.\w+: is not in words/en.toml"),
        ("words/cy.toml", "back =", "# back =", r"words/cy.toml: shared.back: is missing"),
        ("words/cy.toml", 'keep = ["', 'keep = ["x", "', r"words/cy.toml: code.keep: must have 3 texts"),
        ("words/cy.toml", 'back = "bACK"', 'back = ["bACK"]', r"words/cy.toml: shared.back: must be one text"),
        ("words/cy.toml", 'back = "bACK"', 'back = " "', r"words/cy.toml: shared.back: must be text and not empty"),
        ("kinds/activity/questions.cy.toml", "title =", "titel =", r"kinds/activity/questions.cy.toml: steps.now.titel: is not in"),
        ("questions/phrases.ar.toml", "{over}", "", r"questions/phrases.ar.toml: phrases.too_long: must have the braces"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_translation_is_named(file: str, old: str, new: str, message: str) -> None:
    folder = copy_of_the_pack()
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PackError, match=f"^{message}"):
        read_pack("uk", folder)


@pytest.mark.parametrize(
    ("marks", "message"),
    [
        (
            '[marks.fr.doors]\nby = "x"\non = 2026-01-01\ndigest = "x"\noriginal = "x"\n',
            r"marks.fr: is no language into which",
        ),
        (
            '[marks.en.doors]\nby = "x"\non = 2026-01-01\ndigest = "x"\noriginal = "x"\n',
            r"marks.en: is no language into which",
        ),
        (
            '[marks.cy.dors]\nby = "x"\non = 2026-01-01\ndigest = "x"\noriginal = "x"\n',
            r"marks.cy.dors: there is no page",
        ),
        (
            '[marks.cy.doors]\nby = ""\non = 2026-01-01\ndigest = "x"\noriginal = "x"\n',
            r"marks.cy.doors.by: must not be empty",
        ),
        ('[marks.cy.doors]\nby = "x"\ndigest = "x"\noriginal = "x"\n', r"marks.cy.doors.on: is missing"),
    ],
)
def test_a_mistake_in_a_mark_is_named(marks: str, message: str) -> None:
    with pytest.raises(PackError, match=rf"^words/reviews.toml: {message}"):
        read_pack("uk", copy_of_the_pack(marks=marks))


def test_a_mark_is_five_lines_of_the_file(pack: Pack) -> None:
    assert re.fullmatch(
        r'\[marks\.cy\."doors"\]\nby = "[^"]+"\non = [\d-]+\ndigest = "[0-9a-f]{16}"\noriginal = "[0-9a-f]{16}"\n',
        mark(pack.pages["cy"]["doors"], "cy"),
    )
