"""Run, Hide, Tell on paper: what stands on each leaflet. The PDFs are made from it beforehand (`heedline leaflets`).

They are files of the site, so that the process that faces the public needs no program that makes PDFs. A language has
leaflets when somebody has reviewed its words and made them: nobody is handed a machine's translation to live by.
"""

from __future__ import annotations

import re
from importlib.resources import files

from django.template.loader import render_to_string

from heedline.packs.text.languages import State
from heedline.web.public.languages import pack, speaking

#: Leaflet → the pack's text for its title.
TITLES = {"page": "attack.title", "card": "attack.title", "easy": "attack_easy.title"}
#: The pages of the pack's words that stand on leaflets.
_PAGES = ("attack", "attack_easy", "leaflets")
FOLDER = files("heedline.web.components").joinpath("static", "heedline", "leaflets")


def file_name(leaflet: str, language: str) -> str:
    """What the file is called: nothing that says much in a list of downloads."""
    return f"stay-safe-{leaflet}.{language}.pdf"


def source(leaflet: str, language: str) -> str:
    """The leaflet as HTML, whole: words, style and pictures. KeyError for one that there is not."""
    words = pack().words(language)
    context = {"words": words, "language": language, "title": words[TITLES[leaflet]]}
    with speaking(language):
        html = render_to_string(f"public/leaflets/{leaflet}.html", context)
    return re.sub(r">\s+<", ">\n<", html).strip() + "\n"


def languages() -> tuple[str, ...]:
    """The languages whose words somebody has reviewed: these have leaflets."""
    ready = (State.ORIGINAL, State.REVIEWED)
    return tuple(
        code for code, pages in pack().pages.items() if all(pages[one].state in ready for one in _PAGES)
    )
