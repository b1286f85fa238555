"""Tests for proposals that one steward signs and another compares and signs, from separate places."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.db import transaction

from heedline.casework.access import keyring, passkeys
from heedline.casework.continuity import canary
from heedline.casework.errors import NotHere, WrongPassphrase
from heedline.casework.keys import directory as key_directory
from heedline.casework.linking import interests, own_entries
from heedline.casework.setup import enrolment, key_overview, leavers, proposals, readdressing
from heedline.casework.setup import overview as setup_overview
from heedline.casework.setup.proposals import Done, ProposalKind
from heedline.desks.models import Desk, Invitation, KeyStatement, Officer, Organisation, Proposal
from heedline.permits.gate import Refused
from heedline.permits.models import OfficeSession
from heedline.reports.models import Interest
from heedline.vault import CannotOpen
from tests.support.acting import acting
from tests.support.leaving_scene import settled
from tests.support.linking_scene import interest, investigator
from tests.support.scene_people import People, logged

pytestmark = pytest.mark.django_db
NELL = {"name": "Nell N.", "email": "nell@unit.example"}


def propose(
    people: People, kind: ProposalKind, facts: Mapping[str, str], name: str = "Stella", said: str = ""
) -> UUID:
    with people.sitting(name, unlocked=False) as here:
        return proposals.propose(
            kind, facts, people.house.keys[name].passphrase, said=said, by=here, at=people.at
        )


def confirm(people: People, ref: UUID, name: str = "Sten", said: str = "") -> Done:
    with people.sitting(name, unlocked=False) as here:
        return proposals.confirm(ref, people.house.keys[name].passphrase, said=said, by=here, at=people.at)


def both(people: People, kind: ProposalKind, facts: Mapping[str, str], said: str = "") -> Done:
    return confirm(people, propose(people, kind, facts, said=said), said=said)


def unit(people: People) -> str:
    return str(people.house.officers["Odile"].organisation_id)


def enrolled(people: People) -> tuple[Officer, str, dict[str, str]]:
    """Invite and enrol Nell, and return her, her key words and the words of her two unlock methods."""
    code = both(people, ProposalKind.INVITE, {**NELL, "organisation": unit(people)}).code
    officer = enrolment.invited(NELL["email"], code.upper(), at=people.at)
    first = enrolment.first_way(officer)
    second = enrolment.second_way(officer, first.wrapped, first.words)
    words = enrolment.finish(
        officer,
        code,
        password=enrolment.hashed("a long enough password"),
        first=first.wrapped,
        second=second.wrapped,
        typed=second.words,
        at=people.at,
    )
    return (
        Officer.objects.get(pk=officer),
        words,
        {"passphrase": first.words, "reserve": second.words, "code": code},
    )


def test_an_officer_from_the_invitation_to_a_desk(people: People) -> None:
    nell, words, ways = enrolled(people)
    assert nell.check_password("a long enough password")
    both(people, ProposalKind.KEYS, {"officer": str(nell.id)}, said=words)
    desk = people.house.desks["north-east"]
    both(people, ProposalKind.APPOINT, {"officer": str(nell.id), "role": "officer", "desk": str(desk.id)})
    known = key_directory.directory()
    assert known.refused == ()
    assert str(nell.id) in known.members(str(desk.id))
    assert keyring.open_seed(nell.id, ways["passphrase"]) == keyring.open_seed(nell.id, ways["reserve"])
    statement = KeyStatement.objects.order_by("-serial").first()
    assert statement is not None
    for steward in ("Stella", "Sten"):
        assert str(people.house.officers[steward].id) in statement.signed


def test_one_steward_alone_does_nothing(people: People) -> None:
    before = (Organisation.objects.count(), Officer.objects.count(), KeyStatement.objects.count())
    ref = propose(people, ProposalKind.ORGANISATION, {"name": "The Council", "code": "council"})
    with pytest.raises(Refused, match="yourself"):
        confirm(people, ref, "Stella")
    assert (Organisation.objects.count(), Officer.objects.count(), KeyStatement.objects.count()) == before
    with pytest.raises(WrongPassphrase), people.sitting("Sten", unlocked=False) as sten:
        proposals.confirm(ref, "six words of somebody else altogether", by=sten, at=people.at)
    with pytest.raises(WrongPassphrase), people.sitting("Sten", unlocked=False) as sten:
        proposals.propose(ProposalKind.INVITE, NELL, "six words of somebody else", by=sten, at=people.at)
    sten_id = people.house.officers["Sten"].id
    tried = logged("statement-signed", refused=True) + logged("proposed", refused=True)
    assert [event.actor for event in tried].count(sten_id) == 2
    confirm(people, ref)
    assert Organisation.objects.count() == before[0] + 1
    with pytest.raises(NotHere):
        confirm(people, ref)


@pytest.mark.parametrize("name", ["Odile", "Ada", "Ned"])
def test_nobody_else_proposes_or_confirms(people: People, name: str) -> None:
    ref = propose(people, ProposalKind.ORGANISATION, {"name": "The Council", "code": "council"})
    with people.sitting(name, unlocked=False) as here:
        with pytest.raises(Refused):
            proposals.propose(ProposalKind.INVITE, NELL, "x", by=here, at=people.at)
        with pytest.raises(Refused):
            proposals.confirm(ref, "x", by=here, at=people.at)
        with pytest.raises(Refused):
            proposals.withdraw(ref, by=here, at=people.at)
        with pytest.raises(Refused):
            setup_overview.overview(by=here, at=people.at)
    assert len(logged("proposed", refused=True)) == 1


def test_keys_are_signed_by_nobody_who_has_not_heard_their_words(people: People) -> None:
    nell, words, _ = enrolled(people)
    facts = {"officer": str(nell.id)}
    wrong = " ".join(reversed(words.split()))
    with pytest.raises(Refused, match="do not match"):
        propose(people, ProposalKind.KEYS, facts, said=wrong)
    ref = propose(people, ProposalKind.KEYS, facts, said=words)
    with pytest.raises(Refused, match="do not match"):
        confirm(people, ref, said=wrong)
    assert key_directory.directory().officer(str(nell.id)) is None


def test_a_key_that_was_swapped_between_the_two_is_not_signed(people: People) -> None:
    nell, words, _ = enrolled(people)
    ref = propose(people, ProposalKind.KEYS, {"officer": str(nell.id)}, said=words)
    row = Invitation.objects.get(officer=nell)
    row.kem = people.house.root * 38  # 1,216 bytes of somebody else's
    row.save()
    with pytest.raises(Refused):
        confirm(people, ref, said=words)


def test_what_was_signed_is_what_is_carried_out(people: People) -> None:
    """An attacker with write access to the tables changes a proposal between the two signatures."""
    desk = people.house.desks["south-west"]
    odile = people.house.officers["Odile"]
    ref = propose(
        people, ProposalKind.APPOINT, {"officer": str(odile.id), "role": "officer", "desk": str(desk.id)}
    )
    row = Proposal.objects.get(pk=ref)
    row.facts = {**row.facts, "desk": str(people.house.desks["national"].id)}
    row.save()
    with pytest.raises(Refused, match="cannot be signed"):
        confirm(people, ref)
    forged = Proposal.objects.create(
        act="leave-desk",
        facts={"officer": str(odile.id), "desk": str(people.house.desks["north-east"].id)},
        statement=ref,
        issued_on=people.at.date(),
        proposed_at=people.at,
        made=b"\0" * 64,
        proposed_by=people.house.officers["Stella"],
    )
    with pytest.raises(Refused, match="cannot be signed"):
        confirm(people, forged.id)
    assert key_directory.directory().refused == ()


def test_statements_in_between_do_not_matter(people: People) -> None:
    facts = {"name": "Third desk", "code": "third", "organisation": unit(people), "kind": "activity"}
    facts |= {"authoriser": str(people.house.desks["identity"].id), "round_the_clock": "no"}
    ref = propose(people, ProposalKind.DESK, facts)
    with people.sitting("Odile", at=people.at + timedelta(days=70)):  # makes keys: serials go on
        pass
    confirm(people, ref)
    assert key_directory.directory().refused == ()
    assert key_directory.desk_by_code("third") is not None
    assert Desk.objects.filter(code="third").exists()


def test_an_old_proposal_is_made_anew(people: People) -> None:
    ref = propose(people, ProposalKind.ORGANISATION, {"name": "The Council", "code": "council"})
    later = people.at + timedelta(days=8)
    with people.sitting("Sten", unlocked=False) as sten, pytest.raises(Refused, match="week"):
        proposals.confirm(ref, people.house.keys["Sten"].passphrase, by=sten, at=later)
    with people.sitting("Sten", unlocked=False) as sten:
        (line,) = proposals.open_proposals(by=sten, at=later)
        assert line.late
        proposals.withdraw(ref, by=sten, at=later)
        assert proposals.open_proposals(by=sten, at=later) == ()


def test_a_proposal_that_is_dated_ahead_is_not_signed(people: People) -> None:
    """What somebody signs is verified until the day of the statement that they have left."""
    leaving = {"officer": str(people.house.officers["Otto"].id)}
    with people.sitting("Stella", unlocked=False) as stella:
        ref = proposals.propose(
            ProposalKind.LEAVE,
            leaving,
            people.house.keys["Stella"].passphrase,
            by=stella,
            at=people.at + timedelta(days=2),
        )
    with pytest.raises(Refused, match="dated ahead"):
        confirm(people, ref)
    people.at += timedelta(days=2)
    assert confirm(people, ref)


def test_leaving_is_proposed_and_confirmed_too(people: People) -> None:
    olga = people.house.officers["Olga"]
    assert "leaves altogether" in both(people, ProposalKind.LEAVE, {"officer": str(olga.id)}).words
    assert key_directory.directory().officer(str(olga.id)) is None


def test_the_role_of_investigator_ends_alone_by_two_stewards(people: People) -> None:
    """They remain an officer with their keys and entries, cannot register more, and can be appointed again."""
    entry = interest(people, "Odile")
    odile, desk = people.house.officers["Odile"], people.house.desks["north-east"]
    facts = {"officer": str(odile.id), "desk": str(desk.id), "role": "investigator"}
    ref = propose(people, ProposalKind.END_ROLE, facts)
    assert odile.appointments.filter(role="investigator", ended_on=None).exists(), "one steward ends nothing"
    with pytest.raises(Refused):
        confirm(people, ref, "Stella")
    assert "no longer investigator at North East desk" in confirm(people, ref).words
    assert set(odile.appointments.filter(ended_on=None).values_list("role", flat=True)) == {"officer"}
    assert str(odile.id) in key_directory.directory().members(str(desk.id))
    until = (people.at + timedelta(days=3)).date()
    with people.sitting("Odile") as here:
        assert here.unlocked, "their session goes on"
        assert [one.id for one in own_entries.mine(by=here, at=people.at)] == [entry]
        with pytest.raises(Refused):
            interests.register("Kevin Tierney", "", "Why", until, by=here, at=people.at)
        row = Interest.objects.get(pk=entry)
        row.pk, row._state.adding = uuid4(), True
        with pytest.raises(Exception, match="row-level security"), transaction.atomic():
            row.save()
    [event] = logged("appointment-ended")
    assert (event.detail, event.desk, event.thing_id) == ({"role": "investigator"}, desk.id, odile.id)
    both(people, ProposalKind.APPOINT, facts)
    with people.sitting("Odile") as here:
        interests.register("Kevin Tierney", "", "Why", until, by=here, at=people.at)


@pytest.mark.parametrize(
    ("role", "desk", "words"),
    [
        ("officer", "north-east", "investigator"),
        ("supervisor", "north-east", "do not have this role"),
        ("investigator", "south-west", "do not have this role"),
        ("authoriser", "identity", "only role"),
    ],
)
def test_no_role_ends_that_another_needs_or_that_is_the_only_one(
    people: People, role: str, desk: str, words: str
) -> None:
    investigator(people, "Odile")
    person = people.house.officers["Ada" if desk == "identity" else "Odile"]
    facts = {"officer": str(person.id), "desk": str(people.house.desks[desk].id), "role": role}
    with pytest.raises(Refused, match=words):
        propose(people, ProposalKind.END_ROLE, facts)
    assert not Proposal.objects.exists()


def test_nobody_puts_the_canary_out_nor_gives_it_or_its_desk_anything(people: People) -> None:
    canary.found(hands=people.house.hands, at=people.at)
    bird = str(Officer.objects.get(name="Restore canary").id)
    desk = str(Desk.objects.get(kind="canary").id)
    odile, north_east = str(people.house.officers["Odile"].id), str(people.house.desks["north-east"].id)
    for kind, facts in (
        (ProposalKind.LEAVE, {"officer": bird}),
        (ProposalKind.LEAVE_DESK, {"officer": bird, "desk": desk}),
        (ProposalKind.END_ROLE, {"officer": bird, "desk": desk, "role": "officer"}),
        (ProposalKind.APPOINT, {"officer": bird, "role": "officer", "desk": north_east}),
        (ProposalKind.APPOINT, {"officer": odile, "role": "officer", "desk": desk}),
    ):
        with pytest.raises(Refused, match="canary"):
            propose(people, kind, facts)
    assert not Proposal.objects.exists()


def test_an_invitation_works_once_for_one_person_and_not_for_ever(people: People) -> None:
    code = both(people, ProposalKind.INVITE, {**NELL, "organisation": unit(people)}).code
    for email, said, at in (
        (NELL["email"], "six other words than these ones", people.at),
        ("odile@unit.example", code, people.at),
        (NELL["email"], code, people.at + timedelta(days=8)),
    ):
        with pytest.raises(NotHere):
            enrolment.invited(email, said, at=at)
    assert enrolment.invited(NELL["email"], code, at=people.at)
    stored = Invitation.objects.get(officer__email=NELL["email"])
    assert code.encode() not in bytes(stored.code or b"")


def test_a_way_counts_only_when_both_are_proven(people: People) -> None:
    code = both(people, ProposalKind.INVITE, {**NELL, "organisation": unit(people)}).code
    officer = enrolment.invited(NELL["email"], code, at=people.at)
    first = enrolment.first_way(officer)
    with pytest.raises(WrongPassphrase):
        enrolment.second_way(officer, first.wrapped, "not what was written down at all")
    second = enrolment.second_way(officer, first.wrapped, first.words)
    with pytest.raises(WrongPassphrase):
        enrolment.finish(
            officer,
            code,
            password="x",
            first=first.wrapped,
            second=second.wrapped,
            typed=first.words,
            at=people.at,
        )
    with pytest.raises(CannotOpen):
        keyring.open_seed(officer, first.words)


def test_a_lost_way_is_replaced_and_the_reports_stay(people: People) -> None:
    ref, _ = people.send()
    olga, keys = people.house.officers["Olga"], people.house.keys["Olga"]
    with people.sitting("Olga", unlocked=False) as here:
        with pytest.raises(WrongPassphrase):
            enrolment.replace_way("reserve", "never mine", by=here, at=people.at)
        assert [event.actor for event in logged("unlock-refused", refused=True)] == [olga.id]
        sheet = enrolment.replace_way("reserve", keys.passphrase, by=here, at=people.at)
        with pytest.raises(WrongPassphrase):
            enrolment.keep_way("reserve", sheet.wrapped, keys.passphrase, by=here, at=people.at)
        enrolment.keep_way("reserve", sheet.wrapped, sheet.words, by=here, at=people.at)
        # the passphrase is lost: the sheet makes a new one
        new = enrolment.replace_way("passphrase", sheet.words, by=here, at=people.at)
        enrolment.keep_way("passphrase", new.wrapped, new.words, by=here, at=people.at)
        assert enrolment.ways(here) == ("passphrase", "reserve")
    with pytest.raises(CannotOpen):
        keyring.open_seed(olga.id, keys.passphrase)
    people.house.keys["Olga"] = type(keys)(keys.officer, keys.seed, new.words)
    people.tokens.clear()
    assert people.read(ref, "Olga").answers.narrative
    assert len(logged("way-replaced", thing=olga.id)) == 2


def test_somebody_who_lost_every_way_is_invited_again_and_gets_nothing_unheard(people: People) -> None:
    house, olga = people.house, people.house.officers["Olga"]
    ref, _ = people.send()
    settled(people)
    with people.sitting("Olga", unlocked=False) as here:
        lost = house.keys["Olga"].passphrase
        passkeys.add("c0ffee", "5a" * 32, "5a" * 32, lost, by=here, at=people.at)
    for kind in ("totp", "webauthn", "recovery_codes"):
        Authenticator.objects.create(user=olga, type=kind, data={})
    done = both(
        people, ProposalKind.INVITE, {"name": "Olga", "email": olga.email, "organisation": unit(people)}
    )
    assert "again" in done.words
    officer = enrolment.invited(olga.email, done.code, at=people.at)
    assert officer == olga.id
    first = enrolment.first_way(officer)
    second = enrolment.second_way(officer, first.wrapped, first.words)
    with acting("office"):
        words = enrolment.finish(
            officer,
            done.code,
            password=enrolment.hashed("a long enough password"),
            first=first.wrapped,
            second=second.wrapped,
            typed=second.words,
            at=people.at,
        )
    assert not Authenticator.objects.filter(user=olga).exists(), "nor does what was lost sign anybody in"
    assert not OfficeSession.objects.filter(officer=olga).exists()
    assert logged("enrolled", thing=olga.id)[-1].detail == {"second_steps": 3}
    people.tokens.pop("Olga")
    with people.sitting("Olga", unlocked=False) as here:  # a lost passkey opens nothing any more
        assert enrolment.ways(here) == ("passphrase", "reserve")
        with pytest.raises(CannotOpen):
            passkeys.unlock("5a" * 32, by=here, at=people.at)
    with people.sitting("Stella", unlocked=False) as stella:
        found = {one.id: one.state for one in setup_overview.overview(by=stella, at=people.at).people}
    assert found[officer] == "made-keys"
    both(people, ProposalKind.KEYS, {"officer": str(officer)}, said=words)
    house.keys["Olga"] = type(house.keys["Olga"])(officer, b"", first.words)
    people.tokens.clear()
    with people.sitting("Olga") as here:
        assert here.keys().seeds == {}
    with people.sitting("Odile") as odile:
        key_overview.compare(officer, words, house.keys["Odile"].passphrase, by=odile, at=people.at)
        desk = house.desks["north-east"].id
        assert readdressing.readdress(desk, by=odile, at=people.at).left == 0
    people.tokens.pop("Olga")
    assert people.read(ref, "Olga").answers.narrative


def test_who_was_stopped_comes_back_only_by_two_stewards(people: People) -> None:
    olga = people.house.officers["Olga"]
    with people.sitting("Stella", unlocked=False) as stella:
        leavers.suspend(olga.id, by=stella, at=people.at)
    ref = propose(
        people, ProposalKind.INVITE, {"name": "Olga", "email": olga.email, "organisation": unit(people)}
    )
    olga.refresh_from_db()
    assert not olga.is_active
    confirm(people, ref)
    olga.refresh_from_db()
    assert olga.is_active
