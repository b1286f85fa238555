"""How an installation begins, and what is done at a table with papers: the root key, the first two stewards.

The root key signs nothing but stewards. It is made once, split among five people at once, and put together again only
while three of them sit there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import transaction

from heedline.casework import WrongPassphrase, attendance, enrolling, stewardship
from heedline.casework.enrolling import NewWay
from heedline.casework.signing import Hand
from heedline.casework.stewardship import Enrolment
from heedline.desks.models import Officer, Organisation, SeedWrapping
from heedline.permits.gate import Refused
from heedline.vault import CannotOpen, fingerprints, shares
from heedline.vault.keys import new_seed, signing_public
from heedline.vault.signed import ROOT


@dataclass(frozen=True)
class RootKey:
    """A new root in five shares. `public`: what every process is started with, as HEEDLINE_ROOT."""

    shares: tuple[str, ...] = field(repr=False)
    public: str
    words: str


@dataclass(frozen=True)
class NewSteward:
    """Who is to be a steward, with the two ways to unlock that they have proven."""

    email: str
    name: str
    password: str = field(repr=False)
    first: NewWay = field(repr=False)
    second: NewWay = field(repr=False)
    officer: Officer = field(repr=False)


def new_root() -> RootKey:
    """Make the root key of an installation. It is in the shares and nowhere else."""
    seed = new_seed()
    public = signing_public(seed)
    return RootKey(shares.split(seed), public.hex(), fingerprints.words(public))


def root_from(three: Sequence[str]) -> Hand:
    """The root, by three shares. Raises Refused when it is not the one that this installation is pinned to."""
    try:
        seed = shares.combine(three)
    except CannotOpen:
        raise Refused("These are not three shares that belong together.") from None
    if signing_public(seed).hex() != str(settings.ROOT):
        raise Refused("These are shares of another key than the root of this installation (HEEDLINE_ROOT).")
    return Hand(ROOT, seed)


def checked(three: Sequence[str]) -> RootKey:
    """What three papers give: the words at their foot if it is a root key. Raises Refused."""
    try:
        public = signing_public(shares.combine(three))
    except CannotOpen:
        raise Refused("These are not three shares that belong together.") from None
    return RootKey((), public.hex(), fingerprints.words(public))


def begin(code: str, name: str, *, root: Hand, born: str, at: datetime) -> Organisation:
    """Say what this database is, and make the organisation of the first stewards. Raises Refused, ValueError."""
    with transaction.atomic():
        stewardship.found(born=born)
        found = Organisation.objects.filter(code=code).first()
        return found or stewardship.make_organisation(code, name, hands=[root], at=at)


def steward_to_be(email: str, name: str, password: str, organisation: Organisation) -> NewSteward:
    """Make two ways for a steward who sits here, stored when both have been typed."""
    officer = Officer(email=email.lower(), name=name, organisation=organisation)
    first = enrolling.first_way(officer.id)
    return NewSteward(
        email, name, password, first, enrolling.second_way(officer.id, first.wrapped, first.words), officer
    )


def typed_right(who: NewSteward, way: NewWay, typed: str) -> bytes | None:
    """The seed, when these words open it; else None."""
    try:
        return enrolling.opened(who.officer.id, way.wrapped, typed)
    except WrongPassphrase:
        return None


def name_steward(who: NewSteward, typed: str, *, root: Hand, at: datetime) -> str:
    """Store a steward who has typed both ways, signed by the root. Return the words of their key.

    Raises WrongPassphrase, and Refused when the installation has its two stewards.
    """
    seed = enrolling.opened(who.officer.id, who.second.wrapped, typed)
    with transaction.atomic():
        made = stewardship.make_officer(
            email=who.email,
            name=who.name,
            organisation=who.officer.organisation,
            password=who.password,
            hands=[root],
            at=at,
            officer_id=who.officer.id,
        )
        for way, kept in (("passphrase", who.first), ("reserve", who.second)):
            SeedWrapping.objects.create(officer=made, way=way, wrapped=kept.wrapped, proven=True)
        stewardship.first_steward(made, Enrolment(made.id, seed, ""), root=root, at=at)
    return fingerprints.words(signing_public(seed))


def hand_of(email: str, passphrase: str) -> Hand:
    """Somebody who signs at this table. Raises WrongPassphrase for a stranger and a wrong passphrase alike."""
    officer = Officer.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if officer is None:
        raise WrongPassphrase
    try:
        return Hand(str(officer.id), attendance.open_seed(officer.id, passphrase))
    except CannotOpen:
        raise WrongPassphrase from None
