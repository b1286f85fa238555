"""A partner outside: the council's team, where Petra and Pavel work. Otherwise like `tests/support/cast.py`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from heedline.casework.access import session as access_session
from heedline.casework.access.session import Attendance
from heedline.casework.access.session_store import SessionStore
from heedline.casework.attachments.disclosing import ChosenFile
from heedline.casework.dissemination import outgoing, partner_inbox, partners
from heedline.casework.dissemination.minutes import PanelMinutes
from heedline.casework.dissemination.outgoing import DisseminationDraft
from heedline.casework.dissemination.partner_inbox import OpenedHere
from heedline.casework.journey import transitions
from heedline.casework.journey.transitions import Assessment
from heedline.casework.keys import key_verification
from heedline.casework.setup import stewardship
from heedline.permits.roles import Role
from heedline.reports.models import Dissemination
from tests.support.acting import acting
from tests.support.cast import add_partner
from tests.support.scene_people import People, row

COUNCIL = "northgate"
TITLE, TEXT = "A worry about a young person", "A young person in your area may need somebody to talk to."
NECESSITY = "They know the family of old, and can offer help that we cannot."
PANEL = PanelMinutes(
    "P. Hallam, Council\nO. Police, Police\nN. Nurse, Health trust", dissent="The school disagreed."
)
LIFE = Assessment(True, "Spoke of doing it today", "high", "Their words, and the time")


def a_partner(people: People) -> None:
    """The council and its team (`tests/support/cast.py`)."""
    add_partner(people.house, at=people.at)


def joins(people: People, name: str) -> None:
    """Create keys for a new team member, signed by two stewards. If called again, new keys replace lost ones."""
    house = people.house
    house.officers[name].wrappings.all().delete()
    house.keys[name] = stewardship.wrap_keys(house.officers[name], at=people.at)
    stewardship.state_officer_keys(house.keys[name], hands=house.hands, at=people.at)
    stewardship.appoint(
        house.officers[name], Role.PARTNER, house.desks[COUNCIL], hands=house.hands, at=people.at
    )


@contextmanager
def at_the_council(
    people: People, name: str = "Petra", *, at: datetime | None = None
) -> Iterator[Attendance]:
    """Return the browser of `name` on the partner site."""
    with acting("partner"):
        session = SessionStore()
        session["_auth_user_id"] = str(people.house.officers[name].id)
        session.create()
        assert session.session_key
        here = access_session.enter(session.session_key, people.house.officers[name], at=at or people.at)
        try:
            yield access_session.unlock(here, people.house.keys[name].passphrase, at=at or people.at)
        finally:
            access_session.leave()


def chaired(people: People, name: str = "Petra", role: Role = Role.CHAIR) -> None:
    """Let a member of the council's team chair its panel, or be the deputy."""
    house = people.house
    with acting("office"):
        stewardship.appoint(house.officers[name], role, house.desks[COUNCIL], hands=house.hands, at=people.at)


def compared(people: People, name: str = "Odile") -> None:
    """`name` phones the council and compares the words of whoever made its key."""
    with people.sitting(name) as here:
        key = partners.key_of(people.house.desks[COUNCIL].id, people.at)
        assert key is not None
        words = key_verification.words_of(key.maker)
        assert words
        partners.compare(
            people.house.desks[COUNCIL].id, words, people.house.keys[name].passphrase, by=here, at=people.at
        )


def writing(people: People, **changed: object) -> DisseminationDraft:
    told: dict[str, object] = {
        "partner": people.house.desks[COUNCIL].id,
        "purpose": "support",
        "basis": "panel",
        "conditions": ("need-to-know",),
        "title": TITLE,
        "text": TEXT,
        "necessity": NECESSITY,
        "urgent": False,
    }
    files = changed.pop("files", ())
    assert isinstance(files, tuple)
    told["files"] = tuple(one if isinstance(one, ChosenFile) else ChosenFile(one) for one in files)
    return DisseminationDraft(**{**told, **changed})  # type: ignore[arg-type]


def written(people: People, ref: UUID, name: str = "Odile", **changed: object) -> UUID:
    """Write a disclosure to the council about an assessed report, which waits for a second officer."""
    with people.sitting(name) as here:
        return outgoing.write(
            ref, writing(people, **changed), version=row(ref).version, by=here, at=people.at
        )


def checked(people: People, ident: UUID, name: str = "Olga") -> None:
    """Approve and send the disclosure as a second officer."""
    with people.sitting(name) as here:
        outgoing.check(ident, version=sent(ident).version, by=here, at=people.at)


def sent_to_the_council(people: People, **changed: object) -> tuple[UUID, UUID]:
    """Create a report and a disclosure about it to the council."""
    ref, _ = people.assessed()
    compared(people)
    ident = written(people, ref, **changed)
    checked(people, ident)
    return ref, ident


def in_danger(people: People) -> UUID:
    """A report that Odile holds and has assessed as a danger to life."""
    ref, _ = people.taken()
    with people.sitting("Odile") as here:
        transitions.assess(ref, LIFE, version=row(ref).version, by=here, at=people.at)
    return ref


def opened(people: People, ident: UUID, name: str = "Petra") -> OpenedHere:
    with at_the_council(people, name) as here:
        return partner_inbox.open_it(ident, by=here, at=people.at)


def answered(
    people: People,
    ident: UUID,
    code: str = "taken-on",
    text: str = "We will visit.",
    *,
    name: str = "Petra",
    minutes: PanelMinutes = PANEL,
) -> None:
    of_panel = minutes if sent(ident).meets_on is not None else None
    with at_the_council(people, name) as here:
        partner_inbox.answer(ident, code, text, danger="no", minutes=of_panel, by=here, at=people.at)


def sent(ident: UUID) -> Dissemination:
    """Return its current row, whoever may see it."""
    return Dissemination.objects.get(pk=ident)
