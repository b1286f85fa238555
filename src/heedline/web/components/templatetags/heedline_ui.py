"""Template tags for rendering components, loaded with `{% load heedline_ui %}`.

{% ui "button" text="Continue" %}
{% ui "summary-list" params %}                      a dictionary made by the view
{% ui "details" params open=True %}                 the dictionary with one more option
{% uiblock "inset-text" classes="hl-calm" %} … {% enduiblock %}     the content becomes `html`
{% said "Back" %}                                  the shell's own text, in the page's language
{% word "Language" %}                              the same for an attribute or a title
{% field form "narrative" %}                        one field of a components.forms.Form
{% fields form %}                                   every field; the error summary is {% errors form %}
{% keep "footer" %} … {% endkeep %}                 rendered once for each shell that keeps (`PublicShell.kept`)
{% keep "fields" kept_as %} … {% endkeep %}         once for each value of `kept_as`; each time if that is None
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from heedline.web.components import own_words
from heedline.web.components.forms import Form
from heedline.web.components.rendering import Params, render
from heedline.web.components.shell import Link

register = template.Library()


@register.simple_tag
def word(english: str, **values: object) -> str:
    """Return an interface text in the page's language, as plain text."""
    return own_words.word(english, **values)


@register.simple_tag
def said(english: str, **values: object) -> str:
    """Return an interface text in the page's language, as HTML."""
    return own_words.said(english, **values)


@register.simple_tag
def ui(component: str, params: Params | None = None, **options: Any) -> SafeString:
    """Render a component by its upstream name."""
    return render(component, {**params, **options} if params else options)


@register.simple_block_tag
def uiblock(content: SafeString, component: str, params: Params | None = None, **options: Any) -> SafeString:
    """Render a component around the content of the template block."""
    return render(component, {**(params or {}), **options, "html": content})


@register.simple_tag
def language_links(links: tuple[Link, ...], keeps_typed: bool = False) -> SafeString:
    """Render the links to this page in each language.

    They are buttons of the form if it keeps what was typed.
    """
    return _language_links(links, bool(keeps_typed))


@lru_cache(maxsize=512)
def _language_links(links: tuple[Link, ...], keeps_typed: bool) -> SafeString:
    return render_to_string("components/_languages.html", {"links": links, "keeps_typed": keeps_typed})


class _Keep(template.Node):
    """A template node whose rendering is cached in the page shell."""

    def __init__(self, name: str, by: str, nodelist: template.NodeList) -> None:
        self.name, self.by, self.nodelist = name, by, nodelist
        if not by:  # a part of the shell: Django need not look for blocks in it on each page
            self.child_nodelists = ()

    def render(self, context: template.Context) -> SafeString:
        """Render the block, or return its cached rendering if the shell has a cache."""
        kept: dict[Hashable, SafeString] | None = getattr(context["shell"], "kept", None)
        by = context.get(self.by) if self.by else ()
        if kept is None or by is None:
            return self.nodelist.render(context)
        found = kept.get((self.name, by))
        if found is None:
            found = kept[self.name, by] = self.nodelist.render(context)
        return found


@register.tag("keep")
def keep(parser: template.base.Parser, token: template.base.Token) -> _Keep:
    """Render a block once for each page shell, and for each value of a variable if one is named.

    Nothing else in it may depend on the request or the page. If the variable is missing or None, as on a page that shows
    what somebody typed, the block is rendered each time. Its values must be made of the pack alone, such as a page or its
    name, so that there are only so many.
    """
    _, name, *by = token.split_contents()
    nodelist = parser.parse(("endkeep",))
    parser.delete_first_token()
    return _Keep(name.strip('"'), by[0] if by else "", nodelist)


@register.simple_tag
def field(form: Form, name: str) -> SafeString:
    """Render a field with its hint, its error and its value."""
    return form.render(name)


@register.simple_tag
def fields(form: Form) -> SafeString:
    """Render every field of the form, in order."""
    return form.render_all()


@register.simple_tag
def errors(form: Form | None) -> SafeString:
    """Render the error summary, or nothing if there are no errors.

    It takes focus without any script.
    """
    return form.summary() if form else SafeString("")
