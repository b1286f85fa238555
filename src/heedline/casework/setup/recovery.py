"""Recovery keys for desks whose members have all lost their keys.

A recovery key is split among five people, of whom any three suffice. It is one more holder of every
epoch. Two stewards state it, and five people who work elsewhere each keep a share on paper. Members
grant it what they hold once they have compared its words with those on the papers. Nobody may hold
shares for both a desk and its authorisers, so that no three people can open an identity.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.errors import NotHere
from heedline.casework.keys import directory as key_directory
from heedline.casework.keys import epochs
from heedline.casework.keys.signing import Hand, Signer, state
from heedline.casework.recording import refusals_logged
from heedline.casework.setup.stewardship import permit_stewards
from heedline.desks.models import PARTNER, Desk, EpochGrant
from heedline.dispatch.letters import Letter
from heedline.dispatch.outbox import post
from heedline.permits.gate import Refused
from heedline.vault import CannotOpen, fingerprints, shares
from heedline.vault.grants import open_grant
from heedline.vault.keys import new_seed, public_key
from heedline.vault.statements.signed import key_text
from heedline.vault.statements.two_sides import one_spelling


@dataclass(frozen=True)
class Split:
    """A new recovery key, split into one share for each holder.

    `words` are those of its public key.
    """

    holders: tuple[str, ...]
    shares: tuple[str, ...] = field(repr=False)
    words: str


def holder_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the share holders, normalised for comparison.

    Raises Refused unless they are five different people.
    """
    found = tuple(" ".join(one.split()) for one in names)
    if len(found) != shares.SHARES or len(set(map(one_spelling, found))) != len(found) or "" in found:
        raise Refused("Name five different people. Each keeps one share.")
    return found


def make(desk: Desk, holders: Sequence[str], *, hands: Sequence[Signer], at: datetime) -> Split:
    """Create a desk's recovery key and sign the statement about it.

    The shares are shown once and are not kept. Raises Refused, also for a partner's desk, because five
    holders would be five more people who could read what was sent (ADR 30).
    """
    by = UUID(hands[0].person) if hands else None
    with refusals_logged(Act.RECOVERY_MADE, by=by, desk=desk.id):
        permit_stewards(hands)
        if desk.kind == PARTNER:
            raise Refused("A partner has no recovery key. Release its disclosures again instead.")
        names = holder_names(holders)
        _keep_apart(desk, names)
        seed = new_seed()
        public = public_key(seed)
        body = {"desk": str(desk.id), "kem": key_text(public), "holders": list(names)}
        state("recovery", body, hands, at=at)
        journal.record(Act.RECOVERY_MADE, actor=by, desk=desk.id, thing="desk", thing_id=desk.id)
        return Split(names, shares.split(seed), fingerprints.words(public))


def _keep_apart(desk: Desk, names: Sequence[str]) -> None:
    """Raise Refused if a share holder could help to recover both shares of the same identities.

    Names are compared regardless of how they are written. Nobody may help to recover both halves of the same
    identities.
    """
    if key_directory.directory().helps_the_other(str(desk.id), frozenset(names)):
        raise Refused(
            "One of these people holds, or has held, a share of a desk on the other side of identities. "
            "Choose other people."
        )


def recover(desk: Desk, three: Sequence[str], *, by: Hand, at: datetime) -> int:
    """Recover all epochs of a desk from three shares, and grant them to a member.

    Returns the number of epochs. The member has made new keys. The recovery is logged and an alarm notifies
    the desk. Raises Refused if the shares belong to another key or if the officer is not a member.
    """
    with refusals_logged(Act.KEYS_RECOVERED, by=UUID(by.person), desk=desk.id):
        recovery = key_directory.directory().recovery(str(desk.id))
        try:
            seed = shares.combine(three)
        except CannotOpen:
            raise Refused("These three shares do not belong together.") from None
        if recovery is None or public_key(seed) != recovery.kem:
            raise Refused("These shares belong to another key.")
        if by.person not in key_directory.directory().members(str(desk.id)):
            raise Refused("Only a member of the desk can be granted its keys.")
        seeds = _opened(desk.id, seed)
        with transaction.atomic():
            given = epochs.grant_to(UUID(by.person), desk.id, by=by, seeds=seeds, at=at)
            journal.record(
                Act.KEYS_RECOVERED,
                actor=UUID(by.person),
                desk=desk.id,
                thing="desk",
                thing_id=desk.id,
                detail={"epochs": given},
            )
            post(Letter.KEYS_RECOVERED, desk=desk.id, thing_id=None, at=at)
        return given


def _opened(desk: UUID, seed: bytes) -> dict[UUID, bytes]:
    found: dict[UUID, bytes] = {}
    for row in EpochGrant.objects.filter(epoch__desk_id=desk, officer=None, epoch__destroyed_on=None):
        try:
            found[row.epoch_id] = open_grant(
                bytes(row.sealed), seed, info=epochs.recovery_context(row.epoch_id, desk)
            )
        except CannotOpen:
            continue  # of a recovery key of before
    return found


def combined_words(three: Sequence[str]) -> str:
    """Return the verification words of the key that three shares produce, to check the printed shares.

    Raises Refused.
    """
    try:
        return fingerprints.words(public_key(shares.combine(three)))
    except CannotOpen:
        raise Refused("These three shares do not belong together.") from None


def desk_with_code(code: str) -> Desk:
    """Return the desk with this code.

    Raises NotHere.
    """
    found = Desk.objects.filter(code=code).first()
    if found is None:
        raise NotHere
    return found
