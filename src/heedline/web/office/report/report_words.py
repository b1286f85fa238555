"""Format a report as component options.

Text typed by users stays a plain string, so that it is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from heedline.casework.contact.call_back import HOWS
from heedline.casework.pages.case_file import CaseFile
from heedline.casework.pages.case_lines import MessageLine, StepLine
from heedline.casework.pages.desk_tabs import DeskTab
from heedline.desk_hooks import register
from heedline.packs import load_pack
from heedline.reports.lifecycle import Move, Stage
from heedline.reports.translation_states import TranslationState
from heedline.web.entrance.templatetags.officer_words import as_typed

STAGES = {
    "waiting": "Waiting to be taken",
    "taken": "Taken",
    "assessed": "Assessed",
    "acting": "Being acted on",
    "closed": "Closed",
}
#: Where a translation was asked for that nobody can make yet.
NOBODY_SPEAKS_IT = (
    "Nobody who could open this report speaks the language. The desk is told by an alarm. Whoever says "
    "that they speak it can take it."
)
PRIORITIES = {"high": "High", "medium": "Medium", "low": "Low", "": "Not assessed"}
URGENCIES = {
    "danger": "Somebody may be in danger",
    "soon": "Something may happen soon",
    "routine": "No hurry stated",
}
CHANNELS = {"web": "Public site", "api": "Another service", "phone": "Telephone"}
ACTS = {
    "report-arrived": "It arrived",
    "report-read": "Read it",
    "history-read": "Looked at this history",
    "report-taken": "Took it",
    "report-released": "Gave it back to the desk",
    "report-assessed": "Assessed it",
    "reporter-asked": "Asked the reporter",
    "messages-read": "Marked the reporter’s messages as read",
    "number-shown": "Opened the number to call",
    "call-tried": "Called them",
    "source-referred": "Referred it to the source unit",
    "source-overridden": "Wrote to the reporter although the source guard warned",
    "asked-before-noted": "Noted whether the reporter was asked before under another code",
    "language-said": "Said which language it is in",
    "translation-asked": "Asked for a translation",
    "translation-taken": "Took a translation",
    "translation-handed-on": "Gave a translation on",
    "translation-written": "Translated",
    "translation-dropped": "Took back a translation that was asked for",
    "dissemination-written": "Wrote something for a partner",
    "dissemination-read": "Read what was written for partners",
    "dissemination-checked": "Read what a colleague wrote for a partner",
    "dissemination-sent": "Sent it to the partner",
    "dissemination-sent-back": "Did not let it go to the partner",
    "dissemination-withdrawn": "Took back what was sent to a partner",
    "dissemination-finished": "Finished what was sent to a partner",
    "disseminations-listed": "Looked at what is with partners",
    "released-again": "Released something again, to a partner’s new key",
    "received-by-partner": "Opened what was sent, for the partner, and signed that it arrived",
    "opened-by-partner": "Opened what was sent, for the partner",
    "answered-by-partner": "Answered for the partner",
    "report-handed-over": "Handed it over",
    "report-closed": "Closed it",
    "report-reopened": "Opened it again",
    "checks-drawn": "Drew closed reports to be read again",
    "closed-checked": "Read it again after it was closed",
    "check-put-right": "Put it right",
    "report-swept": "Closed it with others that look alike",
    "report-unswept": "Undid that",
    "identity-asked": "Asked to open who sent it",
    "identity-request-read": "Read the request to open who sent it",
    "identity-decided": "Decided whether who sent it may be opened",
    "identity-opened": "Opened who sent it",
    "trace-asked": "Asked that the sender be traced",
    "trace-request-read": "Read the request that the sender be traced",
    "trace-decided": "Decided whether the sender may be traced",
    "trace-stated": "Took the statement of what is held about the sender",
    "keeping-seen": "Looked at how long it is kept",
    "kept-longer": "Decided to keep it longer",
    "hold-placed": "Held it",
    "hold-released": "Released a hold",
    "disposal-proposed": "Proposed to dispose of it",
    "disposal-decided": "Decided about its disposal",
    "identity-disposed": "Who sent it was disposed of",
    "subject-found": "Noted it for a request by a person about their data",
    "queue-read": "Looked at a queue",
    "call-taken-down": "Took a report down for somebody",
    "came-on-duty": "Came on duty",
    "went-off-duty": "Went off duty",
    "shift-planned": "Planned a shift",
    "put-on-call": "Put somebody on call",
    "duty-paged": "Paged the people on duty",
    "training-recorded": "Recorded a training",
    "training-withdrawn": "Took back the record of a training",
    "trainings-seen": "Looked at who was trained in what",
    "without-training": "Did this without the training for it, in an emergency or because it was begun before",
    "sign-in-refused": "Could not sign in",
    "bound-to-provider": "Set up to sign in through the organisation’s provider",
    "unbound-from-provider": "No longer signs in through the provider",
    "let-in": "Let somebody sign in with their password while the provider fails",
    "signed-in-by-provider": "Signed in through the provider",
    "provider-sign-in-refused": "Came from the provider and was not let in",
    "ended-by-provider": "Put out: the provider said no, or did not answer for too long",
    "unlock-refused": "Could not unlock keys",
    "backup-begun": "A copy of the installation was begun",
    "log-restored": "The log was moved to a restored database",
    "log-read": "Looked at the log",
    "log-taken-out": "Took a list out of the log",
    "own-terms-registered": "Registered what concerns an officer themselves",
    "own-terms-ended": "Ended what was registered of an officer",
    "own-term-met": "An officer met what concerns themselves",
}
MOVES = {
    Move.SUBMIT: "Received",
    Move.TAKE: "Taken",
    Move.RELEASE: "Given back to the desk",
    Move.ASSESS: "Assessed",
    Move.ASK: "Reporter asked",
    Move.CALL: "Called",
    Move.REFER: "Referred to the source unit",
    Move.DISSEMINATE: "Written for a partner",
    Move.HAND_OVER: "Handed over",
    Move.CLOSE: "Closed",
    Move.REOPEN: "Opened again",
    Move.SWEEP: "Closed with others that look alike",
    Move.UNDO_SWEEP: "That was undone",
}


#: Pages of a report without a tab of their own.
_STANDS_UNDER = {"report-trace": "report-identity"}


def act_words(act: str) -> str:
    """Return a log action in words, or its code if it has no text of its own."""
    return (ACTS | register.act_words()).get(act, act.replace("-", " ").capitalize())


def status_words(status: str) -> str:
    """Return the current status as shown to the reporter."""
    pack = load_pack(settings.PACK)
    key = pack.statuses.get(status)
    return pack.words("en")[key] if key else status


def facts_of(file: CaseFile) -> list[dict[str, str]]:
    """Return the facts for the identity bar on every page of a report."""
    facts = [
        {"label": "Desk", "text": file.desk_name},
        {"label": "Stage", "text": STAGES.get(file.stage, file.stage)},
        {"label": "Priority", "text": PRIORITIES.get(file.priority, file.priority)},
    ]
    if file.due_words:
        facts.append({"label": "Clock", "text": file.due_words})
    if file.holder:
        held = "You have this" if file.mine else f"{file.holder} has this"
        facts.append({"label": "Held", "text": f"{held} until {file.lease_words}"})
    return facts


def tabs_of(file: CaseFile, current: str, query: str, of_desks: Iterable[DeskTab]) -> list[dict[str, Any]]:
    """Return the tabs of a report. An action that is not possible now still has a page that says why."""
    pages = [
        ("report", "Report", 0),
        ("report-ask", "Messages", sum(1 for one in file.messages if one.new)),
        *([("report-call", "Call back", 0 if file.call.done else 1)] if file.call else []),
        (
            "report-translation",
            "Translation",
            sum(1 for one in file.translations if one.state == TranslationState.WAITING),
        ),
        ("report-partners", "Partners", file.with_partners),
        *((tab.url, tab.text, tab.count) for tab in of_desks),
        ("report-hand-over", "Hand over", 0),
        ("report-reopen", "Open again", 0) if file.stage == Stage.CLOSED else ("report-close", "Close", 0),
        ("report-identity", "Who sent it", 0),
        ("report-keeping", "Keeping", 0),
        ("report-history", "History", 0),
    ]
    return [
        {
            "text": text,
            "href": reverse(name, kwargs={"ref": file.ref}) + query,
            "current": name == _STANDS_UNDER.get(current, current),
            "count": count,
        }
        for name, text, count in pages
    ]


def told_of(file: CaseFile) -> list[dict[str, Any]]:
    """Return the answers other than the account itself, by section."""
    return [
        {"title": section.title, "rows": [{"label": label, "lines": lines} for label, lines in section.rows]}
        for section in file.told
    ]


def _code_words(step: StepLine) -> list[tuple[str, str]]:
    pack = load_pack(settings.PACK)
    words: list[tuple[str, str]] = []
    for name, value in step.codes:
        if name == "priority":
            words.append(("Priority", PRIORITIES.get(value, value)))
        elif name == "danger":
            words.append(("Danger to life", "Yes" if value == "True" else "No"))
        elif name == "call":
            words.append(("How it went", HOWS.get(value, value)))
        elif name == "outcome":
            words.append(("Outcome", pack.outcomes[value].words if value in pack.outcomes else value))
        elif name == "status":
            words.append(("The reporter is told", status_words(value)))
        elif name == "purpose" and value in pack.partners.purposes:
            words.append(("Purpose", pack.partners.purposes[value].name))
        elif name == "partner":
            words.append(("Partner", value.replace("-", " ").capitalize()))
        elif name == "to":
            words.append(("To", pack.desks[value].name if value in pack.desks else value))
    return words


def steps_of(file: CaseFile) -> list[dict[str, Any]]:
    """Return what was done with the report, newest first."""
    return [
        {
            "title": MOVES.get(Move(step.move), step.move),
            "by": step.by,
            "when": step.when_words,
            "codes": _code_words(step),
            "words": list(step.words),
        }
        for step in file.steps
    ]


def messages_of(file: CaseFile, *, new: bool = False) -> list[dict[str, str]]:
    """Return the messages exchanged with the reporter as component items, oldest first.

    With `new`, only messages not marked as read are returned.
    """
    return [
        {
            "kind": "sent" if one.from_us else "received",
            "sender": f"{one.by}{'' if one.verified else ' (signature does not match)'}"
            if one.from_us
            else "The reporter",
            "when": f"{one.when_words}{', read' if one.from_us and one.seen else ''}{', new' if one.new else ''}",
            "text": _said(one),
        }
        for one in file.messages
        if one.new or not new
    ]


def new_messages(file: CaseFile) -> list[UUID]:
    """Return the ids of the reporter's messages that have not been marked as read."""
    return [one.id for one in file.messages if one.new]


def _said(one: MessageLine) -> str:
    """Return a message as text, with its translation or its English original, each labelled."""
    if one.despite:
        one = replace(
            one,
            text=f"{one.text}\n\nSent although the source guard warned, because:\n{one.despite}",
            despite="",
        )
    if one.english:
        return f"{as_typed(one.text)}\n\nIn English, as it was written:\n{as_typed(one.english)}"
    if one.translation is not None:
        marked = f"Translated by {one.translation.by}, {one.translation.day_words}"
        doubt = "" if one.translation.verified else " (signature does not match)"
        return f"{as_typed(one.text)}\n\n{marked}{doubt}:\n{as_typed(one.translation.text)}"
    return as_typed(one.text)
