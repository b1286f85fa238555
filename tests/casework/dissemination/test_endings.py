"""What was sent to a partner goes with its report: to another desk, under new keys, and to its end."""

from __future__ import annotations

import pytest

from heedline.casework.dissemination import lines as dissemination_lines
from heedline.casework.dissemination import outgoing, partner_inbox
from heedline.casework.journey import transitions
from heedline.casework.retention import keeping
from heedline.casework.setup import readdressing
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import Dissemination, SealedHeader
from heedline.vault import CannotOpen
from heedline.vault.containers.container import file_key
from tests.support import stories
from tests.support.keeping_scene import with_leads
from tests.support.leaving_scene import a_third_officer, an_hour_later, ended, leaves, settled
from tests.support.partner_scene import (
    COUNCIL,
    TEXT,
    answered,
    at_the_council,
    checked,
    compared,
    opened,
    sent,
    sent_to_the_council,
    written,
)
from tests.support.scene_people import People, row

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("council")]


def test_the_desk_that_is_given_the_report_is_answered(people: People) -> None:
    ref, ident = sent_to_the_council(people)
    before = bytes(SealedHeader.objects.get(container=sent(ident).key).header)
    opened(people, ident)
    with people.sitting("Odile") as here:
        transitions.hand_over(ref, "south-west", "Theirs", version=row(ref).version, by=here, at=people.at)
    assert bytes(SealedHeader.objects.get(container=sent(ident).key).header) == before
    answered(people, ident)
    with people.sitting("Otto") as here:
        (one,) = dissemination_lines.of_report(ref, by=here, at=people.at)
    assert (one.text, one.answer, one.answer_signed) == (TEXT, "We will visit.", True)
    with at_the_council(people) as here:
        assert partner_inbox.one(ident, by=here, at=people.at).from_desk == "South West desk"
    with people.sitting("Odile") as here:
        assert dissemination_lines.open_lines(by=here, at=people.at) == ()


def test_what_waits_for_a_second_officer_waits_for_one_of_the_new_desk(people: People) -> None:
    ref, _ = people.assessed()
    ident = written(people, ref)
    with people.sitting("Odile") as here:
        transitions.hand_over(ref, "south-west", "Theirs", version=row(ref).version, by=here, at=people.at)
    compared(people, "Otto")
    checked(people, ident, "Otto")
    assert opened(people, ident).text == TEXT


def test_a_leaver_of_the_desk_and_the_end_of_its_key_leave_both_sides_reading(people: People) -> None:
    ref, ident = sent_to_the_council(people)
    settled(people)
    a_third_officer(people)
    leaves(people, "Olga")
    people.tokens.clear()
    desk = people.house.desks["north-east"].id
    with people.sitting("Odile") as here:
        done = readdressing.readdress(desk, by=here, at=people.at)
        assert (done.failed, done.left) == (0, 0)
    an_hour_later(desk)
    with people.sitting("Odile") as here:
        for epoch in ended(people):
            readdressing.destroy(epoch, by=here, at=people.at)
        (one,) = dissemination_lines.of_report(ref, by=here, at=people.at)
    assert one.text == TEXT
    assert opened(people, ident).text == TEXT


def test_a_leaver_of_the_partner_opens_nothing_once_the_partner_has_changed_its_key(people: People) -> None:
    """The partner re-addresses what it can open itself, on its own page of keys; nobody here has anything to do."""
    _, ident = sent_to_the_council(people)
    with at_the_council(people, "Pavel") as here:
        old = list(here.keys().seeds.values())
    settled(people)
    leaves(people, "Pavel")
    with at_the_council(people) as here:
        desk = here.appointments[0][1]
        assert desk is not None
        done = readdressing.readdress(desk, by=here, at=people.at)
        assert (done.moved, done.left) == (1, 0)
        assert partner_inbox.open_it(ident, by=here, at=people.at).text == TEXT
    an_hour_later(desk)
    with at_the_council(people) as here:
        for epoch in ended(people, COUNCIL):
            readdressing.destroy(epoch, by=here, at=people.at)
    header = bytes(SealedHeader.objects.get(container=sent(ident).key).header)
    with pytest.raises(CannotOpen):
        file_key(header, old)


def test_it_goes_with_the_report_when_two_people_dispose_of_it(people: People) -> None:
    with_leads(people)
    ref, ident = sent_to_the_council(people)
    opened(people, ident)
    with people.sitting("Odile") as here:
        with pytest.raises(NotNow):
            transitions.close(ref, stories.NOTHING, version=row(ref).version, by=here, at=people.at)
        outgoing.finish(ident, version=sent(ident).version, by=here, at=people.at)
        transitions.close(ref, stories.NOTHING, version=row(ref).version, by=here, at=people.at)
        proposal = keeping.propose(ref, "no-purpose", by=here, at=people.at)
    with people.sitting("Olga") as here:
        assert keeping.decide(proposal, dispose=True, by=here, at=people.at)
    assert not Dissemination.objects.filter(pk=ident).exists()
    assert not SealedHeader.objects.filter(report_id=ref).exists()
    with at_the_council(people) as here:
        assert partner_inbox.listing(by=here, at=people.at) == ()
