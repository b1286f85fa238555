"""A report stays readable in the words that were asked, also when the pack's questions have changed since."""

from __future__ import annotations

from dataclasses import replace

from heedline.casework.journey import transitions
from heedline.casework.language import languages
from heedline.casework.pages import case_file
from heedline.casework.pages.queues import queue
from heedline.intake.models import QuestionSetArchive
from heedline.intake.question_files import load_question_set, read_archived
from heedline.intake.record import build
from heedline.packs import load_pack
from heedline.packs.tables import Table
from tests.support import cast, stories
from tests.support.acting import acting
from tests.support.cast import House


def test_the_edition_is_archived_with_the_first_report_and_reads_back_the_same(house: House) -> None:
    at = cast.now()
    QuestionSetArchive.objects.all().delete()  # the house has those of every kind
    asked = load_question_set(load_pack("uk"), "activity")
    ref, _ = stories.a_report(at=at, where={"postcode": stories.NORTH_EAST})
    stories.a_report(at=at)
    with acting("office"):
        assert QuestionSetArchive.objects.count() == 1
        kept = QuestionSetArchive.objects.get(digest=asked.digest)
        assert read_archived(bytes(kept.canonical), Table).digest == asked.digest
        odile = house.sign_in("Odile", at=at)
        assert case_file.case_file(ref, by=odile, at=at).answers.sections


def test_an_older_edition_is_shown_in_its_own_words(house: House) -> None:
    at = cast.now()
    now_asked = load_question_set(load_pack("uk"), "activity")
    words = {**now_asked.source["words"]["en"]}
    title = next(iter(words["sections"]))
    words["sections"] = {**words["sections"], title: "An older heading"}
    older = replace(
        now_asked,
        source={**now_asked.source, "words": {**now_asked.source["words"], "en": words}},
        sections={**now_asked.sections, title: "An older heading"},
    )
    assert older.digest != now_asked.digest
    new = stories.new_report(now={"danger": "no"}, where={"postcode": stories.NORTH_EAST})
    new = replace(new, question_set=older, record=replace(new.record, set_digest=older.digest))
    stories.send(new, at=at)
    with acting("office"):
        odile = house.sign_in("Odile", at=at)
        transitions.take(new.report_id, by=odile, at=at)
        file = case_file.case_file(new.report_id, by=odile, at=at)
    assert "An older heading" in [section.title for section in file.answers.sections]


def test_a_report_from_welsh_pages_is_read_in_english_and_in_the_words_they_saw(house: House) -> None:
    at = cast.now()
    english, welsh = (load_question_set(load_pack("uk"), "activity", one) for one in ("en", "cy"))
    answers = {
        "now": {"danger": "no"},
        "what": {"narrative": "Fan wen."},
        "where": {"postcode": stories.NORTH_EAST},
    }
    told = build(welsh, answers, language="cy", identity_offered=True)
    new = replace(stories.new_report(), channel="web", record=told, question_set=welsh, language="cy")
    stories.send(new, at=at)
    with acting("office"):
        odile = house.sign_in("Odile", at=at)
        transitions.take(new.report_id, by=odile, at=at)
        file = case_file.case_file(new.report_id, by=odile, at=at)
        lines = queue.queue(by=odile, at=at, view=queue.QueueView())
        kept = bytes(QuestionSetArchive.objects.get(digest=welsh.digest).canonical)
        languages.say(new.report_id, "en", by=odile, at=at)  # what it is written in changes no question
        said = case_file.case_file(new.report_id, by=odile, at=at)
    danger, seen = (qs.any_step("now").fields[0] for qs in (english, welsh))
    rows = {label: lines for section in file.answers.sections for label, lines in section.rows}
    assert rows[danger.row_label] == ("No",)
    assert (danger.row_label, seen.row_label) in file.answers.as_seen
    assert said.answers.as_seen == file.answers.as_seen
    assert (file.answers.language, file.answers.language_words, file.answers.narrative) == (
        "cy",
        "Welsh",
        "Fan wen.",
    )
    assert welsh.digest == english.digest, "the row does not say in which language it was asked"
    assert any("Sent from Welsh pages" in line.flags for line in lines.lines)
    assert read_archived(kept, Table, "cy").any_step("now").title == welsh.any_step("now").title


def test_who_writes_another_language_on_our_pages_saw_them_in_ours(house: House) -> None:
    at = cast.now()
    new = replace(stories.new_report(where={"postcode": stories.NORTH_EAST}), channel="web")
    stories.send(new, at=at)
    with acting("office"):
        odile = house.sign_in("Odile", at=at)
        languages.say(new.report_id, "pl", by=odile, at=at)
        assert case_file.case_file(new.report_id, by=odile, at=at).answers.as_seen == ()


def test_an_older_edition_in_another_language_is_read_in_the_english_of_then(house: House) -> None:
    at = cast.now()
    welsh = load_question_set(load_pack("uk"), "activity", "cy")
    words = {language: {**said} for language, said in welsh.source["words"].items()}
    section = next(iter(words["en"]["sections"]))
    words["en"]["sections"] = {**words["en"]["sections"], section: "An older heading"}
    older = replace(welsh, source={**welsh.source, "words": words})
    new = stories.new_report(now={"danger": "no"}, where={"postcode": stories.NORTH_EAST})
    new = replace(
        new,
        channel="web",
        question_set=older,
        language="cy",
        record=replace(new.record, set_digest=older.digest, language="cy"),
    )
    stories.send(new, at=at)
    with acting("office"):
        odile = house.sign_in("Odile", at=at)
        transitions.take(new.report_id, by=odile, at=at)
        file = case_file.case_file(new.report_id, by=odile, at=at)
    assert "An older heading" in [section.title for section in file.answers.sections]
    assert file.answers.as_seen[0][0] != file.answers.as_seen[0][1]


def test_a_report_from_english_pages_has_no_other_words(house: House) -> None:
    at = cast.now()
    ref, _ = stories.a_report(at=at, where={"postcode": stories.NORTH_EAST})
    with acting("office"):
        file = case_file.case_file(ref, by=house.sign_in("Odile", at=at), at=at)
    assert (file.answers.as_seen, file.answers.language_words) == ((), "")
