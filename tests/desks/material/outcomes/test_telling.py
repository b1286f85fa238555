"""Tests that reporters are told the outcome late and in general terms, and never which item it concerns."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from heedline.casework.contact import messages
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import Message, Report
from heedline.specialist_desks.material.delivery.pack_data import notice_rules
from heedline.specialist_desks.material.examination import examining
from heedline.specialist_desks.material.items import sightings
from heedline.specialist_desks.material.liveness import LivenessVerdict
from heedline.specialist_desks.material.models import MaterialItem
from heedline.specialist_desks.material.outcomes import telling
from tests.support import stories
from tests.support.acting import acting
from tests.support.material_scene import examined, harmless
from tests.support.scene_people import People
from tests.support.search_scene import indexed

pytestmark = pytest.mark.django_db
ADDRESSES = [f"https://films.example/watch/{number}" for number in (1, 2, 3)]


def test_a_reporter_learns_late_and_coarsely(people: People) -> None:
    codes = []
    for address in (*ADDRESSES, ADDRESSES[0]):
        new = stories.new_report("online", where={"addresses": address}, now={"danger": "no"})
        stories.send(new, at=people.at)
        codes.append(new.code)
    indexed(people)
    items = list(MaterialItem.objects.values_list("id", flat=True))
    for item in items[:2]:
        _decided(people, item)
    later = people.at + timedelta(days=15)
    people.tokens.clear()
    with people.sitting("Odile", at=later) as by:
        assert telling.due_messages(by=by, at=people.at).number == 0, "too early"
        with pytest.raises(NotNow, match="at least 3 items"):
            telling.tell(by=by, at=later)
    people.tokens.clear()
    _decided(people, items[2])
    people.tokens.clear()
    with people.sitting("Odile", at=later) as by:
        sightings.record(items[0], LivenessVerdict.REMOVED_404, by=by, at=later)
        assert telling.tell(by=by, at=later) == len(codes)
        assert telling.due_messages(by=by, at=later).number == 0, "nobody is told twice"
    rules = notice_rules()
    read = []
    with acting("public"):
        for code in codes:
            box = messages.visit(code, at=later)
            assert box.status != "question"
            read.append([one.text for one in box.messages])
    assert all(len(one) == 1 for one in read)
    assert {text for one in read for text in one} == set(rules.tell.english.values())
    assert Message.objects.filter(from_us=True).count() == len(codes)


def test_a_new_report_about_a_decided_item_waits_as_long(people: People) -> None:
    for address in (*ADDRESSES, ADDRESSES[0]):
        new = stories.new_report("online", where={"addresses": address}, now={"danger": "no"})
        stories.send(new, at=people.at)
    indexed(people)
    for item in list(MaterialItem.objects.values_list("id", flat=True)):
        _decided(people, item)
    later = people.at + timedelta(days=15)
    # the database's own clock says when a report is received
    Report.objects.filter(id=new.report_id).update(received_on=later.date() - timedelta(days=1))
    for days, number in ((0, len(ADDRESSES)), (14, len(ADDRESSES) + 1)):
        at = later + timedelta(days=days)
        people.tokens.clear()
        with people.sitting("Odile", at=at) as by:
            found = telling.due_messages(by=by, at=at)
        assert (found.number, found.items) == (number, len(ADDRESSES))


def test_a_reporter_is_told_in_the_language_of_the_pages_they_used(people: People) -> None:
    codes = {}
    for address, language in zip(ADDRESSES, ("pl", "ar", "fr"), strict=True):
        new = stories.new_report("online", where={"addresses": address}, now={"danger": "no"})
        new = replace(new, language=language)
        stories.send(new, at=people.at)
        codes[language] = new.code
    indexed(people)
    for item in MaterialItem.objects.values_list("id", flat=True):
        _decided(people, item)
    later = people.at + timedelta(days=15)
    people.tokens.clear()
    with people.sitting("Odile", at=later) as by:
        assert telling.tell(by=by, at=later) == len(codes)
        assert telling.due_messages(by=by, at=later).number == 0, "nobody is told twice, in no language"
    english = notice_rules().tell.english[False]
    read = {}
    with acting("public"):
        for language, code in codes.items():
            (message,) = messages.visit(code, at=later).messages
            read[language] = message.text.split("\n\n")
    assert read["fr"] == [english], "a language that the site does not have"
    for language, first in (("pl", "Nasi funkcjonariusze"), ("ar", "اطّلع ضباطنا")):
        text, note, below = read[language]
        assert text.startswith(first)
        assert note, "it says that a computer translated it"
        assert below == english, "nobody has checked the translation"


def test_nobody_is_told_again_when_a_translation_has_been_checked(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    for address in ADDRESSES:
        new = stories.new_report("online", where={"addresses": address}, now={"danger": "no"})
        stories.send(replace(new, language="pl"), at=people.at)
    indexed(people)
    for item in MaterialItem.objects.values_list("id", flat=True):
        _decided(people, item)
    later = people.at + timedelta(days=15)
    people.tokens.clear()
    with people.sitting("Odile", at=later) as by:
        assert telling.tell(by=by, at=later) == len(ADDRESSES)
        rules = notice_rules()
        checked = replace(rules.tell, others={"pl": {False: "Sprawdzone.", True: "Nie ma."}})
        monkeypatch.setattr(telling, "notice_rules", lambda: replace(rules, tell=checked))
        assert telling.due_messages(by=by, at=later).number == 0


def test_a_report_that_names_several_items_counts_once() -> None:
    one, two, three = uuid4(), uuid4(), uuid4()
    assert telling._apart([{one, two, three}]) == 1
    assert telling._apart([{one, two, three}, {one}, {two}]) == 2
    assert telling._apart([{one}, {two}, {three}, {one}]) == 3


def _decided(people: People, item: UUID) -> None:
    with people.sitting("Odile") as by:
        examining.take(item, by=by, at=people.at)
    examined(people, item, "Odile", harmless())
