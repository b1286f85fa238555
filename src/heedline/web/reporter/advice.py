"""The pages under the line: privacy, cookies, contact, accessibility, staying safe online. Each is true and tested."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from heedline.web.declared import Audience, open_to
from heedline.web.reporter.asking import words
from heedline.web.reporter.pages import page


@open_to(Audience.EVERYONE)
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept, who sees it, for how long."""
    texts = words()
    promised = [
        {
            "title": texts[f"promise.{who}_title"],
            "list": {
                "rows": [
                    {
                        "key": {"text": texts[f"promise.column_{what}"]},
                        "value": {"text": texts[f"promise.{who}_{what}"]},
                    }
                    for what in ("see", "who", "tell")
                ]
            },
        }
        for who in ("anonymous", "confidence")
    ]
    return page(request, "privacy", exit=False, promised=promised)


@open_to(Audience.EVERYONE)
@require_safe
def cookie_page(request: HttpRequest) -> HttpResponse:
    """Which cookies there are: the ones that the form needs."""
    return page(request, "cookies", exit=False)


@open_to(Audience.EVERYONE)
@require_safe
def contact(request: HttpRequest) -> HttpResponse:
    """How to reach us, and what not to send by mail."""
    return page(request, "contact", exit=False, emergency=True)


@open_to(Audience.EVERYONE)
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """How far the site works for everybody, and what to do where it does not."""
    return page(request, "accessibility", exit=False)


@open_to(Audience.EVERYONE)
@require_safe
def stay_safe_online(request: HttpRequest) -> HttpResponse:
    """The exit link, history, networks."""
    return page(request, "stay_safe_online")
