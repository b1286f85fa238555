"""No danger to life ends by one person, without the control room, without an assessment or by a word that says nothing.

The rule stands in Python (`casework/danger/discharge.py`) and in SQL (`database/triggers/danger.sql`): each scene asks both.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from heedline.casework.access import session
from heedline.casework.contact import messages
from heedline.casework.danger import discharge
from heedline.casework.danger.action_log import DangerNoteKind
from heedline.casework.duty import dangers
from heedline.casework.errors import Changed, NotHere
from heedline.casework.journey import danger_ownership
from heedline.casework.pages import danger_page
from heedline.casework.report import notes
from heedline.casework.report.verb import find
from heedline.casework.setup import stewardship
from heedline.dispatch.letters import AlarmKind
from heedline.dispatch.models import Alarm
from heedline.permits.gate import Refused
from heedline.permits.roles import Role
from heedline.permits.second_person import RULES, Matter, Reply
from heedline.reports.lifecycle import NotNow
from tests.support import check_scene, danger_scene
from tests.support.acting import acting
from tests.support.cast import House
from tests.support.danger_scene import CALLED, OVER, RISK
from tests.support.scene_people import DANGER, People, logged, row

pytestmark = pytest.mark.django_db
#: What people type to get past a box.
EMPTY = ("x", ".", "test", "ok", "n/a", "N/A.", "x x x", "???", "aaaa", "as above", "none", "ok, ok", "-")
ALONE = "It is night, and the supervisors do not answer the phone"


@pytest.fixture
def led(leads: House) -> People:
    """Olga and Nadia lead, and Odile too, so that nothing here hangs on her role."""
    people = People(leads, session.now())
    with acting("office"):
        desk = leads.desks["north-east"]
        stewardship.appoint(leads.officers["Odile"], Role.SUPERVISOR, desk, hands=leads.hands, at=people.at)
    return people


def sql(people: People, ref: UUID, *, alone: bool = False) -> bool:
    """Whether the database lets the officer of this session discharge the danger. Nothing of it stays."""
    change = "discharged_by_id = permits.my_officer(), discharged_at = now(), discharged_alone = %s"
    if alone:
        change += (
            ", discharge_asked_by_id = permits.my_officer(), discharge_asked_at = now(),"
            " discharge_note = gen_random_uuid()"
        )
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE reports_danger SET {change} WHERE report_id = %s", [alone, ref])
            changed = cursor.rowcount == 1
            transaction.set_rollback(True)
            return changed
    except DatabaseError:
        return False


def python(people: People, ref: UUID, name: str) -> bool:
    """Whether the verb lets this officer confirm the discharge. Nothing of it stays."""
    version = row(ref).version
    try:
        with people.sitting(name) as here, transaction.atomic():
            discharge.confirm(ref, version=version, by=here, at=people.at)
            transaction.set_rollback(True)
    except (NotNow, Refused, NotHere):
        return False
    return True


def both(people: People, ref: UUID, name: str) -> bool:
    said = python(people, ref, name)
    with people.sitting(name):
        assert sql(people, ref) is said, f"Python and SQL differ about {name}"
    return said


def test_only_a_supervisor_without_another_part_in_it_confirms(led: People) -> None:
    ref = danger_scene.opened(led)
    assert not any(both(led, ref, name) for name in ("Odile", "Olga", "Nils", "Nadia")), "nobody has asked"
    danger_scene.asked(led, ref, "Nils")
    who = {name: both(led, ref, name) for name in ("Odile", "Olga", "Nils", "Nadia", "Otto")}
    assert who == {"Odile": False, "Olga": True, "Nils": False, "Nadia": True, "Otto": False}
    with led.sitting("Olga") as olga:
        danger_ownership.take_over(ref, "Odile has gone home", by=olga, at=led.at)
    assert not both(led, ref, "Odile"), "she opened it"
    assert not both(led, ref, "Olga"), "she owns it"
    with led.sitting("Nadia") as nadia:
        danger_ownership.take_over(ref, "Olga has gone home", by=nadia, at=led.at)
    assert not both(led, ref, "Olga"), "she took it"
    assert not both(led, ref, "Nadia")
    assert Reply.AGREE not in RULES[Matter.DISCHARGE].own_replies


def test_who_asked_does_not_confirm(led: People) -> None:
    ref = danger_scene.opened(led)
    danger_scene.asked(led, ref, "Olga")
    assert not both(led, ref, "Olga")
    assert both(led, ref, "Nadia")


def test_the_control_room_and_an_assessment_come_first(led: People) -> None:
    ref, _ = led.taken(**DANGER)
    with led.sitting("Odile") as odile:
        with pytest.raises(NotNow, match="assess the report"):
            discharge.ask(ref, "over", OVER, by=odile, at=led.at)
        with connection.cursor() as cursor:  # the database is asked without the verb's own check
            cursor.execute(
                "UPDATE reports_danger SET discharge_asked_by_id = permits.my_officer(), discharge_asked_at = now(),"
                " discharge_note = gen_random_uuid() WHERE report_id = %s",
                [ref],
            )
    assert not both(led, ref, "Olga"), "not assessed, nobody told"
    danger_scene.tick(led, ref)
    danger_scene.add(led, ref, DangerNoteKind.RISK, RISK)
    assert not both(led, ref, "Olga"), "nobody told"
    danger_scene.add(led, ref, DangerNoteKind.CONTROL_ROOM, CALLED)
    assert both(led, ref, "Olga")


@pytest.mark.parametrize("word", EMPTY)
def test_a_word_that_says_nothing_is_no_reason(led: People, word: str) -> None:
    assert notes.says_nothing(word)
    assert notes.says_too_little(word)
    ref = danger_scene.opened(led)
    for code in CALLED:
        with pytest.raises(NotNow):
            danger_scene.add(led, ref, DangerNoteKind.CONTROL_ROOM, {**CALLED, code: word})
    danger_scene.add(led, ref, DangerNoteKind.CONTROL_ROOM, CALLED)
    with led.sitting("Odile") as odile:
        with pytest.raises(NotNow):
            discharge.ask(ref, "over", word, by=odile, at=led.at)
        with pytest.raises(NotNow), transaction.atomic():
            notes.seal(find(ref, by=odile, at=led.at), {"reason": word})
        due = row(ref).due_at
    for text, who in ((word, "The operator"), (check_scene.FOUND, word)):
        with pytest.raises(NotNow), transaction.atomic():
            check_scene.recorded(led, ref, check_scene.one(led, text=text), who=who)
    assert row(ref).due_at == due, "a check without a result and who made it moves no clock"


@pytest.mark.parametrize("said", [*CALLED.values(), OVER, "CR 7", "44", "He is in custody", "هو محتجز"])
def test_what_people_write_counts(said: str) -> None:
    assert not notes.says_nothing(said)


def test_a_supervisor_never_acknowledges_their_own(led: People) -> None:
    ref = danger_scene.opened(led)
    for acknowledged in (False, True):
        with led.sitting("Odile") as odile:
            with pytest.raises(Refused, match="You own this danger"):
                discharge.acknowledge(ref, by=odile, at=led.at)
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE reports_danger SET acknowledged_by_id = permits.my_officer(), acknowledged_at = now()"
                    " WHERE report_id = %s",
                    [ref],
                )
        if not acknowledged:
            with led.sitting("Olga") as olga:
                discharge.acknowledge(ref, by=olga, at=led.at)
    assert danger_scene.episode(ref).acknowledged_by == led.house.officers["Olga"]


def test_a_supervisor_who_asked_is_somebody_else_on_duty(led: People) -> None:
    """Else the owner ends alone what a colleague beside them has asked for: if the owner asks instead, the colleague confirms."""
    ref = danger_scene.opened(led)
    danger_scene.asked(led, ref, "Olga")
    with led.sitting("Odile") as odile:
        with pytest.raises(NotNow, match="Olga"):
            discharge.discharge_alone(ref, "over", OVER, ALONE, version=row(ref).version, by=odile, at=led.at)
        assert not sql(led, ref, alone=True)
        discharge.refuse(ref, "I ask for it myself", by=odile, at=led.at)
        discharge.ask(ref, "over", OVER, by=odile, at=led.at)
    assert both(led, ref, "Olga")


def test_alone_only_while_nobody_else_is_on_duty_and_then_it_is_reviewed(led: People) -> None:
    ref = danger_scene.opened(led)
    danger_scene.add(led, ref, DangerNoteKind.CONTROL_ROOM, CALLED)
    with led.sitting("Nadia"):
        pass  # signed in and unlocked
    with led.sitting("Odile") as odile:
        with pytest.raises(NotNow, match="Nadia"):
            discharge.discharge_alone(ref, "over", OVER, ALONE, version=row(ref).version, by=odile, at=led.at)
        assert not sql(led, ref, alone=True)
    with led.sitting("Nadia") as nadia:
        session.lock(nadia)
    with led.sitting("Odile") as odile:
        for word in ("", "x", "ok"):
            with pytest.raises(NotNow):
                discharge.discharge_alone(
                    ref, "over", OVER, word, version=row(ref).version, by=odile, at=led.at
                )
        assert sql(led, ref, alone=True)
        discharge.discharge_alone(ref, "over", OVER, ALONE, version=row(ref).version, by=odile, at=led.at)
    one = danger_scene.episode(ref)
    assert one.discharged_alone
    assert one.acknowledged_by is None, "nor does the owner acknowledge it by discharging it"
    assert row(ref).watch == led.house.desks["national"], "who reviews it can open it"
    assert [event.detail for event in logged("danger-discharged", thing=ref)] == [{"alone": True}]

    def alarm() -> Alarm | None:
        with acting("worker"):
            dangers.watch_dangers(led.at + timedelta(minutes=1))
        return Alarm.objects.filter(
            kind=AlarmKind.DISCHARGE_UNREVIEWED, about_id=ref, cleared_at=None
        ).first()

    assert alarm() is not None
    with led.sitting("Odile") as odile, pytest.raises(Refused):
        discharge.review(ref, "I was right", by=odile, at=led.at)
    with led.sitting("Nadia") as nadia, pytest.raises(DatabaseError), transaction.atomic():
        with connection.cursor() as cursor:  # a review that says more than a review
            cursor.execute(
                "UPDATE reports_danger SET discharge_reviewed_by_id = permits.my_officer(), discharge_reviewed_at ="
                " now(), discharge_review_note = gen_random_uuid(), discharged_alone = false WHERE report_id = %s",
                [ref],
            )
    led.tokens.pop("Nadia")
    with led.sitting("Nadia") as nadia:
        with pytest.raises(NotNow):
            discharge.review(ref, "ok", by=nadia, at=led.at)
        assert danger_page.threat_to_life(ref, by=nadia, at=led.at)[1].may_review
        discharge.review(ref, "The control room confirms the arrest", by=nadia, at=led.at)
    assert alarm() is None
    assert danger_scene.episode(ref).discharge_reviewed_by == led.house.officers["Nadia"]


def test_a_refused_discharge_stays_in_the_log_and_the_danger_open(led: People) -> None:
    ref = danger_scene.opened(led)
    danger_scene.asked(led, ref)
    with led.sitting("Olga") as olga:
        discharge.refuse(ref, "The second man has not been found", by=olga, at=led.at)
        now = danger_page.threat_to_life(ref, by=olga, at=led.at)[1].now
    assert now is not None
    asked, refused = now.notes[-2:]
    assert (asked.title, refused.title) == ("Discharge asked for", "Discharge refused or withdrawn")
    assert dict(asked.rows)["Reason"] == OVER, "the reason that was refused is not lost"
    assert not both(led, ref, "Olga"), "it has to be asked for again"


def test_a_supervisor_confirms_only_what_they_have_read(led: People) -> None:
    ref, code = led.taken()
    danger_scene.tick(led, ref)
    danger_scene.asked(led, ref, "Nils")
    read = row(ref).version
    with acting("public"):
        messages.say(code, "He is back, with a gun", message_id=uuid4(), at=led.at, danger="yes")
    with led.sitting("Olga") as olga:
        with pytest.raises(Changed):
            discharge.confirm(ref, version=read, by=olga, at=led.at)
        read = row(ref).version
    with led.sitting("Nils") as nils:
        discharge.refuse(ref, "I asked for the wrong report", by=nils, at=led.at)
        discharge.ask(ref, "never-was", "A different reason", by=nils, at=led.at)
    with led.sitting("Olga") as olga:
        with pytest.raises(Changed):
            discharge.confirm(ref, version=read, by=olga, at=led.at)
        discharge.confirm(ref, version=row(ref).version, by=olga, at=led.at)


def test_the_round_the_clock_desk_stays_until_every_discharge_is_reviewed(led: People) -> None:
    """It could not leave at the review if a second danger had been opened meanwhile, and so nobody could review."""
    ref = danger_scene.an_item(danger_scene.material_desk(led))
    danger_scene.tick(led, ref)
    danger_scene.add(led, ref, DangerNoteKind.CONTROL_ROOM, CALLED)
    national = led.house.desks["national"]
    with led.sitting("Olga") as olga:
        discharge.discharge_alone(ref, "over", OVER, ALONE, version=row(ref).version, by=olga, at=led.at)
        with connection.cursor() as cursor:
            cursor.execute("SELECT permits.end_danger_watch(%s, '{}', '{}', '{}')", [ref])
            assert cursor.fetchone() == (False,), "nor by hand"
    danger_scene.tick(led, ref)
    assert row(ref).watch == national
    with led.sitting("Nadia") as nadia:
        page = danger_page.threat_to_life(ref, by=nadia, at=led.at)[1]
        assert page.now is not None
        assert page.may_review, "also while the second danger is open"
    danger_scene.end(led, ref, "Nadia")
    assert row(ref).watch == national, "the first is not reviewed"
    with led.sitting("Nadia") as nadia:
        discharge.review(ref, "The control room confirms the arrest", by=nadia, at=led.at)
    assert row(ref).watch is None
