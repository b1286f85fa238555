"""A report stays readable in the words that were asked, also when the pack's questions have changed since."""

from __future__ import annotations

from dataclasses import replace

from heedline.casework import case_file, journey
from heedline.intake.models import QuestionSetArchive
from heedline.intake.question_files import load_question_set, read_archived
from heedline.packs import load_pack
from heedline.packs.tables import Table
from tests import cast, stories
from tests.acting import acting
from tests.cast import House


def test_the_edition_is_archived_with_the_first_report_and_reads_back_the_same(house: House) -> None:
    at = cast.now()
    asked = load_question_set(load_pack("uk"), "activity")
    ref, _ = stories.a_report(at=at, where={"postcode": stories.NORTH_EAST})
    stories.a_report(at=at)
    with acting("office"):
        assert QuestionSetArchive.objects.count() == 1
        kept = QuestionSetArchive.objects.get(digest=asked.digest)
        assert read_archived(bytes(kept.canonical), Table).digest == asked.digest
        odile = house.sign_in("Odile", at=at)
        assert case_file.case_file(ref, by=odile, at=at).told


def test_an_older_edition_is_shown_in_its_own_words(house: House) -> None:
    at = cast.now()
    now_asked = load_question_set(load_pack("uk"), "activity")
    words = {**now_asked.source["words"]}
    words["sections"] = {**words["sections"], "what": "What it was called in an older edition"}
    title = next(iter(now_asked.source["words"]["sections"]))
    words["sections"] = {**now_asked.source["words"]["sections"], title: "An older heading"}
    older = replace(
        now_asked,
        source={**now_asked.source, "words": words},
        sections={**now_asked.sections, title: "An older heading"},
    )
    assert older.digest != now_asked.digest
    new = stories.new_report(now={"danger": "no"}, where={"postcode": stories.NORTH_EAST})
    new = replace(new, question_set=older, record=replace(new.record, set_digest=older.digest))
    stories.send(new, at=at)
    with acting("office"):
        odile = house.sign_in("Odile", at=at)
        journey.take(new.report_id, by=odile, at=at)
        file = case_file.case_file(new.report_id, by=odile, at=at)
    assert "An older heading" in [section.title for section in file.told]
