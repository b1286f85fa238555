"""The people of the tests. Rosa reports; Odile and Olga are officers of the north-east desk, Otto and Oren of the
south-west, Nadia and Nils of the national desk that never closes; Ada and Anton decide on identities; Stella and Sten
are stewards; Ned is nobody. Petra and Pavel work for a partner, in the tests that ask for one (`add_partner`).

Everything is made by the real verbs, so no test starts from a state that nobody could reach.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from dateutil.relativedelta import relativedelta
from django.conf import settings

from heedline.casework.access import session as access_session
from heedline.casework.access.session import Attendance
from heedline.casework.duty import paging
from heedline.casework.keys import directory as key_directory
from heedline.casework.keys import epochs, key_verification
from heedline.casework.people import training
from heedline.casework.setup import stewardship
from heedline.casework.setup.stewardship import Enrolment, Hand
from heedline.desks.models import Desk, EpochGrant, Officer, Organisation
from heedline.dispatch.models import WorkerBeat
from heedline.permits.roles import Role
from heedline.vault.grants import open_grant
from heedline.vault.keys import new_seed, signing_public
from heedline.vault.statements.signed import ROOT
from tests.support import quick_sessions
from tests.support.acting import acting

#: A scene begins no earlier. On the first of a month the keys of that month alone would open after many of them.
OPEN_BEFORE = timedelta(days=28)
#: The worker's last minute, in every database of the tests: it always runs there, unless a test says that it does not.
_FOR_EVER = datetime(2100, 1, 1, tzinfo=UTC)
PASSWORD = "correct horse battery staple"
DESKS = {
    "national": ("National desk", True, ("Nadia", "Nils")),
    "north-east": ("North East desk", False, ("Odile", "Olga")),
    "south-west": ("South West desk", False, ("Otto", "Oren")),
}


@dataclass
class House:
    """A whole small installation, and its people by name."""

    root: bytes
    officers: dict[str, Officer] = field(default_factory=dict)
    keys: dict[str, Enrolment] = field(default_factory=dict)
    desks: dict[str, Desk] = field(default_factory=dict)

    @property
    def hands(self) -> list[Hand]:
        return [self.keys["Stella"].hand, self.keys["Sten"].hand]

    def sign_in(self, name: str, *, at: datetime, unlocked: bool = True) -> Attendance:
        """A signed-in session of `name`, under the role that acts, with the keys unlocked unless told otherwise."""
        officer = self.officers[name]
        key = quick_sessions.begin(officer.id, {"_auth_user_id": str(officer.id)})
        here = access_session.enter(key, officer, at=at)
        return quick_sessions.unlock(here, self.keys[name].passphrase, at=at) if unlocked else here


def build_house(at: datetime) -> House:
    """Build it under the office's role."""
    house = House(new_seed())
    settings.ROOT = signing_public(house.root).hex()
    key_directory.forget()
    with acting("office"):
        stewardship.found(born="demo")
        root = [Hand(ROOT, house.root)]
        unit = stewardship.make_organisation("unit", "The Unit", hands=root, at=at)
        identity = stewardship.make_organisation("identity-office", "Identity Office", hands=root, at=at)
        for name in ("Stella", "Sten"):
            _officer(house, name, unit, root, at)
            stewardship.first_steward(house.officers[name], house.keys[name], root=root[0], at=at)
        house.desks["identity"] = _desk(
            house, "identity", "Identity authorisers", identity, "authoriser", None, at
        )
        for code, (title, never_closes, _) in DESKS.items():
            house.desks[code] = _desk(
                house, code, title, unit, "activity", house.desks["identity"], at, never_closes=never_closes
            )
        people = [("identity", Role.AUTHORISER, ("Ada", "Anton"))]
        people += [(code, Role.OFFICER, names) for code, (_, _, names) in DESKS.items()]
        for code, role, names in people:
            for name in names:
                _officer(house, name, identity if code == "identity" else unit, house.hands, at)
                stewardship.state_officer_keys(house.keys[name], hands=house.hands, at=at)
                stewardship.appoint(house.officers[name], role, house.desks[code], hands=house.hands, at=at)
            become_acquainted(house, *names, at=at)
            open_keys(house, house.desks[code], names[0], at=at)
            state_opened(house, house.desks[code], names[1], at=at)
        _officer(house, "Ned", unit, house.hands, at)
        train(house, at=at)
        for name in house.keys:
            key_verification.acknowledge(
                key_directory.directory().highest_serial, by=house.keys[name].hand, at=at
            )
    with acting("worker"):
        paging.beat(_FOR_EVER, thread=WorkerBeat.DANGERS)
    return house


def add_partner(
    house: House,
    *,
    at: datetime,
    code: str = "northgate",
    name: str = "Northgate",
    people: tuple[str, str] = ("Petra", "Pavel"),
) -> Desk:
    """A partner of two people, made by the same verbs: `house.desks["northgate"]`, with keys of its own."""
    with acting("office"):
        council = stewardship.make_organisation(code, f"{name} Council", hands=house.hands, at=at)
        desk = _desk(house, code, f"{name} safeguarding", council, "partner", None, at)
        house.desks[code] = desk
        for person in people:
            _officer(house, person, council, house.hands, at)
            stewardship.state_officer_keys(house.keys[person], hands=house.hands, at=at)
            stewardship.appoint(house.officers[person], Role.PARTNER, desk, hands=house.hands, at=at)
        become_acquainted(house, *people, at=at)
        open_keys(house, desk, people[0], at=at)
        for person in people:
            key_verification.acknowledge(
                key_directory.directory().highest_serial, by=house.keys[person].hand, at=at
            )
    return desk


def train(house: House, *, at: datetime) -> None:
    """A steward records that everybody has completed on that day what they need for their work."""
    by = house.sign_in("Stella", at=at, unlocked=False)
    needed: dict[str, set[UUID]] = {}
    for line in training.people(by=by, at=at):
        if not line.mine and line.completed_on != at.date():
            needed.setdefault(line.training, set()).add(line.officer_id)
    for code, officers in needed.items():
        training.record(code, at.date(), officers, by=by, at=at)
    access_session.end_sessions(by.officer_id)
    access_session.leave()


def open_keys(house: House, desk: Desk, name: str, *, at: datetime) -> None:
    """`name` makes the desk's keys: the one in force opened last month, because scenes begin up to `OPEN_BEFORE` ago."""
    last, _, *coming = epochs.month_starts(at.date() - relativedelta(months=1), 3)
    for day in (last, *coming):
        epochs.make_epoch(desk, day, by=house.keys[name].hand, at=at)


def state_opened(house: House, desk: Desk, name: str, *, at: datetime) -> None:
    """`name` states that the desk's keys open, as with the first unlocking after a colleague has made them."""
    keys, seeds = house.keys[name], {}
    for row in EpochGrant.objects.filter(officer_id=keys.officer):
        context = epochs.grant_context(row.epoch_id, keys.officer)
        seeds[row.epoch_id] = open_grant(bytes(row.sealed), keys.seed, info=context)
    epochs.state_opened([desk.id], seeds, by=keys.hand, at=at)


def become_acquainted(house: House, *names: str, at: datetime) -> None:
    """Each hears the words of each other, face to face."""
    for name in names:
        for other in names:
            if other != name:
                person = str(house.officers[other].id)
                words = key_verification.words_of(person)
                assert words
                key_verification.compare(person, words, by=house.keys[name].hand, at=at)


def _officer(
    house: House, name: str, organisation: Organisation, hands: Sequence[Hand], at: datetime
) -> None:
    house.officers[name] = stewardship.make_officer(
        email=f"{name.lower()}@unit.example",
        name=f"{name} {name[0]}.",
        organisation=organisation,
        password=PASSWORD,
        hands=hands,
        at=at,
    )
    if name != "Ned":
        house.keys[name] = stewardship.wrap_keys(house.officers[name], at=at)


def _desk(
    house: House,
    code: str,
    name: str,
    organisation: Organisation,
    kind: str,
    authoriser: Desk | None,
    at: datetime,
    *,
    never_closes: bool = False,
) -> Desk:
    return stewardship.make_desk(
        code=code,
        name=name,
        organisation=organisation,
        kind=kind,
        round_the_clock=never_closes,
        authoriser=authoriser,
        hands=house.hands,
        at=at,
    )


def now() -> datetime:
    """The present, for tests that need the clock of the database and of the program to agree."""
    return datetime.now(UTC)
