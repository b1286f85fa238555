"""Trainings: recorded by others, run out by the calendar, and refused at the gate by every verb that hangs on one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from heedline.casework.contact import messages
from heedline.casework.errors import NotHere
from heedline.casework.identity import opening as identity_opening
from heedline.casework.identity.requests import IdentityApplication
from heedline.casework.journey import bulk_close, call_taking, transitions
from heedline.casework.journey.call_taking import Contact
from heedline.casework.journey.closing import Closing
from heedline.casework.pages.case_header import FOR_DANGER_ONLY
from heedline.casework.pages.queues import bulk_preview
from heedline.casework.people import training
from heedline.casework.setup import stewardship
from heedline.desks.models import CompletedTraining
from heedline.permits.gate import Refused
from heedline.permits.roles import Role
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import Report
from tests.sites.public.test_doors import open_desk
from tests.support import cast, stories
from tests.support.acting import acting
from tests.support.identity_scene import ASKING, NECESSITY, RISK, YES, ask, decide, open_it
from tests.support.scene_people import DANGER, NAMED, People, logged, quarter_hour_over, row
from tests.support.training_scene import DAY, again, lapse, let_pass, record_of

pytestmark = pytest.mark.django_db


# --- recording -------------------------------------------------------------------------------------------------------


def test_a_steward_or_their_supervisor_records_it_and_nobody_for_themselves(people: People) -> None:
    house = people.house
    with acting("office"):
        desk = house.desks["north-east"]
        stewardship.appoint(house.officers["Olga"], Role.SUPERVISOR, desk, hands=house.hands, at=people.at)
    lapse(people, "Odile", "identity")
    day, odile = people.at.date(), house.officers["Odile"].id
    for name in ("Odile", "Ada", "Otto", "Nadia"):
        with people.sitting(name) as here, pytest.raises(Refused):
            training.record("identity", day, [odile], by=here, at=people.at)
    with people.sitting("Olga") as olga:
        for code, who in (
            ("identity", [olga.officer_id]),  # herself
            ("identity", [odile, olga.officer_id]),  # herself among others
            ("identity", [house.officers["Otto"].id]),  # of another desk
            ("authorising", [odile]),  # not needed there
            ("identity", []),
            ("juggling", [odile]),
        ):
            with pytest.raises(Refused):
                training.record(code, day, who, by=olga, at=people.at)
        with pytest.raises(NotNow, match="past"):
            training.record("identity", day + DAY, [odile], by=olga, at=people.at)
        with pytest.raises(NotNow, match="too long ago"):
            training.record("identity", day - 400 * DAY, [odile], by=olga, at=people.at)
        for _ in range(2):
            training.record("identity", day, [odile], by=olga, at=people.at)
    assert record_of(people, "Odile", "identity").recorded_by == house.officers["Olga"]
    assert len(logged("training-recorded", thing=odile)) == 1 + 3  # the cast's three, and this
    assert len(logged("training-recorded", refused=True)) == 4 + 6


def test_a_mistake_is_taken_back_by_who_could_record_it(people: People) -> None:
    of_odile = record_of(people, "Odile", "identity")
    for name in ("Odile", "Olga", "Ada"):
        with people.sitting(name) as here, pytest.raises(NotHere):
            training.withdraw(of_odile.id, by=here, at=people.at)
    assert len(logged("training-withdrawn", refused=True)) == 3
    with people.sitting("Stella", unlocked=False) as stella:
        training.withdraw(of_odile.id, by=stella, at=people.at)
        with pytest.raises(NotHere):
            training.withdraw(of_odile.id, by=stella, at=people.at)
    assert len(logged("training-withdrawn", thing=people.house.officers["Odile"].id)) == 1


def test_a_supervisor_takes_back_only_what_their_own_desk_needs(people: People) -> None:
    house = people.house
    open_desk(house, "material", "Mirela", "Marcus")
    with acting("office"):
        here = house.desks["north-east"]
        stewardship.appoint(house.officers["Mirela"], Role.OFFICER, here, hands=house.hands, at=people.at)
        stewardship.appoint(house.officers["Olga"], Role.SUPERVISOR, here, hands=house.hands, at=people.at)
        cast.train(house, at=people.at)
    with people.sitting("Olga") as olga:
        with pytest.raises(NotHere):
            training.withdraw(record_of(people, "Mirela", "material").id, by=olga, at=people.at)
        training.withdraw(record_of(people, "Mirela", "call-taking").id, by=olga, at=people.at)
    assert record_of(people, "Mirela", "material").withdrawn_on is None
    assert len(logged("training-withdrawn", refused=True)) == 1


def test_the_database_lets_nobody_record_their_own_or_change_what_was_said(people: People) -> None:
    own = {
        "officer": people.house.officers["Odile"],
        "training": "identity",
        "completed_on": people.at.date(),
    }
    with people.sitting("Odile"):
        with pytest.raises(DatabaseError), transaction.atomic():
            CompletedTraining.objects.create(**own, recorded_by=own["officer"], recorded_on=people.at.date())
        for change in ("completed_on = completed_on + 700", "officer_id = recorded_by_id", "training = 'x'"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"UPDATE desks_completed_training SET {change}")
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM desks_completed_training")


def test_the_lists_show_what_is_missing_first_and_are_for_who_leads(people: People) -> None:
    lapse(people, "Odile", "call-taking")
    with people.sitting("Stella", unlocked=False) as stella:
        lines = training.people(by=stella, at=people.at)
    assert (lines[0].officer, lines[0].training, lines[0].state) == ("Odile O.", "call-taking", "missing")
    assert {line.state for line in lines[1:]} == {"valid"}
    assert {line.officer[:4] for line in lines} >= {"Odil", "Olga", "Otto", "Ada ", "Anto", "Nadi"}
    with people.sitting("Odile") as odile:
        assert {line.training for line in training.mine(by=odile, at=people.at)} == {
            "call-taking",
            "identity",
            "products",
        }
        with pytest.raises(Refused):
            training.people(by=odile, at=people.at)
        soon = training.mine(by=odile, at=people.at + 340 * DAY)
    assert [line.state for line in soon if line.training == "identity"] == ["soon"]
    assert logged("trainings-seen")
    assert logged("trainings-seen", refused=True)


# --- call-taking -----------------------------------------------------------------------------------------------------


def send_call(people: People, name: str, **told: Any) -> None:
    new = stories.new_report(where={"postcode": stories.NORTH_EAST}, **told)
    with people.sitting(name) as here:
        draft = call_taking.begin(None, by=here)
        call_taking.keep(draft, {"what.narrative": ["words"]}, at=people.at)
        call_taking.send(draft, Contact("phone"), new.record, new.question_set, by=here, at=people.at)


def test_a_lapsed_call_taker_begins_no_call_and_sends_none_but_of_danger(people: People) -> None:
    lapse(people, "Odile", "call-taking")
    with people.sitting("Odile") as odile:
        assert "Taking reports down" in odile.why_untrained(call_taking.Capability.TAKE_DOWN)
        with pytest.raises(Refused, match="Taking reports down"):
            call_taking.may_begin(odile)
        draft = call_taking.begin(None, by=odile)
        call_taking.keep(
            draft, {"what.narrative": ["half a call"]}, at=people.at
        )  # words are kept all the same
        assert call_taking.open_call(draft.cookie, by=odile, at=people.at) is not None
    with pytest.raises(Refused, match="Taking reports down"):
        send_call(people, "Odile")
    assert not Report.objects.exists()
    quarter_hour_over(people.at)
    assert len(logged("call-taken-down", refused=True)) == 2
    send_call(people, "Odile", **DANGER)
    assert Report.objects.get().urgency == "danger"
    quarter_hour_over(people.at)
    assert let_pass("call-taking") == ["take-down"]
    (event,) = logged("without-training")
    assert event.thing_id is None  # nothing says which report the call became
    again(people, "Odile", "call-taking")
    send_call(people, "Odile")


def test_a_call_begun_for_danger_is_sent_whatever_it_turns_out_to_be(people: People) -> None:
    """The officer is alone at night, and the caller hangs up before they could be asked."""
    lapse(people, "Odile", "call-taking")
    new = stories.new_report(where={"postcode": stories.NORTH_EAST})
    assert new.record.urgency != "danger"
    with people.sitting("Odile") as odile:
        assert call_taking.for_danger_only(odile)
        draft = call_taking.for_danger(call_taking.begin(None, by=odile), at=people.at)
        call_taking.keep(draft, {"what.narrative": ["words"]}, at=people.at)
        kept = call_taking.open_call(draft.cookie, by=odile, at=people.at)
        assert kept is not None
        assert (
            call_taking.for_danger(kept, at=people.at).notes == kept.notes
        )  # a page seen again changes nothing
        gone = Contact("phone", dropped=True)
        call_taking.send(kept, gone, new.record, new.question_set, by=odile, at=people.at)
    assert Report.objects.count() == 1
    quarter_hour_over(people.at)
    assert let_pass("call-taking") == ["take-down"]
    with people.sitting("Ada") as ada:
        draft = call_taking.for_danger(call_taking.begin(None, by=ada), at=people.at)
        with pytest.raises(Refused):  # a role comes by no emergency
            call_taking.send(draft, gone, new.record, new.question_set, by=ada, at=people.at)


def test_a_training_that_ends_during_a_call_cuts_nobody_off(people: People) -> None:
    new = stories.new_report(where={"postcode": stories.NORTH_EAST})
    with people.sitting("Odile") as odile:
        draft = call_taking.begin(None, by=odile)
        call_taking.keep(draft, {"what.narrative": ["half a call"]}, at=people.at)
    lapse(people, "Odile", "call-taking", ago=timedelta(0))  # it counted until yesterday
    with people.sitting("Odile") as odile:
        with pytest.raises(Refused):
            call_taking.may_begin(odile)
        kept = call_taking.open_call(draft.cookie, by=odile, at=people.at)
        assert kept is not None
        call_taking.send(kept, Contact("phone"), new.record, new.question_set, by=odile, at=people.at)
    assert Report.objects.count() == 1
    quarter_hour_over(people.at)
    assert let_pass("call-taking") == ["take-down"]


def test_a_call_begun_after_the_training_ran_out_is_not_sent_on_the_day_of_grace(people: People) -> None:
    """The form is refused to them; a program that posts the page without asking for it first is refused too."""
    lapse(people, "Odile", "call-taking", ago=timedelta(0))
    for _ in range(2):
        with pytest.raises(Refused, match="Taking reports down"):
            send_call(people, "Odile")
    assert not Report.objects.exists()


def test_who_may_not_take_reports_down_by_their_role_may_not_in_an_emergency_either(people: People) -> None:
    with pytest.raises(Refused, match="Your role"):
        send_call(people, "Ada", **DANGER)
    assert not Report.objects.exists()


# --- identity --------------------------------------------------------------------------------------------------------
CONTACT = IdentityApplication("asked-for-contact", NECESSITY, RISK, 30)


def test_a_lapsed_officer_asks_for_no_identity(people: People) -> None:
    ref, _ = people.taken(**NAMED)
    lapse(people, "Odile", "identity")
    for asking in (CONTACT, ASKING):  # that it is for a life is not enough: the report must say danger
        with pytest.raises(Refused, match="Asking for and opening identities"):
            ask(people, ref, asking=asking)
    assert len(logged("identity-asked", refused=True)) == 2
    again(people, "Odile", "identity")
    ask(people, ref, asking=CONTACT)


def test_for_a_life_in_danger_they_may_ask_and_open_and_the_log_says_so(people: People) -> None:
    ref, _ = people.taken(**NAMED, **DANGER)
    lapse(people, "Odile", "identity")
    with pytest.raises(Refused):
        ask(people, ref, asking=CONTACT)
    request = ask(people, ref)
    decide(people, request)
    open_it(people, request)
    assert let_pass("identity", thing=ref) == ["ask-identity", "open-identity"]


def test_for_a_sender_in_danger_too_once_the_report_says_danger(people: People) -> None:
    """They wrote on a Tuesday; on the Friday somebody found out that they had. The officer there is not trained."""
    ref, _ = people.taken(**NAMED)
    at_risk = IdentityApplication("source-at-risk", NECESSITY, RISK, 30)
    lapse(people, "Odile", "identity")
    lapse(people, "Ada", "authorising")
    with pytest.raises(Refused, match="Asking for and opening identities"):
        ask(people, ref, asking=at_risk)
    with people.sitting("Odile") as odile:
        assessment = transitions.Assessment(True, "They are being looked for", "high", "Their brother rang")
        transitions.assess(ref, assessment, version=row(ref).version, by=odile, at=people.at)
    request = ask(people, ref, asking=at_risk)
    decide(people, request)
    open_it(people, request)
    assert let_pass("identity", thing=ref) == ["ask-identity", "open-identity"]
    assert let_pass("authorising", thing=ref) == ["decide-identity"]


def test_what_was_released_is_not_opened_after_it_lapsed(people: People) -> None:
    ref, _ = people.taken(**NAMED)
    request = ask(people, ref, asking=CONTACT)
    decide(people, request)
    lapse(people, "Odile", "identity")
    with people.sitting("Odile") as odile, pytest.raises(Refused, match="Asking for and opening"):
        identity_opening.may_open(request, by=odile, at=people.at)
    with pytest.raises(Refused):
        open_it(people, request)
    assert len(logged("identity-opened", refused=True)) == 1
    again(people, "Odile", "identity")
    assert open_it(people, request).given


def test_a_lapsed_authoriser_decides_only_about_a_life(people: People) -> None:
    lapse(people, "Ada", "authorising")
    ref, _ = people.taken(**NAMED)
    request = ask(people, ref, asking=CONTACT)
    with pytest.raises(Refused, match="Deciding about identities"):
        decide(people, request, YES)
    assert len(logged("identity-decided", refused=True)) == 1
    decide(people, request, name="Anton")
    other, _ = people.taken("Olga", **NAMED)
    decide(people, ask(people, other, "Olga"))
    assert let_pass("authorising", thing=other) == ["decide-identity"]
    assert not let_pass("authorising", thing=ref)


# --- the material desk -----------------------------------------------------------------------------------------------


def an_item(people: People, *more: str, **told: Any) -> UUID:
    """A report of something online, at the material desk, which Mirela holds."""
    open_desk(people.house, "material", "Mirela", "Marcus", *more)
    with acting("office"):
        cast.train(people.house, at=people.at)
    ref = stories.an_item(at=people.at, **told)
    people.take(ref, "Mirela")
    return ref


def test_at_the_material_desk_a_lapsed_officer_reads_takes_and_hands_over_and_assesses_nothing(
    people: People,
) -> None:
    ref = an_item(people)
    lapse(people, "Mirela", "material")
    file = people.read(ref, "Mirela")
    (line,) = [one for one in file.header.moves if one.move == "assess"]
    assert line.allowed
    assert "Assessing online material" in line.reason
    assert FOR_DANGER_ONLY in line.reason
    with people.sitting("Mirela") as mirela:
        version = row(ref).version
        for attempt in (
            lambda: transitions.assess(ref, stories.VAGUE, version=version, by=mirela, at=people.at),
            lambda: transitions.assess_and_close(
                ref, stories.VAGUE, stories.NOTHING, version=version, by=mirela, at=people.at
            ),
            lambda: messages.ask(ref, "When?", version=version, by=mirela, at=people.at),
        ):
            with pytest.raises(Refused, match="Assessing online material"):
                attempt()
        danger = transitions.Assessment(True, "A date and a place", "high", "It says when")
        transitions.assess(ref, danger, version=version, by=mirela, at=people.at)  # that is never refused
        assert let_pass("material", thing=ref) == ["assess"]
        with pytest.raises(Refused, match="Assessing online material"):
            transitions.close(ref, stories.NOTHING, version=row(ref).version, by=mirela, at=people.at)
        transitions.hand_over(ref, "national", "Danger", version=row(ref).version, by=mirela, at=people.at)
    assert row(ref).desk.code == "national"


def test_where_too_few_are_trained_a_supervisor_closes_and_sweeps_and_the_log_says_so(people: People) -> None:
    """Trainings have lapsed and a flood has come: nobody may record their own, and the desk must not stand still."""
    an_item(people, "Mina")
    second, third, fourth, other = (stories.an_item(at=people.at) for _ in range(4))
    house, spam = people.house, Closing("spam", "Spam", "finished")
    with acting("office"):
        desk = house.desks["material"]
        stewardship.appoint(house.officers["Marcus"], Role.SUPERVISOR, desk, hands=house.hands, at=people.at)

    def close(ref: UUID, name: str) -> None:
        with people.sitting(name) as by:
            version = row(ref).version
            transitions.assess_and_close(ref, stories.VAGUE, spam, version=version, by=by, at=people.at)

    def sweep(name: str) -> UUID:
        with people.sitting(name) as by:
            bulk_preview.alike("material", by=by, at=people.at)
            chosen = {ref: row(ref).version for ref in (third, fourth)}
            return bulk_close.sweep("material", chosen, spam, by=by, at=people.at)

    people.take(second, "Marcus")
    lapse(people, "Marcus", "material")
    for attempt in (lambda: close(second, "Marcus"), lambda: sweep("Marcus")):
        with pytest.raises(Refused, match="Assessing online material"):
            attempt()  # two others are trained: they can
    lapse(people, "Mina", "material")
    for attempt in (lambda: close(second, "Mina"), lambda: sweep("Mina")):
        with pytest.raises(Refused):
            attempt()  # leads nobody
    assert not let_pass("material")
    close(second, "Marcus")
    made = sweep("Marcus")
    with people.sitting("Mina") as mina:  # whoever may undo it sees it
        assert bulk_preview.made(made, by=mina, at=people.at).count == 2
        assert [one.id for one in bulk_preview.to_undo("material", by=mina, at=people.at)] == [made]
    assert {row(ref).stage for ref in (second, third)} == {"closed"}
    assert let_pass("material") == ["assess", "close", "sweep"]
    people.take(other, "Marcus")
    version = row(other).version
    with people.sitting("Marcus") as marcus, pytest.raises(Refused, match="Assessing online material"):
        messages.ask(other, "When?", version=version, by=marcus, at=people.at)  # not this: it can wait
