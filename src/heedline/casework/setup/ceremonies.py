"""How an installation begins, and what is done at a table with papers: the root key, the stewards.

The root key signs nothing but stewards. It is made once, split among five people at once, and put together again only
while three of them sit there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from heedline.audit.acts import Act
from heedline.casework.access import session
from heedline.casework.errors import NotHere, WrongPassphrase
from heedline.casework.keys.signing import Hand
from heedline.casework.report.verb import refusals_logged
from heedline.casework.setup import enrolment, stewardship
from heedline.casework.setup.enrolment import NewWay
from heedline.desks.models import Officer, Organisation
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
    """The root, by three shares. Raises Refused, logged, when it is not the one that this installation is pinned to."""
    with refusals_logged(Act.OFFICER_APPOINTED, by=None):
        try:
            seed = shares.combine(three)
        except CannotOpen:
            raise Refused("These are not three shares that belong together.") from None
        if signing_public(seed).hex() != str(settings.ROOT):
            raise Refused(
                "These are shares of another key than the root of this installation (HEEDLINE_ROOT)."
            )
        return Hand(ROOT, seed)


def checked(three: Sequence[str]) -> RootKey:
    """What three papers give: the words at their foot if it is a root key. Raises Refused."""
    try:
        public = signing_public(shares.combine(three))
    except CannotOpen:
        raise Refused("These are not three shares that belong together.") from None
    return RootKey((), public.hex(), fingerprints.words(public))


def begin(code: str, name: str, *, root: Hand, born: str, at: datetime) -> None:
    """Say what this database is, and make the organisation of the first stewards.

    Raises ValueError, and Refused when the installation has its two stewards.
    """
    with transaction.atomic():
        stewardship.permit_beginning([root])
        stewardship.found(born=born)
        if not Organisation.objects.filter(code=code).exists():
            stewardship.make_organisation(code, name, hands=[root], at=at)


def steward_to_be(email: str, name: str, password: str, code: str) -> NewSteward:
    """Make two ways for a steward who sits here, new or known by this address; stored when both have been typed.

    `code`: of the organisation of somebody new. Raises NotHere when there is none, and Refused for a password that the
    office's pages would not take.
    """
    organisation = Organisation.objects.filter(code=code).first()
    if organisation is None:
        raise NotHere
    try:
        validate_password(password)
    except ValidationError as weak:
        raise Refused(" ".join(weak.messages)) from None
    known = Officer.objects.filter(email__iexact=email.strip()).first()
    if known is None and not (name.strip() and "@" in email):
        raise Refused("Give the e-mail address and the name of somebody new: EMAIL=NAME.")
    officer = known or Officer(email=email.strip().lower(), name=name, organisation=organisation)
    first = enrolment.first_way(officer.id)
    second = enrolment.second_way(officer.id, first.wrapped, first.words)
    return NewSteward(password, first, second, officer)


def typed_right(who: NewSteward, way: NewWay, typed: str) -> bytes | None:
    """The seed, when these words open it; else None."""
    try:
        return enrolment.opened(who.officer.id, way.wrapped, typed)
    except WrongPassphrase:
        return None


def name_steward(who: NewSteward, typed: str, *, root: Hand, at: datetime) -> str:
    """Store a steward who has typed both ways, signed by the root. Return the words of their key.

    Raises WrongPassphrase, and Refused for another root and for a member of a desk.
    """
    seed = enrolment.opened(who.officer.id, who.second.wrapped, typed)
    ways = {"passphrase": who.first.wrapped, "reserve": who.second.wrapped}
    stewardship.seat_steward(who.officer, who.password, ways, seed, root=root, at=at)
    return fingerprints.words(signing_public(seed))


def hand_of(email: str, passphrase: str) -> Hand:
    """Somebody who signs at this table. Raises WrongPassphrase for a stranger and a wrong passphrase alike; both are logged."""
    officer = Officer.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if officer is None:
        session.sign_in_refused(email.strip())
        raise WrongPassphrase
    return session.hand_of(officer.id, passphrase)
