"""THRIVE: short prompts for call-takers and officers, with their meanings, sealed and shown where they help."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings
from django.db import connection

from heedline.packs import load_pack
from heedline.reports.models import Report
from tests.sites.office.desk_hand import Hand
from tests.support.cast import House, now
from tests.support.stories import a_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
VULNERABLE = "Her son of nine is in the flat."


def test_the_pack_has_a_meaning_for_every_prompt() -> None:
    prompts = load_pack(settings.PACK).risk_prompts
    assert prompts.name == "THRIVE"
    assert "".join(one.label[0] for one in prompts.prompts.values()) == "THRIVE"
    assert all(one.meaning for one in prompts.prompts.values())


def test_an_officer_assesses_by_the_prompts(house: House, hand: Callable[[], Hand]) -> None:
    ref, _ = a_report(at=now(), where={"postcode": "NE1 4ST"})
    odile, path = hand().at_work(house, "Odile"), f"/w/r/{ref}/"
    odile.get("/w/q/north-east/")
    odile.send(f"{path}take/")
    for one in load_pack(settings.PACK).risk_prompts.prompts.values():
        assert one.label in odile.html
        assert one.meaning.replace("'", "&#39;") in odile.html
    told = {"danger": "no", "done_what": "Filmed", "priority": "low", "reason": "Vague"}
    odile.send(path, do="save-stay", **told, risk_vulnerability=VULNERABLE)
    assert VULNERABLE in odile.form(path)["risk_vulnerability"], "the next assessment starts from it"
    odile.get(f"{path}timeline/?kind=moves")
    assert (
        f'<dt>Vulnerability</dt><dd class="hl-typed" dir="auto" translate="no">{VULNERABLE}</dd>'
        in odile.html
    )
    odile.get(path)
    odile.send(path, do="save-stay", **told, risk_vulnerability="x" * 1001)
    assert odile.page.status_code == 422
    with connection.cursor() as cursor:  # a thief of the database
        cursor.execute("SELECT t::text FROM reports_step t")
        assert not any("son of nine" in line for (line,) in cursor.fetchall())


def test_a_call_taker_notes_the_risk_and_the_desk_reads_it(house: House, hand: Callable[[], Hand]) -> None:
    odile = hand().at_work(house, "Odile")
    odile.get("/w/call/")
    narrative = next(
        name for name in odile.form("/w/call/") if name.endswith(".narrative") or "account" in name
    )
    odile.send("/w/call/", do="dropped", **{narrative: "He has knives.", "risk-vulnerability": VULNERABLE})
    report = Report.objects.get()
    nadia = hand().at_work(house, "Nadia")
    nadia.get(f"/w/r/{report.id}/")
    assert VULNERABLE in nadia.html
    assert "Vulnerability" in nadia.html


def test_a_report_of_something_planned_says_what_to_do_first(house: House, hand: Callable[[], Hand]) -> None:
    place = {"where": {"postcode": "NE1 4ST"}}
    ref, _ = a_report(at=now(), now={"danger": "planned"}, **place)
    other, _ = a_report(at=now(), narrative="Something else", **place)
    odile, path = hand().at_work(house, "Odile"), f"/w/r/{ref}/"
    odile.get(path)
    steps = load_pack(settings.PACK).plan_words.steps
    text = " ".join(steps)
    assert all(
        word in text for word in ("control room", "supervisor", "its security lead", "ask the reporter")
    )
    for step in steps:
        assert step.format(emergency="999") in odile.html
    odile.get(f"/w/r/{other}/")
    assert "Reported plan: immediate actions" not in odile.html
    odile.get("/w/q/north-east/")
    odile.send(f"{path}take/")
    told = {"danger": "no", "done_what": "A quarrel", "priority": "low", "reason": "He meant a match"}
    odile.send(path, do="save-stay", **told)
    assert "Reported plan: immediate actions" not in odile.html
