"""Files in the search index: found by name, by a word inside, and beside another report to which the same file came."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from heedline.casework.contact import messages
from heedline.casework.intake.draft_files import DraftFile
from heedline.casework.pages import case_file
from heedline.casework.search import searching
from heedline.vault.codes import ReceiptCode
from tests.casework.attachments.test_files_of_reports import taken
from tests.rules.files.test_derivative_documents import WORDS, pdf
from tests.support import stories
from tests.support.acting import acting
from tests.support.derivatives import sandbox
from tests.support.files_scene import looked_at
from tests.support.keeping_scene import disposed, with_leads
from tests.support.scene_people import NORTH_EAST, People
from tests.support.search_scene import found, indexed, look_for

__all__ = ["sandbox"]
pytestmark = pytest.mark.django_db
PAPER = pdf(WORDS)  # it says: Meet at the old mill


def sent_with(people: People, *files: DraftFile, narrative: str) -> tuple[UUID, ReceiptCode]:
    new = replace(stories.new_report(**NORTH_EAST, narrative=narrative), files=files)
    stories.send(new, at=people.at)
    return new.report_id, new.code


def test_a_file_is_found_by_its_name(people: People) -> None:
    ref, code = sent_with(
        people, taken(people, "Harrow_tickets 2026.pdf", PAPER), narrative="A paper lay there."
    )
    sent_with(people, narrative="Another paper.")
    with acting("public"):
        film = taken(people, "quayside.mp4", b"\0\0\0\x18ftypmp42 placeholder")
        messages.say(code, "The film.", message_id=uuid4(), at=people.at, files=(film,))
    indexed(people)
    for text in ("tickets", "Harrow_tickets 2026.pdf", "quayside.mp4", "quays*"):
        assert found(people, text) == [ref], text
    (result,) = look_for(people, "quayside").results
    assert [one.where for one in result.passages] == ["Name of a file"]
    assert found(people, "mill") == [], "its words are read when it is first opened"


@pytest.mark.usefixtures("sandbox")
def test_a_word_inside_is_found_once_the_file_was_opened_and_goes_with_the_report(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_leads(people)
    file = taken(people, "paper.pdf", PAPER)
    new_report = stories.new_report
    monkeypatch.setattr(stories, "new_report", lambda **told: replace(new_report(**told), files=(file,)))
    opened_first = people.taken

    def taken_and_opened(name: str, **told: object) -> tuple[UUID, ReceiptCode]:
        ref, code = opened_first(name, **told)
        looked_at(people, ref, file.container)
        indexed(people)
        (result,) = look_for(people, '"old mill"').results
        assert (result.ref, [one.where for one in result.passages]) == (ref, ["Words in a file"])
        return ref, code

    monkeypatch.setattr(people, "taken", taken_and_opened)
    disposed(people)
    for text in ("mill", "paper.pdf"):
        with people.sitting("Odile") as by:
            row = searching.search(text, searching.SearchFilters(), by=by, at=people.at)
            assert searching.results(row, by=by, at=people.at).hits == 0


def test_the_same_file_with_two_reports_is_a_strong_link(people: People) -> None:
    first, _ = sent_with(
        people, taken(people, "a.pdf", PAPER), narrative="A man hands these out at the station."
    )
    second, _ = sent_with(people, taken(people, "b.pdf", PAPER), narrative="Found on a bus seat yesterday.")
    sent_with(people, taken(people, "a.pdf", PAPER + b"\n%"), narrative="Somebody gave me a sheet.")
    indexed(people)
    with people.sitting("Odile") as by:
        seen = case_file.with_earlier(first, by=by, at=people.at)[1]
    (one,) = seen.earlier
    assert (one.ref, one.found is not None and str(one.found.strength)) == (second, "strong")
    assert one.found is not None
    reason = one.found.reasons[0]
    assert (reason.code, reason.mine, reason.theirs) == ("file", "a.pdf", "b.pdf")
    assert [str(caution) for caution in one.found.cautions] == ["copy"]
