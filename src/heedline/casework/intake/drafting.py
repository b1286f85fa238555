"""Unfinished reports and open message visits, stored as sealed rows.

A cookie opens each row, which expires after an hour.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID, uuid4

from heedline.casework.intake.draft_files import DraftFile, DraftUpload
from heedline.casework.intake.draft_room import ON_DISK, For, StoreFull, may_save, room_for
from heedline.intake import door
from heedline.intake.door import DraftChanged
from heedline.vault import CannotOpen
from heedline.vault.codes import ReceiptCode, new_code, parse
from heedline.vault.small import RowKeys, derive_draft_keys, new_secret, open_words, seal_words

__all__ = ["Draft", "DraftChanged", "For", "StoreFull", "load", "save"]

_DRAFT = "draft"
_VISIT = "visit"
#: What was typed for a code and is none, and what is being written in a visit: beside it, under the same cookie.
_ENTERED, _WRITTEN, _SHOWN = "entered", "written", "shown"
#: How much of what was typed for a code is kept: as much as a code takes, however it is written.
_TYPED = 64
#: Both made once: `json.dumps` and `json.loads` build or look through more for each draft.
_TO_JSON, _FROM_JSON = json.JSONEncoder(ensure_ascii=False).encode, json.JSONDecoder().raw_decode
#: A cookie of another length is nobody's.
_COOKIE_LENGTHS = range(40, 48)


@dataclass
class Draft:
    """An unfinished report.

    The receipt code and the id exist from the start, so that sending twice stores the report once.
    """

    cookie: str = field(repr=False)
    answers: dict[str, Any] = field(repr=False, default_factory=dict)
    report_id: UUID = field(default_factory=uuid4)
    code: str = field(repr=False, default_factory=lambda: new_code().symbols)
    keep_hours: int = 1
    sent: bool = False
    received_on: str = ""
    notes: dict[str, Any] = field(repr=False, default_factory=dict)
    files: tuple[DraftFile, ...] = field(repr=False, default=())
    uploads: tuple[DraftUpload, ...] = field(repr=False, default=())
    purpose: str = _DRAFT
    """The purpose of the draft, which together with the cookie determines its row.

    The same cookie leads to a different row for each purpose.
    """
    whose: For = For.PUBLIC
    """The kind of storage limit that applies to the draft (not stored)."""
    sendings: int = 0
    """The number of form tokens already used when the draft was loaded, stored beside the sealed draft."""
    seen: bytes | None = field(repr=False, default=None)
    """The first bytes of the stored draft as this process last saw it, or None if the draft is new.

    If empty, the draft is saved unless it has been deleted, even if another tab has saved it.
    """

    @cached_property
    def keys(self) -> RowKeys:
        """Return the row id and key derived from a cookie."""
        return derive_draft_keys(self.cookie.encode(), self.purpose)

    @property
    def receipt_code(self) -> ReceiptCode:
        return ReceiptCode(self.code)  # as `new_code` wrote it


def new_cookie() -> str:
    """Return a new random secret for a cookie."""
    return new_secret()


def load(cookie: str | None, *, at: datetime, purpose: str = _DRAFT, whose: For = For.PUBLIC) -> Draft | None:
    """Return the draft that this cookie identifies.

    Returns None if there is none, if it has expired, or if the cookie was not issued by this service.
    """
    if not cookie or len(cookie) not in _COOKIE_LENGTHS:
        return None
    keys = derive_draft_keys(cookie.encode(), purpose)
    stored = door.load_draft(keys.row_id)
    if stored is None:
        return None
    sealed, sendings = stored
    try:
        plain = open_words(keys.key, sealed, aad=keys.row_id)
    except CannotOpen:
        return None
    kept, _ = _FROM_JSON(plain.decode("utf-8", "surrogatepass"))
    if at > datetime.fromisoformat(kept["saved_at"]) + timedelta(hours=kept["hours"]):
        return None  # the row itself, which knows quarter hours only, goes with the next sweep
    found = Draft(
        cookie=cookie,
        answers=kept["answers"],
        report_id=UUID(kept["report"]),
        code=kept["code"],
        keep_hours=kept["hours"],
        sent=kept["sent"],
        received_on=kept["received_on"],
        notes=kept["notes"],
        uploads=tuple([DraftUpload.of(one) for one in kept.get("uploads", ())]),
        files=tuple([DraftFile.of(one) for one in kept.get("files", ())]),  # a draft of the release before
        purpose=purpose,
        whose=whose,
        sendings=sendings,
        seen=door.beginning(sealed) if purpose == _DRAFT else b"",
    )
    found.__dict__["keys"] = keys
    return found


def save(draft: Draft, *, at: datetime) -> None:
    """Seal and store the draft, and restart its one-hour expiry.

    Only a new draft is inserted. One that was loaded is updated: raises DraftChanged, and stores nothing, if it has been
    saved, sent or deleted since. (The drafts of officers are always stored.) Raises ValueError if it is larger than a report
    may be. Raises StoreFull if there is no room for it at the moment.
    """
    kept = {
        "answers": draft.answers,
        "report": str(draft.report_id),
        "code": draft.code,
        "hours": draft.keep_hours,
        "sent": draft.sent,
        "received_on": draft.received_on,
        "notes": draft.notes,
        "files": [one.kept() for one in draft.files],
        "uploads": [one.kept() for one in draft.uploads],
        "saved_at": at.isoformat(),  # the exact time stands only inside the seal
    }
    plain = _TO_JSON(kept).encode("utf-8", "surrogatepass")
    seen = None if draft.whose is For.OFFICER else draft.seen
    draft.seen = _keep(draft.keys, plain, draft.keep_hours, draft.whose, seen)


def _keep(keys: RowKeys, plain: bytes, hours: int, whose: For, seen: bytes | None = None) -> bytes | None:
    """Seal the text, store it in place of the row that begins with `seen`, and return the first bytes of the new row."""
    sealed = seal_words(keys.key, plain, aad=keys.row_id)
    may_save(keys.row_id, whose)
    room = room_for(whose)
    look = ON_DISK.must_look(room)
    taken = door.save_draft(
        keys.row_id,
        sealed,
        hours,
        seen=seen,
        room_for_new=room.for_new if look else None,
        room=room.at_all if look else None,
    )
    if taken is not None:
        ON_DISK.seen(taken)
    return door.beginning(sealed)


def mark_sent(draft: Draft, *, received_on: str, at: datetime, ending: dict[str, Any] | None = None) -> None:
    """Delete a sent draft's answers, but keep its code until the reporter has received it.

    Answers that another tab has saved in the meantime are deleted too. Raises DraftChanged if the draft is gone.

    Also keeps what the confirmation says (`ending`): the kind of report, whether the reporter is under 18 and,
    for a call, the days and hours that were asked for.
    """
    draft.answers, draft.files, draft.uploads = {}, (), ()
    draft.notes = dict(ending or {})
    draft.sent = True
    draft.received_on = received_on
    draft.seen = draft.seen and b""
    save(draft, at=at)


def discard(cookie: str | None, *, at: datetime, purpose: str = _DRAFT) -> None:
    """Delete the draft immediately.

    Does nothing if there is none.
    """
    if cookie and len(cookie) in _COOKIE_LENGTHS:
        door.delete_draft(derive_draft_keys(cookie.encode(), purpose).row_id)


def open_visit(code: ReceiptCode, *, at: datetime, typed: str = "") -> str:
    """Store the receipt code for one visit, sealed under the returned cookie.

    The code itself is not in any cookie or URL. `typed` is the code as the reporter typed it, to be shown
    again unchanged if it opens nothing. Raises StoreFull if there is no room for it at the moment.
    """
    cookie = new_secret()
    keys = derive_draft_keys(cookie.encode(), _VISIT)
    plain = "\n".join((code.symbols, " ".join(typed.split())[:_TYPED].ljust(_TYPED)))
    _keep(keys, plain.encode(), 1, For.PUBLIC)
    return cookie


def visit_code(cookie: str | None, *, at: datetime) -> ReceiptCode | None:
    """Return the receipt code of an open visit, or None if the visit has ended."""
    kept = _visit(cookie)
    return parse(kept[0]) if kept else None


def visit_typed(cookie: str | None) -> str:
    """Return the receipt code as typed by the reporter, or "" if the visit has ended."""
    kept = _visit(cookie)
    return kept[1].strip() if kept else ""


def _visit(cookie: str | None) -> tuple[str, str] | None:
    """Return a visit's receipt code and the code as typed, or None if the visit has ended."""
    if not cookie or len(cookie) not in _COOKIE_LENGTHS:
        return None
    keys = derive_draft_keys(cookie.encode(), _VISIT)
    stored = door.load_draft(keys.row_id)
    if stored is None:
        return None
    try:
        symbols, _, typed = open_words(keys.key, stored[0], aad=keys.row_id).decode().partition("\n")
    except CannotOpen:
        return None
    return symbols, typed


def end_visit(cookie: str | None, *, at: datetime) -> None:
    """End the visit immediately and delete any text that was typed but not sent."""
    for purpose in (_VISIT, _ENTERED, _WRITTEN, _SHOWN):
        discard(cookie, at=at, purpose=purpose)


def keep_entered(typed: str, cookie: str | None, *, at: datetime) -> str:
    """Store an invalid receipt code so that it can be shown once, and return the cookie for it."""
    ours = cookie if cookie and len(cookie) in _COOKIE_LENGTHS else new_secret()
    save(Draft(ours, answers={"code": typed}, purpose=_ENTERED), at=at)
    return ours


def entered_once(cookie: str | None, *, at: datetime) -> str | None:
    """Return the invalid code stored by `keep_entered`, and delete it.

    The next person to use this browser then does not see a code that is nearly correct.
    """
    kept = load(cookie, at=at, purpose=_ENTERED)
    if kept is None:
        return None
    discard(cookie, at=at, purpose=_ENTERED)
    return str(kept.answers["code"])


def shown_in_visit(cookie: str, *, at: datetime) -> tuple[UUID, ...]:
    """Return the ids of messages that remain visible until this visit ends."""
    kept = load(cookie, at=at, purpose=_SHOWN)
    return tuple(UUID(one) for one in kept.answers["ids"]) if kept else ()


def keep_shown(cookie: str, ids: tuple[UUID, ...], *, at: datetime) -> None:
    """Store the ids of the messages that remain visible until this visit ends."""
    save(Draft(cookie, answers={"ids": [str(one) for one in ids]}, purpose=_SHOWN), at=at)


def load_written(cookie: str | None, *, at: datetime) -> Draft | None:
    """Return the reporter's unsent message in this visit, or None if nothing is stored."""
    return load(cookie, at=at, purpose=_WRITTEN)


def written(cookie: str, *, at: datetime) -> Draft:
    """Return the reporter's unsent message in this visit, or an empty draft if there is none.

    Nothing is stored until `save` is called.
    """
    return load(cookie, at=at, purpose=_WRITTEN) or Draft(cookie, purpose=_WRITTEN)
