"""`{% say "start.title" %}` and `{% bullets "start.fears" %}`: the pack's texts. A missing one is an error.

In other languages than the pack's first they come as HTML, with the original beside them where that is due
(`beside`). Where HTML cannot stand, in a title or an attribute, `{% plain "start.title" %}` says the text alone.
"""

from __future__ import annotations

from typing import Any

from django import template

from heedline.web.public import beside

register = template.Library()
register.filter("with_numbers", beside.with_numbers)


@register.simple_tag(takes_context=True)
def say(context: template.Context, key: str, **values: object) -> str:
    """One text, its braces filled by `values`; escaped like everything."""
    return beside.text(context["words"], key, **values)


@register.simple_tag(takes_context=True)
def plain(context: template.Context, key: str) -> str:
    """One text, for a title or an attribute."""
    return str(context["words"][key])


@register.simple_tag(takes_context=True)
def tell(context: template.Context, key: str) -> str:
    """One text whose phone numbers can be pressed."""
    return beside.told(context["words"], key)


@register.simple_tag(takes_context=True)
def lines(context: template.Context, key: str) -> tuple[str, ...]:
    """A list of texts whose phone numbers can be pressed, for a page that sets them otherwise than as bullet points."""
    return beside.lines(context["words"], key)


@register.inclusion_tag("public/parts/bullets.html", takes_context=True)
def bullets(context: template.Context, key: str) -> dict[str, Any]:
    """A list of texts as bullet points."""
    return {"items": beside.lines(context["words"], key)}
