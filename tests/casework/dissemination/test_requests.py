"""Requests for information: due ten working days after their sending, reminded of twice, and shown as unanswered afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.db.models import F

from heedline.casework.dissemination import clock as dissemination_clock
from heedline.casework.dissemination import lines, partner_inbox
from heedline.casework.report.opening import short_name
from heedline.dispatch import postmen
from heedline.dispatch.models import Outbox
from heedline.dispatch.postmen import Delivery
from heedline.packs import load_pack
from heedline.reports.models import Dissemination
from tests.support.acting import acting
from tests.support.partner_scene import answered, at_the_council, opened, sent, sent_to_the_council
from tests.support.scene_people import People, row

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("council")]


@pytest.fixture
def mails(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The times at which the partner's staff were emailed."""
    found: list[datetime] = []

    def tell(addresses: object, *, at: datetime) -> Delivery:
        found.append(at)
        return Delivery(frozenset(), posted=False, failed=frozenset())

    monkeypatch.setattr(postmen, "tell_partners", tell)
    return found


@pytest.mark.parametrize("read", [True, False])
def test_a_request_for_information_is_due_after_its_sending_and_reminded_twice(
    people: People, mails: list[datetime], read: bool
) -> None:
    ref, ident = sent_to_the_council(people, purpose="information")
    days, calendar = load_pack("uk").working_days, load_pack("uk").calendar_of(row(ref).desk.code)
    fifth, eighth, last = (days.close_of(people.at, day, calendar=calendar) for day in (5, 8, 10))
    if read:
        opened(people, ident)
        assert sent(ident).due_at == last, "not later for having been opened late"
    for at in (people.at, fifth - timedelta(minutes=1), fifth, eighth, last):
        with acting("worker"):
            dissemination_clock.tell_partners(at)
    assert mails == [people.at, fifth, eighth]
    with people.sitting("Odile") as here:
        words = [
            lines.lines_about([ref], by=here, at=at)[0].state_words
            for at in (eighth, last + timedelta(hours=1))
        ]
    assert words[0] != lines.UNANSWERED == words[1]


def test_who_has_answered_is_not_reminded(people: People, mails: list[datetime]) -> None:
    _, ident = sent_to_the_council(people, purpose="information")
    opened(people, ident)
    answered(people, ident)
    with acting("worker"):
        dissemination_clock.tell_partners(people.at + timedelta(days=30))
    assert mails == []
    assert not Outbox.objects.filter(letter="sent-to-partner").exists()


def test_the_time_to_answer_is_not_put_off(people: People) -> None:
    _, ident = sent_to_the_council(people, purpose="information")
    with (
        people.sitting("Odile"),
        pytest.raises(DatabaseError, match="stays as it is"),
        transaction.atomic(),
    ):
        Dissemination.objects.filter(pk=ident).update(answer_by=None, version=F("version") + 1)


def test_the_partner_and_the_desk_have_one_reference_that_is_not_the_reports(people: People) -> None:
    ref, ident = sent_to_the_council(people, purpose="information")
    with at_the_council(people) as here:
        [line] = partner_inbox.listing(by=here, at=people.at)
    with people.sitting("Odile") as by:
        [ours] = lines.lines_about([ref], by=by, at=people.at)
    assert line.reference == ours.reference == short_name(ident) != short_name(ref)
