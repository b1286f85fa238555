"""The way from the first page to the code and out, walked as a person walks it."""

from __future__ import annotations

from tests.sites.public.walker import DRAFT, Walker

LONG_WAY = "She asked me twice how many people come to the market on Fridays and when the doors are closed."


def test_the_first_page_names_the_emergency_number_before_anything_else(rosa: Walker) -> None:
    rosa.visit("/")
    purpose = "Report something that could be linked to terrorism"
    assert rosa.text.index("999") < rosa.text.index(purpose)
    assert rosa.main.startswith(purpose)
    assert "terror" not in rosa.title.casefold(), "the browser's history does not say what somebody came for"
    assert not rosa.client.cookies, "nothing is set before anybody decides to write"


def test_phone_numbers_can_be_pressed(rosa: Walker) -> None:
    rosa.visit("/tell/")
    for number in ("+44800789321", "+44800555111", "101"):
        assert f'href="tel:{number}"' in rosa.html
    assert 'href="tel:18001"' not in rosa.html, "a prefix is no number to call"


def test_one_press_says_that_the_code_is_kept(rosa: Walker) -> None:
    code = rosa.send()
    assert rosa.at == "/code/"
    assert len(code.replace("-", "")) == 22
    rosa.press("I have saved my code")
    assert rosa.at == "/code/finished/"
    assert code not in rosa.html
    assert "Come back to http://testserver/ in a few days" in rosa.main, (
        "where to, for whoever clears the history"
    )
    assert not rosa.cookie(DRAFT)


def test_declining_the_code_weighs_as_much_as_keeping_it(rosa: Walker) -> None:
    code = rosa.send()
    rosa.press("I do not want a code")
    assert rosa.at == "/code/finished/without/"
    assert code not in rosa.html
    assert not rosa.cookie(DRAFT)


def test_every_page_can_be_walked_and_every_answer_is_on_the_check_page(rosa: Walker) -> None:
    walk_the_long_way(rosa)
    assert rosa.heading == "Check your answers"
    for said in (
        LONG_WAY,
        "Market Square",
        "NE1 4ST",
        "Tall, with a red cap",
        "AB12CDE",
        "https://example.org/x",
    ):
        assert said in rosa.main, said
    assert "14 March 2026" in rosa.main
    assert "Nina R." in rosa.main
    rosa.press("Send your report")
    assert rosa.at == "/code/"


def walk_the_long_way(rosa: Walker) -> None:
    """Every page of the form, with two people, one of them removed again."""
    rosa.start().press("Continue", narrative=LONG_WAY)
    rosa.press(
        "Continue", when="week", date__day="14", date__month="mar", date__year="2026", around="at noon",
        place="Market Square", postcode="ne14st", addresses="https://example.org/x",
    )  # fmt: skip
    rosa.press("Save and add another", looks="Tall, with a red cap", child="no")
    rosa.press("Continue", name="Somebody else").visit("/r/person/")
    rosa.page.links.reverse()
    rosa.follow("Remove")
    assert "Somebody else" in rosa.main, "who is asked to confirm sees what will go"
    rosa.press("Yes, remove it")
    assert "Somebody else" not in rosa.main
    rosa.press("Continue").press("Continue", registration="ab12 cde")
    rosa.press("Continue", know=["saw", "told"], guess="yes", why="Only two of us were there")
    rosa.press("Continue", who="confidence")
    rosa.press("Continue", name="Nina R.", ways=["phone"], phone="07700 900123")


def test_when_and_where_it_was_and_where_it_is_online_have_titles_of_their_own(rosa: Walker) -> None:
    rosa.start().press("Continue", narrative=LONG_WAY)
    assert rosa.at == "/r/where/"
    assert rosa.title == "When and where"
    rosa.client.cookies.clear()
    rosa.visit("/link/").press("Start", danger="no")
    assert rosa.at == "/r/where/"
    assert rosa.title == "Where"
