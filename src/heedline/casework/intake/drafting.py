"""Unfinished reports, and open visits to the messages: sealed in a row, opened by a cookie, gone in an hour."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from heedline.casework.intake.draft_room import For, StoreFull, may_save, room_for
from heedline.intake import door
from heedline.vault import CannotOpen
from heedline.vault.codes import ReceiptCode, new_code, parse
from heedline.vault.small import RowKeys, derive_keys, new_secret, open_words, seal_words

__all__ = ["Draft", "For", "StoreFull", "load", "save"]

_DRAFT = "draft"
_VISIT = "visit"
#: What was typed for a code and is none, and what is being written in a visit: beside it, under the same cookie.
_ENTERED, _WRITTEN = "entered", "written"
#: A cookie of another length is nobody's.
_COOKIE_LENGTHS = range(40, 48)


@dataclass
class Draft:
    """One unfinished report. The code and the id exist from the start, so that sending twice sends once."""

    cookie: str = field(repr=False)
    answers: dict[str, Any] = field(repr=False, default_factory=dict)
    report_id: UUID = field(default_factory=uuid4)
    code: str = field(repr=False, default_factory=lambda: new_code().symbols)
    keep_hours: int = 1
    sent: bool = False
    received_on: str = ""
    notes: dict[str, Any] = field(repr=False, default_factory=dict)
    purpose: str = _DRAFT
    """Whose drafts these are: the same cookie leads elsewhere for another purpose."""
    whose: For = For.PUBLIC
    """Which room it may take. Not stored."""

    @property
    def receipt_code(self) -> ReceiptCode:
        return parse(self.code)


def new_cookie() -> str:
    """A fresh secret for a cookie."""
    return new_secret()


def load(cookie: str | None, *, at: datetime, purpose: str = _DRAFT, whose: For = For.PUBLIC) -> Draft | None:
    """Return the draft of this cookie; None when there is none, it ran out of time, or the cookie is not one of ours."""
    if not cookie or len(cookie) not in _COOKIE_LENGTHS:
        return None
    keys = derive_keys(cookie.encode(), purpose)
    sealed = door.load_draft(keys.row_id)
    if sealed is None:
        return None
    try:
        kept = json.loads(open_words(keys.key, sealed, aad=keys.row_id))
    except CannotOpen:
        return None
    if at > datetime.fromisoformat(kept["saved_at"]) + timedelta(hours=kept["hours"]):
        return None  # the row itself, which knows quarter hours only, goes with the next sweep
    return Draft(
        cookie=cookie,
        answers=kept["answers"],
        report_id=UUID(kept["report"]),
        code=kept["code"],
        keep_hours=kept["hours"],
        sent=kept["sent"],
        received_on=kept["received_on"],
        notes=kept["notes"],
        purpose=purpose,
        whose=whose,
    )


def save(draft: Draft, *, at: datetime) -> None:
    """Seal and keep the draft; its hour starts again.

    Raises ValueError when it is larger than a report may be, and StoreFull when there is no room for it just now.
    """
    keys = derive_keys(draft.cookie.encode(), draft.purpose)
    kept = {
        "answers": draft.answers,
        "report": str(draft.report_id),
        "code": draft.code,
        "hours": draft.keep_hours,
        "sent": draft.sent,
        "received_on": draft.received_on,
        "notes": draft.notes,
        "saved_at": at.isoformat(),  # the exact time stands only inside the seal
    }
    plain = json.dumps(kept, ensure_ascii=False).encode("utf-8", "surrogatepass")
    _keep(keys, plain, draft.keep_hours, draft.whose)


def _keep(keys: RowKeys, plain: bytes, hours: int, whose: For) -> None:
    sealed = seal_words(keys.key, plain, aad=keys.row_id)
    may_save(keys.row_id, whose)
    room = room_for(whose)
    if not door.save_draft(keys.row_id, sealed, hours, room_for_new=room.for_new, room=room.at_all):
        raise ValueError("a draft of this size is not kept")


def mark_sent(
    draft: Draft, *, received_on: str, at: datetime, danger: bool = False, could_not_call: bool = False
) -> None:
    """Forget the answers; keep the code until the reporter has it, and whether somebody is called to read it now."""
    draft.answers = {}
    kept = {"danger": danger, "could_not_call": could_not_call}
    draft.notes = {name: True for name, holds in kept.items() if holds}
    draft.sent = True
    draft.received_on = received_on
    save(draft, at=at)


def discard(cookie: str | None, *, at: datetime, purpose: str = _DRAFT) -> None:
    """Remove the draft now. Nothing happens when there is none."""
    if cookie and len(cookie) in _COOKIE_LENGTHS:
        door.delete_draft(derive_keys(cookie.encode(), purpose).row_id)


def open_visit(code: ReceiptCode, *, at: datetime) -> str:
    """Keep the code for one visit, sealed under the cookie that is returned. The code is in no cookie and no URL.

    Raises StoreFull when there is no room for it just now.
    """
    cookie = new_secret()
    keys = derive_keys(cookie.encode(), _VISIT)
    _keep(keys, code.symbols.encode(), 1, For.PUBLIC)
    return cookie


def visit_code(cookie: str | None, *, at: datetime) -> ReceiptCode | None:
    """Return the code of an open visit; None when it has ended."""
    if not cookie or len(cookie) not in _COOKIE_LENGTHS:
        return None
    keys = derive_keys(cookie.encode(), _VISIT)
    sealed = door.load_draft(keys.row_id)
    if sealed is None:
        return None
    try:
        return parse(open_words(keys.key, sealed, aad=keys.row_id).decode())
    except CannotOpen:
        return None


def end_visit(cookie: str | None, *, at: datetime) -> None:
    """Close the visit now, and forget what was typed in it and not sent."""
    for purpose in (_VISIT, _ENTERED, _WRITTEN):
        discard(cookie, at=at, purpose=purpose)


def keep_entered(typed: str, cookie: str | None, *, at: datetime) -> str:
    """Keep what was typed for a code and is none, to be shown once more. Return the cookie that leads to it."""
    ours = cookie if cookie and len(cookie) in _COOKIE_LENGTHS else new_secret()
    save(Draft(ours, answers={"code": typed}, purpose=_ENTERED), at=at)
    return ours


def entered_once(cookie: str | None, *, at: datetime) -> str | None:
    """What `keep_entered` kept, and forget it: whoever comes to this browser next sees no code that is nearly one."""
    kept = load(cookie, at=at, purpose=_ENTERED)
    if kept is None:
        return None
    discard(cookie, at=at, purpose=_ENTERED)
    return str(kept.answers["code"])


def written(cookie: str, *, at: datetime) -> Draft:
    """The message that is being written in this visit. Nothing is stored before `save`."""
    return load(cookie, at=at, purpose=_WRITTEN) or Draft(cookie, purpose=_WRITTEN)
