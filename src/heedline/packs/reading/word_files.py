"""Read the wording in every language, and the translation state of each page.

The state of a page says who reviewed it and what it lacks.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources.abc import Traversable

from heedline.packs.kind_files import with_words
from heedline.packs.tables import Table, read_toml
from heedline.packs.text.languages import (
    Language,
    Page,
    PageState,
    Reviews,
    Texts,
    by_page,
    check_translation,
    flat,
    optional_toml,
    pages_of,
    read_reviews,
)
from heedline.packs.text.words import LanguageStatus, Words, read_words

#: The questions' phrases that all kinds of report share.
SHARED = "phrases"

type PagesByCode = dict[str, dict[str, Page]]


def read_all_words(
    folder: Traversable,
    languages: Mapping[str, Language],
    known: Mapping[str, str],
    question_files: Mapping[str, str],
    known_in: Mapping[str, Mapping[str, str]],
) -> tuple[dict[str, Words], PagesByCode]:
    """Return each language's wording and the translation state of its pages.

    `known` are the values of placeholders, `known_in` those that differ in a language. `question_files` maps the questions of each kind of
    report, and the phrases that they share, to the path of their wording without the language; each is the page
    `questions.<name>`. A kind may have texts of its own in `words.<language>.toml`.
    """
    reviews = read_reviews(folder, languages)
    first, *others = languages.values()
    kinds = [name for name in question_files if name != SHARED]
    file = with_words(read_toml(folder, f"words/{first.code}.toml"), folder, kinds, first.code)
    original = read_words(file, first.code, known)
    asked = {name: read_toml(folder, f"{path}.{first.code}.toml") for name, path in question_files.items()}
    said = _pages_of_files(file, asked)
    words = {first.code: original}
    pages = {
        first.code: {
            code: Page(code, PageState.ORIGINAL, len(texts), len(texts), "") for code, texts in said.items()
        }
    }
    for other in others:
        table = with_words(read_toml(folder, f"words/{other.code}.toml"), folder, kinds, other.code)
        check_translation(table, file, complete=other.complete)
        tables = _questions(folder, other, asked, question_files)
        pages[other.code] = pages_of(other.code, _pages_of_files(table, tables), said, reviews)
        words[other.code] = read_words(
            table,
            other.code,
            {**known, **known_in.get(other.code, {})},
            _translation(other, original, table, pages[other.code], reviews),
        )
    return words, pages


def _pages_of_files(words: Table, questions: Mapping[str, Table]) -> dict[str, Texts]:
    pages: dict[str, Texts] = dict(by_page(dict(flat(words.data))))
    return pages | {f"questions.{name}": dict(flat(table.data)) for name, table in questions.items()}


def _questions(
    folder: Traversable, language: Language, originals: Mapping[str, Table], files: Mapping[str, str]
) -> dict[str, Table]:
    found = {}
    for name, original in originals.items():
        path = f"{files[name]}.{language.code}.toml"
        table = read_toml(folder, path) if language.complete else optional_toml(folder, path)
        if table is not None:
            check_translation(table, original, complete=language.complete)
            found[name] = table
    return found


def _translation(
    language: Language, original: Words, table: Table, pages: Mapping[str, Page], reviews: Reviews
) -> LanguageStatus:
    reviewed = frozenset(code for code, page in pages.items() if page.state is PageState.REVIEWED)
    waiting = (
        key for key, _ in flat(table.data) if reviews.withholds(key) and key.split(".")[0] not in reviewed
    )
    return LanguageStatus(original, language.direction, reviewed, frozenset(waiting))
