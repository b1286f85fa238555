"""Notes, timeline and print view of a report, by their pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from heedline.audit.models import Event
from heedline.reports.models import NoteRevision
from tests.sites.office.desk_hand import Hand
from tests.support.cast import House, now
from tests.support.stories import a_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
NORTH_EAST = {"postcode": "NE1 4ST"}


@pytest.fixture
def opened(house: House, hand: Callable[[], Hand]) -> tuple[Hand, str]:
    ref, _ = a_report(at=now(), where=NORTH_EAST)
    odile = hand().at_work(house, "Odile")
    path = f"/w/r/{ref}/"
    odile.get("/w/q/north-east/")
    odile.send(f"{path}take/")
    return odile, path


def test_a_note_is_written_corrected_and_both_texts_stay(opened: tuple[Hand, str]) -> None:
    odile, path = opened
    odile.get(f"{path}notes/")
    assert "No notes yet." in odile.html
    odile.send(f"{path}notes/", text="")
    assert odile.page.status_code == 422
    odile.send(f"{path}notes/", text="Gate 4 <b>is</b> alarmed.")
    assert "Note added." in odile.html
    assert "Gate 4 &lt;b&gt;is&lt;/b&gt; alarmed." in odile.html
    note = f"{path}notes/{NoteRevision.objects.get().note}/"
    odile.get(note)
    assert "Gate 4" in odile.form(note)["text"]
    odile.send(note, text="Gate 5 is alarmed.")
    assert "Note corrected. The earlier text is kept." in odile.html
    assert odile.html.index("Gate 5") < odile.html.index("Earlier versions (1)") < odile.html.index("Gate 4")
    odile.get(note)
    odile.send(note, text="From an old window", number="1")
    assert odile.page.status_code == 409
    assert "Nothing was saved." in odile.html
    assert "From an old window" in odile.html


def test_a_colleague_is_offered_no_correction(
    house: House, hand: Callable[[], Hand], opened: tuple[Hand, str]
) -> None:
    odile, path = opened
    odile.get(f"{path}notes/")
    odile.send(f"{path}notes/", text="Mine")
    olga = hand().at_work(house, "Olga")
    olga.get(f"{path}notes/")
    assert "Mine" in olga.html
    assert "Correct this note" not in olga.html
    olga.get(f"{path}notes/{NoteRevision.objects.get().note}/")
    assert "Only its author can correct a note" in olga.html
    assert olga.get(f"{path}notes/{path.split('/')[3]}/").status_code == 404


def test_the_timeline_is_filtered_and_ordered_by_its_address(opened: tuple[Hand, str]) -> None:
    odile, path = opened
    odile.get(f"{path}notes/")
    odile.send(f"{path}notes/", text="Gate 4")
    odile.get(f"{path}timeline/")
    assert "3 of 3 entries." in odile.html
    assert odile.html.index("<strong>Note</strong>") < odile.html.index("<strong>Taken</strong>")
    assert odile.html.index("<strong>Taken</strong>") < odile.html.index("<strong>Received</strong>")
    odile.get(f"{path}timeline/?order=oldest&kind=notes&kind=nonsense")
    assert "1 of 3 entries." in odile.html
    assert "<strong>Taken</strong>" not in odile.html
    odile.get(f"{path}timeline/?order=oldest")
    assert odile.html.index("<strong>Received</strong>") < odile.html.index("<strong>Note</strong>")


def test_the_printed_copy_says_what_it_is_and_who_made_it(opened: tuple[Hand, str]) -> None:
    odile, path = opened
    odile.get(f"{path}print/")
    assert odile.html.count("OFFICIAL-SENSITIVE: working copy") == 2
    assert "Printed by <bdi>Odile O.</bdi>" in odile.html
    assert "<strong>Received</strong>" in odile.html
    assert Event.objects.filter(act="report-printed", thing_id=path.split("/")[3]).count() == 1
    odile.get(f"{path}history/")
    assert "Printed the report" in odile.html
