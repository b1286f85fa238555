"""Alerting the desk from the page of a call, without scripts, and going on with the call."""

from __future__ import annotations

import pytest

from heedline.casework.report.opening import short_name
from heedline.intake.models import DraftRow
from tests.sites.office.desk_hand import Hand
from tests.sites.office.test_call_pages import ACCOUNT, CALL, code_on, press, rosa_sees, the_report
from tests.sites.office.test_call_pages import odile as odile

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


def test_alert_now_and_keep_typing_without_scripts(odile: Hand) -> None:
    assert (
        odile.html.index("999 first")
        < odile.html.index("Alert now, keep typing")
        < odile.html.index("now.danger")
    )
    press(odile, "alert", **{"what.narrative": "He has a gun", "where.postcode": "NE1 4ST"})
    assert odile.heading == "New call or walk-in"
    report = the_report()
    assert report.urgency == "danger"
    assert "North East desk</bdi> is being paged" in odile.html
    assert short_name(report.id) in odile.html
    assert "Alert now, keep typing" not in odile.html
    assert odile.form(CALL)["what.narrative"] == "He has a gun"
    press(odile, "alert")  # from another tab
    assert the_report().id == report.id
    press(odile, "finish", **{"what.narrative": ACCOUNT})
    assert "What you have added or corrected since has not been sent yet." in odile.html
    odile.send("/w/call/check/", do="send")
    assert rosa_sees(code_on(odile)).status == "received"
    assert the_report().id == report.id
    odile.get(f"/w/r/{report.id}/")
    assert "He has a gun" in odile.html
    assert ACCOUNT in odile.html


def test_a_draft_that_was_alerted_is_discarded_and_the_alert_stays(odile: Hand) -> None:
    press(odile, "alert", **{"where.postcode": "NE1 4ST"})
    assert "The desk keeps the alert" in odile.html
    press(odile, "throw-away")
    assert the_report().urgency == "danger"
    assert not DraftRow.objects.exists()
