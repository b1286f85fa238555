"""Page text in the language of the page, with the original beside any unreviewed translation.

A reviewed translation stands alone. An unreviewed one has the original under it, in smaller type. Text missing
from a language is taken from the original and marked as such, so that screen readers pronounce it correctly
and it keeps its direction. Everything here returns HTML. Users' text never passes through it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from heedline.intake.questions import Choice, Question, QuestionPage, QuestionSet
from heedline.intake.summary import Row, Section
from heedline.packs.text.languages import Language, PageState
from heedline.packs.text.words import Words
from heedline.web.public.shell import languages

#: Pressed during a call, or before another number.
_NOT_CALLED = frozenset({"emergency_silent", "relay_prefix"})
#: A text message is sent to it. A call would be heard where somebody hides.
_TEXTED, _JOINER = "emergency_text", "\u2060"
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff]")
#: Words of Latin letters in a text from right to left: to be said to somebody in English, or a name.
_LATIN = re.compile(r"([A-Za-z](?:[A-Za-z0-9.@:/&+' -]*[A-Za-z0-9])?)")


@dataclass(frozen=True, slots=True)
class Twofold:
    """A placeholder value in both the page's language and the original language, such as a date."""

    said: str
    original: str


def counted(value: int) -> Twofold:
    """Format a number twice, for the page's language and for the original language."""
    said = languages.pack().languages
    return Twofold(
        said[languages.language()].grouped(value), said[languages.pack().first_language].grouped(value)
    )


#: Texts as they were made for a page, by what made them, the texts of one language and the key. The texts are kept with
#: them, so that the identity stays theirs. There are as many as the pack has texts.
_made: dict[tuple[str, int, str], tuple[Words, Any]] = {}


def _once(make: str, words: Words, key: str, made: Callable[[], Any]) -> Any:
    """Return the result of `made` for this text, cached so that it is called only once per process."""
    held = _made.get((make, id(words), key))
    if held is None:
        held = _made[make, id(words), key] = (words, made())
    return held[1]


def text(words: Words, key: str, **values: object) -> str:
    """Return a text from the pack."""
    if values:
        return _text(words, key, values)
    found: str = _once("text", words, key, lambda: _text(words, key, {}))
    return found


def _text(words: Words, key: str, values: Mapping[str, object]) -> str:
    here = {name: one.said if isinstance(one, Twofold) else one for name, one in values.items()}
    said = words.say(key, **here) if values else words[key]
    if words.original is None:
        return said
    there = {name: one.original if isinstance(one, Twofold) else one for name, one in values.items()}
    original = words.original.say(key, **there) if values else words.original[key]
    if words.borrowed(key):
        said = original
    return _pair(said, original, words.borrowed(key), words.beside(key) is not None)


def told(words: Words, key: str) -> str:
    """Return a text with its phone numbers as links."""
    found: str = _once("told", words, key, lambda: _told(words, key))
    return found


def _told(words: Words, key: str) -> str:
    if words.original is None:
        return with_numbers(words[key])
    beside = words.beside(key) is not None
    return _pair(with_numbers(words[key]), words.original[key], words.borrowed(key), beside)


def bullets(words: Words, key: str) -> SafeString:
    """Return a list of texts as bullet points, with phone numbers as links."""
    found: SafeString = _once("bullets", words, key, lambda: _bullets(words, key))
    return found


def _bullets(words: Words, key: str) -> SafeString:
    items = format_html_join("\n", "<li>{}</li>", ((with_numbers(line),) for line in lines(words, key)))
    return format_html('<ul class="govuk-list govuk-list--bullet">\n{}\n</ul>', items)


def lines(words: Words, key: str) -> tuple[str, ...]:
    """Return a list of texts with their phone numbers as links."""
    found: tuple[str, ...] = _once("lines", words, key, lambda: _lines(words, key))
    return found


def _lines(words: Words, key: str) -> tuple[str, ...]:
    said = words.lines(key)
    if words.original is None:
        return tuple(map(with_numbers, said))
    borrowed, beside = words.borrowed(key), words.beside(key) is not None
    return tuple(
        _pair(with_numbers(line), original, borrowed, beside)
        for line, original in zip(said, words.original.lines(key), strict=True)
    )


def with_numbers(said: str) -> SafeString:
    """Return text with the pack's phone numbers and URLs as links.

    A phone number becomes a link that calls it. A web address becomes a link named after the place that it leads
    to. HTML is left unchanged. Texts are the pack's, never a user's, so the last thousand are kept.
    """
    if isinstance(said, SafeString):
        return said
    return _with_numbers(said, languages.pack().code, languages.language())


@lru_cache(maxsize=1024)
def _with_numbers(said: str, _pack: str, _language: str) -> SafeString:
    dials, pattern = _numbers()
    links = _links() if "://" in said else {}
    parts, mixed = pattern.split(said), bool(_RIGHT_TO_LEFT.search(said))
    return format_html_join(
        "",
        "{}",
        (
            (
                format_html(
                    '<a class="govuk-link hl-number" dir="ltr" href="{}">{}</a>',
                    dials[part],
                    part.strip(_JOINER),
                ),
            )
            if part in dials
            else (
                format_html(
                    '<a class="govuk-link" href="{}" rel="noreferrer noopener">{}</a>', part, links[part]
                ),
            )
            if part in links
            else (_latin_marked(part) if mixed else part,)
            for part in parts
        ),
    )


def _numbers() -> tuple[dict[str, str], re.Pattern[str]]:
    """Return the phone numbers to link, and a regular expression that matches them and the pack's URLs.

    Prefixes and single keys to press are not numbers to call.
    """
    numbers = languages.pack().numbers.values()
    dials = {
        one.number: f"{'sms' if one.code == _TEXTED else 'tel'}:{one.dial}"
        for one in numbers
        if one.code not in _NOT_CALLED
    }
    longest_first = sorted(dials, key=len, reverse=True)
    addresses = sorted((one.url for one in languages.pack().links.values()), key=len, reverse=True)
    called, led = ("|".join(map(re.escape, some)) for some in (longest_first, addresses))
    return dials, re.compile(rf"((?:{led})(?![\w/-])|(?<!\d)(?:{called})(?!\d))")


def _links() -> dict[str, str]:
    """Return the link text for each of the pack's URLs, in the language of the page."""
    pack = languages.pack()
    words = pack.words(languages.language())
    return {one.url: text(words, one.words) for one in pack.links.values()}


def _named(original: str) -> str:
    """Return the original text with its URLs replaced by their link text.

    It stands beside a text that has the links.
    """
    pack = languages.pack()
    words = pack.words(pack.first_language)
    for one in sorted(pack.links.values(), key=lambda link: -len(link.url)):
        original = original.replace(one.url, words[one.words])
    return original


def _original() -> Language:
    pack = languages.pack()
    return pack.languages[pack.first_language]


def _pair(said: str, original: str, borrowed: bool, beside: bool) -> SafeString:
    if not borrowed and _RIGHT_TO_LEFT.search(said):
        said = _latin_marked(said)
    if not borrowed and not beside:
        return conditional_escape(said)
    first = _original()
    if borrowed:
        return format_html('<span lang="{}" dir="{}">{}</span>', first.code, first.direction, said)
    return format_html(
        '{} <span class="hl-beside" lang="{}" dir="{}">{}</span>', said, first.code, first.direction, original
    )


def _latin_marked(said: str) -> str:
    """Return text with its Latin-script words marked, so that screen readers pronounce them correctly.

    HTML is left unchanged.
    """
    if isinstance(said, SafeString) or not _LATIN.search(said):
        return said
    first = _original()
    return format_html_join(
        "",
        "{}",
        (
            (format_html('<bdi lang="{}" dir="{}">{}</bdi>', first.code, first.direction, part),)
            if number % 2
            else (part,)
            for number, part in enumerate(_LATIN.split(said))
        ),
    )


class Pages:
    """The pages of one question set, with the original beside any text that has not been reviewed."""

    def __init__(self, asked: QuestionSet, original: QuestionSet) -> None:
        self.same = asked is original
        pages = languages.pack().pages[asked.language]
        self._reviewed = {
            name: pages[f"questions.{name}"].state is PageState.REVIEWED for name in (asked.code, "phrases")
        }
        self._code = asked.code

    def text(self, said: str, original: str, page: str = "") -> str:
        """Return one text.

        `page` names the page on which its review is recorded, if that is not with the questions.
        """
        if self.same or not said:
            return said
        return _pair(said, original, said == original, not self._reviewed[page or self._code])

    def _called(self, said: str, original: str) -> str:
        if self.same:
            return said
        beside = not self._reviewed[self._code]
        return _pair(with_numbers(said), _named(original), said == original, beside)

    def step(self, step: QuestionPage, original: QuestionPage) -> QuestionPage:
        """Return a page of the form with its text in one language."""
        if self.same:
            return step
        return replace(
            step,
            title=self.text(step.title, original.title),
            paragraphs=tuple(map(self._called, step.paragraphs, original.paragraphs)),
            prompts=tuple(map(self._called, step.prompts, original.prompts)),
            why=self.text(step.why, original.why),
            more=self.text(step.more, original.more),
            button=self.text(step.button, original.button),
            item_name=self.text(step.item_name, original.item_name),
            item_title=self.text(step.item_title, original.item_title),
            fields=tuple(map(self._field, step.fields, original.fields)),
        )

    def _field(self, question: Question, original: Question) -> Question:
        return replace(
            question,
            label=self.text(question.label, original.label),
            hint=self.text(question.hint, original.hint),
            check_label=self.text(question.check_label, original.check_label),
            choices=tuple(map(self._choice, question.choices, original.choices)),
        )

    def _choice(self, choice: Choice, original: Choice) -> Choice:
        return replace(
            choice,
            text=self.text(choice.text, original.text),
            hint=self.text(choice.hint, original.hint),
        )

    def errors(self, said: dict[str, str], original: dict[str, str]) -> dict[str, str]:
        """Return the errors by field name."""
        return {name: self.text(text, original.get(name, text), "phrases") for name, text in said.items()}

    def sections(
        self, said: tuple[Section, ...], original: tuple[Section, ...]
    ) -> tuple[tuple[Section, tuple[Row, ...]], ...]:
        """Return the sections of the check page, each with its rows before any original text is added."""
        if self.same:
            return tuple([(one, one.rows) for one in said])
        return tuple(
            (
                Section(self.text(one.title, other.title), tuple(map(self._row, one.rows, other.rows))),
                one.rows,
            )
            for one, other in zip(said, original, strict=True)
        )

    def _row(self, row: Row, original: Row) -> Row:
        """Return a row of the check page.

        Lines typed by the reporter are the same in both languages and are not translated.
        """
        beside = not self._reviewed[self._code]
        given = tuple(
            line if line == other else _pair(line, other, False, beside)
            for line, other in zip(row.lines, original.lines, strict=True)
        )
        shown = given if row.given else tuple(map(self.text, row.lines, original.lines))
        return replace(row, label=self.text(row.label, original.label), lines=shown)
