"""`{{ words|as_typed }}`: what somebody wrote, without letting it play tricks with the eye.

Characters that turn the direction of what follows, and control characters, are shown as what they are ("[U+202E]"):
whoever reads it must read what was sent in the order in which it was sent. Marks that Arabic or Hebrew texts use (U+200E,
U+200F) stay, and so does everything else. The result is plain text and is escaped like any other.
"""

from __future__ import annotations

import re

from django import template

register = template.Library()

_TRICKS = re.compile("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\x7f-\x9f]")


@register.filter
def as_typed(words: object) -> str:
    """The words, with tricks made visible."""
    return _TRICKS.sub(lambda found: f"[U+{ord(found.group()):04X}]", str(words))
