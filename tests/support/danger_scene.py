"""A danger to life in tests: opened by Odile, led by Olga (north-east) and Nadia (national)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from heedline.casework.danger import action_log, discharge
from heedline.casework.danger.action_log import DangerNoteKind
from heedline.casework.journey import transitions
from heedline.casework.keys import directory as key_directory
from heedline.casework.keys import key_verification
from heedline.casework.setup import stewardship
from heedline.permits.roles import Role
from heedline.reports.models import DangerEpisode
from tests.support import keeping_scene, stories
from tests.support.acting import acting
from tests.support.cast import open_keys
from tests.support.scene_people import People, row
from tests.support.tracing_scene import LIFE

CALLED = {"log_number": "CR-2026-4411", "when": "14:05", "who": "Odile", "how": "By phone"}
WARNED = {"warned": "The school", "when": "14:10", "who": "Odile", "how": "By phone: keep the doors shut"}
RISK = {"risk": "Zinnober-risk until police arrive", "avoid": "The school stays shut"}
DECISION = {
    "information": "One witness",
    "threat": "Real and immediate",
    "powers": "Common law",
    "options": "Police now, or wait",
    "decision": "Police now",
    "reason": "Zinnober-reason: a life first",
}
OVER = "Zinnober-over: police have the knife, and him"


def with_leads(people: People) -> People:
    """Olga and Nadia are supervisors."""
    return keeping_scene.with_leads(people)


def material_desk(people: People) -> People:
    """The material desk, whose reports nobody watches: Odile and Olga work there too, and Olga leads it."""
    house, at = people.house, people.at
    with acting("office"):
        desk = stewardship.make_desk(
            code="material",
            name="Material desk",
            organisation=house.officers["Odile"].organisation,
            kind="activity",
            round_the_clock=False,
            authoriser=house.desks["identity"],
            hands=house.hands,
            at=at,
        )
        house.desks["material"] = desk
        for name, role in (("Odile", Role.OFFICER), ("Olga", Role.OFFICER), ("Olga", Role.SUPERVISOR)):
            stewardship.appoint(house.officers[name], role, desk, hands=house.hands, at=at)
        open_keys(house, desk, "Odile", at=at)
        for name in ("Odile", "Olga"):
            key_verification.acknowledge(
                key_directory.directory().highest_serial, by=house.keys[name].hand, at=at
            )
    return people


def an_item(people: People, name: str = "Odile", **told: Any) -> UUID:
    """Something online that `name` has taken at the material desk. Nobody watches it."""
    new = stories.new_report("online", where={"addresses": "https://films.example/watch/7781"}, **told)
    stories.send(new, at=people.at)
    people.take(new.report_id, name)
    assert row(new.report_id).watch is None
    return new.report_id


def opened(people: People, name: str = "Odile", **told: Any) -> UUID:
    """A report that came without danger and that `name` has assessed as a danger to life."""
    ref, _ = people.taken(name, **told)
    tick(people, ref, name)
    return ref


def tick(people: People, ref: UUID, name: str = "Odile") -> None:
    with people.sitting(name) as here:
        transitions.assess(ref, LIFE, version=row(ref).version, by=here, at=people.at)


def add(people: People, ref: UUID, kind: DangerNoteKind, words: dict[str, str], name: str = "Odile") -> None:
    with people.sitting(name) as here:
        action_log.add(ref, kind, words, by=here, at=people.at)


def asked(people: People, ref: UUID, name: str = "Odile", ending: str = "over") -> None:
    """What was done is recorded, and `name` has asked for the discharge."""
    if row(ref).danger_to_life is None:
        tick(people, ref, name)
    add(people, ref, DangerNoteKind.CONTROL_ROOM, CALLED, name)
    with people.sitting(name) as here:
        discharge.ask(ref, ending, OVER, by=here, at=people.at)


def end(people: People, ref: UUID, name: str = "Olga", ending: str = "over", *, owner: str = "Odile") -> None:
    """Its owner asks for the discharge, and `name` confirms it."""
    asked(people, ref, owner, ending)
    with people.sitting(name) as here:
        discharge.confirm(ref, version=row(ref).version, by=here, at=people.at)


def episode(ref: UUID) -> DangerEpisode:
    """The newest danger of a report, whoever may see it."""
    return DangerEpisode.objects.filter(report=ref).latest("opened_at")
