"""Template context for the shell of the office pages."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from heedline.casework.access import session
from heedline.casework.pages.danger_page import MOST_NAMED, DangerNotice, open_dangers
from heedline.packs import Pack, load_pack
from heedline.permits.capabilities import Capability
from heedline.web.components.shell import Link, OfficeShell, ShellDanger
from heedline.web.page_context import OFFICE, frame_of, person_of


def page_context(request: HttpRequest) -> dict[str, Any]:
    """Return the office shell for every template."""
    return {"shell": office_shell(request, load_pack(settings.PACK)), "passkeys": settings.PASSKEYS}


def _link(text: str, name: str, here: str) -> Link | None:
    """Return a menu link to the real page, even from a practice page that has URLs of its own."""
    try:
        href = reverse(name, urlconf=OFFICE)
    except NoReverseMatch:
        return None
    return Link(text=text, href=href, current=here == href)


def _danger(one: DangerNotice, *, linked: bool) -> ShellDanger:
    """Return an open danger as the shell names it."""
    return ShellDanger(
        short=one.short,
        href=reverse("report-danger", kwargs={"ref": one.ref}, urlconf=OFFICE) if linked else "",
        desk=one.desk_name,
        owner="you" if one.mine else one.owner,
        review=one.review_words,
        late=one.review_late,
        acknowledged=one.acknowledged,
    )


def office_shell(request: HttpRequest, pack: Pack) -> OfficeShell:
    """Return the office shell, with who is signed in and whether their keys are unlocked."""
    by = getattr(request, "attendance", None)
    frame: dict[str, Any] = {
        **frame_of(pack),
        "practice": getattr(request, "practice", ""),
        "caller": getattr(request, "caller", ()),
    }
    if by is None:
        return OfficeShell(**frame)
    has_keys = bool(by.desks) or "authoriser" in by.roles  # members of a desk, of either kind
    links = [
        _link("My work", "my-work", request.path),
        _link("Board", "boards", request.path) if by.may(Capability.SEE_BOARD) else None,
        _link("New call or walk-in", "call", request.path) if by.desks else None,
        _link("Call backs", "calls", request.path) if by.desks else None,
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
        _link("Dip sampling", "checks", request.path) if by.may(Capability.CHECK_CLOSED) else None,
        _link("Oversight", "oversight", request.path) if "overseer" in by.roles else None,
        _link("Figures", "figures", request.path) if by.may(Capability.SEE_FIGURES) else None,
        _link("Retention", "keeping", request.path) if "supervisor" in by.roles else None,
        _link("Certificates", "certificates", request.path) if "overseer" in by.roles else None,
        _link("Security", "mfa_index", request.path),
        _link("Me", "me", request.path),
    ]
    dangers = () if "HX-Request" in request.headers else open_dangers(by=by, at=session.now())
    return OfficeShell(
        **frame,
        **person_of(by, has_keys=has_keys),
        dangers=tuple(_danger(one, linked=not frame["practice"]) for one in dangers[:MOST_NAMED]),
        more_dangers=max(0, len(dangers) - MOST_NAMED),
        navigation=tuple(link for link in links if link is not None),
        desk=by.desks[0].name if len(by.desks) == 1 else "",
    )
