"""The page of a child check, and its completion."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_GET, require_http_methods

from heedline.casework.access import session
from heedline.casework.errors import NotHere
from heedline.casework.records.shown_record import ShownRecord, shown
from heedline.casework.report.opening import short_name
from heedline.reports.record_kinds import DECLINE, FALL_BACK, OFFER, SIGN, WITHDRAW
from heedline.specialist_desks.safeguarding import child_checks, joined_reports
from heedline.specialist_desks.safeguarding.content import AGES, SupportCase
from heedline.specialist_desks.safeguarding.kind import CHECK_KIND, KIND
from heedline.specialist_desks.safeguarding.pages.case_pages import WORDS as CASE_WORDS
from heedline.specialist_desks.safeguarding.vocabulary import SafeguardingCapability
from heedline.web.declared import Audience, open_to
from heedline.web.entrance.kept_words import keeps_words
from heedline.web.shell.record_pages import MoveWords, RecordWords, record_move, record_page
from heedline.web.shell.request import OfficeRequest

WORDS: Final = RecordWords(
    states={"open": "Open", "done": "Completed"},
    moves={
        "begin": MoveWords(done="Begun"),
        "complete": MoveWords(
            button="Complete the check",
            done="Completed",
            reason="Whom did you tell, or how do you know that the person is 18 or over?",
        ),
        **{move: CASE_WORDS.moves[move] for move in (OFFER, SIGN, DECLINE, WITHDRAW, FALL_BACK)},
    },
    move_page="safeguarding-check-move",
)


def _shown(request: OfficeRequest, ref: UUID) -> ShownRecord:
    by, at = request.attendance, session.now()
    found = shown(CHECK_KIND, ref, capability=SafeguardingCapability.WORK, by=by, at=at)
    return replace(found, moves=tuple(one for one in found.moves if one.move == "complete"))


@open_to(Audience.UNLOCKED)
@require_GET
def check(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show a child check, with the person's age and the partners that were told as children's services."""
    by, at = request.attendance, session.now()
    found = _shown(request, ref)
    of = shown(KIND, child_checks.case_of(ref, by=by), capability=SafeguardingCapability.WORK, by=by, at=at)
    case = SupportCase.of_words(of.words)
    reports = joined_reports.reports_of_case(of.ref, case, by=by)
    context = {
        "case": of,
        "age": AGES[case.codes["age"]],
        "told_to": child_checks.told_to(reports, by=by),
        "latest": {"ref": reports[-1], "short": short_name(UUID(reports[-1]))},
    }
    return record_page(request, "safeguarding/check.html", found, WORDS, context)


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def check_move(request: OfficeRequest, ref: UUID, move: str) -> HttpResponse:
    """Complete a child check, with a reason."""
    by, at = request.attendance, session.now()
    if move != "complete":
        raise NotHere

    def act(version: int, reason: str) -> None:
        child_checks.complete(ref, reason, version=version, by=by, at=at)

    return record_move(request, _shown(request, ref), move, WORDS, "safeguarding-child-check", act)
