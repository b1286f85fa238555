"""The pages linked in the footer, including privacy, cookies, contact, accessibility and languages.

Each statement on them is true and tested.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from heedline.packs.text.languages import PageState
from heedline.web.components.shell import Link
from heedline.web.declared import Audience, open_to
from heedline.web.public.shell.asking import pack, shown
from heedline.web.public.shell.languages import prefix
from heedline.web.public.shell.pages import day_in_words, findable, page, same_for_everyone
from heedline.web.public.shell.promises import promised, ways


@open_to(Audience.EVERYONE)
@require_safe
@same_for_everyone
def privacy(request: HttpRequest) -> HttpResponse:
    """Explain what is stored, who sees it and for how long."""
    return page(
        request,
        "privacy",
        exit=False,
        **findable(request, "privacy.lead"),
        promised=promised(*ways()),
        periods=_periods(),
        service=pack().service,
    )


def _periods() -> list[dict[str, str]]:
    """Return how long the pack keeps a name and a report, for each way that a report may end."""
    return [
        {
            "outcome": shown(f"privacy.outcome.{group.code}"),
            "name": shown(f"privacy.months.{group.identity}"),
            "review": shown(f"privacy.months.{group.review}"),
        }
        for group in pack().retention.groups.values()
    ]


@open_to(Audience.EVERYONE)
@require_safe
@same_for_everyone
def cookie_page(request: HttpRequest) -> HttpResponse:
    """List the site's cookies, all of which are strictly necessary for the form."""
    return page(request, "cookies", exit=False, **findable(request, "cookies.lead"))


@open_to(Audience.EVERYONE)
@require_safe
@same_for_everyone
def contact(request: HttpRequest) -> HttpResponse:
    """Explain how to contact us and what not to send by email."""
    return page(request, "contact", exit=False, **findable(request, "contact.lead"), emergency=True)


@open_to(Audience.EVERYONE)
@require_safe
@same_for_everyone
def accessibility(request: HttpRequest) -> HttpResponse:
    """Show the accessibility statement, with any problems and what to do about them."""
    prepared = day_in_words(pack().service.accessibility_prepared)
    return page(
        request, "accessibility", exit=False, **findable(request, "accessibility.lead"), prepared=prepared
    )


@open_to(Audience.EVERYONE)
@require_safe
@same_for_everyone
def stay_safe_online(request: HttpRequest) -> HttpResponse:
    """Explain how the exit link, browser history and networks affect privacy."""
    return page(request, "stay_safe_online", **findable(request, "stay_safe_online.lead"))


@open_to(Audience.EVERYONE)
@require_safe
@same_for_everyone
def languages(request: HttpRequest) -> HttpResponse:
    """List the site's languages, how much is translated into each, and who has reviewed it."""
    known = pack().languages.values()
    offered = [Link(text=one.name, href=prefix(one.code), lang=one.code, dir=one.direction) for one in known]
    rows = [
        {
            "key": {"html": format_html('<bdi lang="{}">{}</bdi>', one.code, one.name)},
            "value": {"text": shown("languages.all" if _is_whole(one.code) else "languages.some")},
        }
        for one in known
    ]
    return page(
        request,
        "languages",
        exit=False,
        **findable(request, "languages.lead"),
        offered=offered,
        parts={"rows": rows},
    )


def _is_whole(code: str) -> bool:
    """Return whether every page in this language is fully translated and, where necessary, reviewed."""
    return all(
        page.own == page.texts and page.state is not PageState.WITHHELD
        for page in pack().pages[code].values()
    )
