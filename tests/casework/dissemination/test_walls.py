"""The walls around what is sent to a partner: what a partner cannot reach, what the office cannot sign, what cannot be changed."""

from __future__ import annotations

import pytest
from django.db import Error, connection, transaction

from heedline.casework.dissemination import lines as dissemination_lines
from heedline.casework.dissemination import outgoing, partner_inbox, partners
from heedline.casework.errors import NotHere
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import SealedHeader, SealedPayload
from heedline.vault import CannotOpen
from heedline.vault.containers.container import file_key
from tests.support.acting import acting
from tests.support.partner_scene import COUNCIL, at_the_council, opened, sent, sent_to_the_council
from tests.support.scene_people import People

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("council")]


def test_the_partner_opens_its_own_header_and_no_part_of_the_report(people: People) -> None:
    ref, ident = sent_to_the_council(people)
    epoch = partners.key_of(people.house.desks[COUNCIL].id, people.at)
    assert epoch is not None
    with at_the_council(people) as here:
        seeds = list(here.keys().seeds.values())
    with_partner = set()
    for header in SealedHeader.objects.filter(report=ref):
        try:
            file_key(bytes(header.header), seeds)
            with_partner.add(header.part)
        except CannotOpen:
            continue
    assert with_partner == {"partner"}
    assert list(SealedHeader.objects.filter(report=ref, part="partner").values_list("epochs", flat=True)) == [
        [epoch.epoch]
    ]
    assert sent(ident).key is not None


def test_the_partner_has_no_right_to_any_table_of_reports(people: People) -> None:
    sent_to_the_council(people)
    with acting("partner"):
        for table in ("reports_report", "reports_sealed_header", "reports_dissemination", "reports_step"):
            with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"SELECT 1 FROM {table}")


def test_another_partner_sees_nothing_of_it(people: People) -> None:
    _, ident = sent_to_the_council(people)
    with people.sitting("Otto") as here:  # nor does an officer of another desk
        with pytest.raises(NotHere):
            outgoing.withdraw(ident, "Not for them", version=2, by=here, at=people.at)
    with acting("partner"):  # nobody is signed in
        assert partner_inbox.partner_functions.sent_to_me() == []
        assert partner_inbox.partner_functions.one_sent_to_me(ident) is None
        assert partner_inbox.partner_functions.parts(ident) is None
        assert partner_inbox.partner_functions.receive(ident, {"on": "2026-01-01"}) == "not-yours"


def test_an_officer_cannot_sign_for_the_partner(people: People) -> None:
    """Also whoever runs code in the office: what a partner signs is no column of the office's."""
    _, ident = sent_to_the_council(people)
    with people.sitting("Odile"):
        for change in ("receipt = '{}'", "received_at = now()", "answer_code = 'known'"):
            with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"UPDATE reports_dissemination SET {change} WHERE id = %s", [ident])


def test_what_was_written_never_changes(people: People) -> None:
    _, ident = sent_to_the_council(people)
    for column, value in (
        ("purpose", "'inform'"),
        ("sha256", "'\\x00'"),
        ("written_at", "now()"),
        ("urgent", "true"),
    ):
        with (
            pytest.raises(Error, match="stays as it is"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(
                f"UPDATE reports_dissemination SET {column} = {value}, version = version + 1 WHERE id = %s",
                [ident],
            )


def test_withdrawing_takes_the_key_away_and_not_only_the_page(people: People) -> None:
    ref, ident = sent_to_the_council(people)
    header = SealedHeader.objects.get(report=ref, part="partner")
    with people.sitting("Olga") as here:
        outgoing.withdraw(ident, "Sent in error.", version=sent(ident).version, by=here, at=people.at)
    header.refresh_from_db()
    assert (bytes(header.header), header.epochs) == (b"", [])
    with at_the_council(people) as here:
        (line,) = partner_inbox.listing(by=here, at=people.at)
        assert line.withdrawn
        assert not line.opened
        with pytest.raises(NotHere):
            partner_inbox.open_it(ident, by=here, at=people.at)
        with pytest.raises(NotNow):
            partner_inbox.answer(ident, "known", "We knew.", danger="no", by=here, at=people.at)


def test_a_forged_receipt_shows(people: People) -> None:
    """Whoever can write to the table cannot make it look as if the partner had signed."""
    ref, ident = sent_to_the_council(people)
    opened(people, ident)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # past every trigger
        cursor.execute(
            "UPDATE reports_dissemination SET received_by_id = %s WHERE id = %s",
            [people.house.officers["Pavel"].id, ident],
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
    with people.sitting("Odile") as here:
        (one,) = dissemination_lines.of_report(ref, by=here, at=people.at)
    assert one.arrived_signed is False


def test_a_changed_payload_does_not_open_and_no_receipt_is_given(people: People) -> None:
    _, ident = sent_to_the_council(people)
    payload = SealedPayload.objects.get(container=sent(ident).container)
    payload.payload = bytes(payload.payload)[:-1] + bytes([bytes(payload.payload)[-1] ^ 1])
    payload.save()
    with at_the_council(people) as here, pytest.raises(CannotOpen):
        partner_inbox.open_it(ident, by=here, at=people.at)
    assert sent(ident).receipt is None
