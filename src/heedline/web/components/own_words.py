"""The few words that the shells and components say themselves, in the language of the page.

In code and templates they stand in English: `word("Language")` where only text can stand, `said("Back")` where HTML can. A
site that speaks other languages says which words to use instead, for as long as it makes a page (`saying`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from django.utils.html import format_html

_NOTHING: Mapping[str, str] = {}
_instead: ContextVar[Mapping[str, str]] = ContextVar("_instead", default=_NOTHING)
_beside: ContextVar[bool] = ContextVar("_beside", default=False)

#: Every one of them. A test holds the code and the pack's `[components]` to this list.
WORDS = (
    "Skip to main content",
    "Exit this page",
    "Leaving now.",
    "Exit cancelled.",
    "Shift, press 2 more times to exit.",
    "Shift, press 1 more time to exit.",
    "Language",
    "Languages",
    "In an emergency",
    "If anyone is in danger now, call {number} first.",
    "You can also report by phone:",
    "Demonstration",
    "This is a demonstration. It is not a real police service.",
    "Do not enter anything real here.",
    "In a real emergency, call {number}.",
    "Error",
    "Error:",
    "There is a problem",
    "Warning",
    "Success",
    "Important",
    "Back",
    "Continue",
    "Why we ask this",
    "(optional)",
    "You can write up to {limit} characters.",
    "This must be {limit} characters or fewer. You wrote {count}.",
    "Enter a date, for example 14 3 2026",
    "Day",
    "Month",
    "Year",
)
#: Said on office pages only, which are in English.
OFFICE_WORDS = (
    "Pagination",
    "Previous page",
    "Next page",
    "Breadcrumb",
    "In this section",
    "Messages",
    "Filter",
    "Chosen filters",
    "Remove",
    "Clear all filters",
    "Apply filters",
)


def word(english: str, **values: object) -> str:
    """These words in the language of the page, their braces filled."""
    text = _instead.get().get(english, english)
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text


def said(english: str, **values: object) -> str:
    """The same as HTML: with the English beside words that nobody has reviewed."""
    text = word(english, **values)
    if not _beside.get() or english not in _instead.get():
        return text
    for name, value in values.items():
        english = english.replace(f"{{{name}}}", str(value))
    return format_html('{} <span class="hl-beside" lang="en" dir="ltr">{}</span>', text, english)


@contextmanager
def saying(instead: Mapping[str, str], *, beside: bool = False) -> Iterator[None]:
    """Inside, these are said: English → what is said instead of it. `beside`: nobody has reviewed them."""
    words, shown = _instead.set(instead), _beside.set(beside)
    try:
        yield
    finally:
        _instead.reset(words)
        _beside.reset(shown)
