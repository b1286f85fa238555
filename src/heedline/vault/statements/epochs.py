"""Handlers for statements that create, grant, open, retire or destroy epoch keys."""

from dataclasses import replace
from datetime import date
from types import MappingProxyType

from heedline.vault.statements.accepted import AcceptedStatements, BreaksARule, names
from heedline.vault.statements.directory import EpochKey
from heedline.vault.statements.signed import Statement


def hear_epoch(known: AcceptedStatements, said: Statement, made_by: str) -> None:
    """Record a new epoch key for a desk, and the people it was granted to."""
    desk, epoch = str(said.body["desk"]), str(said.body["epoch"])
    grantees = names(said.body["grantees"])
    if not grantees <= known.members.get(desk, set()):
        raise BreaksARule("a grantee who is no member of the desk")
    if any(one.epoch == epoch for one in known.epochs.get(desk, [])):
        raise BreaksARule("an epoch named before")
    known.keep_apart(desk, grantees)
    kem = known.own_kem(said.body["kem"], f"epoch {desk} {epoch}")
    opens_on = date.fromisoformat(str(said.body["opens_on"]))
    granted = MappingProxyType(dict.fromkeys(grantees, said.serial))
    made = EpochKey(desk, epoch, kem, opens_on, granted, made_by, said.serial)
    known.epochs.setdefault(desk, []).append(made)
    _note_grants(known, desk, grantees)


def hear_granted(known: AcceptedStatements, said: Statement) -> None:
    """Record that an existing epoch key was granted to more members of the desk."""
    epoch, grantees = _named_epoch(known, said), names(said.body["grantees"])
    if epoch.ended:
        raise BreaksARule("an epoch that has ended")
    if not grantees <= known.members.get(epoch.desk, set()):
        raise BreaksARule("a grantee who is no member of the desk")
    known.keep_apart(epoch.desk, grantees)
    granted = {**epoch.granted, **dict.fromkeys(grantees, said.serial)}
    _put(known, replace(epoch, granted=MappingProxyType(granted)))
    _note_grants(known, epoch.desk, grantees)


def hear_opened(known: AcceptedStatements, said: Statement, by: str) -> None:
    """Record that a person has opened an epoch key granted to them by another."""
    epoch = _named_epoch(known, said)
    if by == epoch.made_by or by not in epoch.granted:
        raise BreaksARule("not said by somebody to whom another granted it")
    _put(known, replace(epoch, opened=True))


def hear_ended(known: AcceptedStatements, said: Statement) -> None:
    """Record that an epoch key is retired, so that nothing more is sealed to it."""
    epoch, on = _named_epoch(known, said), date.fromisoformat(said.issued_on)
    others = [one for one in known.epochs[epoch.desk] if not one.ended and one.epoch != epoch.epoch]
    if not any(one.opens_on <= on for one in others):
        raise BreaksARule("the last epoch in force cannot end")
    _put(known, replace(epoch, ended=True))


def hear_destroyed(known: AcceptedStatements, said: Statement) -> None:
    """Record that a retired epoch key has been destroyed."""
    epoch = _named_epoch(known, said)
    if not epoch.ended:
        raise BreaksARule("an epoch that has not ended")
    _put(known, replace(epoch, destroyed=True))


def _note_grants(known: AcceptedStatements, desk: str, people: frozenset[str]) -> None:
    for person in people:
        known.sides.grant(desk, person, known.officers[person].kem)


def _named_epoch(known: AcceptedStatements, said: Statement) -> EpochKey:
    for one in known.epochs.get(str(said.body["desk"]), []):
        if one.epoch == str(said.body["epoch"]):
            return one
    raise BreaksARule("no such epoch")


def _put(known: AcceptedStatements, epoch: EpochKey) -> None:
    """Replace an epoch in the accepted state."""
    before = known.epochs[epoch.desk]
    known.epochs[epoch.desk] = [epoch if one.epoch == epoch.epoch else one for one in before]
