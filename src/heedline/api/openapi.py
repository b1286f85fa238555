"""Builds the OpenAPI 3.1 document for the public API.

The request body of a report is derived from the pack's question sets, so the document cannot go out of
date.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from heedline.api import problems, reading
from heedline.intake.api_payload import INCIDENT_SLUG, LANGUAGE_TAG
from heedline.intake.questions import FieldKind, Question, QuestionSet, StepKind
from heedline.packs.rules.file_limits import FileLimits
from heedline.packs.urgency import DANGER_ANSWERS

type Json = dict[str, Any]

_CODE_EXAMPLE = "7Q2M-K9TD-3XAP-0WHE-5RJN-C6"


def document(
    sets: Mapping[str, QuestionSet], statuses: Sequence[str], *, longest_text: int, files: FileLimits
) -> Json:
    """Return the complete OpenAPI document.

    `sets` maps each kind of report to its question set. `statuses` lists the statuses that a reporter can be
    shown. `files` limits what may be sent with a report.
    """
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Heedline public intake API",
            "version": "1",
            "summary": "Send a report in confidence; come back with its code.",
            "description": (
                "No account, no cookie, nothing kept of where a call came from. In an emergency call the emergency "
                "number first: this API is no emergency service."
            ),
            "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
        },
        "servers": [{"url": "/api/v1"}],
        "security": [],
        "paths": {
            "/reports": {"post": _send(files)},
            "/mailbox": {"post": _read(statuses)},
            "/mailbox/messages": {"post": _write(longest_text)},
            "/openapi.json": {"get": _describe()},
        },
        "components": {
            "schemas": {
                "Report": {
                    "oneOf": [{"$ref": f"#/components/schemas/Report-{kind}"} for kind in sets],
                    "discriminator": {
                        "propertyName": "kind",
                        "mapping": {kind: f"#/components/schemas/Report-{kind}" for kind in sets},
                    },
                },
                **{f"Report-{kind}": _report(kind, qs) for kind, qs in sets.items()},
                "Problem": _problem(),
            },
            "parameters": {"IdempotencyKey": _key()},
        },
    }


def _send(files: FileLimits) -> Json:
    return {
        "operationId": "sendReport",
        "summary": "Send a report",
        "description": (
            "Answers 201 only when the report is sealed and durable. A retry with the same key and the same body gets "
            "the same answer and is never stored twice. The code is made from the key: whoever knows the key has the "
            "code, so treat it as a secret and do not keep it."
        ),
        "parameters": [{"$ref": "#/components/parameters/IdempotencyKey"}],
        "requestBody": _report_body(files),
        "responses": {
            "201": _json(
                "Stored.",
                _object(
                    {
                        "code": {
                            "type": "string",
                            "description": "The receipt code: the only way back to answers. It cannot be given again.",
                            "examples": [_CODE_EXAMPLE],
                        },
                        "received_on": {"type": "string", "format": "date"},
                    }
                ),
            ),
            **_problems(400, 408, 413, 415, 422, 429, 503),
        },
    }


def _read(statuses: Sequence[str]) -> Json:
    message = _object(
        {
            "id": {"type": "string", "format": "uuid"},
            "text": {"type": "string"},
            "sent_on": {"type": "string", "format": "date"},
            "verified": {"type": "boolean", "description": "Signed by an officer of this installation."},
            "translated": {
                "type": "boolean",
                "description": "A translator put it into the reporter's language.",
            },
        }
    )
    return {
        "operationId": "readMailbox",
        "summary": "Read messages with a code",
        "description": "The status and the messages that are new, never the report. One wrong letter or digit of the code is corrected.",
        "requestBody": _body(
            {
                "type": "object",
                "required": ["code"],
                "properties": {
                    "code": _typed_code(),
                    "seen": {
                        "type": "array",
                        "maxItems": reading.MOST_IDS,
                        "items": {"type": "string", "format": "uuid"},
                        "description": "Ids of messages that the reporter has read: they are not shown again.",
                    },
                },
                "additionalProperties": False,
            }
        ),
        "responses": {
            "200": _json(
                "What is there.",
                _object(
                    {
                        "status": {"enum": list(statuses)},
                        "received_on": {"type": "string", "format": "date"},
                        "withdraw_asked": {"type": "boolean"},
                        "messages": {"type": "array", "items": message},
                    }
                ),
            ),
            **_problems(400, 404, 408, 413, 415, 422, 503),
        },
    }


def _write(longest_text: int) -> Json:
    return {
        "operationId": "writeMessage",
        "summary": "Answer, or add something",
        "parameters": [{"$ref": "#/components/parameters/IdempotencyKey"}],
        "requestBody": _body(
            _object(
                {
                    "code": _typed_code(),
                    "text": {
                        "type": "string",
                        "minLength": 1,
                        "maxLength": longest_text,
                        # anything that `str.strip` keeps
                        "pattern": r"[^\s\u001c-\u001f\u0085]",
                    },
                    "danger": {
                        "enum": list(DANGER_ANSWERS),
                        "description": "Whether anyone is in danger now, or something is planned: all but `no` page the desk.",
                    },
                },
                optional=("danger",),
            )
        ),
        "responses": {
            "201": _json("Stored.", _object({"id": {"type": "string", "format": "uuid"}})),
            **_problems(400, 404, 408, 409, 413, 415, 422, 503),
        },
    }


def _describe() -> Json:
    return {
        "operationId": "describe",
        "summary": "This document",
        "responses": {"200": _json("OpenAPI 3.1.", {"type": "object"})},
    }


def _report(kind: str, qs: QuestionSet) -> Json:
    step_slug, field = qs.narrative
    account = qs.any_step(step_slug).field(field)
    properties: Json = {
        "kind": {"const": kind},
        "narrative": {
            "type": "string",
            "minLength": 1,
            "maxLength": account.limit,
            "description": "In any language.",
        },
        "language": {
            "type": "string",
            "pattern": f"^{LANGUAGE_TAG}$",
            "description": "Language tag of what is written, for example en or pl.",
        },
        "incident": {
            "type": "string",
            "pattern": f"^{INCIDENT_SLUG}$",
            "description": (
                "The last part of the address of an incident's form, if the report is about that incident. It counts while "
                "the form is open and asks for this kind of report. Otherwise the report is taken like any other."
            ),
        },
    }
    for step in qs.steps:
        beside = [question for question in step.fields if (step.slug, question.name) != qs.narrative]
        if step.kind is StepKind.QUESTIONS and beside:
            properties[step.slug] = {**_fields(beside), "description": step.title}
        elif step.kind is StepKind.LOOP:
            properties[step.slug] = {
                "type": "array",
                "maxItems": step.limit_items,
                "items": _fields(step.fields),
                "description": step.title,
            }
    return {
        "type": "object",
        "required": ["kind", *(["narrative"] if _needs_account(qs) else []), *_always_needed(qs)],
        "properties": properties,
        "additionalProperties": False,
        "description": "Leave out what you do not know. An answer that does not go with the others is refused.",
    }


def _needs_account(qs: QuestionSet) -> bool:
    """Return whether every report of this kind must include a free-text account."""
    slug, name = qs.narrative
    step = qs.any_step(slug)
    asked_for = slug in qs.api_needs and step.needed is not None and step.needed.holds({})
    return step.field(name).required or asked_for


def _always_needed(qs: QuestionSet) -> list[str]:
    """Return the slugs of the pages that are mandatory for every report of this kind.

    Pages that depend on other answers are not included.
    """
    return [
        step.slug
        for step in qs.steps
        if (step.contact or step.private or step.slug in qs.api_needs)
        and step.applies is None
        and step.needed is not None
        and step.needed.holds({})
        and step.slug != qs.narrative[0]
    ]


def _fields(questions: Sequence[Question]) -> Json:
    return {
        "type": "object",
        "properties": {question.name: _field(question) for question in questions},
        "additionalProperties": False,
    }


def _field(question: Question) -> Json:
    words = {"description": question.label}
    if question.kind is FieldKind.CHOICE:
        return {"enum": [choice.value for choice in question.choices], **words}
    if question.kind is FieldKind.CHOICES:
        values = [choice.value for choice in question.choices]
        return {"type": "array", "uniqueItems": True, "items": {"enum": values}, **words}
    if question.kind is FieldKind.DATE:
        parts = {
            "year": {"type": "integer"},
            "month": {"type": "integer", "minimum": 1, "maximum": 12},
            "day": {"type": "integer", "minimum": 1, "maximum": 31},
        }
        return {
            "type": "object",
            "required": ["year"],
            "properties": parts,
            "additionalProperties": False,
            **words,
        }
    return {"type": "string", "maxLength": question.limit, **words}


def _problem() -> Json:
    pointer = {
        "type": "string",
        "description": "Which part of the body: a JSON pointer made of known names only.",
    }
    return {
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"enum": [kind.uri for kind in problems.ALL]},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string", "description": "Never repeats anything that was sent."},
            "errors": {"type": "array", "items": _object({"pointer": pointer, "detail": {"type": "string"}})},
        },
        "additionalProperties": False,
    }


def _key() -> Json:
    return {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "description": (
            "At least 128 random bits, made anew each time by a secure generator: 22 or more of A-Z a-z 0-9 - _, or "
            "32 or more hexadecimal digits. No UUID: it has too few random bits."
        ),
        "schema": {"type": "string", "pattern": _strong_key()},
    }


def _strong_key() -> str:
    """Return a regular expression that matches strong idempotency keys (`reading.is_strong`).

    They are long enough, are no UUID or short hexadecimal number, and have eight different characters. For
    the last condition, each step looks for the next character that has not occurred before.
    """
    sign, seen = "[A-Za-z0-9_-]", ""
    different = ""
    for number in range(1, reading.FEWEST_DIFFERENT + 1):
        different += f"(?:{seen})*(?!{seen})({sign})" if seen else f"({sign})"
        seen = f"{seen}|\\{number}" if seen else f"\\{number}"
    uuid = "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"
    short = "(?:-*[0-9A-Fa-f]){0,31}-*$"
    return f"^(?!{uuid})(?!{short})(?={different}){sign}{{22,128}}$"


def _typed_code() -> Json:
    return {
        "type": "string",
        "maxLength": 200,
        "pattern": reading.CODE_FORM.pattern,
        "examples": [_CODE_EXAMPLE],
    }


def _object(properties: Json, *, optional: Sequence[str] = ()) -> Json:
    return {
        "type": "object",
        "required": [name for name in properties if name not in optional],
        "properties": properties,
        "additionalProperties": False,
    }


def _body(schema: Json) -> Json:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _report_body(files: FileLimits) -> Json:
    """Return the request body for submitting a report, as JSON alone or as multipart with files."""
    report = {"$ref": "#/components/schemas/Report"}
    body = _body(report)
    body["content"]["multipart/form-data"] = {
        "schema": {
            "type": "object",
            "required": ["report"],
            "properties": {
                "report": report,
                "files": {
                    "type": "array",
                    "maxItems": files.most,
                    "items": {"type": "string", "contentMediaType": "application/octet-stream"},
                    "description": (
                        f"Files of at most {files.size} bytes each, for reports of these kinds: "
                        f"{', '.join(files.kinds)}. Their types are decided from their content. A retry sends them again. "
                        "The body must arrive within a quarter of an hour, at 64 KiB a second or faster."
                    ),
                },
            },
            "additionalProperties": False,
        },
        "encoding": {"report": {"contentType": "application/json"}},
    }
    return body


def _json(description: str, schema: Json) -> Json:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


_SECONDS = {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}


#: Statuses whose answers say in `Retry-After` how long to wait.
_WITH_A_WAIT = {problems.SLOWER.status, problems.NOT_NOW.status}


def _problems(*statuses: int) -> Json:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        str(status): {
            "description": " Or: ".join(f"{kind.title}." for kind in problems.ALL if kind.status == status),
            "content": {problems.MEDIA_TYPE: {"schema": schema}},
            **({"headers": {"Retry-After": _SECONDS}} if status in _WITH_A_WAIT else {}),
        }
        for status in sorted(statuses)
    }
