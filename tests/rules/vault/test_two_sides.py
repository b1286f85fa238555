"""Nobody is on both sides of an identity, over the whole history of statements: the rule alone, without a database."""

from __future__ import annotations

import pytest
from tests.rules.vault.test_statements import MARCH, Paper, kem, reason, signing
from tests.rules.vault.test_statements import paper as paper


def moves(paper: Paper, person: str, out_of: str, into: str) -> None:
    paper.say("leaver", person=person, desk=out_of)
    paper.member(into, person)


def changed_keys(paper: Paper, desk: str, old: str, by: str, others: list[str]) -> None:
    """The desk has a new key, and says that the old one has ended and is destroyed."""
    paper.epoch(desk, f"after-{old}", MARCH, others, by=[by])
    paper.say("ended", by=[by], desk=desk, epoch=old)
    paper.say("destroyed", by=[by], desk=desk, epoch=old)


def test_whoever_was_given_a_desks_key_does_not_become_an_authoriser(paper: Paper) -> None:
    moves(paper, "otto", "north-east", "authorisers")
    assert reason(paper) == "somebody who was given a key of the other side that is not destroyed"


def test_nor_the_other_way_round(paper: Paper) -> None:
    paper.epoch("authorisers", "first", MARCH, ["ada"], by=["ada"])
    moves(paper, "ada", "authorisers", "north-east")
    assert reason(paper) == "somebody who was given a key of the other side that is not destroyed"


def test_a_desk_without_an_authoriser_is_on_the_reading_side_too(paper: Paper) -> None:
    """A report with a name can be handed over to it."""
    paper.desk("south-west")
    paper.member("south-west", "abel")
    paper.epoch("south-west", "first", MARCH, ["abel"], by=["abel"])
    moves(paper, "abel", "south-west", "authorisers")
    assert reason(paper) == "somebody who was given a key of the other side that is not destroyed"


def test_after_destruction_the_same_key_is_still_refused_and_a_new_one_is_not(paper: Paper) -> None:
    paper.say("leaver", person="otto", desk="north-east")
    changed_keys(paper, "north-east", "march", "odile", ["odile"])
    paper.member("authorisers", "otto")
    assert reason(paper) == "a public key that was given a key of the other side"
    paper.all.pop()
    paper.officer("otto", kem=kem("otto again"))
    paper.member("authorisers", "otto")
    paper.epoch("authorisers", "first", MARCH, ["ada", "otto"], by=["ada"])
    assert paper.adds_up_to().refused == ()
    paper.officer("otto")  # and back to the key of before
    paper.say("granted", by=["ada"], desk="authorisers", epoch="first", grantees=["otto"])
    assert reason(paper) == "a public key that was given a key of the other side"


def test_an_epoch_is_not_destroyed_before_it_has_ended(paper: Paper) -> None:
    paper.say("destroyed", by=["odile"], desk="north-east", epoch="march")
    assert reason(paper) == "an epoch that has not ended"


def test_a_former_authoriser_desk_stays_on_its_side(paper: Paper) -> None:
    """Two stewards state the desk without its authorisers, and move somebody over."""
    paper.desk("north-east", authoriser=None)
    moves(paper, "otto", "north-east", "authorisers")
    assert reason(paper) == "somebody who was given a key of the other side that is not destroyed"


def test_a_desk_whose_former_member_reads_elsewhere_becomes_no_authoriser(paper: Paper) -> None:
    paper.desk("second")
    paper.member("second", "otto")
    paper.epoch("second", "first", MARCH, ["otto"], by=["otto"])
    paper.say("leaver", person="otto", desk="second")
    paper.desk("south-west", authoriser="second")
    assert reason(paper) == "somebody was given keys of both desks"
    assert paper.adds_up_to().desk("south-west") is None


@pytest.mark.parametrize("name", ["HANNA  howe", "Ｈanna Howe", "hanna howe"])
def test_a_holder_of_shares_is_known_however_the_name_is_written(paper: Paper, name: str) -> None:
    paper.say("recovery", desk="north-east", kem=kem("one"), holders=["Hanna Howe", "Hugo Hale"])
    paper.say("recovery", desk="authorisers", kem=kem("two"), holders=[name, "Ines Ives"])
    assert reason(paper) == "somebody helps to recover both desks"
    paper.all.pop()
    paper.say("recovery", desk="authorisers", kem=kem("two"), holders=["Ines Ives", "INES IVES"])
    assert reason(paper) == "one holder named twice"


def test_a_former_holder_of_shares_does_not_help_the_other_side(paper: Paper) -> None:
    paper.say("recovery", desk="north-east", kem=kem("one"), holders=["Hanna Howe"])
    paper.say("recovery", desk="north-east", kem=kem("three"), holders=["Hugo Hale"])
    paper.say("recovery", desk="authorisers", kem=kem("two"), holders=["Hanna Howe"])
    assert reason(paper) == "somebody helps to recover both desks"


@pytest.mark.parametrize("kind", ["partner", "region"])
def test_a_desk_with_members_changes_to_no_partners_desk_or_back(paper: Paper, kind: str) -> None:
    if kind == "region":
        paper.desk("council", kind="partner")
        paper.member("council", "abel")
        paper.desk("council", kind="region")
    else:
        paper.desk("north-east", kind="partner")
    assert reason(paper) == "a desk that has had members becomes no partner's, and a partner's none of ours"


def test_a_partner_takes_no_part_in_identities(paper: Paper) -> None:
    paper.desk("council", kind="partner")
    paper.desk("south-west", authoriser="council")
    assert reason(paper) == "a partner's desk takes no part in identities"
    paper.all.pop()
    paper.desk("town", kind="partner", authoriser="authorisers")
    assert reason(paper) == "a partner's desk takes no part in identities"
    paper.all.pop()
    paper.say("partner", person="pia", organisation="council", kem=kem("pia"), signing=signing("pia"))
    assert paper.adds_up_to().refused == ()


# --- a key whose seed nobody has -------------------------------------------------------------------------------------


def test_one_member_alone_brings_no_key_into_force_while_there_is_a_proven_one(paper: Paper) -> None:
    paper.say("opened", by=["otto"], desk="north-east", epoch="march")
    paper.epoch("north-east", "nobody has its seed", MARCH, ["odile", "otto"], by=["odile"])
    now = paper.adds_up_to().current_epoch("north-east", MARCH)
    assert now is not None
    assert now.epoch == "march"
    paper.say("opened", by=["otto"], desk="north-east", epoch="nobody has its seed")
    now = paper.adds_up_to().current_epoch("north-east", MARCH)
    assert now is not None
    assert now.epoch == "nobody has its seed"


@pytest.mark.parametrize("by", ["odile", "abel", "stella"])
def test_only_another_grantee_says_that_a_key_opens(paper: Paper, by: str) -> None:
    paper.member("north-east", "abel")
    paper.say("opened", by=[by], desk="north-east", epoch="march")
    assert reason(paper) in {
        "not said by somebody to whom another granted it",
        "not signed by one member of the desk",
    }


def test_when_leavers_hold_every_proven_key_the_newest_clean_one_is_taken(paper: Paper) -> None:
    paper.say("opened", by=["otto"], desk="north-east", epoch="march")
    paper.say("leaver", person="otto", desk="north-east")
    paper.epoch("north-east", "second", MARCH, ["odile"], by=["odile"])
    now = paper.adds_up_to().current_epoch("north-east", MARCH)
    assert now is not None
    assert now.epoch == "second"
