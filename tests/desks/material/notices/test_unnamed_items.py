"""Deconfliction of items that no compared report names: nothing is sent before the item itself has been compared."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import transaction

from heedline.casework.linking import disposed_hits, interests, own_entries, questions
from heedline.casework.search import indexing
from heedline.reports.models import InterestHit, SealedValues
from heedline.specialist_desks.material.examination import examining
from heedline.specialist_desks.material.items import adding, found_item
from heedline.specialist_desks.material.models import MaterialItem
from heedline.specialist_desks.material.notices import composing, standing
from heedline.specialist_desks.material.notices.composing import NoticeRefused
from heedline.specialist_desks.material.outcomes import disposing
from tests.support.linking_scene import compared, interest
from tests.support.material_scene import an_added_item, reported
from tests.support.notice_scene import OTHER_POST, drafted, unlawful_item, version
from tests.support.scene_people import People

pytestmark = pytest.mark.django_db
ADDED = "https://kiteboard.example/posts/Xy99Zz"


def proposed(people: People, notice: UUID) -> None:
    with people.sitting("Odile") as by:
        composing.propose(notice, version=version(notice), by=by, at=people.at)


@pytest.mark.parametrize("first", ["entry", "item"])
def test_an_entry_about_an_added_item_stops_its_notice_until_the_owner_clears_it(
    people: People, first: str
) -> None:
    if first == "entry":
        interest(people, "Nadia", names="", identifiers=ADDED)
    ref = an_added_item(people, ADDED)
    compared(people, "Odile")
    if first == "item":
        interest(people, "Nadia", names="", identifiers=ADDED)
        compared(people)
    notice = drafted(people, item=ref)
    with pytest.raises(NoticeRefused, match=r"Contact Nadia N\., National desk"):
        proposed(people, notice)
    hit = InterestHit.objects.get()
    with people.sitting("Nadia") as by:
        [entry] = own_entries.mine(by=by, at=people.at)
        assert [one.thing for one in entry.hits] == [True]
        interests.release(hit.id, "Go ahead.", by=by, at=people.at)
    with people.sitting("Odile") as by, transaction.atomic():
        cleared = standing.deconflict(found_item.find(ref, by=by, at=people.at))
    assert [(one.released_by, one.released) for one in cleared.cleared] == [("Nadia N.", "Go ahead.")]
    proposed(people, notice)


def test_a_notice_about_an_added_item_waits_until_it_has_been_compared(people: People) -> None:
    notice = drafted(people, item=an_added_item(people, ADDED))
    with pytest.raises(NoticeRefused, match="has not been compared"):
        proposed(people, notice)
    compared(people, "Odile")
    proposed(people, notice)


def test_an_item_is_compared_by_itself_if_its_address_is_not_among_its_report_s_values(
    people: People,
) -> None:
    """Examiners' rules know more ways to write an address than the comparison, which also reads fewer from a long report."""
    interest(people, "Nadia", names="", identifiers=ADDED)
    ref = unlawful_item(people, "\uff48" + ADDED[1:])
    assert SealedValues.objects.exclude(matched_at=None).exists(), "the report has been compared"
    with people.sitting("Odile") as by:
        found = found_item.find(ref, by=by, at=people.at)
        assert standing.deconflict(found).missing == standing.NOTHING_SENT
    notice = drafted(people, item=ref)
    with pytest.raises(NoticeRefused, match="has not been compared"):
        proposed(people, notice)
    compared(people, "Odile")
    with pytest.raises(NoticeRefused, match=r"Contact Nadia N\., National desk"):
        proposed(people, notice)


def test_the_form_sends_an_item_whose_reports_were_not_sent(people: People) -> None:
    ref = an_added_item(people, ADDED)
    SealedValues.objects.filter(report=ref).delete()
    with people.sitting("Odile") as by:
        found = found_item.find(ref, by=by, at=people.at)
        assert standing.deconflict(found).missing == standing.NOTHING_SENT
    drafted(people, item=ref)
    assert SealedValues.objects.filter(report=ref, matched_at=None).exists()


def test_an_index_that_cannot_be_read_is_not_clear(people: People) -> None:
    notice = drafted(people)
    with people.sitting("Odile") as by:
        indexing.throw_away(people.house.desks["material"].id, by)
    with pytest.raises(NoticeRefused, match="can't read the desk's index") as refused:
        proposed(people, notice)
    assert any("read and compared with the notice" in one for one in refused.value.refusals)


def test_an_added_item_matches_no_report_of_another_desk(people: People) -> None:
    people.send(narrative=f"He shares {ADDED} with everybody.")
    an_added_item(people, ADDED)
    compared(people, "Odile", "Otto")
    for name in ("Odile", "Nadia"):
        with people.sitting(name) as by:
            assert questions.matches(by=by) == ()
    reported(people, OTHER_POST)
    compared(people, "Odile")
    assert SealedValues.objects.filter(matched_at=None).count() == 0


def test_what_the_register_holds_of_an_added_item_goes_with_it(people: People) -> None:
    interest(people, "Nadia", names="", identifiers=ADDED)
    with people.sitting("Odile") as by:
        ref = adding.add(ADDED, by=by, at=people.at)
        examining.check(ref, [], gone=True, by=by, at=people.at)
    compared(people, "Odile")
    assert InterestHit.objects.count() == 1
    with people.sitting("Nadia") as by:
        assert disposed_hits.remove_step(by=by, at=people.at) == 0
    with people.sitting("Odile") as by:
        disposing.propose(ref, by=by, at=people.at)
    with people.sitting("Olga") as by:
        disposing.dispose(ref, by=by, at=people.at)
    assert not MaterialItem.objects.filter(id=ref).exists()
    assert not SealedValues.objects.filter(report=ref).exists()
    with people.sitting("Nadia") as by:
        assert disposed_hits.remove_step(by=by, at=people.at) == 1
    assert not InterestHit.objects.exists()
