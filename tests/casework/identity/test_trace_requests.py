"""Having a sender traced, where life is at risk: two people with reasons, a statement of what is held, and nothing traced."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError

from heedline.audit.models import Event
from heedline.casework.access import session
from heedline.casework.contact import messages
from heedline.casework.duty import paging
from heedline.casework.errors import Locked, NotHere
from heedline.casework.identity import opening as identity_opening
from heedline.casework.identity import requests as identity_requests
from heedline.casework.identity import trace_requests
from heedline.casework.identity.trace_requests import TraceApplication
from heedline.casework.journey import transitions
from heedline.casework.pages import identity_requests as pages_identity_requests
from heedline.desks.models import Appointment
from heedline.dispatch.models import Alarm, Outbox
from heedline.permits import functions
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import IdentityRequest, ReleasedShare, Report, SealedHeader
from tests.support import danger_scene, identity_scene, stories
from tests.support.acting import acting
from tests.support.danger_scene import with_leads
from tests.support.scene_people import DANGER, NAMED, People, logged, row
from tests.support.tracing_scene import (
    ASKING,
    LIFE,
    NECESSITY,
    NO,
    PROPORTION,
    REASONS,
    TRIED,
    WORDS,
    YES,
    ask,
    at_risk,
    decide,
    statement,
)

pytestmark = pytest.mark.django_db

# --- the way of it ---------------------------------------------------------------------------------------------------


def test_asked_decided_and_stated(people: People) -> None:
    ref = at_risk(people)
    request = ask(people, ref)
    with people.sitting("Ada") as ada:
        file = pages_identity_requests.request(request, by=ada, at=people.at)
        assert pages_identity_requests.waiting_for(ada) == 1
    assert (file.necessity, file.tried, file.proportion) == (NECESSITY, TRIED, PROPORTION)
    assert (file.may_decide, file.line.trace, file.line.limit_words) == (True, True, "")
    decide(people, request)
    with people.sitting("Odile") as odile:
        ((told,), why_not) = pages_identity_requests.traces_of(ref, by=odile, at=people.at)
        assert pages_identity_requests.decided_lately(by=odile, at=people.at).decided == 1
        assert pages_identity_requests.decided_lately(by=odile, at=people.at + timedelta(days=2)).decided == 0
    assert (told.reasons, told.line.state) == (REASONS, "agreed")
    assert "statement" in why_not
    with people.sitting("Anton") as anton:
        assert pages_identity_requests.request(request, by=anton, at=people.at).reasons == REASONS
    found = statement(people, request)
    assert (found.asked_by, found.decided_by, found.desk) == ("Odile O.", "Ada A.", "North East desk")
    assert "commit" in found.edition
    assert found.holds
    assert found.lacks
    assert [one.act for one in logged("trace-stated", thing=ref)] == ["trace-stated"]
    with people.sitting("Ada") as ada:
        lines = pages_identity_requests.request(request, by=ada, at=people.at).history
    assert {line.act for line in lines} == {
        "trace-asked",
        "trace-request-read",
        "trace-decided",
        "trace-stated",
    }


def test_it_traces_nobody_and_changes_nothing_for_the_sender(people: People) -> None:
    ref, code = people.taken(**DANGER)
    with people.sitting("Odile") as here:
        transitions.assess(ref, LIFE, version=row(ref).version, by=here, at=people.at)
    with acting("public"):
        before = messages.visit(code, at=people.at)
    kept = Report.objects.values().get(pk=ref)
    parts = set(SealedHeader.objects.filter(report_id=ref).values_list("container", flat=True))
    request = ask(people, ref)
    decide(people, request)
    statement(people, request)
    with acting("public"):
        assert messages.visit(code, at=people.at) == before
    assert Report.objects.values().get(pk=ref) == kept
    added = SealedHeader.objects.filter(report_id=ref).exclude(container__in=parts)
    assert set(added.values_list("part", flat=True)) == {"release"}
    assert added.count() == 2, "what was written for and against, and nothing else"
    assert not ReleasedShare.objects.exists()
    with people.sitting("Ada"):
        assert functions.second_share(request) is None


def test_nothing_of_it_is_in_the_clear(people: People) -> None:
    ref = at_risk(people)
    request = ask(people, ref)
    decide(people, request)
    statement(people, request)
    everything = repr(list(Event.objects.values())) + repr(list(Outbox.objects.values()))
    with connection.cursor() as cursor:
        for table in ("reports_identity_request", "reports_sealed_payload", "reports_sealed_header"):
            cursor.execute(f"SELECT t::text FROM {table} t")
            everything += repr(cursor.fetchall())
    for words in WORDS:
        assert words not in everything
        assert words.encode().hex() not in everything
    (asked,) = logged("trace-asked", thing=ref)
    assert asked.detail == {"request": str(request), "ground": "other-in-danger"}
    (decided,) = logged("trace-decided", thing=ref)
    assert decided.detail == {"request": str(request), "approved": True}


def test_the_statement_says_the_same_of_every_report(people: People) -> None:
    """Also whether a name was given stands nowhere on it."""

    def said(**told: object) -> str:
        ref = at_risk(people, **told)
        request = ask(people, ref)
        decide(people, request)
        found = statement(people, request)
        return repr(replace(found, ref=uuid4(), number=uuid4(), short="", made_words="")).split(
            "ground_words"
        )[1]

    assert said(**NAMED) == said(**identity_scene.ANONYMOUS)


# --- who may ask -----------------------------------------------------------------------------------------------------


def test_only_where_life_is_at_risk(people: People) -> None:
    ref, _ = people.taken(**DANGER)  # the sender says so; no officer has
    with pytest.raises(NotNow, match="assessed as a danger to life"):
        ask(people, ref)
    ref, _ = people.taken()
    with people.sitting("Odile") as here:
        transitions.assess(ref, stories.VAGUE, version=row(ref).version, by=here, at=people.at)
        _, why_not = pages_identity_requests.traces_of(ref, by=here, at=people.at)
    assert why_not == trace_requests.ONLY_FOR_LIFE
    with pytest.raises(NotNow, match="assessed as a danger to life"):
        ask(people, ref)
    assert not IdentityRequest.objects.exists()
    # and past the verb: the database itself asks for the assessment
    with people.sitting("Odile"):
        words = SealedHeader.objects.get(report_id=ref, part="report").container
        desk = people.house.desks["north-east"].id
        assert not functions.ask_identity(uuid4(), ref, desk, "other-in-danger", 0, words, purpose="trace")
        assert not functions.ask_identity(uuid4(), ref, desk, "other-in-danger", 0, words, purpose="other")


def test_only_who_holds_the_report_asks(people: People) -> None:
    ref = at_risk(people)
    with people.sitting("Olga") as olga, pytest.raises(Refused, match="A colleague owns this report"):
        trace_requests.ask(ref, ASKING, by=olga, at=people.at)
    for name in ("Otto", "Ada", "Stella"):
        with people.sitting(name) as here, pytest.raises(NotHere):
            trace_requests.ask(ref, ASKING, by=here, at=people.at)
    assert len(logged("trace-asked", refused=True)) == 4
    with acting("office"):
        locked = people.house.sign_in("Odile", at=people.at, unlocked=False)
        with pytest.raises(Locked):
            trace_requests.ask(ref, ASKING, by=locked, at=people.at)
        session.leave()
    for part in ("necessity", "tried", "proportion"):
        with pytest.raises(NotNow):
            ask(people, ref, asking=replace(ASKING, **{part: " "}))
    with pytest.raises(ValueError, match="nobody offered"):
        ask(people, ref, asking=TraceApplication("curiosity", NECESSITY, TRIED, PROPORTION))


def test_one_at_a_time_and_beside_a_request_to_open_it(people: People) -> None:
    ref = at_risk(people)
    first = ask(people, ref)
    with pytest.raises(NotNow, match="has asked already"):
        ask(people, ref)
    opening = identity_scene.ask(people, ref)
    decide(people, first, NO)
    second = ask(people, ref)
    decide(people, second)
    with pytest.raises(NotNow, match="can print the statement"):
        ask(people, ref)
    identity_scene.decide(people, opening)
    assert identity_scene.open_it(people, opening).given is False


# --- who decides -----------------------------------------------------------------------------------------------------


def test_somebody_of_another_team_decides_and_never_the_asker(people: People) -> None:
    ref = at_risk(people)
    request = ask(people, ref)
    for name in ("Odile", "Olga", "Nadia", "Otto", "Stella"):
        with people.sitting(name) as here, pytest.raises(NotHere):
            trace_requests.decide(request, YES, by=here, at=people.at)
    made = Appointment.objects.create(
        officer=people.house.officers["Odile"], role="authoriser", desk=people.house.desks["identity"]
    )
    with people.sitting("Odile") as odile, pytest.raises(Refused, match="You asked for this yourself"):
        trace_requests.decide(request, YES, by=odile, at=people.at)
    made.delete()
    with acting("office"):
        locked = people.house.sign_in("Anton", at=people.at, unlocked=False)
        with pytest.raises(Locked):
            trace_requests.decide(request, YES, by=locked, at=people.at)
        session.leave()
    assert IdentityRequest.objects.get(pk=request).decided_at is None
    decide(people, request, NO)
    with pytest.raises(NotNow, match="has been decided"):
        decide(people, request, name="Anton")


def test_one_kind_of_request_is_not_decided_as_the_other(people: People) -> None:
    ref = at_risk(people)
    trace, opening = ask(people, ref), identity_scene.ask(people, ref)
    with people.sitting("Ada") as ada:
        with pytest.raises(NotHere):
            identity_requests.decide(trace, YES, by=ada, at=people.at)
        with pytest.raises(NotHere):
            trace_requests.decide(opening, YES, by=ada, at=people.at)
    decide(people, trace)
    with people.sitting("Odile") as odile, pytest.raises(NotHere):
        identity_opening.may_open(trace, by=odile, at=people.at)


def test_no_row_releases_something_for_a_trace(people: People) -> None:
    """A hostile office process that says otherwise is refused by the database."""
    ref = at_risk(people)
    request = ask(people, ref)
    with people.sitting("Ada"):
        words = functions.SealedWords(uuid4(), b"h", b"p", ())
        released = b"the other half"
        assert not functions.decide_identity(
            request, approved=True, words=words, sha256=b"0" * 32, released=released
        )
    with pytest.raises(IntegrityError, match="known_limit"), transaction.atomic():
        IdentityRequest.objects.bulk_create(
            [
                IdentityRequest(
                    report_id=ref,
                    desk_id=people.house.desks["north-east"].id,
                    authoriser_desk_id=people.house.desks["identity"].id,
                    purpose="trace",
                    asked_by_id=people.house.officers["Olga"].id,
                    asked_at=people.at,
                    ground="life",
                    minutes=30,
                    asked_words=uuid4(),
                )
            ]
        )


def test_it_is_not_agreed_to_once_life_is_not_at_risk_or_the_report_has_gone(people: People) -> None:
    with_leads(people)
    ref = at_risk(people)
    request = ask(people, ref)
    danger_scene.end(people, ref)
    with pytest.raises(NotNow, match="no longer assessed as a danger"):
        decide(people, request)
    decide(people, request, NO)
    other = at_risk(people)
    asked = ask(people, other)
    with people.sitting("Odile") as here:
        transitions.hand_over(
            other, "south-west", "Theirs", version=row(other).version, by=here, at=people.at
        )
    with pytest.raises(NotNow, match="has left that desk"):
        decide(people, asked)


# --- who reads the statement -----------------------------------------------------------------------------------------


def test_the_statement_comes_after_the_decision_and_only_to_those_concerned(people: People) -> None:
    ref = at_risk(people)
    request = ask(people, ref)
    with pytest.raises(NotNow, match="once an authoriser has agreed"):
        statement(people, request)
    decide(people, request)
    for name in ("Odile", "Olga", "Ada"):
        assert statement(people, request, name).ref == ref
    for name in ("Otto", "Stella", "Ned"):
        with people.sitting(name, unlocked=False) as here, pytest.raises(NotHere):
            trace_requests.statement(request, by=here, at=people.at)
    assert len(logged("trace-stated", thing=ref)) == 3
    assert len(logged("trace-stated", refused=True)) == 4


def test_after_ten_minutes_everybody_who_could_decide_is_called(people: People) -> None:
    ref = at_risk(people)
    request = ask(people, ref)
    asked_at = IdentityRequest.objects.get(pk=request).asked_at
    with acting("worker"):
        paging.drain(people.at)
        paging.watch_requests(asked_at + timedelta(minutes=10))
    about = Alarm.objects.filter(about_id=request)
    assert sorted(about.values_list("kind", flat=True)) == ["identity-asked", "identity-overdue"]
    decide(people, request, NO)
    assert not about.filter(cleared_at=None).exists()
