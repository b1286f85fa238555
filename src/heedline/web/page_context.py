"""What stands around every page of a site, from the pack: name, numbers, footer, and who is signed in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from heedline.casework.access.session import Attendance
from heedline.packs import Pack, load_pack
from heedline.packs.text.languages import State
from heedline.permits.capabilities import Capability
from heedline.web.components.shell import Link, OfficeShell, PublicShell
from heedline.web.public import beside, languages

_OFFICE = "heedline.config.urls_office"
_PARTNER = "heedline.config.urls_partner"


def page_context(request: HttpRequest) -> dict[str, Any]:
    """Django's context processor: `shell` for the site that this request belongs to."""
    pack = load_pack(settings.PACK)
    if is_signed_in_to(request):
        shown = partner_shell if _is(request, _PARTNER) else office_shell
        return {"shell": shown(request, pack), "passkeys": settings.PASSKEYS}
    code = languages.language()
    shell = replace(public_shell(pack, code), languages=languages.same_page(request))
    return {"shell": shell, "words": pack.words(code)}


def _is(request: HttpRequest, urlconf: str) -> bool:
    return (getattr(request, "urlconf", None) or settings.ROOT_URLCONF) == urlconf


def is_signed_in_to(request: HttpRequest) -> bool:
    """Whether this request came to a site that people sign in to: the office, or the partners'."""
    return _is(request, _OFFICE) or _is(request, _PARTNER)


def _link(text: str, name: str, here: str) -> Link | None:
    """A link of the menu: to the real page, also where a page of practice has addresses of its own."""
    try:
        href = reverse(name, urlconf=_OFFICE)
    except NoReverseMatch:
        return None
    return Link(text=text, href=href, current=here == href)


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
    """The frame of public pages in one language: the same for everyone, so it is made once."""
    held = _public.get((id(pack), code))
    if held is None:
        with languages.speaking(code):
            held = _public[id(pack), code] = (pack, _public_shell(pack, code))
    return held[1]


def _public_shell(pack: Pack, code: str) -> PublicShell:
    words = pack.words(code)
    hotline, emergency = pack.numbers["hotline"], pack.numbers["emergency"]
    unread = any(page.state in (State.UNREVIEWED, State.CHANGED) for page in pack.pages[code].values())
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
    )


def _frame(pack: Pack) -> dict[str, Any]:
    return {
        "service_name": pack.service.name,
        "emergency_number": pack.numbers["emergency"].number,
        "demo": settings.DEMO,
    }


def _person(by: Attendance, *, has_keys: bool) -> dict[str, Any]:
    """Who is signed in, and whether their keys are unlocked."""
    return {
        "person": by.name,
        "unlocked_until": "Keys unlocked" if by.unlocked else "",
        "unlock_url": reverse("unlock") if has_keys and not by.unlocked else "",
        "lock_url": reverse("lock") if by.unlocked else "",
        "sign_out_url": reverse("account_logout"),
    }


def partner_shell(request: HttpRequest, pack: Pack) -> OfficeShell:
    """The frame of the partners' pages: which organisation, who is signed in, whether their keys are unlocked."""
    by = getattr(request, "attendance", None)
    names = [("Help", "help")]
    if by is not None:
        names = [
            ("Sent to you", "my-work"),
            ("Keys", "keys"),
            ("Security", "mfa_index"),
            ("Me", "me"),
            *names,
        ]
    links = [
        Link(text=text, href=(href := reverse(name, urlconf=_PARTNER)), current=request.path == href)
        for text, name in names
    ]
    frame = _frame(pack) | {"site": "Partners", "partner": True, "navigation": tuple(links)}
    if by is None:
        return OfficeShell(**frame)
    return OfficeShell(**frame, **_person(by, has_keys=True), desk=by.organisation)


def office_shell(request: HttpRequest, pack: Pack) -> OfficeShell:
    """The frame of office pages: who is signed in, whether their keys are unlocked."""
    by = getattr(request, "attendance", None)
    frame: dict[str, Any] = {
        **_frame(pack),
        "practice": getattr(request, "practice", ""),
        "caller": getattr(request, "caller", ()),
    }
    if by is None:
        return OfficeShell(**frame)
    has_keys = bool(by.desks) or "authoriser" in by.roles  # members of a desk, of either kind
    links = [
        _link("My work", "my-work", request.path),
        _link("Take a report down", "call", request.path) if by.desks else None,
        _link("Calls to make", "calls", request.path) if by.desks else None,
        _link("Translations", "translations", request.path) if by.desks else None,
        _link("Partners", "partners", request.path) if by.may(Capability.FOLLOW_DISSEMINATION) else None,
        _link("Practise", "practise", request.path) if by.may(Capability.PRACTISE) else None,
        _link("Alarms", "alarms", request.path),
        _link("Duty", "rota", request.path),
        _link("Identity", "identity", request.path) if has_keys else None,
        _link("Set up", "setup", request.path) if by.may(Capability.SET_UP) else None,
        _link("Keys", "keys", request.path) if by.may(Capability.SEE_KEYS) else None,
        _link("Languages", "office-languages", request.path) if by.may(Capability.SET_UP) else None,
        _link("Training", "training", request.path) if by.may(Capability.RECORD_TRAINING) else None,
        _link("Read again", "checks", request.path) if by.may(Capability.CHECK_CLOSED) else None,
        _link("Oversight", "oversight", request.path) if "overseer" in by.roles else None,
        _link("Figures", "figures", request.path) if by.may(Capability.SEE_FIGURES) else None,
        _link("Kept", "keeping", request.path) if "supervisor" in by.roles else None,
        _link("Certificates", "certificates", request.path) if "overseer" in by.roles else None,
        _link("Security", "mfa_index", request.path),
        _link("Me", "me", request.path),
    ]
    return OfficeShell(
        **frame,
        **_person(by, has_keys=has_keys),
        navigation=tuple(link for link in links if link is not None),
        desk=by.desks[0].name if len(by.desks) == 1 else "",
    )
