"""Law 5 and §9: what a reporter types, and what their browser sends along, stands nowhere in the clear, also when all goes wrong.

Marked words travel the real sites and the API on a database that commits; inserts are made to fail with the row in the
error's text. Afterwards no mark stands in a table, the database server's log, a process's log, a mail, a file or a page.
"""

from __future__ import annotations

import io
import json
import logging
import secrets
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings

from heedline.casework import arrivals, attendance, conversation, drafting, duty, journey
from heedline.casework.reading import QueueView, queue
from heedline.config.quiet_logs import NothingPersonal
from heedline.dispatch.chain import Deadlines
from heedline.launch import places
from heedline.vault.codes import parse
from tests.acting import acting
from tests.casework.people import People, row
from tests.cast import now
from tests.database import cluster
from tests.house import thief
from tests.house.committed import committed_house, superuser
from tests.site_client import SiteClient
from tests.sites.reporter.walker import Walker


def _mark(name: str) -> str:
    return f"Q{name}{secrets.token_hex(8)}z"


@dataclass
class Scene:
    """The house, Rosa's browser with its marks, and everything that was written down meanwhile."""

    people: People
    db: psycopg.Connection[Any]
    said: io.StringIO
    pages: Path
    began: float
    log_from: int
    marks: dict[str, str] = field(default_factory=dict)
    codes: list[str] = field(default_factory=list)
    answers: list[bytes] = field(default_factory=list)

    def mark(self, name: str) -> str:
        return self.marks.setdefault(name, _mark(name))

    def browser(self) -> dict[str, Any]:
        """What Rosa's browser sends along with every request."""
        return {
            "headers": {
                "User-Agent": f"Mozilla/5.0 {self.mark('agent')}",
                "Referer": f"http://testserver/{self.mark('referer')}/",
                "X-Forwarded-For": "2001:db8:77aa:66bb::1",
                "X-Real-IP": "203.0.113.77",
                "Accept-Language": self.mark("tongue"),
            },
            "REMOTE_ADDR": "203.0.113.77",
        }

    def rosa(self) -> Walker:
        walker = Walker()
        walker.client = SiteClient("public", **self.browser())
        return walker

    def api(self, path: str, body: Any, **headers: str) -> Any:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        browser = self.browser()
        browser["headers"] |= headers
        client = SiteClient("public", **browser)
        return client.post(f"/api/v1/{path}", content, content_type="application/json")

    def secrets(self) -> list[str]:
        return [*self.marks.values(), *self.codes, "2001:db8:77aa:66bb", "203.0.113.77"]

    def report(self) -> dict[str, Any]:
        """A report in which every box is marked, the reporter's name too."""
        return {
            "kind": "activity",
            "narrative": f"I saw {self.mark('narrative')} at the gate three nights in a row.",
            "where": {"place": self.mark("place"), "postcode": "NE1 4ST"},
            "people": {"known": "yes"},
            "person": [{"name": self.mark("person"), "looks": self.mark("looks")}],
            "you": {"who": "confidence"},
            "contact": {"name": self.mark("name"), "phone": "07700 900123"},
        }


@pytest.fixture
def scene(django_db_blocker: Any, tmp_path: Path, settings: Any) -> Iterator[Scene]:
    settings.PAGES_DIR = tmp_path / "pages"
    settings.MAILERS = {"default": {"BACKEND": "heedline.dispatch.folder.FolderMail"}}
    settings.ROOT_URLCONF = "heedline.config.urls_public"
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    handler.setFormatter(NothingPersonal())
    logging.getLogger().addHandler(handler)
    place = places.recorded(cluster().home)
    assert place is not None
    size = place.log.stat().st_size
    try:
        with committed_house(django_db_blocker) as house, superuser() as db:
            yield Scene(People(house, now()), db, said, tmp_path, time.time(), size)
    finally:
        logging.getLogger().removeHandler(handler)


def all_of_it(scene: Scene) -> None:
    """Everything that a reporter and a desk do with words."""
    people = scene.people
    # by the pages: sent, looked at, written to; and one draft that stays
    rosa = scene.rosa()
    shown = rosa.send(f"Nobody else knows of {scene.mark('web')} but me.")
    scene.codes += [shown, shown.replace("-", "")]
    scene.rosa().tell(f"Not finished: {scene.mark('draft')} came back.")
    # by the API: every box
    key = secrets.token_urlsafe(32)
    answer = scene.api("reports", scene.report(), **{"Idempotency-Key": key})
    assert answer.status_code == 201, answer.content
    code = answer.json()["code"]
    scene.codes += [code, code.replace("-", ""), key]
    assert scene.api("mailbox", {"code": code}).status_code == 200
    scene.api("mailbox/messages", {"code": code, "text": scene.mark("answer"), "id": str(uuid4())})
    # somebody in danger: this one pages
    urgent = scene.report() | {"now": {"danger": "yes"}}
    answer = scene.api("reports", urgent, **{"Idempotency-Key": secrets.token_urlsafe(32)})
    assert answer.status_code == 201, answer.content
    scene.codes.append(answer.json()["code"])
    with acting("worker"):
        duty.drain(now())
        duty.page_round(now(), 1.0, Deadlines())
    # the desk: everything that an officer writes
    with people.sitting("Odile") as odile:
        refs = [line.ref for line in queue(by=odile, at=now(), view=QueueView()).lines]
        assert refs
        journey.take(refs[0], by=odile, at=now())
        conversation.ask(refs[0], scene.mark("question"), version=2, by=odile, at=now())
        finding = journey.Finding(False, scene.mark("done"), "low", scene.mark("reason"))
        journey.assess(refs[0], finding, version=3, by=odile, at=now())
        journey.hand_over(refs[0], "south-west", scene.mark("because"), version=4, by=odile, at=now())
        attendance.hold_form(odile.officer_id, "/w/", {"reason": [scene.mark("late")]}, at=now())
    assert people.read(refs[0], "Otto").stage == "waiting"
    with acting("public"):
        parsed = parse(code)
        conversation.visit(parsed, at=now())
        visit = drafting.open_visit(parsed, at=now())
        assert drafting.visit_code(visit, at=now()) == parsed
    scene.codes.append(visit)
    with acting("worker"):
        duty.drain(now())
        duty.watch_clocks(now())
        duty.page_round(now(), 1.0, Deadlines())
        duty.settle_alarms(now())
        arrivals.settle(now())


def in_the_tables(scene: Scene, wanted: list[str]) -> list[tuple[str, str]]:
    """Table and secret, wherever a secret stands in a value, in whatever spelling; columns of bytes are looked into."""
    spelled = [(secret, one) for secret in wanted for one in thief.spellings(secret)]
    found = []
    for table, rows in thief.tables(lambda sql: scene.db.execute(sql).fetchall()).items():  # type: ignore[arg-type]
        content = b"\n".join(leaf for one in rows for value in one.values() for leaf in thief.leaves(value))
        found += [(table, secret) for secret, one in spelled if one in content]
    return found


def written_down(scene: Scene) -> dict[str, bytes]:
    """The logs, the mails and pages to duty, and every file that came to be meanwhile."""
    place = places.recorded(cluster().home)
    assert place is not None
    found = {"a process's log": scene.said.getvalue().encode()}
    found["the database's log"] = place.log.read_bytes()[scene.log_from :]
    folders = [scene.pages, Path(str(settings.HOME))]
    for path in [*Path(tempfile.gettempdir()).glob("*"), *(p for f in folders for p in f.rglob("*"))]:
        try:
            if (
                path.is_file()
                and path.stat().st_mtime >= scene.began - 1
                and path.stat().st_size < 20_000_000
            ):
                found[str(path)] = path.read_bytes()
        except OSError:
            continue  # another program's, or gone
    return found


def nothing_shows(scene: Scene) -> None:
    wanted = scene.secrets()
    assert in_the_tables(scene, wanted) == []
    spelled = [(secret, one) for secret in wanted for one in thief.spellings(secret)]
    for name, content in written_down(scene).items():
        assert [secret for secret, one in spelled if one in content] == [], name


def test_the_search_finds_what_is_there(scene: Scene) -> None:
    """Officers' names stand in the clear: a search that misses them would prove nothing."""
    assert ('public."desks_officer"', "Odile O.") in in_the_tables(scene, ["Odile O."])
    officer = scene.people.house.officers["Odile"].id
    assert any(table == 'public."audit_event"' for table, _ in in_the_tables(scene, [str(officer)]))
    logging.getLogger("heedline.test").warning("a mark in our own words: Zinnober")
    assert b"Zinnober" in written_down(scene)["a process's log"]


def test_no_mark_stands_anywhere_after_everything_went_right(scene: Scene) -> None:
    all_of_it(scene)
    assert list((scene.pages / "pages").glob("*.eml")), "nobody was paged: the mails were not tried"
    nothing_shows(scene)


FAILURES = {
    "the report": "reports_report",
    "what is sealed": "reports_sealed_payload",
    "its header": "reports_sealed_header",
    "the receipt": "reports_receipt",
    "the letter": "dispatch_outbox",
}


@pytest.mark.parametrize("what", FAILURES)
def test_no_mark_stands_anywhere_when_storing_fails(scene: Scene, what: str) -> None:
    """The error carries the whole row and comes from inside the database."""
    rosa = scene.rosa().tell(f"When it fails, {scene.mark('web')} is still mine.")
    scene.db.execute(
        "CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS $$"
        " BEGIN RAISE EXCEPTION 'no: % %', NEW, row_to_json(NEW)::text; END $$"
    )
    scene.db.execute("GRANT EXECUTE ON FUNCTION public.refuse() TO heedline_door")
    scene.db.execute(
        f"CREATE TRIGGER refuse BEFORE INSERT ON {FAILURES[what]} FOR EACH ROW EXECUTE FUNCTION public.refuse()"  # type: ignore[arg-type]
    )
    rosa.press("Send your report")
    assert rosa.status == 503
    assert scene.marks["web"] not in rosa.html
    answer = scene.api("reports", scene.report(), **{"Idempotency-Key": secrets.token_urlsafe(32)})
    assert answer.status_code == 503
    for mark in scene.secrets():
        assert mark.encode() not in answer.content
    assert scene.db.execute("SELECT count(*) FROM reports_report").fetchone() == (0,)
    scene.db.execute(f"DROP TRIGGER refuse ON {FAILURES[what]}")  # type: ignore[arg-type]
    nothing_shows(scene)
    rosa.visit("/r/check/")  # the draft has survived, and goes this time
    assert scene.marks["web"] in rosa.main
    rosa.press("Send your report")
    assert scene.db.execute("SELECT count(*) FROM reports_report").fetchone() == (1,)


def test_no_mark_stands_anywhere_when_the_door_is_shut(scene: Scene) -> None:
    """Every function of the door refuses: the permission's own error names it, and nothing else does."""
    rosa = scene.rosa().tell(f"The door is shut on {scene.mark('web')} tonight.")
    scene.db.execute("REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA door FROM heedline_public")
    rosa.press("Send your report")
    assert rosa.status >= 500
    assert scene.marks["web"] not in rosa.html
    for path, body in (
        ("reports", scene.report()),
        ("mailbox", {"code": "7Q2M-K9TD-3XAP-0WHE-5RJN-C6", scene.mark("key"): 1}),
    ):
        scene.answers.append(scene.api(path, body, **{"Idempotency-Key": secrets.token_urlsafe(32)}).content)
    for content in scene.answers:
        assert [mark for mark in scene.secrets() if mark.encode() in content] == []
    nothing_shows(scene)


def test_requests_that_make_no_sense_are_not_repeated_anywhere(scene: Scene) -> None:
    """Broken JSON, keys and addresses that were made up, no token, too much of it: marked, every one."""
    mark = scene.mark("broken")
    calls: list[tuple[str, Any, dict[str, str]]] = [
        ("reports", f'{{"narrative": "{mark}'.encode(), {}),
        ("reports", {mark: mark, "kind": mark, "narrative": [mark]}, {}),
        (
            "reports",
            {"kind": "activity", "narrative": mark, "where": {mark: mark}},
            {"Idempotency-Key": mark},
        ),
        ("reports", {"kind": "activity", "narrative": mark * 20_000}, {}),
        ("reports", b"\xff\xfe" + mark.encode("utf-16-le"), {}),
        ("mailbox", {"code": mark}, {}),
        ("mailbox/messages", {"code": mark, "text": mark}, {}),
        (mark, {}, {}),
    ]
    for path, body, headers in calls:
        answer = scene.api(path, body, **headers)
        assert 400 <= answer.status_code < 500, path
        assert mark.encode() not in answer.content, path
    client = SiteClient("public", **scene.browser())
    for path in (f"/{mark}/", f"/r/{mark.lower()}/", f"/r/what/?next={mark}", f"/messages/open/?code={mark}"):
        assert mark.encode() not in client.get(path).content, path
        # no token: refused; the page gives whoever typed it their own words back, to try again
        assert client.post(path, {mark: mark, "narrative": mark}).status_code in {403, 404}, path
    client.cookies[settings.DRAFT_COOKIE] = mark
    client.cookies["csrftoken"] = mark
    client.get("/r/what/")
    nothing_shows(scene)


def test_a_receipt_code_is_only_where_its_owner_sees_it(scene: Scene) -> None:
    rosa = scene.rosa()
    code = rosa.send(f"The code of {scene.mark('web')} is mine alone.")
    scene.codes += [code, code.replace("-", "")]
    assert rosa.shown_code() == code
    assert code not in str(rosa.response.headers)
    assert code.replace("-", "") not in str(rosa.response.headers)
    assert all(code not in path and code.replace("-", "") not in path for path in rosa.been)
    for cookie in rosa.client.cookies.values():
        assert code.replace("-", "") not in cookie.value
    nothing_shows(scene)


def test_what_is_opened_is_what_was_sent(scene: Scene) -> None:
    """The counterpart: the marks were really sent, and the desk really reads them."""
    scene.api("reports", scene.report(), **{"Idempotency-Key": secrets.token_urlsafe(32)})
    ((ref,),) = scene.db.execute("SELECT id FROM reports_report").fetchall()
    file = scene.people.read(ref)
    assert scene.marks["narrative"] in file.narrative
    assert scene.marks["person"] in str([one.rows for one in file.told])
    assert scene.marks["name"] not in repr(file.told) + file.narrative  # the name is in another container
    assert row(ref).desk.code == "north-east"
