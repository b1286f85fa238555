"""Epochs that end, and that are granted later: said by one member, and never so that nothing is left to seal to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from tests.rules.vault.test_statements import APRIL, HERE, MARCH, SEEDS, Paper, kem, reason, signing
from tests.rules.vault.test_statements import paper as paper

from heedline.vault import keys
from heedline.vault.containers.container import Container, file_key, move, open_container, seal
from heedline.vault.containers.header import MOST_STANZAS
from heedline.vault.errors import CannotOpen
from heedline.vault.statements.signed import JSON, ROOT, SignedStatement, Statement, propose

LATER = date(2031, 3, 2)


def end(paper: Paper, epoch: str, by: str = "odile") -> None:
    paper.say("ended", by=[by], desk="north-east", epoch=epoch)


def grant(paper: Paper, epoch: str, *people: str, by: str = "odile") -> None:
    paper.say("granted", by=[by], desk="north-east", epoch=epoch, grantees=list(people))


def test_an_ended_epoch_is_never_sealed_to_again(paper: Paper) -> None:
    """Also when the one that followed becomes stale: what was destroyed must not come back into force."""
    paper.member("north-east", "abel")
    paper.epoch("north-east", "second", MARCH, ["odile", "otto", "abel"], by=["odile"])
    end(paper, "march")
    known = paper.adds_up_to()
    assert known.refused == ()
    assert (now := known.current_epoch("north-east", MARCH))
    assert now.epoch == "second"
    paper.say("leaver", person="abel", desk="north-east")
    known = paper.adds_up_to()
    assert known.needs_epoch("north-east", MARCH)
    assert (now := known.current_epoch("north-east", MARCH))
    assert now.epoch == "second"


def test_the_last_epoch_in_force_cannot_end(paper: Paper) -> None:
    end(paper, "march")
    assert reason(paper) == "the last epoch in force cannot end"


def test_one_that_opens_later_is_none_in_force(paper: Paper) -> None:
    paper.epoch("north-east", "april", APRIL, ["odile", "otto"], by=["odile"])
    end(paper, "march")
    assert reason(paper) == "the last epoch in force cannot end"


@pytest.mark.parametrize("by", ["ada", "ghost", "stella"])
@pytest.mark.parametrize("kind", ["ended", "granted"])
def test_only_a_member_says_it(paper: Paper, by: str, kind: str) -> None:
    more = {"grantees": ["otto"]} if kind == "granted" else {}
    paper.say(kind, by=[by], desk="north-east", epoch="march", **more)
    assert reason(paper) == "not signed by one member of the desk"


def test_an_epoch_that_is_not_there_neither_ends_nor_is_granted(paper: Paper) -> None:
    end(paper, "april")
    assert reason(paper) == "no such epoch"
    paper.all.pop()
    grant(paper, "april", "otto")
    assert reason(paper) == "no such epoch"


def test_an_epoch_is_granted_to_a_later_member_and_to_nobody_else(paper: Paper) -> None:
    paper.member("north-east", "abel")
    grant(paper, "march", "abel")
    known = paper.adds_up_to()
    assert known.refused == ()
    (epoch,) = known.epochs("north-east")
    assert epoch.grantees == {"odile", "otto", "abel"}
    assert not known.is_stale(epoch)
    grant(paper, "march", "ada")
    assert reason(paper) == "a grantee who is no member of the desk"


def test_what_has_ended_is_granted_to_nobody(paper: Paper) -> None:
    paper.epoch("north-east", "second", MARCH, ["odile", "otto"], by=["odile"])
    end(paper, "march")
    grant(paper, "march", "otto")
    assert reason(paper) == "an epoch that has ended"


def test_a_grant_to_a_former_key_makes_the_epoch_stale_until_it_is_granted_anew(paper: Paper) -> None:
    paper.officer("otto", kem=kem("otto anew"), signing=signing("pia"))
    known = paper.adds_up_to()
    (epoch,) = known.epochs("north-east")
    assert known.is_stale(epoch)
    assert known.holders(epoch) == {"odile"}
    grant(paper, "march", "otto")
    (epoch,) = paper.adds_up_to().epochs("north-east")
    assert not paper.adds_up_to().is_stale(epoch)


def test_what_a_leaver_signed_counts_up_to_the_day_on_which_they_left(paper: Paper) -> None:
    paper.say("leaver", person="otto")
    known = paper.adds_up_to()
    assert known.officer("otto") is None
    assert known.spoke_on("otto", date(2031, 3, 1)) == (keys.signing_public(SEEDS["otto"]),)
    assert known.spoke_on("otto", LATER) == ()
    assert known.spoke_on("otto", date(2031, 2, 28)) == ()
    assert known.spoke_on("odile", LATER) == (keys.signing_public(SEEDS["odile"]),)


def test_a_leaver_dated_years_back_takes_nothing_back_that_they_signed(paper: Paper) -> None:
    paper.today = "2021-03-01"
    paper.say("leaver", person="otto")
    known = paper.adds_up_to()
    assert known.officer("otto") is None
    assert known.spoke_on("otto", date(2031, 3, 1)) == (keys.signing_public(SEEDS["otto"]),)
    assert known.spoke_on("otto", LATER) == ()


# --- headers that move ---------------------------------------------------------------------------------------------

OLD, NEW, WATCH, OTHER = (bytes([n]) * 32 for n in (1, 2, 3, 4))
PUBLIC = {seed: keys.public_key(seed) for seed in (OLD, NEW, WATCH, OTHER)}


def test_moving_keeps_the_payload_and_everybody_elses_line() -> None:
    sealed = seal(b"words", [PUBLIC[OLD], PUBLIC[WATCH]])
    moved = Container(move(sealed.header, [OLD], PUBLIC[NEW]), sealed.payload)
    assert open_container(moved, [NEW]) == open_container(moved, [WATCH]) == b"words"
    with pytest.raises(CannotOpen):
        open_container(moved, [OLD])
    lines = moved.header.split(b"\n")
    assert lines[1:3] == sealed.header.split(b"\n")[3:5]
    assert len(moved.header) == len(sealed.header)


def test_several_old_keys_become_one_and_strangers_move_nothing() -> None:
    sealed = seal(b"words", [PUBLIC[OLD], PUBLIC[OTHER]])
    moved = move(sealed.header, [OTHER, OLD], PUBLIC[NEW])
    assert moved.count(b"-> ") == 1
    assert file_key(moved, [NEW]) == file_key(sealed.header, [OLD])
    with pytest.raises(CannotOpen):
        move(sealed.header, [WATCH], PUBLIC[NEW])


def test_stanzas_of_others_kinds_stay_as_they_are() -> None:
    sealed = seal(b"words", [PUBLIC[OLD]])
    for body in (b"", b"A" * 64, b"A" * 63 + b"A" * 2):
        grease = (
            b"-> "
            + b"some-grease x\n"
            + b"".join(body[i : i + 64] + b"\n" for i in range(0, len(body) + 1, 64))
        )
        # with another stanza the old MAC does not hold: written by whoever has the file key
        from heedline.vault.containers import header as headers

        key = file_key(sealed.header, [OLD])
        before, _, _ = sealed.header.partition(b"---")
        raw = before + grease + b"---"
        with_it = raw + b" " + headers._base64(headers._mac(key, raw)) + b"\n"
        try:
            headers.parse(with_it)
        except CannotOpen:
            continue
        assert grease in move(with_it, [OLD], PUBLIC[NEW])


def test_a_header_has_room_for_so_many() -> None:
    full = seal(b"words", [PUBLIC[WATCH]] * MOST_STANZAS)
    with pytest.raises(CannotOpen):
        move(full.header, [OLD], PUBLIC[NEW])


# --- proposals -----------------------------------------------------------------------------------------------------


def proposed(paper: Paper, kind: str, by: tuple[str, ...], **body: JSON) -> SignedStatement:
    """A statement whose first signature was made before it had its number."""
    statement = Statement(str(uuid4()), kind, len(paper.all) + 1, body, "2031-03-01", paper.head)
    early = replace(statement, serial=1)
    first = propose(early, SEEDS[by[0]], installation=HERE)
    signed = SignedStatement(statement, {}).with_proposal(by[0], first)
    for other in by[1:]:
        signed = signed.with_signature(other, SEEDS[other], installation=HERE)
    paper.all.append(signed)
    return signed


def test_the_first_of_two_stewards_may_sign_before_there_is_a_number(paper: Paper) -> None:
    proposed(paper, "member", ("stella", "sten"), desk="north-east", person="abel")
    known = paper.adds_up_to()
    assert known.refused == ()
    assert "abel" in known.members("north-east")


def test_two_proposals_are_no_statement(paper: Paper) -> None:
    signed = proposed(paper, "member", ("stella", "sten"), desk="north-east", person="abel")
    early = replace(signed.statement, serial=1)
    paper.all[-1] = signed.with_proposal("sten", propose(early, SEEDS["sten"], installation=HERE))
    assert reason(paper) == "a signature that does not hold"


def test_a_proposal_of_something_else_or_elsewhere_does_not_hold(paper: Paper) -> None:
    signed = proposed(paper, "member", ("stella", "sten"), desk="north-east", person="abel")
    other = replace(signed.statement, body={"desk": "north-east", "person": "ghost"})
    for made in (
        propose(other, SEEDS["stella"], installation=HERE),
        propose(signed.statement, SEEDS["stella"], installation="south"),
        propose(replace(signed.statement, issued_on="2031-03-02"), SEEDS["stella"], installation=HERE),
        propose(signed.statement, SEEDS["stranger"], installation=HERE),
    ):
        paper.all[-1] = signed.with_proposal("stella", made)
        assert reason(paper) == "a signature that does not hold"


def test_nothing_but_what_two_stewards_sign_can_be_proposed(paper: Paper) -> None:
    signed = paper.epoch("north-east", "april", APRIL, ["odile"], by=["odile"])
    made = propose(signed.statement, SEEDS["odile"], installation=HERE)
    paper.all[-1] = SignedStatement(signed.statement, {"odile": made})
    assert reason(paper) == "a signature that does not hold"
    paper.all.pop()
    steward = paper.steward("sid")
    paper.all[-1] = SignedStatement(
        steward.statement, {ROOT: propose(steward.statement, SEEDS[ROOT], installation=HERE)}
    )
    assert reason(paper) == "a signature that does not hold"
