"""An account of who somebody is: asked about once, gently, and then taken as it is."""

from __future__ import annotations

import pytest

from heedline.casework.journey import transitions
from heedline.casework.pages import case_file
from heedline.reports.models import Report
from tests.sites.public.walker import Walker
from tests.support.acting import acting
from tests.support.cast import House, now

pytestmark = pytest.mark.django_db
ONLY_WHO = "There is a Muslim family next door, from Syria."
ASKED = "Can you also tell us what they did or said?"


def at_the_account(rosa: Walker) -> Walker:
    rosa.begin().press("Start", danger="no")
    while "narrative" not in rosa.html:
        rosa.press("Continue")
    return rosa


def test_it_is_asked_about_once_and_keeps_the_words(rosa: Walker) -> None:
    at_the_account(rosa)
    here = rosa.at
    rosa.press("Continue", narrative=ONLY_WHO)
    assert rosa.at == here
    assert ASKED in rosa.main
    assert ONLY_WHO in rosa.html
    assert "There is a problem" not in rosa.html, "it is no mistake"
    rosa.press("Continue")
    assert rosa.at != here
    rosa.visit(here)
    assert ASKED not in rosa.main
    rosa.press("Continue", narrative=ONLY_WHO + " They are foreign.")
    assert rosa.at != here


def test_whoever_tells_of_behaviour_is_not_asked(rosa: Walker) -> None:
    at_the_account(rosa)
    here = rosa.at
    rosa.press("Continue", narrative="A man with a beard filmed the guards.")
    assert rosa.at != here


def test_nobody_in_danger_is_asked(rosa: Walker) -> None:
    rosa.begin().press("Start", danger="yes").press("I have called and want to continue")
    while "narrative" not in rosa.html:
        rosa.press("Continue")
    here = rosa.at
    rosa.press("Continue", narrative=ONLY_WHO)
    assert rosa.at != here


def test_it_arrives_with_the_priority_of_every_other_and_the_officer_is_told(
    rosa: Walker, house: House
) -> None:
    at_the_account(rosa).press("Continue", narrative=ONLY_WHO).press("Skip the other questions")
    while rosa.heading != "Check your answers":
        rosa.press("Continue", **({"who": "anonymous"} if 'name="who"' in rosa.html else {}))
    rosa.press("Send your report")
    report = Report.objects.get()
    assert (report.urgency, report.rank) == ("routine", 2)
    with acting("office"):
        here = house.sign_in("Nadia", at=now())
        transitions.take(report.id, by=here, at=now())
        assert case_file.case_file(report.id, by=here, at=now()).answers.only_who
