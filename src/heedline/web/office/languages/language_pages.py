"""The stewards' page on the public site's languages and the reviews of its translations."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from heedline.casework.language.pages_review import translations
from heedline.packs.text.languages import Page, PageState
from heedline.web.declared import Audience, open_to
from heedline.web.shell.request import OfficeRequest

_STATES = {
    PageState.REVIEWED: "Reviewed",
    PageState.CHANGED: "Changed since it was reviewed",
    PageState.UNREVIEWED: "Not reviewed",
    PageState.WITHHELD: "Not reviewed: English shown",
    PageState.ABSENT: "English only",
}


_STALE = {"": "", "original": "The English changed", "translation": "The translation changed"}


def _cell(page: Page, language: str) -> dict[str, object]:
    return {
        "language": language,
        "state": _STATES[page.state],
        "good": page.state is PageState.REVIEWED,
        "part": f"{page.own} of {page.texts} texts" if 0 < page.own < page.texts else "",
        "stale": _STALE[page.stale],
        "mark": f"{page.mark.by}, {page.mark.on:%-d %B %Y}" if page.mark else "",
    }


@open_to(Audience.OFFICERS)
@require_GET
def languages(request: OfficeRequest) -> HttpResponse:
    """Show a table of public pages by language, with one row per page and one column per language."""
    found = translations(by=request.attendance)
    counts = [
        {"language": one.english, "reviewed": reviewed, "pages": len(found.lines)}
        for one, reviewed in zip(found.languages, found.reviewed, strict=True)
    ]
    rows = [
        {
            "code": line.code,
            "name": line.name,
            "cells": [
                _cell(page, one.english) for page, one in zip(line.in_languages, found.languages, strict=True)
            ],
        }
        for line in found.lines
    ]
    return render(request, "office/languages.html", {"counts": counts, "rows": rows})
