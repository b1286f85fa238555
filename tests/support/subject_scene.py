"""Subjects as officers record them on reports."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from heedline.casework.search.subject_entries import SubjectBasis, SubjectKind
from heedline.casework.subjects import changing, offering, reading
from heedline.casework.subjects.changing import NewSubjectLink
from heedline.casework.subjects.offering import SubjectOffer
from heedline.casework.subjects.reading import SubjectView
from tests.support.scene_people import MINUTE, People
from tests.support.search_scene import indexed

BOY = (
    "A pupil, Caoimhin Tierney, draws symbols and says he will be famous soon. He was born on 4/9/2010.",
    "My nephew Kevin Teirney has changed. He talks of attacks all night. Date of birth 04.09.2010.",
)


def two_of_one(people: People) -> tuple[tuple[UUID, UUID], tuple[UUID, UUID]]:
    """Two new reports at one desk that are linked to one subject: each report with its link."""
    one, other = (people.send(narrative=told)[0] for told in BOY)
    indexed(people)
    first = linked(people, one)
    return (one, first), (other, linked(people, other, to=first, after=1))


def offered(people: People, ref: UUID, name: str = "Odile") -> SubjectOffer:
    """What an officer can record on a report."""
    with people.sitting(name) as here:
        return offering.offer(ref, by=here)


def linked(
    people: People,
    ref: UUID,
    name: str = "Odile",
    *,
    to: UUID | None = None,
    kind: SubjectKind = SubjectKind.PERSON,
    basis: SubjectBasis = SubjectBasis.FACT,
    why: str = "The aunt names him.",
    after: int = 0,
    **more: Any,
) -> UUID:
    """Link a report to a subject with all of the report's values, and return the link."""
    values = {one.code: basis for one in offered(people, ref, name).values}
    with people.sitting(name) as here:
        new = NewSubjectLink(to, kind, more.pop("values", values), why, **more)
        return changing.link(ref, new, by=here, at=people.at + after * MINUTE)


def shown(people: People, ref: UUID, link: UUID, name: str = "Odile") -> SubjectView:
    """The page of a subject, as an officer sees it."""
    with people.sitting(name) as here:
        return reading.view(ref, link, by=here, at=people.at)
