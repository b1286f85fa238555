"""An online material desk with four examiners, and reports that name addresses."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from heedline.casework.keys import directory as key_directory
from heedline.casework.keys import key_verification
from heedline.casework.records import desk_parts
from heedline.casework.setup import stewardship
from heedline.permits.roles import Role
from heedline.specialist_desks.material.examination import examining
from heedline.specialist_desks.material.examination.examining import ExaminationForm
from heedline.specialist_desks.material.examination.law import ExaminationAnswers
from heedline.specialist_desks.material.items import adding, sightings
from heedline.specialist_desks.material.items.addresses import named_by_examiner
from heedline.specialist_desks.material.items.contents import content_at
from heedline.specialist_desks.material.liveness import LivenessVerdict
from heedline.specialist_desks.material.models import MaterialItem
from heedline.specialist_desks.material.rules import ItemState
from heedline.specialist_desks.material.vocabulary import ITEM
from tests.support import furnished, stories
from tests.support.acting import acting
from tests.support.cast import House, become_acquainted, now, open_keys
from tests.support.scene_people import People
from tests.support.search_scene import indexed

PAGE = "https://films.example/watch/7781"
#: Examiners of the desk. Olga leads it.
EXAMINERS = ("Odile", "Olga", "Otto", "Nadia")
FACTS = {"what": "propaganda", "audience": "public", "closed_audience": "no"}


def material_desk(people: People) -> People:
    """Give the house an online material desk at which `EXAMINERS` work."""
    house, at = people.house, people.at
    with acting("office"):
        desk = stewardship.make_desk(
            code="material",
            name="Online material desk",
            organisation=house.officers["Odile"].organisation,
            kind="material",
            round_the_clock=False,
            authoriser=house.desks["identity"],
            hands=house.hands,
            at=at,
        )
        house.desks["material"] = desk
        for name in EXAMINERS:
            stewardship.appoint(house.officers[name], Role.OFFICER, desk, hands=house.hands, at=at)
        stewardship.appoint(house.officers["Olga"], Role.SUPERVISOR, desk, hands=house.hands, at=at)
        become_acquainted(house, *EXAMINERS, at=at)
        open_keys(house, desk, "Odile", at=at)
        for name in EXAMINERS:
            key_verification.acknowledge(
                key_directory.directory().highest_serial, by=house.keys[name].hand, at=at
            )
    return people


def reported(people: People, *addresses: str, danger: str = "no", **told: object) -> list[UUID]:
    """Send a report for each of these addresses, and return the reports."""
    sent = []
    for address in addresses:
        new = stories.new_report("online", where={"addresses": address}, now={"danger": danger}, **told)
        stories.send(new, at=people.at)
        sent.append(new.report_id)
    return sent


def the_item(people: People, address: str = PAGE) -> UUID:
    """Report an address, index the report, and return the item."""
    before = set(MaterialItem.objects.values_list("id", flat=True))
    reported(people, address)
    indexed(people)
    (new,) = set(MaterialItem.objects.values_list("id", flat=True)) - before
    return new


@dataclass
class WithTaken(People):
    """People of whom Odile is examining an item already, the one that `taken` then returns first."""

    ready: UUID | None = None

    @classmethod
    def of(cls, taken_item: House) -> WithTaken:
        """Return the people of the house in which it stands (tests/support/furnished.py)."""
        tokens, item = furnished.built("taken_item")
        return cls(taken_item, now(), tokens, item)


def stand(people: People) -> tuple[dict[str, str], UUID]:
    """Let Odile take an item, and return her session, in which she is signed in, and the item."""
    item = taken(people)
    return people.tokens, item


def taken(people: People, name: str = "Odile", address: str = PAGE) -> UUID:
    """An item that `name` is examining."""
    if isinstance(people, WithTaken) and people.ready and (name, address) == ("Odile", PAGE):
        ref, people.ready = people.ready, None
        return ref
    ref = the_item(people, address)
    with people.sitting(name) as by:
        examining.take(ref, by=by, at=people.at)
    return ref


def unlawful(*provisions: str, hold: bool = False, why: str = "It praises an attack") -> ExaminationForm:
    """An examination that finds these provisions to be met."""
    elements = {
        "ta2006-s1": frozenset({0, 1, 2}),
        "ta2006-s2": frozenset({0, 1, 2}),
        "ta2000-s58": frozenset({0, 1}),
        "ta2000-s12": frozenset({0, 1}),
    }
    return ExaminationForm(
        ExaminationAnswers({one: elements[one] for one in provisions}, "no", organisation="isil", hold=hold),
        FACTS,
        dict.fromkeys(provisions, why),
    )


def harmless(outcome: str = "lawful", why: str = "A news report about it") -> ExaminationForm:
    """An examination that finds no provision to be met."""
    return ExaminationForm(ExaminationAnswers({}, "no", otherwise=outcome), FACTS, {}, why)


def examined(people: People, ref: UUID, name: str, form: ExaminationForm) -> ItemState:
    """Let an examiner record an examination."""
    version = MaterialItem.objects.get(id=ref).version
    with people.sitting(name) as by:
        return examining.examine(ref, form, version=version, by=by, at=people.at)


def an_added_item(people: People, address: str) -> UUID:
    """An unlawful item that Odile added, which no report names, and whose page is still there."""
    with people.sitting("Odile") as by:
        ref = adding.add(address, by=by, at=people.at)
        examining.take(ref, by=by, at=people.at)
    for name in ("Odile", "Otto"):
        examined(people, ref, name, unlawful("ta2006-s1"))
    with people.sitting("Odile") as by:
        sightings.record(ref, LivenessVerdict.LIVE, by=by, at=people.at)
    return ref


def an_item_of(desk: str, people: People, address: str = PAGE) -> UUID:
    """An item that some desk has, without an index. To be called in a session of the desk."""
    ident, place = uuid4(), people.house.desks[desk].id
    locator = named_by_examiner(address)
    assert locator is not None
    words = content_at(locator).to_words()
    container = desk_parts.seal(place, ident, words, part=ITEM, on=people.at.date())
    MaterialItem.objects.create(id=ident, desk_id=place, container=container, found_on=people.at.date())
    return ident
