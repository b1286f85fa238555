"""Reports made to hide themselves or others from searches, or to keep a desk's index from being updated."""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID

import pytest
from django.conf import settings

from heedline.casework.keys import directory
from heedline.casework.pages import case_file
from heedline.casework.pages.queues.queue import QueueView, queue
from heedline.reports.models import SealedHeader, SealedPayload
from heedline.vault.containers import envelope
from tests.support.scene_people import People
from tests.support.search_scene import found, indexed, look_for

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


def told(
    narrative: str = '"quillon"', answers: str = "{}", files: str = "[]", encoding: str = "utf-8"
) -> bytes:
    """Return the body of a report with these pieces of JSON."""
    record = f'"record": {{"answers": {answers}, "narrative": {narrative}}}, "files": {files}'
    return f'{{{record}, "arrived_at": "", "channel": "", "language": ""}}'.encode(encoding, "surrogatepass")


BODIES = {
    "nested deeply": b"[" * 200_000,
    "a list": b"[1]",
    "half a character in an address": told(r'"quillon http://films.example/\ud800 \ud83d"'),
    "half a character in UTF-16": told(r'"quillon http://films.example/\ud800"').decode().encode("utf-16-le"),
    "half a character in UTF-32": told(r'"quillon http://films.example/\ud800"').decode().encode("utf-32-le"),
    "half a character in a hash": told(files=r'[{"name": "x", "sha256": "\ud800"}]'),
    "half a character as such in UTF-16": told('"quillon http://films.example/\ud800"', encoding="utf-16-le"),
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


def test_each_number_of_a_list_leads_to_its_report(people: People) -> None:
    ref, _ = people.send(narrative="He rang these:\n01632 960123\n07700 900124\n07700900125 twice")
    indexed(people)
    for text in ("01632 960123", "07700900124", "+44 7700 900125"):
        [result] = look_for(people, text).results
        assert result.ref == ref
    pieces = look_for(people, "07700900124").results[0].passages[0].pieces
    assert [piece for piece, hit in pieces if hit] == ["07700 900124"]


def test_no_invisible_character_hides_a_word_and_none_is_lost_from_the_passage(people: People) -> None:
    written = "fer\N{SOFT HYPHEN}tiliser"
    ref, _ = people.send(narrative=f"He keeps {written} in Tie\N{CYRILLIC SMALL LETTER ER}ney's shed.")
    indexed(people)
    assert found(people, "tiep*") == [ref]
    [passage] = look_for(people, "fertiliser").results[0].passages
    assert [piece for piece, hit in passage.pieces if hit] == [written]


def test_a_flood_of_reports_with_the_same_details_hides_none_for_good(people: People) -> None:
    """Fifteen reports take all places beside a report, and no value is in so many that it is shown as shared."""
    numbers = ("01632 960455", "07700 900333")
    real, _ = people.send(narrative=f"He gave his number as {numbers[0]} at the door.")
    for number, times in zip(numbers, (6, 8), strict=True):
        for planted in range(times):
            people.send(narrative=f"Planted note {planted}: {number}.")
    ref, _ = people.send(narrative=f"Ring {numbers[1]} or {numbers[0]}.")
    indexed(people)
    seen, before = set[UUID](), 0
    with people.sitting("Odile") as here:
        while True:
            _, found = case_file.with_earlier(ref, by=here, at=people.at, before=before)
            seen |= {one.ref for one in found.earlier}
            if not found.more:
                break
            assert found.before > before
            before = found.before
        _, chosen = case_file.with_earlier(ref, by=here, at=people.at, chosen=real)
    assert (len(seen), real in seen) == (15, True)
    assert real in {one.ref for one in chosen.earlier}
