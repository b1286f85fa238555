"""Partners' answers that count only with a valid signature: accepting somebody, what a panel decided, and reports of sessions."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.conf import settings

from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.dissemination.lines import answer_holds, by_and_when, opened_texts, rows_of
from heedline.casework.dissemination.minutes import PanelMinutes
from heedline.casework.dissemination.session_days import day_of
from heedline.desks.models import Appointment
from heedline.dispatch.clocks import due_words
from heedline.packs import load_pack
from heedline.permits.capabilities import Capability
from heedline.permits.roles import GRANTS
from heedline.reports.dissemination_states import DisseminationState
from heedline.reports.models import Dissemination


@dataclass(frozen=True, slots=True)
class PanelReferral:
    """The latest disclosure about some reports that asks a panel to decide, without its text.

    `sign_by` is the time by which the decision has to be signed, or None before the disclosure was sent. `code` is the signed
    decision, with `decision` and `signed` for its words and signer, or "" while there is none that counts. `organisations` is
    how many were at the meeting. `forged` says that
    a decision is stored, but its signature does not hold or is not that of a chair or deputy of this partner.
    """

    ident: UUID
    partner: str
    meets_on: date
    sign_by: datetime | None
    due_words: str
    late: bool
    code: str
    decision: str
    signed: str
    organisations: int
    forged: bool


@dataclass(frozen=True, slots=True)
class SessionReport:
    """A provider's signed report of one session: the day, the code of the answer with its words, and who signed it when."""

    on: date
    code: str
    words: str
    signed: str


def referral(refs: Collection[UUID], *, by: Attendance, at: datetime) -> PanelReferral | None:
    """Return the latest disclosure about these reports that asks a panel to decide, or None.

    Those that were sent back or withdrawn are left out. No text is returned, and no view is logged. Raises Refused and Locked.
    """
    by.require(Capability.FOLLOW_DISSEMINATION)
    found = rows_of(by).filter(report__in=refs, meets_on__isnull=False)
    gone = (DisseminationState.NOT_SENT, DisseminationState.WITHDRAWN)
    row = found.exclude(state__in=gone).order_by("-written_at", "-meets_on", "id").first()
    if row is None:
        return None
    decided = bool(row.answer_code)
    minutes = _minutes_of_a_chair(row, by) if decided else None
    holds = minutes is not None
    return PanelReferral(
        row.id,
        f"{row.partner.organisation.name}: {row.partner.name}",
        row.meets_on,
        row.answer_by,
        due_words(row.answer_by, at, office_zone()) if row.answer_by is not None and not decided else "",
        row.unanswered(at),
        row.answer_code if holds else "",
        load_pack(settings.PACK).partners.answer_words(row.answer_code) if holds else "",
        by_and_when(row.answered_by.name, row.answered_at) if holds else "",
        minutes.organisations if minutes is not None else 0,
        decided and not holds,
    )


def _minutes_of_a_chair(row: Dissemination, by: Attendance) -> PanelMinutes | None:
    """Return the minutes of a decision with a valid signature of somebody who is or was chair or deputy of that partner."""
    said = opened_texts(row.report, [row], by).get(row.answer, {}) if row.answer is not None else {}
    signs = [role for role, capabilities in GRANTS.items() if Capability.SIGN_DECISION in capabilities]
    held = Appointment.objects.filter(officer=row.answered_by_id, desk=row.partner_id, role__in=signs)
    signed = answer_holds(row, row.answer_code, said, row.answer_voice, row.answered_by_id)
    return PanelMinutes.of_answer(said) if signed and held.exists() else None


def signed_answers(ref: UUID, codes: Collection[str], *, by: Attendance) -> tuple[str, ...]:
    """Return which partner gave one of these answers about a report, by whom and when, oldest first.

    Answers without a valid signature and those to withdrawn disclosures are left out. No text is returned, and no view is
    logged. Raises Refused and Locked.
    """
    by.require(Capability.FOLLOW_DISSEMINATION)
    found = rows_of(by).filter(report=ref, answer_code__in=codes)
    told = []
    for row in found.exclude(state=DisseminationState.WITHDRAWN).order_by("answered_at", "id"):
        said = opened_texts(row.report, [row], by).get(row.answer, {})
        if answer_holds(row, row.answer_code, said, row.answer_voice, row.answered_by_id):
            told.append(
                f"{row.partner.organisation.name}: {row.partner.name}: {by_and_when(row.answered_by.name, row.answered_at)}"
            )
    return tuple(told)


def signed_reports(refs: Collection[UUID], *, by: Attendance) -> tuple[SessionReport, ...]:
    """Return the reports of sessions that were commissioned about these reports, the oldest first.

    Answers without a valid signature and those to withdrawn disclosures are left out. No view is logged. Raises Refused and
    Locked.
    """
    by.require(Capability.FOLLOW_DISSEMINATION)
    rules = load_pack(settings.PACK).partners
    commissions = [code for code, one in rules.purposes.items() if one.sessions]
    rows = rows_of(by).filter(report__in=refs, purpose__in=commissions, answer__isnull=False)
    found = []
    for row in rows.exclude(state=DisseminationState.WITHDRAWN):
        texts = opened_texts(row.report, [row], by)
        newest = (row.answer_code, row.answer, row.answer_voice, row.answered_by, row.answered_at)
        for code, container, voice, who, at in (
            *((one.code, one.container, one.voice, one.by, one.at) for one in row.earlier.all()),
            newest,
        ):
            said = texts.get(container, {})
            day = day_of(str(said.get("text", "")))
            if day is not None and answer_holds(row, code, said, voice, who.id):
                report = SessionReport(day, code, rules.answer_words(code), by_and_when(who.name, at))
                found.append((at, report))
    return tuple(report for _, report in sorted(found, key=lambda one: one[0]))
