"""The page after an account of danger was sent: what has happened since, and a box that adds to the same report.

Showing it writes nothing. The only exact time on it is that of an officer's act.
"""

from __future__ import annotations

import hmac
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse

from heedline.casework.access import session
from heedline.casework.contact import messages
from heedline.casework.errors import CodeUnknown, Conflict, NoRoom, SealingStopped
from heedline.casework.intake import drafting
from heedline.casework.intake.drafting import Draft, For
from heedline.web.components.forms import Form, Hidden, TextArea
from heedline.web.public.report.turns import DraftVisit, StoreAway
from heedline.web.public.shell import recovery
from heedline.web.public.shell.asking import shown
from heedline.web.public.shell.beside import counted
from heedline.web.public.shell.languages import as_typed
from heedline.web.public.shell.message_ids import message_id
from heedline.web.public.shell.pages import see_other

#: The notes of a sent draft that say that something was added to the report, and that hold what is being added.
_ADDED, _ADDING = "added", "adding"
#: The answer to the question about danger with which whatever is added here is sent.
_IN_DANGER = "yes"


def is_open(draft: Draft) -> bool:
    """Return whether this draft is an account of danger that was sent, so that more can be added to its report."""
    return draft.sent and draft.notes.get("ending") == "danger"


def context(turn: DraftVisit) -> dict[str, Any]:
    """Return the template context: what has happened since the account was sent, and the form of the box.

    If the messages cannot be read at the moment, the page says only that the account was sent.
    """
    box = None
    with suppress(StoreAway, CodeUnknown, SealingStopped):
        box = messages.visit(turn.draft.receipt_code, at=turn.at)
    added, adding = turn.draft.notes.get(_ADDED, False), turn.draft.notes.get(_ADDING, {})
    limit = counted(messages.LONGEST)
    write = TextArea(
        name="text",
        label=shown("danger_sent.label"),
        hint=shown("danger_sent.hint", limit=limit),
        rows=3,
        limit=messages.LONGEST,
    )
    values = {
        "text": adding.get("text", ""),
        "message": str(message_id(adding.get("message", ""))),
        "question": str(box.open_question or "") if box is not None else "",
    }
    return {
        "can_add": is_open(turn.draft),
        "known": box is not None,
        "opened": _clock(box.opened_at) if box is not None and box.opened_at is not None else "",
        "added": added,
        "added_read": box is not None and box.unread == 0,
        "messages": box.messages if box is not None else (),
        "form": Form((write, Hidden(name="message"), Hidden(name="question")), values, _errors(adding)),
        "keeps_typed": is_open(turn.draft),
    }


def add(turn: DraftVisit) -> HttpResponse:
    """Add what was typed to the report that was sent, and page its desk again.

    What cannot be sent is kept and shown with the reason. To check for news, what was typed is only kept.
    """
    draft, posted = turn.draft, turn.request.POST
    text = posted.get("text", "").replace("\r\n", "\n").strip()
    message = posted.get("message", "")
    only_looks = as_typed(turn.request) or "check" in posted
    if only_looks and not text and _ADDING not in draft.notes:
        return see_other("reporter:code")
    adding = {"text": text, "message": message, "pressed": not only_looks}
    if only_looks or _errors(adding):
        return _kept(turn, adding)
    try:
        _say(draft, text, message_id(message), posted.get("question", "")[:36], at=turn.at)
    except NoRoom:
        return _kept(turn, adding | {"full": True})
    except (StoreAway, SealingStopped, CodeUnknown):
        return recovery.store_away(turn.request)
    draft.notes.pop(_ADDING, None)
    note_added(draft, at=turn.at)
    return see_other("reporter:code")


def joined(draft: Draft, account: str, *, at: datetime) -> bool:
    """Add another account of danger to the report that was sent, and return whether that was possible.

    The same words, sent again, are added once.
    """
    keyed = hmac.digest(draft.code.encode(), account.encode("utf-8", "surrogatepass"), "sha256")
    try:
        _say(draft, account, UUID(bytes=keyed[:16], version=4), "", at=at)
    except (NoRoom, CodeUnknown, SealingStopped):
        return False
    return True


def note_added(draft: Draft, *, at: datetime) -> None:
    """Keep with the draft that something was added. It has been sent, so a draft that cannot be saved is no error."""
    draft.whose = For.DANGER
    draft.notes[_ADDED] = True
    with suppress(StoreAway):
        drafting.save(draft, at=at)


def _say(draft: Draft, text: str, message: UUID, question: str, *, at: datetime) -> None:
    code = draft.receipt_code
    try:
        messages.say(code, text, message_id=message, at=at, danger=_IN_DANGER, answers=question)
    except Conflict:  # the page was sent before, with other words: this is a message of its own
        messages.say(code, text, message_id=message_id(""), at=at, danger=_IN_DANGER, answers=question)


def _kept(turn: DraftVisit, adding: dict[str, Any]) -> HttpResponse:
    """Keep what was typed, and show it again from the page's own URL."""
    turn.draft.whose = For.DANGER
    turn.draft.notes[_ADDING] = adding
    try:
        drafting.save(turn.draft, at=turn.at)
    except (StoreAway, ValueError):
        return recovery.store_away(turn.request)
    return see_other("reporter:code")


def _errors(adding: dict[str, Any]) -> dict[str, str]:
    if not adding.get("pressed"):
        return {}
    text = adding["text"]
    if adding.get("full"):
        return {"text": shown("messages.full")}
    if not text:
        return {"text": shown("messages.write_missing")}
    if len(text) > messages.LONGEST:
        return {"text": shown("messages.write_long", over=counted(len(text) - messages.LONGEST))}
    return {}


def _clock(at: datetime) -> str:
    return f"{at.astimezone(session.office_zone()):%H:%M}"
