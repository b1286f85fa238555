"""The examiner's actions on an item, from taking it to deciding on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, F, OuterRef

from heedline.casework.access.session import Attendance
from heedline.casework.records import desk_parts
from heedline.casework.report.notes import written
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.material.examination import law as law_of
from heedline.specialist_desks.material.examination import welfare
from heedline.specialist_desks.material.examination.law import ExaminationAnswers, MaterialLaw, opinion_of
from heedline.specialist_desks.material.items.found_item import FoundItem, find, item_verb, newest_evidence
from heedline.specialist_desks.material.models import EvidenceEntry, Examination, MaterialItem
from heedline.specialist_desks.material.rules import (
    APPROVABLE,
    PARTS,
    PLACES,
    REPORTED,
    ItemMove,
    ItemOutcome,
    ItemState,
    Opinion,
    Place,
    agreement,
    behind,
    move_after,
    why_not,
)
from heedline.specialist_desks.material.vocabulary import EXAMINATION, MaterialAct, MaterialCapability

LONGEST = 4_000
OTHERS = "A colleague is examining this item."
ADDED = "Evidence was added after you opened this page. Read it before you decide."
ADDED_SINCE = (
    "Evidence was added after an earlier examination. Whoever made that examination must confirm it first. If they no"
    " longer agree or are away, whoever leads the desk can have the item examined again."
)
ADDED_SINCE_YOURS = (
    "Evidence was added after your examination. Read it. If your finding still stands, confirm it. If not, ask whoever leads"
    " the desk to have the item examined again."
)
NOTHING_ADDED = "No evidence was added after the examination. A reviewer decides about the item as it is."


@dataclass(frozen=True)
class ExaminationForm:
    """An examiner's record of an item: the facts, the answers and the reasons for each provision."""

    answers: ExaminationAnswers
    facts: Mapping[str, str] = field(repr=False)
    reasons: Mapping[str, str] = field(repr=False)
    context: str = field(repr=False, default="")


@item_verb(MaterialAct.TAKEN)
def take(ref: UUID, *, by: Attendance, at: datetime) -> None:
    """Assign a new item to the officer for examination. Raise NotHere, Refused or NotNow."""
    found = find(ref, by=by, at=at)
    found.permit(MaterialCapability.EXAMINE)
    if welfare.opted_out(by=by) & set(found.content.categories):
        raise NotNow(welfare.OPTED_OUT)
    found.move(ItemMove.TAKE)
    found.item.owner_id = by.officer_id
    found.save()
    found.record(MaterialAct.TAKEN)


@item_verb(MaterialAct.GIVEN_BACK)
def give_back(ref: UUID, *, by: Attendance, at: datetime) -> None:
    """Return an item to the queue.

    No reason is required. Raises NotHere, Refused and NotNow.
    """
    found = find(ref, by=by, at=at)
    found.permit(MaterialCapability.EXAMINE)
    _only_the_owner(found)
    found.move(ItemMove.GIVE_BACK)
    found.item.owner_id = None
    found.save()
    found.record(MaterialAct.GIVEN_BACK)


@item_verb(MaterialAct.CHECKED)
def check(
    ref: UUID,
    parts: Sequence[str],
    *,
    gone: bool,
    label: str = "",
    categories: Sequence[str] = (),
    by: Attendance,
    at: datetime,
) -> None:
    """Record the first check of an item: whether it is still online, and its priority factors.

    Raises NotHere, Refused and NotNow.
    """
    found = find(ref, by=by, at=at)
    found.permit(MaterialCapability.EXAMINE)
    if found.state not in (ItemState.NEW, ItemState.EXAMINING):
        raise NotNow("This item has been checked and examined.")
    _only_the_owner(found)
    kept = [one for one in found.content.parts if one in REPORTED]
    chosen = [one for one in parts if one in PARTS and one not in REPORTED]
    words = written(label, longest=200, missing="", lines=False) if label.strip() else ""
    shows = tuple(one for one in categories if one in law_of.load_law(settings.PACK).categories)
    found.write(replace(found.content, parts=(*kept, *chosen), label=words, categories=shows))
    if gone:
        found.move(ItemMove.FIND_GONE)
        found.item.owner_id = None
    found.save()
    found.record(MaterialAct.CHECKED)


@item_verb(MaterialAct.EXAMINED)
def examine(
    ref: UUID,
    form: ExaminationForm,
    *,
    version: int,
    evidence: int | None = None,
    by: Attendance,
    at: datetime,
) -> ItemState:
    """Record an examination and return the item's new state.

    The place of the examination follows from the item's state. `evidence` is the newest entry that the examiner was
    shown. Raises NotHere, Refused for somebody who took part before, Changed, NotNow if evidence was added since or after
    an earlier examination, and Incomplete for answers that lead to no outcome.
    """
    found = find(ref, by=by, at=at, version=version)
    found.permit(MaterialCapability.EXAMINE)
    return decide(found, form, evidence)


def decide(found: FoundItem, form: ExaminationForm, evidence: int | None) -> ItemState:
    """Record an examination of an item that was found for it, and return its new state. Raises as `examine` does."""
    by, at = found.by, found.at
    place = PLACES.get(found.state)
    if place is None:
        raise NotNow("This item is not being examined. Take it first.")
    if place is Place.FIRST:
        _only_the_owner(found)
    earlier = list(found.item.examinations.order_by("at"))
    reason = why_not(place, by.officer_id, [one.officer_id for one in earlier])
    if reason:
        raise Refused(reason)
    newest = newest_evidence(found.item)
    if evidence is not None and evidence < newest:
        raise NotNow(ADDED)
    if findings_behind(found.item, earlier):
        raise NotNow(ADDED_SINCE)
    law = law_of.load_law(settings.PACK)
    opinion = opinion_of(form.answers, law, on=at.date())
    _reasons_given(form, opinion)
    first = _opinion_of_first(found, earlier) if place is Place.SECOND else None
    _write(found, form, opinion, place, first, law, newest)
    move = move_after(place, opinion, first)
    if place is Place.FIRST:
        found.item.closed_audience = form.facts.get("closed_audience") == "yes"
    elif form.facts.get("closed_audience") == "yes":
        found.item.closed_audience = True
    if move is not None:
        found.move(move)
    found.item.owner_id = None
    found.save()
    found.record(MaterialAct.EXAMINED)
    return found.state


@item_verb(MaterialAct.MOVED)
def release(ref: UUID, *, by: Attendance, at: datetime) -> None:
    """Record that investigators agree to the removal of a held item. Raise NotHere, Refused or NotNow."""
    found = find(ref, by=by, at=at)
    found.permit(MaterialCapability.LEAD)
    found.move(ItemMove.RELEASE)
    found.save()
    found.record(MaterialAct.MOVED)


@item_verb(MaterialAct.CONFIRMED)
def confirm(ref: UUID, *, by: Attendance, at: datetime) -> None:
    """Confirm the officer's own finding after evidence was added. Raise NotHere, Refused or NotNow."""
    found = find(ref, by=by, at=at)
    found.permit(MaterialCapability.EXAMINE)
    newest = newest_evidence(found.item)
    if by.officer_id not in findings_behind(found.item, found.item.examinations.all()):
        raise NotNow("Nothing is waiting for your confirmation.")
    found.item.examinations.filter(officer_id=by.officer_id, round=found.item.round).update(evidence=newest)
    found.record(MaterialAct.CONFIRMED, number=newest)


def findings_behind(item: MaterialItem, examinations: Iterable[Examination]) -> tuple[UUID, ...]:
    """Return the examiners who must confirm their findings about an item before it is reviewed."""
    if item.state not in (ItemState.SECOND, ItemState.DISPUTED):
        return ()
    made = [(one.officer_id, one.evidence) for one in examinations if one.round == item.round]
    return behind(made, newest_evidence(item))


def to_confirm(desk: UUID, officer: UUID) -> Sequence[UUID]:
    """Return the items of a desk whose findings this officer must confirm."""
    rows = Examination.objects.filter(
        item__desk_id=desk,
        item__state__in=[str(ItemState.SECOND), str(ItemState.DISPUTED)],
        officer_id=officer,
        round=F("item__round"),
    )
    added = EvidenceEntry.objects.filter(
        item_id=OuterRef("item_id"), routine=False, number__gt=OuterRef("evidence")
    )
    return list(rows.filter(Exists(added)).order_by("at").values_list("item_id", flat=True))


@item_verb(MaterialAct.MOVED)
def reopen(ref: UUID, *, by: Attendance, at: datetime) -> None:
    """Reopen a finished item, or one with evidence added since its examination.

    Raises NotHere, Refused and NotNow.
    """
    found = find(ref, by=by, at=at)
    found.permit(MaterialCapability.LEAD)
    waits = found.state in (ItemState.SECOND, ItemState.DISPUTED)
    if waits and not findings_behind(found.item, found.item.examinations.all()):
        raise NotNow(NOTHING_ADDED)
    found.move(ItemMove.RETURN if found.state is ItemState.REFERRED else ItemMove.REOPEN)
    found.save()
    found.record(MaterialAct.MOVED)


@item_verb(MaterialAct.UNIT_HAS_IT)
def unit_has_it(ref: UUID, *, by: Attendance, at: datetime) -> None:
    """Record that the responsible unit has received a referred item. Raise NotHere, Refused or NotNow."""
    found = find(ref, by=by, at=at)
    found.permit(MaterialCapability.LEAD)
    if found.item.referral_due_at is None:
        raise NotNow("This item is not waiting for a unit.")
    found.item.referral_due_at = None
    found.save()
    found.record(MaterialAct.UNIT_HAS_IT)


@item_verb(MaterialAct.MOVED)
def approve_audience(ref: UUID, *, by: Attendance, at: datetime) -> None:
    """Approve a notice to a company about an item that only a closed audience could see.

    A notice may then give the reporter away. Raises NotHere, Refused and NotNow.
    """
    found = find(ref, by=by, at=at)
    found.permit(MaterialCapability.LEAD)
    waits = found.item.closed_audience and found.item.audience_approved_by_id is None
    if not waits or found.state not in APPROVABLE:
        raise NotNow("Nothing is waiting for this approval.")
    if found.item.examinations.filter(officer_id=by.officer_id).exists():
        raise Refused("You examined this item yourself. Another senior approves it.")
    found.item.audience_approved_by_id = by.officer_id
    found.save()
    found.record(MaterialAct.MOVED)


def _only_the_owner(found: FoundItem) -> None:
    owner = found.item.owner_id
    if owner is not None and owner != found.by.officer_id:
        raise Refused(OTHERS)


def _reasons_given(form: ExaminationForm, opinion: Opinion) -> None:
    """Raise Incomplete if the examiner has left out a required reason or the required context."""
    for code in opinion.met:
        if not form.reasons.get(code, "").strip():
            raise law_of.Incomplete(f"why-{code}", "Say why this provision is met")
    if opinion.outcome not in (ItemOutcome.UNLAWFUL, ItemOutcome.HELD) and not form.context.strip():
        raise law_of.Incomplete("context", "Say what the item is, and why no provision is met")


def _opinion_of_first(found: FoundItem, earlier: Sequence[Examination]) -> Opinion:
    """Return the first examiner's opinion, built from its stored codes."""
    first = next(one for one in earlier if one.place == Place.FIRST and one.round == found.item.round)
    return Opinion(ItemOutcome(first.outcome), frozenset(first.met))


def _write(
    found: FoundItem,
    form: ExaminationForm,
    opinion: Opinion,
    place: Place,
    first: Opinion | None,
    law: MaterialLaw,
    evidence: int,
) -> None:
    answers = form.answers
    words: dict[str, Any] = {
        "facts": {key: value[:LONGEST] for key, value in form.facts.items()},
        "elements": {code: sorted(some) for code, some in answers.elements.items() if some},
        "reasons": {code: text[:LONGEST] for code, text in form.reasons.items() if text.strip()},
        "expression": answers.expression,
        "organisation": answers.organisation,
        "context": form.context[:LONGEST],
        "met": sorted(opinion.met),
        "agreement": agreement(first, opinion, law.provisions) if first is not None else {},
    }
    container = desk_parts.seal(
        found.item.desk_id, found.item.id, words, part=EXAMINATION, on=found.at.date()
    )
    Examination.objects.create(
        item=found.item,
        round=found.item.round,
        place=place,
        officer_id=found.by.officer_id,
        at=found.at,
        outcome=opinion.outcome,
        met=sorted(opinion.met),
        container=container,
        evidence=evidence,
    )
