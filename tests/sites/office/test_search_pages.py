"""Tests for the search pages: the box, the redirect to a URL that names nothing, results, and search counts."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from uuid import uuid4

import pytest

from heedline.casework.oversight import search_counts
from heedline.casework.report.opening import short_name
from heedline.casework.retention import keeping
from heedline.casework.search import indexing, searching
from heedline.reports.models import SealedHeader, SealedPayload, Search, SearchIndex
from heedline.web.entrance import times
from tests.sites.office.desk_hand import Hand
from tests.sites.office.test_report_walk import VAGUE
from tests.support.cast import House, now
from tests.support.keeping_scene import proposed, with_leads
from tests.support.scene_people import SOUTH_WEST, People, quarter_hour_over
from tests.support.search_scene import indexed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
RESULTS = re.compile(r"/w/search/[0-9a-f-]{36}/")


@pytest.fixture
def odile(house: House, hand: Callable[[], Hand]) -> Hand:
    people = People(house, now())
    people.send(narrative="A man filmed <b>the</b> quillon gate \u202eetag.")
    indexed(people)
    return hand().at_work(house, "Odile")


def test_the_box_on_every_page_leads_to_results_that_name_nothing_in_the_address(odile: Hand) -> None:
    odile.get("/w/")
    assert 'id="site-search"' in odile.html
    odile.send("/w/search/", q="quillon gate")
    assert RESULTS.fullmatch(odile.path), odile.path
    assert odile.page.status_code == 200
    assert "<mark>quillon</mark> <mark>gate</mark>" in odile.html
    assert "filmed &lt;b&gt;the&lt;/b&gt;" in odile.html
    assert "[U+202E]etag" in odile.html
    assert "1 report" in odile.html


def test_words_found_together_are_named_together(odile: Hand) -> None:
    odile.get("/w/search/")
    odile.send("/w/search/", q="quillon gate film*")
    assert "contains these words and a word that starts with this:" in odile.html
    odile.send("/w/search/", q="quillon")
    assert "contains this word:" in odile.html


def test_a_report_opened_from_results_leads_back_to_them(odile: Hand) -> None:
    odile.get("/w/search/?q=quillon")
    results = odile.page.redirect_chain[-1][0]
    [ref] = re.findall(r'href="(/w/r/[0-9a-f-]{36}/)\?', odile.html)
    assert "quillon" not in _to_report(odile, ref), "the address says nothing about the search"
    odile.get(_to_report(odile, ref))
    assert _back_to_results(odile) == results
    assert ">Back to the queue</a>" in odile.html
    tab = re.search(r'href="(/w/r/[0-9a-f-]{36}/tasks/[^"]*)"', odile.html)
    assert tab is not None
    odile.get(unescape(tab[1]))
    assert _back_to_results(odile) == results
    tab = re.search(r'href="(/w/r/[0-9a-f-]{36}/notes/[^"]*)"', odile.html)
    assert tab is not None
    odile.get(unescape(tab[1]))
    odile.send(f"{ref}notes/", text="A note.")
    assert _back_to_results(odile) == results, "after a form was sent"
    odile.get(ref)
    assert "Back to results" not in odile.html
    odile.get(f"{ref}?from=results~nothing")
    assert "Back to results" not in odile.html


def test_a_report_leads_back_to_the_page_of_results_it_was_opened_from(
    odile: Hand, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = People(house, now())
    people.send(narrative="A man filmed the quillon gate again.")
    indexed(people)
    monkeypatch.setattr(searching, "PAGE", 1)
    odile.get("/w/search/?q=quillon")
    later = f"{odile.page.redirect_chain[-1][0]}?page=2"
    odile.get(later)
    [ref] = re.findall(r'href="(/w/r/[0-9a-f-]{36}/)\?', odile.html)
    odile.get(_to_report(odile, ref))
    assert _back_to_results(odile) == later


def test_the_next_report_does_not_lead_back_to_results_that_it_was_not_opened_from(
    odile: Hand, house: House
) -> None:
    odile.get("/w/search/?q=quillon")
    [ref] = re.findall(r'href="(/w/r/[0-9a-f-]{36}/)\?', odile.html)
    following, _ = People(house, now()).send(narrative="A van stood at the mill for three nights.")
    odile.get(_to_report(odile, ref))
    odile.send(f"{ref}take/")
    odile.get(f"{ref}?from=results~{uuid4()}")
    assert "Back to results" in odile.html
    odile.send(ref, do="save-next", **VAGUE)
    assert "This is the next report" in odile.html
    assert odile.path == f"/w/r/{following}/"
    assert "Back to results" not in odile.html


def test_results_that_have_expired_lead_to_the_search_page(
    house: House, hand: Callable[[], Hand], odile: Hand
) -> None:
    odile.get("/w/search/?q=quillon")
    results = odile.page.redirect_chain[-1][0]
    again = hand().at_work(house, "Odile")
    again.get(results)
    assert again.page.status_code == 404
    assert again.heading == "Search"
    assert "These results can’t be opened." in again.html
    assert "quillon" not in again.html
    again.send("/w/search/", q="quillon")
    assert "1 report" in again.html


def _to_report(hand: Hand, ref: str) -> str:
    """The address to which a page of results links a report."""
    found = re.search(rf'href="({ref}\?[^"]*)"', hand.html)
    assert found is not None
    return unescape(found[1])


def _back_to_results(hand: Hand) -> str:
    found = re.search(r'href="([^"]*)">Back to results</a>', hand.html)
    assert found is not None, hand.path
    return unescape(found[1])


def test_a_search_in_the_address_is_redirected_and_not_from_another_site(odile: Hand) -> None:
    odile.get("/w/search/?q=quillon")
    assert RESULTS.fullmatch(odile.page.redirect_chain[-1][0])
    searches = Search.objects.count()
    odile.get("/w/search/?q=quillon", **{"Sec-Fetch-Site": "cross-site"})
    assert odile.page.status_code == 403
    assert Search.objects.count() == searches


def test_nothing_found_says_what_was_looked_through(odile: Hand) -> None:
    odile.get("/w/search/")
    odile.send("/w/search/", q="zeppelin")
    assert "No reports at your desks match." in odile.html
    assert "Reports searched at your desks: 1." in odile.html
    assert "cannot be searched" not in odile.html
    odile.send("/w/search/", q="nightjar_example")
    assert 'searched contains <strong>“<bdi translate="no">nightjar_example</bdi>”</strong>.' in odile.html


def test_reports_of_this_quarter_hour_are_counted_as_not_searchable_yet(odile: Hand, house: House) -> None:
    ref, _ = People(house, now()).send(narrative="A van stood at the mill for three nights.")
    for number in (1, 2):
        until = times.clock(searching.looked_through_until(now()) + searching.SEARCHABLE_AFTER)
        said = f"{number} newer report{'s' if number > 1 else ''} at your desks cannot be searched until about {until}."
        odile.get("/w/search/")
        assert said in odile.html
        odile.send("/w/search/", q="zeppelin")
        assert said in odile.html
        People(house, now()).send(narrative="A box was left at the quay.")
    odile.get(f"/w/r/{ref}/seen/")
    assert "No links were found to the 1 searchable report at your desks.</p>" in odile.html, (
        "new ones are compared"
    )


def test_a_reference_leads_to_its_report(house: House, hand: Callable[[], Hand]) -> None:
    people = People(house, now())
    here, far = people.send()[0], people.send(**SOUTH_WEST)[0]
    odile = hand().at_work(house, "Odile")
    before = Search.objects.count()
    for written in (
        short_name(here),
        short_name(here).lower().replace("-", ""),
        short_name(here).replace("O", "0"),
    ):
        odile.get("/w/search/")
        odile.send("/w/search/", q=written)
        assert odile.heading == f"Report {short_name(here)}"
    assert Search.objects.count() == before
    odile.get("/w/search/")
    odile.send("/w/search/", q=short_name(far))
    assert "No reports at your desks match." in odile.html


def test_results_say_what_was_searched_for_and_with_which_filters(odile: Hand) -> None:
    odile.get("/w/search/")
    filters = {
        "kind": "person",
        "area": "cumbria",
        "since-day": "1",
        "since-month": "2",
        "since-year": "2026",
    }
    odile.send("/w/search/", q='"side <b> door"', **filters)
    above = odile.html.split("Search results</h1>")[1].split("No reports")[0]
    assert '<strong><bdi translate="no">&quot;side &lt;b&gt; door&quot;</bdi></strong>' in above
    assert (
        "Filters: Kind: Worry about a person; Place: Cumbria Police; Received from 1 February 2026" in above
    )
    assert "side" not in odile.html.split("</title>")[0], "a title stays in the history of the browser"


def test_nothing_found_says_which_words_are_in_no_report_and_what_is_spelt_alike(
    house: House, hand: Callable[[], Hand], django_assert_max_num_queries: Callable[[int], object]
) -> None:
    people = People(house, now())
    ref, _ = people.send(narrative="Keevin has a van. The Tierneys filmed the quillon gate at night.")
    people.send(narrative="A woman keeps a bassoon.")
    indexed(people)
    odile = hand().at_work(house, "Odile")
    odile.get("/w/search/")
    odile.send("/w/search/", q='quillon Tirneys "gate filmed" zepp* 01632 960123')
    assert 'searched contains <strong>“<bdi translate="no">Tirneys</bdi>”</strong>.' in odile.html
    assert "”</strong> in this order." in odile.html
    assert 'starts with <strong>“<bdi translate="no">zepp</bdi>”' in odile.html
    assert 'contains the number <strong>“<bdi translate="no">01632 960123</bdi>”' in odile.html
    assert '<bdi translate="no">quillon</bdi>”</strong>' not in odile.html
    odile.send("/w/search/", q="Tirneys filmed", kind="person")
    address = odile.path
    assert 'name="q" value="Tierneys filmed"' in odile.html
    assert 'name="kind" value="person"' in odile.html
    odile.send("/w/search/", q="Tirneys zeppelin")
    assert 'name="q" value="Tierneys"' in odile.html, "without the word that nothing is like"
    assert len(_own_statements(odile, address, django_assert_max_num_queries)) <= 5
    odile.send("/w/search/", q="Tierneys filmed")
    assert f'href="/w/r/{ref}/?' in odile.html
    odile.send("/w/search/", q="bassoon quillon")
    assert "Each part of your search is in a report, but no report has all of them." in odile.html
    odile.send(
        "/w/search/",
        q="bassoon",
        kind="person",
        **{"since-day": "1", "since-month": "1", "since-year": "2090"},
    )
    assert "but none of them match the filters." in odile.html


def test_the_page_says_how_many_reports_a_backlog_has(
    odile: Hand, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each view of the page runs one indexing step."""
    monkeypatch.setattr(indexing, "SECONDS", 0.0)
    people = People(house, now())
    for _ in range(2 * indexing.FEWEST):
        people.send()
    quarter_hour_over(people.at)
    left = []
    for _ in range(3):
        odile.get("/w/search/")
        found = re.search(r"(\d+) new or changed reports? ha(?:s|ve) not been added", odile.html)
        left.append(int(found[1]) if found else 0)
    assert 2 * indexing.FEWEST > left[0] > left[1] > left[2]


def test_a_desk_that_could_not_be_searched_is_named(odile: Hand) -> None:
    SearchIndex.objects.update(epoch=uuid4())
    odile.get("/w/search/")
    odile.send("/w/search/", q="quillon")
    assert "No matches in the reports searched." in odile.html
    assert "Reports searched at your desks: 0." in odile.html
    assert "North East desk was not searched." in odile.html


def test_a_report_that_does_not_open_is_named_among_the_results(odile: Hand) -> None:
    [part] = SealedHeader.objects.filter(part="report")
    SealedPayload.objects.filter(container=part.container).update(payload=b"x" * 400)
    odile.get("/w/search/")
    odile.send("/w/search/", q="quillon")
    assert odile.page.status_code == 200
    assert "No reports at your desks match" not in odile.html
    assert f'href="/w/r/{part.report_id}/?' in odile.html
    assert "could not be opened to check" in odile.html


def test_overseers_see_searches_by_kind_and_number_and_no_words(
    house: House, hand: Callable[[], Hand], odile: Hand
) -> None:
    odile.get("/w/search/?q=quillon")
    with_leads(People(house, now()))
    ned = hand()
    ned.sign_in("Ned")
    ned.get("/w/searches/")
    assert "Words: 1<" in ned.html
    assert "Odile O." in ned.html
    assert "quil" not in ned.html


def test_a_search_without_the_missing_word_is_offered(odile: Hand) -> None:
    odile.get("/w/search/")
    odile.send("/w/search/", q="quillon zzyzx")
    assert "A report must contain everything that you type." in odile.html
    assert re.search(r'<input[^>]*name="q" value="quillon">', odile.html)
    assert "*zzyzx*" in odile.html


def test_what_cannot_be_searched_for_is_said_at_the_field(odile: Hand) -> None:
    odile.get("/w/search/")
    for typed, said in (("", "Type a word"), ("ab*", "at least three letters")):
        odile.send("/w/search/", q=typed)
        assert odile.page.status_code == 422
        assert said in odile.html


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("quillon " * 1_250, "This must be 200 characters or fewer. You have used 9,999."),
        ("?!*** ★ — ()", "Signs and symbols alone cannot be searched for."),
    ],
)
def test_a_search_that_cannot_be_made_keeps_what_was_typed(odile: Hand, typed: str, said: str) -> None:
    odile.get("/w/search/")
    odile.send("/w/search/", q=typed)
    assert odile.page.status_code == 422
    assert said in odile.html
    assert f'value="{typed.strip()}"' in odile.html


def test_a_search_in_another_script_or_for_part_of_a_word_has_a_plain_answer(odile: Hand) -> None:
    odile.get("/w/search/")
    for typed in ("ворота", "大门", "*belster*"):
        odile.send("/w/search/", q=typed)
        assert odile.page.status_code == 200
        assert "No reports at your desks match." in odile.html
        assert "Search for “" not in odile.html, "nothing else can be offered"
        assert f'value="{typed}"' in odile.html
    odile.send("/w/search/", q="quillon -quillon")
    assert "also contains what you left out" in odile.html


def test_a_reason_that_says_nothing_is_said_at_the_field(odile: Hand) -> None:
    odile.get("/w/search/")
    odile.send("/w/search/", q="quillon", reason=".")
    assert odile.page.status_code == 422
    assert "Give a reason of at least 10 letters" in odile.html
    for name, typed in (("q", "quillon"), ("reason", ".")):
        assert re.search(rf'<input[^>]*name="{name}"[^>]*value="{re.escape(typed)}"', odile.html), name
    odile.send("/w/search/", q="quillon", reason="Two vans at one gate")
    assert odile.page.status_code == 200


def test_results_are_another_officers_business(house: House, hand: Callable[[], Hand], odile: Hand) -> None:
    odile.get("/w/search/?q=quillon")
    address = odile.page.redirect_chain[-1][0]
    olga = hand().at_work(house, "Olga")
    assert olga.get(address).status_code == 404


def test_supervisors_see_searches_by_kind_and_number_and_bulk_searching(
    house: House, hand: Callable[[], Hand], odile: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    odile.get("/w/search/?q=quillon")
    odile.get("/w/search/?q=quil*")
    assert "/w/searches/" not in odile.html
    assert odile.get("/w/searches/").status_code == 403
    with_leads(People(house, now()))
    olga = hand().at_work(house, "Olga")
    olga.get("/w/searches/")
    assert "Words: 1, Starts of words: 1<" in olga.html
    assert 'data-label="Most searches in one hour">2<' in olga.html
    monkeypatch.setattr(search_counts, "MANY", 2)
    olga.get("/w/searches/")
    assert "<strong>2, bulk searching</strong>" in olga.html
    assert 'data-label="Broad, without a reason">0<' in olga.html
    monkeypatch.setattr(search_counts, "BROAD", 0)
    odile.get("/w/search/?q=quillon&reason=Two+vans+at+one+gate")
    olga.get("/w/searches/")
    assert 'data-label="Broad, with a reason">1<' in olga.html
    assert 'data-label="Broad, without a reason">2<' in olga.html
    assert "quil" not in olga.html


def test_a_page_of_results_takes_few_statements(
    odile: Hand, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    odile.get("/w/search/?q=quillon")
    assert len(_own_statements(odile, odile.page.redirect_chain[-1][0], django_assert_max_num_queries)) <= 5


def _own_statements(odile: Hand, address: str, counting: Callable[[int], object]) -> list[str]:
    """The statements of a page of results, apart from those that read the index."""
    with counting(99) as counted:  # type: ignore[attr-defined]
        odile.get(address)
    told = [one["sql"] for one in counted.captured_queries]
    pages = [sql for sql in told if "reports_search_page" in sql]
    brackets = [sql for sql in told if sql.startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "SET "))]
    # reading the index is counted apart, and the tests ask for themselves who acts
    apart = [sql for sql in told if sql.startswith("SELECT current_user") or "reports_search_index" in sql]
    return [sql for sql in told if sql not in pages + brackets + apart]


def test_a_disposed_report_is_gone_from_results_that_were_already_shown(
    house: House, hand: Callable[[], Hand]
) -> None:
    people = People(house, now())
    with_leads(people)
    ref, ident = proposed(people, narrative="They met at the zinnober mill.")
    indexed(people)
    odile = hand().at_work(house, "Odile")
    odile.get("/w/search/?q=zinnober")
    address = odile.page.redirect_chain[-1][0]
    assert f"/w/r/{ref}/" in odile.html
    with people.sitting("Olga") as here:
        assert keeping.decide(ident, dispose=True, by=here, at=people.at)
    for path in (address, "/w/search/?q=zinnober"):
        odile.get(path)
        assert str(ref) not in odile.html
        assert "No reports at your desks match." in odile.html
