"""Tests for concurrent, committed actions: one wins, the other is told, and nothing is duplicated or half done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Event
from time import sleep
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from heedline.casework.access import session
from heedline.casework.contact import messages, source_guard
from heedline.casework.errors import Changed, Conflict, SealingStopped, Spent
from heedline.casework.intake import drafting, form_tokens
from heedline.casework.journey import transitions
from heedline.casework.keys.signing import Hand
from heedline.casework.language import translating
from heedline.casework.oversight import conflict_register
from heedline.casework.pages import case_file
from heedline.casework.report import sealing
from heedline.casework.rota import planning
from heedline.casework.rota.planning import PlannedShift
from heedline.casework.search import indexing
from heedline.casework.setup import stewardship
from heedline.desks.models import Appointment, Shift
from heedline.desks.rota_weeks import RotaSpan
from heedline.dispatch import clockwork
from heedline.permits.gate import Refused
from heedline.permits.roles import Role
from heedline.reports.models import Message, Report, Step
from heedline.vault.keys import new_seed
from heedline.vault.statements.signed import ROOT
from tests.laws.committed import committed_house, index_in_use, superuser
from tests.laws.failing_database import refused_by
from tests.support import cast, partner_scene, stories
from tests.support.acting import acting
from tests.support.cast import now
from tests.support.keeping_scene import with_leads
from tests.support.language_scene import polish, speaks, the_task
from tests.support.scene_people import MINUTE, NORTH_EAST, People, quarter_hour_over, row


@pytest.fixture
def people(django_db_blocker: Any) -> Iterator[People]:
    with committed_house(django_db_blocker) as house:
        yield People(house, now())


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run all acts at once, each on its own connection, and return what each returned or raised."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            barrier.wait(60)
            return act()
        except Exception as problem:
            return problem
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def as_officer(people: People, name: str, act: Callable[[session.Attendance], Any]) -> Callable[[], Any]:
    def run() -> Any:
        with people.sitting(name) as here:
            return act(here)

    return run


def test_one_officer_takes_and_the_other_is_refused(people: People) -> None:
    for _ in range(3):
        ref, _ = people.send()
        did = at_once(
            *(
                as_officer(people, name, lambda here, ref=ref: transitions.take(ref, by=here, at=people.at))
                for name in ("Odile", "Olga", "Nadia")
            )
        )
        assert sorted(type(d).__name__ for d in did) == ["NoneType", "Refused", "Refused"]
        assert isinstance(did[did.index(None) - 1], Refused)
        assert row(ref).version == 2
        assert Step.objects.filter(report=ref).count() == 1


def test_two_tabs_of_one_officer_save_once(people: People) -> None:
    ref, _ = people.taken()
    save = as_officer(
        people,
        "Odile",
        lambda here: transitions.assess_and_close(
            ref, stories.VAGUE, stories.NOTHING, version=2, by=here, at=people.at
        ),
    )
    did = at_once(save, save)
    assert [type(d) for d in did if d is not True] == [Changed]
    assert [s.move for s in Step.objects.filter(report=ref).order_by("number")] == ["take", "assess", "close"]


def test_two_planners_at_two_desks_give_an_officer_one_shift(people: People) -> None:
    """Each locks a different desk, so only the lock on the officer stops one from missing the other's shift."""
    with_leads(people)
    house = people.house
    odile = house.officers["Odile"].id
    with acting("office"):
        stewardship.appoint(
            house.officers["Odile"], Role.OFFICER, house.desks["national"], hands=house.hands, at=people.at
        )

    def plans(name: str, code: str, day: int) -> Callable[[], Any]:
        begins = people.at.replace(hour=12) + timedelta(days=day)
        shift = PlannedShift(odile, RotaSpan(begins, begins + timedelta(hours=8)))
        desk = house.desks[code].id
        return as_officer(people, name, lambda here: planning.plan([shift], desk=desk, by=here, at=people.at))

    for day in range(1, 4):
        did = at_once(plans("Olga", "north-east", day), plans("Nadia", "national", day))
        assert sorted(type(one).__name__ for one in did) == ["NotNow", "UUID"], did
    assert Shift.objects.filter(officer=odile).count() == 3


def test_a_double_send_is_one_report(people: People) -> None:
    new = stories.new_report(**NORTH_EAST)
    did = at_once(*[lambda: stories.send(new, at=people.at)] * 4)
    assert sorted(d.again for d in did) == [False, True, True, True]
    assert Report.objects.count() == 1


def test_reports_that_two_processes_send_in_groups_are_each_stored_once(people: People) -> None:
    several = [stories.new_report(**NORTH_EAST) for _ in range(4)]
    stories.send(stories.new_report(**NORTH_EAST), at=people.at)  # the questions are known

    def group(reports: list[sealing.NewReport]) -> Callable[[], Any]:
        return lambda: stories.send_together(reports, at=people.at)

    did = at_once(group(several), group(several[::-1]), lambda: stories.send(several[0], at=people.at))
    first, second, alone = did[0], did[1][::-1], [not did[2].again, False, False, False]
    assert [sum(one) for one in zip(first, second, alone, strict=True)] == [1, 1, 1, 1], did
    assert Report.objects.count() == 5


def test_the_same_key_for_two_bodies_is_one_report_and_a_conflict(people: People) -> None:
    one = stories.new_report(**NORTH_EAST)
    other = stories.new_report(narrative="Something else that was seen there.", **NORTH_EAST)
    forged = sealing.NewReport(one.report_id, one.code, "api", other.record, other.question_set, "en")
    did = at_once(lambda: stories.send(one, at=people.at), lambda: stories.send(forged, at=people.at))
    assert sorted(isinstance(d, Conflict) for d in did) == [False, True]
    assert Report.objects.count() == 1


def test_one_message_sent_twice_is_one_and_two_messages_keep_their_order(people: People) -> None:
    _, code = people.send()
    one = uuid4()

    def say(text: str, message: Any) -> Callable[[], bool]:
        def run() -> bool:
            with acting("public"):
                return messages.say(code, text, message_id=message, at=people.at)

        return run

    did = at_once(say("hello", one), say("hello", one), say("again", uuid4()))
    assert sorted(did) == [False, False, True]
    assert sorted(Message.objects.values_list("position", flat=True)) == [1, 2]
    assert Report.objects.get().unread == 2


def test_giving_away_and_taking_at_once_leaves_one_desk_with_it(people: People) -> None:
    ref, _ = people.send()
    did = at_once(
        as_officer(
            people,
            "Odile",
            lambda here: transitions.hand_over(ref, "south-west", "why", version=1, by=here, at=people.at),
        ),
        as_officer(people, "Olga", lambda here: transitions.take(ref, by=here, at=people.at)),
    )
    assert None in did
    report = row(ref)
    if report.desk == people.house.desks["south-west"]:
        assert (report.stage, report.owner_id) == ("waiting", None)
        assert people.read(ref, "Otto").answers.narrative == stories.NARRATIVE
    else:
        assert report.owner == people.house.officers["Olga"]
        assert people.read(ref, "Olga").answers.narrative == stories.NARRATIVE


def test_two_translators_take_one_translation_and_one_has_it(people: People) -> None:
    ref, _ = polish(people)
    for name in ("Olga", "Nadia", "Nils"):
        speaks(people, name)
    people.take(ref)
    with people.sitting("Odile") as here:
        translating.ask(ref, translating.TranslationRequest("pl", None, ""), by=here, at=people.at)
    task = the_task()
    others = [n for n in ("Olga", "Nadia", "Nils") if people.house.officers[n].id != task.assigned_to_id][:2]
    for name in others:
        people.read(ref, name)
    did = at_once(
        *(
            as_officer(
                people,
                name,
                lambda here: translating.take(
                    ref, task.id, holder=task.assigned_to_id, by=here, at=people.at
                ),
            )
            for name in others
        )
    )
    assert did.count(None) == 1, did
    winner = others[did.index(None)]
    assert the_task().assigned_to_id == people.house.officers[winner].id
    assert isinstance(did[1 - did.index(None)], Changed)


#: Six questions to one reporter are so many that the source guard asks why.
WEIGHED = source_guard.Despite(("repeated",), "They asked us to go on asking.")


def test_settling_gets_in_nobodys_way(people: People) -> None:
    """Settling rewrites every row, so reporters and officers working at that moment must not be locked out."""
    ref, code = people.taken()
    later = people.at + 16 * MINUTE

    def settle() -> int:
        with acting("worker"):
            return clockwork.settle(later)

    def say() -> bool:
        with acting("public"):
            return messages.say(code, "hello", message_id=uuid4(), at=people.at)

    def withdraw() -> None:
        with acting("public"):
            messages.ask_to_withdraw(code, at=people.at)

    for _ in range(6):
        Report.objects.update(settled=False)
        ask = as_officer(
            people,
            "Odile",
            lambda here: messages.ask(
                ref, "When?", despite=WEIGHED, version=row(ref).version, by=here, at=people.at
            ),
        )
        read = as_officer(
            people, "Olga", lambda here: len(case_file.case_file(ref, by=here, at=people.at).messages.lines)
        )
        did = at_once(settle, say, ask, read, withdraw, settle)
        assert [d for d in did if isinstance(d, Exception)] == []
        assert did[1] is False
    assert Message.objects.filter(from_us=False).count() == 6
    assert Message.objects.filter(from_us=True).count() == 6


def test_of_a_hundred_presses_of_one_form_one_is_a_sending(people: People) -> None:
    """Each uses its own connection, sixteen at a time, and the token is spent in the statement that stores the report."""
    with acting("public"):
        draft = drafting.Draft(cookie=drafting.new_cookie())
        drafting.save(draft, at=people.at)
        token = form_tokens.read(draft, form_tokens.make(draft))
    assert token is not None

    def press() -> str:
        new = replace(stories.new_report(**NORTH_EAST), form=token)  # another report each, the same form
        try:
            stories.send(new, at=people.at)
        except Spent:
            return "spent"
        return "sent"

    did = [one for _ in range(6) for one in at_once(*[press] * 16)] + at_once(*[press] * 4)
    assert sorted(did) == ["sent"] + ["spent"] * 99
    assert Report.objects.count() == 1
    with acting("public"):
        after = drafting.load(draft.cookie, at=people.at)
        assert after is not None
        assert form_tokens.read(after, form_tokens.make(after)) != token, "the next page has another"


def test_a_sending_that_fails_has_spent_nothing(people: People) -> None:
    with acting("public"):
        draft = drafting.Draft(cookie=drafting.new_cookie())
        drafting.save(draft, at=people.at)
        token = form_tokens.read(draft, form_tokens.make(draft))
    people.send()  # the questions are archived with the first report
    before = Report.objects.count()
    new = replace(stories.new_report(**NORTH_EAST), form=token)
    with superuser() as db, refused_by(db, "reports_report"), pytest.raises(SealingStopped):
        stories.send(new, at=people.at)
    assert Report.objects.count() == before
    stories.send(new, at=people.at)
    assert Report.objects.count() == before + 1


def test_nobody_is_made_steward_and_overseer_in_the_same_moment(people: People) -> None:
    """Stewards are overseen by somebody else, even if two pairs of people decide at the same time."""
    house = people.house
    ned = house.officers["Ned"]

    def oversee() -> None:
        with acting("office"):
            stewardship.appoint(ned, Role.OVERSEER, None, hands=house.hands, at=people.at)

    def set_up() -> None:
        keys = stewardship.Enrolment(ned.id, new_seed(), "")
        with acting("office"):
            stewardship.first_steward(ned, keys, root=Hand(ROOT, house.root), at=people.at)

    for _ in range(5):
        did = at_once(oversee, set_up)
        assert sorted(type(one).__name__ for one in did) == ["NoneType", "Refused"], did
        held = set(Appointment.objects.filter(officer=ned, ended_on=None).values_list("role", flat=True))
        assert len(held & {"steward", "overseer"}) == 1
        Appointment.objects.filter(officer=ned).update(ended_on=people.at.date())


def test_two_overseers_register_no_more_terms_than_an_officer_may_have(people: People) -> None:
    house = people.house
    with acting("office"):
        cast._officer(house, "Nina", house.officers["Ned"].organisation, house.hands, people.at)
        for name in ("Ned", "Nina"):
            stewardship.appoint(house.officers[name], Role.OVERSEER, None, hands=house.hands, at=people.at)
    about = house.officers["Odile"].id
    terms = [f"Zinnober {number:04}" for number in range(conflict_register.MOST - 20)]

    def register(name: str) -> Callable[[], Any]:
        def run() -> int:
            with people.sitting(name, unlocked=False) as here:
                return conflict_register.register(about, terms, by=here, at=people.at)

        return run

    did = at_once(register("Ned"), register("Nina"))
    assert sorted(type(one).__name__ for one in did) == ["NotNow", "int"], did
    with superuser() as db:
        assert db.execute("SELECT count(*) FROM keys_own_term").fetchone() == (len(terms),)


def test_an_officer_and_a_partner_wait_for_one_another_in_one_order(people: People) -> None:
    """An officer who takes something back holds the report and then asks for it; a partner who answers just then must
    not hold it and ask for the report, or one of the two is told of a fault and has lost what they wrote."""
    partner_scene.a_partner(people)
    _, ident = partner_scene.sent_to_the_council(people)
    partner_scene.opened(people, ident)
    report = partner_scene.sent(ident).report_id
    holds, waits = Event(), Event()

    def takes_it_back() -> str:
        with superuser() as db, db.transaction():
            db.execute("SELECT 1 FROM reports_report WHERE id = %s FOR UPDATE", [report])
            holds.set()
            for _ in range(1200):
                blocked = db.execute(
                    "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                ).fetchone()
                if blocked is not None:
                    break
                sleep(0.05)
            waits.set()
            db.execute("SET LOCAL lock_timeout = '5s'")
            db.execute("SELECT 1 FROM reports_dissemination WHERE id = %s FOR UPDATE", [ident])
            return "taken back"

    def answers() -> str:
        assert holds.wait(60)
        partner_scene.answered(people, ident)
        return "answered"

    assert at_once(takes_it_back, answers) == ["taken back", "answered"]
    assert waits.is_set()
    assert partner_scene.sent(ident).state == "answered"


def test_an_index_is_rebuilt_while_other_sessions_index_as_well(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "SECONDS", 0)  # one report in each batch
    monkeypatch.setattr(indexing, "LAST_SECONDS", 0)
    for _ in range(2):
        people.send()
    quarter_hour_over(people.at)
    with ExitStack() as others, people.sitting("Odile") as here:

        def told(now: indexing.Coverage) -> None:
            if now.reports == 1:
                others.enter_context(index_in_use())

        desk = people.house.desks["north-east"].id
        covered = indexing.rebuild(desk, by=here, at=people.at, told=told)
    assert (covered.reports, covered.waiting) == (2, 0)


def test_a_session_whose_index_is_in_use_waits_and_goes_on(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "_next_look", {})
    with people.sitting("Odile") as here:
        indexing.catch_up(by=here, at=people.at)  # makes the index
        for _ in range(indexing.FEWEST):
            people.send()
    quarter_hour_over(people.at)
    with people.sitting("Odile") as here:
        with index_in_use():
            indexing.step(by=here, at=people.at, waits=True)
        assert indexing.is_due(by=here, at=people.at), "the server takes the next step"
        indexing.step(by=here, at=people.at)
        assert indexing.coverage(here.desk_ids)[0].waiting < indexing.FEWEST
