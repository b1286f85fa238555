"""The pages of trainings: who sees whom, recording for others, and what a lapsed one does to the page of a call."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from heedline.casework.people import training
from heedline.casework.setup import stewardship
from heedline.desks.models import CompletedTraining
from heedline.permits.roles import Role
from heedline.reports.models import Report
from tests.sites.office.desk_hand import Hand
from tests.sites.public.test_doors import open_desk
from tests.support import cast, stories
from tests.support.acting import acting
from tests.support.cast import House, now

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


def lapse(house: House, name: str, code: str) -> None:
    """It has not counted for three days."""
    row = CompletedTraining.objects.get(officer=house.officers[name], training=code, withdrawn_on=None)
    with acting("office"):
        stella = house.sign_in("Stella", at=now(), unlocked=False)
        training.withdraw(row.id, by=stella, at=now() - timedelta(days=3))


def steward(hand: Callable[[], Hand]) -> Hand:
    stella = hand()
    stella.sign_in("Stella")
    return stella


def test_a_steward_sees_who_misses_what_and_records_it(house: House, hand: Callable[[], Hand]) -> None:
    lapse(house, "Odile", "identity")
    stella = steward(hand)
    assert 'href="/w/training/"' in stella.html
    stella.get("/w/training/")
    assert "Missing or expired: 1." in stella.html
    assert "Never recorded" in stella.html
    stella.get("/w/training/identity/")
    assert stella.heading == "Who completed “Asking for and opening identities”?"
    today, odile = now().date(), str(house.officers["Odile"].id)
    day, future = (
        {"on-day": one.day, "on-month": one.month, "on-year": one.year}
        for one in (today, today + timedelta(days=2))
    )
    stella.send("/w/training/identity/", **future, people=[odile])
    assert "The day must be today or in the past." in stella.html
    assert f'value="{odile}" checked' in " ".join(stella.html.split())  # what was ticked is not lost
    stella.send("/w/training/identity/", **day, people=[])
    assert "Choose who completed it" in stella.html
    stella.send("/w/training/identity/", **day, people=["not-a-person"])
    assert stella.page.status_code == 422
    stella.send("/w/training/identity/", **day, people=[odile])
    assert stella.path == "/w/training/"
    assert "Recorded in your name." in stella.html
    assert "missing or run out" not in stella.html


def test_a_record_is_taken_back_after_one_more_question(house: House, hand: Callable[[], Hand]) -> None:
    stella = steward(hand)
    row = CompletedTraining.objects.get(officer=house.officers["Odile"], training="identity")
    stella.get(f"/w/training/record/{row.id}/")
    assert "recorded by mistake?" in stella.heading
    stella.send(f"/w/training/record/{row.id}/")
    assert "It no longer counts." in stella.html
    assert stella.get(f"/w/training/record/{row.id}/").status_code == 404


def test_a_supervisor_sees_their_desk_and_records_nothing_for_themselves(
    house: House, hand: Callable[[], Hand]
) -> None:
    with acting("office"):
        stewardship.appoint(
            house.officers["Olga"], Role.SUPERVISOR, house.desks["north-east"], hands=house.hands, at=now()
        )
    olga = hand().at_work(house, "Olga")
    olga.get("/w/training/")
    assert "Odile O." in olga.html
    assert "Otto O." not in olga.html
    own = CompletedTraining.objects.get(officer=house.officers["Olga"], training="identity")
    assert f"/w/training/record/{own.id}/" not in olga.html
    assert olga.get(f"/w/training/record/{own.id}/").status_code == 404
    olga.get("/w/training/identity/")
    assert str(house.officers["Odile"].id) in olga.html
    assert str(house.officers["Olga"].id) not in olga.html
    assert olga.get("/w/training/authorising/").status_code == 404


def test_an_officer_sees_their_own_and_nobody_elses(house: House, hand: Callable[[], Hand]) -> None:
    odile = hand().at_work(house, "Odile")
    odile.get("/w/")
    assert 'href="/w/training/"' not in odile.html
    assert odile.get("/w/training/").status_code == 403
    assert odile.get("/w/training/identity/").status_code == 403
    odile.get("/me/")
    assert "Your training" in odile.html
    assert "Counts until" in odile.html
    odile.get("/w/")
    assert "Training to repeat" not in odile.html
    lapse(house, "Odile", "call-taking")
    odile.get("/w/")
    assert "Training to repeat" in odile.html


def test_a_lapsed_call_taker_is_told_how_and_never_keeps_an_emergency_out(
    house: House, hand: Callable[[], Hand]
) -> None:
    odile = hand().at_work(house, "Odile")
    odile.get("/w/call/")
    lapse(house, "Odile", "call-taking")  # while the page stands open
    words = {"what.narrative": "Quinquereme: he said it would be tonight", "channel": "phone"}
    odile.send("/w/call/", **words, **{"where.place": "the station"}, do="dropped")
    assert odile.page.status_code == 403
    assert "Nothing was sent. The draft will be kept" in odile.html
    assert "Quinquereme" in odile.html  # nothing that was written is lost
    assert not Report.objects.exists()
    odile.get("/w/call/?line=1")
    assert "Quinquereme" in odile.html
    odile.send("/w/call/", **words, **{"now.danger": "yes"}, do="dropped")
    assert Report.objects.get().urgency == "danger"


def test_who_began_for_danger_sends_when_the_caller_is_gone_before_they_could_ask(
    house: House, hand: Callable[[], Hand]
) -> None:
    lapse(house, "Odile", "call-taking")
    odile = hand().at_work(house, "Odile")
    assert odile.get("/w/call/").status_code == 403
    assert "You cannot take a report now" in odile.html
    assert "a supervisor of your desk, or a steward, records it" in odile.html
    assert "/w/call/?danger=yes" in odile.html
    odile.get("/w/call/?danger=yes")
    odile.send(
        "/w/call/", **{"what.narrative": "He said it would be tonight", "channel": "phone"}, do="dropped"
    )
    assert odile.page.status_code in {200, 303}
    assert Report.objects.count() == 1


def test_at_the_material_desk_the_page_says_what_is_missing_and_loses_no_words(
    house: House, hand: Callable[[], Hand]
) -> None:
    open_desk(house, "material", "Mirela", "Marcus")
    with acting("office"):
        cast.train(house, at=now())
    lapse(house, "Mirela", "material")
    ref = stories.an_item(at=now())
    mirela = hand().at_work(house, "Mirela")
    mirela.get(f"/w/r/{ref}/")
    mirela.send(f"/w/r/{ref}/take/")
    assert "Assessing online material" in mirela.html
    assert "Until then you can save only that somebody may be in danger" in mirela.html
    told = {"done_what": "Quinquereme", "reason": "A film", "priority": "low", "danger": "no"}
    coded = {name: value for name, value in mirela.form(f"/w/r/{ref}/").items() if name.startswith("coded")}
    mirela.send(f"/w/r/{ref}/", **told, **coded, do="save-stay")
    assert mirela.page.status_code in {409, 422}
    assert "Quinquereme" in mirela.html
    assert Report.objects.get(id=ref).stage == "taken"
    mirela.get(f"/w/r/{ref}/close/")
    assert 'name="outcome"' not in mirela.html
