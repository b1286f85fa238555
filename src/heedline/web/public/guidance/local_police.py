"""The page that finds the local police force and its counters (`/phone/near/`).

The postcode is posted, so that it is in no URL and no browser history. It is not stored, because the response
is the same page.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from heedline.packs.places.counters import Counter
from heedline.web.components.forms import Form, TextInput
from heedline.web.declared import Audience, open_to
from heedline.web.public.shell.asking import pack, shown, words
from heedline.web.public.shell.languages import as_typed
from heedline.web.public.shell.pages import findable, page


def _fields() -> tuple[TextInput, ...]:
    return (
        TextInput(
            name="postcode",
            label=shown("near.label"),
            hint=shown("near.hint"),
            required=words()["near.missing"],
            width=10,
            limit=20,
            names=True,
            latin=True,
        ),
    )


@open_to(Audience.EVERYONE)
@require_http_methods(["GET", "HEAD", "POST"])
def near(request: HttpRequest) -> HttpResponse:
    """Ask for a postcode, and show the police forces for that area and their counters."""
    form = Form(_fields())
    found: tuple[str, ...] = ()
    nothing_yet = as_typed(request) and not request.POST.get("postcode", "").strip()
    if request.method == "POST" and not nothing_yet:
        form = Form.posted(_fields(), request.POST.lists())
        if not form.errors:
            found = tuple(sorted(pack().areas.forces_of_postcode(form.text("postcode"))))
            if not found:
                form = form.but(postcode=words()["near.unknown"])
    return page(
        request,
        "door_near",
        exit=False,
        door="near",
        back_url=reverse("reporter:phone"),
        form=form,
        keeps_typed=True,
        found=[_force(code) for code in found],
        **findable(request, "near.lead"),
        listed=any(pack().counters.get(code) for code in found),
        own_site=all(pack().forces[code].url for code in found),
    )


def _force(code: str) -> dict[str, Any]:
    return {
        "name": pack().forces[code].name,
        "url": pack().forces[code].url,
        "counters": [
            {"name": one.name, "address": one.address, "hours": _in_words(one)}
            for one in pack().counters.get(code, ())
        ],
    }


def _in_words(counter: Counter) -> tuple[str, ...]:
    """Return the opening hours of a counter, one line for each group of days."""
    days = words().lines("near.days")
    if not counter.hours:
        return (words()["near.always"],)
    return tuple(
        f"{days[one.first]}{f' – {days[one.last]}' if one.last != one.first else ''}: {one.opens} – {one.shuts}"
        for one in counter.hours
    )
