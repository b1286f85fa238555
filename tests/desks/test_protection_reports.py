"""The report of a visit: into the mailbox of the request, with an email that says nothing of the site."""

from __future__ import annotations

import email
from collections.abc import Callable, Iterator
from email import policy
from typing import Any
from uuid import UUID

import pytest

from heedline.casework.contact import call_back, messages
from heedline.casework.errors import Changed, NotHere
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DeskRecord, Message, Step
from heedline.specialist_desks.protection import report_sending, sites, visits
from heedline.specialist_desks.protection.report_sending import NO_SUMMARY
from heedline.vault.codes import ReceiptCode
from tests.sites.conftest import office_site  # noqa: F401
from tests.sites.office.conftest import demo, hand  # noqa: F401
from tests.sites.office.desk_hand import Hand
from tests.support import advice_scene
from tests.support.acting import acting
from tests.support.notice_scene import FakeCompany, fake_company
from tests.support.scene_people import People, logged
from tests.support.site_scene import THEATRE, a_site, recommended, version_of

pytestmark = pytest.mark.django_db
NUMBER = "01632 960 417"
SUMMARY = "Thank you for showing us round.\n\nThe doors are in good order."


@pytest.fixture
def people(people: People) -> People:
    """Otto and Oren are national advisers. Oren leads them."""
    return advice_scene.adviser_desk(people)


@pytest.fixture
def server(settings: Any) -> Iterator[FakeCompany]:
    """A mail server on loopback, to which the courier connects."""
    with fake_company() as found:
        settings.NOTICE_MAIL = {
            "host": "127.0.0.1",
            "port": found.smtp_port,
            "user": "",
            "password": "",
            "tls": False,
        }
        yield found


def visited(people: People, **told: Any) -> tuple[UUID, UUID, ReceiptCode]:
    """A visit that Otto held of a site that was opened from his request, with two recommendations; the request and its code."""
    request, code = advice_scene.a_request(people, **told)
    people.take(request, "Otto")
    with people.sitting("Otto") as otto:
        site = sites.begin_from(request, THEATRE, by=otto, at=people.at)
    return recommended(people, site, 2, reported=False), request, code


def sent(
    people: People, ref: UUID, request: UUID, name: str = "Otto", summary: str = SUMMARY, **more: Any
) -> None:
    told = {"version": version_of(ref), **more}
    with people.sitting(name) as by:
        report_sending.send(request, ref, summary, **told, by=by, at=people.at)


def mailbox(code: ReceiptCode, people: People) -> list[str]:
    with acting("public"):
        return [one.text for one in messages.visit(code, at=people.at).messages if one.verified]


def test_the_report_is_read_with_the_code_and_kept_with_the_visit(people: People) -> None:
    ref, request, code = visited(people)
    sent(people, ref, request)
    *_, text = mailbox(code, people)
    assert SUMMARY in text
    assert "1. Recommendation number 1\n(High priority, for Rosa, by 1 March 2027)" in text
    assert "2. Recommendation number 2" in text
    assert "stage door" not in text, "what was seen stays in the record"
    with people.sitting("Oren") as oren:
        told = visits.opened(ref, by=oren, at=people.at)
    assert (told.record.state, told.facts.report) == ("reported", text)
    assert told.record.steps[0].reason.startswith("Sent to the mailbox of request")
    assert len(logged("protection-report-sent", thing=request)) == 1
    with pytest.raises(NotNow):
        sent(people, ref, request)
    assert len(mailbox(code, people)) == 2, "the adviser's name, and the report once"


def test_the_email_says_that_the_report_is_there_and_nothing_of_the_site(
    people: People, server: FakeCompany
) -> None:
    ref, request, _ = visited(people)
    sent(people, ref, request)
    with people.sitting("Otto") as otto:
        assert report_sending.tell(request, NUMBER, by=otto, at=people.at) == call_back.EMAILED
    [mail] = server.mails
    message = email.message_from_bytes(mail, policy=policy.default)
    body = message.get_body()
    assert body is not None
    text = body.get_content()
    assert "report of the visit is ready. Use your code" in text
    assert NUMBER in text
    for absent in ("Corner Theatre", "Recommendation", "Thank you", "stage door", "SW1A"):
        assert absent not in str(message)
        assert absent not in text
    step = Step.objects.filter(report=request).latest("number")
    assert step.codes["call"] == call_back.EMAILED


@pytest.mark.parametrize("contact", [{"name": "Rosa", "phone": "020 7946 0321", "consent": ["yes"]}])
def test_without_an_address_there_is_no_email_and_the_report_is_still_sent(
    people: People, contact: dict[str, Any]
) -> None:
    ref, request, code = visited(people, contact=contact)
    with people.sitting("Otto") as otto:
        assert report_sending.letter(request, NUMBER, by=otto, at=people.at) is None
    sent(people, ref, request)
    assert SUMMARY in mailbox(code, people)[-1]


def test_a_report_is_refused_before_anything_is_sent(people: People) -> None:
    ref, request, code = visited(people)
    other, _ = advice_scene.a_request(people)
    for summary, missing in ((" ", NO_SUMMARY), ("x" * 5_000, "longer than the 5,000 characters")):
        with pytest.raises(NotNow, match=missing):
            sent(people, ref, request, summary=summary)
    with pytest.raises(Changed):
        sent(people, ref, request, version=1)
    with pytest.raises(NotHere):
        sent(people, ref, other)
    with pytest.raises(NotHere):
        sent(people, ref, request, "Odile", version=version_of(ref))
    with people.sitting("Otto") as otto, pytest.raises(NotNow) as no:
        report_sending.letter(request, "no number", by=otto, at=people.at)
    assert no.value.about == "number"
    assert len(mailbox(code, people)) == 1
    assert DeskRecord.objects.get(id=ref).state == "held"
    assert Message.objects.filter(report=request).count() == 1


def test_a_site_without_a_request_has_no_mailbox(people: People) -> None:
    ref = recommended(people, a_site(people), reported=False)
    with people.sitting("Otto") as otto:
        facts = visits.opened(ref, by=otto, at=people.at).facts
        assert report_sending.requests_of(facts, by=otto, at=people.at) == ()


def test_a_request_that_nobody_has_taken_refuses_the_report(people: People) -> None:
    request, code = advice_scene.a_request(people)
    with people.sitting("Otto") as otto:
        site = sites.begin_from(request, THEATRE, by=otto, at=people.at)
    ref = recommended(people, site, reported=False)
    with pytest.raises(Refused):
        sent(people, ref, request)
    assert mailbox(code, people) == []
    assert DeskRecord.objects.get(id=ref).state == "held"


@pytest.mark.usefixtures("demo")
def test_the_report_is_previewed_and_sent_in_a_browser(
    people: People,
    server: FakeCompany,
    hand: Callable[[], Hand],  # noqa: F811
) -> None:
    ref, _, code = visited(people)
    visit = f"/w/site-visits/{ref}/"
    send = f"{visit}send/"
    otto = hand().at_work(people.house, "Otto")
    otto.get(visit)
    assert f'href="{send}"' in otto.html
    otto.get(send)
    otto.send(send, summary=SUMMARY, number="x", do="preview")
    assert otto.page.status_code == 409
    assert "Enter a telephone number" in otto.html
    assert "Thank you for showing us round." in otto.html
    otto.send(send, summary=SUMMARY, number=NUMBER, do="preview")
    assert "Recommendation number 2" in otto.html
    assert "rosa@theatre.example" in otto.html
    assert len(mailbox(code, people)) == 1
    otto.send(send, do="write")
    assert "Thank you for showing us round." in otto.html
    otto.send(send, do="preview")
    otto.send(send, do="send")
    assert otto.path == visit
    assert "The mail server accepted the email." in otto.html
    assert "Report as sent" in otto.html
    assert SUMMARY in mailbox(code, people)[-1]
    assert len(server.mails) == 1
    otto.get(send)
    assert otto.path == visit
    odile = hand().at_work(people.house, "Odile")
    odile.get(send)
    assert odile.page.status_code == 404


@pytest.mark.usefixtures("demo")
def test_a_refused_email_is_said_at_once_and_the_report_stays_in_the_mailbox(
    people: People,
    server: FakeCompany,
    hand: Callable[[], Hand],  # noqa: F811
) -> None:
    ref, request, code = visited(people)
    server.smtp_says = "550 5.1.1 no such person"
    send = f"/w/site-visits/{ref}/send/"
    otto = hand().at_work(people.house, "Otto")
    otto.get(send)
    otto.send(send, summary=SUMMARY, number=NUMBER, do="preview")
    otto.send(send, do="send")
    assert "The mail server refused the latest email. Call them." in otto.html
    assert SUMMARY in mailbox(code, people)[-1]
    otto.get(f"/w/r/{request}/answer/")
    assert "The mail server refused the latest email." in otto.html
