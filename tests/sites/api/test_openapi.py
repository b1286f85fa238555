"""The OpenAPI document against what really happens: every documented status is reached, every answer fits its schema."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import RequestFactory
from jsonschema_rs import Draft202012Validator, meta

from heedline.api import reading
from heedline.api.problems import ALL, ApiProblem
from heedline.casework.intake.rate_limit import CALLER, PACE
from heedline.reports.models import Message
from heedline.vault.codes import new_code
from tests.sites.api.conftest import ON_DJANGOS_WAY, Program
from tests.sites.api.test_reports import REPORT
from tests.sites.public.mishaps import database_away

type Document = dict[str, Any]
#: The most messages that a desk accepts for one report (`door.say`).
MOST_MESSAGES = 200
DRAFT = "https://json-schema.org/draft/2020-12/schema"


@pytest.fixture
def document(program: Program) -> Document:
    """The document as it is served."""
    answer = program.call("GET", "openapi.json")
    assert answer.status_code == 200
    found: Document = answer.json()
    return found


def fits(document: Document, schema: Document, value: Any) -> list[str]:
    """What is wrong with `value`; nothing when it fits."""
    whole = {**schema, "components": document["components"]}
    return [error.message for error in Draft202012Validator(whole).iter_errors(value)]


@ON_DJANGOS_WAY
def test_every_schema_is_one_and_every_reference_leads_somewhere(document: Document) -> None:
    assert document["openapi"].startswith("3.1.")
    for schema in document["components"]["schemas"].values():
        meta.validate({**schema, "$schema": DRAFT})
    for reference in references(document):
        found: Any = document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]


def references(node: Any) -> list[str]:
    """Every `$ref` in the document."""
    if isinstance(node, dict):
        own = [node["$ref"]] if "$ref" in node else []
        return own + [one for value in node.values() for one in references(value)]
    return [one for value in node for one in references(value)] if isinstance(node, list) else []


def test_the_body_of_a_report_is_described_as_it_is_taken(program: Program, document: Document) -> None:
    schema = document["paths"]["/reports"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    everything = {
        **REPORT,
        "language": "en",
        "now": {"danger": "not_sure"},
        "where": {"when": "today", "date": {"year": 2026, "month": 3}, "around": "noon"},
        "vehicle": [{"registration": "AB12CDE"}],
        "know": {"know": ["saw"], "guess": "no"},
        "you": {"who": "confidence"},
        "contact": {"name": "Nina R.", "ways": ["email"], "email": "nina@example.org"},
    }
    assert not fits(document, schema, everything)
    assert program.post("reports", everything).status_code == 201, program.post("reports", everything).content
    for wrong in (
        {"narrative": 1},
        {"unknown": 1},
        {"where": {"when": "never"}},
        {"what": {"narrative": "x"}},
        {"language": "English"},
        {"language": "en\n"},
    ):
        assert fits(document, schema, {**REPORT, **wrong})
        assert program.post("reports", {**REPORT, **wrong}).status_code == 422


def test_what_a_kind_cannot_do_without_is_described_as_it_is_asked_for(
    program: Program, document: Document
) -> None:
    for name, schema in document["components"]["schemas"].items():
        if not name.startswith("Report-"):
            continue
        answer = program.post("reports", {"kind": name.removeprefix("Report-")})
        assert answer.status_code == 422
        asked = {error["pointer"].removeprefix("/") for error in answer.json()["errors"]}
        assert asked == set(schema["required"]) - {"kind"}, name


def test_every_documented_status_is_reached_and_every_answer_fits(
    program: Program, document: Document
) -> None:
    code = program.post("reports", REPORT).json()["code"]
    message = {"code": code, "text": "The left one."}
    nobody = {"code": new_code().grouped(), "text": "x"}
    big = b'"' + b"x" * 300_000 + b'"'
    calls: dict[tuple[str, str], dict[int, Callable[[], Any]]] = {
        ("/reports", "post"): {
            201: lambda: program.post("reports", REPORT),
            400: lambda: program.post("reports", REPORT, key="weak"),
            408: lambda: program.post("reports", REPORT, refused=408),
            413: lambda: program.post("reports", big),
            415: lambda: program.post("reports", REPORT, kind="multipart/form-data; boundary=x"),
            422: lambda: program.post("reports", {}),
            429: lambda: from_a_flooded_place(program),
            503: lambda: without_database(lambda: program.post("reports", REPORT)),
        },
        ("/mailbox", "post"): {
            200: lambda: program.post("mailbox", {"code": code}),
            400: lambda: program.post("mailbox", b"{"),
            404: lambda: program.post("mailbox", {"code": nobody["code"]}),
            408: lambda: program.post("mailbox", {"code": code}, refused=408),
            413: lambda: program.post("mailbox", big),
            415: lambda: program.post("mailbox", {"code": code}, kind="text/plain"),
            422: lambda: program.post("mailbox", {}),
            503: lambda: without_database(lambda: program.post("mailbox", {"code": code})),
        },
        ("/mailbox/messages", "post"): {
            201: lambda: program.post("mailbox/messages", message),
            400: lambda: program.post("mailbox/messages", message, key=""),
            404: lambda: program.post("mailbox/messages", nobody),
            409: lambda: until_there_is_no_room(program, code),
            408: lambda: program.post("mailbox/messages", message, refused=408),
            413: lambda: program.post("mailbox/messages", big),
            415: lambda: program.post("mailbox/messages", message, kind="text/plain"),
            422: lambda: program.post("mailbox/messages", {}),
            503: lambda: without_database(lambda: program.post("mailbox/messages", message)),
        },
        ("/openapi.json", "get"): {200: lambda: program.call("GET", "openapi.json")},
    }
    documented = {
        (path, method): set(map(int, operation["responses"]))
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }
    assert documented == {where: set(statuses) for where, statuses in calls.items()}
    for (path, method), statuses in calls.items():
        if path != "/reports" and program.way != "django":
            continue  # handled in the same way for all three
        for status, call in statuses.items():
            answer = call()
            assert answer.status_code == status, (path, status, answer.content)
            content = document["paths"][path][method]["responses"][str(status)]["content"]
            assert answer["Content-Type"] in content
            assert not fits(document, content[answer["Content-Type"]]["schema"], answer.json())


def from_a_flooded_place(program: Program) -> Any:
    """A report from an address that has sent its burst."""
    where = {CALLER: PACE.caller("203.0.113.90")}
    while PACE.wait(where[CALLER], uuid4()) == 0:
        pass
    program.client.defaults |= where
    try:
        return program.post("reports", REPORT)
    finally:
        del program.client.defaults[CALLER]


@ON_DJANGOS_WAY
def test_every_kind_of_problem_is_listed(document: Document) -> None:
    listed = document["components"]["schemas"]["Problem"]["properties"]["type"]["enum"]
    assert listed == [kind.uri for kind in ALL]
    assert len(set(listed)) == len(listed)


def without_database(call: Callable[[], Any]) -> Any:
    """The call while the database does not answer."""
    with database_away():
        return call()


def until_there_is_no_room(program: Program, code: str) -> Any:
    """Send one message more than the desk accepts. All but the last two are inserted as rows."""
    sent = Message.objects.filter(from_us=False)
    one = sent[0]
    Message.objects.bulk_create(
        Message(report_id=one.report_id, from_us=False, container=uuid4(), slot=one.slot, sent_on=one.sent_on, position=n)
        for n in range(1000, 1000 + MOST_MESSAGES - 1 - sent.count())
    )  # fmt: skip
    last, refused = (
        program.post("mailbox/messages", {"code": code, "text": f"Message {n}"}) for n in range(2)
    )
    assert (last.status_code, sent.count()) == (201, MOST_MESSAGES)
    return refused


@ON_DJANGOS_WAY
def test_the_pattern_of_a_key_takes_what_the_program_takes(document: Document) -> None:
    pattern = re.compile(document["components"]["parameters"]["IdempotencyKey"]["schema"]["pattern"])
    chance = random.Random(7)
    signs, hexadecimal = "ABCDEFGHabcdefgh0123456789-_", "0123456789abcdef-"
    taken = 0
    for _ in range(3000):
        few = "".join(chance.sample(signs, chance.randint(1, 12)))
        key = "".join(
            chance.choice(chance.choice([few, few, hexadecimal])) for _ in range(chance.randint(18, 60))
        )
        for one in (key, str(UUID(int=chance.getrandbits(128)))):
            assert bool(pattern.fullmatch(one)) == is_taken(one), one
            taken += is_taken(one)
    assert taken > 1000


def is_taken(key: str) -> bool:
    try:
        reading.idempotency_key(RequestFactory().post("/", headers={"Idempotency-Key": key}))
    except ApiProblem:
        return False
    return True


@ON_DJANGOS_WAY
def test_the_schema_refuses_the_same_blank_messages_as_the_program(document: Document) -> None:
    body = document["paths"]["/mailbox/messages"]["post"]["requestBody"]["content"]["application/json"][
        "schema"
    ]
    pattern = body["properties"]["text"]["pattern"]
    schema = Draft202012Validator({"pattern": pattern})
    characters = [chr(code) for code in range(0x3001) if not 0xD800 <= code < 0xE000]
    assert [one for one in characters if schema.is_valid(one) != bool(one.strip())] == []
