"""Law 5, by canaries: marked words, names, addresses and browsers go through both doors of the public process, also where
everything goes wrong. Afterwards no mark stands in any table, log, file, list of running statements or answer.

One day is lived through once, with everything really committed; each test then looks into one place.
"""

from __future__ import annotations

import io
import json
import logging
import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import DatabaseError, connection
from django.test import Client, override_settings

from heedline.casework.access import saved_forms, session
from heedline.casework.contact import messages
from heedline.casework.intake import page_counts
from heedline.casework.intake.rate_limit import CALLER, PACE
from heedline.casework.journey import transitions
from heedline.casework.pages import case_file
from heedline.casework.setup import stewardship
from heedline.config import quiet_logs
from tests.laws import thief
from tests.laws.committed import committed_house, superuser
from tests.laws.failing_database import against_a_rule, mishaps, refused_by, taken_away
from tests.sites.api.conftest import InAGroup
from tests.sites.public.walker import Walker
from tests.support import stories
from tests.support.acting import acting
from tests.support.cast import PASSWORD, House, now
from tests.support.database import cluster

#: Stands in whatever a person says: on the pages of their own draft it may be read again.
SAID = "Quinquereme-4711"
#: Stands in whatever a browser sends unasked or a program makes up: it may be read nowhere at all.
SENT = "Zibeline-0815"
#: Stands in fields that no form of ours has. What came with a form is shown back where it cannot be kept.
POSTED = "Tarantass-1492"
NAME = f"{SAID} Okonkwo"
PHONE = "07700 900846"
ADDRESS = "203.0.113.77"
BROWSER = {
    "user-agent": f"{SENT}/1.0 (Phone)",
    "x-forwarded-for": f"{ADDRESS}, 198.51.100.99",
    "x-real-ip": ADDRESS,
    "forwarded": f"for={ADDRESS};by={SENT}",
    "via": f"1.1 {SENT}",
    "from": f"{SENT}@example.org",
    "referer": f"http://testserver/{SENT}?q={SENT}",
    "accept-language": f"en, {SENT}",
}
UNASKED = [SENT, ADDRESS, "198.51.100.99"]
IN_CONFIDENCE = [SAID, POSTED, PHONE, PHONE.replace(" ", ""), "+447700900846"]


@dataclass
class Day:
    """What came of it: every answer, every log line, and what must not be found."""

    house: House
    folder: Path
    answers: list[tuple[str, Any]] = field(default_factory=list, repr=False)
    codes: list[str] = field(default_factory=list, repr=False)
    keys: list[str] = field(default_factory=list, repr=False)
    numbers: list[str] = field(default_factory=list, repr=False)
    logged: io.StringIO = field(default_factory=io.StringIO, repr=False)
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict, repr=False)
    statements: str = field(default="", repr=False)
    server_log: str = field(default="", repr=False)
    failures: int = 0

    @property
    def secrets(self) -> list[str]:
        spelled = [code.replace("-", "") for code in self.codes]
        return [*UNASKED, *IN_CONFIDENCE, *self.codes, *spelled, *self.keys, *self.numbers]


class Marked(Client):
    """A browser that tells all it knows, and remembers what it was answered."""

    def __init__(self, day: Day) -> None:
        super().__init__(
            enforce_csrf_checks=True, raise_request_exception=False, headers=BROWSER, REMOTE_ADDR=ADDRESS
        )
        caller = PACE.caller(ADDRESS)  # as the web application hands it on
        assert caller is not None
        self.defaults[CALLER] = caller
        day.numbers.append(caller.number.hex())
        self.day = day

    def request(self, **request: Any) -> Any:
        response = super().request(**request)
        self.day.answers.append((f"{request['REQUEST_METHOD']} {request['PATH_INFO']}", response))
        return response


# --- the day ------------------------------------------------------------------------------------------------------------


def walk(day: Day, db: psycopg.Connection[Any]) -> None:
    """Rosa at the pages: tells everything, is failed by the database, sends, comes back."""
    rosa = Walker()
    rosa.client = Marked(day)
    for name in ("hl_extra", "sessionid", settings.VISIT_COOKIE):
        rosa.client.cookies[name] = SENT
    rosa.tell(f"{SAID} narrative", place=f"{SAID} place")
    rosa.visit(f"/r/person/new/?q={SENT}")
    rosa.visit("/r/you/").press("Continue", who="confidence")
    rosa.press("Continue", name=NAME, ways=["phone"], phone=PHONE, times=f"{SAID} times")
    rosa.visit("/r/check/")
    assert rosa.html.count(SAID) >= 3, "the marks are really in the draft"
    check = rosa.page
    for mishap in mishaps(db):
        with mishap:
            rosa.page, rosa.at = check, "/r/check/"
            rosa.press("Send your report")
            assert rosa.at != "/code/", "nothing was acknowledged"
            day.failures += 1
    for mishap in (
        refused_by(db, "intake_draft"),
        against_a_rule(db, "intake_draft"),
        taken_away(db, "save_draft"),
    ):
        with mishap:
            rosa.visit("/r/what/").press("Continue", narrative=f"{SAID} changed")
            assert rosa.at != "/r/where/"
            day.failures += 1
    post_badly(day, rosa)
    rosa.visit("/r/check/").press("Send your report")
    code = rosa.shown_code()
    day.codes.append(code)
    rosa.press("I have saved my code")
    come_back(day, db, rosa, code)


def post_badly(day: Day, rosa: Walker) -> None:
    """Forms without a token, from elsewhere, too long, with fields that nobody asked for; addresses that lead nowhere."""
    token = rosa.visit("/r/what/").typed("csrfmiddlewaretoken")
    said = {"narrative": f"{SAID} unguarded", f"{POSTED}-field": POSTED}
    with acting("public"):
        post, get = rosa.client.post, rosa.client.get
        assert post("/r/what/", said).status_code == 403
        assert post("/r/what/", said | {"csrfmiddlewaretoken": SENT}).status_code == 403
        assert post("/r/what/", said | {"csrfmiddlewaretoken": token}, headers={"origin": f"http://{SENT}.example"}).status_code == 403  # fmt: skip
        assert post("/r/what/", said | {"csrfmiddlewaretoken": token}).status_code < 400
        assert post("/r/what/", {"narrative": POSTED * 30_000, "csrfmiddlewaretoken": token}).status_code in (
            400,
            413,
        )
        many = {f"{POSTED}{n}": POSTED for n in range(500)}
        assert post("/r/what/", many | {"csrfmiddlewaretoken": token}).status_code in (400, 413)
        body = f'--{SENT}\r\nContent-Disposition: form-data; name="x"; filename="{POSTED}"\r\n\r\n{POSTED}'
        post("/r/what/", body.encode(), content_type=f"multipart/form-data; boundary={SENT}")
        assert get(f"/{SENT}/").status_code == 404
        get(f"/r/{SENT}/")
        assert get(f"/r/what/?{SENT}={SENT}").status_code == 200
        elsewhere = {"host": f"{SENT}.example", "origin": "http://testserver"}
        assert post("/r/what/", said | {"csrfmiddlewaretoken": token}, headers=elsewhere).status_code >= 400
        get(f"/static/{SENT}.css")
        get(f"/r/person/{SENT}/remove/")


def come_back(day: Day, db: psycopg.Connection[Any], rosa: Walker, code: str) -> None:
    """A wrong code, an unknown one, the right one; a message that is refused and one that arrives."""
    rosa.visit("/messages/").press("Open", code=SAID)
    rosa.press("Open", code="0" * 22)
    rosa.press("Open", code=code)
    for mishap in (
        refused_by(db, "reports_message"),
        against_a_rule(db, "reports_sealed_header"),
        taken_away(db, "say"),
    ):
        with mishap:
            rosa.visit("/messages/open/").press("Send your message", danger="no", text=f"{SAID} message")
            assert rosa.at != "/messages/open/sent/"
            day.failures += 1
    rosa.visit("/messages/open/").press("Send your message", danger="no", text=f"{SAID} message")
    assert rosa.at == "/messages/open/sent/"


def programs(day: Day, db: psycopg.Connection[Any]) -> None:
    """The same by the API, with everything that JSON lets one get wrong."""
    alone, grouped = Marked(day), Marked(day)
    grouped.handler = InAGroup(grouped)  # type: ignore[assignment]

    def call(
        path: str,
        body: Any,
        *,
        key: str | None = None,
        kind: str = "application/json",
        client: Marked = alone,
    ) -> Any:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = {"Idempotency-Key": key} if key is not None else {}
        with acting("public"):
            return client.generic(
                "POST", f"/api/v1/{path}?{SENT}={SENT}", content, content_type=kind, headers=given
            )

    report = {
        "kind": "activity",
        "narrative": f"{SAID} narrative",
        "where": {"place": f"{SAID} place"},
        "you": {"who": "confidence"},
        "contact": {"name": NAME, "phone": PHONE},
    }
    day.keys.append(secrets.token_urlsafe(32))
    (key,) = day.keys
    for mishap in mishaps(db):
        with mishap:
            for client in (alone, grouped):
                assert call("reports", report, key=key, client=client).status_code == 503
                day.failures += 1
    answer = call("reports", report, key=key)
    assert answer.status_code == 201
    code = answer.json()["code"]
    day.codes.append(code)
    for client in (alone, grouped):
        other = {**report, "narrative": f"{SAID} other"}
        assert call("reports", other, key=key, client=client).status_code == 422
    day.keys.append(secrets.token_urlsafe(32))
    answer = call("reports", report, key=day.keys[-1], client=grouped)
    assert answer.status_code == 201
    day.codes.append(answer.json()["code"])
    assert call("reports", {**report, SENT: SENT}, key=key).status_code >= 400
    assert (
        call("reports", {**report, "where": {SENT: SENT}}, key=secrets.token_urlsafe(32)).status_code >= 400
    )
    assert call("reports", {**report, "kind": SENT}, key=secrets.token_urlsafe(32)).status_code >= 400
    assert call("reports", report, key=SENT).status_code >= 400
    assert call("reports", f'{{"narrative": "{SENT}"'.encode(), key=key).status_code >= 400
    assert call("reports", f'{{"{SENT}": 1, "{SENT}": 2}}'.encode(), key=key).status_code >= 400
    assert call("reports", f'"{SENT}\xff"'.encode("latin-1"), key=key).status_code >= 400
    assert call("reports", b"[" * 50_000 + SENT.encode(), key=key).status_code >= 400
    assert call("reports", SENT.encode() * 30_000, key=key).status_code == 413
    assert call("reports", report, key=key, kind=f"text/{SENT}").status_code >= 400
    assert call(SENT, report, key=key).status_code == 404
    assert call("mailbox", {"code": SENT}).status_code >= 400
    assert call("mailbox", {"code": code, SENT: SENT}).status_code >= 400
    message = {"code": code, "text": f"{SAID} message"}
    with refused_by(db, "reports_message"):
        assert call("mailbox/messages", message, key=key).status_code == 503
        day.failures += 1
    assert call("mailbox/messages", message, key=key).status_code == 201


def officers(day: Day, db: psycopg.Connection[Any]) -> None:
    """The office: an officer opens and writes, and is failed by the database while names and reasons are on their way."""
    at = now()
    ref = stories.new_report(narrative=f"{SAID} narrative", where={"postcode": stories.NORTH_EAST})
    stories.send(ref, at=at)
    day.codes.append(ref.code.symbols)
    finding = transitions.Assessment(False, f"{SAID} done", "low", f"{SAID} reason")
    with acting("office"):
        odile = day.house.sign_in("Odile", at=at)
        transitions.take(ref.report_id, by=odile, at=at)
        assert SAID in case_file.case_file(ref.report_id, by=odile, at=at).answers.narrative
    for mishap in (refused_by(db, "reports_step"), against_a_rule(db, "reports_sealed_payload")):
        with mishap, acting("office"):
            with pytest.raises(DatabaseError):
                transitions.assess(ref.report_id, finding, version=2, by=odile, at=at)
            with pytest.raises(DatabaseError):
                messages.ask(ref.report_id, f"{SAID} question", version=2, by=odile, at=at)
            day.failures += 2
    unit = day.house.officers["Odile"].organisation
    with acting("office"):
        transitions.assess(ref.report_id, finding, version=2, by=odile, at=at)
        saved_forms.hold_form(odile.officer_id, "/w/", {"reason": [f"{SAID} late"]}, at=at)
        for given in (
            {"email": "odile@unit.example", "name": NAME},
            {"email": f"{SENT}@example.org", "name": SAID * 20},
        ):
            with pytest.raises(DatabaseError) as quoted:
                stewardship.make_officer(
                    **given, organisation=unit, password=PASSWORD, hands=day.house.hands, at=at
                )
            # of a table with walls the database names the rule, and no value of the row that is there already
            assert "desks_officer_email_key" in str(quoted.value) or "too long" in str(quoted.value)
            day.failures += 1
        with connection.cursor() as cursor, pytest.raises(DatabaseError) as quoted:
            cursor.execute("SELECT %s::uuid", [SENT])
        assert SENT in str(quoted.value), "the database does quote what was sent"
        session.leave()


@pytest.fixture(scope="module")
def day(django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    folder = tmp_path_factory.mktemp("temporary")
    with (
        committed_house(django_db_blocker) as house,
        pytest.MonkeyPatch.context() as patch,
        superuser() as db,
    ):
        day = Day(house, folder)
        patch.setattr(tempfile, "tempdir", str(folder))
        patch.setattr(sys, "stderr", day.logged)
        log = cluster().data.parent / "server.log"
        before = len(log.read_bytes())
        with (
            logged_as_in_production(),
            override_settings(
                ROOT_URLCONF="heedline.config.urls_public",
                MIDDLEWARE=settings.PUBLIC_MIDDLEWARE,
                PAGES_DIR=folder / "pages",
                CSRF_FAILURE_VIEW="heedline.web.public.report.without_cookies.forgery_check_failed",
            ),
        ):
            walk(day, db)
            programs(day, db)
            officers(day, db)
            for counted in page_counts.COUNTS._held:  # as if it had been a busy day
                page_counts.COUNTS._held[counted] += 10
            with acting("public"):
                assert page_counts.flush() > 10
        day.tables = thief.tables(lambda sql: db.execute(sql).fetchall())  # type: ignore[arg-type]
        running = db.execute(
            "SELECT query FROM pg_stat_activity WHERE datname = current_database()"
        ).fetchall()
        day.statements = "\n".join(query for (query,) in running)
        day.server_log = log.read_bytes()[before:].decode("utf-8", "replace")
        yield day


@contextmanager
def logged_as_in_production() -> Iterator[None]:
    """What settings.LOGGING_CONFIG makes of logging, on the present standard error; pytest's own handlers come back."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    quiet_logs.configure({})
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)


# --- looking ------------------------------------------------------------------------------------------------------------


def test_the_day_was_as_bad_as_it_should_be(day: Day) -> None:
    """Failures really happened, and what was sent in the end really arrived: finding nothing then means something."""
    assert day.failures >= 20
    assert len(day.answers) > 80
    statuses = {response.status_code for _, response in day.answers}
    assert statuses >= {200, 201, 303, 400, 403, 404, 413, 422, 503}
    assert len(day.codes) == 4
    assert len(day.tables['public."reports_report"']) == 4
    assert len(day.tables['public."reports_message"']) == 2
    assert len(day.tables['public."intake_count"']) > 10


def test_no_table_has_a_mark(day: Day) -> None:
    wanted = {one for secret in day.secrets for one in thief.spellings(secret)}
    found = [
        (table, name)
        for table, rows in day.tables.items()
        for row in rows
        for name, value in row.items()
        for leaf in thief.leaves(value)
        if any(one in leaf for one in wanted)
    ]
    assert found == []


def test_no_file_has_a_mark(day: Day) -> None:
    """Pages to duty, temporary files: nothing was put on the disk at all, and what was has no mark."""
    loot = thief.Loot().take(day.folder)
    assert loot.holding(day.secrets) == []
    assert [name for name in loot.files if "/pages/" not in name] == []


def test_the_database_wrote_nothing_into_its_log(day: Day) -> None:
    assert thief.Loot({"server.log": day.server_log.encode()}).holding(day.secrets) == []
    assert "ERROR" not in day.server_log
    assert "DETAIL" not in day.server_log


def test_no_running_statement_has_a_mark(day: Day) -> None:
    assert day.statements
    assert thief.Loot({"statements": day.statements.encode()}).holding(day.secrets) == []


def test_no_log_line_has_a_mark(day: Day) -> None:
    logged = day.logged.getvalue()
    assert "the database did not store it" in logged, "the test would see it"
    assert thief.Loot({"log": logged.encode()}).holding(day.secrets) == []
    assert "refused:" not in logged
    assert "Failing row" not in logged


def test_no_answer_repeats_what_a_browser_sent_unasked(day: Day) -> None:
    for where, response in day.answers:
        answered = response.content + repr(sorted(response.headers.items())).encode()
        answered += repr(sorted(map(str, response.cookies.values()))).encode()
        for mark in (*UNASKED, *day.keys):
            assert mark.encode() not in answered, where


def test_only_the_pages_of_ones_own_draft_repeat_what_was_said(day: Day) -> None:
    for where, response in day.answers:
        for mark in IN_CONFIDENCE:
            assert mark not in repr(sorted(response.headers.items())), where
        own = where.startswith(("GET /r/", "POST /r/", "GET /messages/", "POST /messages/"))
        if not own or response.status_code in (400, 404, 413):
            for mark in IN_CONFIDENCE:
                assert mark.encode() not in response.content, where


def test_no_answer_has_a_word_of_the_database(day: Day) -> None:
    for where, response in day.answers:
        for word in (
            b"refused: (",
            b"Failing row",
            b"psycopg",
            b"Traceback",
            b"reports_receipt",
            b"permission denied",
        ):
            assert word not in response.content, where


def test_a_code_stands_on_its_own_page_and_nowhere_else(day: Day) -> None:
    for code in day.codes:
        for where, response in day.answers:
            shown = code in response.content.decode(errors="replace")
            assert not shown or where in {"GET /code/", "POST /code/check/", "POST /api/v1/reports"}, where
            assert code not in repr(sorted(response.headers.items()))
            assert code not in where
