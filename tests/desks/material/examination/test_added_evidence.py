"""Tests that nobody approves a finding, a notice or a disposal on other evidence than whoever proposed it had."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction

from heedline.casework.pages import desk_tabs
from heedline.desks.models import Officer
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DeskPartPayload
from heedline.specialist_desks.material.evidence import capturing
from heedline.specialist_desks.material.evidence.chain import EvidenceKind
from heedline.specialist_desks.material.evidence.entries import add
from heedline.specialist_desks.material.examination import examining
from heedline.specialist_desks.material.items.found_item import find
from heedline.specialist_desks.material.models import (
    CompanyNotice,
    Examination,
    MaterialDisposal,
    MaterialItem,
)
from heedline.specialist_desks.material.notices import composing, lines
from heedline.specialist_desks.material.outcomes import disposing
from heedline.specialist_desks.material.queue import reading
from heedline.specialist_desks.material.rules import ItemState
from heedline.specialist_desks.material.vocabulary import MaterialAct
from tests.sites.conftest import office_site  # noqa: F401
from tests.sites.office.conftest import demo, hand  # noqa: F401
from tests.sites.office.desk_hand import Hand
from tests.support.cast import House
from tests.support.material_scene import WithTaken, examined, harmless, taken, unlawful
from tests.support.notice_scene import drafted, version
from tests.support.scene_people import People, logged
from tests.support.small_internet import Internet

pytestmark = pytest.mark.django_db
ENCOURAGES = unlawful("ta2006-s1")


@pytest.fixture
def people(taken_item: House) -> People:
    """The people of an online material desk at which Odile examines an item."""
    return WithTaken.of(taken_item)


def added(people: People, ref: UUID, name: str = "Nadia") -> None:
    """Let `name` add an entry to an item's evidence."""
    with people.sitting(name) as by:
        add(find(ref, by=by, at=people.at), EvidenceKind.UPLOAD, [], {"title": "x"}, MaterialAct.UPLOADED)


def waits_for(people: People, name: str) -> list[UUID | None]:
    """The items that My work of `name` names."""
    with people.sitting(name, unlocked=False) as by:
        return [one.ref for one in desk_tabs.desk_work(by=by, at=people.at) if one.url == "material-item"]


def test_a_finding_is_confirmed_on_added_evidence_before_it_is_reviewed(people: People) -> None:
    ref = taken(people)
    added(people, ref)
    examined(people, ref, "Odile", ENCOURAGES)
    assert not waits_for(people, "Odile")
    added(people, ref)
    with pytest.raises(NotNow, match="added after an earlier examination"):
        examined(people, ref, "Otto", ENCOURAGES)
    assert (waits_for(people, "Odile"), waits_for(people, "Otto")) == ([ref], [])
    with people.sitting("Otto") as by:
        view = reading.item(ref, by=by, at=people.at)
        assert (view.why_not, view.confirms) == (examining.ADDED_SINCE, False)
        with pytest.raises(NotNow):
            examining.confirm(ref, by=by, at=people.at)
    with people.sitting("Odile") as by:
        assert reading.item(ref, by=by, at=people.at).why_not == examining.ADDED_SINCE_YOURS
        examining.confirm(ref, by=by, at=people.at)
        with pytest.raises(NotNow):
            examining.confirm(ref, by=by, at=people.at)
    assert [one.detail for one in logged("material-confirmed", thing=ref)] == [{"number": 2}]
    assert examined(people, ref, "Otto", ENCOURAGES) is ItemState.UNLAWFUL
    added(people, ref)
    assert examined(people, ref, "Nadia", harmless()) is ItemState.LAWFUL, "new evidence is for a reversal"


def test_who_leads_has_it_examined_again_on_added_evidence_alone(people: People) -> None:
    ref = taken(people)
    examined(people, ref, "Odile", ENCOURAGES)
    with people.sitting("Olga") as by, pytest.raises(NotNow, match="as it is"):
        examining.reopen(ref, by=by, at=people.at)
    added(people, ref)
    with people.sitting("Otto") as by, pytest.raises(Refused):
        examining.reopen(ref, by=by, at=people.at)
    with people.sitting("Olga") as by:
        examining.reopen(ref, by=by, at=people.at)
    row = MaterialItem.objects.get(id=ref)
    assert (row.state, row.round) == (ItemState.NEW, 2)
    assert not waits_for(people, "Odile")
    container = Examination.objects.get().container
    for name, sees in (("Otto", False), ("Odile", True)):
        with people.sitting(name) as by:
            (first,) = reading.item(ref, by=by, at=people.at).examinations
            assert bool(first.told) is sees, "a finding that was never reviewed stays its examiner's"
            assert DeskPartPayload.objects.filter(container=container).exists() is sees


def test_a_routine_check_leaves_findings_as_they_are(
    people: People, internet: Internet, stored: None
) -> None:
    ref = taken(people)
    examined(people, ref, "Odile", ENCOURAGES)
    with people.sitting("Otto") as by:
        capturing.look(ref, by=by, at=people.at)
    assert examined(people, ref, "Otto", ENCOURAGES) is ItemState.UNLAWFUL


def test_an_examiner_decides_on_the_evidence_that_they_were_shown(
    people: People,
    house: House,
    hand: Callable[[], Hand],  # noqa: F811
) -> None:
    ref = taken(people)
    number = MaterialItem.objects.get(id=ref).version
    added(people, ref)
    with people.sitting("Odile") as by, pytest.raises(NotNow, match="after you opened"):
        examining.examine(ref, harmless(), version=number, evidence=0, by=by, at=people.at)
    examined(people, ref, "Odile", ENCOURAGES)
    added(people, ref)
    odile, otto = hand().at_work(house, "Odile"), hand().at_work(house, "Otto")
    for path in ("", "examine/"):
        otto.get(f"/w/items/{ref}/{path}")
        assert "Evidence was added after an earlier examination." in otto.html
        assert "Second review</a>" not in otto.html
    odile.get("/w/")
    assert "Read it and confirm your finding" in odile.html
    Officer.objects.filter(id=house.officers["Odile"].id).update(single_keys=True)
    odile.get(f"/w/items/{ref}/")
    assert 'data-single="f" data-goes="do-confirm"' in odile.html
    assert 'id="do-confirm"' in odile.html
    odile.send(f"/w/items/{ref}/do/", do="confirm")
    assert "Your finding is confirmed." in odile.html
    otto.get(f"/w/items/{ref}/examine/")
    assert 'name="evidence" value="2"' in otto.html


def test_the_database_knows_which_evidence_a_finding_rests_on(people: People) -> None:
    ref = taken(people)
    examined(people, ref, "Odile", ENCOURAGES)
    first = Examination.objects.filter(item_id=ref)
    with (
        people.sitting("Olga"),
        pytest.raises(DatabaseError, match="without a decision"),
        transaction.atomic(),
    ):
        MaterialItem.objects.filter(id=ref).update(state="new", round=2)
    added(people, ref)
    row = {
        "item_id": ref,
        "round": 1,
        "place": "second",
        "officer": people.house.officers["Otto"],
        "at": people.at,
        "outcome": "unlawful",
        "container": first.get().container,
    }
    for number, why in ((0, "all evidence"), (1, "an earlier finding")):
        with people.sitting("Otto"), pytest.raises(DatabaseError, match=why), transaction.atomic():
            Examination.objects.create(**row, evidence=number)
    with people.sitting("Otto"), pytest.raises(DatabaseError), transaction.atomic():
        first.update(evidence=1)  # in somebody else's name
    with people.sitting("Odile"):
        with pytest.raises(DatabaseError, match="all evidence"), transaction.atomic():
            first.update(evidence=2)
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            first.update(outcome="lawful")
        assert first.update(evidence=1) == 1


def test_a_notice_is_submitted_again_on_added_evidence(people: People) -> None:
    ref = drafted(people)
    item = CompanyNotice.objects.get().item_id
    added(people, item)
    with people.sitting("Odile") as by:
        composing.propose(ref, version=version(ref), by=by, at=people.at)
    added(people, item, "Otto")
    rows = CompanyNotice.objects.filter(id=ref)
    with people.sitting("Otto") as by:
        view = lines.one(ref, by=by, at=people.at)
        assert [one[:23] for one in view.refused] == ["Evidence was added afte"]
        with pytest.raises(NotNow, match="submit it again"):
            composing.approve(ref, version=version(ref), by=by, at=people.at)
        approved = {
            "state": "approved",
            "approver": by.officer_id,
            "approved_container": rows.get().container,
        }
        for values in (approved, {**approved, "evidence": 2}, {"evidence": 2}):
            with pytest.raises(DatabaseError, match="submitted on"), transaction.atomic():
                rows.update(**values)
    with people.sitting("Odile") as by:
        assert any("must be submitted again" in one.words for one in lines.waiting_for_me(by, people.at))
        composing.give_back(ref, version=version(ref), by=by, at=people.at)
        composing.propose(ref, version=version(ref), by=by, at=people.at)
    with people.sitting("Otto") as by:
        composing.approve(ref, version=version(ref), by=by, at=people.at)
    added(people, item)
    with people.sitting("Odile") as by:
        assert not lines.one(ref, by=by, at=people.at).refused, "what was approved on all evidence then"


def test_added_evidence_ends_a_proposal_to_dispose_of_an_item(
    people: People,
    house: House,
    hand: Callable[[], Hand],  # noqa: F811
) -> None:
    ref = taken(people)
    with people.sitting("Odile") as by:
        examining.check(ref, [], gone=True, by=by, at=people.at)
        MaterialDisposal.objects.create(
            desk_id=people.house.desks["material"].id,
            item=ref,
            proposed_by_id=by.officer_id,
            proposed_on=people.at.date(),
        )
        assert disposing.proposal(ref, by=by)
    added(people, ref)
    with people.sitting("Olga") as by:
        assert disposing.proposal(ref, by=by) is None
        with pytest.raises(NotNow, match="has changed since"):
            disposing.dispose(ref, by=by, at=people.at)
    olga = hand().at_work(house, "Olga")
    olga.get(f"/w/items/{ref}/dispose/")
    assert "is no longer valid, because the item was changed or evidence was added." in olga.html
    assert "Propose disposal of the item" in olga.html
