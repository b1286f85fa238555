"""Handlers for statements about desks, their authorising desks and their recovery keys."""

from heedline.vault.statements.accepted import AcceptedStatements, BreaksARule, names
from heedline.vault.statements.directory import DeskFacts, RecoveryKey
from heedline.vault.statements.signed import Statement
from heedline.vault.statements.two_sides import OUTSIDE, one_spelling


def hear_desk(known: AcceptedStatements, said: Statement) -> None:
    """Record a desk, and its authorising desk, if any, which decides its identity requests."""
    desk, body = str(said.body["desk"]), said.body
    authoriser = None if body["authoriser_desk"] is None else str(body["authoriser_desk"])
    kind = str(body["kind"])
    if desk in known.had_members and (known.desks[desk].kind == OUTSIDE) != (kind == OUTSIDE):
        raise BreaksARule("a desk that has had members becomes no partner's, and a partner's none of ours")
    if authoriser is not None and (authoriser == desk or authoriser not in known.desks):
        raise BreaksARule("the authoriser desk is no other desk stated before")
    if (kind == OUTSIDE and (authoriser is not None or known.sides.decides(desk))) or (
        authoriser is not None and known.desks[authoriser].kind == OUTSIDE
    ):
        raise BreaksARule("a partner's desk takes no part in identities")
    before = known.desks.get(desk)
    round_the_clock = body["round_the_clock"] is True
    known.desks[desk] = DeskFacts(desk, str(body["code"]), kind, round_the_clock, authoriser)
    clash = _tie(known, desk, authoriser)
    if clash:
        if before is None:
            del known.desks[desk]
        else:
            known.desks[desk] = before
        raise BreaksARule(clash)


def hear_recovery(known: AcceptedStatements, said: Statement) -> None:
    """Record a desk's recovery key and the holders of its shares."""
    desk, holders = str(said.body["desk"]), names(said.body["holders"])
    if desk not in known.desks:
        raise BreaksARule("no such desk")
    if len(set(map(one_spelling, holders))) != len(holders):
        raise BreaksARule("one holder named twice")
    if known.sides.helps_the_other(desk, holders):
        raise BreaksARule("somebody helps to recover both desks")
    kem = known.own_kem(said.body["kem"], f"recovery {desk}")
    known.recoveries[desk] = RecoveryKey(desk, kem, holders)
    known.sides.help(desk, holders)


def _tie(known: AcceptedStatements, desk: str, authoriser: str | None) -> str:
    """Record a desk's authorising desk. Return the conflict that prevents it, or "" if there is none."""
    if authoriser is None:
        return known.sides.clash(desk)
    before = known.sides.decides(authoriser), known.sides.has_one(desk)
    known.sides.tie(desk, authoriser)
    clash = known.sides.clash(desk) or known.sides.clash(authoriser)
    if clash:
        known.sides.untie(desk, authoriser, before)
    return clash
