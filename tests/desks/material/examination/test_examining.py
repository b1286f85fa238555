"""An item is examined once, and found unlawful by two people who do not read each other's reasons before."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from heedline.casework.danger import opening
from heedline.casework.errors import Changed, NotHere
from heedline.dispatch.models import Alarm
from heedline.jobs import worker
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DeskPartPayload, Report
from heedline.specialist_desks.material.evidence import referring
from heedline.specialist_desks.material.examination import examining, referrals
from heedline.specialist_desks.material.examination.law import Incomplete, load_law
from heedline.specialist_desks.material.items import adding
from heedline.specialist_desks.material.models import Examination, MaterialItem
from heedline.specialist_desks.material.queue import reading
from heedline.specialist_desks.material.rules import PATH, ItemOutcome, ItemState, Place
from heedline.specialist_desks.material.vocabulary import MaterialAlarm
from tests.support.acting import acting
from tests.support.cast import House
from tests.support.material_scene import (
    EXAMINERS,
    WithTaken,
    examined,
    harmless,
    reported,
    taken,
    unlawful,
)
from tests.support.scene_people import People, logged
from tests.support.search_scene import indexed

pytestmark = pytest.mark.django_db
ENCOURAGES = unlawful("ta2006-s1")
CLOSED = examining.ExaminationForm(
    ENCOURAGES.answers, {**ENCOURAGES.facts, "closed_audience": "yes"}, ENCOURAGES.reasons
)


@pytest.fixture
def people(taken_item: House) -> People:
    """The people of an online material desk at which Odile examines an item."""
    return WithTaken.of(taken_item)


def state(ref: object) -> ItemState:
    return ItemState(MaterialItem.objects.get(id=ref).state)


def test_one_item_is_examined_once_and_confirmed_by_a_second_person(people: People) -> None:
    ref = taken(people)
    assert examined(people, ref, "Odile", ENCOURAGES) is ItemState.SECOND
    assert examined(people, ref, "Otto", unlawful("ta2006-s1", "ta2006-s2")) is ItemState.UNLAWFUL
    with people.sitting("Odile") as by:
        found = reading.item(ref, by=by, at=people.at)
    first, second = found.examinations
    assert (first.by, second.by) == ("Odile O.", "Otto O.")
    assert first.told["reasons"] == {"ta2006-s1": "It praises an attack"}
    assert second.told["agreement"]["ta2006-s1"] is True
    assert second.told["agreement"]["ta2006-s2"] is False
    assert found.place is Place.REVERSAL
    assert len(logged("material-examined", thing=ref)) == 2


def test_a_lawful_item_needs_one_examiner(people: People) -> None:
    assert examined(people, taken(people), "Odile", harmless()) is ItemState.LAWFUL


def test_nobody_confirms_their_own_finding(people: People) -> None:
    ref = taken(people)
    examined(people, ref, "Odile", ENCOURAGES)
    with pytest.raises(Refused, match="yourself"):
        examined(people, ref, "Odile", ENCOURAGES)
    assert state(ref) is ItemState.SECOND
    assert len(logged("material-examined", thing=ref, refused=True)) == 1


def test_the_second_reviewer_reads_no_reasons_before_deciding(people: People) -> None:
    ref = taken(people)
    examined(people, ref, "Odile", ENCOURAGES)
    container = Examination.objects.get().container
    with people.sitting("Otto") as by:
        (first,) = reading.item(ref, by=by, at=people.at).examinations
        assert (first.outcome, first.met, first.told) == ("", (), {})
        assert not DeskPartPayload.objects.filter(container=container).exists(), "nor by a query of their own"
    with people.sitting("Odile") as by:
        assert DeskPartPayload.objects.filter(container=container).exists()
    examined(people, ref, "Otto", ENCOURAGES)
    with people.sitting("Otto"):
        assert DeskPartPayload.objects.filter(container=container).exists()


def test_a_disagreement_is_decided_by_somebody_else(people: People) -> None:
    ref = taken(people)
    examined(people, ref, "Odile", ENCOURAGES)
    assert examined(people, ref, "Otto", unlawful("ta2000-s58")) is ItemState.DISPUTED
    for name in ("Odile", "Otto"):
        with pytest.raises(Refused, match="earlier decision"):
            examined(people, ref, name, ENCOURAGES)
    assert examined(people, ref, "Nadia", ENCOURAGES) is ItemState.UNLAWFUL


def test_a_decision_is_reversed_by_somebody_uninvolved(people: People) -> None:
    ref = taken(people)
    for name in ("Odile", "Otto"):
        examined(people, ref, name, ENCOURAGES)
    with pytest.raises(Refused):
        examined(people, ref, "Otto", harmless())
    assert examined(people, ref, "Nadia", harmless()) is ItemState.LAWFUL


def test_preserve_and_investigate_holds_it_until_a_senior_releases_it(people: People) -> None:
    ref = taken(people)
    examined(people, ref, "Odile", ENCOURAGES)
    assert examined(people, ref, "Otto", unlawful("ta2006-s1", hold=True)) is ItemState.HELD
    with people.sitting("Otto") as by, pytest.raises(Refused):
        examining.release(ref, by=by, at=people.at)
    with people.sitting("Olga") as by:
        examining.release(ref, by=by, at=people.at)
    assert state(ref) is ItemState.UNLAWFUL


def test_a_closed_audience_needs_a_senior_who_did_not_examine_it(people: People) -> None:
    ref = taken(people)
    examined(people, ref, "Odile", CLOSED)
    examined(people, ref, "Otto", ENCOURAGES)
    assert MaterialItem.objects.get(id=ref).closed_audience, "one examiner who says so is enough"
    with people.sitting("Otto") as by, pytest.raises(Refused):
        examining.approve_audience(ref, by=by, at=people.at)
    with people.sitting("Otto"), pytest.raises(DatabaseError), transaction.atomic():
        MaterialItem.objects.filter(id=ref).update(audience_approved_by=people.house.officers["Otto"])
    with people.sitting("Olga") as by:
        examining.approve_audience(ref, by=by, at=people.at)
        assert reading.item(ref, by=by, at=people.at).audience_approved


def test_a_senior_approves_no_closed_audience_of_an_item_that_they_examine_later(people: People) -> None:
    ref = taken(people)
    examined(people, ref, "Odile", CLOSED)
    with people.sitting("Olga") as by, pytest.raises(NotNow):
        examining.approve_audience(ref, by=by, at=people.at)
    assert examined(people, ref, "Olga", ENCOURAGES) is ItemState.UNLAWFUL
    with people.sitting("Olga") as by, pytest.raises(Refused):
        examining.approve_audience(ref, by=by, at=people.at)
    with people.sitting("Olga"), pytest.raises(DatabaseError, match="a senior"), transaction.atomic():
        MaterialItem.objects.filter(id=ref).update(audience_approved_by=people.house.officers["Olga"])


def test_an_approval_ends_when_the_item_is_opened_again(people: People) -> None:
    ref = taken(people)
    terms = harmless("terms")
    closed = examining.ExaminationForm(
        terms.answers, {**terms.facts, "closed_audience": "yes"}, terms.reasons, terms.context
    )
    examined(people, ref, "Odile", closed)
    with people.sitting("Olga") as by:
        examining.approve_audience(ref, by=by, at=people.at)
        examining.reopen(ref, by=by, at=people.at)
    assert MaterialItem.objects.get(id=ref).audience_approved_by is None


@pytest.mark.parametrize(
    ("form", "field"),
    [
        (unlawful("ta2006-s1", why=" "), "why-ta2006-s1"),
        (harmless(""), "otherwise"),
        (harmless("unlawful"), "otherwise"),
        (harmless(why=""), "context"),
    ],
)
def test_an_incomplete_examination_is_not_recorded(
    people: People, form: examining.ExaminationForm, field: str
) -> None:
    ref = taken(people)
    with pytest.raises(Incomplete) as why:
        examined(people, ref, "Odile", form)
    assert why.value.field == field
    assert state(ref) is ItemState.EXAMINING


def test_an_item_that_changed_meanwhile_is_not_decided(people: People) -> None:
    ref = taken(people)
    with people.sitting("Odile") as by, pytest.raises(Changed):
        examining.examine(ref, ENCOURAGES, version=1, by=by, at=people.at)


def test_an_item_is_taken_by_one_examiner(people: People) -> None:
    ref = taken(people)
    with people.sitting("Otto") as by, pytest.raises(NotNow):
        examining.take(ref, by=by, at=people.at)
    with people.sitting("Otto") as by, pytest.raises(Refused):
        examining.give_back(ref, by=by, at=people.at)
    with people.sitting("Odile") as by:
        examining.give_back(ref, by=by, at=people.at)
    assert state(ref) is ItemState.NEW


def test_an_item_that_is_gone_can_be_opened_again(people: People) -> None:
    ref = taken(people)
    with people.sitting("Odile") as by:
        examining.check(ref, ["live"], gone=True, label="A film", by=by, at=people.at)
    assert state(ref) is ItemState.GONE
    with people.sitting("Olga") as by:
        examining.reopen(ref, by=by, at=people.at)
        view = reading.item(ref, by=by, at=people.at)
    assert (view.line.state, view.line.points, view.content.label) == (ItemState.NEW, 8, "A film")


def test_what_may_be_child_abuse_is_shown_to_nobody_but_who_leads(people: People) -> None:
    ref = taken(people)
    with people.sitting("Odile") as by:
        referring.refer(ref, by=by, at=people.at)
        with pytest.raises(Refused):
            reading.item(ref, by=by, at=people.at)
        (line,) = reading.queue("referred", 1, by=by, at=people.at).lines
    assert (line.shown, line.label, line.platform) == ("", "", "")
    with people.sitting("Olga") as by:
        assert reading.item(ref, by=by, at=people.at).addresses


def test_a_referral_that_the_unit_does_not_have_in_time_raises_an_alarm(people: People) -> None:
    ref = taken(people)
    with people.sitting("Odile") as by:
        referring.refer(ref, by=by, at=people.at)
    allowed = timedelta(minutes=load_law("uk").referral_minutes)
    (task,) = [one for one in worker.tasks() if one.name == "material-referrals"]
    late = people.at + allowed + timedelta(minutes=1)
    with acting("worker"):
        task.call(people.at + allowed - timedelta(minutes=1))
        assert not Alarm.objects.filter(kind=MaterialAlarm.REFERRAL_LATE).exists()
        task.call(late)
        task.call(late)
    alarm = Alarm.objects.get(kind=MaterialAlarm.REFERRAL_LATE)
    assert (alarm.desk.code, alarm.about_id) == ("material", None)
    with people.sitting("Olga") as by:
        assert referrals.is_late(alarm, late)
        examining.unit_has_it(ref, by=by, at=late)
        assert not referrals.is_late(alarm, late)
        assert state(ref) is ItemState.REFERRED, "it stays hidden"
        with pytest.raises(NotNow):
            examining.unit_has_it(ref, by=by, at=late)
    assert len(logged("material-unit-has-it", thing=ref)) == 1


def test_a_threat_opens_the_danger_of_a_report_that_names_the_item(people: People) -> None:
    ref = taken(people)
    (newer,) = reported(people, "https://films.example/watch/7781")
    indexed(people)
    people.take(newer, "Odile")
    with people.sitting("Odile") as by:
        assert adding.open_danger(ref, by=by, at=people.at) == newer
        assert opening.of_report(Report.objects.get(id=newer)) is not None


def test_an_item_of_another_desk_is_like_none(people: People) -> None:
    ref = taken(people)
    for one in (ref, uuid4()):
        with people.sitting("Oren") as by, pytest.raises(NotHere):
            examining.take(one, by=by, at=people.at)


# --- the same rules in the database ----------------------------------------------------------------------------------


def test_the_database_knows_the_same_moves(people: People) -> None:
    ref = taken(people)
    legal = {(before, after) for (before, _), after in PATH.items()}
    for before, after in product(ItemState, repeat=2):
        if before is after:
            continue
        MaterialItem.objects.filter(id=ref).update(state=before)
        rounds = (
            {"round": 2} if after is ItemState.NEW and before is not ItemState.EXAMINING else {"round": 1}
        )
        allowed = True
        with people.sitting("Olga"):
            try:
                with transaction.atomic():
                    MaterialItem.objects.filter(id=ref).update(state=after, **rounds)
                    transaction.set_rollback(True)
            except DatabaseError as why:
                # who has examined it is another rule, which the next tests compare
                others = ("two examiners", "a reversal", "is examined", "if evidence was added")
                allowed = any(rule in str(why) for rule in others)
        assert allowed is ((before, after) in legal), (before, after)


def test_the_database_knows_the_same_reviewers(people: People) -> None:
    """Each place after each set of earlier examiners."""
    ref = taken(people)
    examined(people, ref, "Odile", ENCOURAGES)
    with people.sitting("Odile"), pytest.raises(DatabaseError), transaction.atomic():
        _row(ref, people, "Odile", Place.SECOND)
    with people.sitting("Otto"), pytest.raises(DatabaseError), transaction.atomic():
        _row(ref, people, "Odile", Place.SECOND)  # in somebody else's name
    with people.sitting("Otto"), pytest.raises(DatabaseError), transaction.atomic():
        _row(ref, people, "Otto", Place.THIRD)  # no disagreement
    with people.sitting("Otto"), pytest.raises(DatabaseError, match="two examiners"), transaction.atomic():
        MaterialItem.objects.filter(id=ref).update(state="unlawful")
    examined(people, ref, "Otto", unlawful("ta2000-s58"))
    for name in EXAMINERS:
        uninvolved = name not in ("Odile", "Otto")
        with people.sitting(name):
            try:
                with transaction.atomic():
                    _row(ref, people, name, Place.THIRD)
                    transaction.set_rollback(True)
                allowed = True
            except DatabaseError:
                allowed = False
        assert allowed is uninvolved, name


def test_the_database_takes_no_item_that_is_decided_already(people: People) -> None:
    row = MaterialItem.objects.get(id=taken(people))
    new = {"desk_id": row.desk_id, "container": row.container, "found_on": row.found_on}
    otto = people.house.officers["Otto"]
    for told in ({"state": "unlawful"}, {"round": 2}, {"audience_approved_by": otto}, {"state": "examining"}):
        with (
            people.sitting("Otto"),
            pytest.raises(DatabaseError, match="begins as new"),
            transaction.atomic(),
        ):
            MaterialItem.objects.create(**new, **told)


def test_the_database_moves_no_item_without_its_examination(people: People) -> None:
    ref = taken(people)
    for decided in ("second", "lawful", "terms"):
        with people.sitting("Odile"), pytest.raises(DatabaseError, match="is examined"), transaction.atomic():
            MaterialItem.objects.filter(id=ref).update(state=decided)
    examined(people, ref, "Odile", CLOSED)
    with people.sitting("Otto"), pytest.raises(DatabaseError, match="is examined"), transaction.atomic():
        MaterialItem.objects.filter(id=ref).update(state="disputed")  # the first one's reasons would open
    with people.sitting("Otto"), pytest.raises(DatabaseError, match="closed audience"), transaction.atomic():
        MaterialItem.objects.filter(id=ref).update(closed_audience=False)


@pytest.mark.parametrize(
    ("before", "after", "number"), [("held", "unlawful", 1), ("lawful", "new", 2), ("referred", "new", 2)]
)
def test_the_database_lets_only_who_leads_release_and_reopen(
    people: People, before: str, after: str, number: int
) -> None:
    rows = MaterialItem.objects.filter(id=taken(people))
    rows.update(state=before, round=1)
    with people.sitting("Otto"), pytest.raises(DatabaseError, match="leads the desk"), transaction.atomic():
        rows.update(state=after, round=number)
    with people.sitting("Olga"):
        assert rows.update(state=after, round=number) == 1


def _row(ref: object, people: People, name: str, place: Place) -> None:
    Examination.objects.create(
        item_id=ref,
        round=1,
        place=place,
        officer=people.house.officers[name],
        at=people.at,
        outcome=ItemOutcome.UNLAWFUL,
        container=uuid4(),
    )
