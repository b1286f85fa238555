"""Nobody who writes to tables changes what a report says unseen: the log names its payload, and opening compares."""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection

from heedline.audit.models import Event
from heedline.casework.errors import ChangedSinceArrival
from heedline.casework.journey import transitions
from heedline.casework.keys import directory as key_directory
from heedline.casework.report.sealing import canonical
from heedline.reports.models import SealedHeader, SealedPayload
from heedline.vault.containers import envelope
from tests.support.cast import House, now
from tests.support.leaving_scene import settled
from tests.support.scene_people import People, logged, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(house: House) -> People:
    return People(house, now())


def logged_hash(ref: UUID) -> str:
    return str(Event.objects.get(act="report-arrived", thing_id=ref).detail["sha256"])


def payload_of(ref: UUID) -> SealedPayload:
    header = SealedHeader.objects.get(report_id=ref, part="report")
    return SealedPayload.objects.get(container=header.container)


def put_other_words(people: People, ref: UUID) -> None:
    """Seal other words to the desk's public key and put them in the place of the report's, hash and all."""
    header = SealedHeader.objects.get(report_id=ref, part="report")
    told = {
        "record": {"kind": "activity", "narrative": "Nothing happened."},
        "arrived_at": people.at.isoformat(),
        "channel": "web",
        "language": "en",
    }
    to = key_directory.addressee("north-east", people.at.date())
    assert to is not None
    sealed = envelope.seal_part(
        canonical(told),
        [to.key],
        installation=settings.INSTALLATION,
        container_id=header.container,
        part="report",
    )
    SealedHeader.objects.filter(container=header.container).update(header=sealed.header, epochs=[to.epoch])
    SealedPayload.objects.filter(container=header.container).update(
        payload=sealed.payload, sha256=sha256(sealed.payload).digest()
    )


def test_the_log_names_the_payload_which_a_hand_over_leaves_alone(people: People) -> None:
    ref, _ = people.taken()
    settled(people)
    assert logged_hash(ref) == sha256(bytes(payload_of(ref).payload)).hexdigest()
    with people.sitting("Odile") as odile:
        to = people.house.desks["south-west"].code
        transitions.hand_over(ref, to, "Their area", version=row(ref).version, by=odile, at=people.at)
    assert logged_hash(ref) == sha256(bytes(payload_of(ref).payload)).hexdigest()
    assert people.read(ref, "Otto").answers.narrative


def test_words_that_were_put_in_its_place_do_not_open(people: People) -> None:
    ref, _ = people.taken()
    settled(people)
    assert people.read(ref).answers.narrative
    put_other_words(people, ref)
    with pytest.raises(ChangedSinceArrival):
        people.read(ref)
    seen = logged("report-read", refused=True)
    assert [(one.thing_id, one.detail) for one in seen] == [(ref, {"changed": True})]


def test_a_report_that_the_log_does_not_name_does_not_open_either(people: People) -> None:
    ref, _ = people.taken()
    payload = payload_of(ref)
    assert people.read(ref).answers.narrative  # not logged yet: its quarter hour is not over
    settled(people)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("DELETE FROM audit_event WHERE act = 'report-arrived' AND thing_id = %s", [ref])
        cursor.execute("SET session_replication_role = DEFAULT")
    assert payload_of(ref).payload == payload.payload
    with pytest.raises(ChangedSinceArrival):
        people.read(ref)
