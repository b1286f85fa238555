"""The `heedline leaflets` command, which builds the leaflets as PDFs tagged for screen readers.

It also says whether they are up to date. The hash of each PDF's source is stored beside it, so that a
change of wording is noticed without building the PDF again. Two machines with different fonts produce
different bytes from the same text.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path

_NOTE = "made-from.json"


def _folder() -> Path:
    from heedline.web.public.guidance import leaflets

    return Path(str(leaflets.FOLDER))


def _sources() -> dict[str, str]:
    from heedline.web.public.guidance import leaflets

    return {
        leaflets.file_name(leaflet, language): leaflets.source(leaflet, language)
        for language in leaflets.languages()
        for leaflet in leaflets.TITLES
    }


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def out_of_date() -> list[str]:
    """Return the names of files that are missing, have changed or were built from different wording."""
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
    """Build every leaflet.

    Needs WeasyPrint and its graphics libraries, which are not needed to run Heedline.
    """
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
    """Build the leaflets, or with `check` only report which are out of date.

    Returns the exit code.
    """
    os.environ.pop("HEEDLINE_PROCESS", None)  # as nobody: only words are read
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heedline.config.settings")
    from heedline.config.starting import set_up_django

    set_up_django()
    if not check:
        write()
        return 0
    wrong = out_of_date()
    for name in wrong:
        print(f"{name}: out of date; `make leaflets` makes it anew", file=sys.stderr)  # noqa: T201
    return 1 if wrong else 0
