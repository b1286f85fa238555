"""Somebody leaves: out at once, and what they held opens nothing any more, in a copy of the database of afterwards."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction

from heedline.casework.access import keyring
from heedline.casework.contact import messages
from heedline.casework.duty import paging
from heedline.casework.errors import NotHere
from heedline.casework.keys import directory as key_directory
from heedline.casework.keys import epochs, signing
from heedline.casework.keys.signing import Hand
from heedline.casework.setup import leavers, readdressing, stewardship
from heedline.desks.models import Appointment, EpochGrant, EpochKeyRow, OnCall, SeedWrapping, Shift
from heedline.dispatch.models import Alarm
from heedline.permits import key_functions
from heedline.permits.gate import Refused
from heedline.permits.models import OfficeSession, UnlockedKeys
from heedline.permits.roles import Role
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import IdentityShare, SealedHeader, SealedPayload
from heedline.vault import CannotOpen
from heedline.vault.statements.signed import ROOT
from tests.support import stories
from tests.support.acting import acting
from tests.support.cast import PASSWORD, House
from tests.support.identity_scene import ask, decide, open_it
from tests.support.leaving_scene import (
    a_third_officer,
    an_hour_later,
    ended,
    leaves,
    opened_by,
    present,
    settled,
)
from tests.support.scene_people import NAMED, People, logged, row

pytestmark = pytest.mark.django_db


def test_one_steward_stops_somebody_at_once(people: People) -> None:
    with people.sitting("Olga"):
        pass
    olga = people.house.officers["Olga"]
    with people.sitting("Stella", unlocked=False) as stella:
        leavers.suspend(olga.id, by=stella, at=people.at)
    olga.refresh_from_db()
    assert not olga.is_active
    assert not OfficeSession.objects.filter(officer=olga).exists()
    (event,) = logged("officer-suspended", thing=olga.id)
    assert event.actor == people.house.officers["Stella"].id


@pytest.mark.parametrize("name", ["Odile", "Ada", "Ned"])
def test_nobody_else_stops_anybody(people: People, name: str) -> None:
    olga = people.house.officers["Olga"]
    with people.sitting(name, unlocked=False) as here, pytest.raises(Refused):
        leavers.suspend(olga.id, by=here, at=people.at)
    olga.refresh_from_db()
    assert olga.is_active
    assert len(logged("officer-suspended", refused=True)) == 1


def test_a_leaver_is_out_of_everything_at_once(people: People) -> None:
    house, olga = people.house, people.house.officers["Olga"]
    with people.sitting("Olga"):
        pass
    OnCall.objects.create(desk=house.desks["north-east"], step=1, officer=olga)
    begun = Shift.objects.create(
        desk=house.desks["north-east"],
        officer=olga,
        starts_at=people.at - timedelta(hours=1),
        ends_at=people.at + timedelta(hours=7),
    )
    leaves(people)
    olga.refresh_from_db()
    begun.refresh_from_db()
    assert not olga.is_active
    assert begun.ends_at == people.at
    assert not OnCall.objects.filter(officer=olga).exists()
    assert not SeedWrapping.objects.filter(officer=olga).exists()
    assert not OfficeSession.objects.filter(officer=olga).exists()
    assert not Appointment.objects.filter(officer=olga, ended_on=None).exists()
    known = key_directory.directory()
    assert known.officer(str(olga.id)) is None
    assert str(olga.id) not in known.members(str(house.desks["north-east"].id))
    (event,) = logged("officer-left", thing=olga.id)
    assert event.desk == house.desks["north-east"].id
    with pytest.raises(CannotOpen):
        keyring.open_seed(olga.id, house.keys["Olga"].passphrase)


def test_two_stewards_sign_it_and_nobody_else(people: People) -> None:
    house = people.house
    stella, odile = house.keys["Stella"].hand, house.keys["Odile"].hand
    for hands in ([], [stella], [stella, stella], [stella, odile], [odile]):
        with acting("office"), pytest.raises(Refused):
            leavers.leave(house.officers["Olga"], hands=hands, at=people.at)
        with acting("office"), pytest.raises(Refused):
            leavers.leave_desk(house.officers["Olga"], house.desks["north-east"], hands=hands, at=people.at)
    assert Appointment.objects.filter(officer=house.officers["Olga"], ended_on=None).exists()
    assert len(logged("officer-left", refused=True)) == 5


def test_two_stewards_are_always_left(people: People) -> None:
    house = people.house
    with acting("office"), pytest.raises(Refused, match="two stewards"):
        leavers.leave(house.officers["Stella"], hands=house.hands, at=people.at)


def test_a_steward_who_was_stopped_is_none_of_the_two(people: People) -> None:
    """They can neither sign nor be counted upon: a proposal of theirs from before does not carry either."""
    house = people.house
    with acting("office"):
        third = stewardship.make_officer(
            email="sid@unit.example",
            name="Sid S.",
            organisation=house.officers["Sten"].organisation,
            password=PASSWORD,
            hands=house.hands,
            at=people.at,
        )
        keys = stewardship.wrap_keys(third, at=people.at)
        stewardship.first_steward(third, keys, root=Hand(ROOT, house.root), at=people.at)
    with people.sitting("Stella", unlocked=False) as stella:
        before = signing.propose("leaver", {"person": str(third.id)}, house.keys["Sten"].hand, at=people.at)
        leavers.suspend(house.officers["Sten"].id, by=stella, at=people.at)
    hands = [house.keys["Stella"].hand, keys.hand]
    with acting("office"):
        with pytest.raises(Refused, match="role"):
            leavers.leave(third, hands=[before, hands[0]], at=people.at)
        with pytest.raises(Refused, match="At least two stewards must remain"):
            leavers.leave(third, hands=hands, at=people.at)
        leavers.leave(house.officers["Sten"], hands=hands, at=people.at)
    assert key_directory.directory().stewards() == {one.person for one in hands}


def test_leaving_one_desk_keeps_the_person(people: People) -> None:
    house, olga = people.house, people.house.officers["Olga"]
    with acting("office"):
        leavers.leave_desk(olga, house.desks["north-east"], hands=house.hands, at=people.at)
    olga.refresh_from_db()
    assert olga.is_active
    known = key_directory.directory()
    assert known.officer(str(olga.id)) is not None
    assert str(olga.id) not in known.members(str(house.desks["north-east"].id))


def test_an_alarm_asks_a_member_and_their_unlocking_makes_new_keys(people: People) -> None:
    a_third_officer(people)
    desk = people.house.desks["north-east"]
    before = present(people)
    leaves(people)
    with acting("worker"):
        paging.watch_keys(people.at)
    kinds = set(Alarm.objects.filter(desk=desk, cleared_at=None).values_list("kind", flat=True))
    assert {"keys-to-change", "epoch-ending"} <= kinds
    with people.sitting("Odile"):
        pass
    known = key_directory.directory()
    now = known.epoch(str(desk.id), present(people))
    assert now is not None
    assert now.epoch != before
    assert now.grantees == {str(people.house.officers[n].id) for n in ("Odile", "Orsolya")}
    assert known.is_ahead(str(desk.id), people.at.date())
    # all that Olga holds has ended, the months to come included
    assert len(ended(people)) == 3
    assert all(one.ended for one in known.epochs(str(desk.id)) if known.is_stale(one))


def test_new_keys_lock_colleagues_who_have_not_got_them(people: People) -> None:
    a_third_officer(people)
    with people.sitting("Orsolya"):
        pass
    leaves(people)
    with people.sitting("Odile") as odile:
        assert odile.unlocked
    with people.sitting("Orsolya") as orsolya:
        assert not orsolya.unlocked
    assert UnlockedKeys.objects.count() == 1


def _walk(people: People) -> dict[str, object]:
    """Reports with all that can hang on them, Olga gone, new keys made. What their payloads were."""
    a_third_officer(people)
    ref, _ = people.taken(**NAMED)
    with people.sitting("Odile") as odile:
        messages.ask(ref, "Which side door?", version=row(ref).version, by=odile, at=people.at)
    people.closed(narrative="Another one")
    people.send(where={"postcode": stories.SOUTH_WEST})
    settled(people)
    leaves(people)
    people.tokens.pop("Odile")
    with people.sitting("Odile"):
        pass
    return {
        str(one.container): (bytes(one.payload), bytes(one.sha256)) for one in SealedPayload.objects.all()
    }


def test_what_a_leaver_held_opens_nothing_afterwards(people: People) -> None:
    before = _walk(people)
    desk = people.house.desks["north-east"]
    opened = opened_by(people, "Olga")
    assert opened > 4  # a copy of the database of before: the threat model says so
    by_nadia = opened_by(people, "Nadia")
    with people.sitting("Odile") as odile:
        left = readdressing.left(desk.id, by=odile)
        done = readdressing.readdress(desk.id, by=odile, at=people.at)
    assert (done.moved, done.failed, done.left) == (left, 0, 0)
    an_hour_later(desk.id)
    with people.sitting("Odile") as odile:
        papers = [readdressing.destroy(epoch, by=odile, at=people.at) for epoch in ended(people)]
    assert opened_by(people, "Olga") == 0
    assert opened_by(people, "Odile") == opened_by(people, "Orsolya") == opened
    assert opened_by(people, "Nadia") == by_nadia  # whoever else could open a part still can
    assert not EpochGrant.objects.filter(epoch__destroyed_on__isnull=False).exists()
    assert {
        str(one.container): (bytes(one.payload), bytes(one.sha256)) for one in SealedPayload.objects.all()
    } == before
    assert all(one.true_from - one.destroyed_on == timedelta(days=31) for one in papers)
    assert "Backups of the key store" in papers[0].words
    # and the desk goes on
    ref = SealedHeader.objects.filter(part="report", epochs__contains=[present(people)]).first()
    assert ref is not None
    assert people.read(ref.report_id).answers.narrative


def test_identities_still_open_after_both_sides_have_changed_their_keys(people: People) -> None:
    a_third_officer(people)
    a_third_officer(people, "Abena", "identity")
    ref, _ = people.taken(**NAMED)
    settled(people)
    leaves(people, "Olga")
    leaves(people, "Anton")
    people.tokens.clear()
    for name, code in (("Odile", "north-east"), ("Ada", "identity")):
        with people.sitting(name) as here:
            desk = people.house.desks[code].id
            assert readdressing.readdress(desk, by=here, at=people.at).left == 0
        an_hour_later(desk)
        with people.sitting(name) as here:
            for epoch in ended(people, code):
                readdressing.destroy(epoch, by=here, at=people.at)
    assert opened_by(people, "Anton") == 0
    request = ask(people, ref)
    decide(people, request)
    assert open_it(people, request).given


def test_it_can_end_anywhere_and_goes_on_where_it_was(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    _walk(people)
    desk = people.house.desks["north-east"].id
    monkeypatch.setattr(readdressing, "BATCH", 2)

    class Killed(BaseException):
        pass

    def die(moved: int) -> None:
        if moved >= 4:
            raise Killed

    with people.sitting("Odile") as odile:
        left = readdressing.left(desk, by=odile)
        with pytest.raises(Killed):
            readdressing.readdress(desk, by=odile, at=people.at, told=die)
        assert readdressing.left(desk, by=odile) == left - 4
        assert readdressing.readdress(desk, by=odile, at=people.at, most=1).moved == 1
        done = readdressing.readdress(desk, by=odile, at=people.at)
    assert (done.moved, done.left) == (left - 5, 0)


def test_a_key_is_not_destroyed_too_early_or_while_something_is_left(people: People) -> None:
    _walk(people)
    desk = people.house.desks["north-east"].id
    with people.sitting("Odile") as odile:
        for epoch in ended(people):
            with pytest.raises(NotNow, match="one hour"):
                readdressing.destroy(epoch, by=odile, at=people.at)
    an_hour_later(desk)
    used = {e for header in SealedHeader.objects.all() for e in header.epochs}
    with people.sitting("Odile") as odile:
        for epoch in ended(people):
            if epoch in used:
                with pytest.raises(NotNow, match="still sealed"):
                    readdressing.destroy(epoch, by=odile, at=people.at)
        with pytest.raises(NotHere):  # in force
            readdressing.destroy(UUID(present(people)), by=odile, at=people.at)


@pytest.mark.parametrize("name", ["Otto", "Nadia", "Ada", "Stella", "Ned"])
def test_nobody_else_touches_a_desks_keys(people: People, name: str) -> None:
    _walk(people)
    desk = people.house.desks["north-east"].id
    an_hour_later(desk)
    epoch = ended(people)[0]
    headers = dict(SealedHeader.objects.values_list("container", "header"))
    with people.sitting(name, unlocked=name != "Ned") as here:
        for act in (
            lambda: readdressing.readdress(desk, by=here, at=people.at),
            lambda: readdressing.left(desk, by=here),
            lambda: readdressing.destroy(epoch, by=here, at=people.at),
        ):
            with pytest.raises(NotHere):
                act()
    assert dict(SealedHeader.objects.values_list("container", "header")) == headers
    assert EpochKeyRow.objects.get(id=epoch).destroyed_on is None


def test_the_wall_says_the_same_when_the_verb_is_passed_by(people: People) -> None:
    _walk(people)
    desk = people.house.desks["north-east"].id
    an_hour_later(desk)
    epoch = ended(people)[0]
    with people.sitting("Otto"):
        assert key_functions.retired(desk) == ()
        assert key_functions.headers_to_move(desk, after=key_functions.START, most=10) == []
        assert key_functions.shares_to_move(desk, after=key_functions.START, most=10) == []
        assert key_functions.left_to_move(desk) == (0, 0)
        assert key_functions.destroy_epoch(epoch) == "not-yours"
        assert not key_functions.retire_epoch(epoch)


def test_a_row_that_lies_about_its_readers_gives_nobody_a_key(people: People) -> None:
    """Whoever can write to the database adds the key of a friend's desk to every row, and waits for the re-addressing."""
    _walk(people)
    friends = present(people, "south-west")
    for header in SealedHeader.objects.filter(part="report"):
        header.epochs = [*header.epochs, friends]
        header.save(update_fields=["epochs"])
    before = opened_by(people, "Otto")
    with people.sitting("Odile") as odile:
        readdressing.readdress(people.house.desks["north-east"].id, by=odile, at=people.at)
    assert opened_by(people, "Otto") == before


def test_nothing_is_stored_for_a_key_that_is_gone(people: People) -> None:
    """A public process that slept believes in a key of yesterday: the reporter is told, and nothing is lost."""
    _walk(people)
    desk = people.house.desks["north-east"].id
    known = key_directory.directory()
    gone = [one for one in known.epochs(str(desk)) if one.ended and one.opens_on <= people.at.date()]
    with people.sitting("Odile") as odile:
        readdressing.readdress(desk, by=odile, at=people.at)
    an_hour_later(desk)
    with people.sitting("Odile") as odile:
        for epoch in ended(people):
            readdressing.destroy(epoch, by=odile, at=people.at)
    header = SealedHeader.objects.filter(part="report").first()
    assert header is not None
    with pytest.raises(DatabaseError), transaction.atomic():
        SealedHeader.objects.create(
            container=people.house.desks["identity"].id,
            report_id=header.report_id,
            part="note",
            header=b"",
            epochs=[gone[0].epoch],
        )


def test_a_leavers_words_stay_ours_and_new_ones_are_not(people: People) -> None:
    a_third_officer(people)
    ref, code = people.taken("Olga")
    with people.sitting("Olga") as olga:
        messages.ask(ref, "Which side door?", version=row(ref).version, by=olga, at=people.at)
    leaves(people)
    with acting("public"):
        (message,) = messages.visit(code, at=people.at).messages
    assert message.verified
    known = key_directory.directory()
    tomorrow = people.at.date() + timedelta(days=1)
    assert known.spoke_on(str(people.house.officers["Olga"].id), tomorrow) == ()


def test_an_epoch_is_ended_by_a_member_and_not_the_last_one(people: People) -> None:
    desk = people.house.desks["north-east"]
    known = key_directory.directory()
    first = known.epochs(str(desk.id))[0]
    with people.sitting("Odile"), pytest.raises(Refused):
        epochs.retire(desk, UUID(first.epoch), by=people.house.keys["Odile"].hand, at=people.at)
    with people.sitting("Otto"), pytest.raises(Refused):
        epochs.retire(desk, UUID(first.epoch), by=people.house.keys["Otto"].hand, at=people.at)


def test_shares_go_with_the_reports(people: People) -> None:
    _walk(people)
    old = set(ended(people))
    assert IdentityShare.objects.filter(epoch__in=old).exists()
    with people.sitting("Odile") as odile:
        readdressing.readdress(people.house.desks["north-east"].id, by=odile, at=people.at)
    assert not IdentityShare.objects.filter(epoch__in=old).exists()


def test_who_comes_back_is_appointed_anew(house: House, people: People) -> None:
    leaves(people)
    with acting("office"):
        olga = house.officers["Olga"]
        again = stewardship.wrap_keys(olga, at=people.at)
        stewardship.state_officer_keys(again, hands=house.hands, at=people.at)
        stewardship.appoint(olga, Role.OFFICER, house.desks["north-east"], hands=house.hands, at=people.at)
    known = key_directory.directory()
    # what she held under her former keys stays out of use
    assert all(known.is_stale(one) for one in known.epochs(str(house.desks["north-east"].id)))
