"""The public's texts: plain, complete, honest about what is missing."""

import re
import tomllib

import pytest
from tests.rules.packs.readability import measure

from heedline.intake.question_files import load_question_set
from heedline.packs import load_pack
from heedline.packs.text.languages import flat
from heedline.packs.text.words import WordMissing

PACK = load_pack("uk")
WORDS = PACK.words("en")
PAGES = sorted({key.split(".")[0] for key in (*WORDS, *WORDS.list_keys())})


@pytest.mark.parametrize("page", PAGES)
def test_every_page_can_be_read_at_eleven(page: str) -> None:
    grade, length = measure(WORDS.page(page))
    assert grade <= 6, f"{page}: grade {grade:.1f}"
    assert length <= 16, f"{page}: {length:.1f} words a sentence"


@pytest.mark.parametrize("kind", list(PACK.kinds))
def test_every_question_page_can_be_read_at_eleven(kind: str) -> None:
    for step in load_question_set(PACK, kind).steps:
        texts = [step.title, *step.paragraphs, *step.prompts, step.why, *step.without_identity[1]]
        for question in step.fields:
            texts += [question.label, question.hint, question.error_required]
            texts += [text for choice in question.choices for text in (choice.text, choice.hint)]
        grade, length = measure(text for text in texts if text)
        assert grade <= 6, f"{step.slug}: grade {grade:.1f}"
        assert length <= 16, f"{step.slug}: {length:.1f} words a sentence"


def test_the_measure_tells_plain_from_hard() -> None:
    plain, _ = measure(["We read every report. You can stop when you like."])
    hard, _ = measure(["Notwithstanding the aforementioned confidentiality considerations, information may "
                       "subsequently be disseminated to appropriate authorities."])  # fmt: skip
    assert plain < 3 < 15 < hard


def test_a_missing_text_is_loud() -> None:
    with pytest.raises(WordMissing, match=r"there is no text start\.nothing"):
        WORDS["start.nothing"]
    with pytest.raises(WordMissing, match=r"there is no list start\.title"):
        WORDS.lines("start.title")


def test_a_text_with_open_braces_must_be_filled_and_only_with_what_it_wants() -> None:
    with pytest.raises(WordMissing, match="use say"):
        WORDS["sent.day"]
    with pytest.raises(WordMissing, match="needs exactly"):
        WORDS.say("sent.day", day="1 March", hour=3)
    assert WORDS.say("sent.day", day="1 March 2026") == "Received on 1 March 2026."


def test_numbers_come_from_the_pack_and_are_never_typed_into_words() -> None:
    raw = (PACK.folder / "words" / "en.toml").read_text(encoding="utf-8")
    raw += (PACK.folder / "questions" / "phrases.en.toml").read_text(encoding="utf-8")
    for kind in PACK.kinds:
        raw += (PACK.folder / "kinds" / kind / "questions.en.toml").read_text(encoding="utf-8")
    raw = raw.replace("07700 900123", "")  # an example, from the range kept for drama
    for number in PACK.numbers.values():
        assert not re.search(rf"(?<!\d){re.escape(number.number)}(?!\d)", raw), number.code
    assert "999" in WORDS["doors.emergency"]


def test_the_emergency_number_is_in_the_bar_of_every_page_before_the_questions() -> None:
    for key in ("doors.emergency", "shared.emergency_line", "person_door.emergency", "online_door.emergency"):
        assert PACK.numbers["emergency"].number in WORDS[key]


def test_voice() -> None:
    """No drama, no blame, no words of the trade on public pages and in questions."""
    texts = [text for page in PAGES for text in WORDS.page(page)]
    for kind in PACK.kinds:
        for step in load_question_set(PACK, kind).steps:
            texts += [step.title, *step.paragraphs, *step.prompts, step.why]
            texts += [text for question in step.fields for text in (question.label, question.hint)]
    for text in texts:
        assert "!" not in text
        assert not re.search(
            r"\b(suspects?|vigilan\w+|invalid|tip-?offs?|tipsters?|victims?|alleged|vulnerable|susceptible|radicali\w+|reporters?|receipt codes?)\b",
            text,
            re.IGNORECASE,
        )


@pytest.mark.parametrize("kind", list(PACK.kinds))
def test_nothing_asks_about_who_people_are_by_birth_or_belief(kind: str) -> None:
    for step in load_question_set(PACK, kind).steps:
        for question in step.fields:
            asked = f"{question.label} {question.hint} {' '.join(c.text for c in question.choices)}"
            assert not re.search(
                r"\b(relig\w+|faith|ethnic\w*|rac(e|ial)|nationalit\w+|born)\b", asked, re.IGNORECASE
            )


def test_question_templates_never_ask_anybody_to_find_out_more() -> None:
    for template in PACK.question_templates.values():
        text = WORDS[template.words]
        assert not re.search(
            r"\b(find out|try to|watch|follow|ask (him|her|them)|get (us|the))\b", text, re.IGNORECASE
        )


def named_lines(language: str) -> set[tuple[str, str, int]]:
    """Return the lines of Run, Hide, Tell that have a name in this language's file: name, list and place in it."""
    file = PACK.folder.joinpath("words", f"{language}.toml")
    texts = dict(flat(tomllib.loads(file.read_text(encoding="utf-8"))))
    lists = {key: texts[f"attack.{key}"] for key in ("run", "hide", "tell")}
    return {
        (name, key, lines.index(text))
        for name, text in texts.items()
        if name.startswith("attack.lines.")
        for key, lines in lists.items()
        if text in lines
    }


@pytest.mark.parametrize("language", list(PACK.languages))
def test_a_named_line_of_run_hide_tell_is_the_same_line_in_every_language(language: str) -> None:
    """The page for danger and the card show it: a name at another line would put another in its place."""
    assert len(named_lines("en")) == 6
    assert named_lines(language) == named_lines("en")
