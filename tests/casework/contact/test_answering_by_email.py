"""An adviser's first email to an organisation: what it says, what keeps the promise, and what stands where in the clear."""

from __future__ import annotations

import email
import logging
from collections.abc import Iterator
from email import policy
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from heedline.casework.contact import adviser_letters, answering_by_email, call_back
from heedline.casework.delivery import carrying
from heedline.casework.errors import Changed, NotHere
from heedline.casework.journey import transitions
from heedline.packs import load_pack
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import Move, NotNow
from heedline.reports.models import CallBack, Step
from tests.support import advice_scene, stories
from tests.support.cast import House, now
from tests.support.notice_scene import FakeCompany, fake_company
from tests.support.scene_people import People, row

pytestmark = pytest.mark.django_db
PACK = load_pack("uk")
NUMBER = "01632 960 417"
ADDRESS = "rosa.quagga@theatre.example"
SITE = "Zyxwv Theatre, behind the Quagga works"
#: What the mail server says of a letter, with the address, as many do.
REFUSED = f"550 5.1.1 <{ADDRESS}> no such person"


@pytest.fixture
def people(house: House) -> People:
    return advice_scene.adviser_desk(People(house, now()))


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


def request(people: People, **told: Any) -> UUID:
    """A request that Otto has taken."""
    contact = {"name": "Rosa", "email": ADDRESS, "consent": ["yes"]}
    place = {"name": SITE, "postcode": stories.ELSEWHERE}
    ref, _ = advice_scene.a_request(people, **{"contact": contact, "organisation": place, **told})
    people.take(ref, "Otto")
    return ref


def send(people: People, ref: UUID, name: str = "Otto", number: str = NUMBER, coming: str = "visit") -> str:
    version = row(ref).version
    with people.sitting(name) as here:
        return answering_by_email.send(ref, number, coming, version=version, by=here, at=people.at)[0]


def hows(ref: UUID) -> list[str]:
    steps = Step.objects.filter(report=ref, move=Move.CALL).order_by("number")
    return list(steps.values_list("codes__call", flat=True))


def clock(ref: UUID) -> CallBack:
    return CallBack.objects.get(report=ref)


def arrived(server: FakeCompany) -> str:
    """What the newest letter says."""
    body = email.message_from_bytes(server.mails[-1], policy=policy.SMTP).get_body()
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def on_the_list(people: People, ref: UUID) -> call_back.CallToMake:
    with people.sitting("Oren") as here:
        (one,) = (one for one in call_back.to_make(by=here, at=people.at) if one.ref == ref)
    return one


def test_an_accepted_email_keeps_the_promise_and_says_only_what_it_may(
    people: People, server: FakeCompany
) -> None:
    ref = request(people)
    with people.sitting("Otto") as here:
        seen = answering_by_email.preview(ref, NUMBER, "visit", by=here, at=people.at)
    assert server.mails == []
    assert send(people, ref) == call_back.EMAILED
    assert (hows(ref), clock(ref).done, clock(ref).missed) == (["emailing", "emailed"], True, 0)
    assert arrived(server).strip() == seen.text
    assert seen.to == ADDRESS
    name = people.house.officers["Otto"].name
    assert f"Your adviser is {name}." in seen.text
    assert NUMBER in seen.text
    assert "agree a day for a visit" in seen.text
    whole = server.mails[-1].decode() + arrived(server)
    for absent in (SITE, "Zyxwv", stories.ELSEWHERE, str(ref), people.house.officers["Otto"].email):
        assert absent not in whole


@pytest.mark.parametrize(
    ("says", "how", "trouble"),
    [(REFUSED, "email-refused", "refused"), ("451 4.3.0 try later", "email-unsent", "not sent")],
)
def test_an_email_that_was_not_accepted_is_kept_red_and_sent_again(
    says: str, how: str, trouble: str, people: People, server: FakeCompany
) -> None:
    server.smtp_says = says
    ref = request(people)
    promised = clock(ref).due_at
    assert send(people, ref) == how
    assert (clock(ref).done, clock(ref).missed, clock(ref).due_at) == (False, 1, promised)
    assert trouble in on_the_list(people, ref).trouble
    file = people.read(ref, "Otto")
    assert file.answers.first_answer is not None
    assert trouble in file.answers.first_answer.trouble
    kept = "\n".join(text for step in file.history.steps for _, text in step.words)
    assert all(one in kept for one in (ADDRESS, NUMBER, "agree a day for a visit", says))
    with people.sitting("Otto") as here, pytest.raises(NotNow):
        transitions.close(ref, advice_scene.GIVEN, version=row(ref).version, by=here, at=people.at)
    assert send(people, ref) == how
    assert clock(ref).missed == call_back.ENOUGH_MISSED  # the supervisors are paged
    server.smtp_says = "250 2.0.0 accepted"
    assert send(people, ref) == call_back.EMAILED
    file = people.read(ref, "Otto")
    assert file.answers.first_answer is not None
    assert (file.answers.first_answer.trouble, clock(ref).done) == ("", True)


def test_without_a_mail_server_nothing_is_lost(people: People, settings: Any) -> None:
    settings.NOTICE_MAIL = {"host": "127.0.0.1", "port": 1, "user": "", "password": "", "tls": False}
    ref = request(people)
    assert send(people, ref) == call_back.EMAIL_UNSENT
    assert on_the_list(people, ref).trouble == call_back.EMAIL_TROUBLE[call_back.EMAIL_UNSENT]


def test_an_office_that_stops_while_it_sends_leaves_the_attempt(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = request(people)

    def stop(*_: Any, **__: Any) -> None:
        raise SystemExit

    monkeypatch.setattr(carrying, "carry_email", stop)
    with pytest.raises(SystemExit):
        send(people, ref)
    assert (hows(ref), clock(ref).done) == (["emailing"], False)
    assert "not known" in on_the_list(people, ref).trouble


def test_a_mail_server_that_is_away_is_no_proof_that_nobody_could_be_reached() -> None:
    assert call_back.EMAIL_REFUSED in call_back.UNREACHED
    assert call_back.EMAIL_UNSENT not in call_back.UNREACHED
    assert not call_back.KEEPS_PROMISE & call_back.EMAIL_TROUBLE.keys()


def test_an_email_that_went_to_the_folder_of_a_demonstration_is_not_said_to_be_sent(people: People) -> None:
    ref = request(people)
    with people.sitting("Otto") as here:
        _, said = answering_by_email.send(
            ref, NUMBER, "visit", version=row(ref).version, by=here, at=people.at
        )
    assert said == carrying.WRITTEN_TO_FOLDER


def test_what_two_people_send_at_once_is_sent_once(people: People, server: FakeCompany) -> None:
    ref = request(people)
    version = row(ref).version
    send(people, ref)
    with people.sitting("Otto") as here, pytest.raises(Changed):
        answering_by_email.send(ref, NUMBER, "visit", version=version, by=here, at=people.at)
    assert len(server.mails) == 1


def test_only_its_owner_sends_and_only_for_a_request(people: People, server: FakeCompany) -> None:
    ref = request(people)
    with pytest.raises(Refused):
        send(people, ref, "Oren")
    with pytest.raises(NotHere):
        send(people, ref, "Odile")
    report, _ = people.taken("Odile")
    with pytest.raises(NotHere):
        send(people, report, "Odile")
    with pytest.raises(NotHere):
        send(people, ref, coming="weak-spots")
    assert (server.mails, hows(ref)) == ([], [])


@pytest.mark.parametrize("number", ["", "call me", "01632 960 417\nBcc: x@y.example", "9" * 40])
def test_a_number_is_a_number(number: str, people: People, server: FakeCompany) -> None:
    ref = request(people)
    with pytest.raises(NotNow):
        send(people, ref, number=number)
    assert server.mails == []


def test_an_organisation_without_an_address_is_called(people: People, server: FakeCompany) -> None:
    contact = {"name": "Rosa", "phone": "01632 960 001", "consent": ["yes"]}
    ref = request(people, contact=contact)
    with pytest.raises(NotNow) as no:
        send(people, ref)
    assert no.value.reason == adviser_letters.NO_ADDRESS
    assert (server.mails, hows(ref)) == ([], [])


@pytest.mark.parametrize(
    "address",
    [
        "a@b.example, c@d.example",
        "a@b.example>\r\nRCPT TO:<c@d.example",
        "<a@b.example>",
        "ä@b.example",
        "a@b",
    ],
)
def test_a_hostile_address_is_refused(address: str) -> None:
    assert not adviser_letters._ADDRESS.fullmatch(address)


@pytest.mark.parametrize("language", list(PACK.languages))
def test_every_language_has_every_letter(language: str) -> None:
    words = PACK.words(language)
    for coming in (*adviser_letters.next_steps("advice"), adviser_letters.REPORT_READY):
        assert not words.borrowed(f"advice_email.next_{coming}")
    for key in ("subject", "number", "weak", "replies"):
        assert not words.borrowed(f"advice_email.{key}")


@pytest.mark.parametrize("says", ["250 2.0.0 accepted", REFUSED])
def test_the_address_stands_in_no_table_and_no_log(
    says: str, people: People, server: FakeCompany, caplog: pytest.LogCaptureFixture
) -> None:
    server.smtp_says = says
    ref = request(people)
    with caplog.at_level(logging.DEBUG):
        send(people, ref)
        with people.sitting("Oren") as here:
            call_back.to_make(by=here, at=people.at)
        people.read(ref, "Otto")
    dump = whole_database()
    assert str(ref) in dump
    assert people.house.officers["Otto"].email in dump  # it would be found
    for secret in (ADDRESS, "rosa.quagga", NUMBER, "Zyxwv", "no such person"):
        assert secret not in dump
        assert secret.encode().hex() not in dump
        assert secret not in caplog.text


def whole_database() -> str:
    """Every row of every table, as text. Bytes are in hexadecimal."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
        tables = [one for (one,) in cursor.fetchall()]
        rows = []
        for table in tables:
            cursor.execute(f"SELECT t::text FROM {table} t")
            rows += [one for (one,) in cursor.fetchall()]
    return "\n".join(rows)
