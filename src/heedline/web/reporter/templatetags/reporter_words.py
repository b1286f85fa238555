"""`{% say "start.title" %}` and `{% lines "start.fears" as fears %}`: the pack's texts. A missing one is an error."""

from __future__ import annotations

import re
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from heedline.web.reporter import asking

#: Pressed during a call, or before another number.
_NOT_CALLED = frozenset({"emergency_silent", "relay_prefix"})

register = template.Library()


@register.simple_tag(takes_context=True)
def say(context: template.Context, key: str, **values: object) -> str:
    """One text, its braces filled by `values`; escaped like everything."""
    words = context["words"]
    return str(words.say(key, **values) if values else words[key])


@register.simple_tag(takes_context=True)
def tell(context: template.Context, key: str) -> SafeString:
    """One text whose phone numbers can be pressed."""
    return with_numbers(context["words"][key])


@register.filter
def with_numbers(text: str) -> SafeString:
    """The text, with each number of the pack as a link that calls it."""
    dials, pattern = _numbers()
    parts = pattern.split(text)
    return format_html_join(
        "",
        "{}",
        (
            (format_html('<a class="govuk-link hl-number" href="tel:{}">{}</a>', dials[part], part),)
            if part in dials
            else (part,)
            for part in parts
        ),
    )


def _numbers() -> tuple[dict[str, str], re.Pattern[str]]:
    """What can be called. A prefix or a key to press is no number to call."""
    numbers = asking.pack().numbers.values()
    dials = {one.number: one.dial for one in numbers if one.code not in _NOT_CALLED}
    longest_first = sorted(dials, key=len, reverse=True)
    return dials, re.compile(rf"(?<!\d)({'|'.join(map(re.escape, longest_first))})(?!\d)")


@register.simple_tag(takes_context=True)
def lines(context: template.Context, key: str) -> tuple[str, ...]:
    """A list of texts."""
    found: tuple[str, ...] = context["words"].lines(key)
    return found


@register.inclusion_tag("reporter/parts/bullets.html", takes_context=True)
def bullets(context: template.Context, key: str) -> dict[str, Any]:
    """A list of texts as bullet points."""
    return {"items": context["words"].lines(key)}


@register.inclusion_tag("reporter/parts/paragraphs.html", takes_context=True)
def paragraphs(context: template.Context, key: str) -> dict[str, Any]:
    """A list of texts as paragraphs."""
    return {"items": context["words"].lines(key)}
