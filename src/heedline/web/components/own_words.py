"""Translate the text built into the shells and components into the language of the page.

Code and templates hold the text in English: `word("Language")` where only text is allowed, `said("Back")`
where HTML is allowed. A multilingual site supplies the replacement text with `saying` while it renders a page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, Token

from django.utils.html import format_html

_NOTHING: Mapping[str, str] = {}
_instead: ContextVar[Mapping[str, str]] = ContextVar("_instead", default=_NOTHING)
_beside: ContextVar[bool] = ContextVar("_beside", default=False)

#: What separates thousands in the language of the page.
_thousands: ContextVar[str] = ContextVar("_thousands", default=",")

#: What was said before, for `end_saying`.
type Saying = tuple[Token[Mapping[str, str]], Token[bool], Token[str]]

#: Every one of them. A test holds the code and the pack's `[components]` to this list.
WORDS = (
    "Watch this page in British Sign Language",
    "Skip to main content",
    "Exit this page",
    "Leaving now.",
    "Exit cancelled.",
    "Press Shift 2 more times to exit.",
    "Press Shift 1 more time to exit.",
    "Language",
    "Languages",
    "In an emergency",
    "If anyone is in danger now, call {number} first.",
    "You can also report by phone:",
    "Demonstration",
    "This is a demonstration. It is not a real service.",
    "Do not enter real information here.",
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
    "This must be {limit} characters or fewer. You have used {count}.",
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
    """Return text in the language of the page, with its placeholders filled."""
    text = _instead.get().get(english, english)
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", number(value) if isinstance(value, int) else str(value))
    return text


def said(english: str, **values: object) -> str:
    """Return text in the language of the page as HTML, with the English beside an unreviewed translation."""
    text = word(english, **values)
    if not _beside.get() or english not in _instead.get():
        return text
    for name, value in values.items():
        english = english.replace(f"{{{name}}}", f"{value:,}" if isinstance(value, int) else str(value))
    return format_html('{} <span class="hl-beside" lang="en" dir="ltr">{}</span>', text, english)


def number(value: int) -> str:
    """Format a number with the thousands separator of the page's language."""
    return f"{value:,}".replace(",", _thousands.get())


@contextmanager
def saying(instead: Mapping[str, str], *, beside: bool = False) -> Iterator[None]:
    """Replace English text with its translation inside the block.

    `instead` maps English to its translation. `beside` means that the translation has not been reviewed.
    """
    before = begin_saying(instead, beside=beside)
    try:
        yield
    finally:
        end_saying(before)


def begin_saying(instead: Mapping[str, str], *, beside: bool = False, thousands: str = ",") -> Saying:
    """Start replacing English text as `saying` does, and return the previous state for `end_saying`.

    `thousands` separates the thousands of a `number`.
    """
    return _instead.set(instead), _beside.set(beside), _thousands.set(thousands)


def end_saying(before: Saying) -> None:
    """Restore the state from before `begin_saying`."""
    _instead.reset(before[0])
    _beside.reset(before[1])
    _thousands.reset(before[2])
