"""Template context for the shell of the public pages."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from heedline.packs import Pack, load_pack
from heedline.packs.text.languages import PageState
from heedline.web.components.shell import Link, PublicShell
from heedline.web.public.shell import beside, languages


def page_context(request: HttpRequest) -> dict[str, Any]:
    """Add the public shell and the pack's text, in the page's language, to every template's context."""
    pack, code = load_pack(settings.PACK), languages.language()
    shell = replace(public_shell(pack, code), languages=languages.same_page(request))
    return {"shell": shell, "words": pack.words(code)}


_public: dict[tuple[int, str], tuple[Pack, PublicShell]] = {}


#: What stands at the foot of every public page: the page's name and its text.
_FOOTER = {
    "privacy": "shared.footer_privacy",
    "cookies": "shared.footer_cookies",
    "accessibility": "shared.footer_accessibility",
    "contact": "shared.footer_contact",
    "enter": "shared.footer_messages",
    "stay-safe-online": "shared.footer_stay_safe",
    "languages": "shared.footer_languages",
}


def public_shell(pack: Pack, code: str) -> PublicShell:
    """Return the shell of the public pages in one language.

    It is the same for everyone, so it is built once.
    """
    held = _public.get((id(pack), code))
    if held is None:
        with languages.speaking(code):
            held = _public[id(pack), code] = (pack, _public_shell(pack, code))
    return held[1]


def _public_shell(pack: Pack, code: str) -> PublicShell:
    words = pack.words(code)
    hotline, emergency = pack.numbers["hotline"], pack.numbers["emergency"]
    unread = any(
        page.state in (PageState.UNREVIEWED, PageState.CHANGED) for page in pack.pages[code].values()
    )
    return PublicShell(
        service_name=pack.service.name,
        home_url=reverse("reporter:front"),
        language=code,
        direction=pack.languages[code].direction,
        emergency_number=emergency.number,
        phone=hotline.number,
        phone_href=f"tel:{hotline.dial}",
        phone_note="",
        notice=beside.text(words, "languages.unreviewed") if unread else "",
        notice_more=beside.text(words, "languages.unread") if unread else "",
        run_by=beside.text(words, "shared.run_by"),
        run_by_mark=pack.service.mark,
        footer=tuple(
            Link(text=beside.text(words, key), href=reverse(f"reporter:{name}"))
            for name, key in _FOOTER.items()
        ),
        exit_url=reverse("reporter:exit"),
        demo=settings.DEMO,
        kept={},
    )
