"""Format a report as component options.

Text typed by users stays a plain string, so that it is escaped.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from heedline.casework.pages.case_answers import CaseAnswers
from heedline.casework.pages.case_lines import MessageLine
from heedline.casework.pages.case_messages import CaseMessages
from heedline.desk_hooks import register
from heedline.web.entrance.templatetags.officer_words import as_typed

#: Where a translation was asked for that nobody can make yet.
NOBODY_SPEAKS_IT = (
    "Nobody who could open this report speaks the language. The desk is told by an alarm. Whoever says "
    "that they speak it can take it."
)
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
    "report-assigned": "Made an officer its owner",
    "report-checked": "Recorded a further check",
    "review-set": "Set the next review",
    "report-assessed": "Assessed it",
    "reporter-asked": "Asked the reporter",
    "messages-read": "Marked the reporter’s messages as read",
    "note-written": "Wrote or corrected a note",
    "report-printed": "Printed the report",
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
    "session-altered": "Session changed in the database; ended",
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


def act_words(act: str) -> str:
    """Return a log action in words, or its code if it has no text of its own."""
    return (ACTS | register.act_words()).get(act, act.replace("-", " ").capitalize())


def told_of(answers: CaseAnswers) -> list[dict[str, Any]]:
    """Return the answers other than the account itself, by section."""
    return [
        {"title": section.title, "rows": [{"label": label, "lines": lines} for label, lines in section.rows]}
        for section in answers.sections
    ]


def messages_of(messages: CaseMessages, *, new: bool = False) -> list[dict[str, str]]:
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
        for one in messages.lines
        if one.new or not new
    ]


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
