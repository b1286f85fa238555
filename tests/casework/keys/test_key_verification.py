"""A desk's keys go to nobody whose words a colleague has not heard: no ghost of two stewards, no swapped key."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from heedline.casework.duty import paging
from heedline.casework.errors import NotHere, WrongPassphrase
from heedline.casework.keys import directory as key_directory
from heedline.casework.keys import epochs, key_verification
from heedline.casework.keys.signing import state
from heedline.casework.setup import key_overview, leavers, stewardship
from heedline.desks.models import Acquaintances, EpochGrant
from heedline.dispatch.models import Alarm
from heedline.permits.gate import Refused
from heedline.permits.roles import Role
from heedline.vault.keys import new_seed, public_key, signing_public
from heedline.vault.statements.signed import key_text
from tests.support.acting import acting
from tests.support.cast import PASSWORD
from tests.support.partner_scene import at_the_council
from tests.support.scene_people import People, logged

pytestmark = pytest.mark.django_db
LATER = timedelta(days=70)


def a_ghost(people: People, name: str = "Gus") -> UUID:
    """Somebody whom two stewards put onto the north-east desk, and whom nobody there has met."""
    house = people.house
    with acting("office"):
        house.officers[name] = stewardship.make_officer(
            email=f"{name.lower()}@unit.example",
            name=f"{name} {name[0]}.",
            organisation=house.officers["Odile"].organisation,
            password=PASSWORD,
            hands=house.hands,
            at=people.at,
        )
        house.keys[name] = stewardship.wrap_keys(house.officers[name], at=people.at)
        stewardship.state_officer_keys(house.keys[name], hands=house.hands, at=people.at)
        stewardship.appoint(
            house.officers[name], Role.OFFICER, house.desks["north-east"], hands=house.hands, at=people.at
        )
    return house.officers[name].id


def said_by(people: People, name: str) -> str:
    """What somebody reads from their own page."""
    with people.sitting(name, unlocked=False) as here:
        return key_overview.own_words(here)


def compared(people: People, ghost: UUID, said: str, name: str = "Odile") -> int:
    with people.sitting(name) as here:
        return key_overview.compare(ghost, said, people.house.keys[name].passphrase, by=here, at=people.at)


def test_two_stewards_alone_give_a_ghost_nothing(people: People) -> None:
    ghost = a_ghost(people)
    later = people.at + LATER
    with people.sitting("Odile", at=later):  # makes the keys of the months to come
        pass
    assert not EpochGrant.objects.filter(officer_id=ghost).exists()
    known = key_directory.directory()
    newest = known.epochs(str(people.house.desks["north-east"].id))[-1]
    assert newest.grantees == {str(people.house.officers[n].id) for n in ("Odile", "Olga")}
    with acting("worker"):
        paging.watch_keys(later)
    assert Alarm.objects.filter(kind="without-keys", desk=people.house.desks["north-east"]).exists()


def test_whoever_compares_the_right_words_grants_what_they_can_open(people: People) -> None:
    ref, _ = people.send()
    ghost = a_ghost(people)
    assert compared(people, ghost, said_by(people, "Gus").title()) == 3
    people.tokens.pop("Gus")
    with people.sitting("Gus"):
        pass
    assert people.read(ref, "Gus").answers.narrative
    (event,) = logged("key-compared", thing=ghost)
    assert event.actor == people.house.officers["Odile"].id
    known = key_directory.directory()
    assert known.refused == ()
    assert all(str(ghost) in one.grantees for one in known.epochs(str(people.house.desks["north-east"].id)))
    with acting("worker"):
        paging.watch_keys(people.at)
    assert not Alarm.objects.exists()


def test_other_words_grant_nothing_and_are_logged(people: People) -> None:
    ghost = a_ghost(people)
    right = said_by(people, "Gus").split()
    for wrong in ("", said_by(people, "Olga"), " ".join(right[:7]), " ".join([*right[1:], right[0]])):
        with pytest.raises(Refused, match="not the words of the key"):
            compared(people, ghost, wrong)
    assert not EpochGrant.objects.filter(officer_id=ghost).exists()
    assert len(logged("key-compared", thing=ghost, refused=True)) == 4


def test_the_passphrase_is_needed_and_strangers_are_not_there(people: People) -> None:
    ghost, words = a_ghost(people), said_by(people, "Gus")
    with people.sitting("Odile") as odile:
        with pytest.raises(WrongPassphrase):
            key_overview.compare(ghost, words, "not the six words of mine", by=odile, at=people.at)
    for name in ("Otto", "Nadia", "Ada", "Stella"):
        with pytest.raises(NotHere):
            compared(people, ghost, words, name)
    assert not EpochGrant.objects.filter(officer_id=ghost).exists()


def test_a_swapped_key_is_compared_anew(people: People) -> None:
    """Two stewards state another key for Olga: what comes is not granted to it, and Odile is told."""
    house, olga = people.house, people.house.officers["Olga"].id
    theirs = new_seed()
    body = {
        "person": str(olga),
        "kem": key_text(public_key(theirs)),
        "signing": key_text(signing_public(theirs)),
    }
    with people.sitting("Odile"):
        pass
    with acting("office"):
        state("officer", body, house.hands, at=people.at)
    with people.sitting("Odile") as odile:
        assert ["compare their words again" in one.words for one in key_overview.changes(by=odile)] == [True]
        assert not odile.keys().known.has_compared(str(olga))
    people.tokens.clear()
    with people.sitting("Odile", at=people.at + LATER):
        pass  # alone now: no new key would be opened by two
    known = key_directory.directory()
    assert not any(
        one.serial > known.officer(str(olga)).serial  # type: ignore[union-attr]
        for one in known.epochs(str(house.desks["north-east"].id))
    )


def test_whoever_writes_to_tables_cannot_compare_for_somebody(people: People) -> None:
    """Odile's row is put in the place of Olga's, and an older one of her own back into its place."""
    odile, olga = (people.house.officers[n].id for n in ("Odile", "Olga"))
    before = bytes(Acquaintances.objects.get(officer_id=odile).sealed)
    ghost = a_ghost(people)
    compared(people, ghost, said_by(people, "Gus"))
    now = bytes(Acquaintances.objects.get(officer_id=odile).sealed)
    Acquaintances.objects.filter(officer_id=olga).update(sealed=now)
    with acting("office"):
        mine = key_verification.load(olga, people.house.keys["Olga"].seed)
        assert not mine.has_compared(str(ghost))
        Acquaintances.objects.filter(officer_id=odile).update(sealed=before)
        assert not key_verification.load(odile, people.house.keys["Odile"].seed).has_compared(str(ghost))


def test_a_member_who_has_met_nobody_makes_no_key_for_themselves_alone(people: People) -> None:
    a_ghost(people)
    with acting("office"), pytest.raises(Refused, match="Compare verification words"):
        epochs.make_epoch(
            people.house.desks["north-east"],
            people.at.date(),
            by=people.house.keys["Gus"].hand,
            at=people.at,
        )


def test_what_changed_is_shown_until_it_is_acknowledged(people: People) -> None:
    with people.sitting("Odile") as odile:
        assert key_overview.changes(by=odile) == ()
    a_ghost(people)
    with people.sitting("Odile") as odile:
        found = key_overview.changes(by=odile)
        assert [one.words for one in found] == ["Gus G. is a member of North East desk."] or len(found) == 2
        words = people.house.keys["Odile"].passphrase
        here = key_overview.acknowledge(found[-1].serial, words, by=odile, at=people.at)
        assert key_overview.changes(by=here) == ()
    with people.sitting("Otto") as otto:  # another desk's
        assert key_overview.changes(by=otto) == ()
    assert len(logged("changes-seen", thing=None)) >= 1


def test_a_key_that_a_colleague_made_is_shown_with_whom_it_was_granted_to(people: People) -> None:
    with people.sitting("Odile", at=people.at + LATER):
        pass
    with people.sitting("Olga", at=people.at + LATER) as olga:
        found = key_overview.changes(by=olga)
    assert found
    assert all("granted to Odile O., Olga O." in one.words for one in found)


def test_overseers_and_stewards_see_every_desk_and_officers_their_own(people: People) -> None:
    with acting("office"):
        stewardship.appoint(
            people.house.officers["Ned"], Role.OVERSEER, None, hands=people.house.hands, at=people.at
        )
    for name, count in (("Ned", 4), ("Stella", 4), ("Odile", 1), ("Ada", 1)):
        with people.sitting(name, unlocked=False) as here:
            found = key_overview.desk_keys(by=here, at=people.at)
            assert len(found) == count
            if name == "Odile":
                assert [(one.name, one.opens) for one in found[0].people] == [
                    ("Odile O.", True),
                    ("Olga O.", True),
                ]
                assert {one.state for one in found[0].epochs} == {"in-force", "to-come"}


def test_nobody_without_a_role_sees_who_opens_what(people: People) -> None:
    with people.sitting("Ned", unlocked=False) as ned, pytest.raises(Refused):
        key_overview.desk_keys(by=ned, at=people.at)


@pytest.mark.usefixtures("council")
def test_who_leaves_is_said_where_they_held_keys_and_nowhere_else(people: People) -> None:
    with acting("office"):
        leavers.leave(people.house.officers["Olga"], hands=people.house.hands, at=people.at)
    said = "Olga O. has left."
    with people.sitting("Odile") as odile:
        assert said in [one.words for one in key_overview.changes(by=odile)]
    with people.sitting("Otto") as otto:
        assert not [one for one in key_overview.changes(by=otto) if one.words.endswith("has left.")]
    with at_the_council(people) as petra:
        assert not [one for one in key_overview.changes(by=petra) if one.words.endswith("has left.")]
