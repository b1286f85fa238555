"""Template filters for users' text: `{{ words|as_typed }}` makes deceptive characters visible, `{{ pieces|marked }}` marks words.

Control characters and characters that change the text direction are shown as their code points ("[U+202E]"),
so that the text is read in the order in which it was sent. Marks used in Arabic or Hebrew text (U+200E,
U+200F) stay, as does everything else. The result is plain text and is escaped like any other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()

_TRICKS = re.compile("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\x7f-\x9f]")


@register.filter
def as_typed(words: object) -> str:
    """Return the text with deceptive characters made visible."""
    return _TRICKS.sub(lambda found: f"[U+{ord(found.group()):04X}]", str(words))


@register.filter
def marked(pieces: Iterable[tuple[str, bool]]) -> SafeString:
    """Return the pieces as HTML, marked ones in `<mark>`, with deceptive characters made visible."""
    shown = ((as_typed(piece), hit) for piece, hit in pieces)
    return format_html_join(
        "", "{}", ((format_html("<mark>{}</mark>", one) if hit else one,) for one, hit in shown)
    )
