"""Find an item lawful in one act, where that is safe."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings

from heedline.casework.access.session import Attendance
from heedline.casework.search import desk_index
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.material.evidence.reading import ItemEvidence, evidence_of
from heedline.specialist_desks.material.examination import examining
from heedline.specialist_desks.material.examination import law as law_of
from heedline.specialist_desks.material.examination.examining import ExaminationForm
from heedline.specialist_desks.material.examination.law import ExaminationAnswers
from heedline.specialist_desks.material.items import reporters_words
from heedline.specialist_desks.material.items.contents import ItemContent
from heedline.specialist_desks.material.items.found_item import find, item_verb
from heedline.specialist_desks.material.items.reporters_words import ReportersWords
from heedline.specialist_desks.material.rules import ItemMove, ItemOutcome, ItemState
from heedline.specialist_desks.material.vocabulary import MaterialAct, MaterialCapability

NOT_FIRST = "Only an item that nobody has examined can be found lawful in one act."


@item_verb(MaterialAct.EXAMINED)
def find_lawful(
    ref: UUID,
    expression: str,
    why: str,
    *,
    version: int,
    evidence: int,
    by: Attendance,
    at: datetime,
) -> ItemState:
    """Take an item if it is new, and record in one act that it is lawful.

    `expression` answers the question about freedom of expression. If the answer does not make the item lawful by itself,
    `why` must. Raises NotHere, Refused, Changed, Incomplete, and NotNow for an item that needs the whole form: one with
    categories of content, with evidence like that of an item that is not lawful, about which a reporter mentions danger or a
    marked word, or whose reports were not all read.
    """
    found = find(ref, by=by, at=at, version=version)
    found.permit(MaterialCapability.EXAMINE)
    with desk_index.open_index(found.item.desk_id, by.keys()) as index:
        reports = reporters_words.read(found.content, found.item.desk_id, index, by.keys())
    whole = why_not_brief(found.content, reports, evidence_of(ref, by=by))
    if whole:
        raise NotNow(whole)
    if found.state is ItemState.NEW:
        found.move(ItemMove.TAKE)
        found.item.owner_id = by.officer_id
        found.save()
        found.record(MaterialAct.TAKEN)
    if found.state is not ItemState.EXAMINING:
        raise NotNow(NOT_FIRST)
    said = law_of.load_law(settings.PACK).expression.get(expression)
    context = why.strip() or (said.words if said is not None and said.lawful else "")
    answers = ExaminationAnswers({}, expression, otherwise=str(ItemOutcome.LAWFUL))
    return examining.decide(found, ExaminationForm(answers, {}, {}, context), evidence)


def why_not_brief(content: ItemContent, reports: ReportersWords, evidence: ItemEvidence) -> str:
    """Return why an item needs the whole examination form, or "" if it can be found lawful in one act."""
    if content.categories or "danger" in content.parts:
        return "The first check says what it may show, or that somebody is in danger."
    if evidence.blocked:
        return evidence.blocked
    if evidence.broken:
        return "Its evidence was changed."
    if any(one.state is not ItemState.LAWFUL for one in evidence.known):
        return "It looks like another item that was not found lawful."
    return reports.why_not_brief
