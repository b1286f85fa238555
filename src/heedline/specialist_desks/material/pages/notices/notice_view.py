"""Display text for notice pages, and the forms on which officers record a notice's progress."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import QueryDict

from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.delivery.attempts import AttemptOutcome
from heedline.dispatch.clocks import due_words
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.material.delivery.pack_data import further_holidays
from heedline.specialist_desks.material.items.sightings import Sighting
from heedline.specialist_desks.material.notice_rules.clock import last_day_to_comply
from heedline.specialist_desks.material.notice_rules.content import NoticeBasis
from heedline.specialist_desks.material.notice_rules.directory import ChannelKind
from heedline.specialist_desks.material.notice_rules.states import ANSWERS as NEXT_ANSWERS
from heedline.specialist_desks.material.notice_rules.states import CompanyAnswer, NoticeState
from heedline.specialist_desks.material.notice_rules.wording import day, moment, parts
from heedline.specialist_desks.material.notices import following, sending
from heedline.specialist_desks.material.notices.beginning import NoticeBeginning
from heedline.specialist_desks.material.notices.lines import NoticeView
from heedline.specialist_desks.material.pages.words import (
    ANSWERS,
    ATTEMPTS,
    BASES,
    NOTICE_STATES,
    STEPS,
    VERDICTS,
)
from heedline.specialist_desks.material.vocabulary import MaterialCapability
from heedline.web.components.forms import DateInput, FieldOption, Form, Radios, Select, TextArea, TextInput
from heedline.web.entrance import times
from heedline.web.shell.report_page import cleared_words

NOBODY = "You do not need to contact anyone first."
_NOT_SHOWN = "a page whose address only the company gets"


def beginning_words(start: NoticeBeginning, at: datetime) -> dict[str, Any]:
    """Return the display text for an item's last check and deconfliction, shown above a draft."""
    clear = not start.cleared.contacts and not start.cleared.cleared
    return {
        "seen": seen_words(start.seen, at),
        "contacts": start.cleared.contacts,
        "cleared": cleared_words(start.cleared.cleared),
        "deconflicted": start.cleared.missing or (NOBODY if clear else ""),
    }


def seen_words(seen: Sighting | None, at: datetime) -> str:
    """Return the result and time of an item's last check."""
    if seen is None:
        return "Nobody has recorded whether it is still there."
    return f"{VERDICTS[str(seen.verdict)]}, {times.day_and_clock(seen.at, at)}"


def _words(name: str, label: str, hint: str = "") -> TextArea:
    return TextArea(
        name=name, label=label, hint=hint, optional=True, rows=2, limit=following.LONGEST, size="s"
    )


def _answer_form(view: NoticeView) -> Form:
    possible = [one for one in CompanyAnswer if one in NEXT_ANSWERS[view.line.answer]]
    return Form(
        (
            Select(
                name="answer",
                label="What did the company answer?",
                choices=tuple(FieldOption(value=str(one), label=ANSWERS[one]) for one in possible),
                blank=None,
                size="s",
            ),
            _words("answer_words", "How did it answer, and what did it say?"),
        )
    )


def _serve_form() -> Form:
    return Form(
        (
            DateInput(
                name="given",
                label="On which day was it given?",
                hint="For recorded post, the day on which it was recorded as delivered. For example, 27 3 2026.",
                optional=True,
                size="s",
            ),
            Radios(
                name="how",
                label="How was it given?",
                choices=(
                    FieldOption(value="hand", label="By hand"),
                    FieldOption(value="post", label="By recorded post"),
                ),
                optional=True,
                inline=True,
                small=True,
                size="s",
            ),
            _words(
                "proof", "Proof", "Who it was handed to and where, or the number of the recorded delivery."
            ),
        )
    )


def _reminder_form(view: NoticeView) -> Form | None:
    company = view.company
    if company is None:
        return None
    usable = [
        FieldOption(value=str(number), label=f"{one.kind} to {one.address}")
        for number, one in enumerate(company.channels)
        if one.kind in {ChannelKind.EMAIL, ChannelKind.WEBHOOK} and (view.crisis or not one.crisis)
    ]
    return (
        Form((Select(name="channel", label="Channel", choices=tuple(usable), blank=None, size="s"),))
        if usable
        else None
    )


def notice_words(view: NoticeView, by: Attendance, at: datetime) -> dict[str, Any]:
    """Return the template context for a notice's page."""
    state, line, content = view.line.state, view.line, view.stored.content
    letter = line.basis is NoticeBasis.SECTION_3
    sent = state is NoticeState.SENT
    before = state in {NoticeState.DRAFT, NoticeState.PROPOSED, NoticeState.APPROVED}
    comply = last_day_to_comply(view.given_on, further_holidays()) if view.given_on is not None else None
    form_channel = content.addressee.kind is ChannelKind.FORM
    return {
        "view": view,
        "line": line,
        "state": NOTICE_STATES[state],
        "answer": ANSWERS[line.answer],
        "basis": BASES[line.basis],
        "step": STEPS.get(line.step, line.step),
        "due": due_words(line.due_at, at, office_zone()) if line.due_at is not None else "",
        "due_at": moment(line.due_at) if line.due_at is not None else "",
        # whoever has the address of the company's page could answer in its name, so the desk is not shown it
        "parts": parts(replace(content, answer_url=_NOT_SHOWN)),
        "to": content.addressee,
        "approved_at": times.day_and_clock(view.approved_at, at) if view.approved_at else "",
        "sent_at": times.day_and_clock(view.sent_at, at) if view.sent_at else "",
        "given_on": day(view.given_on) if view.given_on else "",
        "comply_on": day(comply) if comply is not None else "",
        "seen": seen_words(view.seen, at),
        "next_try": times.day_and_clock(view.next_try, at) if view.next_try is not None else "",
        "attempts": [
            {
                "when": times.day_and_clock(one.at, at),
                "by": one.by,
                "outcome": ATTEMPTS.get(one.outcome, one.outcome),
                "proof": one.proof,
            }
            for one in view.attempts
        ],
        "answers": [
            {
                "when": times.day_and_clock(one.at, at),
                "answer": ANSWERS[one.answer],
                "name": one.name,
                "by": one.recorded_by,
                "text": one.text,
            }
            for one in view.answers
        ],
        "is_letter": letter,
        "can_change": state in {NoticeState.DRAFT, NoticeState.FAILED},
        "can_propose": state is NoticeState.DRAFT,
        "can_approve": state is NoticeState.PROPOSED and view.may_approve and not view.refused,
        "can_return": state in {NoticeState.PROPOSED, NoticeState.APPROVED},
        "can_drop": before or (state is NoticeState.FAILED and view.sent_at is None),
        "can_send": state in {NoticeState.APPROVED, NoticeState.FAILED} and not letter and not form_channel,
        "can_print": (letter and not before) or (letter and state is NoticeState.APPROVED),
        "form_channel": form_channel and state is NoticeState.APPROVED,
        "serve": _serve_form() if letter and state is NoticeState.APPROVED else None,
        "answer_form": _answer_form(view) if sent else None,
        "came_back": Form((_words("back_words", "What came back?"),)) if sent and not letter else None,
        "escalate": Form((_words("escalation_words", "Who did you contact, and what did they say?"),))
        if view.escalation
        else None,
        "reminder": _reminder_form(view) if sent and line.red and not letter else None,
        "can_close": sent,
        "can_read": state in {NoticeState.CLOSED, NoticeState.LAPSED} and line.due_at is not None,
        "can_lapse": sent and line.red and not view.escalation and by.may(MaterialCapability.LEAD),
        "withdraw": Form((_words("withdraw_words", "What was wrong?", "The company reads this."),))
        if view.can_withdraw
        else None,
        "receipt": Form(
            (TextInput(name="receipt", label="What did the form confirm?", optional=True, limit=500),)
        ),
    }


def _recorded_answer(posted: QueryDict, ref: UUID, by: Attendance, at: datetime) -> str:
    try:
        answer = CompanyAnswer(posted.get("answer", ""))
    except ValueError:
        raise NotNow("Choose what the company answered.") from None
    following.record_answer(ref, answer, posted.get("answer_words", ""), by=by, at=at)
    return "The company's answer is recorded."


def _served(posted: QueryDict, ref: UUID, by: Attendance, at: datetime) -> str:
    given: date | None = Form.posted(_serve_form().fields, posted.lists()).day("given")
    if given is None:
        raise NotNow("Say on which day it was given.")
    ends = following.serve(ref, given, posted.get("how", ""), posted.get("proof", ""), by=by, at=at)
    return f"The service is recorded. The company has until {moment(ends)} to comply."


def _came_back(posted: QueryDict, ref: UUID, by: Attendance, at: datetime) -> str:
    sending.came_back(ref, posted.get("back_words", ""), by=by, at=at)
    return "The return of the notice is recorded."


def _escalated(posted: QueryDict, ref: UUID, by: Attendance, at: datetime) -> str:
    sending.escalate(ref, posted.get("escalation_words", ""), by=by, at=at)
    return "The escalation is recorded."


def _reminded(posted: QueryDict, ref: UUID, by: Attendance, at: datetime) -> str:
    typed = posted.get("channel", "")
    if not (typed.isascii() and typed.isdecimal() and len(typed) < 3):
        raise NotNow("Choose one of the company's channels.")
    done = sending.remind(ref, int(typed), by=by, at=at)
    if done.outcome is not AttemptOutcome.ACCEPTED:
        raise NotNow("The reminder was not accepted.")
    return "The company's system has accepted the reminder."


def _withdrawn(posted: QueryDict, ref: UUID, by: Attendance, at: datetime) -> str:
    done = following.withdraw(ref, posted.get("withdraw_words", ""), by=by, at=at)
    if done is None:
        return "The notice is withdrawn. Tell the company by letter."
    told = done.outcome is AttemptOutcome.ACCEPTED
    return (
        "The notice is withdrawn, and the company was told."
        if told
        else "The notice is withdrawn. The company could not be told: write to it."
    )


def _by_form(posted: QueryDict, ref: UUID, by: Attendance, at: datetime) -> str:
    sending.sent_by_form(ref, posted.get("receipt", ""), by=by, at=at)
    return "It is recorded that the notice was sent."


#: What officers record in words, by the value of the button.
WITH_WORDS: Mapping[str, Callable[[QueryDict, UUID, Attendance, datetime], str]] = {
    "answer": _recorded_answer,
    "serve": _served,
    "came-back": _came_back,
    "escalate": _escalated,
    "remind": _reminded,
    "withdraw": _withdrawn,
    "by-form": _by_form,
}
