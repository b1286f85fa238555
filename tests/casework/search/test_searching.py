"""Tests for searching: what is and is not found, who may search, and what is logged."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection

from heedline.casework.contact import messages
from heedline.casework.errors import Locked, NotHere
from heedline.casework.oversight import search_counts
from heedline.casework.report import officer_notes
from heedline.casework.search import missing_words, page_store, searching
from heedline.casework.search.searching import ReasonTooShort, SearchFilters
from heedline.casework.tasks import tasks
from heedline.index.terms import Unsearchable
from heedline.permits.gate import Refused
from heedline.reports.models import SealedHeader, SealedPayload, Search, SearchIndex, SearchPage
from heedline.vault.codes import ReceiptCode
from tests.support import partner_scene, stories
from tests.support.acting import acting
from tests.support.alteration import altered
from tests.support.keeping_scene import with_leads
from tests.support.scene_people import ELSEWHERE, NAMED, SOUTH_WEST, People, logged, row
from tests.support.search_scene import MINUTE, found, indexed, look_for

pytestmark = pytest.mark.django_db


def a_person(people: People, **told: Any) -> tuple[UUID, ReceiptCode]:
    """A concern about somebody, at the national desk."""
    return stories.a_report(at=people.at, kind="person", them={"postcode": stories.NORTH_EAST}, **told)


def test_words_phrases_beginnings_and_numbers_lead_to_the_report(people: People) -> None:
    ref, _ = people.send(
        narrative="A man called O’Brien parked AB12 CDE by the side door and rang 01632 960123 twice."
    )
    people.send(narrative="Somebody left a bag at the front door of the side building.")
    indexed(people)
    for text in (
        "obrien",
        '"side door"',
        '"by the side"',
        "park*",
        "ab12cde",
        "AB12 CDE",
        "+44 1632 960 123",
        "O'Brien twice",
    ):
        assert found(people, text) == [ref], text
    assert len(found(people, "door side")) == 2
    assert found(people, '"door side"') == found(people, '"the by side"') == []


def test_a_name_is_found_with_a_possessive_s(people: People) -> None:
    ref, _ = people.send(narrative="I saw Tierney’s van in O'Brien's yard last night.")
    people.send(narrative="I saw the van in the other yard last night.")
    indexed(people)
    for text in ("Tierney", "obrien van", "tierneys", "Tierney's"):
        assert found(people, text) == [ref], text
    [passage] = look_for(people, "tierney").results[0].passages
    assert [piece for piece, hit in passage.pieces if hit] == ["Tierney’s"]


def test_an_address_is_found_in_each_way_of_writing_it(people: People) -> None:
    ref, _ = people.send(narrative="They meet at 12 Mill Lane, NE6 1AA, and on https://forum.example/t/9.")
    people.send(narrative="They meet at 21 Hill Lane, NE6 2BB, and on https://board.example/t/8.")
    indexed(people)
    for text in ('"12 mill lane"', "NE6 1AA", "ne61aa", "https://forum.example/t/9", "forum.example"):
        assert found(people, text) == [ref], text


def test_a_registration_is_found_with_a_zero_for_an_o(people: People) -> None:
    ref, _ = people.send(narrative="A van AB12 COE stood by the side door for three nights.")
    people.send(narrative="A van AB12 CDE stood by the front door for one night.")
    indexed(people)
    for text in ("AB12 C0E", "ab12c0e", "AB12 COE", "ab12 c0e door"):
        assert found(people, text) == [ref], text
    assert not found(people, '"AB12 C0E door"')
    [passage] = look_for(people, "ab12c0e").results[0].passages
    assert [piece for piece, hit in passage.pieces if hit] == ["AB12 COE"]


@pytest.mark.usefixtures("council")
def test_tasks_and_what_was_sent_to_partners_are_found(people: People) -> None:
    ref, _ = people.assessed()
    partner_scene.compared(people)
    disclosed = partner_scene.written(people, ref, title="About a zeppelin", text="He keeps a bassoon.")
    partner_scene.checked(people, disclosed)
    with people.sitting("Odile") as here:
        due = people.at + 60 * MINUTE
        tasks.set_task(ref, "Ask about the quillon.", here.officer_id, due, by=here, at=people.at)
    indexed(people)
    for text, where in (("quillon", "Task"), ("zeppelin", _SENT), ("bassoon", _SENT)):
        [result] = look_for(people, text).results
        assert (result.ref, [one.where for one in result.passages]) == (ref, [where]), text


_SENT = "Disclosure to a partner"
NAMES = {
    "irish": ("Siobhán Ní Bhriain", "Shivaun O'Brien"),
    "welsh": ("Gwenllian Prydderch", "Gwenlian Pritherch"),
    "arabic": ("Husayn al-Tamimi", "Hussein Altamimi"),
    "somali": ("Cabdi Maxamed Cali", "Abdi Mohamed Ali"),
    "south-asian": ("Muhammed Choudhry", "Mohammad Chowdhury"),
    "polish": ("Marek Dębski", "Dembski Marek"),
    "english": ("Robert Smith", "Bob Smyth"),
}


def test_a_name_is_found_however_it_is_spelt(people: People) -> None:
    refs = {
        tradition: people.send(narrative=f"A quillon flew. The one called {name} says it was theirs.")[0]
        for tradition, (name, _) in NAMES.items()
    }
    people.send(narrative="A man called Robin Smythson lives there.")
    indexed(people)
    for tradition, (name, typed) in NAMES.items():
        shown = look_for(people, typed)
        assert [one.ref for one in shown.results] == [refs[tradition]], tradition
        assert (shown.hits, shown.similar) == (1, True), "another name under one of its keys is not counted"
        [passage] = shown.results[0].passages
        assert passage.why == "contains a similar name"
        assert [piece for piece, hit in passage.pieces if hit] == [name]
        assert found(people, f"{typed} quillon") == [refs[tradition]]
        assert not found(people, f"{typed} marzipan")
        assert not found(people, f'"{typed}"')


def test_a_misspelt_name_is_found_in_a_sentence_without_a_cue(people: People) -> None:
    named, _ = people.send(narrative="He told us that he is called Caoimhin Tierney and draws symbols.")
    spoken, _ = people.send(narrative="A lad at our boxing club, Keevin Tierney, shows films of killings.")
    people.send(narrative="They met in the Green Dragon and on Market Square.")
    indexed(people)
    assert sorted(found(people, "Keevin Teirney")) == sorted([named, spoken])


def test_a_name_two_letters_away_is_suggested_if_nothing_is_found(people: People) -> None:
    people.send(narrative="I heard from Declan Tierney and Rosalind Featherstone that the van is sold.")
    indexed(people)
    for typed, near in (
        ("Fetherstine", "Featherstone"),
        ("Tierney", None),
        ("Zzyzx", ""),
    ):
        missing = look_for(people, typed).missing
        assert (missing[0].near if missing else None) == near, typed


def test_similar_words_for_several_missing_ones_come_from_one_report(people: People) -> None:
    ref, _ = people.send(narrative="The quillon lay in a zeppelin behind the marzipan house.")
    for _ in range(5):
        people.send(narrative="A quilan was seen.")
        people.send(narrative="The zepplin was sold.")
    indexed(people)
    for typed, instead in (
        ("quilon zepelin", "quillon zeppelin"),
        ("marzipan quilon", "marzipan quillon"),
    ):
        shown = look_for(people, typed)
        assert missing_words.instead(typed, shown.missing or ()) == instead
        assert found(people, instead) == [ref]


def test_a_date_is_found_however_a_report_writes_it(people: People) -> None:
    dotted, _ = people.send(narrative="He was born 04.09.2010.")
    worded, _ = people.send(narrative="Her birthday is the 4th of September 2010.")
    people.send(narrative="It was on 4/10/2010.")
    indexed(people)
    for typed in ("4/9/2010", "4 September 2010"):
        assert sorted(found(people, typed)) == sorted([dotted, worded]), typed
        assert found(people, f"birthday {typed}") == [worded]


def test_a_result_says_where_and_why(people: People) -> None:
    ref, _ = people.taken(narrative="He filmed the quillon gate. " + "Then he left. " * 40)
    with people.sitting("Odile") as here:
        officer_notes.write(ref, "The zeppelin was a balloon.", by=here, at=people.at)
    indexed(people)
    [result] = look_for(people, "quillon zeppelin").results
    assert [(one.where, one.why) for one in result.passages] == [
        ("Report", "contains this word"),
        ("Note", "contains this word"),
    ]
    assert [piece for piece, hit in result.passages[0].pieces if hit] == ["quillon"]
    assert result.passages[0].pieces[-1][0].endswith(" …")
    assert (result.desk_name, result.owner, result.stage) == ("North East desk", "Odile O.", "taken")


def test_messages_closing_reasons_and_new_notes_are_found(people: People) -> None:
    ref, code = people.closed()
    with acting("public"):
        messages.say(code, "It was a marzipan van.", message_id=uuid4(), at=people.at)
    indexed(people)
    assert found(people, "marzipan") == [ref]
    assert found(people, '"no person place or vehicle"') == [ref]
    for text, where in (("vehicle", "Closing reason"), ("checked", "Assessment")):
        assert [one.where for one in look_for(people, text).results[0].passages][-1:] == [where], text
    with people.sitting("Odile") as here:
        officer_notes.write(ref, "Rang about the quillon.", by=here, at=people.at)
    indexed(people)
    assert found(people, "quillon marzipan") == [ref]


def test_what_reporters_say_of_themselves_is_never_found(people: People) -> None:
    people.send(**NAMED)
    ref, _ = a_person(
        people,
        narrative="My brother has changed.",
        reply={"way": "call"},
        callback={"name": "Rosalind", "phone": "01632 960771", "times": "after vespers"},
    )
    indexed(people, "Nadia")
    for text in ("Verhoeven", "ros*", "07700900123", "01632960771", "vespers"):
        assert found(people, text, "Nadia") == [], text
    assert found(people, "brother", "Nadia") == [ref]


def test_a_desk_finds_its_own_reports_and_the_watch_what_it_watches(people: People) -> None:
    north, _ = people.send(narrative="quillon north")
    south, _ = people.send(narrative="quillon south", **SOUTH_WEST)
    nation, _ = people.send(narrative="quillon nation", **ELSEWHERE)
    for name in ("Odile", "Otto", "Nadia"):
        indexed(people, name)
    assert found(people, "quillon") == [north]
    assert found(people, "quillon", "Otto") == [south]
    assert nation in found(people, "quillon", "Nadia")
    assert {north, south} <= set(found(people, "quillon", "Nadia")), "it watches both"


def test_results_are_the_officers_own_in_this_session(people: People) -> None:
    people.send()
    indexed(people)
    with people.sitting("Odile") as here:
        ref = searching.search("station", SearchFilters(), by=here, at=people.at)
        assert searching.results(ref, by=here, at=people.at).results
    with people.sitting("Olga") as here, pytest.raises(NotHere):
        searching.results(ref, by=here, at=people.at)
    people.tokens.clear()
    with people.sitting("Odile") as here, pytest.raises(NotHere):
        searching.results(ref, by=here, at=people.at)


@pytest.mark.parametrize(("name", "refusal"), [("Stella", Refused), ("Ada", Refused), ("Ned", Locked)])
def test_who_reads_no_reports_searches_none(people: People, name: str, refusal: type[Exception]) -> None:
    with people.sitting(name, unlocked=name == "Ada") as here, pytest.raises((refusal, Locked)):
        searching.search("station", SearchFilters(), by=here, at=people.at)
    if name == "Ada":
        assert logged("searched", refused=True)


def test_a_locked_session_searches_nothing(people: People) -> None:
    with people.sitting("Odile", unlocked=False) as here, pytest.raises(Locked):
        searching.search("station", SearchFilters(), by=here, at=people.at)


def test_the_log_has_who_how_and_how_many_and_never_the_words(people: People) -> None:
    ref, _ = people.send(narrative="quillon")
    indexed(people)
    look_for(people, "quillon*")
    [event] = logged("searched")
    assert (event.actor, event.detail["kind"], event.detail["hits"]) == (
        people.house.officers["Odile"].id,
        "beginning",
        1,
    )
    [shown] = logged("search-results-read")
    assert shown.detail["shown"] == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT detail::text FROM audit_event")
        everything = " ".join(text for (text,) in cursor.fetchall())
    row = Search.objects.get()
    assert "quillon" not in everything
    assert b"quillon" not in bytes(row.header) + bytes(row.payload)
    assert str(ref) not in event.detail.values()


def test_filters_narrow_the_results(people: People) -> None:
    ref, _ = people.closed(narrative="quillon")
    other, _ = a_person(people, narrative="quillon")
    indexed(people, "Nadia")
    today = people.at.date()
    for filters, expected in (
        (SearchFilters(kind="activity"), {ref}),
        (SearchFilters(kind="person"), {other}),
        (SearchFilters(outcome="insufficient"), {ref}),
        (SearchFilters(since=today), {ref, other}),
        (SearchFilters(until=today - timedelta(days=365)), set()),
        (SearchFilters(area="nowhere"), set()),
        (SearchFilters(area=row(ref).area, kind="activity"), {ref}),
    ):
        assert {one.ref for one in look_for(people, "quillon", "Nadia", filters=filters).results} == expected


def test_nothing_found_says_what_was_looked_through(people: People) -> None:
    people.send()
    indexed(people)
    people.send()
    nothing = look_for(people, "zeppelin")
    assert (nothing.results, nothing.reports, nothing.hits) == ((), 1, 0)
    assert nothing.until.minute % 15 == 0
    assert nothing.until <= people.at


def test_a_broad_search_shows_nothing_without_a_reason(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "BROAD", 1)
    for _ in range(2):
        people.send(narrative="quillon")
    indexed(people)
    broad = look_for(people, "quillon")
    assert (broad.needs_reason, broad.results, broad.hits) == (True, (), 2)
    assert len(look_for(people, "quillon", reason="Linking two reports of one van").results) == 2
    assert [event.detail["reasoned"] for event in logged("searched")] == [False, True]
    for said in (".", "yes", "12345678901234"):
        with pytest.raises(ReasonTooShort):
            look_for(people, "quillon", reason=said)
    assert Search.objects.filter(officer=people.house.officers["Odile"]).count() == 2


def test_what_cannot_be_searched_for_is_refused_before_anything_is_logged(people: People) -> None:
    with people.sitting("Odile") as here, pytest.raises(Unsearchable):
        searching.search("**", SearchFilters(), by=here, at=people.at)
    assert not logged("searched")


def test_pages_of_results(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "PAGE", 2)
    refs = {people.send(narrative="quillon")[0] for _ in range(3)}
    indexed(people)
    first, second = look_for(people, "quillon"), look_for(people, "quillon", page=2)
    assert (first.hits, first.pages, second.page) == (3, 2, 2)
    assert {one.ref for one in (*first.results, *second.results)} == refs


def test_supervisors_and_overseers_see_searches_by_kind_and_number(people: People) -> None:
    people.send(narrative="quillon")
    indexed(people)
    look_for(people, "quillon")
    look_for(people, "quillon*")
    look_for(people, "quillon", "Otto")
    with people.sitting("Olga") as here, pytest.raises(Refused):
        search_counts.counts(by=here, at=people.at)
    with_leads(people)
    people.tokens.clear()
    odile = ("Odile O.", 2, (("beginning", 1), ("words", 1)))
    otto = ("Otto O.", 1, (("words", 1),))
    for name, sees in (("Olga", [odile]), ("Nadia", []), ("Ned", [odile, otto])):
        with people.sitting(name, unlocked=name != "Ned") as here:
            counted = search_counts.counts(by=here, at=people.at + MINUTE)
            assert [(one.officer, one.searches, one.by_kind) for one in counted] == sees, name
            assert Search.objects.count() == sum(number for _, number, _ in sees), name
    with people.sitting("Ned", unlocked=False) as ned, pytest.raises((Refused, Locked)):
        searching.search("quillon", SearchFilters(), by=ned, at=people.at)


def test_supervisors_and_overseers_see_bulk_and_broad_searching(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thirty searches in one hour count as bulk even if each finds one report, but not if spread over two hours."""
    monkeypatch.setattr(searching, "BROAD", 1)
    monkeypatch.setattr(search_counts, "BROAD", 1)
    monkeypatch.setattr(search_counts, "MANY", 3)
    for _ in range(2):
        people.send(narrative="quillon")
    indexed(people)
    with_leads(people)
    hour = people.at.replace(minute=0, second=0, microsecond=0)
    for name, minutes in (("Odile", (-50, -30, -10, 0)), ("Olga", (-40, -20, 5, 10))):
        with people.sitting(name) as here:
            for minute in minutes:
                said = "Two vans at one gate" if minute > 0 else ""
                searching.search("quillon", SearchFilters(), reason=said, by=here, at=hour + minute * MINUTE)
    people.tokens.clear()
    for name in ("Olga", "Ned"):
        with people.sitting(name, unlocked=name != "Ned") as here:
            counted = search_counts.counts(by=here, at=hour + 30 * MINUTE)
            assert [
                (one.officer, one.searches, one.most_in_an_hour, one.bulk, one.reasoned, one.unreasoned)
                for one in counted
            ] == [
                ("Odile O.", 4, 3, True, 0, 4),
                ("Olga O.", 4, 2, False, 2, 2),
            ]


def test_a_desk_whose_index_the_session_cannot_open_does_not_count_as_searched(people: People) -> None:
    people.send(narrative="quillon")
    indexed(people)
    SearchIndex.objects.update(epoch=uuid4())
    found_none = look_for(people, "quillon")
    assert (found_none.results, found_none.reports, found_none.unsearched) == ((), 0, ("North East desk",))


def test_a_damaged_index_is_named_in_the_results_and_made_anew(people: People) -> None:
    ref, _ = people.send(narrative="quillon")
    indexed(people)
    SearchPage.objects.update(sealed=b"x" * 8092)
    page_store.kept = page_store.KeptPages()
    found_none = look_for(people, "quillon")
    assert (found_none.results, found_none.reports, found_none.unsearched) == ((), 0, ("North East desk",))
    assert len(logged("index-damaged")) == 1
    indexed(people)
    assert found(people, "quillon") == [ref]
    assert look_for(people, "quillon").unsearched == ()


def test_a_report_that_no_longer_opens_is_named_in_the_results(people: People) -> None:
    bad, _ = people.send(narrative="quillon")
    good, _ = people.send(narrative="quillon")
    indexed(people)
    part = SealedHeader.objects.get(report_id=bad, part="report")
    payload = SealedPayload.objects.get(container=part.container)
    SealedPayload.objects.filter(container=part.container).update(payload=altered(bytes(payload.payload)))
    shown = look_for(people, "quillon")
    assert ([one.ref for one in shown.results], shown.unread, shown.hits) == ([good], (bad,), 2)


def test_a_passage_stays_short_in_a_text_without_spaces(people: People) -> None:
    people.send(narrative="\n".join(["zeppelin"] * 200 + ["quillon"] + ["zeppelin"] * 200))
    people.send(narrative="\N{EM DASH}".join(["zeppelin"] * 200 + ["quillon"] + ["zeppelin"] * 200))
    indexed(people)
    results = look_for(people, "quillon").results
    assert len(results) == 2
    for one in results:
        assert sum(len(piece) for piece, _ in one.passages[0].pieces) < 400


def test_stories_are_searched_as_they_are_told(people: People) -> None:
    ref, _ = people.send(narrative=stories.NARRATIVE)
    indexed(people)
    assert found(people, '"guards changed"') == [ref]
