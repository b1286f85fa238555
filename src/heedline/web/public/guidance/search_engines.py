"""The files for search engines: `robots.txt`, and `sitemap.xml` with the guidance pages in every reviewed language.

Neither mentions pages of a report, a code or messages. Those pages say "noindex" themselves, and a list of them would show
anybody where to look.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import escape
from django.views.decorators.http import require_safe

from heedline.web.declared import Audience, open_to
from heedline.web.public.shell.asking import door_name, pack
from heedline.web.public.shell.languages import language, prefix
from heedline.web.public.shell.pages import listed_in

#: The pages that search engines may list (`pages.findable`), each with the table of its texts. A test compares this list
#: with the header of each page.
GUIDANCE = {
    "front": "doors",
    "emergency": "doors",
    "examples": "examples",
    "how-easy": "easy",
    **({"call-me": "person_door"} if "person" in pack().kinds else {}),
    "charity": "charity_door",
    "phone": "phone_door",
    "near": "near",
    "safe": "doors",
    "safe-home": "safe_home",
    "safe-work": "safe_work",
    "safe-out": "safe_out",
    "attack": "attack",
    "easy": "attack_easy",
    "privacy": "privacy",
    "log": "log",
    "cookies": "cookies",
    "contact": "contact",
    "accessibility": "accessibility",
    "languages": "languages",
    "stay-safe-online": "stay_safe_online",
} | {door_name(kind.code): kind.door.words for kind in pack().kinds.values()}


@open_to(Audience.EVERYONE)
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Allow crawlers to read every page, and tell them where the sitemap is."""
    sitemap_url = request.build_absolute_uri(reverse("reporter:sitemap"))
    return _file(f"User-agent: *\nAllow: /\nSitemap: {sitemap_url}\n", "text/plain")


@open_to(Audience.EVERYONE)
@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """Return a sitemap with the URL of each guidance page, in each language in which somebody has reviewed it."""
    places = [
        f"{prefix(code)}{reverse(f'reporter:{name}').removeprefix(prefix(language()))}"
        for name, table in GUIDANCE.items()
        for code in listed_in(table)
    ]
    urls = "\n".join(f"<url><loc>{escape(request.build_absolute_uri(place))}</loc></url>" for place in places)
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    )
    return _file(f"{head}\n{urls}\n</urlset>\n", "application/xml")


def _file(text: str, kind: str) -> HttpResponse:
    response = HttpResponse(text, content_type=f"{kind}; charset=utf-8")
    response["Cache-Control"] = "no-store"
    return response
