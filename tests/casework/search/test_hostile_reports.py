"""Reports made to hide themselves or others from searches, or to keep a desk's index from being updated."""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID

import pytest
from django.conf import settings

from heedline.casework.keys import directory
from heedline.casework.pages.queues.queue import QueueView, queue
from heedline.reports.models import SealedHeader, SealedPayload
from heedline.vault.containers import envelope
from tests.support.scene_people import People
from tests.support.search_scene import found, indexed

pytestmark = pytest.mark.django_db


def replaced(people: People, ref: UUID, body: bytes) -> None:
    """Seal another body to the desk in place of a report's, as a hostile public process can."""
    epoch = directory.trusted().current_epoch(str(people.house.desks["north-east"].id), people.at.date())
    assert epoch is not None
    header = SealedHeader.objects.get(report_id=ref, part="report")
    sealed = envelope.seal_part(
        body, [epoch.kem], installation=settings.INSTALLATION, container_id=header.container, part="report"
    )
    SealedPayload.objects.filter(container=header.container).update(
        payload=sealed.payload, sha256=sha256(sealed.payload).digest()
    )
    SealedHeader.objects.filter(container=header.container).update(header=sealed.header)


def told(narrative: str = '"quillon"', answers: str = "{}", files: str = "[]") -> bytes:
    """Return the body of a report with these pieces of JSON."""
    record = f'"record": {{"answers": {answers}, "narrative": {narrative}}}, "files": {files}'
    return f'{{{record}, "arrived_at": "", "channel": "", "language": ""}}'.encode()


BODIES = {
    "nested deeply": b"[" * 200_000,
    "a list": b"[1]",
    "half a character in an address": told(r'"quillon http://films.example/\ud800 \ud83d"'),
    "half a character in a hash": told(files=r'[{"name": "x", "sha256": "\ud800"}]'),
    "files that are none": told(files="[7]"),
    "a number too long": told("1" + "0" * 5_000),
    "answers in a list": told(answers="[]"),
    "an answer nested deeply": told(answers='{"more": {"x": ' + "[" * 900 + "]" * 900 + "}}"),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_no_report_keeps_the_others_from_being_indexed(people: People, body: bytes) -> None:
    bad, _ = people.send(narrative="marzipan")
    good, _ = people.send(narrative="quillon")
    replaced(people, bad, body)
    [covered] = indexed(people)
    assert covered.waiting == 0
    assert good in found(people, "quillon")
    with people.sitting("Odile") as here:
        lines = queue(by=here, at=people.at, view=QueueView()).lines
        assert {bad, good} == {line.ref for line in lines}
