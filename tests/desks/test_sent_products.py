"""A product at another desk: sent, opened with a signed receipt, asked about, answered and recalled, and what each desk sees."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import ProgrammingError, connection, transaction
from django.db.utils import IntegrityError

from heedline.casework.duty import alarm_kinds
from heedline.casework.errors import NotHere
from heedline.casework.records import clock, open_records
from heedline.casework.records.shown_record import ShownRecord, shown
from heedline.dispatch.models import Alarm
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DeskPartPayload, DeskRecord
from heedline.specialist_desks.intelligence import deciding, receiving, sending
from heedline.specialist_desks.intelligence.kind import RECEIVED_KIND, SENT_KIND
from heedline.specialist_desks.intelligence.sending import SendingTerms
from heedline.specialist_desks.intelligence.vocabulary import IntelligenceCapability
from tests.support.keeping_scene import with_leads
from tests.support.product_scene import WHOLE, begun, proposed, version_of
from tests.support.scene_people import People, logged

pytestmark = pytest.mark.django_db
WHY = "They can look at the site, and need the item for it"
SHARED = "EXAMPLE Sam may keep something in a locker."


@pytest.fixture
def people(people: People) -> People:
    """Olga leads the north-east desk, and Nadia works at the national one."""
    return with_leads(people)


def approved(people: People, conditions: str = "") -> UUID:
    """A product that Odile wrote and Olga approved. With conditions it is of handling code C, with S2."""
    ref, _ = proposed(people, **(under(conditions) if conditions else {}))
    with people.sitting("Olga") as olga:
        deciding.move(ref, "approve", version=version_of(ref), by=olga, at=people.at)
    return ref


def under(conditions: str) -> dict[str, Any]:
    return {
        "codes": {**WHOLE.codes, "handling": "C"},
        "texts": {**WHOLE.texts, "conditions": conditions},
        "actions": ("A1",),
        "sanitisation": ("S2",),
    }


def sent(people: People, ref: UUID, name: str = "Odile", *, danger: bool = False) -> tuple[UUID, UUID]:
    """A product sent to the national desk: what was sent, and what was received."""
    terms = SendingTerms(people.house.desks["national"].id, "information", "policing", WHY, danger)
    with people.sitting(name) as by:
        own = sending.send(ref, terms, by=by, at=people.at)
    pair = DeskRecord.objects.get(id=own).pair
    assert pair is not None
    return own, pair


def does(people: People, name: str, ref: UUID, how: str, reason: str = "") -> None:
    kind = DeskRecord.objects.get(id=ref).kind
    act = sending.move if kind == SENT_KIND.code else receiving.move
    with people.sitting(name) as by:
        act(ref, how, version=version_of(ref), reason=reason, by=by, at=people.at)


def looks(people: People, name: str, ref: UUID) -> ShownRecord:
    kind = SENT_KIND if DeskRecord.objects.get(id=ref).kind == SENT_KIND.code else RECEIVED_KIND
    with people.sitting(name) as by:
        return shown(kind, ref, capability=IntelligenceCapability.WRITE, by=by, at=people.at)


def states(*refs: UUID) -> list[str]:
    return [DeskRecord.objects.get(id=one).state for one in refs]


def test_a_product_is_sent_opened_answered_and_the_answer_is_read(people: People) -> None:
    product = approved(people)
    own, theirs = sent(people, product)
    assert states(own, theirs) == ["sent", "new"]
    with people.sitting("Odile") as odile:
        (line,) = sending.sent_of(product, by=odile, at=people.at)
        assert (line.ref, line.to) == (own, "National desk")
        assert sending.receipt_holds(looks(people, "Odile", own)) is None
    with people.sitting("Nadia") as nadia:
        assert [one.ref for one in receiving.waiting(nadia, people.at)] == [theirs]
    does(people, "Nadia", theirs, "accept")
    assert states(own, theirs) == ["opened", "accepted"]
    with people.sitting("Odile") as odile:
        seen = shown(SENT_KIND, own, capability=IntelligenceCapability.WRITE, by=odile, at=people.at)
        assert sending.receipt_holds(seen)
    does(people, "Nadia", theirs, "acted", "A patrol went past the invented site")
    assert states(own, theirs) == ["answered", "answered"]
    answer = looks(people, "Odile", own).steps[0]
    assert answer.reason == "It led to action: A patrol went past the invented site"
    with people.sitting("Odile") as odile:
        assert own in [one.ref for one in receiving.waiting(odile, people.at)]
    does(people, "Odile", own, "read")
    assert states(own) == ["read"]
    assert len(logged("intelligence-product-moved", thing=theirs)) == 3, "both desks see it in their log"


def test_the_recipient_gets_neither_provenance_nor_risk_nor_a_report(people: People) -> None:
    product = approved(people)
    own, theirs = sent(people, product)
    told = str(looks(people, "Nadia", theirs).words)
    assert SHARED in told
    for absent in (WHOLE.provenance.text, WHOLE.texts["risk"], WHY, str(product)):
        assert absent not in told
    assert "reports': []" in told
    for name, ref in (("Nadia", own), ("Odile", theirs), ("Otto", theirs), ("Otto", own)):
        with pytest.raises(NotHere):
            looks(people, name, ref)


def test_the_originator_is_asked_only_where_the_product_says_so(people: People) -> None:
    _, plain = sent(people, approved(people))
    does(people, "Nadia", plain, "accept")
    with pytest.raises(NotNow):
        does(people, "Nadia", plain, "ask", "May we tell the site?")
    own, theirs = sent(people, approved(people, "Ask us before anything is done"))
    does(people, "Nadia", theirs, "accept")
    does(people, "Nadia", theirs, "ask", "May we tell the site?")
    assert states(own, theirs) == ["asked", "asking"]
    assert looks(people, "Odile", own).steps[0].reason == "May we tell the site?"
    does(people, "Odile", own, "reply", "Yes, but not the locker")
    assert states(own, theirs) == ["opened", "accepted"]
    found = looks(people, "Nadia", theirs)
    assert found.steps[0].reason == "Yes, but not the locker"
    assert found.owner == people.house.officers["Nadia"].name


def test_a_recall_removes_the_text_and_is_confirmed(people: People) -> None:
    own, theirs = sent(people, approved(people))
    does(people, "Nadia", theirs, "accept")
    does(people, "Nadia", theirs, "known", "We knew of it from a partner")
    does(people, "Odile", own, "recall", "The source was mistaken about the name")
    assert states(own, theirs) == ["recalled", "recalled"]
    found = looks(people, "Nadia", theirs)
    assert "product" not in found.words
    assert found.words["reason"] == "The source was mistaken about the name"
    assert DeskPartPayload.objects.filter(thing=theirs).count() == 1, "its text is gone, not only hidden"
    does(people, "Nadia", theirs, "used", "Told to a partner by phone")
    assert states(own, theirs) == ["settled", "settled"]
    assert (
        looks(people, "Odile", own).steps[0].reason == "It had been used already: Told to a partner by phone"
    )


def test_only_its_author_its_sender_or_a_supervisor_recalls_it(people: People) -> None:
    own, theirs = sent(people, approved(people), "Olga")
    with pytest.raises(NotHere):
        does(people, "Nadia", theirs, "recall")
    does(people, "Odile", own, "recall", "The source was mistaken")
    assert states(theirs) == ["recalled"]


def test_what_is_not_approved_or_goes_nowhere_is_refused(people: People) -> None:
    draft, _ = proposed(people)
    with pytest.raises(NotNow):
        sent(people, draft)
    product = approved(people)
    for desk in (people.house.desks["north-east"].id, uuid4()):
        terms = SendingTerms(desk, "information", "policing", WHY)
        with people.sitting("Odile") as by, pytest.raises(NotNow):
            sending.send(product, terms, by=by, at=people.at)
    for thin in ("", "x"):
        terms = SendingTerms(people.house.desks["national"].id, "information", "policing", thin)
        with people.sitting("Odile") as by, pytest.raises(NotNow):
            sending.send(product, terms, by=by, at=people.at)
    assert not DeskRecord.objects.filter(kind__in=(SENT_KIND.code, RECEIVED_KIND.code)).exists()


def test_what_is_not_opened_is_an_alarm_at_both_desks_until_it_is(people: People) -> None:
    own, theirs = sent(people, approved(people))
    clock.watch(people.at + timedelta(days=4))
    open_now = Alarm.objects.filter(kind="record-overdue", cleared_at=None)
    assert set(open_now.values_list("about_id", flat=True)) == {own, theirs}
    does(people, "Nadia", theirs, "accept")
    assert not open_now.exists()


def test_a_late_recipient_is_red_for_the_sender_and_then_for_the_supervisor(people: People) -> None:
    product = approved(people)
    own, theirs = sent(people, product)
    odile, olga = (people.house.officers[name].email for name in ("Odile", "Olga"))
    later = people.at

    def late(days: int) -> None:
        nonlocal later
        later += timedelta(days=days)
        clock.watch(later)
        alarm = Alarm.objects.get(kind="record-overdue", cleared_at=None, about_id=own)
        assert alarm_kinds.called(alarm, 0, later) == {odile}
        assert olga in alarm_kinds.called(alarm, 1, later)
        with people.sitting("Odile") as by:
            (line,) = sending.sent_of(product, by=by, at=later)
            assert line.overdue
            assert own in [one.ref for one in open_records.mine(by=by, at=later) if one.overdue]

    late(4)  # it is not opened
    does(people, "Nadia", theirs, "accept")
    late(15)  # nothing was said of what came of it
    does(people, "Nadia", theirs, "acted", "A patrol went past the invented site")
    does(people, "Odile", own, "read")
    does(people, "Olga", own, "recall", "The source was mistaken")
    later = people.at
    late(2)  # the recall is not confirmed
    does(people, "Nadia", theirs, "destroyed")
    assert not Alarm.objects.filter(kind="record-overdue", cleared_at=None, about_id=own).exists()


def test_in_danger_to_life_it_is_sent_first_and_approved_within_the_hour(people: People) -> None:
    product, _ = proposed(people)
    own, theirs = sent(people, product, danger=True)
    row = DeskRecord.objects.get(id=product)
    assert (row.state, row.due_at) == ("urgent", people.at + timedelta(hours=1))
    assert looks(people, "Nadia", theirs).words["first"]
    with people.sitting("Olga") as olga:
        assert next(one.words for one in deciding.to_approve(olga, people.at)).endswith("within the hour.")
    with people.sitting("Odile") as odile, pytest.raises(Refused):
        deciding.move(product, "approve", version=version_of(product), by=odile, at=people.at)
    clock.watch(people.at + timedelta(hours=2))
    late = Alarm.objects.filter(kind="record-overdue", cleared_at=None, about_id=product)
    assert late.exists()
    with people.sitting("Olga") as olga:
        deciding.move(product, "approve", version=version_of(product), by=olga, at=people.at)
    assert states(product, own, theirs) == ["approved", "sent", "new"]
    assert not late.exists()


def test_what_was_sent_first_and_is_returned_is_recalled_everywhere(people: People) -> None:
    product, _ = proposed(people)
    own, theirs = sent(people, product, danger=True)
    does(people, "Nadia", theirs, "accept")
    with people.sitting("Olga") as olga:
        version = version_of(product)
        deciding.move(product, "return", version=version, reason="Not so", by=olga, at=people.at)
    assert states(product, own, theirs) == ["writing", "recalled", "recalled"]
    assert "product" not in looks(people, "Nadia", theirs).words
    draft, _ = begun(people)
    with pytest.raises(NotNow):
        sent(people, draft, danger=True)


def test_sql_as_the_office_neither_begins_a_received_product_nor_makes_the_other_desks_moves(
    people: People,
) -> None:
    own, _ = sent(people, approved(people))
    row = DeskRecord.objects.get(id=own)
    with people.sitting("Odile") as by:
        for kind, state, held, pair in (
            (RECEIVED_KIND.code, "new", "waiting", None),
            ("intelligence-product", "writing", "taken", uuid4()),
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                DeskRecord.objects.create(
                    desk_id=row.desk_id,
                    kind=kind,
                    state=state,
                    held=held,
                    container=row.container,
                    owner_id=by.officer_id if held == "taken" else None,
                    due_at=people.at,
                    pair=pair,
                )
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO reports_record_step (id, record_id, number, move, from_state, to_state, by_id, at)"
                " VALUES (gen_random_uuid(), %s, 2, 'opened', 'sent', 'opened', %s, now())",
                [own, by.officer_id],
            )
        with pytest.raises(ProgrammingError), transaction.atomic():
            DeskRecord.objects.filter(id=own).update(pair=uuid4())
        for told in ((own, "begin"), (uuid4(), "recall"), (own, "used")):
            assert not tell(*told)


def tell(own: UUID, move: str) -> bool:
    """Whether SQL as the office makes a move of another desk's record with a key that is not that desk's."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT permits.tell_pair(%s, %s, now(), %s, 'intelligence-received', %s, '', '', true)",
            [own, move, uuid4(), uuid4()],
        )
        return bool(cursor.fetchone()[0])


def test_somebody_who_only_reads_another_desks_reports_recalls_nothing(people: People) -> None:
    own, _ = sent(people, approved(people))
    with people.sitting("Otto") as otto, pytest.raises((NotHere, Refused)):
        sending.move(own, "recall", version=1, reason="x", by=otto, at=people.at)
