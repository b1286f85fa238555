"""The files for search engines: `robots.txt`, and `sitemap.xml` with the guidance pages in every language.

Neither mentions pages of a report, a code or messages. Those pages say "noindex" themselves, and a list of them would show
anybody where to look.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import escape
from django.views.decorators.http import require_safe

from heedline.web.declared import Audience, open_to
from heedline.web.public.shell.asking import pack
from heedline.web.public.shell.languages import language, prefix

#: The pages that search engines may list (`pages.findable`). A test compares this list with the header of each page.
GUIDANCE = (
    "front",
    "emergency",
    "start",
    "examples",
    "how-easy",
    "person",
    "call-me",
    "online",
    "advice",
    "charity",
    "phone",
    "near",
    "safe",
    "safe-home",
    "safe-work",
    "safe-out",
    "attack",
    "easy",
    "privacy",
    "log",
    "cookies",
    "contact",
    "accessibility",
    "languages",
    "stay-safe-online",
)


@open_to(Audience.EVERYONE)
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Allow crawlers to read every page, and tell them where the sitemap is."""
    sitemap_url = request.build_absolute_uri(reverse("reporter:sitemap"))
    return _file(f"User-agent: *\nAllow: /\nSitemap: {sitemap_url}\n", "text/plain")


@open_to(Audience.EVERYONE)
@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """Return a sitemap with the URL of each guidance page in each language."""
    places = [
        f"{prefix(code)}{reverse(f'reporter:{name}').removeprefix(prefix(language()))}"
        for name in GUIDANCE
        for code in pack().languages
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
