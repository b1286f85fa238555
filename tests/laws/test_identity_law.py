"""Law 4: what somebody says of themselves opens only with the desk and the authoriser together.

Whoever tries here has the whole database and everything that the people of one side hold: their seeds, the epochs
granted to them, and what those open.
"""

from __future__ import annotations

from datetime import datetime
from itertools import combinations
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection

from heedline.audit.models import Event
from heedline.casework.errors import SealingStopped
from heedline.casework.keys import directory as key_directory
from heedline.casework.keys.epochs import grant_context, make_epochs_ahead
from heedline.casework.keys.signing import state
from heedline.casework.pages.case_answers import IDENTITY_WORDS
from heedline.casework.report import sealing
from heedline.casework.setup import stewardship
from heedline.desks.models import Appointment, Desk, EpochGrant, KeyStatement
from heedline.intake.api_payload import RejectedPayload as NotTaken
from heedline.intake.api_payload import from_api
from heedline.intake.question_files import load_question_set
from heedline.packs import load_pack
from heedline.permits.gate import Refused
from heedline.permits.roles import Role
from heedline.reports.models import IdentityShare, SealedHeader, SealedPayload
from heedline.vault import CannotOpen
from heedline.vault.containers.container import Container, file_key
from heedline.vault.grants import open_grant
from heedline.vault.identity import open_identity, open_share
from heedline.vault.statements.signed import SignedStatement, Statement
from tests.laws import thief
from tests.support import stories
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.scene_people import NAMED, NORTH_EAST, People

pytestmark = pytest.mark.django_db

DESK = ("Odile", "Olga", "Nadia", "Nils")  # the desk, and the one that watches over it
AUTHORISERS = ("Ada", "Anton")
#: Who can be told apart by nothing: how they are named, or not at all.
ANONYMOUS: dict[str, Any] = {"you": {"who": "anonymous"}}
#: As much as anybody can say of themselves, in letters of four bytes.
AT_LENGTH: dict[str, Any] = {
    "you": {"who": "confidence"},
    "contact": {
        "name": "𝓡" * 200,
        "phone": "07700 900123",
        "email": f"{'r' * 200}@example.org",
        "post": "𝓡" * 500,
        "times": "𝓡" * 300,
        "language": "𝓡" * 100,
    },
}
#: Columns whose values are made at random, or count or name the row: alike in kind, never in value.
_RANDOM = {"id", "report_id", "container", "thing_id"}


@pytest.fixture
def people(house: House) -> People:
    return People(house, now())


def ask(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def held_by(house: House, names: tuple[str, ...]) -> list[bytes]:
    """Every seed that these people have or can open, from the tables alone."""
    found = [house.keys[name].seed for name in names]
    for name in names:
        officer = house.officers[name].id
        for grant in EpochGrant.objects.filter(officer_id=officer):
            info = grant_context(grant.epoch_id, officer)
            found.append(open_grant(bytes(grant.sealed), house.keys[name].seed, info=info))
    return found


def shares_opened(ref: UUID, seeds: list[bytes]) -> dict[int, bytes]:
    """Which halves of the key of a report's identity these seeds open, whatever the row says that it is for."""
    container = SealedHeader.objects.get(report_id=ref, part="identity").container
    found: dict[int, bytes] = {}
    for row in IdentityShare.objects.filter(report_id=ref):
        for seed in seeds:
            for share in (1, 2):
                try:
                    found[share] = open_share(bytes(row.sealed), seed, container_id=container, share=share)  # type: ignore[arg-type]
                except CannotOpen:
                    continue
    return found


def identity_of(ref: UUID) -> tuple[UUID, Container]:
    header = SealedHeader.objects.get(report_id=ref, part="identity")
    payload = SealedPayload.objects.get(container=header.container)
    return header.container, Container(bytes(header.header), bytes(payload.payload))


def whatever_could_be_a_seed() -> set[bytes]:
    """Each 32 bytes that stand in any column of any table."""
    return {
        seed
        for rows in thief.tables(ask).values()
        for row in rows
        for value in row.values()
        for leaf in thief.leaves(value)
        for seed in thief.possible_seeds(leaf)
    }


@pytest.mark.parametrize(("side", "half"), [(DESK, 1), (AUTHORISERS, 2)])
def test_one_side_has_one_half_and_opens_nothing(people: People, side: tuple[str, ...], half: int) -> None:
    ref, _ = people.send(**NAMED)
    people.take(ref)
    seeds = held_by(people.house, side)
    halves = shares_opened(ref, seeds)
    assert set(halves) == {half}, "the test would see it: their own half does open"
    _, identity = identity_of(ref)
    mine = halves[half]
    stored = whatever_could_be_a_seed()
    assert len(stored) > 20
    joined = {bytes(a ^ b for a, b in zip(mine, other, strict=True)) for other in (*stored, *seeds)}
    for seed in {*seeds, mine, *stored, *joined}:
        with pytest.raises(CannotOpen):
            file_key(identity.header, [seed])


def test_all_headers_of_a_report_open_to_the_desk_but_not_that_of_the_identity(people: People) -> None:
    ref, _ = people.taken(**NAMED)
    seeds = held_by(people.house, DESK)
    opened = set()
    for header in SealedHeader.objects.filter(report_id=ref):
        try:
            file_key(bytes(header.header), seeds)
            opened.add(header.part)
        except CannotOpen:
            assert header.part == "identity"
    assert "report" in opened
    for header in SealedHeader.objects.filter(report_id=ref):
        with pytest.raises(CannotOpen):
            file_key(bytes(header.header), held_by(people.house, AUTHORISERS))


def test_both_together_open_it(people: People) -> None:
    ref, _ = people.send(**NAMED)
    container, identity = identity_of(ref)
    halves = shares_opened(ref, held_by(people.house, ("Olga", "Anton")))
    opened = open_identity(
        identity, halves[1], halves[2], installation=settings.INSTALLATION, container_id=container
    )
    assert b"Rosa Verhoeven-Okonkwo" in opened
    other, _ = people.send(**NAMED)
    theirs = shares_opened(other, held_by(people.house, ("Olga",)))
    with pytest.raises(CannotOpen):  # the half of another report does not help
        open_identity(
            identity, theirs[1], halves[2], installation=settings.INSTALLATION, container_id=container
        )


def test_no_page_of_the_desk_shows_it(people: People) -> None:
    ref, _ = people.taken(**NAMED)
    shown = (
        repr(people.read(ref)) + str(people.read(ref).answers.sections) + people.read(ref).answers.narrative
    )
    assert "Verhoeven" not in shown
    assert "900123" not in shown
    anonymous, _ = people.taken(**ANONYMOUS)
    assert (
        people.read(ref).answers.identity_words
        == people.read(anonymous).answers.identity_words
        == IDENTITY_WORDS
    )


# --- named or not: the same from outside -----------------------------------------------------------------------------


def outside(ref: UUID, *, but: frozenset[str] | set[str] = frozenset()) -> list[tuple[str, str]]:
    """Every row of this report as it looks to somebody who opens nothing: values in the clear, sizes of what is sealed."""
    seen = []
    for table, rows in thief.tables(ask).items():
        for row in rows:
            if ref in row.values():
                looks = {
                    name: f"{len(value)} bytes" if isinstance(value, bytes) else value
                    for name, value in row.items()
                    if name not in _RANDOM | but
                }
                seen.append((table, repr(sorted(looks.items()))))
    return sorted(seen)


@pytest.mark.parametrize(("one", "other"), list(combinations([ANONYMOUS, NAMED, AT_LENGTH, {}], 2)))
def test_named_and_anonymous_reports_look_alike(
    people: People, one: dict[str, Any], other: dict[str, Any]
) -> None:
    first, _ = people.send(**one)
    second, _ = people.send(**other)
    assert len(outside(first)) > 8, "the test looks at something"
    assert outside(first) == outside(second)


def test_the_longest_identity_fits_the_size_that_all_have() -> None:
    pack = load_pack(settings.PACK)
    for kind in pack.kinds.values():
        questions = load_question_set(pack, kind.code)
        for step in questions.steps:
            if step.private:
                # four bytes a letter; 80 for a field's name, the codes of choices and the JSON around them
                typed = [field.limit for field in step.fields if not field.choices]
                longest = 4 * sum(typed) + 80 * len(step.fields)
                assert longest < sealing.IDENTITY_SIZE, (kind, step.slug)


def test_they_look_alike_after_the_desk_has_worked_on_them(people: People) -> None:
    refs = [people.closed(**told)[0] for told in (ANONYMOUS, NAMED)]
    times = {"at", "lease_until"}

    def without_times(ref: UUID) -> list[str]:
        rows = [
            {
                n: len(v) if isinstance(v, bytes) else v
                for n, v in row.items()
                if n not in _RANDOM | times | {"note"}
            }
            for table, rows in thief.tables(ask).items()
            if table != 'public."audit_event"'
            for row in rows
            if ref in row.values()
        ]
        return sorted(map(repr, rows))

    assert without_times(refs[0]) == without_times(refs[1])
    acts = [
        list(Event.objects.filter(thing_id=ref).order_by("id").values_list("act", "detail")) for ref in refs
    ]
    assert acts[0] == acts[1]


# --- nobody is on both sides -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "role", "desk"), [("Odile", Role.AUTHORISER, "identity"), ("Ada", Role.OFFICER, "north-east")]
)
def test_nobody_is_made_a_member_of_both(people: People, name: str, role: Role, desk: str) -> None:
    house = people.house
    before = Appointment.objects.count()
    with acting("office"), pytest.raises(Refused):
        stewardship.appoint(house.officers[name], role, house.desks[desk], hands=house.hands, at=people.at)
    assert Appointment.objects.count() == before
    key_directory.forget()
    known = key_directory.directory()
    assert str(house.officers[name].id) not in known.members(str(house.desks[desk].id))
    assert known.refused == (), "and nothing that breaks the rule is left to alarm about"


def test_a_statement_put_in_by_hand_gives_no_grant(people: People) -> None:
    """Two stewards who sign it and write it into the table themselves: it is not believed, so no epoch goes there."""
    house, odile = people.house, people.house.officers["Odile"]
    body = {"desk": str(house.desks["identity"].id), "person": str(odile.id)}
    last = KeyStatement.objects.latest("serial")
    serial, follows = last.serial + 1, SignedStatement.from_json(last.signed).statement.link
    statement = Statement(
        "3c6a5a31-9b46-4f3e-8b77-8f0a4a1b9a10", "member", serial, body, people.at.date().isoformat(), follows
    )
    signed = SignedStatement(statement, {})
    for hand in house.hands:
        signed = signed.with_signature(hand.person, hand.seed, installation=settings.INSTALLATION)
    KeyStatement.objects.create(id=UUID(statement.id), serial=serial, kind="member", signed=signed.to_json())
    Appointment.objects.create(officer=odile, role=Role.AUTHORISER, desk=house.desks["identity"])
    key_directory.forget()
    assert [one.id for one in key_directory.directory().refused] == [statement.id]
    later = datetime(people.at.year + 1, 6, 1, tzinfo=people.at.tzinfo)
    with acting("office"):
        assert make_epochs_ahead(house.desks["identity"], by=house.keys["Ada"].hand, at=later) == 3
    theirs = EpochGrant.objects.filter(officer=odile).values_list("epoch__desk__code", flat=True)
    assert set(theirs) == {"north-east"}


# --- where nobody could decide -----------------------------------------------------------------------------------------


def without_authoriser(house: House, code: str, at: datetime) -> None:
    """Two stewards state the desk anew, without anybody who could decide on identities."""
    desk = house.desks[code]
    body = {
        "desk": str(desk.id),
        "code": code,
        "kind": desk.kind,
        "round_the_clock": desk.round_the_clock,
        "authoriser_desk": None,
    }
    with acting("office"):
        state("desk", body, house.hands, at=at)
        Desk.objects.filter(pk=desk.id).update(authoriser=None)


def test_where_nobody_could_decide_no_name_is_asked_for_or_taken(people: People) -> None:
    with acting("public"):
        assert key_directory.identity_offered(people.at.date())
    without_authoriser(people.house, "north-east", people.at)
    with acting("public"):
        assert not key_directory.identity_offered(people.at.date())
    with pytest.raises(SealingStopped):
        people.send(**NAMED)
    assert not IdentityShare.objects.exists()


def test_a_report_to_such_a_desk_has_the_same_rows_and_sizes(people: People) -> None:
    before, _ = people.send(**ANONYMOUS)
    without_authoriser(people.house, "north-east", people.at)
    after, _ = people.send(**ANONYMOUS)

    def shape(ref: UUID) -> list[tuple[int, int]]:
        return sorted((row.share, len(row.sealed)) for row in IdentityShare.objects.filter(report_id=ref))

    assert shape(before) == shape(after)
    assert len(shape(after)) == 3  # desk, the desk that watches, authoriser
    assert shares_opened(after, held_by(people.house, (*DESK, *AUTHORISERS))).keys() == {1}
    # whose half it is says only that the desk has nobody who decides, which two stewards have signed anyway
    assert outside(before, but={"epoch"}) == outside(after, but={"epoch"})


def test_the_api_takes_no_name_where_nobody_could_decide(people: People) -> None:
    questions = stories.new_report().question_set
    told = {"kind": "activity", "narrative": stories.NARRATIVE, **NAMED, **NORTH_EAST}
    assert isinstance(from_api({"activity": questions}, told, identity_offered=False), NotTaken)
