"""Display text for a report's transitions, with their codes and the status shown to the reporter."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings

from heedline.casework.contact.call_back import EMAIL_TROUBLE, EMAILED, HOWS, NOT_MADE, REACHED
from heedline.casework.pages.case_history import CaseHistory
from heedline.packs import load_pack
from heedline.reports.lifecycle import Move
from heedline.web.shell.report_bar import PRIORITIES

MOVES = {
    Move.SUBMIT: "Received",
    Move.TAKE: "Taken",
    Move.RELEASE: "Returned to the desk",
    Move.ASSESS: "Assessed",
    Move.ASK: "Message sent to the reporter",
    Move.CALL: "Reporter called",
    Move.REFER: "Referred to the source unit",
    Move.DISSEMINATE: "Disclosure written",
    Move.CHECK: "Checks recorded",
    Move.NOTE_CHECK: "Checks asked for or not done",
    Move.REVIEW: "Next review set",
    Move.JOIN_CASE: "Joined a case",
    Move.ASSIGN: "Owner named",
    Move.HAND_OVER: "Handed over",
    Move.ACCEPT: "Accepted by this desk",
    Move.RETURN: "Returned to the desk that handed it over",
    Move.DISCHARGE: "Danger to life discharged",
    Move.KEEP_CLOSING: "Closure kept until the report has been compared",
    Move.STOP_CLOSING: "Closure stopped",
    Move.CLOSE: "Closed",
    Move.REOPEN: "Reopened",
    Move.SWEEP: "Closed in bulk",
    Move.UNDO_SWEEP: "Bulk closure undone",
}

#: Why a closed report came back by itself, by the codes of `door.reopen`.
BECAUSE = {"reporter-wrote": "The reporter wrote again", "danger-told": "A partner told us of danger"}


def move_words(move: Move, codes: Iterable[tuple[str, str]]) -> str:
    """Return the title of a transition. A call that did not reach the reporter is not titled as one that did."""
    how = dict(codes).get("call", "")
    if move == Move.CALL and how in HOWS and how not in REACHED:
        return HOWS[how] if how in (EMAILED, NOT_MADE, *EMAIL_TROUBLE) else f"Call tried: {HOWS[how].lower()}"
    return MOVES.get(move, move)


def status_words(status: str, kind: str) -> str:
    """Return the text of the current status as shown to the reporter of this kind of report."""
    pack = load_pack(settings.PACK)
    key = pack.statuses.get(status)
    return pack.mailbox_words(kind, "en")[key] if key else status


def code_words(codes: Iterable[tuple[str, str]], kind: str) -> list[tuple[str, str]]:
    """Return the codes of a transition of this kind of report as (label, text) pairs.

    Codes without a text are left out.
    """
    pack = load_pack(settings.PACK)
    words: list[tuple[str, str]] = []
    for name, value in codes:
        if name == "priority":
            words.append(("Priority", PRIORITIES.get(value, value)))
        elif name == "danger":
            words.append(("Danger to life", "Yes" if value == "True" else "No"))
        elif name == "log":
            words.append(("Details", "On the Danger to life page"))
        elif name == "call":
            words.append(("How it went", HOWS.get(value, value)))
        elif name == "outcome":
            words.append(("Outcome", pack.outcomes[value].words if value in pack.outcomes else value))
        elif name == "status":
            words.append(("Status shown to the reporter", status_words(value, kind)))
        elif name == "purpose" and value in pack.partners.purposes:
            words.append(("Purpose", pack.partners.purposes[value].name))
        elif name == "partner":
            words.append(("Partner", value.replace("-", " ").capitalize()))
        elif name == "because" and value in BECAUSE:
            words.append(("Because", BECAUSE[value]))
        elif name == "to":
            words.append(("To", pack.desks[value].name if value in pack.desks else value))
    return words


def steps_of(history: CaseHistory, kind: str) -> list[dict[str, Any]]:
    """Return the transitions of a report of this kind, newest first."""
    return [
        {
            "title": move_words(step.move, step.codes),
            "by": step.by,
            "when": step.when_words,
            "codes": code_words(step.codes, kind),
            "words": list(step.words),
        }
        for step in history.steps
    ]
