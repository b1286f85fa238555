"""Key ceremonies with paper shares, from creating the root key to appointing stewards.

The root key signs stewards and nothing else. It is generated once, split among five people at once, and
put together again only while three of them are present.
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
from heedline.casework.access import keyring, session
from heedline.casework.errors import NotHere, WrongPassphrase
from heedline.casework.keys.signing import Hand
from heedline.casework.recording import refusals_logged
from heedline.casework.setup import enrolment, stewardship
from heedline.casework.setup.enrolment import NewWay
from heedline.desks.models import Officer, Organisation
from heedline.permits.gate import Refused
from heedline.vault import CannotOpen, fingerprints, shares
from heedline.vault.keys import new_seed, signing_public
from heedline.vault.statements.signed import ROOT


@dataclass(frozen=True)
class RootKey:
    """A new root key, split into five shares.

    `public` is the public half with which every process is started, as HEEDLINE_ROOT.
    """

    shares: tuple[str, ...] = field(repr=False)
    public: str
    words: str


@dataclass(frozen=True)
class NewSteward:
    """A future steward, with two tested unlock methods for their keys."""

    password: str = field(repr=False)
    first: NewWay = field(repr=False)
    second: NewWay = field(repr=False)
    officer: Officer = field(repr=False)


def new_root() -> RootKey:
    """Generate the root key of an installation.

    It is stored nowhere except in the shares.
    """
    seed = new_seed()
    public = signing_public(seed)
    return RootKey(shares.split(seed), public.hex(), fingerprints.words(public))


def root_from(three: Sequence[str]) -> Hand:
    """Reassemble the root key from three shares.

    Raises Refused, which is logged, if it is not the root key to which this installation is pinned.
    """
    with refusals_logged(Act.OFFICER_APPOINTED, by=None):
        try:
            seed = shares.combine(three)
        except CannotOpen:
            raise Refused("These three shares do not belong together.") from None
        if signing_public(seed).hex() != str(settings.ROOT):
            raise Refused(
                "These are shares of another key than the root of this installation (HEEDLINE_ROOT)."
            )
        return Hand(ROOT, seed)


def checked(three: Sequence[str]) -> RootKey:
    """Return the root key that three shares produce, to check the printed shares.

    The result contains the public half and the words printed at the foot of each paper. Raises Refused if
    the shares do not belong together.
    """
    try:
        public = signing_public(shares.combine(three))
    except CannotOpen:
        raise Refused("These three shares do not belong together.") from None
    return RootKey((), public.hex(), fingerprints.words(public))


def begin(code: str, name: str, *, root: Hand, born: str, at: datetime) -> None:
    """Record whether this database is live or a demonstration, and create the first stewards' organisation.

    Raises ValueError. Raises Refused if the installation already has its two stewards.
    """
    with transaction.atomic():
        stewardship.permit_beginning([root])
        stewardship.found(born=born)
        if not Organisation.objects.filter(code=code).exists():
            stewardship.make_organisation(code, name, hands=[root], at=at)


def steward_to_be(email: str, name: str, password: str, code: str) -> NewSteward:
    """Generate two unlock methods for a future steward, to be stored once both have been typed.

    The steward may be new or already known by this email address. Both ways are stored once both have been
    typed. `code` is the organisation of a new steward. Raises NotHere if there is no such organisation, and
    Refused if the office site would not accept the password.
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
        raise Refused("Enter the email address and name of the new person as EMAIL=NAME.")
    officer = known or Officer(email=email.strip().lower(), name=name, organisation=organisation)
    first = enrolment.first_way(officer.id)
    second = enrolment.second_way(officer.id, first.wrapped, first.words)
    return NewSteward(password, first, second, officer)


def typed_right(who: NewSteward, way: NewWay, typed: str) -> bytes | None:
    """Return the seed if the typed words decrypt it, otherwise None."""
    try:
        return enrolment.opened(who.officer.id, way.wrapped, typed)
    except WrongPassphrase:
        return None


def name_steward(who: NewSteward, typed: str, *, root: Hand, at: datetime) -> str:
    """Store a steward who has typed in both unlock methods, and return their key's verification words.

    The root signs the steward. Raises WrongPassphrase. Raises Refused if this is another root or if the
    steward is a member of a desk.
    """
    seed = enrolment.opened(who.officer.id, who.second.wrapped, typed)
    ways = {"passphrase": who.first.wrapped, "reserve": who.second.wrapped}
    stewardship.seat_steward(who.officer, who.password, ways, seed, root=root, at=at)
    return fingerprints.words(signing_public(seed))


def hand_of(email: str, passphrase: str) -> Hand:
    """Return the signing key of a person attending the ceremony.

    Raises WrongPassphrase both for an unknown address and for a wrong passphrase. Both are logged.
    """
    officer = Officer.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if officer is None:
        session.sign_in_refused(email.strip())
        raise WrongPassphrase
    return keyring.hand_of(officer.id, passphrase)
