"""`heedline leaflets`: makes the PDFs of the leaflets, tagged for screen readers, and says whether they are up to date.

What a PDF was made from is noted beside it by hash, so that a changed word is noticed without making it again: two
machines with other fonts make other bytes of the same words.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path

_NOTE = "made-from.json"


def _folder() -> Path:
    from heedline.web.public import leaflets

    return Path(str(leaflets.FOLDER))


def _sources() -> dict[str, str]:
    from heedline.web.public import leaflets

    return {
        leaflets.file_name(leaflet, language): leaflets.source(leaflet, language)
        for language in leaflets.languages()
        for leaflet in leaflets.TITLES
    }


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def out_of_date() -> list[str]:
    """The names of files that are missing, were changed, or were made from other words."""
    folder = _folder()
    note = folder / _NOTE
    made = json.loads(note.read_text(encoding="utf-8")) if note.is_file() else {}
    wrong = [
        name
        for name, html in _sources().items()
        if not (folder / name).is_file()
        or made.get(name) != {"words": _hash(html.encode()), "file": _hash((folder / name).read_bytes())}
    ]
    strays = {one.name for one in folder.glob("*.pdf")} - set(_sources())
    return sorted([*wrong, *strays])


def write() -> None:
    """Make every leaflet. Needs WeasyPrint and the libraries that it draws with, which running Heedline does not."""
    from weasyprint import HTML

    folder, made = _folder(), {}
    folder.mkdir(exist_ok=True)
    for name, html in _sources().items():
        pdf = HTML(string=html).write_pdf(
            pdf_variant="pdf/ua-1", pdf_identifier=_hash(html.encode()).encode()
        )
        (folder / name).write_bytes(pdf)
        made[name] = {"words": _hash(html.encode()), "file": _hash(pdf)}
    (folder / _NOTE).write_text(json.dumps(made, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def run(*, check: bool) -> int:
    """Make them, or only say which are out of date. Returns the exit code."""
    os.environ.pop("HEEDLINE_PROCESS", None)  # as nobody: only words are read
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heedline.config.settings")
    import django

    django.setup()
    if not check:
        write()
        return 0
    wrong = out_of_date()
    for name in wrong:
        print(f"{name}: out of date; `make leaflets` makes it anew", file=sys.stderr)  # noqa: T201
    return 1 if wrong else 0
