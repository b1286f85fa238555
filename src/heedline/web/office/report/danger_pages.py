"""The Danger to life page: current actions, the danger's log, its owner and its discharge.

The page has several forms. Each says in `section` which one it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from heedline.casework.access import session
from heedline.casework.access.session import Attendance
from heedline.casework.danger import action_log, discharge
from heedline.casework.danger.action_log import ADDED, TITLES, DangerNoteKind
from heedline.casework.errors import Changed, NoRoom, NotHere
from heedline.casework.journey import danger_ownership
from heedline.casework.pages import case_file
from heedline.casework.pages.danger_page import DangerFile, threat_to_life
from heedline.packs import load_pack
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.web.components.forms import Field, Form
from heedline.web.declared import Audience, open_to
from heedline.web.entrance import times
from heedline.web.entrance.kept_words import keeps_words, kept_for, let_go
from heedline.web.office.report import danger_forms
from heedline.web.shell.conflict import version_of
from heedline.web.shell.queue_links import came_from, queue_address, with_queue
from heedline.web.shell.report_page import page
from heedline.web.shell.request import OfficeRequest

#: The one form that is posted once the danger is discharged.
REVIEW_DISCHARGE = "review-discharge"
READ_AGAIN = "The danger was not discharged. Read this page again before you discharge it."
TOO_LONG = "One of the texts is too long. Shorten it"


@dataclass(frozen=True)
class DangerSection:
    """A form on the page, with its fields, the operation that it performs and its confirmation message."""

    code: str
    fields: tuple[Field, ...]
    do: Callable[[Form, Attendance, datetime], None]
    done: str


def _sections(ref: UUID, danger: DangerFile, version: int) -> dict[str, DangerSection]:
    def review(form: Form, by: Attendance, at: datetime) -> None:
        span = danger_forms.review_span(form)
        action_log.set_review(ref, at + span, form.text("review_reason"), by=by, at=at)

    def offer(form: Form, by: Attendance, at: datetime) -> None:
        danger_ownership.offer(ref, UUID(form.text("colleague")), form.text("offer_reason"), by=by, at=at)

    def add(kind: DangerNoteKind, form: Form, by: Attendance, at: datetime) -> None:
        action_log.add(ref, kind, danger_forms.note_words(kind, form), by=by, at=at)

    def ask(form: Form, by: Attendance, at: datetime) -> None:
        discharge.ask(ref, form.text("ending"), form.text("discharge_reason"), by=by, at=at)

    def alone(form: Form, by: Attendance, at: datetime) -> None:
        ending, reason = form.text("alone_ending"), form.text("alone_discharge_reason")
        why = form.text("why_alone")
        discharge.discharge_alone(ref, ending, reason, why, version=version, by=by, at=at)

    entries = [
        DangerSection(
            str(kind), danger_forms.note_fields(kind), partial(add, kind), f"{TITLES[kind]}: saved."
        )
        for kind in ADDED
    ]
    acts = [
        DangerSection("review", danger_forms.review_fields(), review, "The next review is set."),
        DangerSection(
            "offer",
            danger_forms.offer_fields(danger.colleagues),
            offer,
            "Handover offered. The owner does not change until your colleague accepts.",
        ),
        DangerSection(
            "accept",
            (),
            lambda _, by, at: danger_ownership.accept(ref, by=by, at=at),
            "You are the owner now.",
        ),
        DangerSection(
            "return",
            danger_forms.RETURN,
            lambda form, by, at: danger_ownership.give_back(ref, form.text("return_reason"), by=by, at=at),
            "Handover returned. The owner has not changed.",
        ),
        DangerSection(
            "take",
            danger_forms.TAKE,
            lambda form, by, at: danger_ownership.take_over(ref, form.text("take_reason"), by=by, at=at),
            "You are the owner now.",
        ),
        DangerSection(
            "acknowledge",
            (),
            lambda _, by, at: discharge.acknowledge(ref, by=by, at=at),
            "Acknowledged in your name. The paging has stopped.",
        ),
        DangerSection(
            "discharge",
            danger_forms.DISCHARGE,
            ask,
            "You have asked for the discharge. The danger stays open until another supervisor confirms it.",
        ),
        DangerSection(
            "confirm",
            (),
            lambda _, by, at: discharge.confirm(ref, version=version, by=by, at=at),
            "Danger to life discharged. You confirmed it in your name.",
        ),
        DangerSection(
            "refuse",
            danger_forms.REFUSE,
            lambda form, by, at: discharge.refuse(ref, form.text("refuse_reason"), by=by, at=at),
            "The danger stays open. Your reason is in the log.",
        ),
        DangerSection(
            "alone",
            danger_forms.ALONE,
            alone,
            "Danger to life discharged in your name alone. Another supervisor is being paged to review it.",
        ),
        DangerSection(
            REVIEW_DISCHARGE,
            danger_forms.REVIEW_DISCHARGE,
            lambda form, by, at: discharge.review(ref, form.text("finding"), by=by, at=at),
            "You have reviewed the discharge.",
        ),
    ]
    return {one.code: one for one in (*entries, *acts)}


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def danger(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show a report's dangers to life, and record actions on the open one."""
    by, at = request.attendance, session.now()
    file, about = threat_to_life(ref, by=by, at=at)
    if not file.header.has_danger:
        raise NotHere
    sections = _sections(ref, about, version_of(request))
    forms = {code: Form(one.fields, values={f"{code}_who": by.name}) for code, one in sections.items()}
    asked, status, kept = "", 200, None
    if request.method == "POST":
        asked, status = request.POST.get("section", ""), 422
        section = sections.get(asked)
        if section is None or (about.now is None and asked != REVIEW_DISCHARGE):
            return HttpResponseRedirect(with_queue(request, "report-danger", ref=ref))
        form = Form.posted(section.fields, request.POST.lists())
        if not form.errors:
            try:
                section.do(form, by, at)
            except NoRoom:
                form = form.but(**{"": TOO_LONG})
            except Changed as changed:
                form, status = form.but(**{"": f"{changed.theirs} {READ_AGAIN}"}), 409
            except (NotNow, Refused) as no:
                form, status = form.but(**{"": no.reason}), 409
            else:
                messages.success(request, section.done)
                return let_go(request, HttpResponseRedirect(_after(request, ref)), by)
        forms[asked] = form
    elif (kept := kept_for(request, by)) is not None:
        asked = (kept.get("section") or [""])[-1]
        if asked in sections:
            fields = sections[asked].fields
            forms[asked] = Form(fields, values={each.name: each.read(kept) for each in fields})
    context = {
        "danger": about,
        "marking": load_pack(settings.PACK).service.marking,
        "printed_at": times.day_and_clock(at, at),
        "entries": [{"code": str(kind), "title": TITLES[kind], "form": forms[kind]} for kind in ADDED],
        "forms": forms,
        "review_form": forms[REVIEW_DISCHARGE],
        "asked": asked,
        "form": forms.get(asked),
        "words_came_back": kept is not None,
    }
    return page(request, "office/danger.html", file, "report-danger", context, status)


def _after(request: OfficeRequest, ref: UUID) -> str:
    """Return the URL of this page, or of the queue if the officer's desk can no longer see the report."""
    try:
        case_file.kind_of(ref, by=request.attendance)
    except NotHere:
        return queue_address(came_from(request))
    return with_queue(request, "report-danger", ref=ref)
