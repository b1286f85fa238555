"""Demonstration items for the online material desk, at every stage and with evidence."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from heedline.casework.access.session import Attendance
from heedline.casework.search import indexing
from heedline.jobs.demonstration.desks import DemoScene
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.material import demo_evidence, notice_demo
from heedline.specialist_desks.material.examination import examining
from heedline.specialist_desks.material.examination.examining import ExaminationForm
from heedline.specialist_desks.material.examination.law import ExaminationAnswers
from heedline.specialist_desks.material.items import adding
from heedline.specialist_desks.material.models import MaterialItem
from heedline.specialist_desks.material.queue import reading

#: Addresses that the invented reports name, so that these reports join the items once they are indexed.
_FILM, _COPY, _MIRROR = (
    "https://films.example/watch/7781",
    "https://films.example/watch/7782",
    "https://mirror.example/v/7781",
)
_THREAD, _NEWS = "https://board.example/t/90210", "https://news.example/2026/market-attack"
#: Addresses that the examiners have added.
_ARGUED, _PLAN, _GONE = (
    "https://board.example/t/90355",
    "https://board.example/t/90412",
    "https://clips.example/v/31",
)
_FACTS = {
    "what": "propaganda",
    "maker": "The account skylark_example",
    "sharer": "The same account",
    "audience": "public",
    "closed_audience": "no",
    "language": "English",
}


def _praise(*, hold: bool = False) -> ExaminationForm:
    return ExaminationForm(
        ExaminationAnswers({"ta2006-s1": frozenset({0, 1, 2})}, "no", hold=hold),
        _FACTS,
        {"ta2006-s1": "Invented: the speaker praises the attack and calls on viewers to do the same."},
        "Invented: a film of four minutes, with music.",
    )


def _harmless(expression: str, what: str, context: str) -> ExaminationForm:
    return ExaminationForm(
        ExaminationAnswers({}, expression, otherwise="lawful"),
        {**_FACTS, "what": what, "maker": "Not known"},
        {},
        context,
    )


_NEWSPAPER = _harmless("journalism", "news", "Invented: a newspaper reports on an attack, with two pictures.")
_QUARREL = _harmless("no", "propaganda", "Invented: a quarrel between supporters of two bands.")


def load(scene: DemoScene) -> None:
    """Move the demonstration's items through every stage, using the same functions as examiners.

    They are found, being examined, awaiting review, disputed, unlawful, held, lawful and gone. The film under two
    further addresses is the same file.
    """
    names = scene.officers.get("material", ())
    if len(names) < 3:
        return
    first, second, third = names[:3]
    with scene.sitting(first) as by:
        for minute in range(12):  # batches wait a minute for more reports
            indexing.catch_up(by=by, at=scene.at + timedelta(minutes=minute))
        try:
            film, copy, mirror, thread, news, argued, plan, gone = (
                adding.add(one, by=by, at=scene.at)
                for one in (_FILM, _COPY, _MIRROR, _THREAD, _NEWS, _ARGUED, _PLAN, _GONE)
            )
        except NotNow:  # no key to seal an index to yet
            return
        for ref, label, parts, shown in (
            (film, "Film that praises an attack", ["wide"], "film 7781"),
            (copy, "The same film at another address", ["wide"], "film 7781"),
            (mirror, "", [], "film 7781"),
            (thread, "Thread in a forum", ["victim"], "thread 90210"),
            (news, "News report", [], "market attack"),
            (argued, "Thread about two bands", [], "thread 90355"),
            (plan, "Thread with a plan", ["victim", "recent"], "thread 90412"),
            (gone, "Clip", [], "clip 31"),
        ):
            demo_evidence.upload(ref, shown, by=by, at=scene.at)
            if label:
                shows = ["killing"] if ref == film else []
                examining.check(
                    ref, parts, gone=ref == gone, label=label, categories=shows, by=by, at=scene.at
                )
        for ref, form in (
            (film, _praise()),
            (copy, _praise()),
            (news, _NEWSPAPER),
            (argued, _praise()),
            (plan, _praise(hold=True)),
        ):
            reading.item(ref, by=by, at=scene.at)
            examining.take(ref, by=by, at=scene.at)
            _examine(ref, form, scene, by)
    with scene.sitting(second) as by:
        reading.item(film, by=by, at=scene.at)
        for ref, form in ((film, _praise()), (argued, _QUARREL), (plan, _praise(hold=True))):
            _examine(ref, form, scene, by)
        with suppress(NotNow):
            examining.take(thread, by=by, at=scene.at)
    notice_demo.load(scene, first, second, third)


def _examine(ref: UUID, form: ExaminationForm, scene: DemoScene, by: Attendance) -> None:
    version = MaterialItem.objects.get(id=ref).version
    examining.examine(ref, form, version=version, by=by, at=scene.at)
