"""Tests that only its token opens a company's answer page, and that the answer is sealed to the desk."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from heedline.audit.models import Event
from heedline.casework.errors import NotHere
from heedline.casework.rate_limit import RateLimit
from heedline.dispatch.models import Alarm
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DeskPartHeader, DeskPartPayload
from heedline.specialist_desks.material.delivery import company_page
from heedline.specialist_desks.material.delivery.answer_tokens import answer_token_hash, new_answer_token
from heedline.specialist_desks.material.items import sightings
from heedline.specialist_desks.material.liveness import LivenessVerdict
from heedline.specialist_desks.material.models import (
    CompanyNotice,
    NoticeAnswer,
    NoticeAttempt,
)
from heedline.specialist_desks.material.notice_rules.states import CompanyAnswer
from heedline.specialist_desks.material.notices import due, following, lines, sending
from heedline.specialist_desks.material.outcomes import disposing
from heedline.specialist_desks.material.vocabulary import NOTICE, NOTICE_PROOF, MaterialAlarm
from tests.support.acting import acting
from tests.support.notice_scene import approved
from tests.support.scene_people import People
from tests.support.site_client import SiteClient

pytestmark = pytest.mark.django_db
A = CompanyAnswer


@pytest.fixture
def sent(people: People, settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> tuple[UUID, str]:
    """A notice that was sent (to the folder of pages), and the token of its page."""
    settings.PAGES_DIR = tmp_path
    for name in ("_LOOKS", "_ANSWERS"):  # what other tests counted
        monkeypatch.setattr(company_page, name, RateLimit(getattr(company_page, name).limit))
    ref = approved(people)
    with people.sitting("Odile") as by:
        sending.send(ref, by=by, at=people.at)
        url = lines.one(ref, by=by, at=people.at).stored.content.answer_url
    found = re.fullmatch(r"http://127.0.0.3:\d+/n/([A-Za-z0-9_-]{43})/", url)
    assert found
    return ref, found.group(1)


def test_an_answer_follows_the_company_and_not_the_desk(people: People, sent: tuple[UUID, str]) -> None:
    ref, token = sent
    with acting("partner"):
        assert company_page.look(token).reference.startswith("OM-")
        company_page.answer(token, A.RECEIVED, "", "Trust and safety", at=people.at)
        company_page.answer(token, A.REMOVED, "Xylophon: taken down", "", at=people.at)
    row = CompanyNotice.objects.get(id=ref)
    assert (row.state, row.answer, row.step) == ("sent", "removed", "read")
    with people.sitting("Otto") as by:
        view = lines.one(ref, by=by, at=people.at)
    assert [one.answer for one in view.answers] == [A.REMOVED, A.RECEIVED]
    assert view.answers[0].text == "Xylophon: taken down"
    assert view.contradicted, "our own last check has seen it"
    assert not any(b"Xylophon" in bytes(one.payload) for one in DeskPartPayload.objects.all())
    events = Event.objects.filter(act="material-company-answered", thing_id=row.item_id)
    assert [one.actor for one in events] == [None, None]


def test_a_strangers_token_opens_what_never_was(people: People, sent: tuple[UUID, str]) -> None:
    _, token = sent
    with acting("partner"):
        for other in (new_answer_token(), "1", token[:-1], token + "A", "\udcff", ""):
            with pytest.raises(NotHere):
                company_page.look(other)
            with pytest.raises(NotHere):
                company_page.answer(other, A.REMOVED, "", "", at=people.at)
    assert not NoticeAnswer.objects.exists()
    CompanyNotice.objects.update(token_until=people.at - timedelta(days=400))
    with acting("partner"), pytest.raises(NotHere):
        company_page.look(token)


def test_the_token_stands_nowhere_in_the_clear(people: People, sent: tuple[UUID, str]) -> None:
    ref, token = sent
    row = CompanyNotice.objects.get(id=ref)
    assert bytes(row.token or b"") == answer_token_hash(token)
    with connection.cursor() as cursor:
        for table in ("material_notice", "material_notice_attempt", "audit_event"):
            cursor.execute(f"SELECT string_agg(t::text, '') FROM {table} t")
            assert token not in (cursor.fetchone()[0] or ""), table


def test_a_withdrawn_notice_takes_no_answer(people: People, sent: tuple[UUID, str]) -> None:
    ref, token = sent
    with people.sitting("Odile") as by:
        following.withdraw(ref, "It was a mistake.", by=by, at=people.at)
    with acting("partner"):
        assert company_page.look(token).withdrawn
        with pytest.raises(NotNow):
            company_page.answer(token, A.REMOVED, "", "", at=people.at)


def test_an_objection_after_closing_calls_the_owner(people: People, sent: tuple[UUID, str]) -> None:
    ref, token = sent
    with people.sitting("Odile") as by:
        item = CompanyNotice.objects.get(id=ref).item_id
        sightings.record(item, LivenessVerdict.REMOVED_404, by=by, at=people.at + timedelta(hours=1))
        following.close(ref, by=by, at=people.at + timedelta(hours=1))
    with acting("partner"):
        company_page.answer(token, A.RECEIVED, "", "", at=people.at)
    assert CompanyNotice.objects.get(id=ref).due_at is None
    with acting("partner"):
        company_page.answer(token, A.OBJECTS, "It is a museum", "", at=people.at)
    at = CompanyNotice.objects.get(id=ref).due_at
    assert at is not None
    at += timedelta(minutes=1)
    with acting("worker"):
        due.watch(at)
        alarm = Alarm.objects.get(kind=MaterialAlarm.NOTICE_LATE)
        assert due.call_owner(alarm, 0, at) == {people.house.officers["Odile"].email}
    people.tokens.clear()
    with people.sitting("Odile", at=at) as by:
        assert [one.red for one in lines.listed("open", 1, by=by, at=at).lines] == [True]
        assert disposing.open_notices(item), "an item with an unread answer is not disposed of"
        following.read_answer(ref, by=by, at=at)
        assert not disposing.open_notices(item)
        assert not lines.listed("open", 1, by=by, at=at).lines
    with acting("worker"):
        assert not due.is_late(alarm, at)


def test_answers_are_limited_in_pace(people: People, sent: tuple[UUID, str]) -> None:
    _, token = sent
    with acting("partner"):
        for _ in range(5):
            company_page.answer(token, A.ASKS, "Where?", "", at=people.at)
        with pytest.raises(NotNow, match="Too many"):
            company_page.answer(token, A.ASKS, "Where?", "", at=people.at)
    page = SiteClient("partner").post(f"/n/{token}/", {"answer": "asks", "text": "Where is it?"})
    assert page.status_code == 409
    assert "Too many" in page.content.decode()
    assert "Where is it?" in page.content.decode(), "what was typed is kept"


def test_the_page_says_what_it_is_and_sets_no_cookie(people: People, sent: tuple[UUID, str]) -> None:
    ref, token = sent
    site = SiteClient("partner")
    page = site.get(f"/n/{token}/")
    body = page.content.decode()
    reference = CompanyNotice.objects.get(id=ref).reference
    assert page.status_code == 200
    assert reference in body
    assert "is not an order" in body
    assert "Ab12Cd" not in body
    assert not page.cookies
    assert (page["Referrer-Policy"], page["Cache-Control"]) == ("no-referrer", "no-store")
    empty = site.post(f"/n/{token}/", {"answer": "objects"})
    assert empty.status_code == 422
    assert "Say why you object" in empty.content.decode()
    done = site.post(f"/n/{token}/", {"answer": "objects", "text": "It is a museum"})
    assert done.status_code == 302
    assert not done.cookies
    assert "has been sent to the unit" in site.get(done["Location"]).content.decode()
    never, other = site.get(f"/n/{new_answer_token()}/"), site.get("/no-such-page/")
    assert never.status_code == other.status_code == 404
    assert never.content == other.content


def test_parts_of_notices_are_the_desks(people: People, sent: tuple[UUID, str]) -> None:
    ref, _ = sent
    attempt = NoticeAttempt.objects.get(notice_id=ref)
    assert {one.part for one in DeskPartHeader.objects.filter(thing=ref)} == {NOTICE, NOTICE_PROOF}
    with people.sitting("Oren"):
        assert not DeskPartPayload.objects.filter(container=attempt.container).exists()
