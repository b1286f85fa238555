"""A practice exercise in the same frozen form as a report's page.

It is built from the pack alone and contains no real data.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.conf import settings

from heedline.casework.access.session import Attendance
from heedline.casework.journey.practice import Worked, invented
from heedline.casework.pages.case_file import IDENTITY_WORDS, OFFERED, CaseFile, MoveLine
from heedline.casework.pages.case_lines import MessageLine, StepLine
from heedline.casework.report.answers import under_headings
from heedline.packs import load_pack
from heedline.reports.lifecycle import TURNS, Move, NotNow, Stage, after

#: What is practised; the other moves of a report are not.
PRACTISED = frozenset({Move.TAKE, Move.ASSESS, Move.ASK, Move.CLOSE})


def short_name(one: Worked) -> str:
    """Return the page title of an exercise, which never looks like a report's short name."""
    return f"Practice: {one.scenario.title}"


def file_of(one: Worked, *, by: Attendance) -> CaseFile:
    """Return an exercise with everything that a report's page shows.

    The desk, deadline and identity are placeholders.
    """
    record, asked = invented(settings.PACK, one.scenario.code)
    pack = load_pack(settings.PACK)
    return CaseFile(
        ref=one.ref,
        short=short_name(one),
        version=one.version,
        kind=one.scenario.kind,
        kind_words=f"Invented, for practice. {pack.kinds[one.scenario.kind].name}",
        desk_name="Practice",
        desk_code="practice",
        stage=one.stage,
        turn=TURNS[one.stage],
        received_words="today",
        arrived_words="for practice",
        due_words="",
        overdue=False,
        urgency=record.urgency,
        priority=one.priority,
        danger_to_life=one.danger,
        guessable=False,
        only_who=pack.behaviour.only_who(record.narrative, kind=one.scenario.kind, language="en"),
        language="en",
        language_words="",
        language_said=True,
        pages="",
        pages_words="",
        pages_flag="",
        hint=None,
        channel="web",
        narrative=record.narrative,
        told=under_headings(asked, record.answers),
        as_seen=(),
        moves=_moves(one),
        holder=None,
        mine=one.stage != Stage.WAITING,
        lease_words="",
        steps=tuple(_step(step, by) for step in one.steps),
        messages=tuple(_message(said, one, by) for said in one.said),
        withdraw_asked=False,
        identity_words=f"{IDENTITY_WORDS} Here nobody sent anything.",
        status="question" if one.stage == Stage.ACTING else "read",
        outcome=one.outcome,
        asked=None,
        traced=None,
    )


def _moves(one: Worked) -> tuple[MoveLine, ...]:
    lines = []
    for move, _, label in OFFERED:
        if move not in PRACTISED or (move is Move.TAKE and one.stage != Stage.WAITING):
            continue
        reason = ""
        try:
            after(one.stage, move)
        except NotNow as no:
            reason = no.reason
        lines.append(MoveLine(move, label, not reason, reason))
    return tuple(lines)


def _step(step: Mapping[str, Any], by: Attendance) -> StepLine:
    day = date.fromisoformat(step["day"])
    return StepLine(
        step["move"],
        by.name,
        f"{day:%-d %B %Y}",
        tuple(step.get("codes", {}).items()),
        tuple((label, words) for label, words in step.get("words", {}).items() if words),
    )


def _message(said: Mapping[str, Any], one: Worked, by: Attendance) -> MessageLine:
    return MessageLine(
        from_us=said["from_us"],
        text=said["text"],
        when_words="in practice",
        by=by.name if said["from_us"] else "",
        verified=True,
        seen=True,
        new=False,
        id=one.ref,
    )
