"""A day at the online material desk in Chromium as one journey, from forty reports of one post to its re-upload elsewhere.

The officer who examines works by single keys. What needs no browser stands in tests/desks/material/pages/.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from heedline.casework.report.opening import short_name
from heedline.desks.models import Officer
from heedline.specialist_desks.material.models import CompanyNotice, MaterialItem
from heedline.specialist_desks.material.notices import lines
from tests.browser.kit import Visitor, browser, person  # noqa: F401 (fixtures)
from tests.journeys.arriving import at_work
from tests.journeys.test_officer_day import _at
from tests.sites.office.office_server import sites_serving
from tests.support.cast import House, now
from tests.support.files_scene import files_kept, picture
from tests.support.linking_scene import compared
from tests.support.material_scene import reported
from tests.support.notice_scene import POST, FakeCompany, channels_pass, fake_company
from tests.support.scene_people import People
from tests.support.search_scene import indexed

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
#: One post, as reporters write its address.
WAYS = (POST, "hxxps://kiteboard[.]example/posts/Ab12Cd", f"See {POST}.", POST.removeprefix("https://"))
AGAIN = "https://films.example/watch/7781"


@pytest.fixture
def company(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeCompany]:
    """A company that receives notices by SMTP on loopback."""
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    monkeypatch.setattr(settings, "DEMO", True)
    with fake_company() as found:
        server: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": found.smtp_port,
            "user": "",
            "password": "",
            "tls": False,
        }
        monkeypatch.setattr(settings, "NOTICE_MAIL", server)
        yield found


def _fits(page: Visitor, name: str) -> None:
    """Check that nothing is cut off from a small phone to a wide screen, and that the page is accessible."""
    page.assert_fits_at(1280, 320, name=name)
    page.axe()


def _here(person: Callable[..., Visitor], office: str, house: House, name: str, *, scripts: bool) -> Visitor:  # noqa: F811
    page = person(scripts=scripts)
    page.may_ask = {settings.FILES_URL.removeprefix("http://")}  # the viewer beside an item
    at_work(page, office, house, name)
    return page


def _press(page: Visitor, key: str) -> None:
    """Press a key that leads to another page."""
    page.settle()
    page.play.keyboard.press(key)


def _keys(page: Visitor, *keys: str) -> str:
    """Press these keys on the whole page, and return the id or the text of what has the focus then."""
    page.settle()
    for key in keys:
        page.play.keyboard.press(key)
    return str(page.play.evaluate("document.activeElement.id || document.activeElement.innerText")).strip()


def _finds_it_unlawful(page: Visitor, reason: str) -> None:
    """Fill in an examination that finds section 1 of the Terrorism Act 2006 met."""
    page.play.get_by_label("Propaganda or recruitment").check()
    page.play.get_by_label("Anybody on the internet").check()
    page.play.get_by_label("No", exact=True).first.check()
    test = page.play.get_by_role("group", name="Terrorism Act 2006, section 1")
    for box in test.get_by_role("checkbox").all():
        box.check()
    page.play.get_by_label("Reasons for Terrorism Act 2006, section 1").fill(reason)
    page.play.get_by_role("group", name="Is this journalism").get_by_label("No", exact=True).check()


def _uploads(page: Visitor, file: Path) -> None:
    """Upload a file as evidence of the item that is open."""
    page.press("Upload evidence captured elsewhere")
    _at(page, "Upload evidence")
    page.play.get_by_label("How, when and by whom was it captured?").fill("Saved by A. Sample today.")
    page.play.get_by_label("File", exact=True).set_input_files(file)
    _fits(page, "office-evidence-upload")
    page.press("Upload the file")
    page.play.get_by_text("Recorded as entry 1.").wait_for()


def test_forty_reports_of_one_post_until_it_is_removed_and_found_again(
    material: House,
    company: FakeCompany,
    person: Callable[..., Visitor],  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    people = People(material, now())
    sent = reported(people, *(WAYS * 10))
    indexed(people)
    compared(people, "Odile")
    channels_pass(people)
    Officer.objects.filter(id=material.officers["Odile"].id).update(single_keys=True)
    item = MaterialItem.objects.get().id
    captured = tmp_path / "post.png"
    captured.write_bytes(picture(form="PNG"))
    with files_kept(tmp_path, monkeypatch), sites_serving("office", "partner", "files") as sites:
        office = sites["office"]
        odile = _here(person, office, material, "Odile", scripts=True)
        odile.visit(f"{office}/w/items/")
        _at(odile, "Items: Online material desk")
        _fits(odile, "office-items")
        assert "Skip to" in _keys(odile, "Tab")
        assert _keys(odile, "j") == short_name(item)
        _press(odile, "o")
        _at(odile, f"Item {short_name(item)}")
        assert odile.play.get_by_role("link", name=short_name(sent[0]), exact=True).count() == 1
        assert _keys(odile, "v") == "evidence"
        assert _keys(odile, "?") == "evidence"
        odile.play.get_by_text("Take and examine this item").wait_for()
        _fits(odile, "office-item")
        _uploads(odile, captured)
        _press(odile, "a")
        _at(odile, "First examination")
        _fits(odile, "office-examination")
        assert _keys(odile, "f") == "what"
        assert _keys(odile, "4") == "test-ta2006-s1"
        _finds_it_unlawful(odile, "Quagga: it praises an attack")
        assert _keys(odile, "r") == "Record the examination"
        _press(odile, "Enter")
        odile.play.get_by_text("Your examination is recorded. Waiting for a second reviewer.").wait_for()

        otto = _here(person, office, material, "Otto", scripts=False)
        otto.visit(f"{office}/w/items/?list=second")
        otto.play.get_by_role("link", name=short_name(item), exact=True).click()
        _at(otto, f"Item {short_name(item)}")
        assert not otto.play.get_by_text("Quagga").count(), "the first reasons are not shown"
        otto.press("Second review")
        _at(otto, "Second review")
        _finds_it_unlawful(otto, "Zinnober: a call to do the same")
        otto.press("Record the examination")
        otto.play.get_by_text("Your examination is recorded. Unlawful.").wait_for()
        otto.play.get_by_text("Quagga: it praises an attack").wait_for()
        _fits(otto, "office-item-decided")

        odile.visit(f"{office}/w/items/{item}/")
        odile.press("Yes, it is still there")
        _press(odile, "w")
        _at(odile, "Notice to Kiteboard Ltd")
        odile.play.get_by_label("Email to authorities@kiteboard.example").check()
        odile.play.get_by_label("What the material is, and why you ask").fill("An invented film.")
        odile.play.get_by_label("Reasons for Terrorism Act 2006, section 1").fill("It praises an attack.")
        _fits(odile, "office-notice-form")
        odile.press("Save the draft")
        notice = CompanyNotice.objects.get()
        _at(odile, f"Notice {notice.reference}")
        assert _keys(odile, "a") == "Submit it for approval", "the focus moves, and nothing is done"
        _press(odile, "Enter")
        odile.play.get_by_text("The notice waits for approval by somebody else.").wait_for()
        otto.visit(f"{office}/w/items/notices/{notice.id}/")
        otto.press("Approve this notice")
        otto.play.get_by_text("You have approved the notice.").wait_for()
        odile.visit(f"{office}/w/items/notices/{notice.id}/")
        _fits(odile, "office-notice-approved")
        odile.press("Send it now")
        odile.play.get_by_text("250 2.0.0 accepted as 4711").wait_for()
        assert len(company.mails) == 1
        with people.sitting("Otto") as by:
            url = lines.one(notice.id, by=by, at=people.at).stored.content.answer_url

        page = person(scripts=False)
        page.visit(sites["partner"] + url.removeprefix(settings.PARTNER_URL))
        _at(page, f"Notice {notice.reference}")
        _fits(page, "company-notice")
        page.play.get_by_label("We have received the notice").check()
        page.press("Send the answer")
        page.play.get_by_text("Your answer has been sent to the unit.").wait_for()
        page.play.get_by_label("We have removed the material").check()
        page.play.get_by_label("Who answers").fill("Trust and safety")
        page.press("Send the answer")
        page.play.get_by_text("Your last answer: We have removed the material.").wait_for()
        assert not page.play.context.cookies()

        odile.visit(f"{office}/w/items/{item}/")
        odile.press("It is gone")
        odile.visit(f"{office}/w/items/notices/{notice.id}/")
        odile.play.get_by_text("Submitted by the company: Trust and safety").wait_for()
        _fits(odile, "office-notice-answered")
        odile.press("Close the notice")
        odile.play.get_by_text("The notice is closed.").wait_for()
        odile.visit(f"{office}/w/items/notices/")
        _at(odile, "Notices: Online material desk")
        _fits(odile, "office-notices")

        reported(people, AGAIN)
        indexed(people)
        again = MaterialItem.objects.exclude(id=item).get().id
        odile.visit(f"{office}/w/items/{again}/")
        _uploads(odile, captured)
        known = odile.play.get_by_text(f"The same file as in item {short_name(item)}: Unlawful.")
        known.wait_for()
        _fits(odile, "office-item-known")
        odile.visit(f"{office}/w/r/{sent[3]}/items/")
        odile.play.get_by_text("(Unlawful, 40 reports)").wait_for()
        _fits(odile, "office-report-items")
