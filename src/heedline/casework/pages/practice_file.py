"""View data for a practice exercise, in the form used for a report's page.

It is built from the pack alone and contains no real data.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.conf import settings

from heedline.casework.access.session import Attendance
from heedline.casework.journey.practice import Worked, invented
from heedline.casework.pages.case_answers import IDENTITY_WORDS, CaseAnswers
from heedline.casework.pages.case_file import CaseFile
from heedline.casework.pages.case_header import OFFERED, CaseHeader, MoveLine
from heedline.casework.pages.case_history import CaseHistory
from heedline.casework.pages.case_lines import MessageLine, StepLine
from heedline.casework.pages.case_messages import CaseMessages
from heedline.casework.pages.timeline import TimelineEntry, TimelineKind
from heedline.casework.report.answers import under_headings
from heedline.packs import load_pack
from heedline.packs.urgency import Priority
from heedline.reports.lifecycle import Move, NotNow, Stage, after

#: What is practised; the other moves of a report are not.
PRACTISED = frozenset({Move.TAKE, Move.ASSESS, Move.ASK, Move.CLOSE})

_NO_TIME = datetime.min.replace(tzinfo=UTC)


def short_name(one: Worked) -> str:
    """Return the page title of an exercise.

    It never looks like the reference of a report.
    """
    return f"Practice: {one.scenario.title}"


def file_of(one: Worked, *, by: Attendance) -> CaseFile:
    """Return an exercise in the form of a report's page.

    The desk, deadline and identity are placeholders.
    """
    record, asked = invented(settings.PACK, one.scenario.code)
    pack = load_pack(settings.PACK)
    header = CaseHeader(
        ref=one.ref,
        short=short_name(one),
        version=one.version,
        kind=one.scenario.kind,
        desk_name="Practice",
        desk_code="practice",
        stage=one.stage,
        priority=Priority(one.priority) if one.priority else None,
        danger_to_life=one.danger,
        due_words="",
        owner=None,
        mine=one.stage != Stage.WAITING,
        offered_by="",
        review_within=timedelta(0),
        status="question" if one.stage == Stage.ACTING else "read",
        withdraw_asked=False,
        moves=_moves(one),
    )
    answers = CaseAnswers(
        kind_words=f"Invented, for practice. {pack.kinds[one.scenario.kind].name}",
        arrived_words="for practice",
        narrative=record.narrative,
        sections=under_headings(asked, record.answers),
        identity_words=f"{IDENTITY_WORDS} Here nobody sent anything.",
        guessable=False,
        young=False,
        only_who=pack.behaviour.only_who(record.narrative, kind=one.scenario.kind, language="en"),
        language="en",
        language_words="",
        language_said=True,
    )
    steps = tuple(_step(step, by) for step in one.steps)
    history = CaseHistory(steps, timeline=tuple(_entry(step) for step in reversed(steps)))
    return CaseFile(
        header, answers, history, CaseMessages(tuple(_message(said, one, by) for said in one.said))
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
        Move(step["move"]),
        by.name,
        f"{day:%-d %B %Y}",
        tuple(step.get("codes", {}).items()),
        tuple((label, words) for label, words in step.get("words", {}).items() if words),
    )


def _entry(step: StepLine) -> TimelineEntry:
    """Convert an exercise step to a timeline entry.

    Exercises record days but not times.
    """
    return TimelineEntry(
        TimelineKind.MOVE, step.move, step.by, step.when_words, _NO_TIME, step.codes, step.words
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
