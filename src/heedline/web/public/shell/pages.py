"""Render public pages through `page`, which adds the pack's text and the exit link."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.gzip import gzip_page

from heedline.packs import Pack
from heedline.packs.text.languages import PageState
from heedline.web.components.see_other import SeeOther
from heedline.web.public.shell import asking
from heedline.web.public.shell.beside import Twofold
from heedline.web.public.shell.languages import language, path_to, prefix

#: For robots: guidance that anybody may find. Pages of a report, a code or messages keep the frame's "noindex".
PUBLIC = "index, follow"


def see_other(to: str, slug: str = "", **where: str) -> HttpResponse:
    """Redirect to a URL or a named page with status 303, so that Back and reload never submit a form again."""
    if to.startswith("/"):
        there = to
    elif where or not to.startswith("reporter:"):
        there = resolve_url(to, **({"slug": slug} if slug else {}), **where)
    else:
        there = path_to(to, slug)
    response = SeeOther.here(there)
    response["Cache-Control"] = "no-store"
    return response


def page(request: HttpRequest, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """Render a page that is never cached.

    The page has the exit link unless `exit=False`.
    """
    response = render(request, f"public/{template}.html", everywhere(request) | context, status=status)
    response["Cache-Control"] = "no-store"
    if robots := context.get("robots"):
        response["X-Robots-Tag"] = robots
    return response


#: `page` for what shows nothing that anybody typed or chose: compressed if the browser accepts it. (The length of other
#: pages, once compressed, would tell how alike their parts are.)
compressed_page = gzip_page(page)


def findable(request: HttpRequest, description: str, heading: str = "") -> dict[str, Any]:
    """Return the template context of a page that search engines may list.

    `description` is the key of the text that search results and shared links show for it. `heading` is the key of its
    heading, if that is not the `title` in the same table. Shared links show it. The browser's tab may say less.
    """
    heading = heading or f"{description.rpartition('.')[0]}.title"
    table = description.partition(".")[0]
    return {
        "robots": PUBLIC,
        "description": asking.words()[description],
        "share_title": asking.words()[heading],
        "share_card": request.build_absolute_uri(static("heedline/share.png")),
        "canonical": request.build_absolute_uri(request.path),
        "alternates": [
            (
                code,
                request.build_absolute_uri(prefix(code) + request.path_info.removeprefix(prefix(language()))),
            )
            for code in listed_in(table)
        ]
        if language() in listed_in(table)
        else [],
    }


def listed_in(table: str) -> tuple[str, ...]:
    """Return the languages in which search engines are told of a page: the original's, and those that somebody reviewed."""
    return tuple(
        code
        for code, pages in asking.pack().pages.items()
        if pages[table].state in (PageState.ORIGINAL, PageState.REVIEWED)
    )


def everywhere(request: HttpRequest) -> dict[str, Any]:
    """Return the template context shared by every page."""
    return {
        "words": asking.words(),
        "numbers": asking.pack().numbers,
        "links": asking.pack().links,
        "exit": True,
        "film": film(request),
    }


def film(request: HttpRequest) -> str:
    """Return the URL of this page's video in British Sign Language, or "" if there is none."""
    match = request.resolver_match
    if match is None or match.url_name is None:
        return ""
    slug = match.kwargs.get("slug")
    return asking.pack().films.get(f"{match.url_name}-{slug}" if slug else match.url_name, "")


#: Pages that are the same for everybody, with their `X-Robots-Tag`, by pack, address of this site and path.
_same: dict[tuple[int, str], tuple[Pack, object, bytes, str]] = {}


def same_for_everyone(
    view: Callable[[HttpRequest], HttpResponse], *, while_same: Callable[[], object] = lambda: None
) -> Callable[[HttpRequest], HttpResponse]:
    """Wrap a view whose page depends on nothing but its path, so that each page is rendered once per process.

    `while_same` returns what else the page shows: when that changes, it is rendered anew. With a query the page is rendered as ever: nobody can fill the memory with made-up addresses.
    """

    @gzip_page
    @wraps(view)
    def show(request: HttpRequest) -> HttpResponse:
        if request.GET or request.method not in ("GET", "HEAD"):
            return view(request)
        key = (id(asking.pack()), request.build_absolute_uri(request.path))
        held, shows = _same.get(key), while_same()
        if held is None or held[1] != shows:
            fresh = view(request)
            held = _same[key] = asking.pack(), shows, fresh.content, fresh.get("X-Robots-Tag", "")
        response = HttpResponse(held[2], headers={"Cache-Control": "no-store"})
        if held[3]:
            response["X-Robots-Tag"] = held[3]
        return response

    return show


def tab_title(slug: str, otherwise: str = "", *, kind: str = "") -> str:
    """Return the title for the browser tab and history, which is neutral and does not hint at the report.

    A page that asks something else in this `kind` of report may have a title of its own.
    """
    texts = asking.words()
    shared = texts.get(f"page_titles.{slug}", otherwise or texts["page_titles.notice"])
    return texts.get(f"page_titles.{kind}_{slug}", shared)


def day_in_words(day: date) -> Twofold:
    """Return a date as text, using the month names from the questions."""
    said, original = (
        f"{day.day} {qs.months[day.month - 1][0]} {day.year}"
        for qs in (asking.question_set(), asking.question_set(original=True))
    )
    return Twofold(said, original)


def as_written(lines: tuple[str, ...]) -> SafeString:
    """Return the user's own text line by line, marked so that browsers do not translate it."""
    said = lines[0] if len(lines) == 1 else format_html_join("\n", "{}", ((line,) for line in lines))
    return format_html('<div class="hl-typed" translate="no" dir="auto">{}</div>', said)
