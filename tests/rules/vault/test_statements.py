"""Which statements are believed: every forged, replayed or out-of-rule one is left out, and only that one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from hashlib import sha256
from uuid import uuid4

import pytest

from heedline.vault import keys
from heedline.vault.statements.directory import Directory
from heedline.vault.statements.signed import JSON, ROOT, SignedStatement, Statement, key_text
from heedline.vault.statements.verification import verify_all

HERE = "north"
PEOPLE = ("stella", "sten", "sid", "odile", "otto", "ada", "abel", "ghost", "pia")
SEEDS = {name: sha256(name.encode()).digest() for name in (*PEOPLE, ROOT, "stranger")}
ROOT_PUBLIC = keys.signing_public(SEEDS[ROOT])
MARCH, APRIL, MAY, JUNE = (date(2031, month, 1) for month in (3, 4, 5, 6))
_KEMS: dict[str, str] = {}


def kem(name: str) -> str:
    if name not in _KEMS:
        _KEMS[name] = key_text(keys.public_key(sha256(b"kem " + name.encode()).digest()))
    return _KEMS[name]


def signing(person: str) -> str:
    return key_text(keys.signing_public(SEEDS[person]))


class Paper:
    """Writes statements one after the other, and can be asked what they add up to."""

    def __init__(self) -> None:
        self.all: list[SignedStatement] = []
        self.today = "2031-03-01"

    @property
    def head(self) -> str:
        return self.all[-1].statement.link if self.all else ""

    def say(self, kind: str, /, by: Sequence[str] = ("stella", "sten"), **body: JSON) -> SignedStatement:
        statement = Statement(str(uuid4()), kind, len(self.all) + 1, body, self.today, self.head)
        signed = SignedStatement(statement, {})
        for signer in by:
            signed = signed.with_signature(signer, SEEDS[signer], installation=HERE)
        self.all.append(signed)
        return signed

    def steward(self, person: str, by: Sequence[str] = (ROOT,)) -> SignedStatement:
        return self.say("steward", by=by, person=person, signing=signing(person))

    def officer(self, person: str, **more: JSON) -> SignedStatement:
        said: dict[str, JSON] = {"person": person, "kem": kem(person), "signing": signing(person)}
        return self.say("officer", **(said | more))

    def desk(self, desk: str, authoriser: str | None = None, kind: str = "region") -> SignedStatement:
        return self.say(
            "desk", desk=desk, code=desk, kind=kind, round_the_clock=False, authoriser_desk=authoriser
        )

    def member(self, desk: str, person: str, by: Sequence[str] = ("stella", "sten")) -> SignedStatement:
        return self.say("member", by=by, desk=desk, person=person)

    def epoch(
        self, desk: str, name: str, opens: date, grantees: list[str], by: Sequence[str]
    ) -> SignedStatement:
        return self.say(
            "epoch",
            by=by,
            desk=desk,
            epoch=name,
            kem=kem(f"{desk} {name}"),
            opens_on=opens.isoformat(),
            grantees=list(grantees),
        )

    def adds_up_to(self, *also: SignedStatement | str, installation: str = HERE) -> Directory:
        return verify_all([*self.all, *also], root=ROOT_PUBLIC, installation=installation)


@pytest.fixture
def paper() -> Paper:
    made = Paper()
    for person in ("stella", "sten"):
        made.steward(person)
    for person in ("odile", "otto", "ada", "abel"):
        made.officer(person)
    made.desk("authorisers")
    made.desk("north-east", authoriser="authorisers")
    for desk, person in (("north-east", "odile"), ("north-east", "otto"), ("authorisers", "ada")):
        made.member(desk, person)
    made.epoch("north-east", "march", MARCH, ["odile", "otto"], by=["odile"])
    assert made.adds_up_to().refused == ()
    return made


def reason(paper: Paper, *also: SignedStatement | str, installation: str = HERE) -> str:
    """Why the last thing said is refused; everything before it must stand."""
    refused = paper.adds_up_to(*also, installation=installation).refused
    assert len(refused) == 1
    return refused[0].reason


def test_what_good_statements_add_up_to(paper: Paper) -> None:
    paper.say("recovery", desk="north-east", kem=kem("recovery"), holders=["hanna", "hugo", "henk"])
    paper.say("partner", person="pia", organisation="council", kem=kem("pia"), signing=signing("pia"))
    known = paper.adds_up_to()
    assert known.refused == ()
    assert (known.highest_serial, known.gaps) == (14, ())
    assert known.stewards() == {"stella", "sten"}
    assert known.officers() == {"odile", "otto", "ada", "abel"}
    odile, pia = known.officer("odile"), known.partner("pia")
    assert odile is not None
    assert odile.signing == keys.signing_public(SEEDS["odile"])
    assert key_text(odile.kem) == kem("odile")
    assert pia is not None
    assert pia.organisation == "council"
    assert known.members("north-east") == {"odile", "otto"}
    desk, recovery = known.desk("north-east"), known.recovery("north-east")
    assert desk is not None
    assert desk.authoriser_desk == "authorisers"
    assert recovery is not None
    assert recovery.holders == {"hanna", "hugo", "henk"}
    epoch = known.current_epoch("north-east", MARCH)
    assert epoch is not None
    assert known.grantees(epoch) == {"odile", "otto"}
    assert (epoch.made_by, epoch.opens_on) == ("odile", MARCH)
    assert known.epoch("north-east", "march") == epoch
    for nothing in (known.officer("ghost"), known.partner("odile"), known.desk("x"), known.recovery("x")):
        assert nothing is None
    assert known.members("x") == frozenset()
    assert known.epochs("x") == ()


def test_texts_and_order_do_not_matter(paper: Paper) -> None:
    texts = [one.to_json() for one in reversed(paper.all)]
    assert [SignedStatement.from_json(text) for text in texts] == list(reversed(paper.all))
    known = verify_all(texts, root=ROOT_PUBLIC, installation=HERE)
    assert known.refused == ()
    assert known.members("north-east") == {"odile", "otto"}


def test_another_root_or_installation_believes_nothing(paper: Paper) -> None:
    other_root = verify_all(paper.all, root=keys.signing_public(SEEDS["stranger"]), installation=HERE)
    elsewhere = paper.adds_up_to(installation="south")
    for nothing in (other_root, elsewhere):
        assert len(nothing.refused) == len(paper.all)
        assert nothing.officers() == nothing.stewards() == nothing.desks() == frozenset()
        assert nothing.current_epoch("north-east", MARCH) is None


@pytest.mark.parametrize(
    ("by", "why"),
    [
        ([], "no usable signatures"),
        (["stella"], "not signed by two stewards"),
        (["stella", "odile"], "not signed by two stewards"),
        (["stella", "stranger"], "not signed by two stewards"),
        ([ROOT], "not signed by two stewards"),
        (["stella", "sten", "odile"], "not signed by two stewards"),
    ],
)
def test_a_ghost_officer_needs_two_stewards(paper: Paper, by: list[str], why: str) -> None:
    paper.say("officer", by=by, person="ghost", kem=kem("ghost"), signing=signing("ghost"))
    assert reason(paper) == why
    assert paper.adds_up_to().officer("ghost") is None


@pytest.mark.parametrize(
    ("by", "why"),
    [
        (["ada"], "not signed by one member of the desk"),
        (["stella", "sten"], "not signed by one member of the desk"),
        (["odile", "otto"], "not signed by one member of the desk"),
        ([ROOT], "not signed by one member of the desk"),
    ],
)
def test_only_a_member_makes_an_epoch(paper: Paper, by: list[str], why: str) -> None:
    paper.epoch("north-east", "april", APRIL, ["odile"], by=by)
    assert reason(paper) == why


def test_a_ghost_grantee_is_refused(paper: Paper) -> None:
    paper.epoch("north-east", "april", APRIL, ["odile", "ada"], by=["odile"])
    assert reason(paper) == "a grantee who is no member of the desk"


def test_only_the_root_names_stewards(paper: Paper) -> None:
    paper.steward("sid", by=["stella", "sten"])
    assert reason(paper) == "not signed by the root alone"


def test_a_signature_borrowed_from_another_statement_does_not_hold(paper: Paper) -> None:
    taken = paper.member("north-east", "abel")
    forged = replace(
        taken, statement=replace(taken.statement, body={"desk": "authorisers", "person": "abel"})
    )
    paper.all[-1] = forged
    assert reason(paper) == "a signature that does not hold"
    swapped = dict(zip(taken.signatures, reversed(taken.signatures.values()), strict=True))
    paper.all[-1] = replace(taken, signatures=swapped)
    assert reason(paper) == "a signature that does not hold"
    for change in ({"serial": 99}, {"issued_on": "2031-03-02"}, {"id": str(uuid4())}, {"kind": "leaver"}):
        paper.all[-1] = replace(taken, statement=replace(taken.statement, **change))
        assert reason(paper) == "a signature that does not hold"


def test_one_person_signing_twice_is_not_two(paper: Paper) -> None:
    paper.say("steward", by=[ROOT], person="sten-again", signing=signing("sten"))
    assert reason(paper) == "a key that belongs to another"


def test_replays_are_refused(paper: Paper) -> None:
    assert reason(paper, paper.all[4]) == "an id used before"
    first = paper.all[4]
    paper.say("leaver", person="ada")
    known = paper.adds_up_to(first)
    assert known.officer("ada") is None
    assert [one.reason for one in known.refused] == ["an id used before"]


def test_a_second_claim_to_a_serial_is_refused(paper: Paper) -> None:
    late = paper.member("authorisers", "abel").statement
    paper.all.pop()
    late = replace(late, serial=3, id="f" * 8 + late.id[8:])
    signed = SignedStatement(late, {})
    for signer in ("stella", "sten"):
        signed = signed.with_signature(signer, SEEDS[signer], installation=HERE)
    assert reason(paper, signed) == "a serial used before"


def test_a_member_cannot_push_a_leaver_statement_aside(paper: Paper) -> None:
    leaver = paper.say("leaver", person="otto").statement
    body = paper.all[-2].statement.body | {"epoch": "x", "kem": kem("x"), "grantees": ["otto"]}
    early = Statement("0" * 8 + str(uuid4())[8:], "epoch", leaver.serial, body, "2031-03-01")
    rival = SignedStatement(early, {}).with_signature("otto", SEEDS["otto"], installation=HERE)
    known = paper.adds_up_to(rival)
    assert known.officer("otto") is None
    assert [one.kind for one in known.refused] == ["epoch"]


def test_gaps_are_told(paper: Paper) -> None:
    del paper.all[5]
    known = paper.adds_up_to()
    assert (known.gaps, known.highest_serial, known.refused) == ((6,), 12, ())
    paper.say("leaver", person="otto")
    far = replace(paper.all[-1].statement, serial=2**50)
    paper.all[-1] = SignedStatement(far, {})
    for signer in ("stella", "sten"):
        paper.all[-1] = paper.all[-1].with_signature(signer, SEEDS[signer], installation=HERE)
    assert len(paper.adds_up_to().gaps) == 100


def test_a_steward_is_a_member_of_no_desk(paper: Paper) -> None:
    paper.officer("stella")
    paper.member("north-east", "stella")
    assert reason(paper) == "a steward cannot be a member of a desk"
    paper.all.pop()
    paper.steward("odile")
    assert reason(paper) == "a member of a desk cannot be a steward"


@pytest.mark.parametrize(("desk", "person"), [("authorisers", "odile"), ("north-east", "ada")])
def test_nobody_is_a_member_of_a_desk_and_its_authoriser(paper: Paper, desk: str, person: str) -> None:
    paper.member(desk, person)
    assert reason(paper) == "a member of a desk and of its authoriser desk"


def test_nobody_is_a_member_of_a_partners_desk_and_of_ours(paper: Paper) -> None:
    """Whoever colleagues have compared would vouch for a partner that two stewards made up."""
    paper.desk("council", kind="partner")
    paper.officer("pia")
    paper.member("council", "pia")
    assert paper.adds_up_to().refused == ()
    paper.member("council", "odile")
    paper.member("north-east", "pia")
    refused = paper.adds_up_to().refused
    assert [one.reason for one in refused] == ["a member of a partner's desk and of another"] * 2
    assert paper.adds_up_to().members("council") == {"pia"}


def test_an_authoriser_desk_cannot_be_put_over_its_own_members(paper: Paper) -> None:
    paper.desk("south-west")
    paper.desk("second")
    paper.member("south-west", "abel")
    paper.member("second", "abel")
    paper.desk("south-west", authoriser="second")
    assert reason(paper) == "somebody is a member of both desks"
    paper.all.pop()
    paper.desk("south-west", authoriser="south-west")
    assert reason(paper) == "the authoriser desk is no other desk stated before"


def test_recovery_of_both_sides_is_in_different_hands(paper: Paper) -> None:
    paper.say("recovery", desk="authorisers", kem=kem("r1"), holders=["hanna", "hugo"])
    paper.say("recovery", desk="north-east", kem=kem("r2"), holders=["hugo", "henk"])
    assert reason(paper) == "somebody helps to recover both desks"


def test_members_are_officers_of_a_known_desk(paper: Paper) -> None:
    paper.member("north-east", "ghost")
    assert reason(paper) == "no such desk or no such officer"
    paper.all.pop()
    paper.member("nowhere", "abel")
    assert reason(paper) == "no such desk or no such officer"


def test_keys_belong_to_one_owner(paper: Paper) -> None:
    for change in ({"kem": kem("odile")}, {"signing": signing("odile")}, {"signing": signing(ROOT)}):
        paper.officer("ghost", **change)
        assert reason(paper) == "a key that belongs to another"
        paper.all.pop()
    paper.say("leaver", person="odile")
    paper.officer("ghost", signing=signing("odile"))
    assert reason(paper) == "a key that belongs to another"


def test_a_key_that_nothing_can_be_sealed_to_is_refused_before_a_report_is_lost(paper: Paper) -> None:
    good = keys.public_key(b"k" * 32)
    paper.officer("ghost", kem=key_text(good[:-32] + bytes(32)))
    assert reason(paper) == "a key that nothing can be sealed to"
    paper.all.pop()
    paper.officer("ghost", kem=key_text(good))  # nothing of the refused one is remembered
    assert paper.adds_up_to().refused == ()


def test_leavers_are_gone_at_once_and_their_epochs_are_passed_over(paper: Paper) -> None:
    paper.epoch("north-east", "april", APRIL, ["odile", "otto"], by=["otto"])
    paper.say("leaver", desk="north-east", person="otto")
    known = paper.adds_up_to()
    assert known.members("north-east") == {"odile"}
    assert known.officer("otto") is not None
    april = known.current_epoch("north-east", APRIL)
    assert april is not None
    assert (april.epoch, known.is_stale(april)) == ("april", True)  # in force for want of a better one
    assert known.needs_epoch("north-east", APRIL)

    paper.epoch("north-east", "march-2", date(2031, 3, 10), ["odile"], by=["odile"])
    known = paper.adds_up_to()
    for day, name in ((MARCH, "march"), (date(2031, 3, 10), "march-2"), (APRIL, "march-2")):
        current = known.current_epoch("north-east", day)
        assert current is not None
        assert current.epoch == name
    assert not known.needs_epoch("north-east", APRIL)
    assert not known.is_ahead("north-east", date(2031, 3, 10), months=1)

    paper.epoch("north-east", "may", MAY, ["odile"], by=["otto"])
    assert reason(paper) == "not signed by one member of the desk"
    paper.all.pop()
    paper.say("leaver", person="odile")
    known = paper.adds_up_to()
    assert known.officer("odile") is None
    assert known.members("north-east") == frozenset()


def test_stewards_leave_by_their_peers_or_by_the_root(paper: Paper) -> None:
    paper.steward("sid")
    paper.say("leaver", by=["stella", "sten"], person="sid")
    assert paper.adds_up_to().stewards() == {"stella", "sten"}
    paper.say("leaver", by=[ROOT], person="sten")
    assert paper.adds_up_to().stewards() == {"stella"}
    paper.officer("ghost")
    assert reason(paper) == "not signed by two stewards"
    paper.all.pop()
    paper.say("leaver", by=[ROOT], person="odile")
    assert reason(paper) == "not signed by two stewards"


def test_epochs_come_in_order_and_the_last_stays_in_force(paper: Paper) -> None:
    assert not paper.adds_up_to().is_ahead("north-east", MARCH)
    paper.epoch("north-east", "may", MAY, ["odile", "otto"], by=["odile"])
    paper.epoch("north-east", "april", APRIL, ["odile", "otto"], by=["odile"])
    known = paper.adds_up_to()
    assert [epoch.epoch for epoch in known.epochs("north-east")] == ["march", "april", "may"]
    in_force = {}
    for day in (date(2031, 2, 28), MARCH, date(2031, 4, 30), MAY, date(2040, 1, 1)):
        current = known.current_epoch("north-east", day)
        in_force[day] = current.epoch if current else None
    assert list(in_force.values()) == [None, "march", "april", "may", "may"]
    assert known.is_ahead("north-east", date(2031, 3, 31))
    assert not known.is_ahead("north-east", APRIL)
    assert known.is_ahead("north-east", APRIL, months=1)
    assert known.needs_epoch("north-east", date(2031, 2, 28))
    paper.epoch("north-east", "april", JUNE, ["odile"], by=["odile"])
    assert reason(paper) == "an epoch named before"


def test_years_turn(paper: Paper) -> None:
    for name, opens in (("dec", date(2031, 12, 1)), ("jan", date(2032, 1, 1)), ("feb", date(2032, 2, 1))):
        paper.epoch("north-east", name, opens, ["odile"], by=["odile"])
    assert paper.adds_up_to().is_ahead("north-east", date(2031, 12, 24))


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "emperor"},
        {"id": "1"},
        {"serial": 0},
        {"serial": True},
        {"issued_on": "yesterday"},
        {"issued_on": "20310301"},
        {"body": {"desk": "north-east"}},
        {"body": {"desk": "north-east", "person": "abel", "more": 1}},
        {"body": {"desk": "north-east", "person": ""}},
        {"body": {"desk": "north-east", "person": "a\nb"}},
        {"body": {"desk": "north-east", "person": ["abel"]}},
    ],
)
def test_odd_shapes_are_never_signed_nor_believed(paper: Paper, change: dict[str, object]) -> None:
    signed = paper.member("north-east", "abel")
    paper.all.pop()
    odd = replace(signed, statement=replace(signed.statement, **change))
    with pytest.raises(ValueError, match="known shape"):
        odd.with_signature("stella", SEEDS["stella"], installation=HERE)
    assert reason(paper, odd) == reason(paper, odd.to_json()) == "not a statement of a known shape"


def test_signatures_are_few_and_of_one_size(paper: Paper) -> None:
    good = paper.member("north-east", "abel")
    for signatures in (
        {**good.signatures, "stella": b""},
        {str(n): bytes(64) for n in range(9)},
    ):
        paper.all[-1] = replace(good, signatures=signatures)
        assert reason(paper) == "no usable signatures"


def test_what_was_believed_once_is_cheap_to_believe_again(
    paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bytes] = []
    paper.adds_up_to()
    true_verify = keys.verify

    def counted(public: bytes, message: bytes, signature: bytes) -> bool:
        asked.append(message)
        return true_verify(public, message, signature)

    monkeypatch.setattr(keys, "verify", counted)
    assert paper.adds_up_to().refused == ()
    assert asked == []
    paper.member("north-east", "abel")
    assert paper.adds_up_to().refused == ()
    assert len(asked) == 2
