"""Reports of several desks that are indexed, compared at the linking desk, and seen by their desks."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from heedline.casework.linking import deconfliction, desk_notices, interests, matching, own_entries, questions
from heedline.casework.linking.desk_notices import ReceivedNotice
from heedline.casework.linking.own_entries import InterestLine
from heedline.casework.linking.questions import MatchLine
from heedline.casework.setup import stewardship
from heedline.desks.models import Appointment
from heedline.permits.roles import Role
from heedline.reports.models import InterestHit
from tests.support.acting import acting
from tests.support.scene_people import People
from tests.support.search_scene import MINUTE, indexed

#: Three reports about one boy, under two misspellings.
BOY = (
    "A pupil, Caoimhin Tierney, draws symbols and says he will be famous soon. He was born on 4/9/2010.",
    "My nephew Kevin Teirney has changed. He talks of attacks all night. Date of birth 04.09.2010.",
    "A lad called Keevin Tierney at the boxing club showed films of killings, 01632 960455 is his number.",
)


def compared(people: People, *names: str, at: datetime | None = None) -> int:
    """Let these officers' sessions index their desks, and one of the linking desk compare everything."""
    for name in (*names, "Nadia"):
        indexed(people, name, at=at)
    at, done = at or people.at + 50 * MINUTE, 0
    with people.sitting("Nadia") as here:
        while more := matching.catch_up(by=here, at=at):
            done += more
    return done


def matched(people: People, name: str) -> tuple[MatchLine, ...]:
    """The possible matches that an officer sees."""
    with people.sitting(name) as here:
        return questions.matches(by=here)


def noticed(people: People, name: str, report: UUID) -> tuple[ReceivedNotice, ...]:
    """The notices about a report that an officer's keys open."""
    with people.sitting(name) as here:
        return desk_notices.about(report, by=here)


def investigator(people: People, name: str) -> None:
    """Appoint an officer as investigator of their desk."""
    officer = people.house.officers[name]
    with acting("office"):
        if not Appointment.objects.filter(officer=officer, role=Role.INVESTIGATOR).exists():
            desk = Appointment.objects.filter(officer=officer, ended_on=None)[0].desk
            stewardship.appoint(officer, Role.INVESTIGATOR, desk, hands=people.house.hands, at=people.at)


def interest(
    people: People,
    name: str = "Otto",
    *,
    names: str = "Kevin Tierney",
    identifiers: str = "",
    ground: str = "Operation under way.",
) -> UUID:
    """An entry of the interest register."""
    investigator(people, name)
    with people.sitting(name) as here:
        return interests.register(
            names, identifiers, ground, (people.at + timedelta(days=30)).date(), by=here, at=people.at
        )


def own(people: People, name: str = "Otto") -> tuple[InterestLine, ...]:
    """The entries of an officer, as shown to them."""
    with people.sitting(name) as here:
        return own_entries.mine(by=here, at=people.at)


def deconflicted(people: People, ref: UUID, name: str = "Odile") -> deconfliction.Deconfliction:
    """What deconfliction tells an officer about a report."""
    with people.sitting(name) as here:
        return deconfliction.check(ref, by=here, at=people.at)


def cleared(people: People, words: str, hit: UUID | None = None, *, at: datetime | None = None) -> None:
    """Let the owner of the entry clear the desk to act."""
    with people.sitting("Otto") as here:
        interests.release(hit or InterestHit.objects.get().id, words, by=here, at=at or people.at)
