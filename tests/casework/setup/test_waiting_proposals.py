"""What waits for a second steward, keys that come with a role, lost passkeys, and what a desk loses with a leaver."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.db import DatabaseError, transaction

from heedline.casework.access import passkeys
from heedline.casework.duty import alarm_board, alarm_kinds, alarms, proposal_clock
from heedline.casework.keys import directory as key_directory
from heedline.casework.rota import planning
from heedline.casework.rota.planning import PlannedShift
from heedline.casework.setup import (
    leavers,
    leaving_effects,
    lost_passkey,
    proposals,
    stewardship,
    waiting_proposals,
)
from heedline.casework.setup.proposals import ProposalKind
from heedline.desks.models import Appointment, Desk, Proposal, SeedWrapping
from heedline.desks.rota_weeks import RotaSpan
from heedline.dispatch.models import Alarm
from heedline.permits import functions
from heedline.permits.gate import Refused
from heedline.permits.models import OfficeSession
from heedline.permits.roles import Role
from heedline.reports.lifecycle import NotNow
from tests.casework.setup.test_proposals import NELL, both, confirm, enrolled, propose, unit
from tests.support import danger_scene
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.duty_scene import events
from tests.support.keeping_scene import with_leads
from tests.support.scene_people import People

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def people(house: House) -> People:
    return People(house, now())


def waiting(people: People, name: str) -> list[str]:
    with people.sitting(name, unlocked=False) as by:
        return [words for _, words in waiting_proposals.waiting_for(by, people.at)]


def test_a_proposal_waits_for_the_other_steward_and_for_nobody_else(people: People) -> None:
    propose(people, ProposalKind.INVITE, {**NELL, "organisation": unit(people)})
    assert waiting(people, "Sten") == ["Invite Nell N., nell@unit.example, to The Unit"]
    for name in ("Stella", "Odile", "Ada"):
        assert waiting(people, name) == [], name


def test_after_a_day_the_other_steward_is_paged_until_one_decides(people: People) -> None:
    ref = propose(people, ProposalKind.INVITE, {**NELL, "organisation": unit(people)})
    with acting("worker"):
        proposal_clock.watch(people.at + DAY - HOUR)
        assert not Alarm.objects.filter(kind="proposal-waiting").exists()
        proposal_clock.watch(people.at + DAY)
        proposal_clock.watch(people.at + DAY)
        (alarm,) = Alarm.objects.filter(kind="proposal-waiting")
        called = alarm_kinds.called(alarm, 0, people.at)
        with pytest.raises(DatabaseError), transaction.atomic():
            list(Proposal.objects.values_list("facts"))  # the worker never learns what it says
    assert called == {"sten@unit.example"}
    with people.sitting("Nadia", unlocked=False) as nadia:  # its desk receives alarms about the installation
        assert alarm_board.open_now(by=nadia, at=people.at) == ()
    with people.sitting("Sten", unlocked=False) as sten:
        (line,) = alarm_board.open_now(by=sten, at=people.at)
        assert (line.title, line.can_acknowledge, line.can_clear) == ("Set up", True, False)
        with pytest.raises(NotNow, match="Confirm or withdraw"):
            alarms.clear(alarm.id, "put-right", by=sten, at=people.at)
        alarms.acknowledge(alarm.id, by=sten, at=people.at)
    confirm(people, ref)
    alarm.refresh_from_db()
    assert (alarm.because, alarm.cleared_by) == ("decided", people.house.officers["Sten"].id)
    assert events("alarm-cleared")[-1]["detail"]["kind"] == "proposal-waiting"


def test_where_no_other_steward_is_left_the_one_who_proposed_is_paged(people: People) -> None:
    propose(people, ProposalKind.INVITE, {**NELL, "organisation": unit(people)})
    with people.sitting("Stella", unlocked=False) as stella:
        leavers.suspend(people.house.officers["Sten"].id, by=stella, at=people.at)
    with acting("worker"):
        proposal_clock.watch(people.at + DAY)
        (alarm,) = Alarm.objects.filter(kind="proposal-waiting")
        assert alarm_kinds.called(alarm, 0, people.at) == {"stella@unit.example"}


def test_keys_that_come_with_a_role_are_two_statements_signed_by_two_stewards(people: People) -> None:
    nell, words, _ = enrolled(people)
    desk = people.house.desks["north-east"]
    with people.sitting("Sten", unlocked=False) as sten:
        assert waiting_proposals.keys_to_sign(sten) == ((nell.id, "Nell N."),)
    facts = {"officer": str(nell.id), "role": "officer", "desk": str(desk.id)}
    ref = propose(people, ProposalKind.KEYS, facts, said=words)
    with people.sitting("Sten", unlocked=False) as sten:
        assert waiting_proposals.keys_to_sign(sten) == ()
    assert str(nell.id) not in key_directory.directory().members(str(desk.id))
    confirm(people, ref, said=words)
    known = key_directory.directory()
    assert known.refused == ()
    assert str(nell.id) in known.members(str(desk.id))
    assert known.officer(str(nell.id)) is not None
    assert Appointment.objects.filter(officer=nell, desk=desk, role="officer", ended_on=None).exists()


def test_a_role_with_keys_obeys_the_rules_of_a_role(people: People) -> None:
    nell, words, _ = enrolled(people)
    desk = str(people.house.desks["north-east"].id)
    for role, where, reason in (
        ("officer", "", "does not match the choice of desk"),
        ("overseer", desk, "does not match the choice of desk"),
        ("steward", "", "root key"),
        ("", desk, "Choose the role"),
    ):
        invitation = {**NELL, "email": "new@unit.example", "organisation": unit(people)}
        with pytest.raises(Refused, match=reason):
            propose(people, ProposalKind.INVITE, {**invitation, "role": role, "desk": where})
        if role:
            keys = {"officer": str(nell.id), "role": role, "desk": where}
            with pytest.raises(Refused, match=reason):
                propose(people, ProposalKind.KEYS, keys, said=words)


def test_a_forged_second_signature_gives_no_membership(people: People) -> None:
    """A dishonest administrator swaps the desk of the waiting proposal, or the signature about it."""
    nell, words, _ = enrolled(people)
    here, there = (str(people.house.desks[code].id) for code in ("north-east", "national"))
    facts = {"officer": str(nell.id), "role": "officer", "desk": here}
    ref = propose(people, ProposalKind.KEYS, facts, said=words)
    Proposal.objects.filter(pk=ref).update(facts={**facts, "desk": there})
    with pytest.raises(Refused):
        confirm(people, ref, said=words)
    assert not Appointment.objects.filter(officer=nell).exists()
    assert key_directory.directory().officer(str(nell.id)) is None, "nothing is carried out by halves"


def test_lost_passkeys_end_with_the_sessions_and_nothing_else(people: People) -> None:
    odile = people.house.officers["Odile"]
    with people.sitting("Odile") as by:
        passkeys.add(
            "aa" * 16, "bb" * 32, "bb" * 32, people.house.keys["Odile"].passphrase, by=by, at=people.at
        )
    for kind in ("webauthn", "recovery_codes"):
        Authenticator.objects.create(user=odile, type=kind, data={})
    facts = {"officer": str(odile.id)}
    ref = propose(people, ProposalKind.LOST_PASSKEY, facts)
    assert SeedWrapping.objects.filter(officer=odile, way="passkey").exists(), "one steward changes nothing"
    confirm(people, ref)
    assert list(SeedWrapping.objects.filter(officer=odile).values_list("way", flat=True)) == ["passphrase"]
    assert not Authenticator.objects.filter(user=odile).exists()
    assert not OfficeSession.objects.filter(officer=odile).exists()
    assert events("passkeys-removed")[-1]["detail"] == {"second_steps": 1, "ways": 1}
    with acting("office"), pytest.raises(Refused):
        lost_passkey.remove(odile, hands=people.house.hands[:1], at=people.at)


def test_a_code_app_and_its_recovery_codes_outlive_a_lost_passkey(people: People) -> None:
    odile = people.house.officers["Odile"]
    for kind in ("webauthn", "totp", "recovery_codes"):
        Authenticator.objects.create(user=odile, type=kind, data={})
    both(people, ProposalKind.LOST_PASSKEY, {"officer": str(odile.id)})
    left = Authenticator.objects.filter(user=odile).values_list("type", flat=True)
    assert sorted(left) == ["recovery_codes", "totp"]


def test_stewards_see_what_a_desk_loses_before_they_sign(people: People) -> None:
    with_leads(people)
    house, odile = people.house, people.house.officers["Odile"]
    desk = house.desks["north-east"]
    with people.sitting("Olga") as olga:
        shift = PlannedShift(odile.id, RotaSpan(people.at + HOUR, people.at + 9 * HOUR))
        planning.plan([shift], desk=desk.id, by=olga, at=people.at)
    facts = {"officer": str(odile.id), "desk": str(desk.id)}
    with people.sitting("Stella", unlocked=False) as stella:
        (effect,) = leaving_effects.effects(odile.id, desk.id, by=stella, at=people.at)
        assert (effect.openers_left, effect.rota_empty) == (1, True)
        assert "only one person" in effect.words
        assert "nobody is on its rota" in effect.words
        for kind in (ProposalKind.LEAVE, ProposalKind.LEAVE_DESK):
            assert proposals.warnings_of(kind, facts, by=stella, at=people.at) == (effect.words,)
        assert proposals.warnings_of(ProposalKind.KEYS, facts, by=stella, at=people.at) == ()
        ned = house.officers["Ned"].id
        assert leaving_effects.effects(ned, None, by=stella, at=people.at) == ()
    ref = propose(people, ProposalKind.LEAVE_DESK, facts)
    with people.sitting("Sten", unlocked=False) as sten:
        assert proposals.proposal(ref, by=sten, at=people.at).warnings == (effect.words,)
    with people.sitting("Olga") as olga, pytest.raises(Refused):
        leaving_effects.effects(odile.id, None, by=olga, at=people.at)


def test_stewards_are_warned_before_the_last_supervisor_or_the_second_steward_leaves(people: People) -> None:
    with_leads(people)
    olga, sten = (people.house.officers[name].id for name in ("Olga", "Sten"))
    desk = people.house.desks["south-west"]
    lead = f"{desk.name}: after that nobody is its supervisor."
    for role in (Role.OFFICER, Role.SUPERVISOR):
        stewardship.appoint(people.house.officers["Otto"], role, desk, hands=people.house.hands, at=people.at)
    otto = people.house.officers["Otto"].id
    with people.sitting("Stella", unlocked=False) as stella:
        facts = {"officer": str(otto), "desk": str(desk.id), "role": "supervisor"}
        assert proposals.warnings_of(ProposalKind.END_ROLE, facts, by=stella, at=people.at) == (lead,)
        officer = {**facts, "role": "officer"}
        assert proposals.warnings_of(ProposalKind.END_ROLE, officer, by=stella, at=people.at) == ()
        assert any(
            "nobody is its supervisor" in words
            for words in leaving_effects.warnings(otto, desk.id, by=stella, at=people.at)
        )
        (words,) = leaving_effects.warnings(sten, None, by=stella, at=people.at)
        assert "Only one steward would be left" in words
    with people.sitting("Olga") as by, pytest.raises(Refused):
        leaving_effects.warnings(olga, None, by=by, at=people.at)


def test_stewards_are_warned_before_the_owner_of_open_dangers_leaves(people: People) -> None:
    with_leads(people)
    danger_scene.opened(people)
    odile, here = people.house.officers["Odile"].id, people.house.desks["north-east"].id
    elsewhere = people.house.desks["south-west"].id
    with people.sitting("Stella", unlocked=False) as stella:
        for desk, warned in ((None, True), (here, True), (elsewhere, False)):
            found = leaving_effects.warnings(odile, desk, by=stella, at=people.at)
            assert ("They own 1 open danger to life. Somebody must take over first." in found) is warned
    with people.sitting("Odile"):
        assert functions.dangers_owned(odile, None) == 0, "the database tells stewards alone"


def test_a_new_desk_begins_with_its_supervisor(people: People) -> None:
    facts = {"kind": "activity", "name": "Night desk", "code": "night", "organisation": unit(people)}
    both(people, ProposalKind.DESK, {**facts, "authoriser": str(people.house.desks["identity"].id)})
    desk = Desk.objects.get(code="night")
    odile, olga = (str(people.house.officers[name].id) for name in ("Odile", "Olga"))
    officer = {"officer": odile, "role": "officer", "desk": str(desk.id)}
    with pytest.raises(Refused, match="Appoint its supervisor first"):
        propose(people, ProposalKind.APPOINT, officer)
    invitation = {**NELL, "organisation": unit(people), "role": "officer", "desk": str(desk.id)}
    with pytest.raises(Refused, match="Appoint its supervisor first"):
        propose(people, ProposalKind.INVITE, invitation)
    both(people, ProposalKind.APPOINT, {**officer, "officer": olga, "role": "supervisor"})
    both(people, ProposalKind.APPOINT, officer)
    assert Appointment.objects.filter(desk=desk, ended_on=None).count() == 2
