"""Officers who open what concerns themselves: overseers learn of it, the officer does not, and a thief learns no term."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError, ProgrammingError
from django.test.utils import CaptureQueriesContext

from heedline.audit.acts import Act
from heedline.audit.models import Event
from heedline.casework.access import own_terms
from heedline.casework.contact import messages
from heedline.casework.continuity import canary
from heedline.casework.errors import NotHere
from heedline.casework.oversight import conflict_register, log_view
from heedline.casework.oversight.conflict_register import MOST, Met, OfficerTerms
from heedline.casework.pages import access_history, case_file
from heedline.casework.report import conflict_terms, repeat_contact
from heedline.casework.report.opening import short_name
from heedline.casework.retention import subject_requests
from heedline.casework.setup import stewardship
from heedline.desks.models import Officer, OwnTerm, SeedWrapping
from heedline.permits.gate import Refused
from heedline.permits.roles import Role
from heedline.reports.lifecycle import NotNow
from heedline.vault import CannotOpen
from heedline.vault.keys import new_seed
from tests.support import identity_scene
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.keeping_scene import with_leads
from tests.support.scene_people import NAMED, People, logged

pytestmark = pytest.mark.django_db
TERM = "Zoë O'Brien"
ABOUT_HER = "A woman called ZOE OBRIEN filmed the side doors of the hall"


@pytest.fixture
def people(house: House) -> People:
    made = People(house, now())
    stewardship.appoint(house.officers["Ned"], Role.OVERSEER, None, hands=house.hands, at=made.at)
    return made


def register(people: People, name: str = "Odile", *terms: str) -> int:
    with people.sitting("Ned", unlocked=False) as ned:
        officer = people.house.officers[name].id
        return conflict_register.register(officer, terms or (TERM,), by=ned, at=people.at)


def met(people: People) -> tuple[Met, ...]:
    with people.sitting("Ned", unlocked=False) as ned:
        return conflict_register.met(by=ned, at=people.at + timedelta(minutes=1))


def standing(people: People) -> dict[str, OfficerTerms]:
    with people.sitting("Ned", unlocked=False) as ned:
        return {one.name: one for one in conflict_register.standing(by=ned)}


# --- what is met -----------------------------------------------------------------------------------------------------


def test_opening_what_concerns_oneself_is_seen_by_overseers_alone(people: People) -> None:
    assert register(people) == 1
    ref, _ = people.taken(narrative=ABOUT_HER)
    people.read(ref, "Olga")
    assert met(people) == (), "it is nothing to a colleague"
    people.read(ref)
    people.read(ref)
    (hit,) = met(people)
    assert (hit.name, hit.report, hit.count) == ("Odile O.", ref, 2)
    event = Event.objects.filter(act=Act.OWN_TERM_MET).first()
    assert event is not None
    assert (event.actor, event.desk, event.thing_id) == (None, None, ref)
    odile = people.house.officers["Odile"].id
    assert event.detail == {"officer": str(odile), "how": "report-read"}
    for name in ("Odile", "Olga", "Nadia", "Ada", "Stella"):
        with people.sitting(name) as here:
            assert not Event.objects.filter(act=Act.OWN_TERM_MET).exists(), name
            if name in ("Odile", "Olga"):
                _, lines = access_history.history(ref, by=here, at=people.at)
                assert Act.OWN_TERM_MET not in {line.act for line in lines}
    with people.sitting("Ned", unlocked=False) as ned:
        page = log_view.log(log_view.Sieve(act=str(Act.OWN_TERM_MET)), by=ned)
    assert [dict(line.detail)["officer"] for line in page.lines] == ["Odile O.", "Odile O."]


def test_messages_count_and_neither_who_sent_it_nor_colleagues_words(people: People) -> None:
    register(people, "Odile", "Rosa Verhoeven-Okonkwo", "Odile O")
    ref, code = people.taken(**NAMED)
    people.read(ref)
    assert met(people) == ()
    request = identity_scene.ask(people, ref)
    identity_scene.decide(people, request)
    with people.sitting("Odile") as odile:
        words = "Odile O. will ask you"
        messages.ask(
            ref,
            words,
            version=case_file.case_file(ref, by=odile, at=people.at).header.version,
            by=odile,
            at=people.at,
        )
    people.read(ref)
    assert met(people) == ()
    opened = identity_scene.open_it(people, request)
    assert "Rosa Verhoeven-Okonkwo" in str([section.rows for section in opened.told])
    assert logged("own-term-met") == [], "it would say that a name was given, and whose"
    assert len(logged("identity-opened", thing=ref)) == 1
    with acting("public"):
        messages.say(code, "Ask Rosa Verhoeven Okonkwo", message_id=uuid4(), at=people.at)
    people.read(ref)
    assert [one.detail["how"] for one in logged("own-term-met")] == ["report-read"]


def test_what_is_looked_for_is_compared_too(people: People) -> None:
    ref, _ = people.taken()
    short = short_name(ref)
    register(people, "Odile", short)
    people.tokens.clear()  # from the next unlocking on
    with people.sitting("Odile") as odile:
        desk = people.house.desks["north-east"].id
        request = subject_requests.open_one(
            "DPO-2026-041", "access", people.at.date(), desk=desk, by=odile, at=people.at
        )
        subject_requests.found(request, short, by=odile, at=people.at)
        nobody = "AAAA-AAAB"
        with pytest.raises(NotNow):
            subject_requests.found(request, nobody, by=odile, at=people.at)
        with pytest.raises(NotNow):
            repeat_contact.note(ref, short, same=True, by=odile, at=people.at)
    (hit,) = met(people)
    assert (hit.report, hit.short, hit.count) == (None, "", 2), "also where nothing came of it"
    assert [one.detail["how"] for one in logged("own-term-met")] == ["looked-for", "looked-for"]


def test_it_costs_the_same_and_shows_the_same(people: People) -> None:
    """The same statements, however it ends: whether somebody has terms, and whether one is met."""
    ref, _ = people.taken(narrative=ABOUT_HER)

    def seen() -> tuple[int, str]:
        with people.sitting("Odile") as odile, CaptureQueriesContext(connection) as asked:
            file = case_file.case_file(ref, by=odile, at=people.at)
        return len(asked), repr(file) + file.answers.narrative

    without = seen()
    register(people)
    people.tokens.clear()
    assert seen() == without
    assert len(logged("own-term-met")) == 1


def test_terms_count_from_the_next_unlocking_on(people: People) -> None:
    ref, _ = people.taken(narrative=ABOUT_HER)
    register(people)
    people.read(ref)
    assert met(people) == ()
    people.tokens.clear()
    people.read(ref)
    assert len(met(people)) == 1


# --- what is kept ----------------------------------------------------------------------------------------------------


def test_a_thief_learns_no_term_and_has_nothing_to_try_guesses_on(people: People) -> None:
    register(people, "Odile", TERM, TERM, "AB12 CDE")
    rows = [bytes(one.sealed) for one in OwnTerm.objects.all()]
    assert len({len(one) for one in rows}) == 1
    assert len(set(rows)) == 3, "the same term twice has nothing in common"
    for sealed in rows:
        for word in (TERM, "OBrien", "AB12"):
            assert word.encode() not in sealed
    everything = repr(list(Event.objects.values()))
    assert "Brien" not in everything
    assert "AB12" not in everything
    keys = [people.house.keys[name].seed for name in ("Olga", "Ada", "Stella")] + [new_seed()]
    row = OwnTerm.objects.all()[0]
    for seed in keys:
        assert own_terms.load(people.house.officers["Odile"].id, seed) == ()
    assert set(own_terms.load(people.house.officers["Odile"].id, people.house.keys["Odile"].seed)) == {
        TERM,
        "AB12 CDE",
    }
    # moved to another officer or another row it does not open
    with pytest.raises(CannotOpen):
        own_terms.open_grant(
            bytes(row.sealed),
            people.house.keys["Odile"].seed,
            info=own_terms._info(people.house.officers["Olga"].id, row.id),
        )


def test_an_officer_can_neither_end_nor_add_nor_change_their_own(people: People) -> None:
    register(people)
    odile = people.house.officers["Odile"].id
    with people.sitting("Odile") as here:
        assert OwnTerm.objects.count() == 1
        assert OwnTerm.objects.all().delete()[0] == 0
        with pytest.raises(DatabaseError), transaction.atomic():
            OwnTerm.objects.update(sealed=b"")
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            OwnTerm.objects.create(
                officer_id=people.house.officers["Olga"].id,
                sealed=b"x",
                key=b"x",
                registered_by_id=odile,
                registered_on=people.at.date(),
            )
        for do in (
            lambda: conflict_register.register(odile, (TERM,), by=here, at=people.at),
            lambda: conflict_register.end(odile, by=here, at=people.at),
            lambda: conflict_register.standing(by=here),
            lambda: conflict_register.met(by=here, at=people.at),
        ):
            with pytest.raises(Refused):
                do()
    with people.sitting("Olga"):
        assert not OwnTerm.objects.exists(), "a colleague does not even see that there are any"
    assert OwnTerm.objects.count() == 1


def test_an_overseer_sees_how_many_and_since_when_and_ends_them(people: People) -> None:
    register(people)
    register(people, "Odile", "14 Rose Lane", "", "  ")
    lines = standing(people)
    assert (lines["Odile O."].terms, lines["Odile O."].useless) == (2, 0)
    assert lines["Odile O."].newest == people.at.date()
    assert lines["Olga O."].terms == 0
    assert TERM not in repr(lines)
    with people.sitting("Ned", unlocked=False) as ned:
        odile = people.house.officers["Odile"].id
        assert conflict_register.end(odile, by=ned, at=people.at) == 2
    assert standing(people)["Odile O."].terms == 0
    assert [one.detail["terms"] for one in logged("own-terms-registered")] == [1, 1]
    assert [one.detail["terms"] for one in logged("own-terms-ended")] == [2]


def test_an_overseer_does_not_end_their_own(people: People) -> None:
    ned = people.house.officers["Ned"].id
    OwnTerm.objects.create(
        officer_id=ned,
        sealed=b"x",
        key=b"x",
        registered_by_id=people.house.officers["Odile"].id,
        registered_on=people.at.date(),
    )
    with people.sitting("Ned", unlocked=False) as here:
        with pytest.raises(NotNow, match="another overseer"):
            conflict_register.end(ned, by=here, at=people.at)
        assert OwnTerm.objects.all().delete()[0] == 0, "the database says it again"
    assert OwnTerm.objects.count() == 1


def test_an_officer_sees_how_many_stand_and_by_whom_and_no_more(people: People) -> None:
    """An overseer who registers other things, to learn which reports have them, is not unseen."""
    ref, _ = people.taken(narrative=ABOUT_HER)
    register(people, "Odile", TERM, "14 Rose Lane")
    with people.sitting("Odile") as odile:
        (before,) = conflict_terms.mine(by=odile)
    assert (before.by, before.on, before.terms) == ("Ned N.", people.at.date(), 2)
    people.tokens.clear()
    people.read(ref)
    assert len(met(people)) == 1
    with people.sitting("Odile") as odile:
        assert conflict_terms.mine(by=odile) == (before,), "that one was met changes nothing"
    for name in ("Olga", "Ned"):
        with people.sitting(name, unlocked=False) as here:
            assert conflict_terms.mine(by=here) == ()


def test_after_new_keys_the_overseer_is_told_to_register_again(people: People) -> None:
    register(people)
    SeedWrapping.objects.filter(officer=people.house.officers["Odile"]).delete()  # lost
    keys = stewardship.wrap_keys(people.house.officers["Odile"], at=people.at)
    stewardship.state_officer_keys(keys, hands=people.house.hands, at=people.at)
    assert standing(people)["Odile O."].useless == 1


def test_what_cannot_be_a_term_is_not_kept(people: People) -> None:
    for terms, why in (
        ((" ",), "Enter one term"),
        (("Al",), "at least 4 letters"),
        (("x" * 101,), "at most 100 characters"),
        (tuple(f"term number {n}" for n in range(MOST + 1)), "at most 60 terms"),
    ):
        with pytest.raises(NotNow, match=why):
            register(people, "Odile", *terms)
    with people.sitting("Ned", unlocked=False) as ned:
        with pytest.raises(NotNow, match="another overseer"):
            conflict_register.register(ned.officer_id, (TERM,), by=ned, at=people.at)
        with pytest.raises(NotHere):
            conflict_register.register(UUID(int=1), (TERM,), by=ned, at=people.at)
    assert not OwnTerm.objects.exists()


def test_the_canary_is_nobody_to_register_terms_for(people: People) -> None:
    assert "Odile O." in standing(people)
    canary.found(hands=people.house.hands, at=people.at)
    assert Officer.objects.filter(name="Restore canary").exists()
    assert "Restore canary" not in standing(people)


# --- raised with a supervisor ----------------------------------------------------------------------------------------


def test_a_supervisor_is_asked_to_speak_to_an_officer_and_sees_no_match(people: People) -> None:
    with_leads(people)
    odile, olga, nadia = (people.house.officers[name].id for name in ("Odile", "Olga", "Nadia"))
    register(people)
    ref, _ = people.taken(narrative=ABOUT_HER)
    people.read(ref)
    with people.sitting("Ned", unlocked=False) as ned:
        assert conflict_register.supervisors_of(odile, by=ned) == {olga: "Olga O."}
        conflict_register.raise_conflict(odile, olga, by=ned)
        for other in (nadia, odile, uuid4()):
            with pytest.raises(NotNow):
                conflict_register.raise_conflict(odile, other, by=ned)
        [line] = log_view.log(log_view.Sieve(act=str(Act.CONFLICT_RAISED)), by=ned).lines
        assert dict(line.detail) == {"officer": "Odile O.", "supervisor": "Olga O."}
    later = people.at + timedelta(days=1)
    for name, sees in (("Olga", 1), ("Nadia", 0), ("Ned", 1)):
        with people.sitting(name, unlocked=name != "Ned") as here:
            found = conflict_register.raised(by=here, at=later)
            assert [(one.officer, one.supervisor, one.by) for one in found] == [
                ("Odile O.", "Olga O.", "Ned N.")
            ] * sees
            if name != "Ned":
                assert not Event.objects.filter(act=Act.OWN_TERM_MET).exists()
                [told] = Event.objects.filter(act=Act.CONFLICT_RAISED)[:1] or [None]
                assert (told is not None) == bool(sees), "row-level security, not only the page"
                assert str(ref) not in str(told and (told.thing_id, told.detail))
    with people.sitting("Odile") as here:
        assert not Event.objects.filter(act=Act.CONFLICT_RAISED).exists()
        with pytest.raises(Refused):
            conflict_register.raised(by=here, at=later)
        with pytest.raises(Refused):
            conflict_register.raise_conflict(olga, odile, by=here)


def test_a_supervisor_who_is_the_subject_is_told_nothing_and_never_asked(people: People) -> None:
    with_leads(people)
    olga, odile = people.house.officers["Olga"].id, people.house.officers["Odile"].id
    with people.sitting("Ned", unlocked=False) as ned:
        assert conflict_register.supervisors_of(olga, by=ned) == {}
        with pytest.raises(NotNow):
            conflict_register.raise_conflict(olga, olga, by=ned)
    desk = people.house.desks["north-east"]
    stewardship.appoint(
        people.house.officers["Odile"], Role.SUPERVISOR, desk, hands=people.house.hands, at=people.at
    )
    with people.sitting("Ned", unlocked=False) as ned:
        conflict_register.raise_conflict(olga, odile, by=ned)
    with people.sitting("Olga") as here:
        assert conflict_register.raised(by=here, at=people.at) == ()
        assert not Event.objects.filter(act=Act.CONFLICT_RAISED).exists()
    with people.sitting("Odile") as here:
        [told] = conflict_register.raised(by=here, at=people.at)
        assert told.officer == "Olga O."
