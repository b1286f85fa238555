"""Demonstration data for linking: a subject, a link decision, a question and a registered interest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from heedline.jobs.demonstration.scenario import LinkingScene

if TYPE_CHECKING:
    from heedline.casework.access.session import Attendance

type AtWork = Callable[[str], AbstractContextManager[Attendance]]


def load(
    scene: LinkingScene,
    officers: Sequence[str],
    reports: Mapping[str, UUID],
    at_work: AtWork,
    at: datetime,
) -> None:
    """Index all reports, register an interest, link two reports to a subject and ask about their matches.

    `officers` are an officer of the desk that holds the first two reports, an investigator of another desk, and an officer
    of the linking desk. `reports` are named as in `reports.toml`.
    """
    from heedline.casework.linking import interests, questions

    owner, investigator, linking = officers
    first, second, *_ = (reports[name] for name in scene.reports)
    with at_work(investigator) as by:
        interests.register(
            "", scene.registration, scene.ground, (at + timedelta(days=90)).date(), by=by, at=at
        )
    for name in officers:
        _index(name, at_work, at)
    _compare(linking, at_work, at)
    for name in officers:
        _complete(name, at_work, at)
    _subject(scene, owner, (first, second), at_work, at)
    with at_work(owner) as by:
        for match in questions.matches(by=by, report=first):
            questions.ask(match.id, scene.question, by=by, at=at)
    _index(owner, at_work, at)


def _index(name: str, at_work: AtWork, at: datetime) -> None:
    from heedline.casework.search import desk_index, indexing

    with at_work(name) as by:
        for desk in by.desks:
            desk_index.begin(desk.id, on=at.date())
            while indexing.index_batch(desk.id, by=by, at=at):
                pass


def _compare(name: str, at_work: AtWork, at: datetime) -> None:
    from heedline.casework.linking import matching

    with at_work(name) as by:
        while matching.catch_up(by=by, at=at):
            pass


def _complete(name: str, at_work: AtWork, at: datetime) -> None:
    """Close the reports whose closures were kept until they had been compared."""
    from heedline.casework.journey import closing

    with at_work(name) as by:
        closing.complete_step(by=by, at=at)


def _subject(scene: LinkingScene, name: str, same: tuple[UUID, UUID], at_work: AtWork, at: datetime) -> None:
    """Record that two reports are about the same person, and link both to a subject."""
    from heedline.casework.search import link_decisions
    from heedline.casework.search.link_decisions import LinkVerdict
    from heedline.casework.search.subject_entries import SubjectBasis, SubjectKind
    from heedline.casework.subjects import changing, offering
    from heedline.casework.subjects.changing import NewSubjectLink

    with at_work(name) as by:
        link_decisions.decide(*same, LinkVerdict.SAME, scene.decision, by=by, at=at)
        link: UUID | None = None
        for ref in same:
            values = {one.code: SubjectBasis.FACT for one in offering.offer(ref, by=by).values}
            link = changing.link(
                ref, NewSubjectLink(link, SubjectKind.PERSON, values, scene.subject), by=by, at=at
            )
