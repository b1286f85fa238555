"""Invented items of the online material desk, at several stages."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from heedline.casework.search import indexing
from heedline.desk_hooks.hooks import DemoScene
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.material import notice_demo
from heedline.specialist_desks.material.examination import examining
from heedline.specialist_desks.material.examination.examining import ExaminationForm
from heedline.specialist_desks.material.examination.law import ExaminationAnswers
from heedline.specialist_desks.material.items import adding
from heedline.specialist_desks.material.models import MaterialItem

#: Addresses that the invented reports name, so that these reports join the items once they are indexed.
_FILM, _COPY = "https://films.example/watch/7781", "https://films.example/watch/7782"
_THREAD, _NEWS = "https://board.example/t/90210", "https://news.example/2026/market-attack"
_GONE = "https://clips.example/v/31"
_FACTS = {
    "what": "propaganda",
    "maker": "The account skylark_example",
    "sharer": "The same account",
    "audience": "public",
    "closed_audience": "no",
    "language": "English",
}
_PRAISES = ExaminationForm(
    ExaminationAnswers({"ta2006-s1": frozenset({0, 1, 2})}, "no"),
    _FACTS,
    {"ta2006-s1": "Invented: the speaker praises the attack and calls on viewers to do the same."},
    "Invented: a film of four minutes, with music.",
)
_REPORTS_NEWS = ExaminationForm(
    ExaminationAnswers({}, "journalism"),
    {**_FACTS, "what": "news", "maker": "A newspaper"},
    {},
    "Invented: a newspaper reports on an attack, with two pictures.",
)


def load(scene: DemoScene) -> None:
    """Bring the demonstration's items to every stage: new, being examined, awaiting review, decided and gone."""
    names = scene.officers.get("material", ())
    if len(names) < 2:
        return
    first, second = names[0], names[1]
    with scene.sitting(first) as by:
        for minute in range(12):  # batches wait a minute for more reports
            indexing.catch_up(by=by, at=scene.at + timedelta(minutes=minute))
        try:
            film, copy, thread, news, gone = (
                adding.add(one, by=by, at=scene.at) for one in (_FILM, _COPY, _THREAD, _NEWS, _GONE)
            )
        except NotNow:  # no key to seal an index to yet
            return
        examining.check(film, ["wide"], gone=False, label="Film that praises an attack", by=by, at=scene.at)
        examining.check(gone, [], gone=True, label="Clip", by=by, at=scene.at)
        examining.check(thread, ["victim"], gone=False, label="Thread in a forum", by=by, at=scene.at)
    for ref, form in ((film, _PRAISES), (copy, _PRAISES), (news, _REPORTS_NEWS)):
        _examine(scene, first, ref, form, take=True)
    _examine(scene, second, film, _PRAISES)
    with scene.sitting(second) as by, suppress(NotNow):
        examining.take(thread, by=by, at=scene.at)
    notice_demo.load(scene, first, second)


def _examine(scene: DemoScene, name: str, ref: UUID, form: ExaminationForm, *, take: bool = False) -> None:
    with scene.sitting(name) as by:
        if take:
            examining.take(ref, by=by, at=scene.at)
        version = MaterialItem.objects.get(id=ref).version
        examining.examine(ref, form, version=version, by=by, at=scene.at)
