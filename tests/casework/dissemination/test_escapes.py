"""Ways out that an officer, a partner's process or the clock might find around what holds what is sent to partners."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from heedline.casework.dissemination import clock as dissemination_clock
from heedline.casework.dissemination import lines as dissemination_lines
from heedline.casework.dissemination import outgoing, partner_inbox
from heedline.casework.dissemination.partner_inbox import answer_paper
from heedline.casework.duty import alarms
from heedline.casework.journey import bulk_close, transitions
from heedline.casework.keys import directory as key_directory
from heedline.casework.keys import session_signing
from heedline.casework.setup import key_overview
from heedline.desks.models import KeyStatement
from heedline.dispatch.models import Alarm
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from tests.support import danger_scene, stories
from tests.support.acting import acting
from tests.support.danger_scene import with_leads
from tests.support.partner_scene import (
    answered,
    at_the_council,
    checked,
    in_danger,
    joins,
    opened,
    sent,
    sent_to_the_council,
    written,
)
from tests.support.scene_people import People, logged, row

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("council")]


def watched(people: People, hours: float = 0) -> set[tuple[str, str]]:
    """The alarms that stand after the worker has looked: of which kind, at which desk."""
    with acting("worker"):
        dissemination_clock.watch(people.at + timedelta(hours=hours))
    standing = Alarm.objects.filter(cleared_at=None, kind__contains="partner").values_list(
        "kind", "desk__code"
    )
    to_check = Alarm.objects.filter(cleared_at=None, kind="sending-to-check").values_list(
        "kind", "desk__code"
    )
    return set(standing) | set(to_check)


# --- an officer --------------------------------------------------------------------------------------------------------


def test_taking_back_what_went_at_once_hides_it_from_nobody(people: People) -> None:
    """Else one officer alone sends what they like, waits until it was opened, and takes it back before it is read."""
    with_leads(people)
    ref = in_danger(people)
    ident = written(people, ref, urgent=True, purpose="act-now")
    opened(people, ident)
    danger_scene.end(people, ref)
    with people.sitting("Odile") as here:
        outgoing.withdraw(ident, "Not needed.", version=sent(ident).version, by=here, at=people.at)
        (line,) = dissemination_lines.open_lines(by=here, at=people.at)
        assert (line.state, line.to_read) == ("withdrawn", True)
        with pytest.raises(NotNow, match="have it reviewed"):
            transitions.close(ref, stories.NOTHING, version=row(ref).version, by=here, at=people.at)
        with pytest.raises(Refused):
            outgoing.check(ident, version=sent(ident).version, by=here, at=people.at)
    assert watched(people) == {("sending-to-check", "north-east")}
    checked(people, ident)
    assert (sent(ident).state, sent(ident).checked_by_id) == (
        "withdrawn",
        people.house.officers["Olga"].id,
    )
    assert watched(people) == set()
    with people.sitting("Odile") as here:
        assert dissemination_lines.open_lines(by=here, at=people.at) == ()
        transitions.close(ref, stories.NOTHING, version=row(ref).version, by=here, at=people.at)


def test_what_never_went_waits_for_nobody_once_it_is_taken_back(people: People) -> None:
    ref, _ = people.assessed()
    ident = written(people, ref)
    with people.sitting("Odile") as here:
        outgoing.withdraw(ident, "Not needed.", version=1, by=here, at=people.at)
        assert dissemination_lines.open_lines(by=here, at=people.at) == ()
    with people.sitting("Olga") as here, pytest.raises(NotNow):
        outgoing.check(ident, version=2, by=here, at=people.at)
    with people.sitting("Odile") as here:
        transitions.close(ref, stories.NOTHING, version=row(ref).version, by=here, at=people.at)


def test_comparing_a_text_with_the_report_is_a_look_at_the_report(people: People) -> None:
    """A second officer who has never opened it is told which of its words stand in what goes out."""
    ref, _ = people.assessed()
    with people.sitting("Olga") as here:
        before = len(logged("report-read", thing=ref))
        dissemination_lines.hints(ref, "A young person", by=here, at=people.at)
    assert [event.actor for event in logged("report-read", thing=ref)[before:]] == [
        people.house.officers["Olga"].id
    ]


def test_a_partners_look_at_its_list_is_in_the_log(people: People) -> None:
    with at_the_council(people) as here:
        partner_inbox.listing(by=here, at=people.at)
    (event,) = logged("disseminations-listed")
    assert event.actor == people.house.officers["Petra"].id


# --- law 2: nothing is lost on another way to the end, or on the way to another desk ----------------------------------


def handed_over(people: People) -> tuple[Any, Any]:
    ref, ident = sent_to_the_council(people)
    with people.sitting("Odile") as here:
        transitions.hand_over(ref, "south-west", "Theirs", version=row(ref).version, by=here, at=people.at)
    return ref, ident


def test_no_sweep_closes_a_report_over_something_that_a_partner_has(people: People) -> None:
    ref, ident = handed_over(people)
    people.take(ref, "Otto")
    with people.sitting("Otto") as here:
        transitions.release(ref, by=here, at=people.at)
    assert row(ref).stage == "waiting"
    with people.sitting("Otto") as here:
        made = bulk_close.sweep("south-west", {ref: row(ref).version}, stories.NOTHING, by=here, at=people.at)
    assert row(ref).stage == "waiting"
    assert bulk_close.Sweep.objects.get(pk=made).left_out == {str(ref): "held"}, "it has been assessed"
    assert sent(ident).state == "sent"


def test_the_desk_that_is_given_the_report_hears_its_own_alarm(people: People) -> None:
    """Also where the desk that gave it away had one that still stands, or has just put one away."""
    ref, ident = sent_to_the_council(people)
    assert watched(people, 25) == {("partner-silent", "north-east")}
    with people.sitting("Odile") as here:
        transitions.hand_over(ref, "south-west", "Theirs", version=row(ref).version, by=here, at=people.at)
    assert ("partner-silent", "south-west") in watched(people, 25)
    assert sent(ident).state == "sent"


def test_what_is_sent_later_for_a_life_calls_also_where_somebody_has_heard_of_the_first(
    people: People,
) -> None:
    ref, begun = in_danger(people), people.at
    written(people, ref, urgent=True, purpose="act-now")
    assert ("partner-danger", "north-east") in watched(people, 0.3)
    alarm = Alarm.objects.get(kind="partner-danger")
    people.at, people.tokens = begun + timedelta(minutes=19), {}
    with people.sitting("Odile") as here:
        alarms.acknowledge(alarm.id, by=here, at=people.at)
    written(people, ref, urgent=True, purpose="act-now")

    def acknowledged(minutes: int) -> bool:
        watched(people, minutes / 60)
        alarm.refresh_from_db()
        return alarm.acknowledged_at is not None

    assert acknowledged(1)
    assert acknowledged(14)
    assert not acknowledged(16)  # fifteen minutes are over for the second
    with people.sitting("Odile", at=people.at + timedelta(minutes=17)) as here:
        alarms.acknowledge(alarm.id, by=here, at=people.at + timedelta(minutes=17))
    assert acknowledged(18)


# --- a partner's process that runs other code ---------------------------------------------------------------------------


def signed_by_the_process(ident: Any, receipt: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT permits.receive_sent(%s, %s::jsonb)", [ident, receipt])
        (told,) = cursor.fetchone() or ("",)
    return str(told)


@pytest.mark.parametrize("receipt", ["null", "[1]", '"x"', "1", "true"])
def test_a_receipt_is_a_paper_or_nothing(people: People, receipt: str) -> None:
    """What is not one would stay for ever, pass for no signature at all, or break the desk's page."""
    ref, ident = sent_to_the_council(people)
    with at_the_council(people):
        assert signed_by_the_process(ident, receipt) == "not-signed"
    assert sent(ident).state == "sent"
    with people.sitting("Odile") as here:
        (one,) = dissemination_lines.of_report(ref, by=here, at=people.at)
    assert one.arrived_signed is None


@pytest.mark.parametrize(
    "receipt",
    [
        {},
        {"on": "2026-01-01"},
        {"on": 5, "officer": [1]},
        {"on": {"a": 1}, "officer": {"a": 1}, "public": 7, "until": None, "certificate": [], "signature": {}},
        {
            "on": "2026-01-01",
            "officer": "",
            "public": "zz",
            "until": "soon",
            "certificate": "",
            "signature": "",
        },
    ],
)
def test_a_made_up_receipt_shows_as_no_signature_and_breaks_no_page(
    people: People, receipt: dict[str, Any]
) -> None:
    ref, ident = sent_to_the_council(people)
    with at_the_council(people):
        assert signed_by_the_process(ident, json.dumps(receipt)) == "received"
    with people.sitting("Odile") as here:
        (one,) = dissemination_lines.of_report(ref, by=here, at=people.at)
    assert one.arrived_signed is False


def test_what_lies_there_as_no_paper_breaks_no_page(people: People) -> None:
    """From before, or by whoever owns the database."""
    ref, ident = sent_to_the_council(people)
    opened(people, ident)
    answered(people, ident)
    for odd in ("[1]", '"x"', "7"):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")  # past every trigger
            cursor.execute(
                "UPDATE reports_dissemination SET receipt = %s::jsonb, answer_voice = %s::jsonb WHERE id = %s",
                [odd, odd, ident],
            )
            cursor.execute("SET LOCAL session_replication_role = origin")
        with people.sitting("Odile") as here:
            (one,) = dissemination_lines.of_report(ref, by=here, at=people.at)
        assert (one.arrived_signed, one.answer_signed) == (False, False)


@pytest.mark.parametrize("voice", [None, "null", "[1]", '"x"'])
def test_an_answer_without_a_paper_is_none(people: People, voice: str | None) -> None:
    _, ident = sent_to_the_council(people)
    opened(people, ident)
    with at_the_council(people):
        epochs = [epoch for epoch, _ in partner_inbox.partner_functions.answer_to(ident)]
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT permits.answer_sent(%s, 'known', gen_random_uuid(), ''::bytea, %s::uuid[], ''::bytea,"
                " sha256(''), gen_random_uuid(), ''::bytea, (SELECT e.id FROM keys_epoch e ORDER BY opens_on LIMIT 1),"
                " %s::jsonb, 60, 'routine', interval '1 hour')",
                [ident, epochs, voice],
            )
            assert cursor.fetchone() == ("changed",)
    assert sent(ident).state == "received"


# --- a thief of the database --------------------------------------------------------------------------------------------


def test_a_thief_of_the_database_cannot_try_out_what_a_partner_may_have_answered(people: People) -> None:
    """The signature lies in the clear, and answers are short: over the words alone it would confirm a guess."""
    _, ident = sent_to_the_council(people)
    opened(people, ident)
    answered(people, ident)
    kept = sent(ident)
    assert kept.answer_voice is not None
    for guess in ("We will visit.", session_signing.salted("We will visit.", "")):
        assert not session_signing.is_attested(
            kept.answer_voice,
            answer_paper(ident, kept.answer_code, guess, kept.partner_id),
            on=people.at.date(),
            known=key_directory.directory(),
            installation=partner_inbox.settings.INSTALLATION,
        )


# --- what lies among the statements -------------------------------------------------------------------------------------


def test_a_text_among_the_statements_that_is_none_stops_nobody_at_their_keys(people: People) -> None:
    """Everybody who unlocks is led to what has changed: one odd row must not keep a whole office out."""
    with acting("office"):
        for name in ("Petra", "Pavel"):
            joins(people, name)
    KeyStatement.objects.create(
        id=uuid4(), serial=KeyStatement.objects.count() + 1, kind="epoch", signed="[" * 9_000
    )
    key_directory.forget()
    with people.sitting("Odile") as here:
        key_overview.changes(by=here)
    with at_the_council(people) as there:
        assert any("compare their words again" in one.words for one in key_overview.changes(by=there))
