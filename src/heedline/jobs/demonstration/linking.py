"""Demonstration data for linking: a subject, a link decision, a question and a registered interest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

if TYPE_CHECKING:
    from heedline.casework.access.session import Attendance

type AtWork = Callable[[str], AbstractContextManager[Attendance]]

#: What the reports are called in `reports.toml`: three name one boy, the third of them at another desk.
TEACHER, CLUB, UNCLE = "boy-at-school", "boy-at-club", "boy-in-family"
#: The registration of the van in the first report, in which an investigator of another force has an interest.
_VAN: Final = "ZZ99 ABC"
_GROUND = "Our surveillance of this van began last month. Nobody should approach the driver."
_SUBJECT = "Both reports name him, spelt differently, and give his age. The club confirmed his date of birth."
_DECISION = "The same boy: the school and the boxing club are in the same street, and the names sound alike."
_QUESTION = (
    "Is your report about a boy of fifteen at a school in Newcastle? We have two about him, with a date."
)


def load(officers: Sequence[str], reports: Mapping[str, UUID], at_work: AtWork, at: datetime) -> None:
    """Index all reports, register an interest, link two reports to a subject and ask about their matches.

    `officers` are an officer of the desk that holds the first two reports, an investigator of another desk, and an officer
    of the linking desk. `reports` are named as in `reports.toml`.
    """
    from heedline.casework.linking import interests, questions

    owner, investigator, linking = officers
    with at_work(investigator) as by:
        interests.register("", _VAN, _GROUND, (at + timedelta(days=90)).date(), by=by, at=at)
    for name in officers:
        _index(name, at_work, at)
    _compare(linking, at_work, at)
    for name in officers:
        _complete(name, at_work, at)
    _subject(owner, reports[TEACHER], reports[CLUB], at_work, at)
    with at_work(owner) as by:
        for match in questions.matches(by=by, report=reports[TEACHER]):
            questions.ask(match.id, _QUESTION, by=by, at=at)
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


def _subject(name: str, first: UUID, second: UUID, at_work: AtWork, at: datetime) -> None:
    """Record that two reports are about the same person, and link both to a subject."""
    from heedline.casework.search import link_decisions
    from heedline.casework.search.link_decisions import LinkVerdict
    from heedline.casework.search.subject_entries import SubjectBasis, SubjectKind
    from heedline.casework.subjects import changing, offering
    from heedline.casework.subjects.changing import NewSubjectLink

    with at_work(name) as by:
        link_decisions.decide(first, second, LinkVerdict.SAME, _DECISION, by=by, at=at)
        link: UUID | None = None
        for ref in (first, second):
            values = {one.code: SubjectBasis.FACT for one in offering.offer(ref, by=by).values}
            link = changing.link(
                ref, NewSubjectLink(link, SubjectKind.PERSON, values, _SUBJECT), by=by, at=at
            )
