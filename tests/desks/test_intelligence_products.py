"""An intelligence product, from a report to its approval by a second officer: what is refused, marked, kept and sealed."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from django.db import connection

from heedline.casework.access.session import Attendance
from heedline.casework.errors import Changed, NotHere
from heedline.casework.journey import call_taking
from heedline.casework.journey.call_taking import Contact
from heedline.casework.pages import desk_tabs
from heedline.casework.products.content import ITEM_LIMIT, GradedText, Product
from heedline.casework.report.opening import short_name
from heedline.casework.setup import stewardship
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DeskPartPayload, DeskRecord
from heedline.specialist_desks.intelligence import deciding, products
from tests.laws import thief
from tests.support import advice_scene, cast
from tests.support.acting import acting
from tests.support.keeping_scene import with_leads
from tests.support.product_scene import ACCOUNT, WHOLE, begun, proposed, saved, version_of
from tests.support.scene_people import People, logged
from tests.support.stories import NORTH_EAST, new_report
from tests.support.training_scene import again, lapse

pytestmark = pytest.mark.django_db
LEAK = replace(WHOLE, items=(GradedText("The safeguarding lead told us of the locker at 16.40.", "2", "D"),))


@pytest.fixture
def people(people: People) -> People:
    """Olga leads the north-east desk."""
    return with_leads(people)


def moved(people: People, ref: UUID, name: str, how: str, reason: str = "", version: int = 0) -> None:
    with people.sitting(name) as by:
        deciding.move(ref, how, version=version or version_of(ref), reason=reason, by=by, at=people.at)


def test_a_product_is_written_proposed_and_approved_by_a_colleague(people: People) -> None:
    ref, report = proposed(people)
    for how in ("approve", "return"):
        with people.sitting("Odile") as odile, pytest.raises(Refused):
            deciding.move(ref, how, version=version_of(ref), reason="x", by=odile, at=people.at)
    moved(people, ref, "Olga", "approve")
    assert DeskRecord.objects.get(id=ref).state == "approved"
    with people.sitting("Olga") as olga:
        told = products.opened(ref, by=olga, at=people.at)
    assert (told.product.items, told.product.reports) == (WHOLE.items, (str(report),))
    for change in (WHOLE, LEAK):
        with people.sitting("Olga") as olga, pytest.raises(NotNow):
            products.save(ref, change, version=version_of(ref), by=olga, at=people.at)
    assert len(logged("intelligence-product-moved", thing=ref)) == 4


def test_the_approver_decides_on_the_version_that_was_proposed(people: People) -> None:
    ref, _ = proposed(people)
    seen = version_of(ref)
    moved(people, ref, "Odile", "take-back")
    saved(people, ref, title_changed())
    with people.sitting("Odile") as odile:
        products.propose(ref, {}, version=version_of(ref), by=odile, at=people.at)
    with people.sitting("Olga") as olga, pytest.raises(Changed):
        deciding.move(ref, "approve", version=seen, by=olga, at=people.at)


def title_changed() -> Product:
    return replace(WHOLE, texts={**WHOLE.texts, "title": "Another invented title"})


def why_nots(ref: UUID, by: Attendance, people: People) -> dict[str, str]:
    return {one.move: one.why_not for one in deciding.shown_product(ref, by=by, at=people.at).moves}


def test_the_call_taker_of_a_source_report_does_not_approve_the_product(people: People) -> None:
    new = new_report(where={"postcode": NORTH_EAST}, narrative="A man had a placeholder.")
    with people.sitting("Olga") as olga:
        draft = call_taking.begin(None, by=olga)
        contact = Contact("phone")
        call_taking.send(draft, contact, new.record, new.question_set, by=olga, at=people.at)
    people.take(draft.report_id)
    ref, _ = begun(people)
    with people.sitting("Odile") as odile:
        products.add_report(draft.report_id, ref, by=odile, at=people.at)
    saved(people, ref)
    with people.sitting("Odile") as odile:
        products.propose(ref, {}, version=version_of(ref), by=odile, at=people.at)
    with people.sitting("Olga") as olga:
        why_not = why_nots(ref, olga, people)
        assert (why_not["approve"], why_not["return"]) == (deciding.TOOK_CALL, "")
        with pytest.raises(Refused, match="took down"):
            deciding.move(ref, "approve", version=version_of(ref), by=olga, at=people.at)
    assert DeskRecord.objects.get(id=ref).state == "proposed"
    assert len(logged("intelligence-product-moved", thing=ref, refused=True)) == 1


def test_an_approval_needs_the_training_of_the_pack(people: People) -> None:
    ref, _ = proposed(people)
    lapse(people, "Olga", "products")
    with people.sitting("Olga") as olga:
        assert "Approving intelligence products" in why_nots(ref, olga, people)["approve"]
        with pytest.raises(Refused, match="Approving intelligence products"):
            deciding.move(ref, "approve", version=version_of(ref), by=olga, at=people.at)
    again(people, "Olga", "products")
    moved(people, ref, "Olga", "approve")


def test_a_returned_product_goes_to_its_author_with_the_reason(people: People) -> None:
    ref, _ = proposed(people)
    moved(people, ref, "Olga", "return", "Item 1 says too little")
    row = DeskRecord.objects.get(id=ref)
    assert (row.state, row.owner_id) == ("writing", people.house.officers["Odile"].id)
    saved(people, ref)
    with people.sitting("Odile") as odile:
        products.propose(ref, {}, version=version_of(ref), by=odile, at=people.at)
    moved(people, ref, "Olga", "approve")  # returning is no part in it


def test_a_product_that_names_its_sources_job_is_stopped_until_a_reason_is_given(people: People) -> None:
    ref, _ = begun(people)
    saved(people, ref, LEAK)
    with people.sitting("Odile") as odile:
        marked = {one.passage: one.risk for one in products.opened(ref, by=odile, at=people.at).marks}
        assert {"the safeguarding lead", "16.40"} <= set(marked)
        assert "sam" not in " ".join(marked)
        for kept in (
            {},
            {"the safeguarding lead": "It stays because everybody there knows"},
            dict.fromkeys(marked, "ok"),
        ):
            with pytest.raises(NotNow):
                products.propose(ref, kept, version=version_of(ref), by=odile, at=people.at)
        assert DeskRecord.objects.get(id=ref).state == "writing"
        why = "Everybody at the site knows this already"
        products.propose(ref, dict.fromkeys(marked, why), version=version_of(ref), by=odile, at=people.at)
    with people.sitting("Olga") as olga:
        assert set(products.opened(ref, by=olga, at=people.at).product.kept.values()) == {why}


def test_a_product_that_names_a_report_or_its_reporter_is_not_proposed(people: People) -> None:
    ref, report = begun(people, account=f"{ACCOUNT} My name is Example Quagga, call me on 07700 900123.")
    short = short_name(report)
    for text in (f"From report {short}.", "Told by Example Quagga.", "Ring 07700 900 123."):
        saved(people, ref, items=(GradedText(text, "2", "D"),))
        with people.sitting("Odile") as odile:
            assert len(products.opened(ref, by=odile, at=people.at).named) == 1
            with pytest.raises(NotNow) as no:
                products.propose(ref, {}, version=version_of(ref), by=odile, at=people.at)
        assert "Quagga" not in no.value.reason
        assert short not in no.value.reason
    saved(people, ref, LEAK)
    with people.sitting("Odile") as odile:
        marked = [one.passage for one in products.opened(ref, by=odile, at=people.at).marks]
        kept = dict.fromkeys(marked, f"Everybody knows it from report {short}")
        with pytest.raises(NotNow, match="reference of a report"):
            products.propose(ref, kept, version=version_of(ref), by=odile, at=people.at)
    assert DeskRecord.objects.get(id=ref).state == "writing"


def test_two_editors_do_not_overwrite_each_other(people: People) -> None:
    ref, _ = begun(people)
    saved(people, ref)
    with pytest.raises(Changed):
        saved(people, ref, LEAK, "Olga", version=1)
    with people.sitting("Olga") as olga:
        assert products.opened(ref, by=olga, at=people.at).product.items == WHOLE.items


@pytest.mark.parametrize(
    ("change", "about"),
    [
        ({"codes": {**WHOLE.codes, "marking": "secret"}}, "marking"),
        ({"provenance": GradedText("From a file marked TOP SECRET.", "2", "D")}, "marking"),
        ({"items": (GradedText("x" * (ITEM_LIMIT + 1), "2", "D"),)}, "item1"),
    ],
)
def test_what_may_not_be_held_here_is_refused_and_not_stored(
    people: People, change: dict[str, object], about: str
) -> None:
    ref, _ = begun(people)
    parts = DeskPartPayload.objects.count()
    with pytest.raises(NotNow) as no:
        saved(people, ref, **change)
    assert no.value.about == about
    assert (version_of(ref), DeskPartPayload.objects.count()) == (1, parts)


def test_a_product_draws_on_several_reports_and_is_compared_with_each(people: People) -> None:
    ref, first = begun(people, account="A man had a placeholder.")
    second, _ = people.taken(narrative="I am the quagga keeper at the old zoo. A man had a placeholder.")
    with people.sitting("Odile") as odile:
        for _ in range(2):
            products.add_report(second, ref, by=odile, at=people.at)
        saved_once = version_of(ref)
    saved(people, ref, items=(GradedText("The quagga keeper may know more.", "2", "D"),))
    with people.sitting("Odile") as odile:
        told = products.opened(ref, by=odile, at=people.at)
    assert (told.product.reports, saved_once) == ((str(first), str(second)), 2)
    assert "the quagga keeper" in {one.passage for one in told.marks}
    with people.sitting("Olga") as olga, pytest.raises(NotHere):
        products.add_report(second, ref, by=olga, at=people.at)


def test_an_unfinished_product_is_not_proposed(people: People) -> None:
    ref, _ = begun(people)
    saved(people, ref, items=(*WHOLE.items, GradedText("", "2", "D")))
    with people.sitting("Odile") as odile, pytest.raises(NotNow):
        products.propose(ref, {}, version=version_of(ref), by=odile, at=people.at)


def test_strangers_are_told_that_it_is_not_there(people: People) -> None:
    ref, report = proposed(people)
    with people.sitting("Otto") as otto:
        for unknown in (ref, uuid4()):
            with pytest.raises(NotHere):
                products.opened(unknown, by=otto, at=people.at)
            with pytest.raises(NotHere):
                deciding.move(unknown, "approve", version=1, by=otto, at=people.at)
        with pytest.raises(NotHere):
            products.begin(report, by=otto, at=people.at)


def test_an_adviser_sees_and_writes_no_product(people: People) -> None:
    house = people.house
    with acting("office"):
        cast._officer(house, "Enid", house.officers["Odile"].organisation, house.hands, people.at)
        stewardship.state_officer_keys(house.keys["Enid"], hands=house.hands, at=people.at)
    advice_scene.adviser_desk(people, names=("Enid", "Otto"))
    ref, _ = advice_scene.a_request(people)
    with people.sitting("Enid") as enid:
        assert products.desks_of(enid) == ()
        assert "Products" not in dict(desk_tabs.menu_links(by=enid))
        assert "Product" not in {one.text for one in desk_tabs.desk_tabs(ref, by=enid, at=people.at)}
        with pytest.raises(NotHere):
            products.begin(ref, by=enid, at=people.at)
    with people.sitting("Otto") as otto:
        assert [one.code for one in products.desks_of(otto)] == ["south-west"]
    with people.sitting("Odile") as odile:
        assert "Products" in dict(desk_tabs.menu_links(by=odile))


def test_every_version_has_one_size_whatever_it_says(people: People) -> None:
    ref, _ = begun(people)
    saved(people, ref)
    saved(people, ref, items=tuple(GradedText("word " * 300, "1", "A") for _ in range(8)))
    saved(people, ref, Product())
    assert (
        len(
            {
                len(bytes(one))
                for one in DeskPartPayload.objects.filter(thing=ref).values_list("payload", flat=True)
            }
        )
        == 1
    )


def test_no_row_names_a_report_and_its_product_together(people: People) -> None:
    """A thief has planted 200 reports and knows their ids; some became products."""
    planted = [people.send(narrative=f"A van of the colour {n} stood there.")[0] for n in range(200)]
    made = []
    for ref in planted[::40]:
        people.take(ref)
        with people.sitting("Odile") as odile:
            made.append(products.begin(ref, by=odile, at=people.at))
    for one in made:
        saved(people, one)
        with people.sitting("Odile") as odile:
            products.propose(one, {}, version=version_of(one), by=odile, at=people.at)
        moved(people, one, "Olga", "return", "Write item 1 more widely")

    def ask(sql: str) -> list[tuple[object, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    def named(row: object, refs: list[UUID]) -> bool:
        text = str(row)
        return any(str(ref) in text or ref.hex in text for ref in refs)

    seen = 0
    for table, rows in thief.tables(ask).items():
        for row in rows:
            of_product = named(row, made)
            seen += of_product
            assert not (of_product and named(row, planted)), table
    assert seen > len(made)
