"""The recommendations of a visit: written before its report, asked for at the follow-up, and counted without a key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from heedline.casework.access.session import Attendance
from heedline.casework.errors import Changed, NotHere
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DeskRecord, RecordStep
from heedline.specialist_desks.protection import recommending, visits
from heedline.specialist_desks.protection.recommendation import (
    MOST,
    NO_OWNER,
    NO_PRIORITY,
    NO_REASON,
    NO_STATE,
    NO_TEXT,
    Became,
    Recommendation,
)
from heedline.specialist_desks.protection.visits import NONE_OPEN, STILL_OPEN, TOO_FEW_TRIES
from tests.sites.conftest import office_site  # noqa: F401
from tests.sites.office.conftest import demo, hand  # noqa: F401
from tests.sites.office.desk_hand import Hand
from tests.support import advice_scene
from tests.support.scene_people import People
from tests.support.site_scene import a_site, a_visit, recommendation, recommended, version_of, visited

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(people: People) -> People:
    """Otto and Oren are national advisers. Oren leads them."""
    return advice_scene.adviser_desk(people)


def act(people: People, ref: UUID, do: Callable[..., None], *told: Any, name: str = "Otto") -> None:
    with people.sitting(name) as by:
        do(ref, *told, version=version_of(ref), by=by, at=people.at)


def of(people: People, ref: UUID) -> tuple[Recommendation, ...]:
    with people.sitting("Otto") as by:
        return visits.opened(ref, by=by, at=people.at).facts.recommendations


def test_recommendations_are_written_changed_and_removed_before_the_report(people: People) -> None:
    ref = recommended(people, a_site(people), 3, reported=False)
    act(
        people,
        ref,
        recommending.amend,
        2,
        recommendation("Lock the yard", priority="low", by=date(2027, 1, 5)),
    )
    act(people, ref, recommending.remove, 1)
    told = of(people, ref)
    assert [one.what for one in told] == ["Lock the yard", "Recommendation number 3"]
    assert (told[0].priority, told[0].by) == ("low", date(2027, 1, 5))
    visited(people, ref, "report")
    for do, more in (
        (recommending.recommend, (recommendation(),)),
        (recommending.amend, (1, recommendation())),
        (recommending.remove, (1,)),
    ):
        with pytest.raises(NotNow):
            act(people, ref, do, *more)
    assert of(people, ref) == told


def test_a_recommendation_says_what_for_whom_and_how_important(people: People) -> None:
    ref = recommended(people, a_site(people), reported=False)
    for wrong, missing in (
        (recommendation(" "), NO_TEXT),
        (recommendation(owner=""), NO_OWNER),
        (recommendation(priority="urgent"), NO_PRIORITY),
        (recommendation("x" * 2_001), "Shorten this to 2000"),
    ):
        with pytest.raises(NotNow, match=missing):
            act(people, ref, recommending.recommend, wrong)
    assert len(of(people, ref)) == 1


def test_a_visit_has_only_so_many_recommendations(people: People) -> None:
    ref = recommended(people, a_site(people), MOST, reported=False)
    with pytest.raises(NotNow, match="up to 40"):
        act(people, ref, recommending.recommend, recommendation())


def test_nothing_is_recommended_before_the_visit(people: People) -> None:
    ref = a_visit(people, a_site(people))
    with pytest.raises(NotNow):
        act(people, ref, recommending.recommend, recommendation())


def test_the_follow_up_ends_once_every_recommendation_has_a_state(people: People) -> None:
    ref = recommended(people, a_site(people), 2)
    due = DeskRecord.objects.get(id=ref).due_at
    with pytest.raises(NotNow, match=STILL_OPEN):
        visited(people, ref, "finish")
    for told, missing in (
        ((1, "open", ""), NO_STATE),
        ((1, "declined", " "), NO_REASON),
        ((1, "declined", "no"), NO_REASON),
    ):
        with pytest.raises(NotNow, match=missing):
            act(people, ref, recommending.decide, *told)
    with pytest.raises(NotHere):
        act(people, ref, recommending.decide, 3, "done", "")
    act(people, ref, recommending.decide, 1, "done", "")
    act(people, ref, recommending.decide, 2, "done", "In January")
    with pytest.raises(NotNow, match="Undo that first"):
        act(people, ref, recommending.decide, 2, "declined", "Too dear for them")
    act(people, ref, recommending.undo, 2)
    with pytest.raises(NotHere):
        act(people, ref, recommending.undo, 2)
    act(people, ref, recommending.decide, 2, "declined", "Too dear for them")
    assert [(one.became, one.said) for one in of(people, ref)] == [
        (Became.DONE, ""),
        (Became.DECLINED, "Too dear for them"),
    ]
    assert DeskRecord.objects.get(id=ref).due_at == due, "an answer moves no deadline"
    visited(people, ref, "finish", reason="Rosa")
    moves = Counter(RecordStep.objects.filter(record=ref).values_list("move", flat=True))
    assert [moves[one] for one in ("recommend", "done", "undo-done", "decline")] == [2, 2, 1, 1]
    with pytest.raises(NotNow):
        act(people, ref, recommending.undo, 1)


def test_nobody_answers_twice_and_a_supervisor_ends_the_follow_up(people: People) -> None:
    ref = recommended(people, a_site(people))
    first = DeskRecord.objects.get(id=ref).due_at
    visited(people, ref, "no-answer", reason="Rang Rosa")
    visited(people, ref, "no-answer", reason="Rang Rosa again")
    assert DeskRecord.objects.get(id=ref).due_at == first, "an early attempt brings no earlier deadline"
    with pytest.raises(NotNow, match=TOO_FEW_TRIES):
        visited(people, ref, "end-unanswered", "Oren")
    people.at += timedelta(days=120)
    people.tokens.clear()
    visited(people, ref, "no-answer", reason="Wrote to Rosa")
    due = DeskRecord.objects.get(id=ref).due_at
    assert due is not None
    assert timedelta(4) < due - people.at < timedelta(14), "time to try again"
    with pytest.raises(Refused):
        visited(people, ref, "end-unanswered", "Otto")
    visited(people, ref, "end-unanswered", "Oren", reason="The theatre has closed down")
    assert DeskRecord.objects.get(id=ref).state == "followed-up"


def test_a_follow_up_without_open_recommendations_is_simply_ended(people: People) -> None:
    ref = recommended(people, a_site(people), 0)
    with pytest.raises(NotNow, match=NONE_OPEN):
        visited(people, ref, "end-unanswered", "Oren")
    visited(people, ref, "finish")


def test_two_advisers_do_not_overwrite_each_other(people: People) -> None:
    ref = recommended(people, a_site(people), 2, reported=False)
    seen = version_of(ref)
    act(people, ref, recommending.remove, 1, name="Oren")
    with people.sitting("Otto") as otto:
        attempts: tuple[Callable[[Attendance], None], ...] = (
            lambda by: recommending.remove(ref, 1, version=seen, by=by, at=people.at),
            lambda by: recommending.amend(ref, 1, recommendation(), version=seen, by=by, at=people.at),
            lambda by: recommending.recommend(ref, recommendation(), version=seen, by=by, at=people.at),
        )
        for attempt in attempts:
            with pytest.raises(Changed):
                attempt(otto)
    assert [one.what for one in of(people, ref)] == ["Recommendation number 2"]


@pytest.mark.usefixtures("demo")
def test_recommendations_in_a_browser(people: People, hand: Callable[[], Hand]) -> None:  # noqa: F811
    ref = recommended(people, a_site(people), 0, reported=False)
    visit = f"/w/site-visits/{ref}/"
    add, first = f"{visit}recommend/", f"{visit}recommendations/1/"
    told = {"what": "A <b>lock</b>", "priority": "high", "owner": "Rosa"}
    day = {"by-day": "1", "by-month": "3", "by-year": "2027"}
    otto = hand().at_work(people.house, "Otto")
    otto.get(visit)
    assert f'href="{add}"' in otto.html
    otto.get(add)
    otto.send(add, **told)
    assert otto.page.status_code == 422
    assert "A &lt;b&gt;lock&lt;/b&gt;" in otto.html
    otto.send(add, **told, **day)
    assert otto.path == visit
    for shown in ("A &lt;b&gt;lock&lt;/b&gt;", "High priority", "by 1 March 2027", f'href="{first}"'):
        assert shown in otto.html
    otto.get(first)
    otto.send(first, priority="low")
    assert "Low priority" in otto.html
    otto.get(add)
    otto.send(add, **{**told, "what": "A second one"}, **day)
    otto.get(f"{visit}recommendations/2/remove/")
    assert "A second one" in otto.html
    otto.send(f"{visit}recommendations/2/remove/")
    assert "A second one" not in otto.html
    otto.get(f"{visit}recommendations/2/")
    assert otto.page.status_code == 404
    visited(people, ref, "report")

    otto.get(first)
    otto.send(first, became="declined")
    assert otto.page.status_code == 422
    assert NO_REASON in otto.html
    oren = hand().at_work(people.house, "Oren")
    oren.get(first)
    otto.send(first, became="declined", said="Too dear")
    assert "Declined." in otto.html
    assert "Too dear" in otto.html
    oren.send(first, became="done", said="Oren heard that it was done")
    assert oren.page.status_code == 409
    assert "Oren heard that it was done" in oren.html
    otto.get(first)
    assert "open again" in otto.html
    otto.send(first)
    assert "Record what became of it" in otto.html
    otto.get(visit)
    assert "without an answer" not in otto.html
    oren.get(visit)
    assert "without an answer" in oren.html
    odile = hand().at_work(people.house, "Odile")
    for page in (add, first, f"{first}remove/"):
        odile.get(page)
        assert odile.page.status_code == 404
