"""Cases of the online material desk in Chromium that end otherwise than in a removal.

Each begins where the verbs of the desk have led, and people take the decisive steps in the browser. The way to a removal is
tests/journeys/test_material_day.py; every refusal and every date is in tests/desks/material/.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings

from heedline.casework.report.opening import short_name
from heedline.desks.models import Officer
from heedline.specialist_desks.material.delivery import pack_data
from heedline.specialist_desks.material.examination import welfare
from heedline.specialist_desks.material.examination.exposure import UNTIL_BREAK
from heedline.specialist_desks.material.models import CompanyNotice, MaterialItem
from heedline.specialist_desks.material.notice_rules.clock import last_day_to_comply
from heedline.specialist_desks.material.notice_rules.wording import day
from heedline.specialist_desks.material.notices import due, lines, sending
from tests.browser.kit import Visitor, browser, person  # noqa: F401 (fixtures)
from tests.journeys.test_material_day import _finds_it_unlawful, _here, _press, company  # noqa: F401
from tests.journeys.test_officer_day import _at
from tests.sites.office.office_server import office_serving, sites_serving
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.material_scene import taken, the_item
from tests.support.notice_scene import POST, FakeCompany, WithItem, approved, unlawful_item
from tests.support.scene_people import People

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
PHONE = 360


def _sent(people: People) -> CompanyNotice:
    """A notice that the company's system has accepted."""
    ref = approved(people)
    with people.sitting("Odile") as by:
        sending.send(ref, by=by, at=people.at)
    return CompanyNotice.objects.get()


def _looks(page: Visitor, name: str) -> None:
    page.assert_fits()
    page.screenshot(f"case-{name}")
    page.axe()


def _records(page: Visitor, what: str, button: str, **words: str) -> None:
    """Open a form of the notice that is on the page, fill it in and send it."""
    page.play.locator("summary", has_text=what).click()
    form = page.play.locator("details", has_text=what).locator("form")
    for label, text in words.items():
        form.get_by_label(label.replace("_", " ")).fill(text)
    form.get_by_role("button", name=button).click()
    page.settle()


def test_a_company_that_never_answers_goes_red_and_is_escalated(
    kiteboard: House,
    company: FakeCompany,  # noqa: F811
    person: Callable[..., Visitor],  # noqa: F811
) -> None:
    people = WithItem.of(kiteboard)
    notice = _sent(people)

    def hours_pass() -> None:
        CompanyNotice.objects.update(due_at=now() - timedelta(hours=1))
        with acting("worker"):
            due.watch(now())

    with office_serving() as office:
        odile = _here(person, office, kiteboard, "Odile", scripts=True)
        odile.play.set_viewport_size({"width": PHONE, "height": 800})
        odile.visit(f"{office}/w/items/notices/")
        assert not odile.play.locator(".hl-overdue").count()
        hours_pass()
        odile.visit(f"{office}/w/alarms/")
        odile.play.get_by_text("Online material: a notice to a company is overdue").wait_for()
        odile.visit(f"{office}/w/items/notices/")
        odile.play.get_by_text("Notices overdue or undelivered: 1").wait_for()
        _looks(odile, "notices-overdue")
        odile.press(notice.reference)
        first, *others = pack_data.notice_rules().escalation
        odile.play.get_by_text(f"Escalate to {first.to}.").wait_for()
        _looks(odile, "notice-overdue")
        _records(odile, "Record the escalation", "Record", Who_did_you_contact="Telephoned: no answer.")
        odile.play.get_by_text("The escalation is recorded.").wait_for()
        for level in others:
            hours_pass()
            with people.sitting("Odile") as by:
                assert lines.one(notice.id, by=by, at=now()).escalation == level.to
                sending.escalate(notice.id, "Wrote to them", by=by, at=now())
        hours_pass()
        odile.play.reload()
        assert not odile.play.get_by_text("Close it without an answer").count(), "the supervisor decides"
        olga = _here(person, office, kiteboard, "Olga", scripts=False)
        olga.visit(f"{office}/w/items/notices/{notice.id}/")
        olga.press("Close it without an answer")
        olga.play.get_by_text("The notice is closed without an answer.").wait_for()
        assert not olga.play.locator(".hl-overdue").count()
        _looks(olga, "notice-lapsed")


def test_a_section_3_letter_is_served_and_counts_working_days(
    kiteboard: House,
    company: FakeCompany,  # noqa: F811
    person: Callable[..., Visitor],  # noqa: F811
) -> None:
    people = WithItem.of(kiteboard)
    item, on = unlawful_item(people), people.at.date()
    with office_serving() as office:
        odile, otto = (_here(person, office, kiteboard, name, scripts=False) for name in ("Odile", "Otto"))
        odile.visit(f"{office}/w/items/{item}/notice/")
        odile.play.get_by_role("radio", name="Section 3 notice").check()
        odile.play.get_by_label("What the material is, and why you ask").fill("An invented film.")
        odile.play.get_by_label("Reasons for Terrorism Act 2006, section 1").fill("It praises an attack.")
        odile.press("Save the draft")
        _at(odile, f"Notice {CompanyNotice.objects.get().reference}")
        odile.press("Change it")
        odile.play.get_by_label("Description of the material").fill("A film of forty seconds.")
        for label, text in {
            "Constable whose opinion": "A. Sample",
            "Rank": "Detective Constable",
            "Number": "0000",
            "Force": "Exampleshire Police",
        }.items():
            odile.play.get_by_label(label).fill(text)
        odile.press("Save the draft")
        odile.press("Submit it for approval")
        otto.visit(odile.play.url)
        otto.press("Approve this notice")
        odile.play.reload()
        assert not odile.play.get_by_text("Send it now").count()
        odile.play.get_by_text("It cannot be sent by email.").wait_for(state="attached")
        notice = odile.play.url
        odile.press("Open the letter for printing")
        odile.play.get_by_text("within 2 working days").first.wait_for()
        odile.play.get_by_text("Detective Constable A. Sample, number 0000").first.wait_for()
        _looks(odile, "letter")
        odile.visit(notice)
        form = odile.play.locator("details", has_text="Record the service")
        form.locator("summary").click()
        for label, number in (("Day", on.day), ("Month", on.month), ("Year", on.year)):
            form.get_by_label(label, exact=True).fill(str(number))
        form.get_by_label("By hand").check()
        form.get_by_label("Proof").fill("To A. Clerk, front desk")
        form.get_by_role("button").click()
        odile.play.get_by_text("Last day to comply").wait_for()
        odile.play.get_by_text(day(last_day_to_comply(on, pack_data.further_holidays()))).first.wait_for()
        odile.play.get_by_text("To A. Clerk, front desk").wait_for()
        _looks(odile, "letter-served")
    assert not company.mails
    assert not company.requests


def test_an_appeal_that_reverses_ends_in_a_withdrawal(
    kiteboard: House,
    company: FakeCompany,  # noqa: F811
    person: Callable[..., Visitor],  # noqa: F811
) -> None:
    people = WithItem.of(kiteboard)
    notice = _sent(people)
    with people.sitting("Otto") as by:
        url = lines.one(notice.id, by=by, at=people.at).stored.content.answer_url
    path = url.removeprefix(settings.PARTNER_URL)
    company.mails.clear()
    with sites_serving("office", "partner") as sites:
        office, answer = sites["office"], sites["partner"] + path
        asked = person(scripts=False)
        asked.visit(answer)
        asked.play.get_by_label("We object: the notice is wrong").check()
        asked.press("Send the answer")
        asked.play.get_by_role("alert").get_by_text("Say why you object").wait_for()
        _looks(asked, "company-error")
        asked.play.get_by_label("Anything you want to tell the unit").fill("It is a line from a play.")
        asked.press("Send the answer")
        asked.play.get_by_text("Your last answer: We object: the notice is wrong.").wait_for()
        odile, nadia = (_here(person, office, kiteboard, name, scripts=False) for name in ("Odile", "Nadia"))
        odile.visit(f"{office}/w/items/notices/{notice.id}/")
        odile.press("Close the notice")
        odile.play.get_by_text("The company objects. Somebody uninvolved decides first.").wait_for()
        odile.visit(f"{office}/w/items/{notice.item_id}/")
        odile.play.get_by_text("You took part in an earlier decision about this item.").first.wait_for()
        nadia.visit(f"{office}/w/items/notices/{notice.id}/")
        nadia.press(f"Item {short_name(notice.item_id)}")
        nadia.press("Review of the decision")
        nadia.play.get_by_label("Propaganda or recruitment").check()
        nadia.play.get_by_label("Anybody on the internet").check()
        nadia.play.get_by_label("No", exact=True).first.check()
        nadia.play.get_by_label("What is shown or said").fill("A line from a play.")
        nadia.play.get_by_label("Yes, art or satire").check()
        nadia.press("Record the examination")
        nadia.play.get_by_text("Your examination is recorded. Lawful.").wait_for()
        _looks(nadia, "item-reversed")
        odile.visit(f"{office}/w/items/notices/{notice.id}/")
        odile.play.get_by_text("The item is no longer assessed as unlawful.").wait_for()
        _looks(odile, "notice-overturned")
        _records(odile, "Withdraw this notice", "Withdraw this notice", What_was_wrong="It is from a play.")
        odile.play.get_by_text("The notice is withdrawn, and the company was told.").wait_for()
        asked.visit(answer)
        asked.play.get_by_text("The unit has withdrawn this notice.").wait_for()
        _looks(asked, "company-withdrawn")
    (mail,) = company.mails
    assert b"is withdrawn" in mail


def test_no_notice_is_written_about_a_news_article(
    material: House,
    person: Callable[..., Visitor],  # noqa: F811
) -> None:
    people = People(material, now())
    item = taken(people, "Odile", POST)
    with office_serving() as office:
        odile = _here(person, office, material, "Odile", scripts=False)
        odile.visit(f"{office}/w/items/{item}/examine/")
        _finds_it_unlawful(odile, "It shows an attack")
        odile.play.get_by_label("Yes, journalism").check()
        odile.press("Record the examination")
        odile.play.get_by_text("Say what the item is, and why no provision is met").first.wait_for()
        _looks(odile, "examination-incomplete")
        odile.play.get_by_label("What is shown or said").fill("A newspaper about the attack.")
        odile.press("Record the examination")
        odile.play.get_by_text("Your examination is recorded. Lawful.").wait_for()
        assert not odile.play.get_by_text("Write a notice").count()
        odile.visit(f"{office}/w/items/{item}/notice/")
        _at(odile, "You cannot write a notice for this item")
        _looks(odile, "no-notice")
    assert MaterialItem.objects.get().state == "lawful"
    assert not CompanyNotice.objects.exists()


def test_an_examiner_is_sent_on_a_break_and_another_takes_one(
    material: House,
    person: Callable[..., Visitor],  # noqa: F811
) -> None:
    people = People(material, now())
    item = the_item(people)
    Officer.objects.filter(id=material.officers["Otto"].id).update(single_keys=True)
    with people.sitting("Odile") as by:
        for minutes in range(UNTIL_BREAK - 1, 0, -1):
            welfare.look(by=by, at=people.at - timedelta(minutes=minutes))
    with office_serving() as office:
        odile, otto = (_here(person, office, material, name, scripts=True) for name in ("Odile", "Otto"))
        odile.visit(f"{office}/w/items/{item}/")
        _at(odile, "Not now")
        odile.play.get_by_text("You are on a break until").wait_for()
        _looks(odile, "break")
        odile.press("Your breaks and content settings")
        odile.play.get_by_text("You are on a break until").wait_for()
        odile.visit(f"{office}/w/items/")
        odile.press(short_name(item))
        _at(odile, "Not now")
        otto.visit(f"{office}/w/items/{item}/")
        _press(otto, "b")
        _at(otto, "Breaks and content settings")
        otto.press("I need a break")
        otto.play.get_by_text("Your break has begun.").wait_for()
        _looks(otto, "breaks")
        otto.visit(f"{office}/w/items/{item}/")
        _at(otto, "Not now")
