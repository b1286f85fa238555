"""Template context for the shell of the office pages."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode

from heedline.casework.access import session
from heedline.casework.pages.danger_page import (
    MOST_COUNTED,
    MOST_NAMED,
    Banner,
    DangerNotice,
    UntakenReports,
    banner,
)
from heedline.casework.pages.desk_tabs import menu_links
from heedline.casework.pages.queues.queue_view import WATCHED
from heedline.packs import Pack, load_pack
from heedline.permits.capabilities import Capability
from heedline.reports.lifecycle import Stage
from heedline.web.components.shell import Link, OfficeShell, ShellDanger, ShellUntaken
from heedline.web.page_context import OFFICE, frame_of, person_of
from heedline.web.shell.queue_links import ALL

#: Entries of the menu. When there are more, the last of these is "More", with the rest.
MOST_LINKS = 8


def page_context(request: HttpRequest) -> dict[str, Any]:
    """Add the office shell and the passkeys setting to the context of every template."""
    return {"shell": office_shell(request, load_pack(settings.PACK)), "passkeys": settings.PASSKEYS}


def _link(text: str, name: str, here: str) -> Link | None:
    """Return a menu link to the real page, even from a practice page, which has its own URLs."""
    try:
        href = reverse(name, urlconf=OFFICE)
    except NoReverseMatch:
        return None
    return Link(text=text, href=href, current=here == href)


def _danger(one: DangerNotice, *, linked: bool) -> ShellDanger:
    """Return the shell's notice of an open danger to life."""
    return ShellDanger(
        short=one.short,
        href=reverse("report-danger", kwargs={"ref": one.ref}, urlconf=OFFICE) if linked else "",
        desk=one.desk_name,
        owner="you" if one.mine else one.owner,
        review=one.review_words,
        late=one.review_late,
        acknowledged=one.acknowledged,
        offered=one.offered_to_me,
        asked=one.discharge_asked,
    )


def _untaken(one: UntakenReports, *, linked: bool, several: str) -> ShellUntaken:
    """Return the shell's notice of the urgent reports that no officer has taken; `several` is the URL of their list."""
    href = reverse("report", kwargs={"ref": one.ref}, urlconf=OFFICE) if one.number == 1 else several
    return ShellUntaken(
        number=one.number,
        href=href if linked and one.watched else "",
        short=one.short,
        desk=one.desk_name,
        due=one.due_words,
        late=one.late,
        at_least=one.number >= MOST_COUNTED,
        closed=not one.watched,
    )


def _dangers_url() -> str:
    """Return the URL of the list of the dangers at all the officer's desks."""
    return f"{reverse('queue', kwargs={'desk': ALL}, urlconf=OFFICE)}?{urlencode({'danger': 'yes'})}"


def _watched_url() -> str:
    """Return the URL of the list of other desks' waiting reports that the officer's desks watch."""
    asked = urlencode({"whose": WATCHED, "stage": Stage.WAITING})
    return f"{reverse('queue', kwargs={'desk': ALL}, urlconf=OFFICE)}?{asked}"


def office_shell(request: HttpRequest, pack: Pack) -> OfficeShell:
    """Return the office shell, which shows who is signed in and whether their keys are unlocked."""
    by = getattr(request, "attendance", None)
    frame: dict[str, Any] = {
        **frame_of(pack),
        "practice": getattr(request, "practice", ""),
        "caller": getattr(request, "caller", ()),
    }
    if by is None:
        return OfficeShell(**frame)
    has_keys = bool(by.desks) or "authoriser" in by.roles  # members of a desk, of either kind
    desk, may = bool(by.desks), by.may
    asked = (
        ("My work", "my-work", True),
        *((text, name, True) for text, name in menu_links(by=by)),
        ("Board", "boards", may(Capability.SEE_BOARD)),
        ("Set up", "setup", may(Capability.SET_UP)),
        ("Oversight", "oversight", "overseer" in by.roles),
        ("New call or walk-in", "call", desk),
        ("Call backs", "calls", desk and pack.asks_identity),
        ("Alarms", "alarms", True),
        ("Duty", "rota", True),
        ("Identity", "identity", has_keys and pack.asks_identity),
        ("Translations", "translations", desk),
        ("Partners", "partners", may(Capability.FOLLOW_DISSEMINATION)),
        ("Other desks", "matches", desk and may(Capability.LINK)),
        (
            "Interest register",
            "interests",
            desk and (may(Capability.REGISTER_INTEREST) or may(Capability.HAND_ON_INTEREST)),
        ),
        ("Keys", "keys", may(Capability.SEE_KEYS)),
        ("Languages", "office-languages", may(Capability.SET_UP)),
        ("Welfare", "welfare", may(Capability.SEE_WELFARE)),
        ("Training", "training", may(Capability.RECORD_TRAINING)),
        ("Searches", "searches", may(Capability.SEE_SEARCHES)),
        ("Dip sampling", "checks", may(Capability.CHECK_CLOSED)),
        ("Retention", "keeping", "supervisor" in by.roles),
        ("Figures", "figures", may(Capability.SEE_FIGURES)),
        ("Certificates", "certificates", "overseer" in by.roles),
        ("Practise", "practise", may(Capability.PRACTISE)),
        ("Security", "mfa_index", True),
        ("Me", "me", True),
    )
    found = [_link(text, name, request.path) for text, name, shown in asked if shown]
    links = tuple(link for link in found if link is not None)
    first = len(links) if len(links) <= MOST_LINKS else MOST_LINKS - 1
    notices = Banner() if "HX-Request" in request.headers else banner(by=by, at=session.now())
    dangers, untaken, asleep = notices.dangers, notices.untaken, notices.asleep
    linked = not frame["practice"]
    return OfficeShell(
        **frame,
        **person_of(by, has_keys=has_keys),
        dangers=tuple(_danger(one, linked=linked) for one in dangers[:MOST_NAMED]),
        more_dangers=max(0, len(dangers) - MOST_NAMED),
        dangers_url=_dangers_url() if linked else "",
        untaken=_untaken(
            untaken, linked=linked, several=f"{_dangers_url()}&{urlencode({'stage': Stage.WAITING})}"
        )
        if untaken is not None
        else None,
        nobody_paged=notices.nobody_paged,
        asleep=_untaken(asleep, linked=linked, several=_watched_url()) if asleep is not None else None,
        navigation=links[:first],
        more_navigation=links[first:],
        search_url=reverse("search", urlconf=OFFICE)
        if by.unlocked and by.may(Capability.SEARCH) and not frame["practice"]
        else "",
        desk=by.desks[0].name if len(by.desks) == 1 else "",
    )
