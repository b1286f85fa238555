"""Everybody of a desk has lost everything: three of five shares open its reports again, and the desk is told."""

from __future__ import annotations

from itertools import combinations
from uuid import UUID

import pytest

from heedline.casework.duty import paging
from heedline.casework.keys import directory as key_directory
from heedline.casework.keys.signing import Hand, state
from heedline.casework.setup import key_overview, readdressing, recovery, stewardship
from heedline.casework.setup.recovery import Split
from heedline.desks.models import EpochGrant, SeedWrapping
from heedline.dispatch.models import Alarm
from heedline.permits.gate import Refused
from heedline.reports.models import SealedHeader
from heedline.vault.keys import new_seed, public_key
from heedline.vault.statements.signed import key_text
from tests.support.acting import acting
from tests.support.cast import become_acquainted
from tests.support.leaving_scene import settled
from tests.support.scene_people import People, logged

pytestmark = pytest.mark.django_db
HOLDERS = ("Hanna Howe", "Hugo Hale", "Henk Hart", "Heidi Holm", "Hal Hobbs")
OTHERS = ("Ines Ives", "Ivor Inch", "Ida Irwin", "Igor Ilic", "Isla Imms")


def made(people: People, code: str = "north-east", holders: tuple[str, ...] = HOLDERS) -> Split:
    with acting("office"):
        return recovery.make(people.house.desks[code], holders, hands=people.house.hands, at=people.at)


def compared(people: People, split: Split, name: str = "Odile", code: str = "north-east") -> None:
    with people.sitting(name) as here:
        desk = people.house.desks[code].id
        words = people.house.keys[name].passphrase
        key_overview.compare_recovery(desk, split.words, words, by=here, at=people.at)


def loses_everything(people: People, *names: str) -> None:
    """Passphrases and papers are gone; each makes new keys, which two stewards sign."""
    house = people.house
    for name in names:
        SeedWrapping.objects.filter(officer=house.officers[name]).delete()
        with acting("office"):
            house.keys[name] = stewardship.wrap_keys(house.officers[name], at=people.at)
            stewardship.state_officer_keys(house.keys[name], hands=house.hands, at=people.at)
    people.tokens.clear()


def recovered(people: People, three: tuple[str, ...], by: Hand) -> int:
    with acting("office"):
        return recovery.recover(people.house.desks["north-east"], three, by=by, at=people.at)


def test_three_of_five_bring_back_the_reports_of_a_desk_that_lost_everything(people: People) -> None:
    ref, _ = people.taken(narrative="Kept through it all, at the north gate.")
    split = made(people)
    compared(people, split)
    settled(people)
    loses_everything(people, "Odile", "Olga")
    with people.sitting("Odile") as odile:
        assert odile.keys().seeds == {}
    for three in ((0, 1, 2), (4, 2, 0)):
        given = recovered(people, tuple(split.shares[n] for n in three), people.house.keys["Odile"].hand)
        assert given == (3 if three == (0, 1, 2) else 0)
    people.tokens.clear()
    assert "north gate" in people.read(ref).answers.narrative
    # the colleague gets it from her, as always
    with acting("office"):
        become_acquainted(people.house, "Odile", "Olga", at=people.at)
    with people.sitting("Odile") as odile:
        olga = people.house.officers["Olga"].id
        said = key_overview.words_of(str(olga)) or ""
        key_overview.compare(olga, said, people.house.keys["Odile"].passphrase, by=odile, at=people.at)
    # the lost keys are out of use: what lies under them is addressed to new ones
    with people.sitting("Odile") as odile:
        assert readdressing.readdress(people.house.desks["north-east"].id, by=odile, at=people.at).left == 0
    assert "north gate" in people.read(ref, "Olga").answers.narrative
    events = logged("keys-recovered")
    assert [event.actor for event in events] == [people.house.officers["Odile"].id] * 2
    with acting("worker"):
        paging.drain(people.at)
    alarm = Alarm.objects.get(kind="keys-recovered")
    assert alarm.desk_id == people.house.desks["north-east"].id
    assert key_directory.directory().refused == ()


def test_the_shares_still_help_when_the_desk_has_made_new_keys_before_they_came(people: People) -> None:
    """Reports come in while three people travel: two members compare words and go on, then the shares are typed."""
    house = people.house
    ref, _ = people.taken(narrative="Kept through it all, at the north gate.")
    split = made(people)
    compared(people, split)
    settled(people)
    loses_everything(people, "Odile", "Olga")
    with acting("office"):
        become_acquainted(house, "Odile", "Olga", at=people.at)
    with people.sitting("Odile") as odile:
        assert len(odile.keys().seeds) == 3  # new ones
    assert people.send()
    people.tokens.clear()
    assert recovered(people, split.shares[1:4], house.keys["Odile"].hand) == 3
    with people.sitting("Odile") as odile:
        desk = house.desks["north-east"].id
        assert readdressing.left(desk, by=odile) > 0
        assert readdressing.readdress(desk, by=odile, at=people.at).left == 0
    assert "north gate" in people.read(ref).answers.narrative
    assert key_directory.directory().refused == ()


def test_two_shares_wrong_shares_and_shares_of_another_desk_open_nothing(people: People) -> None:
    people.send()
    split = made(people)
    compared(people, split)
    other = made(people, "south-west")
    loses_everything(people, "Odile", "Olga")
    hand = people.house.keys["Odile"].hand
    a, b, c, *_ = split.shares
    first = "academic" if c.split()[0] != "academic" else "acid"
    wrong = " ".join([first, *c.split()[1:]])
    tried: list[tuple[str, ...]] = [
        (a, b),
        (a, b, b),
        (a, b, wrong),
        (a, b, ""),
        other.shares[:3],
        (a, b, other.shares[2]),
    ]
    for three in tried:
        with pytest.raises(Refused):
            recovered(people, three, hand)
    assert len(logged("keys-recovered", refused=True)) == len(tried)
    assert len(EpochGrant.objects.filter(officer_id=UUID(hand.person))) == 3  # the old ones, to the old key


def test_the_shares_give_nobody_else_a_key(people: People) -> None:
    split = made(people)
    compared(people, split)
    for name in ("Otto", "Nadia", "Stella"):
        with pytest.raises(Refused, match="member"):
            recovered(people, split.shares[:3], people.house.keys[name].hand)


def test_a_recovery_key_that_no_member_has_compared_gets_nothing(people: People) -> None:
    """Two stewards state a key of their own."""
    made(people)
    with people.sitting("Odile"):
        pass
    assert not EpochGrant.objects.filter(officer=None).exists()
    forged = {
        "desk": str(people.house.desks["north-east"].id),
        "kem": key_text(public_key(new_seed())),
        "holders": list(OTHERS),
    }
    split = made(people)
    compared(people, split)
    assert EpochGrant.objects.filter(officer=None).count() == 3
    before = {row.epoch_id: bytes(row.sealed) for row in EpochGrant.objects.filter(officer=None)}
    with acting("office"):
        state("recovery", forged, people.house.hands, at=people.at)
    people.tokens.clear()
    with people.sitting("Odile") as odile:
        assert any("recovery key" in one.words for one in key_overview.changes(by=odile))
    assert {row.epoch_id: bytes(row.sealed) for row in EpochGrant.objects.filter(officer=None)} == before


def test_whoever_recovers_a_desk_does_not_recover_its_authorisers(people: People) -> None:
    made(people)
    for holders in (HOLDERS, (*OTHERS[:4], "hanna  HOWE")):
        with pytest.raises(Refused, match="other side"):
            made(people, "identity", holders)
    made(people, "identity", OTHERS)
    with pytest.raises(Refused, match="other side"):
        made(people, "south-west", (*HOLDERS[:4], OTHERS[0]))
    assert len(logged("recovery-made", refused=True)) == 3


def test_five_different_people_and_two_stewards(people: People) -> None:
    for holders in (HOLDERS[:4], (*HOLDERS[:4], "HANNA HOWE"), (*HOLDERS[:4], " ")):
        with pytest.raises(Refused, match="five different"):
            made(people, holders=holders)
    with acting("office"), pytest.raises(Refused):
        recovery.make(
            people.house.desks["north-east"],
            HOLDERS,
            hands=[people.house.keys["Stella"].hand],
            at=people.at,
        )


def test_any_three_and_their_words_are_on_the_paper(people: People) -> None:
    split = made(people)
    assert len(set(split.shares)) == 5
    for three in combinations(split.shares, 3):
        assert recovery.combined_words([one.upper() for one in three]) == split.words
    assert SealedHeader.objects.count() == 0
