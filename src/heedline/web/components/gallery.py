"""A gallery of every component in every state.

Mounted at /gallery/ in the demo and in tests only. All the content shown is invented.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render as render_page
from django.urls import path
from django.utils import translation
from django.utils.safestring import SafeString

from heedline.web.components.forms import (
    Checkboxes,
    DateInput,
    Divider,
    FieldOption,
    FileInput,
    Form,
    Radios,
    Select,
    TextArea,
    TextInput,
    Value,
)
from heedline.web.components.shell import Link, OfficeShell, PublicShell
from heedline.web.declared import Audience, open_to

PUBLIC = PublicShell(
    service_name="Heedline",
    emergency_number="999",
    silent_emergency="If you cannot speak, call 999 from a mobile, listen to the operator, and press 55 when asked.",
    phone="020 7946 0321",
    phone_href="tel:+442079460321",
    phone_note="(day and night; invented number)",
    demo=True,
    languages=(
        Link(text="English", href="?", current=True, lang="en", dir="ltr"),
        Link(text="Cymraeg", href="?lang=cy", lang="cy", dir="ltr"),
        Link(text="العربية", href="?lang=ar", lang="ar", dir="rtl"),
    ),
    footer=tuple(
        Link(text=text, href=f"#{text.split()[0].lower()}")
        for text in ("Privacy", "Accessibility", "Cookies", "Ways to contact us")
    ),
)
OFFICE = OfficeShell(
    service_name="Heedline",
    emergency_number="999",
    demo=True,
    person="Odile Marsh",
    role="assessor",
    desk="North East",
    duty="On duty until 22:00 BST",
    duty_url="#duty",
    unlocked_until="Unlocked until 14:20 BST",
    lock_url="#lock",
    sign_out_url="#out",
    navigation=(
        Link(text="My work", href="#work"),
        Link(text="Queue", href="#queue", current=True, count=12),
        Link(text="Take a call", href="#call"),
        Link(text="Search", href="#search"),
        Link(text="Team", href="#team"),
    ),
)
ARABIC = replace(PUBLIC, language="ar", direction="rtl", demo=False)

DANGER = (
    Radios(
        name="now",
        label="Is anyone in danger right now?",
        heading=True,
        hint="If you are not sure, choose “I do not know”.",
        choices=(
            FieldOption(value="yes", label="Yes"),
            FieldOption(value="no", label="No"),
            Divider("or"),
            FieldOption(value="unknown", label="I do not know", hint="You can still tell us everything"),
        ),
    ),
)
FIELDS = (
    TextArea(
        name="what",
        label="What happened?",
        hint="You can write in any language.",
        rows=6,
        tell_limit=True,
    ),
    Radios(
        name="where",
        label="Where was it?",
        choices=(FieldOption(value="place", label="At a place"), FieldOption(value="online", label="Online")),
        inline=True,
    ),
    Checkboxes(
        name="how",
        label="How do you know?",
        hint="Choose all that apply.",
        choices=(
            FieldOption(value="saw", label="I saw it"),
            FieldOption(value="told", label="Somebody told me"),
            FieldOption(
                value="online", label="I read it online", hint="For example, in a group or a message"
            ),
            Divider("or"),
            FieldOption(value="none", label="I would rather not say", exclusive=True),
        ),
    ),
    DateInput(
        name="when",
        label="When was it?",
        hint="For example, 14 3 2026. You can leave parts blank.",
        optional=True,
    ),
    TextInput(name="place", label="Place or address", names=True, optional=True),
    TextInput(name="postcode", label="Postcode", width=10, hint="If you know it"),
    TextInput(name="email", label="Your email address", kind="email", autocomplete="email"),
    Select(
        name="desk",
        label="Desk",
        choices=(FieldOption(value="ne", label="North East"), FieldOption(value="sw", label="South West")),
        blank="Choose a desk",
    ),
    FileInput(name="files", label="Photos, films or messages", hint="Up to 64 MB each.", multiple=True),
)
TYPED: dict[str, Value] = {
    "what": "A man photographed the loading bay on three evenings.\nHe left when somebody came.",
    "where": "place",
    "how": ["saw", "told"],
    "when": {"day": "32", "month": "march", "year": "2026"},
    "place": "12 Example Street",
    "postcode": "not one",
    "email": "someone",
}
WRONG = {
    "what": "Write a few words about what happened",
    "where": "Choose where it was",
    "how": "Choose how you know, or “I would rather not say”",
    "when-day": "Enter a day from 1 to 31, or leave it blank",
    "postcode": "Enter a full postcode, for example SW1A 2AA, or leave it blank",
    "email": "Enter an email address, for example name@example.org",
    "desk": "Choose a desk",
    "files": "The file must be smaller than 64 MB",
}

CHECK = {
    "card": {
        "title": {"text": "What you saw"},
        "actions": {"items": [{"href": "#all", "text": "Change all", "visuallyHiddenText": "answers"}]},
    },
    "rows": [
        {
            "key": {"text": "What happened"},
            "value": {
                "text": TYPED["what"],
                "classes": "hl-typed",
                "attributes": {"translate": "no", "dir": "auto"},
            },
            "actions": {
                "items": [{"href": "#what", "text": "Change", "visuallyHiddenText": "what happened"}]
            },
        },
        {
            "key": {"text": "When it was"},
            "value": {"text": "Not given"},
            "actions": {"items": [{"href": "#when", "text": "Change", "visuallyHiddenText": "when it was"}]},
        },
    ],
}
QUEUE = {
    "caption": "Queue: North East",
    "captionClasses": "govuk-table__caption--m",
    "firstCellIsHeader": True,
    "head": [
        {"text": "Report"},
        {"text": "Due", "attributes": {"aria-sort": "ascending"}},
        {"text": "What it says"},
        {"text": "State"},
        {"text": "Days", "format": "numeric"},
    ],
    "rows": [
        [
            {"html": SafeString('<a class="govuk-link" href="#k7">K7QD-2M</a>')},
            {"html": SafeString('<strong class="govuk-tag govuk-tag--red">Overdue by 35 minutes</strong>')},
            {"text": "A man photographed the loading bay on three evenings and left when somebody came."},
            {"html": SafeString('<strong class="govuk-tag">New</strong>')},
            {"text": "1", "format": "numeric"},
        ],
        [
            {"html": SafeString('<a class="govuk-link" href="#p3">P3XA-9T</a>')},
            {"html": SafeString('<strong class="govuk-tag govuk-tag--yellow">Due 14:30 BST</strong>')},
            {"text": "Worried about a friend who has begun to watch films of attacks."},
            {"html": SafeString('<strong class="govuk-tag govuk-tag--green">With Odile Marsh</strong>')},
            {"text": "12", "format": "numeric"},
        ],
        [
            {"html": SafeString('<a class="govuk-link" href="#r8">R8BN-4C</a>')},
            {"html": SafeString('<strong class="govuk-tag govuk-tag--grey">Due 27 November</strong>')},
            {"text": "Stickers on lamp posts near the school."},
            {"html": SafeString('<strong class="govuk-tag">Handed over</strong>')},
            {"text": "3", "format": "numeric"},
        ],
    ],
}
PUBLIC_PIECES: dict[str, Any] = {
    "check": CHECK,
    "panel_actions": {
        "items": [
            {"text": "Continue", "type": "submit"},
            {"text": "More about staying safe", "href": "#safe"},
        ]
    },
}
OFFICE_PIECES: dict[str, Any] = {
    "queue": QUEUE,
    "breadcrumbs": [{"text": "Queue", "href": "#q"}, {"text": "K7QD-2M"}],
    "bar": {
        "title": "K7QD-2M",
        "facts": [
            {"label": "Status", "text": "With Odile Marsh"},
            {"label": "Next due", "text": "14:30 BST"},
            {"label": "Desk", "text": "North East"},
        ],
    },
    "subnav": [
        {"text": "Report", "href": "#r", "current": True},
        {"text": "Similar", "href": "#s", "count": 2},
        {"text": "Messages", "href": "#m", "count": 1},
        {"text": "History", "href": "#h"},
    ],
    "chosen": [{"text": "Open", "href": "?state="}],
    "history": [
        {
            "title": "Priority changed",
            "by": "Odile Marsh",
            "when": "25 November 2026, 13:52 GMT",
            "iso": "2026-11-25T13:52:00Z",
            "text": "From medium to high.",
        },
        {
            "title": "Taken",
            "by": "Odile Marsh",
            "when": "25 November 2026, 13:41 GMT",
            "iso": "2026-11-25T13:41:00Z",
        },
        {"title": "Received", "when": "25 November 2026, about 13:30 GMT"},
    ],
    "talk": [
        {
            "kind": "sent",
            "sender": "North East desk",
            "when": "24 November",
            "text": "Can you say which gate it was?",
        },
        {
            "kind": "received",
            "sender": "The reporter",
            "when": "25 November",
            "text": "كانت البوابة الشمالية",
        },
    ],
    "paging": {
        "previous": {"href": "#p", "text": "Earlier reports"},
        "next": {"href": "#n", "text": "Later reports"},
    },
}
STATE_FILTER = (
    Checkboxes(
        name="state",
        label="State",
        small=True,
        choices=(FieldOption(value="open", label="Open"), FieldOption(value="mine", label="With me")),
    ),
)


def _context(page: str) -> tuple[str, dict[str, Any]]:
    """Return the template and context of a gallery page.

    Raises Http404 for an unknown page.
    """
    public = {"shell": PUBLIC, "back_url": "../", "exit": True}
    fields = tuple(each for each in FIELDS if each.name != "desk")
    match page:
        case "":
            return "components/gallery.html", {"shell": PUBLIC, "emergency": True} | PUBLIC_PIECES
        case "question" | "question-error":
            errors = {"now": "Choose yes, no or “I do not know”"} if page == "question-error" else {}
            why = "If anyone is in danger, a call is faster than this form."
            form = Form(DANGER, errors=errors)
            return "components/question.html", public | {
                "form": form,
                "title": DANGER[0].label,
                "why": why,
                "emergency": True,
            }
        case "fields":
            return "components/question.html", public | {
                "form": Form(fields),
                "title": "Fields",
                "heading": "Fields",
                "skip": "Skip to sending",
            }
        case "fields-error":
            form = Form(fields, TYPED, {name: text for name, text in WRONG.items() if name != "desk"})
            return "components/question.html", public | {
                "form": form,
                "title": "Fields",
                "heading": "Fields with errors",
            }
        case "arabic":
            return "components/gallery_arabic.html", {
                "shell": ARABIC,
                "back_url": "../",
                "exit": True,
                "emergency": True,
            }
        case "office":
            form = Form(FIELDS[-2:-1] + FIELDS[:1], {"desk": "sw"})
            return "components/gallery_office.html", {
                "shell": OFFICE,
                "form": form,
                "filters": Form(STATE_FILTER),
            } | OFFICE_PIECES
        case "office-locked":
            shell = replace(OFFICE, duty="", unlocked_until="", unlock_url="#unlock")
            form = Form(FIELDS[-2:-1], errors={"desk": WRONG["desk"]})
            return "components/gallery_office.html", {"shell": shell, "form": form} | OFFICE_PIECES
    raise Http404


@open_to(Audience.EVERYONE)
def gallery(request: HttpRequest, page: str = "") -> HttpResponse:
    """Show a page of the gallery."""
    template, context = _context(page)
    with translation.override(context["shell"].language):
        return render_page(request, template, context)


#: All the pages, for whoever checks them.
PAGES = ("", "question", "question-error", "fields", "fields-error", "arabic", "office", "office-locked")
urlpatterns = [path("", gallery, name="gallery"), path("<slug:page>/", gallery)]
