"""What was alerted while a caller was still talking, and sending the rest to the same report.

`call_taking.alert` sends what was typed so far as a report in danger. Its draft notes what that report has, so that
`send_rest` adds only what is new or was corrected, as a message to the same report.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from heedline.casework.contact import messages
from heedline.casework.errors import Conflict, NoRoom, SealingStopped
from heedline.casework.intake.draft_files import DraftFile
from heedline.casework.intake.drafting import Draft
from heedline.intake.questions import QuestionSet
from heedline.intake.record import Record
from heedline.intake.summary import record_rows
from heedline.packs import load_pack
from heedline.packs.urgency import DANGER_ANSWERS, Urgency
from heedline.vault.canonical import canonical

#: The account of a report that is alerted before anything was typed.
NO_WORDS_YET = (
    "Nothing had been written down when the call-taker alerted the desk. The caller was still on the line."
)
#: Characters of the rest of a call: it may have the longest answer to every question.
_LONGEST = 60_000
_NOTE = "alert"


def alerted(draft: Draft) -> bool:
    """Return whether this call's report has been sent by an alert."""
    return _NOTE in draft.notes


def note(
    draft: Draft, told: Record | None, asked: QuestionSet, contact: Sequence[tuple[str, str]], *, watch: str
) -> None:
    """Note in the draft, which the caller saves, what the stored alert has: digests of its rows, not the words again.

    `told` is None if another tab alerted with other words: everything is then sent again with the rest.
    """
    rows = _rows(told, asked, contact) if told is not None else {}
    draft.notes = {
        **draft.notes,
        _NOTE: {
            "message": str(uuid4()),
            "rows": {label: _digest(words) for label, words in rows.items()},
            "danger": _danger(told) if told is not None else "",
            "identity": _digest(told.identity_part()) if told is not None else "",
            "watch": watch,
        },
    }


def watch_of(draft: Draft) -> str | None:
    """Return the code of the round-the-clock desk to which the alert is addressed too, or None without an alert."""
    found = draft.notes.get(_NOTE)
    return str(found["watch"]) if found else None


def send_rest(
    draft: Draft, told: Record, asked: QuestionSet, contact: Sequence[tuple[str, str]], *, at: datetime
) -> date | None:
    """Add to the stored report what it does not have yet, with the files. Return the day, or None if nothing was sent.

    A draft without a note lost it to another tab: everything is added. It is None if the caller has given a name since,
    because a name is sealed with its report, or if there is no room. Raises SealingStopped if nothing was stored.
    """
    has: dict[str, Any] = draft.notes.get(
        _NOTE, {"rows": {}, "danger": "", "identity": "", "message": str(uuid4())}
    )
    identity = told.identity_part()
    if identity is not None and _digest(identity) != has["identity"]:
        return None
    rows = _rows(told, asked, contact)
    new = [f"{label}\n{words}" for label, words in rows.items() if has["rows"].get(label) != _digest(words)]
    new += [f"{label}\nThis answer was taken back." for label in has["rows"] if label not in rows]
    if not new and not draft.files:
        return at.date()
    danger = _danger(told)
    again = danger == has["danger"] or DANGER_ANSWERS.get(danger) in {None, Urgency.ROUTINE}
    text = "\n\n".join(["Added by the call-taker:", *new])
    sent = partial(
        messages.say, draft.receipt_code, text, at=at, danger="" if again else danger, longest=_LONGEST
    )
    try:
        try:
            sent(message_id=UUID(has["message"]), files=draft.files)
        except Conflict:  # it went before with other words: from another tab, or its answer was lost
            _send_again(sent, draft.files)
    except NoRoom:
        return None
    return at.date()


def _send_again(sent: Callable[..., bool], files: tuple[DraftFile, ...]) -> None:
    """Send the rest as a message of its own, without the files if they went with the first: a file is stored once."""
    try:
        with transaction.atomic():
            sent(message_id=uuid4(), files=files)
    except SealingStopped:
        sent(message_id=uuid4())


def _danger(told: Record) -> str:
    return str(told.answers.get("now", {}).get("danger", ""))


def _rows(told: Record, asked: QuestionSet, contact: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return what a report says as text by label, without who the caller is."""
    kind = load_pack(settings.PACK).kinds.get(told.kind)
    said = [
        ("What it is about", kind.name if kind is not None else told.kind),
        ("The account", told.narrative),
    ]
    for section in record_rows(asked, told.answers):
        said += [(f"{section.title}: {row.label}", "\n".join(row.lines)) for row in section.rows]
    rows: dict[str, str] = {}
    for label, words in [*said, *contact]:
        if words:
            rows[label] = f"{rows[label]}\n{words}" if label in rows else words
    return rows


def _digest(words: Any) -> str:
    return hashlib.sha256(canonical(words)).hexdigest() if words else ""
