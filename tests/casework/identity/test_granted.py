"""What an authoriser decides besides yes and no: less time than was asked for, conditions, and a question back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from heedline.casework.identity import opening as identity_opening
from heedline.casework.identity.requests import Decision, IdentityApplication
from heedline.casework.pages import identity_requests as pages_identity_requests
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import IdentityRequest, SealedPayload
from tests.support.identity_scene import (
    NECESSITY,
    REASONS,
    RISK,
    ask,
    decide,
    decided_past_the_verb,
    open_it,
)
from tests.support.scene_people import NAMED, People, logged

pytestmark = pytest.mark.django_db


def test_less_time_than_was_asked_for_is_granted_once_and_never_more(people: People) -> None:
    ref, _ = people.taken(**NAMED)
    request = ask(people, ref, asking=IdentityApplication("life", NECESSITY, RISK, 120))
    for minutes in (480, 45, 0):
        with pytest.raises(ValueError, match="cannot be granted"):
            decide(people, request, Decision(True, REASONS, minutes=minutes))
    with people.sitting("Ada"):
        assert not decided_past_the_verb(request, minutes=480), "the database refuses it by itself"
    decide(people, request, Decision(True, REASONS, minutes=10))
    row = IdentityRequest.objects.get(pk=request)
    assert (row.minutes, row.granted_minutes) == (120, 10)
    assert row.opens_until is not None
    assert row.decided_at is not None
    assert row.opens_until - row.decided_at == timedelta(minutes=10)
    assert open_it(people, request, after=9).given
    with pytest.raises(NotNow, match="time has expired"):
        open_it(people, request, after=11)
    with people.sitting("Odile") as odile:
        (file,), _ = pages_identity_requests.of_report(ref, by=odile, at=people.at)
        assert (file.line.limit_words, file.line.granted_words) == ("2 hours", "10 minutes")
    for change in ("granted_minutes = 120", "opens_until = opens_until + interval '1 day'"):
        with (
            pytest.raises(DatabaseError, match="stays as it is"),
            transaction.atomic(),
            connection.cursor() as sql,
        ):
            sql.execute(f"UPDATE reports_identity_request SET {change} WHERE id = %s", [request])


def test_conditions_are_sealed_and_confirmed_before_the_identity_opens(people: People) -> None:
    ref, _ = people.taken(**NAMED)
    request = ask(people, ref)
    decide(people, request, Decision(True, REASONS, conditions="Zinnober: one call, and no voicemail"))
    with pytest.raises(NotNow, match="Confirm the conditions"):
        open_it(people, request)
    with people.sitting("Odile") as odile:
        asked = identity_opening.may_open(request, by=odile, at=people.at)
        assert asked.conditions == "Zinnober: one call, and no voicemail"
        words = people.house.keys["Odile"].passphrase
        identity_opening.open_now(request, words, confirmed=True, by=odile, at=people.at)
    assert logged("identity-opened")[-1].detail["confirmed"] is True
    stored = b"".join(bytes(one.payload) for one in SealedPayload.objects.filter(report_id=ref))
    assert b"Zinnober" not in stored


def test_a_question_ends_the_request_and_a_new_one_answers_it(people: People) -> None:
    ref, _ = people.taken(**NAMED)
    request = ask(people, ref)
    for wrong in (
        Decision(True, REASONS, ask_back=True),
        Decision(False, "Why?", minutes=30, ask_back=True),
        Decision(False, "Why?", conditions="none", ask_back=True),
    ):
        with pytest.raises(ValueError, match=r"with(out)? an approval"):
            decide(people, request, wrong)
    decide(people, request, Decision(False, "Have you written to them?", ask_back=True))
    with pytest.raises(NotNow, match="refused"):
        open_it(people, request)
    with people.sitting("Odile") as odile:
        (file,), why_not = pages_identity_requests.of_report(ref, by=odile, at=people.at)
        assert (file.line.asked_back, file.reasons, why_not) == (True, "Have you written to them?", "")
        assert "asked a question" in file.line.state_words
        replies = pages_identity_requests.decided_lately(by=odile, at=people.at)
        assert (replies.decided, replies.questions) == (0, 1), "My work says that it is a question"
    again = ask(people, ref)
    decide(people, again)
    assert open_it(people, again).given
