"""Aids shown beside the call form: phone numbers, pages and the spelling alphabet."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from heedline.packs import load_pack
from heedline.web.office.calls import call_forms

PHONETIC = [
    "Alfa",
    "Bravo",
    "Charlie",
    "Delta",
    "Echo",
    "Foxtrot",
    "Golf",
    "Hotel",
    "India",
    "Juliett",
    "Kilo",
    "Lima",
    "Mike",
    "November",
    "Oscar",
    "Papa",
    "Quebec",
    "Romeo",
    "Sierra",
    "Tango",
    "Uniform",
    "Victor",
    "Whiskey",
    "X-ray",
    "Yankee",
    "Zulu",
]
#: Numbers and pages for those who cannot speak, hear or call, as far as the pack has them.
_AIDES = ("relay", "relay_prefix", "emergency_text")
_LINKS = ("emergency_bsl", "relay")


def aides() -> dict[str, Any]:
    """Return the pack's phone numbers and pages that are shown beside the form."""
    pack = load_pack(settings.PACK)
    words = pack.words(call_forms.LANGUAGE)
    return {
        "numbers": pack.numbers,
        "hotline": pack.numbers["hotline"].number,
        "emergency": pack.numbers["emergency"].number,
        "aides": [
            (pack.numbers[code].number, words[pack.numbers[code].words])
            for code in _AIDES
            if code in pack.numbers
        ],
        "links": [
            (pack.links[code].url, words[pack.links[code].words]) for code in _LINKS if code in pack.links
        ],
        "phonetic": PHONETIC,
    }
