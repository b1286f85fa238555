"""Drafts and visits: sealed in a row, opened by a cookie that is nowhere, gone in time."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from heedline.casework.intake import drafting
from heedline.casework.intake.drafting import Draft, DraftChanged
from heedline.vault.codes import new_code
from tests.support.acting import acting
from tests.support.cast import now

pytestmark = pytest.mark.django_db
WORDS = "Zinnober-quinquereme"


def rows() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute('SELECT "row", sealed, expires FROM intake_draft')
        return cursor.fetchall()


def kept(**changes: Any) -> Draft:
    draft = Draft(drafting.new_cookie(), answers={"what": {"narrative": WORDS}}, **changes)
    with acting("public"):
        drafting.save(draft, at=now())
    return draft


def test_a_draft_comes_back_to_its_cookie_and_to_no_other() -> None:
    draft = kept(notes={"language": "en"})
    with acting("public"):
        again = drafting.load(draft.cookie, at=now())
        assert again is not None
        assert (again.answers, again.report_id, again.code, again.notes) == (
            draft.answers,
            draft.report_id,
            draft.code,
            draft.notes,
        )
        for cookie in (None, "", drafting.new_cookie(), draft.cookie + "x", "x" * 5000, "\0" * 43, "ü" * 43):
            assert drafting.load(cookie, at=now()) is None


def test_a_visits_cookie_opens_no_draft_nor_a_drafts_a_visit() -> None:
    draft, code = kept(), new_code()
    with acting("public"):
        visit = drafting.open_visit(code, at=now())
        assert drafting.visit_code(visit, at=now()) == code
        assert drafting.visit_code(draft.cookie, at=now()) is None
        assert drafting.load(visit, at=now()) is None
        drafting.end_visit(visit, at=now())
        assert drafting.visit_code(visit, at=now()) is None
        assert drafting.load(draft.cookie, at=now()) is not None


def test_the_table_tells_nothing() -> None:
    draft = kept()
    ((row, sealed, expires),) = rows()
    secrets = [WORDS, draft.cookie, draft.code, str(draft.report_id), draft.receipt_code.grouped()]
    for secret in secrets:
        assert secret.encode() not in bytes(row) + bytes(sealed)
    assert expires.minute % 15 == expires.second == expires.microsecond == 0
    assert len(bytes(row)) == 32


def test_a_row_moved_under_another_cookie_does_not_open() -> None:
    mine, theirs = kept(), kept()
    first, second = rows()
    with connection.cursor() as cursor:
        for one, other in ((first, second), (second, first)):
            cursor.execute(
                'UPDATE intake_draft SET sealed = %s WHERE "row" = %s', [bytes(other[1]), bytes(one[0])]
            )
    with acting("public"):
        assert drafting.load(mine.cookie, at=now()) is None
        assert drafting.load(theirs.cookie, at=now()) is None


@pytest.mark.parametrize("hours", [1, 24])
def test_a_draft_ends_after_its_idle_hours(hours: int) -> None:
    draft, at = kept(keep_hours=hours), now()
    with acting("public"):
        assert drafting.load(draft.cookie, at=at + timedelta(hours=hours, minutes=-1)) is not None
        assert drafting.load(draft.cookie, at=at + timedelta(hours=hours, minutes=1)) is None
    ((_, _, expires),) = rows()
    # the row itself knows quarter hours only, and stays a little longer
    assert timedelta(0) <= expires - (at + timedelta(hours=hours)) <= timedelta(minutes=15)


def test_saving_again_starts_the_hour_again_and_keeps_one_row() -> None:
    draft, at = kept(), now()
    with acting("public"):
        drafting.save(draft, at=at + timedelta(minutes=50))
        assert drafting.load(draft.cookie, at=at + timedelta(minutes=100)) is not None
    assert len(rows()) == 1


def test_no_other_time_can_be_asked_for() -> None:
    draft = Draft(drafting.new_cookie(), keep_hours=9000)
    with acting("public"), pytest.raises(ValueError, match="not kept"):
        drafting.save(draft, at=now())
    assert rows() == []


def test_a_draft_has_a_bound() -> None:
    draft = kept()
    draft.answers = {"what": {"narrative": "x" * 700_000}}
    with acting("public"):
        with pytest.raises(ValueError, match="not kept"):
            drafting.save(draft, at=now())
        before = drafting.load(draft.cookie, at=now())
    assert before is not None
    assert before.answers == {"what": {"narrative": WORDS}}  # what was kept before stays


def test_sent_forgets_the_answers_and_keeps_the_code() -> None:
    draft = kept(notes={"language": "pl"})
    with acting("public"):
        drafting.mark_sent(draft, received_on="2026-11-25", at=now())
        again = drafting.load(draft.cookie, at=now())
    assert again is not None
    assert (again.sent, again.answers, again.notes, again.code) == (True, {}, {}, draft.code)


def test_discarding_is_at_once() -> None:
    draft = kept()
    with acting("public"):
        drafting.discard(draft.cookie, at=now())
        drafting.discard("nobody's", at=now())
    assert rows() == []


def test_hostile_words_come_back_as_they_were() -> None:
    words = "<svg onload=alert(1)> \u202egnp.exe \x1b[31m =cmd|' /C calc'!A0 \ud83d\ude00 " + "W" * 9000
    draft = kept()
    draft.answers = {"what": {"narrative": words}, "{{ 7*7 }}": {"__proto__": "%s%n"}}
    with acting("public"):
        drafting.save(draft, at=now())
        again = drafting.load(draft.cookie, at=now())
    assert again is not None
    assert again.answers == draft.answers
    assert json.dumps(again.answers) == json.dumps(draft.answers)


def test_a_draft_says_nothing_of_itself_in_a_log_line() -> None:
    draft = kept()
    for secret in (WORDS, draft.code, draft.cookie):
        assert secret not in repr(draft)


def test_a_draft_that_was_loaded_is_only_updated_and_never_over_a_newer_one() -> None:
    draft = kept()
    with acting("public"):
        first, second, third = (drafting.load(draft.cookie, at=now()) for _ in range(3))
        assert first
        assert second
        assert third
        for _ in range(2):  # what a request has saved itself is no change
            first.answers["what"] = {"narrative": "Newer"}
            drafting.save(first, at=now())
        with pytest.raises(DraftChanged):
            drafting.save(second, at=now())
        drafting.mark_sent(third, received_on="2026-11-25", at=now())
        with pytest.raises(DraftChanged):
            drafting.save(first, at=now())
        drafting.discard(draft.cookie, at=now())
        with pytest.raises(DraftChanged):
            drafting.save(first, at=now())
        with pytest.raises(DraftChanged):
            drafting.mark_sent(third, received_on="2026-11-25", at=now())
    assert rows() == []


def test_a_message_is_saved_over_an_older_one_and_never_after_the_visit() -> None:
    with acting("public"):
        cookie = drafting.open_visit(new_code(), at=now())
        drafting.save(drafting.written(cookie, at=now()), at=now())
        one, other = drafting.written(cookie, at=now()), drafting.written(cookie, at=now())
        drafting.save(one, at=now())
        drafting.save(other, at=now())
        last = drafting.written(cookie, at=now())
        drafting.end_visit(cookie, at=now())
        with pytest.raises(DraftChanged):
            drafting.save(last, at=now())
    assert rows() == []
