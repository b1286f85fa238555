"""`{% load heedline_ui %}`: components in Django templates.

{% ui "button" text="Continue" %}
{% ui "summary-list" params %}                      a dictionary made by the view
{% ui "details" params open=True %}                 the dictionary, with one option more
{% uiblock "inset-text" classes="hl-calm" %} … {% enduiblock %}     what stands between becomes `html`
{% said "Back" %}                                  what the shell says itself, in the page's language
{% word "Language" %}                              the same for an attribute or a title
{% field form "narrative" %}                        one field of a components.forms.Form
{% fields form %}                                   its error summary is {% errors form %}
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
    """Words of the shell, in the language of the page; where only text can stand."""
    return own_words.word(english, **values)


@register.simple_tag
def said(english: str, **values: object) -> str:
    """The same as HTML."""
    return own_words.said(english, **values)


@register.simple_tag
def ui(component: str, params: Params | None = None, **options: Any) -> SafeString:
    """One component, by upstream's name."""
    return render(component, {**params, **options} if params else options)


@register.simple_block_tag
def uiblock(content: SafeString, component: str, params: Params | None = None, **options: Any) -> SafeString:
    """One component around what the template writes inside it."""
    return render(component, {**(params or {}), **options, "html": content})


@register.simple_tag
def field(form: Form, name: str) -> SafeString:
    """One field with its hint, its error and what was typed."""
    return form.render(name)


@register.simple_tag
def fields(form: Form) -> SafeString:
    """Every field of the form, in order."""
    return form.render_all()


@register.simple_tag
def errors(form: Form | None) -> SafeString:
    """The error summary, or nothing. It takes the focus without any script."""
    return form.summary() if form else SafeString("")
