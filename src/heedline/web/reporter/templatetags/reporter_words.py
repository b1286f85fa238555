"""`{% say "start.title" %}` and `{% lines "start.fears" as fears %}`: the pack's texts. A missing one is an error."""

from __future__ import annotations

from typing import Any

from django import template

register = template.Library()


@register.simple_tag(takes_context=True)
def say(context: template.Context, key: str, **values: object) -> str:
    """One text, its braces filled by `values`; escaped like everything."""
    words = context["words"]
    return str(words.say(key, **values) if values else words[key])


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
