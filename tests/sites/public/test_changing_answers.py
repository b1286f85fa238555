"""Back, change and skip: where each page leads, and that nobody is asked twice."""

from __future__ import annotations

from tests.sites.public.walker import Walker

WORDS = "They paid in cash for forty bags and did not want a receipt."


def change(rosa: Walker, row: str) -> Walker:
    """From the check page to the page of one row."""
    return rosa.visit("/r/check/").follow(f"Change {row}")


def test_changing_one_answer_leads_back_to_the_check_page(rosa: Walker) -> None:
    rosa.tell(WORDS)
    change(rosa, "what happened")
    assert rosa.typed("narrative") == WORDS
    rosa.press("Continue", narrative="Other words.")
    assert rosa.at == "/r/check/"
    assert "Other words." in rosa.main


def test_a_change_that_opens_new_questions_asks_them_first(rosa: Walker) -> None:
    rosa.tell(WORDS)
    change(rosa, "giving your name").press("Continue", who="confidence")
    assert rosa.at == "/r/contact/?back=check"
    rosa.press("Continue", name="Rosa")
    assert rosa.at == "/r/check/"


def test_back_from_a_change_is_the_check_page(rosa: Walker) -> None:
    rosa.tell(WORDS)
    rosa.visit("/r/where/?back=check").follow("Back")
    assert rosa.at == "/r/check/"


def test_back_links_lead_through_the_pages_in_reverse(rosa: Walker) -> None:
    rosa.tell(WORDS)
    seen = []
    while rosa.at.startswith("/r/"):
        seen.append(rosa.at)
        rosa.follow("Back")
    assert seen[:2] == ["/r/check/", "/r/you/"]
    assert seen[-1] == "/r/what/"
    assert rosa.at == "/tell/"
    assert len(seen) == len(set(seen))


def test_skipping_keeps_what_was_typed(rosa: Walker) -> None:
    rosa.begin().press("Start", danger="no").press("Continue", narrative=WORDS)
    rosa.press("Skip the other questions", when="today")
    assert rosa.at == "/r/you/"
    rosa.press("Continue", who="anonymous")
    assert "Today" in rosa.main


def test_skipping_with_a_mistake_in_the_text_says_so(rosa: Walker) -> None:
    rosa.begin().press("Start", danger="no").visit("/r/where/")
    rosa.press("Skip the other questions", place="Market Square", postcode="not a postcode at all")
    assert rosa.title.startswith("Error: ")
    assert rosa.typed("place") == "Market Square"


def test_an_error_keeps_what_was_typed_and_stands_in_summary_and_field(rosa: Walker) -> None:
    rosa.begin().press("Start", danger="no")
    long = "x" * 10_017
    rosa.press("Continue", narrative=long)
    message = "This is too long. You can write up to 10,000 characters, so remove at least 17."
    assert rosa.title.startswith("Error: ")
    assert rosa.text.count(message) == 2
    assert 'href="#narrative"' in rosa.html
    assert "autofocus" in rosa.html
    assert rosa.typed("narrative") == long


def test_a_list_of_people_stops_at_its_bound_and_says_so(rosa: Walker) -> None:
    rosa.begin().press("Start", danger="no").visit("/r/person/new/")
    for number in range(10):
        rosa.press("Save and add another" if number < 9 else "Continue", name=f"Person {number}")
    rosa.visit("/r/person/")
    assert "You cannot add any more here" in rosa.main
    rosa.visit("/r/person/new/")
    assert rosa.at == "/r/person/"


def test_going_on_without_adding_anybody(rosa: Walker) -> None:
    rosa.begin().press("Start", danger="no").visit("/r/person/new/")
    assert rosa.at == "/r/person/new/"
    rosa.press("Continue")
    assert rosa.at == "/r/vehicle/new/"


def test_a_page_that_is_none_leads_to_the_one_that_is_open(rosa: Walker) -> None:
    rosa.begin().press("Start", danger="no").visit("/r/nothing-like-this/")
    assert rosa.at == "/r/what/"
    rosa.visit("/r/call/")
    assert rosa.at == "/r/what/"
