"""Sending the report of a visit to the organisation: into the mailbox of its request, with an email that says that it is there.

The report is sealed to the code of the request. The email holds texts of the pack, the adviser's name and number, and nothing
of the site (`casework.contact.adviser_letters`). The report is in the mailbox before the email leaves, and stays there
whatever becomes of the email.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from heedline.casework.access.session import Attendance
from heedline.casework.contact import answering_by_email, messages
from heedline.casework.contact.adviser_letters import REPORT_READY, AdviserLetter
from heedline.casework.errors import NotHere
from heedline.casework.report import verb
from heedline.casework.report.opening import short_name
from heedline.permits.capabilities import Capability
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import Report
from heedline.specialist_desks.protection import sites, visits
from heedline.specialist_desks.protection.recommendation import PRIORITIES
from heedline.specialist_desks.protection.visit_content import VisitFacts
from heedline.specialist_desks.protection.vocabulary import REQUEST, ProtectionAct

TOO_LONG: Final = (
    f"With its recommendations the report is longer than the {messages.LONGEST:,} characters that a mailbox takes."
    " Shorten it, or hand it over in person."
)
NO_SUMMARY: Final = "Write what the organisation reads before the recommendations."


def requests_of(facts: VisitFacts, *, by: Attendance, at: datetime) -> tuple[UUID, ...]:
    """Return the requests to whose mailboxes a visit's report can be sent, the latest added to the site first.

    Raises what `sites.opened` raises.
    """
    listed = [UUID(one) for one in sites.opened(UUID(facts.site), by=by, at=at).facts.requests]
    there = set(
        Report.objects.filter(id__in=listed, kind=REQUEST, desk__in=by.desk_ids).values_list("id", flat=True)
    )
    return tuple(one for one in reversed(listed) if one in there)


def compose(facts: VisitFacts, summary: str) -> str:
    """Return the report as the organisation reads it. Raises NotNow, with `about`, if it is empty or too long."""
    if not summary.strip():
        raise NotNow(NO_SUMMARY, about="summary")
    lines = [
        f"{number}. {one.what}\n({PRIORITIES[one.priority]} priority, for {one.owner}, by {one.by:%-d %B %Y})"
        for number, one in enumerate(facts.recommendations, 1)
    ]
    told = [f"Report of the visit on {facts.day:%-d %B %Y}", summary.strip()]
    text = "\n\n".join([*told, *(["We recommend:"] if lines else []), *lines])
    if len(text) > messages.LONGEST:
        raise NotNow(TOO_LONG, about="summary")
    return text


def letter(request: UUID, number: str, *, by: Attendance, at: datetime) -> AdviserLetter | None:
    """Return the email that says that the report is there, or None if none can be sent for this request.

    Raises NotNow, with `about`, for a number that nobody can call. Raises Locked and CannotOpen.
    """
    try:
        return answering_by_email.preview(request, number, REPORT_READY, by=by, at=at)
    except NotNow as no:
        if no.about:
            raise
    except (NotHere, Refused):
        pass
    return None


def send(request: UUID, visit: UUID, summary: str, *, version: int, by: Attendance, at: datetime) -> None:
    """Put the report of a visit into the mailbox of a request of its site, and record that it was given.

    Raises NotHere, Refused, Changed, Locked, CannotOpen and NotNow.
    """
    if request not in requests_of(visits.opened(visit, by=by, at=at).facts, by=by, at=at):
        raise NotHere
    _put(request, visit, summary, version=version, by=by, at=at)


@verb.verb(ProtectionAct.REPORT_SENT)
def _put(request: UUID, visit: UUID, summary: str, *, version: int, by: Attendance, at: datetime) -> None:
    found = verb.find(request, by=by, at=at)
    found.permit(Capability.ASK)
    record = visits.visit_of(visit, version, by=by, at=at)
    facts = VisitFacts.of_words(record.words)
    text = compose(facts, summary)
    visits.give_report(record, facts, f"Sent to the mailbox of request {short_name(request)}", text)
    messages.inform(found, text)
    verb.record(found, ProtectionAct.REPORT_SENT)


def tell(request: UUID, number: str, *, by: Attendance, at: datetime) -> str:
    """Email the organisation that the report is there, and return how that ended, as a code of `call_back.HOWS`.

    Raises what `answering_by_email.send` raises.
    """
    version = Report.objects.values_list("version", flat=True).get(id=request)
    how, _ = answering_by_email.send(request, number, REPORT_READY, version=version, by=by, at=at)
    return how
