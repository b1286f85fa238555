"""Tests that one officer, a flood of reports, the courier and unsealed rows reveal nothing about a notice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, transaction

from heedline.casework.delivery import carrying
from heedline.casework.delivery.attempts import AttemptOutcome
from heedline.casework.delivery.carrying import CarriedLetter
from heedline.casework.linking import interests
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import InterestHit
from heedline.specialist_desks.material.items import found_item
from heedline.specialist_desks.material.items.finding import reports_naming
from heedline.specialist_desks.material.models import ChannelTestRecord, CompanyNotice, NoticeAttempt
from heedline.specialist_desks.material.notice_rules.refusals import NoticeRefusal
from heedline.specialist_desks.material.notices import composing, following, lines, sending, standing
from heedline.specialist_desks.material.notices.composing import NoticeRefused
from tests.support.linking_scene import compared, interest
from tests.support.material_scene import examined, harmless, reported
from tests.support.notice_scene import (
    EMAIL,
    POST,
    WEBHOOK,
    approved,
    drafted,
    letter,
    referral,
    unlawful_item,
    version,
)
from tests.support.scene_people import People
from tests.support.search_scene import indexed
from tests.support.stories import NARRATIVE

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
type Courier = Callable[[AttemptOutcome], None]


@pytest.fixture
def courier(monkeypatch: pytest.MonkeyPatch) -> Courier:
    """Replace deliveries with a fixed outcome, without starting a process."""

    def ends(outcome: AttemptOutcome) -> None:
        for name in ("carry_email", "carry_request"):
            monkeypatch.setattr(carrying, name, lambda *_, **__: CarriedLetter(outcome, "the reply"))

    ends(AttemptOutcome.ACCEPTED)
    return ends


def sent(people: People, ref: UUID, at: timedelta = timedelta()) -> None:
    with people.sitting("Odile") as by:
        sending.send(ref, by=by, at=people.at + at)


def refused_now(people: People, ref: UUID, at: timedelta) -> tuple[str, ...]:
    with people.sitting("Odile") as by:
        return lines.one(ref, by=by, at=people.at + at).refused


def test_whoever_rewrote_a_draft_cannot_approve_it(people: People) -> None:
    ref = drafted(people)
    with people.sitting("Otto"), pytest.raises(DatabaseError), transaction.atomic():
        CompanyNotice.objects.filter(id=ref).update(container=uuid4())
    with people.sitting("Nadia") as by:
        composing.change(ref, referral(reasons="What Nadia says."), version=version(ref), by=by, at=people.at)
        composing.propose(ref, version=version(ref), by=by, at=people.at)
        with pytest.raises(Refused, match="Somebody else approves"):
            composing.approve(ref, version=version(ref), by=by, at=people.at)
        row = CompanyNotice.objects.get(id=ref)
        mine = {"state": "approved", "approver": by.officer_id, "approved_container": row.container}
        for values in (mine, {"composer": people.house.officers["Odile"]}):
            with pytest.raises(DatabaseError), transaction.atomic():
                CompanyNotice.objects.filter(id=ref).update(**values)


def test_a_notice_under_way_is_neither_returned_nor_given_up(people: People) -> None:
    ref = approved(people)
    with people.sitting("Odile") as by:
        sending._begin(ref, by=by, at=people.at)
        for verb in (composing.give_back, composing.drop):
            with pytest.raises(NotNow, match="is sending this notice now"):
                verb(ref, version=version(ref), by=by, at=people.at)
        composing.give_back(ref, version=version(ref), by=by, at=people.at + HOUR)


def _waits_for_somebody(people: People, ref: UUID) -> bool:
    return any(one.startswith(NoticeRefusal.DECONFLICTION) for one in refused_now(people, ref, timedelta()))


def test_no_notice_leaves_before_whoever_must_be_contacted_lets_the_desk_act(people: People) -> None:
    """An interest is registered in the address after the notice was approved."""
    ref = approved(people)
    assert not _waits_for_somebody(people, ref)
    interest(people, "Nadia", names="", identifiers=POST)
    compared(people, "Odile")
    with (
        people.sitting("Odile") as by,
        pytest.raises(NoticeRefused, match=r"Contact Nadia N\., National desk"),
    ):
        sending.send(ref, by=by, at=people.at)
    assert _waits_for_somebody(people, ref)
    hit = InterestHit.objects.get()
    with people.sitting("Nadia") as by:
        interests.release(hit.id, "Go ahead.", by=by, at=people.at)
    assert not _waits_for_somebody(people, ref)


def test_many_reports_hide_no_contact(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    item = unlawful_item(people)
    reported(people, POST)
    indexed(people)
    monkeypatch.setitem(reports_naming.__kwdefaults__, "most", 1)
    with people.sitting("Odile") as by:
        named = standing.naming(found_item.find(item, by=by, at=people.at))
        assert named is not None
        assert len(named.refs) == 2


def test_a_notice_is_compared_with_every_report_or_does_not_leave(
    people: People, courier: Courier, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = approved(people)
    item = CompanyNotice.objects.get(id=ref).item_id
    reported(people, *[POST] * 4)
    indexed(people)
    monkeypatch.setattr(standing, "_BATCH", 2)
    with people.sitting("Odile") as by:
        found = found_item.find(item, by=by, at=people.at)
        told = standing.report_texts(found)
        assert told.whole
        assert sum(NARRATIVE in text for text in told.texts) == 5
        monkeypatch.setattr(standing, "_MOST_READ", 4)
        assert not standing.report_texts(found).whole
        assert str(NoticeRefusal.NOT_COMPARED) in lines.one(ref, by=by, at=people.at).refused
        with pytest.raises(NoticeRefused, match="could be read and compared"):
            sending.send(ref, by=by, at=people.at)
        monkeypatch.setattr(standing, "_MOST_READ", 5)
        monkeypatch.setattr(standing, "_LONGEST_READ", -1.0)
        assert not standing.report_texts(found).whole, "it takes too long"


def test_no_clear_row_says_which_company_a_notice_went_to(people: People, courier: Courier) -> None:
    ref = approved(people)
    courier(AttemptOutcome.NEVER)
    sent(people, ref, HOUR)
    assert not ChannelTestRecord.objects.filter(passed=False).exists()
    assert str(NoticeRefusal.CHANNEL) in refused_now(people, ref, HOUR)
    tested = ChannelTestRecord.objects.get(channel=EMAIL)
    tested.id, tested.at = uuid4(), people.at + 2 * HOUR
    tested.save(force_insert=True)
    assert str(NoticeRefusal.CHANNEL) not in refused_now(people, ref, 2 * HOUR)


def test_a_notice_that_came_back_can_be_withdrawn(people: People, courier: Courier) -> None:
    ref = approved(people)
    sent(people, ref)
    item = CompanyNotice.objects.get(id=ref).item_id
    with people.sitting("Odile") as by:
        sending.came_back(ref, "No such mailbox", by=by, at=people.at)
    examined(people, item, "Nadia", harmless())
    with people.sitting("Odile") as by:
        view = lines.one(ref, by=by, at=people.at)
        assert view.overturned
        assert view.can_withdraw
        with pytest.raises(NotNow, match="Withdraw it instead"):
            composing.drop(ref, version=version(ref), by=by, at=people.at)
        following.withdraw(ref, "It was a mistake.", by=by, at=people.at)
    assert CompanyNotice.objects.get(id=ref).state == "withdrawn"


def test_a_notice_that_never_left_is_given_up(people: People, courier: Courier) -> None:
    ref = approved(people)
    courier(AttemptOutcome.NEVER)
    sent(people, ref)
    with people.sitting("Odile") as by:
        assert not lines.one(ref, by=by, at=people.at).can_withdraw
        with pytest.raises(NotNow, match="Give it up instead"):
            following.withdraw(ref, "It was a mistake.", by=by, at=people.at)
        composing.drop(ref, version=version(ref), by=by, at=people.at)


def test_a_form_is_filled_in_by_hand_and_recorded(people: People) -> None:
    ref = approved(people, referral(1), unlawful_item(people, "https://reelbox.example/v/12345678"))
    with people.sitting("Odile") as by:
        sending.sent_by_form(ref, "Number 4711", by=by, at=people.at)
        view = lines.one(ref, by=by, at=people.at)
    assert (view.line.state, view.attempts[0].proof) == ("sent", "Number 4711")


def test_a_withdrawal_repeats_no_report_and_is_kept(people: People, courier: Courier) -> None:
    ref = approved(people)
    sent(people, ref)
    with people.sitting("Odile") as by:
        with pytest.raises(NoticeRefused, match="repeats words of a report"):
            following.withdraw(ref, f"We were told: {NARRATIVE[20:80]}", by=by, at=people.at)
        with pytest.raises(NotNow, match="characters at most"):
            following.withdraw(ref, "x" * (following.LONGEST + 1), by=by, at=people.at)
        following.withdraw(ref, "It was a mistake.", by=by, at=people.at + HOUR)
        kept = lines.one(ref, by=by, at=people.at + HOUR).attempts[0]
    assert (kept.outcome, kept.proof) == ("withdrawn", "It was a mistake.\n\nthe reply")


def test_the_withdrawal_of_a_letter_is_kept(people: People) -> None:
    ref = approved(people, letter())
    with people.sitting("Odile") as by:
        following.serve(ref, people.at.date(), "hand", "To A. Clerk", by=by, at=people.at)
        with pytest.raises(NotNow, match="does not come back"):
            sending.came_back(ref, "Unknown", by=by, at=people.at)
        assert following.withdraw(ref, "It was a mistake.", by=by, at=people.at + HOUR) is None
        kept = lines.one(ref, by=by, at=people.at + HOUR).attempts[0]
    assert (kept.outcome, kept.proof) == ("not-told", "It was a mistake.")


def test_nothing_begins_that_cannot_be_signed(people: People, settings: pytest.FixtureRequest) -> None:
    ref = approved(people, referral(WEBHOOK))
    settings.NOTICE_KEY = ""  # type: ignore[attr-defined]
    with people.sitting("Odile") as by, pytest.raises(NotNow, match="HEEDLINE_NOTICE_KEY"):
        sending.send(ref, by=by, at=people.at)
    assert not NoticeAttempt.objects.exists()


def test_a_reminder_goes_by_a_tested_channel_alone(people: People, courier: Courier) -> None:
    ref = approved(people)
    sent(people, ref)
    ChannelTestRecord.objects.filter(channel=WEBHOOK).update(passed=False)
    late = CompanyNotice.objects.get(id=ref).due_at
    assert late is not None
    people.tokens.clear()  # a session of days ago is over
    with (
        people.sitting("Odile", at=late + HOUR) as by,
        pytest.raises(NoticeRefused, match="failed its last test"),
    ):
        sending.remind(ref, WEBHOOK, by=by, at=late + HOUR)
