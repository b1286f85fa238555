"""A few closed reports of each week are drawn, read again by somebody else, and followed until they are put right."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from heedline.audit.acts import Act
from heedline.audit.models import Checkpoint as Published
from heedline.audit.models import Event
from heedline.casework.errors import Locked, NotHere
from heedline.casework.journey import bulk_close, transitions
from heedline.casework.oversight import dip_sampling, quality_results
from heedline.casework.oversight.dip_sampling import AGREE, DISAGREE
from heedline.casework.retention import keeping
from heedline.casework.setup import stewardship
from heedline.permits.gate import Refused
from heedline.permits.roles import Role
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import Report
from heedline.reports.models.dip_checks import DipCheck, draw
from heedline.reports.quality_questions import questions_for
from heedline.vault.notes import NoteSigner, TreeHead, signed_note
from tests.support import stories
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.scene_people import SOUTH_WEST, People, logged, row

pytestmark = pytest.mark.django_db
MARK = "Zinnober-Quinquereme"
BY = NoteSigner("heedline-log/x/1", bytes(32))
ROOT = bytes(range(32))
ALL_YES = {one.code: "yes" for one in questions_for("web")}


@pytest.fixture
def people(house: House) -> People:
    made = People(house, now())
    for name, desk in (("Olga", "north-east"), ("Orla", "south-west")):
        if name in house.officers:
            stewardship.appoint(
                house.officers[name], Role.SUPERVISOR, house.desks[desk], hands=house.hands, at=made.at
            )
    return made


def monday(people: People) -> datetime:
    """Noon of the first day after this week."""
    day = people.at.replace(hour=12, minute=0, second=0, microsecond=0)
    return day + timedelta(days=7 - day.weekday())


def sign(at: datetime, root: bytes = ROOT, size: int = 9) -> None:
    """A daily checkpoint of that day."""
    text = TreeHead(BY.name, size, root).text
    Published.objects.create(
        feed="day",
        size=size,
        generation=1,
        old=0,
        slot=at.replace(hour=0),
        note=signed_note(text, [BY.line(text)]),
        key=str(BY.key),
        proof=b"",
    )


def drawn(people: People) -> int:
    with acting("worker"):
        return dip_sampling.draw_last_week(monday(people))


def closed_and_drawn(people: People, count: int = 1) -> list[UUID]:
    refs = [people.closed()[0] for _ in range(count)]
    sign(monday(people))
    drawn(people)
    return refs


def test_the_worker_draws_once_from_what_the_log_says(people: People) -> None:
    refs = [people.closed()[0] for _ in range(4)]
    other, _ = people.closed("Otto", **SOUTH_WEST)
    assert drawn(people) == 0, "nobody knows the root yet"
    sign(people.at, bytes(32), 5)
    assert drawn(people) == 0, "a root from within the week could be aimed at"
    sign(monday(people))
    assert drawn(people) == 3
    assert drawn(people) == 0, "once"
    desks = people.house.desks
    north, south = desks["north-east"].id, desks["south-west"].id
    found = set(DipCheck.objects.values_list("desk_id", "report_id"))
    assert found == {*((north, one) for one in draw(ROOT, north, refs)), (south, other)}
    said = {event.desk: event.detail for event in logged(Act.CHECKS_DRAWN)}
    week = str((monday(people) - timedelta(days=7)).date())
    assert said[north] == {"week": week, "checkpoint": 9, "closed": 4, "drawn": 2}


def test_a_week_is_drawn_whole_or_not_yet(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that is stopped in the middle must not leave the other desks out for ever."""
    people.closed()
    people.closed("Otto", **SOUTH_WEST)
    sign(monday(people))
    recorded, noted = dip_sampling.journal.record, list[str]()

    def stopped(*given: Any, **more: Any) -> None:
        if noted:
            raise RuntimeError("stopped")
        noted.append("one desk")
        recorded(*given, **more)

    with monkeypatch.context() as until:
        until.setattr(dip_sampling.journal, "record", stopped)
        with pytest.raises(RuntimeError, match="stopped"):
            drawn(people)
    assert drawn(people) == 2


def test_what_was_swept_is_drawn_apart_and_not_judged_by_who_swept_it(people: People) -> None:
    """Two of each: nobody hides a closing among a thousand copies, and a sweep is looked at however few were closed."""
    one_by_one = [people.closed()[0] for _ in range(3)]
    swept, undone = [people.send()[0] for _ in range(3)], [people.send()[0] for _ in range(2)]
    with people.sitting("Olga") as olga:
        for refs in (swept, undone):
            chosen = {ref: row(ref).version for ref in refs}
            made = bulk_close.sweep("north-east", chosen, stories.NOTHING, by=olga, at=people.at)
        assert bulk_close.undo(made, by=olga, at=people.at) == 2
    sign(monday(people))
    assert drawn(people) == 4
    desk = people.house.desks["north-east"].id
    found = set(DipCheck.objects.values_list("report_id", flat=True))
    assert found == {*draw(ROOT, desk, one_by_one), *draw(ROOT, desk, swept)}
    assert not found & set(undone)
    counts = [
        (e.detail.get("closed"), e.detail.get("swept"), e.detail["drawn"]) for e in logged(Act.CHECKS_DRAWN)
    ]
    assert counts == [(3, None, 2), (None, 3, 2)]
    (mine, *_) = draw(ROOT, desk, swept)
    with people.sitting("Olga") as olga:
        assert [line.mine for line in dip_sampling.waiting(by=olga) if line.ref == mine] == [True]
        with pytest.raises(Refused, match="closed this report"):
            dip_sampling.judge(mine, AGREE, "", ALL_YES, by=olga, at=people.at)


def test_calls_are_drawn_apart_and_judged_by_a_longer_form(people: People) -> None:
    """However many reports came from the public site, some of what officers took down is read again."""
    written = [people.closed()[0] for _ in range(5)]
    desk = people.house.desks["north-east"].id
    call = min(
        written, key=lambda ref: ref in draw(ROOT, desk, written)
    )  # one that the other draw leaves out
    Report.objects.filter(pk=call).update(channel="phone")
    sign(monday(people))
    drawn(people)
    assert DipCheck.objects.filter(report=call).count() == 1
    assert logged(Act.CHECKS_DRAWN)[-1].detail["calls"] == 1
    whole = {one.code: "yes" for one in questions_for("phone")}
    with people.sitting("Olga") as olga:
        for answers in (ALL_YES, {**whole, "advice": "perhaps"}, {}):
            with pytest.raises(ValueError, match="not the answers"):
                dip_sampling.judge(call, AGREE, "", answers, by=olga, at=people.at)
        dip_sampling.judge(call, AGREE, "", {**whole, "advice": "no"}, by=olga, at=people.at)


def test_results_count_reports_by_week_and_question_and_no_people(people: People) -> None:
    first, second = closed_and_drawn(people, 2)
    with people.sitting("Olga") as olga:
        dip_sampling.judge(first, AGREE, "", ALL_YES, by=olga, at=people.at)
        answers = {**ALL_YES, "reasoned": "no", "intime": "na"}
        dip_sampling.judge(second, DISAGREE, "why", answers, by=olga, at=people.at)
        found = quality_results.results(by=olga, at=monday(people))
        (week,) = found.weeks
        assert (week.drawn, week.read, week.agreed, week.disagreed, week.put_right) == (2, 2, 1, 1, 0)
        counts = {one.words: (one.recent_yes, one.recent_no, one.yes, one.no) for one in found.questions}
        assert counts["Does the decision say why?"] == (1, 1, 1, 1)
        assert counts["Was each step taken in time?"] == (1, 0, 1, 0)
        later = quality_results.results(by=olga, at=monday(people) + timedelta(weeks=8))
        assert {(one.recent_yes, one.recent_no) for one in later.questions} == {(0, 0)}
        assert quality_results.results(by=olga, at=monday(people) + timedelta(weeks=13)).weeks == ()
    for name in ("Odile", "Stella"):
        with people.sitting(name, unlocked=False) as by, pytest.raises(Refused):
            quality_results.results(by=by, at=people.at)
    with people.sitting("Olga"), pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic():
        DipCheck.objects.filter(report=first).update(answers="complete:no")


def test_a_report_that_is_disposed_of_before_the_draw_does_not_stop_it(people: People) -> None:
    """It counts among what was closed, so that everybody who has the log draws the same."""
    gone, kept = people.closed()[0], people.closed()[0]
    other, _ = people.closed("Otto", **SOUTH_WEST)
    with people.sitting("Odile") as odile:
        ident = keeping.propose(gone, "no-purpose", by=odile, at=people.at)
    with people.sitting("Olga") as olga:
        assert keeping.decide(ident, dispose=True, by=olga, at=people.at)
    sign(monday(people))
    drawn(people)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # as when it commits
    assert set(DipCheck.objects.values_list("report_id", flat=True)) == {kept, other}
    said = {event.desk: event.detail for event in logged(Act.CHECKS_DRAWN)}
    assert (said[people.house.desks["north-east"].id]["closed"], drawn(people)) == (2, 0)


def test_who_did_not_close_it_agrees_and_it_is_done(people: People) -> None:
    (ref,) = closed_and_drawn(people)
    with people.sitting("Olga") as olga:
        (line,) = dip_sampling.waiting(by=olga)
        assert (line.ref, line.verdict, line.mine) == (ref, "", False)
        dip_sampling.judge(ref, AGREE, "", ALL_YES, by=olga, at=people.at)
        assert dip_sampling.waiting(by=olga) == ()
        with pytest.raises(NotHere):
            dip_sampling.judge(ref, AGREE, "", ALL_YES, by=olga, at=people.at)
    assert [event.detail for event in logged(Act.CLOSED_CHECKED, thing=ref)] == [{"verdict": "agree"}]
    assert row(ref).stage == "closed", "a check moves nothing"


def test_a_disagreement_is_sealed_and_stays_until_it_is_put_right(people: People) -> None:
    (ref,) = closed_and_drawn(people)
    with people.sitting("Olga") as olga:
        with pytest.raises(ValueError, match="not a verdict"):
            dip_sampling.judge(ref, DISAGREE, "", ALL_YES, by=olga, at=people.at)
        dip_sampling.judge(ref, DISAGREE, f"{MARK} was missed", ALL_YES, by=olga, at=people.at)
        (line,) = dip_sampling.waiting(by=olga)
        assert (line.verdict, line.judged_by, line.words) == ("disagree", "Olga O.", "")
        assert dip_sampling.one(ref, by=olga).words == f"{MARK} was missed"
        transitions.reopen(ref, "Something was missed", by=olga, at=people.at)
        assert dip_sampling.waiting(by=olga), "opening it again is not all of it"
        dip_sampling.put_right(ref, f"Opened again for {MARK}", by=olga, at=people.at)
        assert dip_sampling.waiting(by=olga) == ()
        with pytest.raises(NotHere):
            dip_sampling.put_right(ref, "again", by=olga, at=people.at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(d::text, ' ') FROM reports_dip_check d")
        assert MARK not in str(cursor.fetchone())
    assert logged(Act.CHECK_PUT_RIGHT, thing=ref)
    check = DipCheck.objects.get()
    assert check.words is not None
    assert check.remedy is not None
    assert check.words != check.remedy


def test_nobody_judges_their_own_closing_and_only_supervisors_judge(people: People) -> None:
    ref, _ = people.closed("Olga")
    sign(monday(people))
    drawn(people)
    with people.sitting("Olga") as olga:
        assert dip_sampling.waiting(by=olga)[0].mine
        with pytest.raises(Refused, match="must review"):
            dip_sampling.judge(ref, AGREE, "", ALL_YES, by=olga, at=people.at)
        with pytest.raises(NotNow):
            dip_sampling.put_right(ref, "x", by=olga, at=people.at)
    for name, seen in (("Odile", Refused), ("Otto", NotHere)):
        with people.sitting(name) as here:
            with pytest.raises(Refused):
                dip_sampling.waiting(by=here)
            with pytest.raises(seen):
                dip_sampling.one(ref, by=here)
            with pytest.raises(seen):
                dip_sampling.judge(ref, AGREE, "", ALL_YES, by=here, at=people.at)
    refused = Event.objects.filter(act=Act.CLOSED_CHECKED, outcome="refused").count()
    assert refused == 5, "each refusal is in the log"
    assert DipCheck.objects.get().verdict == ""


def test_words_need_unlocked_keys(people: People) -> None:
    (ref,) = closed_and_drawn(people)
    with acting("office"):
        here = people.house.sign_in("Olga", at=people.at, unlocked=False)
        with pytest.raises(Locked):
            dip_sampling.judge(ref, DISAGREE, "why", ALL_YES, by=here, at=people.at)


def test_the_database_lets_a_verdict_be_given_once(people: People) -> None:
    (ref,) = closed_and_drawn(people)
    with people.sitting("Olga") as olga:
        dip_sampling.judge(ref, AGREE, "", ALL_YES, by=olga, at=people.at)
        for statement in (
            "UPDATE reports_dip_check SET verdict = 'disagree'",
            "DELETE FROM reports_dip_check",
            "UPDATE reports_dip_check SET desk_id = desk_id",
        ):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
    with people.sitting("Otto"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM reports_dip_check")
        assert cursor.fetchone() == (0,), "another desk's"
