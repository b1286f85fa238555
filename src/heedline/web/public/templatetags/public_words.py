"""Template tags for the pack's texts, such as `{% say "start.title" %}` and `{% bullets "start.fears" %}`.

A missing text is an error. In languages other than the pack's first, the texts are HTML, with the original
beside them where it is needed (`beside`). Where HTML is not allowed, in a title or an attribute,
`{% plain "start.title" %}` returns the text alone.
"""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from heedline.web.public.shell import beside

register = template.Library()
register.filter("with_numbers", beside.with_numbers)


@register.simple_tag(takes_context=True)
def say(context: template.Context, key: str, **values: object) -> str:
    """Return a text with its placeholders filled by `values`.

    It is escaped like everything else.
    """
    return beside.text(context["words"], key, **values)


@register.simple_tag(takes_context=True)
def plain(context: template.Context, key: str, **values: object) -> str:
    """Return a text for a title or an attribute, with its placeholders filled by `values`."""
    words = context["words"]
    return str(words.say(key, **values) if values else words[key])


@register.simple_tag(takes_context=True)
def tell(context: template.Context, key: str) -> str:
    """Return a text in which phone numbers are links."""
    return beside.told(context["words"], key)


@register.simple_tag(takes_context=True)
def lines(context: template.Context, key: str) -> tuple[str, ...]:
    """Return a list of texts with phone numbers as links, for layouts other than bullet points."""
    return beside.lines(context["words"], key)


@register.simple_tag(takes_context=True)
def bullets(context: template.Context, key: str) -> SafeString:
    """Return a list of texts as bullet points."""
    return beside.bullets(context["words"], key)
