"""Template tags for rendering components, loaded with `{% load heedline_ui %}`.

{% ui "button" text="Continue" %}
{% ui "summary-list" params %}                      a dictionary made by the view
{% ui "details" params open=True %}                 the dictionary with one more option
{% uiblock "inset-text" classes="hl-calm" %} … {% enduiblock %}     the content becomes `html`
{% said "Back" %}                                  the shell's own text, in the page's language
{% word "Language" %}                              the same for an attribute or a title
{% field form "narrative" %}                        one field of a components.forms.Form
{% fields form %}                                   every field; the error summary is {% errors form %}
"""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString

from heedline.web.components import own_words
from heedline.web.components.forms import Form
from heedline.web.components.rendering import Params, render

register = template.Library()


@register.simple_tag
def word(english: str, **values: object) -> str:
    """Return text of the shell in the language of the page, for use where only plain text is allowed."""
    return own_words.word(english, **values)


@register.simple_tag
def said(english: str, **values: object) -> str:
    """Return text of the shell in the language of the page, as HTML."""
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
def field(form: Form, name: str) -> SafeString:
    """Render a field with its hint, its error and its value."""
    return form.render(name)


@register.simple_tag
def fields(form: Form) -> SafeString:
    """Render every field of the form, in order."""
    return form.render_all()


@register.simple_tag
def errors(form: Form | None) -> SafeString:
    """Render the error summary, or nothing if there are no errors. It takes focus without any script."""
    return form.summary() if form else SafeString("")
