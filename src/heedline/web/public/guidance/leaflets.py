""" "Run, Hide, Tell" leaflets for printing.

The PDFs are built from these pages beforehand (`heedline leaflets`). They are static files, so that the public
process needs no program that makes PDFs. A language has leaflets only if its text has been reviewed and they
have been built, because nobody should depend on a machine translation for their safety.
"""

from __future__ import annotations

import re
from importlib.resources import files

from django.template.loader import render_to_string

from heedline.packs.text.languages import PageState
from heedline.web.public.shell.languages import pack, speaking

#: Leaflet → the pack's text for its title.
TITLES = {"page": "attack.title", "card": "attack.title", "easy": "attack_easy.title"}
#: The pages of the pack's words that stand on leaflets.
_PAGES = ("attack", "attack_easy", "leaflets")
FOLDER = files("heedline.web.components").joinpath("static", "heedline", "leaflets")


def file_name(leaflet: str, language: str) -> str:
    """Return the file name of a leaflet, which reveals little in a list of downloads."""
    return f"stay-safe-{leaflet}.{language}.pdf"


def source(leaflet: str, language: str) -> str:
    """Return a complete leaflet as HTML, including text, style and pictures.

    Raises KeyError for an unknown leaflet.
    """
    words = pack().words(language)
    context = {"words": words, "language": language, "title": words[TITLES[leaflet]]}
    with speaking(language):
        html = render_to_string(f"public/leaflets/{leaflet}.html", context)
    return re.sub(r">\s+<", ">\n<", html).strip() + "\n"


def languages() -> tuple[str, ...]:
    """Return the languages that have leaflets, because their text has been reviewed."""
    ready = (PageState.ORIGINAL, PageState.REVIEWED)
    return tuple(
        code for code, pages in pack().pages.items() if all(pages[one].state in ready for one in _PAGES)
    )
