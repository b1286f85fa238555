"""Rendering: every page of the site goes through `page`, which adds the pack's words and the exit link."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString

from heedline.web.reporter import asking


def page(request: HttpRequest, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """One page. The exit link is shown unless `exit=False`; nobody keeps the page."""
    everywhere = {
        "words": asking.words(),
        "numbers": asking.pack().numbers,
        "links": asking.pack().links,
        "exit": True,
    }
    response = render(request, f"reporter/{template}.html", everywhere | context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def tab_title(slug: str, otherwise: str = "") -> str:
    """What the browser's tab and history call a page: calm, and no hint of what was told."""
    texts = asking.words()
    return texts.get(f"page_titles.{slug}", otherwise or texts["page_titles.notice"])


def as_written(lines: tuple[str, ...]) -> SafeString:
    """Somebody's own words, line by line, not to be translated by the browser."""
    return format_html('<div class="hl-typed" translate="no" dir="auto">{}</div>', "\n".join(lines))
