"""What slows a flood down at the page that sends: a box that nobody sees, a form's token, and the pace of one place.

Each leads back to the same page, which says to wait a moment and press again; pressed again after that moment, it is
sent. How long is noted in the draft, which every process can read: whoever has waited is not asked by the next one. A
report of danger passes all three unasked, and a code is never asked about anything.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from django.http import HttpResponse
from django.urls import reverse

from heedline.casework.intake import drafting
from heedline.casework.intake.form_tokens import FormToken, read
from heedline.casework.intake.rate_limit import CALLER, PACE
from heedline.intake.record import Record
from heedline.packs.urgency import Urgency
from heedline.web.components.see_other import SeeOther
from heedline.web.public.pages import see_other
from heedline.web.public.turns import DraftVisit, draft_of

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
    """Remember that the hidden box was filled. Kept with the next save of the draft."""
    if turn.request.POST.get(BOX, "").strip():
        turn.draft.notes[_NOTE] = True


def hints(turn: DraftVisit) -> tuple[str, ...]:
    """What is sealed with the report of what was noted."""
    return ("box-filled",) if turn.draft.notes.get(_NOTE) else ()


def in_the_way(turn: DraftVisit, record: Record) -> HttpResponse | FormToken | None:
    """What a sending has to pass: a page to go back to, or the token to spend; None for a report of danger."""
    if record.urgency == Urgency.DANGER:
        return None
    if _must_wait(turn):
        return press_again(turn)
    return read(turn.draft, turn.request.POST.get(TOKEN, "")) or press_again(turn)


def _must_wait(turn: DraftVisit) -> bool:
    """Whether it is too early. Asked once for a report: what was answered then stands, in whichever process."""
    notes = turn.draft.notes
    if _UNTIL not in notes:
        seconds = PACE.wait(turn.request.META.get(CALLER), turn.draft.report_id, odd=bool(notes.get(_NOTE)))
        if not seconds:
            return False
        notes[_UNTIL] = (turn.at + timedelta(seconds=seconds)).isoformat()
    return turn.at < datetime.fromisoformat(notes[_UNTIL])


def press_again(turn: DraftVisit) -> HttpResponse:
    """Back to the page that sends; to the code when the report has just been sent by another press of the same page."""
    kept = draft_of(turn.request, turn.at)
    if kept is not None and kept.sent:
        return see_other("reporter:code")
    if turn.draft.notes.keys() & {_NOTE, _UNTIL}:
        with suppress(ValueError):  # no room for a note: this process remembers the wait by itself
            drafting.save(turn.draft, at=turn.at)
    there = reverse("reporter:question", kwargs={"slug": turn.asking.last})
    response = SeeOther(f"{there}?{AGAIN}=1")
    response["Cache-Control"] = "no-store"
    return response
