"""Views for the public API.

Each view reads the request within limits, makes one casework call and responds. No view reads a cookie.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache, wraps
from typing import Any

from django.conf import settings
from django.db import Error as StoreAway
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from heedline.api import openapi, problems, reading
from heedline.api.incoming import FILES, SentFiles
from heedline.api.problems import ApiProblem
from heedline.casework.attachments import taking
from heedline.casework.contact import messages as contact_messages
from heedline.casework.errors import CodeUnknown, Conflict, NoRoom, SealingStopped
from heedline.casework.intake import open_incidents
from heedline.casework.intake import receipt_codes as codes
from heedline.casework.intake.rate_limit import CALLER, PACE
from heedline.casework.journey import submission
from heedline.casework.journey.submission import Accepted, SealedReport
from heedline.casework.keys import directory as key_directory
from heedline.casework.report import sealing
from heedline.intake.api_payload import RejectedPayload, from_api
from heedline.intake.question_files import load_question_set
from heedline.intake.questions import QuestionSet
from heedline.packs import load_pack
from heedline.packs.urgency import DANGER_ANSWERS, Urgency
from heedline.web.declared import Audience, open_to

_SLOWER = (
    "Nothing was stored yet. Send the same again with the same key after the seconds in Retry-After. Each process of "
    "this service may ask for that once; then it goes through. A report that says that somebody is in danger never waits."
)

#: Key of the WSGI environment: the `GroupedReport` of this request, if it has one.
GROUPED = "heedline.grouped_report"

type ApiView = Callable[[HttpRequest], HttpResponse]

_AGAIN = "Take it as not sent. Send the same again with the same key: it is never stored twice."


def offered(method: str) -> Callable[[ApiView], Callable[..., HttpResponseBase]]:
    """Return a decorator for a public API view that accepts only `method`.

    The view is open to everyone and exempt from the CSRF check, because no cookie is read. Problems are
    returned as problem documents.
    """

    def dress(view: ApiView) -> Callable[..., HttpResponseBase]:
        @csrf_exempt
        @open_to(Audience.EVERYONE)
        @wraps(view)
        def dressed(request: HttpRequest) -> HttpResponse:
            if request.method != method:
                response = problems.problem_page(ApiProblem(problems.METHOD, f"Use {method}."))
                response["Allow"] = method
                return response
            try:
                reading.whole(request)
                return view(request)
            except ApiProblem as problem:
                return problems.problem_page(problem)
            except CodeUnknown:
                return problems.problem_page(
                    ApiProblem(problems.UNKNOWN_CODE, "Check the code, or send a new report.")
                )
            except NoRoom:
                return problems.problem_page(
                    ApiProblem(problems.NO_ROOM, "Wait until the desk has read some of them.")
                )
            except Conflict:
                return problems.problem_page(
                    ApiProblem(problems.OTHER_BODY, "The first body stands. Use a new key.")
                )
            except (SealingStopped, StoreAway):
                return problems.problem_page(ApiProblem(problems.NOT_NOW, _AGAIN))

        return dressed

    return dress


class GroupedReport:
    """A report that is stored in a batch with those of other requests (`gateway.intake_together`).

    Once it is sealed, the request has an answer that may be sent only when the report is on disk.
    """

    sealed: SealedReport | None = None
    _outcome: Accepted | Exception | None = None

    def store(self) -> Accepted:
        """Store the sealed report on its own, once. Later calls return the same result or raise the same error."""
        if self._outcome is None:
            if self.sealed is None:
                raise SealingStopped
            try:
                self._outcome = submission.store(self.sealed)
            except Exception as problem:
                self._outcome = problem
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return self._outcome


@offered("POST")
def reports(request: HttpRequest) -> HttpResponse:
    """Accept one report, with or without files, and return 201 with its receipt code.

    A retry with the same idempotency key and the same body receives the same response. If the request carries a
    `GroupedReport`, the first call seals the report and leaves storing it to the caller, and a second call stores it.
    """
    key = reading.idempotency_key(request)
    code = codes.code_from_key(key, installation=settings.INSTALLATION)
    sent, grouped = request.META.get(FILES), request.META.get(GROUPED)
    if isinstance(grouped, GroupedReport) and grouped.sealed is not None:
        return _taken(code, grouped.store().received_on)
    if isinstance(sent, SentFiles) and sent.problem is not None:
        raise sent.problem
    new, at = _read(request, key, code)
    if isinstance(sent, SentFiles):
        return _taken(code, _with_files(new, sent, at).received_on)
    if isinstance(grouped, GroupedReport):
        grouped.sealed = submission.seal(new, at=at)
        return _taken(code, grouped.sealed.today)
    return _taken(code, submission.submit(new, at=at).received_on)


def _taken(code: codes.ReceiptCode, received_on: date) -> HttpResponse:
    return problems.answer(201, {"code": code.grouped(), "received_on": received_on.isoformat()})


def _read(request: HttpRequest, key: bytes, code: codes.ReceiptCode) -> tuple[sealing.NewReport, datetime]:
    """Return the report in the request's body, and the time at which it was read.

    Raises ApiProblem if it cannot be taken, or not yet.
    """
    body = reading.json_body(request, longest=reading.LONGEST_REPORT)
    at = datetime.now(UTC)
    record = from_api(question_sets(), body, identity_offered=key_directory.identity_offered(at.date()))
    if isinstance(record, RejectedPayload):
        errors = [{"pointer": p.pointer, "detail": p.detail} for p in record.problems]
        raise ApiProblem(problems.NOT_TAKEN, "Nothing was done. See errors.", errors=errors)
    new = sealing.NewReport(
        report_id=codes.report_id_from_key(key, installation=settings.INSTALLATION),
        code=code,
        channel="api",
        record=record,
        question_set=question_sets()[record.kind],
        language=record.language,
        incident=open_incidents.mark_for(body.get("incident", ""), record.kind),
    )
    if record.urgency != Urgency.DANGER:
        seconds = PACE.wait(request.META.get(CALLER), new.report_id)
        if seconds and not contact_messages.is_known(
            code
        ):  # what was stored is answered alike, however often it is asked
            raise ApiProblem(problems.SLOWER, _SLOWER, retry_after=seconds)
    return new, at


def _with_files(new: sealing.NewReport, sent: SentFiles, at: datetime) -> Accepted:
    """Store a report with its files.

    They are kept even if storing fails, because it may have succeeded without our knowing. What no report
    names is deleted later.
    """
    if new.record.kind not in taking.limits().kinds:
        errors = [{"pointer": "/files", "detail": "Files cannot be sent with this kind of report."}]
        raise ApiProblem(problems.NOT_TAKEN, "Nothing was done. See errors.", errors=errors)
    try:
        accepted = submission.submit(replace(new, files=sent.keep()), at=at)
    except Conflict:
        sent.forget()
        raise
    if accepted.again:  # the files that came first are stored
        sent.forget()
    return accepted


@offered("POST")
def mailbox(request: HttpRequest) -> HttpResponse:
    """Return the status of a report and its new messages, given its receipt code.

    Messages remain new until the client sends their ids in `seen`.
    """
    body = reading.json_body(request, longest=reading.LONGEST_CODE)
    text, seen = reading.exactly(body, "code", ids="seen")
    code, at = read_code(text), datetime.now(UTC)
    contact_messages.seen(code, seen, at=at)
    box = contact_messages.visit(code, at=at)
    messages = [
        {
            "id": str(one.id),
            "text": one.text,
            "sent_on": one.sent_on.isoformat(),
            "verified": one.verified,
            "translated": bool(one.translated),
        }
        for one in box.messages
    ]
    return problems.answer(
        200,
        {
            "status": box.status,
            "received_on": box.received_on.isoformat(),
            "withdraw_asked": box.withdraw_asked,
            "messages": messages,
        },
    )


@offered("POST")
def mailbox_messages(request: HttpRequest) -> HttpResponse:
    """Accept a message from the reporter who holds the receipt code.

    A retry with the same idempotency key does not create a second message. `danger`, if it is sent, is the answer to the
    question about danger, and anything but "no" pages the desk.
    """
    key = reading.idempotency_key(request)
    body = reading.json_body(request, longest=reading.LONGEST_MESSAGE)
    typed_code, text, danger = reading.exactly(body, "code", "text", one_of={"danger": DANGER_ANSWERS})
    if not text.strip() or len(text) > contact_messages.LONGEST:
        errors = [
            {"pointer": "/text", "detail": f"Send between 1 and {contact_messages.LONGEST} characters."}
        ]
        raise ApiProblem(problems.NOT_TAKEN, "Nothing was done. See errors.", errors=errors)
    code = read_code(typed_code)
    # of the key and the mailbox: a program may use one key for two of them
    named = b"message " + key + b" " + code.symbols.encode()
    message_id = codes.report_id_from_key(named, installation=settings.INSTALLATION)
    contact_messages.say(code, text, message_id=message_id, at=datetime.now(UTC), danger=danger)
    return problems.answer(201, {"id": str(message_id)})


@offered("GET")
def description(request: HttpRequest) -> HttpResponse:
    """Return the OpenAPI document."""
    return problems.answer(200, document())


def read_code(text: str) -> codes.ReceiptCode:
    """Return the receipt code read from `text`, correcting one mistyped character.

    Text that does not look like a code raises Problem, as a fault in the body. Text that does, but has too
    many wrong symbols, raises CodeUnknown.
    """
    try:
        return codes.parse(text)
    except codes.NotACode:
        if reading.CODE_FORM.fullmatch(text):
            raise CodeUnknown from None
        errors = [
            {"pointer": "/code", "detail": "This is not a receipt code: a code has 22 letters and digits."}
        ]
        raise ApiProblem(problems.NOT_TAKEN, "Nothing was done. See errors.", errors=errors) from None


@cache
def question_sets() -> dict[str, QuestionSet]:
    """Return the questions for each kind of report, in the pack's first language.

    Field names and limits are the same in all languages.
    """
    pack = load_pack(settings.PACK)
    language = next(iter(pack.languages))
    return {code: load_question_set(pack, kind.code, language) for code, kind in pack.kinds.items()}


@cache
def document() -> dict[str, Any]:
    """Return the OpenAPI document for this installation, built from its pack's question sets."""
    return openapi.document(
        question_sets(),
        tuple(load_pack(settings.PACK).statuses),
        longest_text=contact_messages.LONGEST,
        files=load_pack(settings.PACK).file_limits,
    )
