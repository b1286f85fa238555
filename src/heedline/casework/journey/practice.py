"""Practice with invented reports from the pack, using the same pages and rules as for real reports.

An exercise runs begin → take → assess → ask → close, under the same table of legal moves as a report
(`reports.lifecycle`). A call is a single step. Exercises are rows of their own table, which no function
for reports can find. Nothing is sent, paged, counted, timed or logged, and nothing here reads a report.
What an officer writes is sealed under the session's cookie and is lost when the session ends. Codes are
kept for some weeks, so that a trainer can see who has practised what.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance
from heedline.casework.errors import Changed, NotHere
from heedline.casework.journey.closing import Closing
from heedline.casework.journey.transitions import Assessment
from heedline.casework.recording import refusals_logged
from heedline.desks.models import Exercise
from heedline.intake.api_payload import from_api
from heedline.intake.question_files import load_question_set
from heedline.intake.questions import QuestionSet
from heedline.intake.record import Record
from heedline.packs import load_pack
from heedline.packs.rules.practice import Scenario
from heedline.permits import practice as practice_functions
from heedline.permits.capabilities import Capability
from heedline.reports.lifecycle import Move, NotNow, Stage, after, check_closed_at_once
from heedline.vault import CannotOpen
from heedline.vault.small import derive_keys, open_small, seal_small

_PURPOSE = "practice"
#: Exercises of one officer that are remembered at a time.
_MANY = 200
#: Words of one exercise, in bytes; beyond it the oldest forms of this page would not fit a row.
_MOST = 100_000


def scenarios() -> Mapping[str, Scenario]:
    """Return the pack's exercises, by code."""
    return load_pack(settings.PACK).practice.scenarios


@cache
def invented(pack: str, code: str) -> tuple[Record, QuestionSet]:
    """Return the invented report and its question set, parsed like a report from the API.

    Raises ValueError where the answers do not fit the questions.
    """
    loaded = load_pack(pack)
    scenario = loaded.practice.scenarios[code]
    asked = load_question_set(loaded, scenario.kind)
    told = {"kind": scenario.kind, **scenario.told}
    record = from_api({scenario.kind: asked}, told, identity_offered=True)
    if not isinstance(record, Record):
        raise ValueError(f"exercise {code} does not fit: {[one.pointer for one in record.problems]}")
    return record, asked


@dataclass(frozen=True)
class Worked:
    """An exercise with its stage, priority and the steps taken so far.

    `steps` and `said` are what was written in this session. They are empty in every other session.
    """

    ref: UUID
    scenario: Scenario
    stage: Stage
    version: int
    priority: str
    danger: bool | None
    outcome: str
    ended_on: date | None
    steps: tuple[Mapping[str, Any], ...] = field(repr=False)
    said: tuple[Mapping[str, Any], ...] = field(repr=False)

    @property
    def alike(self) -> int:
        """Return the number of coded answers that match the model answer."""
        return sum(mine == model for _, mine, model in answers(self))


def answers(one: Worked | practice_functions.Practised) -> list[tuple[str, object, object]]:
    """Return the officer's answers beside the model answers.

    Each row is (label, the officer's answer, the model answer).
    """
    scenario = one.scenario if isinstance(one, Worked) else scenarios()[one.scenario]
    rows: list[tuple[str, object, object]] = [("danger", one.danger, scenario.model.danger)]
    if scenario.way == "report":
        rows += [
            ("priority", one.priority, scenario.model.priority),
            ("outcome", one.outcome, scenario.model.outcome),
        ]
    return rows


# --- finding ---------------------------------------------------------------------------------------------------------


def _permit(by: Attendance) -> None:
    with refusals_logged(Act.PRACTISED, by=by.officer_id):
        by.require(Capability.PRACTISE)


def _words(row: Exercise, by: Attendance) -> dict[str, Any]:
    keys = derive_keys(by.token.encode(), _PURPOSE)
    try:
        kept: dict[str, Any] = json.loads(open_small(keys.key, bytes(row.sealed), aad=row.id.bytes))
    except CannotOpen:  # written in another session, or nothing yet
        return {"steps": [], "said": []}
    return kept


def _worked(row: Exercise, by: Attendance) -> Worked:
    words = _words(row, by)
    return Worked(
        row.id,
        scenarios()[row.scenario],
        Stage(row.stage),
        row.version,
        row.priority,
        row.danger,
        row.outcome,
        row.ended_on,
        tuple(words["steps"]),
        tuple(words["said"]),
    )


def mine(*, by: Attendance) -> tuple[Worked, ...]:
    """Return this officer's exercises, newest first.

    Raises Refused.
    """
    _permit(by)
    rows = Exercise.objects.filter(officer_id=by.officer_id, scenario__in=scenarios())
    return tuple(_worked(row, by) for row in rows.order_by("-began_on", "-ended_on", "id"))


def one(ref: UUID, *, by: Attendance) -> Worked:
    """Return one of this officer's exercises.

    Raises NotHere and Refused.
    """
    _permit(by)
    row = Exercise.objects.filter(pk=ref, officer_id=by.officer_id, scenario__in=scenarios()).first()
    if row is None:
        raise NotHere
    return _worked(row, by)


def _find(ref: UUID, by: Attendance, version: int | None = None) -> Exercise:
    _permit(by)
    row = (
        Exercise.objects.select_for_update()
        .filter(pk=ref, officer_id=by.officer_id, scenario__in=scenarios())
        .first()
    )
    if row is None:
        raise NotHere
    if version is not None and row.version != version:
        raise Changed("You saved this exercise in another tab.")
    return row


def _move(row: Exercise, move: Move, words: Mapping[str, Any], by: Attendance, at: datetime) -> None:
    """Validate and record a step in an exercise, with the officer's text.

    Raises NotNow.
    """
    row.stage = after(Stage(row.stage), move)
    row.version += 1
    kept = _words(row, by)
    kept["steps"] = [{"move": move, "day": at.date().isoformat(), **words}, *kept["steps"]]
    _keep(row, kept, by)


def _keep(row: Exercise, words: Mapping[str, Any], by: Attendance) -> None:
    keys = derive_keys(by.token.encode(), _PURPOSE)
    plain = json.dumps(words).encode()
    if len(plain) > _MOST:
        raise NotNow("This exercise is full. Start it again.")
    row.sealed = seal_small(keys.key, plain, aad=row.id.bytes)


def move(old: Attendance, new: Attendance) -> None:
    """Reseal a session's exercises under its new cookie."""
    for row in Exercise.objects.select_for_update().filter(officer_id=old.officer_id):
        words = _words(row, old)
        if words["steps"] or words["said"]:
            _keep(row, words, new)
            row.save(update_fields=["sealed"])


# --- working ---------------------------------------------------------------------------------------------------------


def begin(code: str, *, by: Attendance, at: datetime) -> UUID:
    """Start an exercise with an invented report and return the exercise's id.

    Raises NotHere for an exercise that the pack does not have, Refused and NotNow.
    """
    _permit(by)
    if code not in scenarios() or scenarios()[code].way != "report":
        raise NotHere
    _room(by)
    return Exercise.objects.create(officer_id=by.officer_id, scenario=code, began_on=at.date()).id


def _room(by: Attendance) -> None:
    if Exercise.objects.filter(officer_id=by.officer_id).count() >= _MANY:
        raise NotNow("You have too many exercises. The oldest will be deleted in a few days.")


def take(ref: UUID, *, by: Attendance, at: datetime) -> None:
    """Take the invented report, as a step in the exercise."""
    with transaction.atomic():
        row = _find(ref, by)
        _move(row, Move.TAKE, {}, by, at)
        row.save(update_fields=["stage", "version", "sealed"])


def _assess(row: Exercise, assessment: Assessment, by: Attendance, at: datetime) -> None:
    codes = {"priority": assessment.priority, "danger": str(assessment.danger_to_life)}
    words = {"Behaviour reported": assessment.done_what, **assessment.coded, "Reason": assessment.reason}
    _move(row, Move.ASSESS, {"codes": codes, "words": words}, by, at)
    row.priority, row.danger = assessment.priority, assessment.danger_to_life


def assess(ref: UUID, assessment: Assessment, *, version: int, by: Attendance, at: datetime) -> None:
    """Assess the invented report.

    Pages nobody, whatever the assessment.
    """
    with transaction.atomic():
        row = _find(ref, by, version)
        _assess(row, assessment, by, at)
        row.save(update_fields=["stage", "version", "priority", "danger", "sealed"])


def ask(ref: UUID, text: str, *, version: int, by: Attendance, at: datetime) -> None:
    """Send a question to the invented reporter, who replies immediately."""
    with transaction.atomic():
        row = _find(ref, by, version)
        _move(row, Move.ASK, {}, by, at)
        kept = _words(row, by)
        answer = scenarios()[row.scenario].answer
        first = not any(one["from_us"] for one in kept["said"])
        kept["said"] += [{"from_us": True, "text": text}]
        kept["said"] += [{"from_us": False, "text": answer}] if first and answer else []
        _keep(row, kept, by)
        row.save(update_fields=["stage", "version", "sealed"])


def close(
    ref: UUID,
    closing: Closing,
    assessment: Assessment | None = None,
    *,
    version: int,
    by: Attendance,
    at: datetime,
) -> None:
    """Close the exercise.

    If `assessment` is given, it is recorded in the same step. The model answer is shown from then on.
    """
    pack = load_pack(settings.PACK)
    with transaction.atomic():
        row = _find(ref, by, version)
        if closing.outcome not in pack.outcomes_for(scenarios()[row.scenario].kind):
            raise ValueError("an outcome that the pack does not know")
        if assessment is not None:
            check_closed_at_once(danger=assessment.danger_to_life)
            _assess(row, assessment, by, at)
        codes = {"outcome": closing.outcome, "status": closing.tell_reporter}
        _move(row, Move.CLOSE, {"codes": codes, "words": {"Reason": closing.reason}}, by, at)
        row.outcome, row.ended_on = closing.outcome, at.date()
        row.save(update_fields=["stage", "version", "priority", "danger", "outcome", "ended_on", "sealed"])


def take_down(code: str, *, danger: bool, told: Mapping[str, Any], by: Attendance, at: datetime) -> UUID:
    """Finish a practice call and return its id.

    The text is sealed for this session. Nothing is sent and nobody is paged.
    """
    _permit(by)
    if code not in scenarios() or scenarios()[code].way != "call":
        raise NotHere
    _room(by)
    row = Exercise(
        officer_id=by.officer_id,
        scenario=code,
        stage=Stage.CLOSED,
        danger=danger,
        began_on=at.date(),
        ended_on=at.date(),
    )
    _keep(row, {"steps": [], "said": [], "told": dict(told)}, by)
    row.save(force_insert=True)
    return row.id


def taken_down(ref: UUID, *, by: Attendance) -> Mapping[str, Any]:
    """Return the report that was taken down during a practice call in this session.

    Empty for a call of any other session.
    """
    row = Exercise.objects.filter(pk=ref, officer_id=by.officer_id).first()
    told: Mapping[str, Any] = _words(row, by).get("told", {}) if row is not None else {}
    return told


# --- who leads -------------------------------------------------------------------------------------------------------


def of_my_people(*, by: Attendance) -> dict[UUID, list[practice_functions.Practised]]:
    """Return the finished exercises of the officers whom this person supervises, grouped by officer.

    Raises Refused.
    """
    with refusals_logged(Act.PRACTISED, by=by.officer_id):
        by.require(Capability.RECORD_TRAINING)
    found: dict[UUID, list[practice_functions.Practised]] = {}
    for each in practice_functions.practised_by_mine():
        if each.scenario in scenarios():
            found.setdefault(each.officer, []).append(each)
    return found


def wipe(at: datetime) -> int:
    """Delete exercises that are past the pack's retention period and return the number deleted.

    Called by the worker.
    """
    before = at.date() - timedelta(days=load_pack(settings.PACK).practice.kept_days)
    gone, _ = Exercise.objects.filter(began_on__lt=before).delete()
    return gone
