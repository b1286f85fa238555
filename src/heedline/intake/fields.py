"""Validate a posted page, field by field.

Input is never lost. An answer with an error is returned in `Reading.typed`. Only control characters and
surrogate halves (which no encoding can carry) are removed. Every script, mark and text direction is
kept.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from heedline.intake.questions import FieldKind, Question, QuestionPage, QuestionSet, Values

DATE_PARTS = ("day", "month", "year")
_YEARS = range(1900, 2200)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


class Wrong(Exception):
    """Raised when a field's answer is invalid.

    The message is for the reporter, and `code` is the key of the phrase.
    """

    def __init__(self, qs: QuestionSet, code: str, **values: str | int) -> None:
        phrase = qs.phrases[code]
        shown = {
            name: f"{value:,}".replace(",", qs.thousands) if isinstance(value, int) else value
            for name, value in values.items()
        }
        super().__init__(phrase.format(**shown) if shown else phrase)
        self.code = code


@dataclass(frozen=True, slots=True)
class Reading:
    """The result of validating a page.

    `values` holds the clean answers of fields without an error. `errors` maps field names to messages, and
    is empty if all is well.

    `typed` holds what to show again for every field, as it was posted: `str`, `list[str]` for choices, and
    `{"day", "month", "year"}` of `str` for dates. An error about the whole page is listed under the name of
    its first field. `codes` maps field names to the code of the error (that of the phrase, or `missing`).
    """

    values: dict[str, Any]
    errors: dict[str, str]
    typed: dict[str, Any]
    codes: dict[str, str]


def read(qs: QuestionSet, step: QuestionPage, posted: Mapping[str, Sequence[str]]) -> Reading:
    """Validate a page and return the result.

    Unknown keys are dropped. Form names are `<field>`, or `<field>-day|-month|-year` for dates. `posted`
    maps a name to every value posted under it (in Django, `dict(request.POST.lists())`).
    """
    typed = {question.name: _typed(question, posted) for question in step.fields}
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    codes: dict[str, str] = {}
    for question in step.fields:
        try:
            value = clean(qs, question, typed[question.name])
        except Wrong as wrong:
            errors[question.name], codes[question.name] = str(wrong), wrong.code
        else:
            if value:
                values[question.name] = value
    missing = missing_fields(step, values, set(errors))
    return Reading(values, errors | missing, typed, codes | dict.fromkeys(missing, "missing"))


def missing_fields(step: QuestionPage, values: Values, with_errors: set[str]) -> dict[str, str]:
    """Return the errors for required fields and groups that have no answer."""
    found = {
        question.name: question.error_required
        for question in step.fields
        if question.name not in values
        and question.name not in with_errors
        and (
            question.required
            or (question.required_when and question.required_when.holds({step.slug: values}))
        )
    }
    group = set(step.at_least_one)
    if group and not group & (set(values) | with_errors | set(found)):
        found[step.at_least_one[0]] = step.error_at_least_one
    return found


def shown(step: QuestionPage, values: Values) -> dict[str, Any]:
    """Return stored values in the format of `Reading.typed`, so that one template can show either."""
    result: dict[str, Any] = {}
    for question in step.fields:
        value = values.get(question.name)
        if question.kind is FieldKind.DATE:
            result[question.name] = {part: str((value or {}).get(part, "")) for part in DATE_PARTS}
        elif question.kind is FieldKind.CHOICES:
            result[question.name] = list(value or ())
        else:
            result[question.name] = value or ""
    return result


def clean(qs: QuestionSet, question: Question, typed: Any) -> Any:
    """Validate the input typed in one field and return its clean value.

    The value is falsy if nothing was given. Raises Wrong if it is invalid.
    """
    match question.kind:
        case FieldKind.CHOICES:
            return _choices(qs, question, typed)
        case FieldKind.DATE:
            return _date(qs, typed)
        case FieldKind.CHOICE:
            if typed and typed not in {choice.value for choice in question.choices}:
                raise Wrong(qs, "unknown_choice")
            return typed
    text: str = typed.strip()
    if len(text) > question.limit:
        raise Wrong(qs, "too_long", over=len(text) - question.limit, limit=question.limit)
    if not text:
        return ""
    if question.limit_lines:
        return _lines(qs, question, text)
    match question.kind:
        case FieldKind.POSTCODE:
            return _postcode(qs, question, text)
        case FieldKind.REGISTRATION:
            tight = re.sub(r"[\s\-.]", "", text).upper()
            if not re.fullmatch(question.patterns[0], tight):
                raise Wrong(qs, "registration")
            return tight
        case FieldKind.EMAIL if not _EMAIL.fullmatch(text):
            raise Wrong(qs, "email")
        case FieldKind.PHONE if sum(unicodedata.category(sign) == "Nd" for sign in text) < 5:
            raise Wrong(qs, "phone")
    return text


def tidy(text: str, *, lines: bool) -> str:
    """Return the text without control characters and with normalised line endings.

    Line endings become newline characters, or spaces if `lines` is False.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not lines:
        text = text.replace("\n", " ").replace("\t", " ")
    return _CONTROL.sub("", text)


def _typed(question: Question, posted: Mapping[str, Sequence[str]]) -> Any:
    lines = question.kind is FieldKind.LONG_TEXT
    if question.kind is FieldKind.DATE:
        return {part: _last(posted, f"{question.name}-{part}", lines=False) for part in DATE_PARTS}
    if question.kind is FieldKind.CHOICES:
        # a browser sends no more than there are boxes
        given = [tidy(value, lines=False) for value in posted.get(question.name, ())]
        return [value for value in given if value][: 2 * len(question.choices)]
    return _last(posted, question.name, lines=lines)


def _last(posted: Mapping[str, Sequence[str]], name: str, *, lines: bool) -> str:
    values = posted.get(name, ())
    return tidy(values[-1], lines=lines) if values else ""


def _choices(qs: QuestionSet, question: Question, typed: Sequence[str]) -> list[str]:
    if set(typed) - {choice.value for choice in question.choices}:
        raise Wrong(qs, "unknown_choice")
    chosen = [choice for choice in question.choices if choice.value in typed]
    for choice in chosen:
        if choice.exclusive and len(chosen) > 1:
            raise Wrong(qs, "exclusive", choice=choice.text)
    return [choice.value for choice in chosen]


def _lines(qs: QuestionSet, question: Question, text: str) -> str:
    """Return the text with one entry on each line and no blank lines.

    Nothing is left out or shortened, and the format of the entries is not checked.
    """
    lines = [line for line in (part.strip() for part in text.split("\n")) if line]
    if len(lines) > question.limit_lines:
        raise Wrong(qs, "too_many_lines", count=len(lines), limit=question.limit_lines)
    return "\n".join(lines)


def _postcode(qs: QuestionSet, question: Question, text: str) -> str:
    tight = "".join(text.upper().split())
    full, *others = question.patterns
    if re.fullmatch(full, tight):
        return f"{tight[: -question.tail]} {tight[-question.tail :]}"
    if any(re.fullmatch(pattern, tight) for pattern in others):
        return tight
    raise Wrong(qs, "postcode")


def _date(qs: QuestionSet, typed: Mapping[str, str]) -> dict[str, int]:
    day, month, year = (typed[part].strip().rstrip(".") for part in DATE_PARTS)
    found: dict[str, int] = {}
    if year:
        found["year"] = _whole(year) if len(year) == 4 else -1
        if found["year"] not in _YEARS:
            raise Wrong(qs, "date_year")
    if month:
        found["month"] = _month(qs, month)
        if not 1 <= found["month"] <= 12:
            raise Wrong(qs, "date_month")
    if day:
        found["day"] = _whole(day)
        if not 1 <= found["day"] <= 31:
            raise Wrong(qs, "date_day")
    if found and not year:
        raise Wrong(qs, "date_year_missing")
    if day and not month:
        raise Wrong(qs, "date_month_missing")
    if day:
        try:
            date(found["year"], found["month"], found["day"])
        except ValueError:
            raise Wrong(qs, "date_not_real") from None
    return found


def _whole(text: str) -> int:
    # `isdecimal` takes the digits of every script, and so does `int`
    return int(text) if text.isdecimal() and len(text) <= 4 else -1


def _month(qs: QuestionSet, text: str) -> int:
    plain = text.casefold()
    for number, names in enumerate(qs.months, start=1):
        if plain in {name.casefold() for name in names}:
            return number
    return _whole(text)
