"""Tests that two people can dispose of an item with its evidence and notices, without changing past figures."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from pytest_django import Settings

from heedline.casework.errors import CannotOpen
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DeskPartHeader
from heedline.specialist_desks.material.examination import examining
from heedline.specialist_desks.material.items import adding, sightings
from heedline.specialist_desks.material.liveness import LivenessVerdict
from heedline.specialist_desks.material.models import (
    CompanyNotice,
    MaterialDisposal,
    MaterialItem,
    MaterialSighting,
    NoticeAnswer,
    NoticeAttempt,
)
from heedline.specialist_desks.material.notice_rules.states import CompanyAnswer
from heedline.specialist_desks.material.notices import following, sending
from heedline.specialist_desks.material.outcomes import disposing, figures
from heedline.specialist_desks.material.outcomes.figures import MaterialCounts
from tests.support.linking_scene import compared
from tests.support.material_scene import an_added_item, examined, the_item, unlawful
from tests.support.notice_scene import POST, approved
from tests.support.scene_people import People

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stored")]
LATER = timedelta(hours=5)


def counted(people: People, *, days: int = 0) -> MaterialCounts:
    """Return the counts of two days, starting `days` after the present one."""
    day = (people.at + timedelta(days=days)).date()
    with people.sitting("Nadia") as by:
        desk = people.house.desks["material"].id
        return figures.counts(day, day + timedelta(days=1), desk=desk, ring=by.keys())


def a_finished_notice(people: People) -> tuple[UUID, UUID]:
    """Create an item without reports, whose notice was sent and closed after the material had gone."""
    the_item(people, "https://kiteboard.example/posts/Other1")  # the desk has an index
    item = an_added_item(people, POST)
    compared(people, "Odile")
    notice = approved(people, item=item)
    with people.sitting("Odile") as by:
        sending.send(notice, by=by, at=people.at)
        following.record_answer(notice, CompanyAnswer.REMOVED, "By telephone", by=by, at=people.at + LATER)
        sightings.record(item, LivenessVerdict.REMOVED_404, by=by, at=people.at + LATER)
        following.close(notice, by=by, at=people.at + LATER)
    return item, notice


def test_figures_of_a_past_day_stay_when_an_item_is_disposed_of(
    people: People, settings: Settings, tmp_path: Path
) -> None:
    settings.PAGES_DIR = tmp_path
    item, notice = a_finished_notice(people)
    before = counted(people)
    assert before.platforms == (("kiteboard", 5.0),)
    assert (before.found, before.compared, before.agreed) == (2, 1, 1)
    assert before.outcomes["unlawful"] == 1
    assert before.met["ta2006-s1"] == 1
    with people.sitting("Odile") as by:
        disposing.propose(item, by=by, at=people.at)
    with people.sitting("Olga") as by:
        told = disposing.dispose(item, by=by, at=people.at)
    assert told.parts >= 4, "the item, two examinations, and what the notice says"
    for model in (CompanyNotice, NoticeAttempt, NoticeAnswer, MaterialSighting):
        assert not model._default_manager.exists(), model
    assert not DeskPartHeader.objects.filter(thing__in=(item, notice)).exists()
    assert counted(people) == before
    assert counted(people, days=2).platforms == ()
    row = MaterialDisposal.objects.get()
    with people.sitting("Olga") as by:
        kept = str(figures.former.former_items(row.desk_id, by.keys())[0].to_words())
    assert "Ab12Cd" not in kept
    assert str(item) not in kept


def test_figures_are_not_given_without_what_is_kept_of_former_items(people: People) -> None:
    the_item(people)
    with people.sitting("Odile") as by:
        item = adding.add(POST, by=by, at=people.at)
        examining.check(item, [], gone=True, by=by, at=people.at)
        disposing.propose(item, by=by, at=people.at)
    with people.sitting("Olga") as by:
        disposing.dispose(item, by=by, at=people.at)
    row = MaterialDisposal.objects.get()
    DeskPartHeader.objects.filter(container=row.figures).delete()
    with pytest.raises(CannotOpen):
        counted(people)


def test_a_proposal_ends_when_the_item_is_opened_again(people: People) -> None:
    the_item(people)
    with people.sitting("Odile") as by:
        item = adding.add(POST, by=by, at=people.at)
        examining.check(item, [], gone=True, by=by, at=people.at)
        disposing.propose(item, by=by, at=people.at)
    with people.sitting("Olga") as by:
        assert [one.ref for one in disposing.proposals_waiting(by, people.at)] == [item]
        examining.reopen(item, by=by, at=people.at)
        examining.check(item, [], gone=True, by=by, at=people.at)
        assert disposing.proposal(item, by=by) is None
        assert disposing.proposals_waiting(by, people.at) == ()
        with pytest.raises(NotNow, match="changed since"):
            disposing.dispose(item, by=by, at=people.at)
    with people.sitting("Otto") as by:
        disposing.propose(item, by=by, at=people.at)
    with people.sitting("Olga") as by:
        disposing.dispose(item, by=by, at=people.at)
    assert not MaterialItem.objects.filter(id=item).exists()


def test_an_item_with_an_open_notice_stays(people: People, settings: Settings, tmp_path: Path) -> None:
    settings.PAGES_DIR = tmp_path
    the_item(people, "https://kiteboard.example/posts/Other1")
    with people.sitting("Odile") as by:
        item = adding.add(POST, by=by, at=people.at)
        examining.take(item, by=by, at=people.at)
    for name in ("Odile", "Otto"):
        examined(people, item, name, unlawful("ta2006-s1"))
    with people.sitting("Odile") as by:
        disposing.propose(item, by=by, at=people.at)
        sightings.record(item, LivenessVerdict.LIVE, by=by, at=people.at)
    compared(people, "Odile")
    approved(people, item=item)
    with people.sitting("Olga") as by, pytest.raises(NotNow, match="still open"):
        disposing.dispose(item, by=by, at=people.at)
    assert MaterialItem.objects.filter(id=item).exists()
