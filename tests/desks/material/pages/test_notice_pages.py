"""Tests for the notice pages as examiners, seniors and outsiders see them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from heedline.specialist_desks.material.delivery import pack_data
from heedline.specialist_desks.material.models import CompanyNotice, MaterialItem
from heedline.specialist_desks.material.notices import sending
from heedline.specialist_desks.material.outcomes import figures
from heedline.specialist_desks.material.rules import ItemState
from tests.sites.conftest import office_site  # noqa: F401
from tests.sites.office.conftest import demo, hand  # noqa: F401
from tests.sites.office.desk_hand import Hand
from tests.support.cast import House, now
from tests.support.material_scene import examined, harmless, taken
from tests.support.notice_scene import EMAIL, OTHER_POST, WithItem, approved, unlawful_item
from tests.support.scene_people import People

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
REFERRAL = {
    "channel": str(EMAIL),
    "reasons": "An invented film of forty seconds.",
    "why-ta2006-s1": "It <b>praises</b> an attack.",
    "asks": ["preserve"],
}
LETTER = {
    "channel": "letter",
    "reasons": "An invented film.",
    "why-ta2006-s1": "It praises an attack.",
    "description": "A film of forty seconds.",
    "constable-name": "A. Sample",
    "constable-rank": "Detective Constable",
    "constable-number": "0000",
    "constable-force": "Exampleshire Police",
}


@pytest.fixture
def people(kiteboard: House, settings: Any, tmp_path: Any) -> People:
    settings.PAGES_DIR = tmp_path
    return WithItem.of(kiteboard)


def _do(who: Hand, what: str, **more: Any) -> None:
    where = who.path
    who.send(f"{where}do/", do=what, version=str(CompanyNotice.objects.get().version), **more)


def test_a_notice_from_the_item_to_the_company(
    people: People,
    house: House,
    hand: Callable[[], Hand],  # noqa: F811
) -> None:
    item = unlawful_item(people)
    odile = hand().at_work(house, "Odile")
    odile.get(f"/w/items/{item}/")
    assert "No company has been sent a notice about this item" in odile.html
    odile.get(f"/w/items/{item}/notice/")
    assert odile.heading == "Notice to Kiteboard Ltd"
    assert "You do not need to contact anyone first" in odile.html
    odile.send(f"/w/items/{item}/notice/", channel=str(EMAIL))
    assert "Say what the material is, and why you ask" in odile.html
    odile.send(f"/w/items/{item}/notice/", **REFERRAL)
    assert "Draft" in odile.html
    assert "The channel has failed its last test" in odile.html
    assert "It &lt;b&gt;praises&lt;/b&gt; an attack." in odile.html
    assert "hxxps://kiteboard[.]example/posts/Ab12Cd" in odile.html
    where = odile.path
    odile.get("/w/items/companies/")
    odile.send("/w/items/companies/", test=f"kiteboard:{EMAIL}")
    assert "The channel has accepted the test" in odile.html
    odile.get(where)
    _do(odile, "propose")
    assert "The notice waits for approval by somebody else" in odile.html
    assert "Approve this notice" not in odile.html
    otto = hand().at_work(house, "Otto")
    otto.get("/w/")
    assert "1 notice waits for approval." in otto.html
    otto.get(where)
    _do(otto, "approve")
    assert "It can be sent now" in otto.html
    odile.get(where)
    _do(odile, "send")
    assert "has accepted the notice" in odile.html
    assert CompanyNotice.objects.get().state == "sent"
    odile.get("/w/")
    assert "You own 1 open notice. Next: Due " in odile.html
    odile.get("/w/items/?list=unlawful")
    assert "Notice: Sent" in odile.html
    odile.get("/w/items/notices/")
    assert odile.heading == "Notices: Online material desk"
    assert "Kiteboard Ltd" in odile.html
    odile.get(where)
    _do(odile, "answer", answer="removed", answer_words="By telephone\u202eenohp")
    assert "By telephone[U+202E]enohp" in odile.html, "the order in which it was written"
    assert (
        "The company says that the item was removed, but it was still online at our last check." in odile.html
    )
    odile.send(f"/w/items/{item}/seen/", verdict="removed-404")
    odile.get(where)
    _do(odile, "close")
    assert "The notice is closed." in odile.html


def test_a_section_3_letter_with_its_dates(
    people: People,
    house: House,
    hand: Callable[[], Hand],  # noqa: F811
) -> None:
    item = unlawful_item(people)
    odile, otto = hand().at_work(house, "Odile"), hand().at_work(house, "Otto")
    odile.get(f"/w/items/{item}/notice/")
    odile.send(f"/w/items/{item}/notice/", **LETTER)
    where = odile.path
    _do(odile, "propose")
    otto.get(where)
    _do(otto, "approve")
    odile.get(where)
    assert "Send it now" not in odile.html
    assert "It cannot be sent by email" in odile.html
    _do(odile, "send")
    assert "served by hand or by recorded post" in odile.html
    odile.get(f"{where}letter/")
    assert "Detective Constable A. Sample, number 0000, Exampleshire Police" in odile.html
    assert "within 2 working days" in odile.html
    odile.get(where)
    day = people.at.date()
    given = {"given-day": str(day.day), "given-month": str(day.month), "given-year": str(day.year)}
    _do(odile, "serve", how="hand", proof="To A. Clerk, front desk", **given)
    assert "Last day to comply" in odile.html
    assert "To A. Clerk, front desk" in odile.html
    assert re.search(r"The company has until 00:00 on \d+ \w+ 20\d\d", odile.html)


def test_no_company_is_told_of_a_news_article(
    people: People,
    house: House,
    hand: Callable[[], Hand],  # noqa: F811
) -> None:
    ref = taken(people, "Odile", OTHER_POST)
    examined(people, ref, "Odile", harmless())
    odile = hand().at_work(house, "Odile")
    odile.get(f"/w/items/{ref}/notice/")
    assert odile.heading == "You cannot write a notice for this item"
    assert "found to be lawful" in odile.html
    assert not CompanyNotice.objects.exists()
    assert MaterialItem.objects.get(id=ref).state == "lawful"


def test_a_silent_company_goes_red_and_is_escalated(
    people: People,
    house: House,
    hand: Callable[[], Hand],  # noqa: F811
) -> None:
    ref = approved(people)
    with people.sitting("Odile") as by:
        sending.send(ref, by=by, at=people.at)
    past = now() - timedelta(hours=1)
    CompanyNotice.objects.update(due_at=past, acknowledge_by=past)
    odile = hand().at_work(house, "Odile")
    for path in ("/w/items/?list=unlawful", "/w/items/notices/", f"/w/items/notices/{ref}/"):
        odile.get(path)
        assert '<strong class="hl-overdue">Overdue by 1 hour</strong>' in odile.html, path
    for level in pack_data.notice_rules().escalation:
        assert f"Escalate to {level.to}.".replace("'", "&#x27;") in odile.html
        _do(odile, "escalate", escalation_words="Telephoned, and nobody answered.")
        assert "The escalation is recorded." in odile.html
        assert "Telephoned, and nobody answered." in odile.html
        CompanyNotice.objects.update(due_at=past)
        odile.get(f"/w/items/notices/{ref}/")
    assert "Escalate to" not in odile.html, "every step was taken"
    assert "Close it without an answer" not in odile.html
    olga = hand().at_work(house, "Olga")
    olga.get(f"/w/items/notices/{ref}/")
    _do(olga, "lapse")
    assert "The notice is closed without an answer." in olga.html


def test_an_appeal_that_reverses_withdraws_the_notice(
    people: People,
    house: House,
    hand: Callable[[], Hand],  # noqa: F811
) -> None:
    ref = approved(people)
    with people.sitting("Odile") as by:
        sending.send(ref, by=by, at=people.at)
    where, item = f"/w/items/notices/{ref}/", MaterialItem.objects.get().id
    odile = hand().at_work(house, "Odile")
    odile.get(where)
    _do(odile, "answer", answer="objects", answer_words="By email: it is a line from a play.")
    _do(odile, "close")
    assert "The company objects. Somebody uninvolved decides first." in odile.html
    odile.get(f"/w/items/{item}/examine/")
    assert "You took part in an earlier decision about this item." in odile.html
    assert examined(people, item, "Nadia", harmless()) is ItemState.LAWFUL
    odile.get(where)
    assert "The item is no longer assessed as unlawful. Withdraw this notice." in odile.html
    _do(odile, "withdraw", withdraw_words="It is a line from a play.")
    assert "The notice is withdrawn, and the company was told." in odile.html
    odile.get(f"/w/items/{item}/")
    assert "Review of the decision" in odile.html
    assert "Write a notice" not in odile.html
    odile.get(f"/w/items/{item}/notice/")
    assert odile.heading == "You cannot write a notice for this item"


def test_figures_hide_small_numbers(
    people: People,
    house: House,
    hand: Callable[[], Hand],  # noqa: F811
) -> None:
    unlawful_item(people)
    odile = hand().at_work(house, "Odile")
    odile.get("/w/items/figures/")
    assert odile.heading.startswith("Figures from")
    assert "fewer than 5" in odile.html
    assert "No notices were sent in this period" in odile.html
    with people.sitting("Odile") as by:
        day = people.at.date()
        first = figures.figures(day - timedelta(2), day + timedelta(1), by=by, at=people.at)
        again = figures.figures(day - timedelta(2), day + timedelta(1), by=by, at=people.at + timedelta(1))
    assert first == again
    assert first.found.number is None


def test_no_small_number_can_be_worked_out() -> None:
    shown = [one.number for one in figures.protected([40, 3, 12])]
    assert shown == [40, None, None]
    assert [one.number for one in figures.protected([40, 3, 2])] == [40, None, None]
    assert [one.number for one in figures.protected([40, 5])] == [40, 5]
    platforms = figures._by_platform([("a", None)] * 37 + [("b", 1.0)] * 3)
    assert [(one.platform, one.sent.number) for one in platforms] == [("a", None), ("b", None)], (
        "of 40 in all"
    )
    (alone,) = figures._by_platform([("a", None)] * 3 + [("a", 1.0)] * 37)
    assert (alone.sent.number, alone.removed.number) == (40, None)
    assert [figures._part(one, 40).number for one in (40, 38, 35, 3)] == [40, None, 35, None]


def test_a_stranger_gets_what_never_was(
    people: People,
    house: House,
    hand: Callable[[], Hand],  # noqa: F811
) -> None:
    item = unlawful_item(people)
    odile = hand().at_work(house, "Odile")
    odile.get(f"/w/items/{item}/notice/")
    odile.send(f"/w/items/{item}/notice/", **REFERRAL)
    ref = CompanyNotice.objects.get().id
    oren = hand().at_work(house, "Oren")
    seen = set()
    for address in (f"notices/{ref}", f"notices/{uuid4()}", f"{item}/notice", f"{uuid4()}/notice"):
        oren.get(f"/w/items/{address}/")
        seen.add(oren.heading)
    assert len(seen) == 1
