"""Tests that a notice is sent only if every rule allows it, with proof kept and no report content."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, transaction

from heedline.casework.delivery.attempts import AttemptOutcome
from heedline.casework.errors import NotHere
from heedline.dispatch.models import Alarm
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DeskPartPayload, Report
from heedline.specialist_desks.material.examination import examining
from heedline.specialist_desks.material.items import sightings
from heedline.specialist_desks.material.liveness import LivenessVerdict
from heedline.specialist_desks.material.models import CompanyNotice, MaterialItem, NoticeAttempt
from heedline.specialist_desks.material.notice_rules.refusals import NoticeRefusal
from heedline.specialist_desks.material.notice_rules.states import CompanyAnswer, NoticeState
from heedline.specialist_desks.material.notices import composing, due, following, lines, sending
from heedline.specialist_desks.material.notices.composing import NoticeRefused
from heedline.specialist_desks.material.vocabulary import MaterialAlarm
from tests.support.acting import acting
from tests.support.material_scene import PAGE, examined, harmless, reported, taken, unlawful
from tests.support.notice_scene import (
    EMAIL,
    INTERNAL,
    OTHER_POST,
    POST,
    WEBHOOK,
    FakeCompany,
    approved,
    channels_pass,
    drafted,
    fake_company,
    letter,
    referral,
    unlawful_item,
    version,
)
from tests.support.scene_people import People, logged
from tests.support.search_scene import indexed
from tests.support.stories import NARRATIVE

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def company(settings: Any) -> Iterator[FakeCompany]:
    """A company that receives notices on loopback."""
    with fake_company() as found:
        settings.NOTICE_MAIL = {
            "host": "127.0.0.1",
            "port": found.smtp_port,
            "user": "",
            "password": "",
            "tls": False,
        }
        settings.NOTICE_STAND_INS = {"https://api.kiteboard.example": f"http://127.0.0.1:{found.web_port}"}
        yield found


def state(ref: UUID) -> NoticeState:
    return NoticeState(CompanyNotice.objects.get(id=ref).state)


def sent(people: People, ref: UUID, name: str = "Odile", at: timedelta = timedelta()) -> AttemptOutcome:
    with people.sitting(name) as by:
        return sending.send(ref, by=by, at=people.at + at).outcome


def test_an_approved_notice_is_sent_and_the_reply_is_kept(people: People, company: FakeCompany) -> None:
    ref = approved(people)
    assert sent(people, ref) is AttemptOutcome.ACCEPTED
    assert state(ref) is NoticeState.SENT
    with people.sitting("Otto") as by:
        view = lines.one(ref, by=by, at=people.at)
    assert view.attempts[0].proof == "250 2.0.0 accepted as 4711"
    assert view.line.step == "acknowledge"
    assert view.line.due_at == view.stored.content.acknowledge_by
    payloads = DeskPartPayload.objects.filter(container__in=NoticeAttempt.objects.values("container"))
    assert [b"4711" in bytes(one.payload) for one in payloads] == [False]
    item = CompanyNotice.objects.get(id=ref).item_id
    assert len(logged("material-sent", thing=item)) == 1


def test_nothing_of_a_report_leaves_with_a_notice(people: People, company: FakeCompany) -> None:
    """Nothing sent contains its words, number or sender, or the examiners' own notes."""
    item = unlawful_item(people, POST)
    for channel in (EMAIL, WEBHOOK):
        sent(people, approved(people, referral(channel), item=item))
        CompanyNotice.objects.filter(item_id=item).update(state="closed")
    report = Report.objects.get()
    arrived = company.everything
    assert len(company.mails) == 1
    assert len(company.requests) == 1
    assert b"kiteboard.example/posts/Ab12Cd" in arrived
    for forbidden in (
        str(report.id),
        report.id.hex,
        str(item),
        "Quagga",
        INTERNAL,
        NARRATIVE[:30],
        "reporter",
        "report_id",
        report.area or "no-area",
        "material-desk",
        "Odile",
        "Otto",
    ):
        assert forbidden.encode() not in arrived, forbidden


def test_a_webhook_is_signed_with_the_companys_own_secret(people: People, company: FakeCompany) -> None:
    assert sent(people, approved(people, referral(WEBHOOK))) is AttemptOutcome.ACCEPTED
    ((head, body),) = company.requests
    said = b".".join((head["webhook-id"].encode(), head["webhook-timestamp"].encode(), body))
    wanted = hmac.new(sending.secret_of("kiteboard"), said, hashlib.sha256).digest()
    assert head["webhook-signature"] == "v1," + base64.b64encode(wanted).decode()
    assert sending.secret_of("kiteboard") != sending.secret_of("reelbox")
    assert json.loads(body)["items"][0]["address"] == POST


def test_what_is_not_accepted_is_tried_again_and_then_red(people: People, company: FakeCompany) -> None:
    company.smtp_says = "451 4.3.0 try later"
    ref = approved(people)
    for hours in (0, 1, 2, 4, 8):
        assert sent(people, ref, at=hours * HOUR) is AttemptOutcome.LATER
        assert state(ref) is NoticeState.APPROVED
    assert sent(people, ref, at=20 * HOUR) is AttemptOutcome.LATER
    assert state(ref) is NoticeState.FAILED
    with people.sitting("Odile") as by:
        view = lines.one(ref, by=by, at=people.at + 20 * HOUR)
        assert view.line.red
        assert str(NoticeRefusal.CHANNEL) in view.refused, "the channel is not used before it passes a test"
    channels_pass(people)


def test_a_refused_address_fails_at_once(people: People, company: FakeCompany) -> None:
    company.smtp_says = "550 5.1.1 no such person"
    ref = approved(people)
    assert sent(people, ref) is AttemptOutcome.NEVER
    assert state(ref) is NoticeState.FAILED


def test_a_notice_that_comes_back_is_red(people: People, company: FakeCompany) -> None:
    ref = approved(people)
    sent(people, ref)
    with people.sitting("Odile") as by:
        sending.came_back(ref, "Mailbox is full", by=by, at=people.at)
        view = lines.one(ref, by=by, at=people.at)
    assert (view.line.state, view.line.red) == (NoticeState.FAILED, True)


def test_due_and_not_sent_calls_the_owner_by_name(people: People) -> None:
    ref = approved(people)
    with acting("worker"):
        due.watch(people.at + HOUR)
        assert not Alarm.objects.filter(kind=MaterialAlarm.NOTICE_LATE).exists()
        due.watch(people.at + 5 * HOUR)
        alarm = Alarm.objects.get(kind=MaterialAlarm.NOTICE_LATE)
        assert alarm.about_id == ref
        assert due.call_owner(alarm, 0, people.at) == {people.house.officers["Odile"].email}
        assert due.is_late(alarm, people.at + 5 * HOUR)


@pytest.mark.parametrize(
    ("form", "outcome"),
    [(harmless(), "lawful"), (unlawful("ta2006-s1", hold=True), "held")],
    ids=["news", "preserve and investigate"],
)
def test_no_notice_is_written_about_these(people: People, form: object, outcome: str) -> None:
    ref = taken(people, "Odile", OTHER_POST)
    examined(people, ref, "Odile", form)  # type: ignore[arg-type]
    if outcome == "held":
        examined(people, ref, "Otto", form)  # type: ignore[arg-type]
    assert MaterialItem.objects.get(id=ref).state == outcome
    wanted = NoticeRefusal.LAWFUL if outcome == "lawful" else NoticeRefusal.HELD
    with people.sitting("Odile") as by, pytest.raises(NoticeRefused, match=str(wanted)[:30]):
        composing.compose(ref, referral(), by=by, at=people.at)
    assert not CompanyNotice.objects.exists()


def test_an_unconfirmed_finding_reaches_no_company(people: People) -> None:
    ref = taken(people, "Odile", OTHER_POST)
    examined(people, ref, "Odile", unlawful("ta2006-s1"))
    with people.sitting("Odile") as by, pytest.raises(NoticeRefused, match="second reviewer"):
        composing.compose(ref, referral(), by=by, at=people.at)


def test_an_item_of_no_known_company_gets_no_notice(people: People) -> None:
    ref = taken(people, "Odile", PAGE)
    for name in ("Odile", "Otto"):
        examined(people, ref, name, unlawful("ta2006-s1"))
    with people.sitting("Odile") as by, pytest.raises(NoticeRefused, match="no company for this platform"):
        composing.compose(ref, referral(), by=by, at=people.at)


def test_stale_incomplete_and_untested_are_refused_in_words(people: People) -> None:
    item = unlawful_item(people)
    with people.sitting("Odile") as by:
        ref = composing.compose(item, referral(reasons=""), by=by, at=people.at)
        with pytest.raises(NoticeRefused) as refused:
            composing.propose(ref, version=version(ref), by=by, at=people.at + 30 * HOUR)
    assert set(refused.value.refusals) == {
        str(NoticeRefusal.NO_REASONS),
        str(NoticeRefusal.CHANNEL),
        str(NoticeRefusal.STALE),
    }
    assert state(ref) is NoticeState.DRAFT


def test_a_report_that_was_not_compared_holds_a_notice(people: People) -> None:
    ref = drafted(people)
    reported(people, POST)
    indexed(people)
    with people.sitting("Odile") as by, pytest.raises(NoticeRefused, match="not been compared"):
        composing.propose(ref, version=version(ref), by=by, at=people.at)


def test_words_of_a_report_stay_at_the_desk(people: People) -> None:
    ref = drafted(people, referral(reasons=f"Somebody told us: {NARRATIVE[20:80]}"))
    with people.sitting("Odile") as by, pytest.raises(NoticeRefused, match="repeats words of a report"):
        composing.propose(ref, version=version(ref), by=by, at=people.at)


def test_a_closed_audience_waits_for_a_senior(people: People) -> None:
    item = unlawful_item(people)
    MaterialItem.objects.filter(id=item).update(closed_audience=True)
    ref = drafted(people, item=item)
    with people.sitting("Odile") as by, pytest.raises(NoticeRefused, match="expose the reporter"):
        composing.propose(ref, version=version(ref), by=by, at=people.at)
    with people.sitting("Olga") as by:
        examining.approve_audience(item, by=by, at=people.at)
    with people.sitting("Odile") as by:
        composing.propose(ref, version=version(ref), by=by, at=people.at)
    assert state(ref) is NoticeState.PROPOSED


def test_nobody_approves_what_they_wrote_or_examined_first(people: People) -> None:
    item = unlawful_item(people)
    channels_pass(people)
    with people.sitting("Otto") as by:
        ref = composing.compose(item, referral(), by=by, at=people.at)
        composing.propose(ref, version=version(ref), by=by, at=people.at)
    for name in ("Otto", "Odile"):  # Odile examined it first
        with people.sitting(name) as by, pytest.raises(Refused, match="Somebody else approves"):
            composing.approve(ref, version=version(ref), by=by, at=people.at)
    with people.sitting("Nadia") as by:
        composing.approve(ref, version=version(ref), by=by, at=people.at)
    assert state(ref) is NoticeState.APPROVED


def test_an_approval_counts_once_and_not_after_the_notice_was_given_up(people: People) -> None:
    ref = approved(people)
    with people.sitting("Nadia") as by, pytest.raises(NotNow):
        composing.approve(ref, version=version(ref), by=by, at=people.at)
    assert CompanyNotice.objects.get(id=ref).approver_id == people.house.officers["Otto"].id
    with people.sitting("Odile") as by:
        composing.give_back(ref, version=version(ref), by=by, at=people.at)
        composing.propose(ref, version=version(ref), by=by, at=people.at)
        composing.drop(ref, version=version(ref), by=by, at=people.at)
    row = CompanyNotice.objects.get(id=ref)
    with people.sitting("Otto") as by:
        with pytest.raises(NotNow):
            composing.approve(ref, version=version(ref), by=by, at=people.at)
        with pytest.raises(DatabaseError), transaction.atomic():
            CompanyNotice.objects.filter(id=ref).update(
                state="approved", approver=by.officer_id, approved_container=row.container
            )


def test_the_database_refuses_the_same(people: People) -> None:
    ref = drafted(people)
    row = CompanyNotice.objects.get(id=ref)
    tries = [
        {"state": "sent"},
        {"state": "approved"},
        {"state": "proposed", "container": uuid4()},
        {"answer": "removed"},
        {"approved_container": row.container},
    ]
    with people.sitting("Odile"):
        for values in tries:
            with pytest.raises(DatabaseError), transaction.atomic():
                CompanyNotice.objects.filter(id=ref).update(**values)
        CompanyNotice.objects.filter(id=ref).update(state="proposed")
        for values in (
            {"state": "approved", "approver": row.composer_id, "approved_container": row.container},
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                CompanyNotice.objects.filter(id=ref).update(**values)


def test_a_changed_notice_is_approved_again(people: People) -> None:
    ref = approved(people)
    with people.sitting("Odile") as by:
        composing.give_back(ref, version=version(ref), by=by, at=people.at)
        composing.change(ref, referral(reasons="Another reason."), version=version(ref), by=by, at=people.at)
        with pytest.raises(NotNow, match="once it has been approved"):
            sending.send(ref, by=by, at=people.at)


def test_a_silent_company_goes_red_and_escalates(people: People, company: FakeCompany) -> None:
    ref = approved(people)
    sent(people, ref)
    late = CompanyNotice.objects.get(id=ref).due_at
    assert late is not None
    with acting("worker"):
        due.watch(late + HOUR)
        assert Alarm.objects.filter(kind=MaterialAlarm.NOTICE_LATE, about_id=ref).exists()
    taken_to = []
    for after in (HOUR, 25 * HOUR, 73 * HOUR, 169 * HOUR):
        at = late + after
        people.tokens.clear()  # a session of days ago is over
        with people.sitting("Odile", at=at) as by:
            view = lines.one(ref, by=by, at=at)
            assert view.line.red
            taken_to.append(view.escalation)
            if len(taken_to) == 1:
                company.mails.clear()
                assert sending.remind(ref, WEBHOOK, by=by, at=at).outcome is AttemptOutcome.ACCEPTED
                assert len(company.requests) == 1
            sending.escalate(ref, "Wrote to them", by=by, at=at)
            if after < 169 * HOUR:
                assert not lines.one(ref, by=by, at=at).line.red
                with pytest.raises(NotNow):
                    sending.escalate(ref, "Again", by=by, at=at)
    assert taken_to == [
        "the company's next channel",
        "the supervisor of the desk",
        "the company's legal representative, by letter",
        "a senior officer, who decides on a section 3 notice",
    ]
    at = late + 170 * HOUR
    people.tokens.clear()
    with people.sitting("Odile", at=at) as by, pytest.raises(Refused):
        following.lapse(ref, by=by, at=at)
    with people.sitting("Olga", at=at) as by:
        following.lapse(ref, by=by, at=at)
    assert state(ref) is NoticeState.LAPSED


def test_a_letter_is_served_and_never_sent(people: People, company: FakeCompany) -> None:
    ref = approved(people, letter())
    with people.sitting("Odile") as by:
        with pytest.raises(NoticeRefused, match="by hand or by recorded post"):
            sending.send(ref, by=by, at=people.at)
        with pytest.raises(NotNow, match="handed"):
            following.serve(ref, people.at.date(), "email", "to legal@kiteboard.example", by=by, at=people.at)
        with pytest.raises(NotNow, match="or in the future"):
            following.serve(ref, people.at.date() + timedelta(2), "hand", "x", by=by, at=people.at)
        ends = following.serve(ref, people.at.date(), "hand", "To A. Clerk, front desk", by=by, at=people.at)
        view = lines.one(ref, by=by, at=people.at)
    assert not company.mails
    assert not company.requests
    assert view.line.step == "comply"
    assert view.line.due_at == ends
    assert ends >= people.at + timedelta(days=2)
    assert view.given_on == people.at.date()
    assert view.attempts[0].proof == "To A. Clerk, front desk"
    assert CompanyNotice.objects.get(id=ref).token is None


def test_a_letter_without_a_constable_is_refused(people: People) -> None:
    from dataclasses import replace

    ref = drafted(people, replace(letter(), constable=None, description=""))
    with people.sitting("Odile") as by, pytest.raises(NoticeRefused) as refused:
        composing.propose(ref, version=version(ref), by=by, at=people.at)
    assert str(NoticeRefusal.NO_CONSTABLE) in refused.value.refusals


def test_a_notice_closes_when_the_material_is_gone(people: People, company: FakeCompany) -> None:
    ref = approved(people)
    sent(people, ref)
    item = CompanyNotice.objects.get(id=ref).item_id
    with people.sitting("Odile") as by:
        following.record_answer(ref, CompanyAnswer.REMOVED, "By telephone", by=by, at=people.at)
        with pytest.raises(NotNow, match="our last check found it"):
            following.close(ref, by=by, at=people.at)
        sightings.record(item, LivenessVerdict.REMOVED_404, by=by, at=people.at + HOUR)
        following.close(ref, by=by, at=people.at + HOUR)
        view = lines.one(ref, by=by, at=people.at)
    assert (view.line.state, view.line.answer) == (NoticeState.CLOSED, CompanyAnswer.REMOVED)


def test_a_stranger_finds_no_notice(people: People) -> None:
    ref = drafted(people)
    with people.sitting("Oren") as by:
        assert not CompanyNotice.objects.exists()
        for verb in (lines.one, sending.send, following.close):
            with pytest.raises(NotHere):
                verb(ref, by=by, at=people.at)  # type: ignore[operator]
