"""Checks that protect the sending page against floods of reports.

They are a hidden box, a form token and a rate limit per network. Each leads back to the same page, which asks
the reporter to wait a moment and press again. The report is sent if the button is pressed after that moment.
The waiting time is recorded in the draft, which every process can read, so that a reporter who has waited is
not asked again by another process. A report of danger bypasses all three. A receipt code is never asked about
any of this.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from django.http import HttpResponse
from django.urls import reverse

from heedline.casework.intake import drafting
from heedline.casework.intake.drafting import DraftChanged
from heedline.casework.intake.form_tokens import FormToken, read
from heedline.casework.intake.rate_limit import CALLER, PACE
from heedline.intake.record import Record
from heedline.packs.urgency import Urgency
from heedline.web.components.see_other import SeeOther
from heedline.web.public.report.turns import DraftVisit, draft_of
from heedline.web.public.shell.pages import see_other

#: The box on every question page that people do not see. A program that fills whatever it finds fills it.
BOX = "homepage"
#: The field with the form's token, on the page that sends.
TOKEN = "form_token"  # noqa: S105 (a name)
#: The address of the page that sends says with this that it is to be pressed again.
AGAIN = "again"
_NOTE = "box_filled"
#: The draft's note of when the wait that it was asked for is over.
_UNTIL = "wait_until"


def note_box(turn: DraftVisit) -> None:
    """Record in the draft that the honeypot field was filled in.

    Saved with the next save of the draft.
    """
    if turn.request.POST.get(BOX, "").strip():
        turn.draft.notes[_NOTE] = True


def hints(turn: DraftVisit) -> tuple[str, ...]:
    """Return the hints to seal with the report, such as a filled-in honeypot field."""
    return ("box-filled",) if turn.draft.notes.get(_NOTE) else ()


def in_the_way(turn: DraftVisit, record: Record) -> HttpResponse | FormToken | None:
    """Return a redirect if the report cannot be sent yet, or otherwise the form token to use for sending it.

    Returns None for a report of danger.
    """
    if record.urgency == Urgency.DANGER:
        return None
    if _must_wait(turn):
        return press_again(turn)
    return read(turn.draft, turn.request.POST.get(TOKEN, "")) or press_again(turn)


def _must_wait(turn: DraftVisit) -> bool:
    """Return whether the reporter must wait before sending.

    The waiting time is set once for a report and then applies in every process.
    """
    notes = turn.draft.notes
    if _UNTIL not in notes:
        seconds = PACE.wait(turn.request.META.get(CALLER), turn.draft.report_id, odd=bool(notes.get(_NOTE)))
        if not seconds:
            return False
        notes[_UNTIL] = (turn.at + timedelta(seconds=seconds)).isoformat()
    return turn.at < datetime.fromisoformat(notes[_UNTIL])


def press_again(turn: DraftVisit) -> HttpResponse:
    """Redirect to the sending page, or to the receipt code if the report has just been sent."""
    kept = draft_of(turn.request, turn.at)
    if kept is not None and kept.sent:
        return see_other("reporter:code")
    if turn.draft.notes.keys() & {_NOTE, _UNTIL}:
        # no room for a note, or another tab has just saved one: this process remembers the wait by itself
        with suppress(ValueError, DraftChanged):
            drafting.save(turn.draft, at=turn.at)
    there = reverse("reporter:question", kwargs={"slug": turn.asking.last})
    response = SeeOther(f"{there}?{AGAIN}=1")
    response["Cache-Control"] = "no-store"
    return response
