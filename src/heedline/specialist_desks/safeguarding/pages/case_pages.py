"""The list of cases, the page of one, writing in it, and its moves."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from heedline.casework.access import session
from heedline.casework.access.session import Attendance
from heedline.casework.dissemination import lines, partners
from heedline.casework.errors import Changed, NotHere
from heedline.casework.records import open_records
from heedline.casework.records.shown_record import ShownRecord, shown
from heedline.casework.report.opening import short_name
from heedline.permits.gate import allows
from heedline.reports.lifecycle import NotNow
from heedline.reports.record_kinds import DECLINE, FALL_BACK, OFFER, SIGN, WITHDRAW
from heedline.specialist_desks.safeguarding import (
    cases,
    child_checks,
    consent,
    gateway,
    joined_reports,
    panel,
    sessions,
)
from heedline.specialist_desks.safeguarding.content import AGES, CATEGORIES, SupportCase
from heedline.specialist_desks.safeguarding.kind import KIND
from heedline.specialist_desks.safeguarding.pages import case_form, consent_pages
from heedline.specialist_desks.safeguarding.vocabulary import SafeguardingCapability
from heedline.web.components.forms import Form
from heedline.web.declared import Audience, open_to
from heedline.web.entrance.kept_words import form_of, keeps_words, let_go
from heedline.web.shell.conflict import version_of
from heedline.web.shell.form_answers import shown as printed
from heedline.web.shell.page_links import page_number
from heedline.web.shell.record_pages import MoveWords, RecordWords, record_list, record_move, record_page
from heedline.web.shell.request import OfficeRequest
from heedline.web.shell.saved_words import restored

SESSION_STATES: Final = {
    "planned": "Planned",
    "held": "Held",
    "not-held": "Not held",
    "superseded": "Another day instead",
}
WORDS: Final = RecordWords(
    states={
        "gateway": "Gateway assessment",
        "decision": "Section 36 decision proposed",
        "information": "Gathering information",
        "panel": "With the panel",
        "deferred": "Deferred by the panel",
        "consent": "Consent",
        "plan": "Support plan",
        "exit": "Leaving support",
        "after-exit": "Reviews after exit",
        "not-adopted": "Not adopted",
        "police-led": "Police-led partnership",
        "transferring": "Being transferred",
        "ending": "Ending proposed",
        "closed": "Closed",
    },
    moves={
        "begin": MoveWords(done="Opened"),
        "save": MoveWords(done="Changed"),
        "propose": MoveWords(
            button="Propose a section 36 referral",
            done="Proposed a section 36 referral",
            reason="What are the reasonable grounds to believe that the person is susceptible to being drawn into terrorism?",
        ),
        "take-back": MoveWords(button="Take the proposal back", done="Proposal taken back"),
        "agree": MoveWords(
            button="Agree to the referral", done="Section 36 referral agreed", reason="Why is it agreed?"
        ),
        "refuse": MoveWords(
            button="Refuse the referral", done="Section 36 referral refused", reason="Why is it refused?"
        ),
        "refer": MoveWords(button="Refer to the panel", done="Referred to the panel"),
        "adopt": MoveWords(button="Record that the panel adopted it", done="Adopted by the panel"),
        "not-adopt": MoveWords(
            button="Record that the panel did not adopt it", done="Not adopted by the panel"
        ),
        "defer": MoveWords(button="Record that the panel deferred it", done="Deferred by the panel"),
        "give-consent": MoveWords(button="Record consent", done="Consent given"),
        "refuse-consent": MoveWords(button="Record refusal", done="Consent refused"),
        "withdraw-consent": MoveWords(button="Record withdrawal", done="Consent withdrawn"),
        "prepare-exit": MoveWords(button="Prepare the exit", done="Exit prepared"),
        "continue": MoveWords(button="Continue the support", done="Support continued"),
        "leave": MoveWords(button="End the support", done="Support ended"),
        "review": MoveWords(button="Record the review", done="Reviewed"),
        "lead": MoveWords(
            button="Make it a police-led partnership",
            done="Made a police-led partnership",
            reason="Why do the police lead, and what do they do first?",
        ),
        "transfer": MoveWords(button="Transfer", done="Transfer offered"),
        "reassess": MoveWords(button="Assess again at gateway", done="Returned to gateway"),
        "propose-ending": MoveWords(
            button="Propose to end the case",
            done="Ending proposed",
            reason="Why can the case end, and who looks after what remains?",
        ),
        "agree-ending": MoveWords(button="End the case", done="Ended", reason="Why is it ended?"),
        "refuse-ending": MoveWords(
            button="Return it to gateway", done="Returned to gateway", reason="What has to be done first?"
        ),
        OFFER: MoveWords(done="Risk offered to a colleague"),
        SIGN: MoveWords(button="Sign for the risk: I own it from now on", done="Signed for the risk"),
        DECLINE: MoveWords(
            button="Decline it: the coordinator owns it then",
            done="Declined: the coordinator owns the risk",
            reason="Why do you decline it?",
        ),
        WITHDRAW: MoveWords(button="Withdraw the offer", done="Offer withdrawn"),
        FALL_BACK: MoveWords(done="Owner left: the coordinator owns the risk"),
    },
    move_page="safeguarding-move",
)


def told(case: SupportCase) -> dict[str, Any]:
    """Return what a case says as its page prints it."""
    return {
        "texts": case.texts,
        "age": AGES[case.codes["age"]],
        "category": CATEGORIES[case.codes["category"]],
        "regime": case.regime,
    }


def _consent(case: SupportCase) -> dict[str, str]:
    """Return what was said about consent last, in words, or nothing."""
    said = case.consent
    return (
        {name: consent.CODES[name][code] for name, code in said.items() if name in consent.CODES}
        | {name: said.get(name, "") for name in ("on", *consent.LIMITS)}
        if said
        else {}
    )


def _sessions(ref: UUID, case: SupportCase, state: str, by: Attendance, at: datetime) -> dict[str, Any]:
    """Return the sessions of a case as its page lists them, and the reason why they are late, or ""."""
    lines = sessions.of_case(ref, by=by)
    if not lines and state != "plan":
        return {}
    days = {one.day for one in lines}
    return {
        "sessions": [{"line": one, "state": SESSION_STATES[one.state]} for one in lines],
        "held": sum(one.state == "held" for one in lines),
        "unplanned": [one for one in sessions.reports_of(ref, case, by=by) if one.on.isoformat() not in days],
        "why_late": sessions.why_late([ref], at).get(ref, "") if state == "plan" else "",
    }


@open_to(Audience.UNLOCKED)
@require_GET
def case_list(request: OfficeRequest) -> HttpResponse:
    """List open cases."""
    if not cases.desks_of(request.attendance):
        raise NotHere
    found = open_records.of_kind(
        KIND,
        page_number(request),
        capability=SafeguardingCapability.WORK,
        by=request.attendance,
        at=session.now(),
    )
    return record_list(request, KIND, WORDS, found)


def _shown(request: OfficeRequest, ref: UUID) -> ShownRecord:
    by, at = request.attendance, session.now()
    found = shown(KIND, ref, capability=SafeguardingCapability.WORK, by=by, at=at)
    made = cases.EXPLAINED | cases.PLAIN
    if not found.offered_to_me:
        made -= {SIGN, DECLINE}
    if not found.offered or not _hands_on(request, found):
        made -= {WITHDRAW}
    case = SupportCase.of_words(found.words)
    return replace(
        found,
        moves=tuple(one for one in found.moves if one.move in made and gateway.has_move(case, one.move)),
    )


def _hands_on(request: OfficeRequest, found: ShownRecord) -> bool:
    """Return whether the officer may offer the risk of a case to somebody: its owner may, and supervisors of its desk."""
    decides = allows(request.attendance.appointments, SafeguardingCapability.DECIDE, [found.desk.id])
    return found.state != "closed" and (found.mine or decides)


@open_to(Audience.UNLOCKED)
@require_GET
def case(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show a case with its reports, and what can be done with it."""
    found = _shown(request, ref)
    case = SupportCase.of_words(found.words)
    by, at = request.attendance, session.now()
    reports = joined_reports.reports_of_case(ref, case, by=by)
    at_panel = bool(case.regime.panel) and found.state in panel.STATES
    asked = panel.of_case(reports, by=by, at=at) if at_panel else None
    kept = [one for one in found.moves if one.move not in panel.MOVES or panel.allowed(asked, case, one.move)]
    found = replace(found, moves=tuple(kept))
    context = {
        "case": told(case),
        "unsaved": [short_name(UUID(one)) for one in joined_reports.unsaved(case, reports)],
        "checks": child_checks.of_case(ref),
        "at_gateway": found.state == KIND.first,
        "needs_proof": gateway.needs_proof(case, reports),
        "sent": lines.lines_about([UUID(one) for one in reports], by=by, at=at),
        "accepted": gateway.accepted(reports, by=by),
        "at_panel": at_panel,
        "asked": asked,
        "no_quorum": asked is not None and bool(asked.code) and not panel.has_quorum(asked, case),
        "no_council": at_panel and not partners.leads_a_panel(at),
        "reports": [{"ref": one, "short": short_name(UUID(one))} for one in reports],
        "may_write": (found.state, "save") in KIND.moves,
        "may_offer": _hands_on(request, found),
        "consent": _consent(case),
        "consent_holds": consent.holds(case),
        "may_consent": consent_pages.can_record(found.state),
        "in_plan": found.state == "plan",
        **_sessions(ref, case, found.state, by, at),
    }
    return record_page(request, "safeguarding/case.html", found, WORDS, context)


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def write(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Change what a case says. A colleague's version that came first is shown beside what was written."""
    by, at = request.attendance, session.now()
    found = _shown(request, ref)
    back = HttpResponseRedirect(reverse("safeguarding-case", kwargs={"ref": ref}))
    if (found.state, "save") not in KIND.moves:
        return back
    stored = Form(case_form.WRITING, values=case_form.values_of(SupportCase.of_words(found.words)))
    form, status = restored(request, case_form.WRITING) or stored, 200
    if request.method == "POST":
        form, status = Form.posted(case_form.WRITING, request.POST.lists()), 422
        if not form.errors:
            try:
                cases.save(ref, case_form.case_of(form), version=version_of(request), by=by, at=at)
            except Changed as changed:
                form, status = form.but(**{"": changed.theirs}), 409
            except NotNow as no:
                form = form.but(**{no.about: no.reason})
            else:
                messages.success(request, f"{found.title}: Saved.")
                return let_go(request, back, by)
    context = {
        "record": found,
        "form": form,
        "form_of": form_of(by),
        "theirs": printed(stored) if status == 409 else None,
    }
    return render(request, "safeguarding/write.html", context, status=status)


@open_to(Audience.UNLOCKED)
@require_http_methods(["GET", "POST"])
def offer(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Offer the risk of a case to a colleague of its desk."""
    by, at = request.attendance, session.now()
    found = _shown(request, ref)
    back = HttpResponseRedirect(reverse("safeguarding-case", kwargs={"ref": ref}))
    if not _hands_on(request, found):
        return back
    fields = case_form.offer_fields(cases.receivers(ref, by=by))
    form, status = Form(fields), 200
    if request.method == "POST":
        form, status = Form.posted(fields, request.POST.lists()), 422
        if not form.errors:
            try:
                cases.offer(ref, UUID(form.text("to")), version=version_of(request), by=by, at=at)
            except Changed as changed:
                form, status = form.but(**{"": changed.theirs}), 409
            else:
                messages.success(request, f"{found.title}: Offered. You own the risk until it is signed for.")
                return back
    context = {"record": found, "form": form}
    return render(request, "safeguarding/offer.html", context, status=status)


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def case_move(request: OfficeRequest, ref: UUID, move: str) -> HttpResponse:
    """Move a case on, with a reason where one is needed."""
    by, at = request.attendance, session.now()
    found = _shown(request, ref)
    if not gateway.has_move(SupportCase.of_words(found.words), move):
        raise NotHere

    def act(version: int, reason: str) -> None:
        cases.move(ref, move, version=version, reason=reason, by=by, at=at)

    return record_move(request, found, move, WORDS, "safeguarding-case", act)
