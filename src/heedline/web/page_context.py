"""What stands around every page of both sites, from the pack: name, numbers, footer, and in the office who is signed in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from heedline.packs import Pack, load_pack
from heedline.web.components.shell import Link, OfficeShell, PublicShell


def page_context(request: HttpRequest) -> dict[str, Any]:
    """Django's context processor: `shell` for the site that this request belongs to."""
    pack = load_pack(settings.PACK)
    if is_office(request):
        return {"shell": office_shell(request, pack)}
    return {"shell": public_shell(pack), "words": pack.words("en")}


def is_office(request: HttpRequest) -> bool:
    """Whether this request came to the office site."""
    return getattr(request, "urlconf", None) == "heedline.config.urls_office" or (
        not getattr(request, "urlconf", None) and settings.ROOT_URLCONF == "heedline.config.urls_office"
    )


def _link(text: str, name: str, here: str) -> Link | None:
    try:
        href = reverse(name)
    except NoReverseMatch:
        return None
    return Link(text=text, href=href, current=here == href)


_public: dict[str, PublicShell] = {}


def public_shell(pack: Pack) -> PublicShell:
    """The frame of public pages: the same for everyone, so it is made once."""
    if pack.code not in _public:
        words = pack.words("en")
        hotline, emergency = pack.numbers["hotline"], pack.numbers["emergency"]
        _public[pack.code] = PublicShell(
            service_name=pack.service.name,
            emergency_number=emergency.number,
            phone=hotline.number,
            phone_href=f"tel:{hotline.dial}",
            phone_note="",
            footer=(
                Link(text=words["shared.footer_privacy"], href="/privacy/"),
                Link(text=words["shared.footer_cookies"], href="/cookies/"),
                Link(text=words["shared.footer_accessibility"], href="/accessibility/"),
                Link(text=words["shared.footer_contact"], href="/contact/"),
                Link(text=words["shared.footer_messages"], href="/messages/"),
                Link(text=words["shared.footer_stay_safe"], href="/stay-safe-online/"),
            ),
            exit_url="/exit/",
            demo=settings.DEMO,
        )
    return _public[pack.code]


def office_shell(request: HttpRequest, pack: Pack) -> OfficeShell:
    """The frame of office pages: who is signed in, whether their keys are unlocked."""
    by = getattr(request, "attendance", None)
    frame: dict[str, Any] = {
        "service_name": pack.service.name,
        "emergency_number": pack.numbers["emergency"].number,
        "demo": settings.DEMO,
    }
    if by is None:
        return OfficeShell(**frame)
    links = [
        _link("My work", "my-work", request.path),
        _link("Take a report down", "call", request.path) if by.desks else None,
        _link("Calls to make", "calls", request.path) if by.desks else None,
        _link("Alarms", "alarms", request.path),
        _link("Duty", "rota", request.path),
        _link("Identity", "identity", request.path) if by.desks or "authoriser" in by.roles else None,
        _link("Security", "mfa_index", request.path),
        _link("Me", "me", request.path),
    ]
    return OfficeShell(
        **frame,
        navigation=tuple(link for link in links if link is not None),
        person=by.name,
        desk=by.desks[0].name if len(by.desks) == 1 else "",
        unlocked_until="Keys unlocked" if by.unlocked else "",
        unlock_url=reverse("unlock") if not by.unlocked and by.desks else "",
        lock_url=reverse("lock") if by.unlocked else "",
        sign_out_url=reverse("account_logout"),
    )
