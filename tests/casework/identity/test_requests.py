"""Opening who sent a report takes two people: who may ask, decide and open, with what keys, and what shows of it."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from heedline.audit.models import Event
from heedline.casework.access import session
from heedline.casework.errors import Locked, NotHere
from heedline.casework.identity import requests as identity_requests
from heedline.casework.identity.requests import Decision, IdentityApplication
from heedline.casework.pages import identity_requests as pages_identity_requests
from heedline.desks.models import Appointment
from heedline.dispatch.models import Outbox
from heedline.permits import functions
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import IdentityRequest, IdentityShare, ReleasedShare, SealedHeader, SealedPayload
from heedline.vault import CannotOpen
from heedline.vault.containers.container import Container, open_container
from tests.support.acting import acting
from tests.support.identity_scene import (
    ANONYMOUS,
    ASKING,
    NECESSITY,
    NO,
    REASONS,
    RISK,
    YES,
    ask,
    decide,
    decided_past_the_verb,
    keys_of,
    open_it,
    released,
)
from tests.support.scene_people import NAMED, People, logged

pytestmark = pytest.mark.django_db

# --- the way of it ---------------------------------------------------------------------------------------------------


def test_asked_decided_and_opened_by_the_one_who_asked(people: People) -> None:
    ref, _ = people.taken(**NAMED)
    request = ask(people, ref)
    with people.sitting("Ada") as ada:
        file = pages_identity_requests.request(request, by=ada, at=people.at)
    assert (file.necessity, file.risk, file.may_decide) == (NECESSITY, RISK, True)
    assert (file.line.desk_name, file.line.limit_words) == ("North East desk", "30 minutes")
    decide(people, request)
    found = open_it(people, request)
    said = {label: lines for part in found.told for label, lines in part.rows}
    assert ("Rosa Verhoeven-Okonkwo",) in said.values()
    assert found.given
    assert found.watermark.startswith("Opened by Odile O., ")
    assert found.short in found.watermark
    open_it(people, request)
    with people.sitting("Anton") as anton:
        authorisers = pages_identity_requests.request(request, by=anton, at=people.at)
    with people.sitting("Odile") as odile:
        ((theirs,), why_not) = pages_identity_requests.of_report(ref, by=odile, at=people.at)
    assert (theirs.reasons, authorisers.reasons) == (REASONS, REASONS)
    assert theirs.line.state == "open"
    assert "already have access" in why_not
    acts = [(line.act, line.by) for line in theirs.history]
    assert acts == [
        ("identity-request-read", "Anton A."),
        ("identity-opened", "Odile O."),
        ("identity-opened", "Odile O."),
        ("identity-decided", "Ada A."),
        ("identity-request-read", "Ada A."),
        ("identity-asked", "Odile O."),
    ]
    assert [line.act for line in authorisers.history] == [act for act, _ in acts]


def test_the_log_says_what_was_done_and_nothing_that_was_written(people: People) -> None:
    ref, request = released(people)
    open_it(people, request)
    (asked,) = logged("identity-asked", thing=ref)
    assert asked.detail == {"request": str(request), "ground": "life", "minutes": 30}
    (decided,) = logged("identity-decided", thing=ref)
    assert decided.detail == {"request": str(request), "approved": True}
    (opened,) = logged("identity-opened", thing=ref)
    assert opened.detail == {"request": str(request)}
    assert opened.actor == people.house.officers["Odile"].id
    everything = repr(list(Event.objects.values())) + repr(list(Outbox.objects.values()))
    for words in (NECESSITY, RISK, REASONS, "Verhoeven", "900123"):
        assert words not in everything


def test_no_table_has_the_words_in_the_clear(people: People) -> None:
    ref, request = released(people)
    with connection.cursor() as cursor:
        for table in ("reports_identity_request", "reports_released_share", "reports_sealed_payload"):
            cursor.execute(f"SELECT t::text FROM {table} t")
            for (text,) in cursor.fetchall():
                for words in (NECESSITY, RISK, REASONS):
                    assert words not in text
                    assert words.encode().hex() not in text
    parts = SealedHeader.objects.filter(report_id=ref, part="release")
    assert len(parts) == 2
    assert IdentityRequest.objects.get(pk=request).approved


def test_an_anonymous_report_can_be_asked_for_and_says_so_only_when_open(people: People) -> None:
    ref, _ = people.taken(**ANONYMOUS)
    request = ask(people, ref)
    decide(people, request)
    found = open_it(people, request)
    assert not found.given
    assert found.told == ()


def test_named_and_anonymous_look_alike_until_they_are_open(people: People) -> None:
    """Every row and everything that is shown: to the desk, to the authoriser, in the log."""

    def seen(told: dict[str, Any]) -> list[Any]:
        ref, _ = people.taken(**told)
        request = ask(people, ref)
        decide(people, request)
        with people.sitting("Odile") as odile:
            shown: list[Any] = [pages_identity_requests.of_report(ref, by=odile, at=people.at)]
        with people.sitting("Ada") as ada:
            shown.append(pages_identity_requests.request(request, by=ada, at=people.at))
        file = people.read(ref)
        shown.append((file.answers.sections, file.answers.identity_words, file.header.moves))
        shown.append(
            sorted((h.part, len(h.header), len(h.epochs)) for h in SealedHeader.objects.filter(report_id=ref))
        )
        shown.append(sorted(len(p.payload) for p in SealedPayload.objects.filter(report_id=ref)))
        shown.append(sorted((s.share, len(s.sealed)) for s in IdentityShare.objects.filter(report_id=ref)))
        shown.append([len(s.sealed or b"") for s in ReleasedShare.objects.filter(request_id=request)])
        shown.append(list(Event.objects.filter(thing_id=ref).order_by("id").values_list("act", "outcome")))
        short = pages_identity_requests.short_name(ref)
        return [
            repr(one).replace(str(ref), "R").replace(str(request), "Q").replace(short, "S") for one in shown
        ]

    assert seen(NAMED) == seen(ANONYMOUS)


# --- who may ask -----------------------------------------------------------------------------------------------------


def test_only_who_holds_the_report_asks(people: People) -> None:
    ref, _ = people.send(**NAMED)
    with people.sitting("Odile") as odile, pytest.raises(Refused, match="Take the report first"):
        identity_requests.ask(ref, ASKING, by=odile, at=people.at)
    people.take(ref, "Olga")
    with people.sitting("Odile") as odile, pytest.raises(Refused, match="A colleague owns this report"):
        identity_requests.ask(ref, ASKING, by=odile, at=people.at)
    for name in ("Otto", "Ada", "Stella"):
        with people.sitting(name) as here, pytest.raises(NotHere):
            identity_requests.ask(ref, ASKING, by=here, at=people.at)
    assert not IdentityRequest.objects.exists()
    assert not SealedHeader.objects.filter(part="release").exists()
    assert len(logged("identity-asked", refused=True)) == 5


def test_nothing_is_asked_with_locked_keys_or_without_words(people: People) -> None:
    ref, _ = people.taken(**NAMED)
    with acting("office"):
        locked = people.house.sign_in("Odile", at=people.at, unlocked=False)
        with pytest.raises(Locked):
            identity_requests.ask(ref, ASKING, by=locked, at=people.at)
        session.leave()
    for asking in (
        IdentityApplication("life", " ", RISK, 30),
        IdentityApplication("life", NECESSITY, "", 30),
    ):
        with pytest.raises(NotNow):
            ask(people, ref, asking=asking)
    for wrong in (
        IdentityApplication("curiosity", NECESSITY, RISK, 30),
        IdentityApplication("life", NECESSITY, RISK, 45),
    ):
        with pytest.raises(ValueError, match="nobody offered"):
            ask(people, ref, asking=wrong)


def test_one_request_of_a_desk_waits_at_a_time_and_a_refused_one_is_asked_anew(people: People) -> None:
    ref, _ = people.taken(**NAMED)
    first = ask(people, ref)
    with pytest.raises(NotNow, match="asked already"):
        ask(people, ref)
    decide(people, first, NO)
    with pytest.raises(NotNow, match="refused"):
        open_it(people, first)
    assert not ReleasedShare.objects.exists()
    second = ask(people, ref)
    decide(people, second)
    with pytest.raises(NotNow, match="open to you now"):
        ask(people, ref)
    third = ask(people, ref, at=people.at + timedelta(minutes=31))
    decide(people, third)
    assert open_it(people, third).given


def test_the_desk_that_watches_asks_for_what_it_holds(people: People) -> None:
    ref, _ = people.taken("Nadia", **NAMED)
    request = ask(people, ref, "Nadia")
    assert IdentityRequest.objects.get(pk=request).desk == people.house.desks["national"]
    decide(people, request)
    assert open_it(people, request, "Nadia").given
    with pytest.raises(NotHere):
        open_it(people, request, "Odile")


# --- who decides -----------------------------------------------------------------------------------------------------


def test_only_an_authoriser_decides(people: People) -> None:
    ref, _ = people.taken(**NAMED)
    request = ask(people, ref)
    for name in ("Odile", "Olga", "Nadia", "Otto", "Stella"):
        with people.sitting(name) as here:
            with pytest.raises(NotHere):
                identity_requests.decide(request, YES, by=here, at=people.at)
            with pytest.raises(NotHere):
                pages_identity_requests.request(request, by=here, at=people.at)
            assert functions.second_share(request) is None
            assert not decided_past_the_verb(request)
    with people.sitting("Ada") as ada, pytest.raises(NotHere):
        identity_requests.decide(uuid4(), YES, by=ada, at=people.at)
    assert IdentityRequest.objects.get(pk=request).decided_at is None


def test_nobody_decides_their_own_nor_who_can_open_reports(people: People) -> None:
    """Also when an appointment was written past the rule that nobody is both."""
    ref, _ = people.taken(**NAMED)
    request = ask(people, ref)
    for name, role, desk in (
        ("Odile", "authoriser", "identity"),
        ("Otto", "authoriser", "identity"),
        ("Ada", "officer", "south-west"),
    ):
        officer = people.house.officers[name]
        made = Appointment.objects.create(officer=officer, role=role, desk=people.house.desks[desk])
        with people.sitting(name) as here, pytest.raises(Refused):
            identity_requests.decide(request, YES, by=here, at=people.at)
        with people.sitting(name) as here:
            file = pages_identity_requests.request(request, by=here, at=people.at)
            assert not file.may_decide
            assert functions.second_share(request) is None
            assert not decided_past_the_verb(request)
        made.delete()
    assert len(logged("identity-decided", thing=ref, refused=True)) == 3
    decide(people, request)


def test_who_was_once_given_a_key_of_the_desk_does_not_decide_about_it(people: People) -> None:
    ref, _ = people.taken(**NAMED)
    request = ask(people, ref)
    olga = people.house.officers["Olga"]
    Appointment.objects.filter(officer=olga).update(ended_on=people.at.date())
    Appointment.objects.create(officer=olga, role="authoriser", desk=people.house.desks["identity"])
    with people.sitting("Olga") as here, pytest.raises(Refused, match="can open reports"):
        identity_requests.decide(request, YES, by=here, at=people.at)


def test_a_decision_is_made_once_and_stays(people: People) -> None:
    _, request = released(people)
    with pytest.raises(NotNow, match="has been decided"):
        decide(people, request, NO, "Anton")
    with people.sitting("Anton"):
        assert not decided_past_the_verb(request)
    before = IdentityRequest.objects.values().get()
    for statement in (
        "UPDATE reports_identity_request SET approved = false, opens_until = NULL",
        "UPDATE reports_identity_request SET opens_until = opens_until + interval '1 day'",
        "DELETE FROM reports_identity_request",
        "TRUNCATE reports_identity_request CASCADE",
    ):
        for role in ("owner", "usher", "settler", "office", "worker"):
            with acting(role), connection.cursor() as cursor:
                with suppress(DatabaseError), transaction.atomic():  # the owner sees no row, so changes none
                    cursor.execute(statement)
        with connection.cursor() as cursor:  # not even a superuser by accident
            with (
                pytest.raises(DatabaseError, match=r"a decision stays|pending trigger"),
                transaction.atomic(),
            ):
                cursor.execute(statement)
        assert IdentityRequest.objects.values().get() == before


#: What a decision fills in; every other column says what was asked, and stays.
DECIDED = {
    "decided_by_id",
    "decided_at",
    "approved",
    "decided_words",
    "opens_until",
    "granted_minutes",
    "asked_back",
}
#: A value unlike the one asked for, by the type of the column.
ANOTHER = {
    "uuid": "gen_random_uuid()",
    "timestamp with time zone": "now() - interval '1 year'",
    "smallint": "7",
}


def test_a_decision_changes_nothing_of_what_was_asked(people: People) -> None:
    """The row may be decided once. A statement that decides it and changes the question too is refused."""
    ref, _ = people.taken(**NAMED)
    request = ask(people, ref)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, data_type FROM information_schema.columns"
            " WHERE table_name = 'reports_identity_request'"
        )
        asked = {column: kind for column, kind in cursor.fetchall() if column not in DECIDED}
    assert "purpose" in asked
    before = IdentityRequest.objects.values().get()
    for column, kind in asked.items():
        another = "'trace'" if column == "purpose" else ANOTHER.get(kind, "'other'")
        with (
            acting("usher"),
            connection.cursor() as cursor,
            pytest.raises(DatabaseError, match="a decision stays"),
            transaction.atomic(),
        ):
            cursor.execute(
                f"UPDATE reports_identity_request SET {column} = {another}, decided_by_id = asked_by_id,"
                " decided_at = now(), approved = false, decided_words = asked_words WHERE id = %s",
                [request],
            )
        assert IdentityRequest.objects.values().get() == before, column


def test_the_reasons_are_asked_for(people: People) -> None:
    ref, _ = people.taken(**NAMED)
    request = ask(people, ref)
    with pytest.raises(NotNow):
        decide(people, request, Decision(True, "  "))
    with acting("office"):
        locked = people.house.sign_in("Anton", at=people.at, unlocked=False)
        with pytest.raises(Locked):
            identity_requests.decide(request, YES, by=locked, at=people.at)
        session.leave()


def test_an_authoriser_sees_the_request_and_nothing_of_the_report(people: People) -> None:
    ref, _ = people.taken(**NAMED)
    request = ask(people, ref)
    with people.sitting("Ada") as ada:
        assert [line.id for line in pages_identity_requests.requests(by=ada, at=people.at).waiting] == [
            request
        ]
        assert pages_identity_requests.waiting_for(ada) == 1
        for table in ("reports_report", "reports_sealed_header", "reports_sealed_payload", "reports_message"):
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT count(*) FROM {table}")
                assert cursor.fetchone() == (0,)
        assert functions.desk_shares(ref) == []
    for seed in keys_of(people, "Ada"):
        header = SealedHeader.objects.get(report_id=ref, part="report")
        payload = SealedPayload.objects.get(container=header.container)
        with pytest.raises(CannotOpen):
            open_container(Container(bytes(header.header), bytes(payload.payload)), [seed])
