"""Format a reporter's answers and later messages for the left-hand column of a report's pages.

Text typed by users stays a plain string, so that it is escaped.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from heedline.casework.pages.case_answers import CaseAnswers
from heedline.casework.pages.case_lines import MessageLine
from heedline.casework.pages.case_messages import CaseMessages
from heedline.web.entrance.templatetags.officer_words import as_typed
from heedline.web.shell.danger_answers import DANGER_TOLD


def told_of(answers: CaseAnswers) -> list[dict[str, Any]]:
    """Return the reporter's answers by section, without the account itself."""
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
            "when": f"{one.when_words}{_state(one)}",
            "text": _said(one),
        }
        for one in messages.lines
        if one.new or not new
    ]


def _state(one: MessageLine) -> str:
    """Return the status of a message, such as ", read", to append to its date."""
    if not one.from_us:
        return ", new" if one.new else ""
    if one.copy_deleted:
        return (
            ", read and deleted by the reporter"
            if one.seen
            else ", deleted by the reporter, not marked as read"
        )
    return ", read" if one.seen else ""


def _said(one: MessageLine) -> str:
    """Return a message as text, with its translation or its English original, each labelled."""
    if one.danger in DANGER_TOLD and one.danger != "no":
        return (
            f"In danger, or something planned: {DANGER_TOLD[one.danger]}\n\n{_said(replace(one, danger=''))}"
        )
    if one.despite:
        one = replace(
            one,
            text=f"{one.text}\n\nSent despite a source guard warning, because:\n{one.despite}",
            despite="",
        )
    if one.english:
        return f"{as_typed(one.text)}\n\nIn English, as it was written:\n{as_typed(one.english)}"
    if one.translation is not None:
        marked = f"Translated by {one.translation.by}, {one.translation.day_words}"
        doubt = "" if one.translation.verified else " (signature does not match)"
        return f"{as_typed(one.text)}\n\n{marked}{doubt}:\n{as_typed(one.translation.text)}"
    return as_typed(one.text)
