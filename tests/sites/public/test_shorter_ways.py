"""How many screens and presses each way takes, from the first page to the code, in a browser that runs no scripts."""

from __future__ import annotations

import re

import pytest

from heedline.intake.question_files import load_question_set
from heedline.packs import load_pack
from heedline.reports.models import Report
from heedline.web.public.shell.languages import prefix
from tests.sites.public.walker import Walker

ACCOUNT = "A van stood at the gate three nights in a row, and two men measured the doors."
TWELVE = "\n".join(f"https://films.example/{number}" for number in range(12))


class Counting(Walker):
    """Counts every page that is shown, and every link that is followed or button that is pressed."""

    def __init__(self) -> None:
        super().__init__()
        self.screens = self.presses = 0
        self.answered: set[tuple[str, str]] = set()

    def visit(self, path: str) -> Walker:
        self.screens += 1
        return super().visit(path)

    def follow(self, words: str) -> Walker:
        self.presses += 1
        return super().follow(words)

    def press(self, words: str, **typed: str | list[str]) -> Walker:
        self.presses += 1
        self.screens += 1
        page = self.at.split("/")[2] if self.at.startswith("/r/") else ""
        self.answered |= {(page, name.partition("__")[0]) for name in typed if page}
        return super().press(words, **typed)


def _asked_first(walker: Walker) -> list[str]:
    """Return the names of a page's fields outside its `details` elements."""
    html = re.sub(r"<details(?![^>]* open)[^>]*>.*?</details>", "", walker.html, flags=re.DOTALL)
    names = dict.fromkeys(re.findall(r'<(?:input|textarea)[^>]* name="([^"]+)"', html))
    asked = load_question_set(load_pack("uk"), "person").any_step("callback").fields
    return [name for name in names if name in {question.name for question in asked}]


@pytest.fixture
def counting(rosa: Walker) -> Counting:
    """Rosa, counted, at the first page."""
    one = Counting()
    one.visit("/")
    return one


def test_something_seen_by_the_shortest_way(counting: Counting) -> None:
    counting.follow("Something you saw or heard").press("Start", danger="no")
    counting.press("Skip the other questions", narrative=ACCOUNT).press("Continue", who="anonymous")
    counting.press("Send your report")
    assert counting.shown_code()
    assert counting.screens <= 6


#: How to reach a reporter who gives a name; the page has a field for each.
NAMED: dict[str, str | list[str]] = {
    "name": "Rosa", "ways": ["phone", "email", "post"], "phone": "07700 900123", "email": "rosa@mill.example",
    "post": "4 Mill Lane", "times": "After six", "message": "no", "language": "Welsh", "help": ["interpreter"],
}  # fmt: skip


@pytest.mark.parametrize("who", ["anonymous", "confidence"])
def test_something_seen_with_everything_answered(counting: Counting, who: str) -> None:
    counting.follow("Something you saw or heard").press("Start", danger="no")
    counting.press("Continue", narrative=ACCOUNT)
    counting.press(
        "Continue", when="week", date__day="14", date__month="3", date__year="2026", around="At noon",
        place="Mill Lane", postcode="NE1 4ST", addresses="https://films.example/1",
    )  # fmt: skip
    counting.press("Continue", name="Kit", looks="Tall", find="The mill", child="no", risk="He is alone.")
    counting.press("Continue", registration="AB12 C??", describe="White")
    counting.press("Continue", know=["saw"], guess="yes", why="Only two of us were there.")
    assert not NAMED.keys() & {one.name for form in counting.page.forms for one in form.controls}
    counting.press("Continue", who=who, under18="no")
    if who == "confidence":
        counting.press("Continue", **NAMED)
    asked = {
        (step.slug, question.name)
        for step in load_question_set(load_pack("uk"), "activity").steps
        if step.slug not in {"now", "call", "planned"} and (step.slug != "contact" or who == "confidence")
        for question in step.fields
    }
    assert counting.answered == asked, "everything that applies was answered"
    counting.press("Send your report")
    assert counting.shown_code()
    assert counting.screens <= 11


def test_security_advice_with_everything_answered(counting: Counting) -> None:
    counting.follow("Security advice for your organisation").press("Ask for advice")
    before = counting.screens
    counting.press(
        "Continue", name="Mill Lane Hall", postcode="NE1 4ST", address="1 Mill Lane", sort="venue", people="800_or_more"
    )  # fmt: skip
    counting.press(
        "Continue", help=["visit"], dates="14 March", narrative="A stage is being built.", incident="no"
    )
    counting.press(
        "Continue",
        name="Hal",
        role="Manager",
        email="hal@hall.example",
        phone="020 7946 0000",
        consent=["yes"],
    )
    asked = {
        (step.slug, question.name)
        for step in load_question_set(load_pack("uk"), "advice").steps
        for question in step.fields
    }
    assert counting.answered == asked, "everything was answered"
    counting.press("Send your request")
    assert counting.shown_code()
    assert counting.screens - before <= 4, "screens from the door to the code"


def test_in_danger_and_cannot_speak(counting: Counting) -> None:
    counting.follow("I cannot call").press(
        "Send now", narrative="He has a knife. Flat 4, the house by the mill."
    )
    assert counting.at == "/code/"
    assert Report.objects.get().urgency == "danger"
    assert counting.presses <= 2
    assert counting.screens <= 3


@pytest.mark.parametrize("language", ["en", "cy"])
def test_the_hotline_101_and_a_police_station_from_the_first_page(counting: Counting, language: str) -> None:
    pack = load_pack("uk")
    words, before = pack.words(language), counting.screens
    calls = {f"tel:{pack.numbers[name].dial}" for name in ("hotline", "police")}
    counting.visit(prefix(language))
    assert calls <= {there for _, there in counting.page.links}
    counting.follow(words["doors.phone.title"])
    assert calls <= {there for _, there in counting.page.links}
    counting.follow(words["near.title"])
    button = next(
        one.label
        for form in counting.page.forms
        for one in form.controls
        if one.label.startswith(words["near.button"])
    )
    counting.press(button, postcode="NE6 1AA")
    assert "Northumbria" in counting.main
    assert counting.screens - before == 4


def test_call_me_back(counting: Counting) -> None:
    counting.follow("Ask us to call you").press("Ask us to call you back", danger="no")
    assert counting.at == "/r/callback/"
    assert "Step " not in counting.main
    assert _asked_first(counting) == ["name", "phone", "days", "hours", "reason"], (
        "the other fields are in a details element"
    )
    counting.press(
        "Continue",
        name="Rosa",
        phone="07700 900123",
        days=["tue"],
        hours=["morning"],
        reason="It is my brother.",
    )
    assert counting.heading == "Check your answers"
    assert "Step " not in counting.main, "reporters with two steps must not see a count of nine"
    counting.press("Send your request")
    assert counting.heading.startswith("We will call you")
    assert counting.screens <= 5


def test_what_was_added_about_a_call_is_not_folded_away_again(rosa: Walker) -> None:
    rosa.visit("/talk/call/").press("Ask us to call you back", danger="no")
    assert "times" not in _asked_first(rosa)
    rosa.press("Continue", name="Rosa", times="Never on the hour")
    assert "Enter a phone number" in rosa.main
    assert "times" in _asked_first(rosa)


def test_twelve_web_addresses(counting: Counting) -> None:
    counting.follow("Something online").press("Start", danger="no")
    counting.press("Skip the other questions", addresses=TWELVE).press("Send your report")
    assert counting.shown_code()
    assert counting.screens <= 5


def test_a_door_that_was_chosen_is_not_asked_again_and_another_keeps_what_was_typed(
    counting: Counting,
) -> None:
    counting.follow("Something you saw or heard").press("Start", danger="no")
    assert "What do you want to tell us about" not in counting.main
    counting.press("Continue", narrative=ACCOUNT).press("Continue", around="Last Friday at about six")
    counting.visit("/talk/")
    assert "You have already started" in counting.main
    counting.press("Keep what I wrote and use this form")
    assert counting.at == "/r/tie/"
    counting.visit("/r/what/")
    assert counting.typed("narrative") == f"{ACCOUNT}\nTime: Last Friday at about six"


def test_the_check_page_lists_what_was_answered_and_then_what_can_be_added(counting: Counting) -> None:
    counting.tell(ACCOUNT)
    assert ACCOUNT in counting.main
    assert "Not given" not in counting.main
    added = counting.main[counting.main.index("Add something") :]
    for page in ("When and where was it?", "Who was involved?", "Was there a vehicle?"):
        assert page in added
    sends = [c for form in counting.page.forms for c in form.controls if c.label == "Send your report"]
    assert len(sends) == 1, "one bar, in sight all down the page"
    counting.follow("Was there a vehicle?").press("Continue", registration="AB12 CDE")
    assert "AB12CDE" in counting.main


def test_the_account_stands_alone_and_what_was_answered_beside_it_under_its_own_question(
    counting: Counting,
) -> None:
    counting.tell(ACCOUNT, when="week", place="Mill Lane")
    assert [one for one in counting.page.headings if one.startswith(("What happened", "When"))] == [
        "What happened",
        "When and where was it?",
    ]
    told = counting.html.split('class="hl-story')[1].split("Add something")[0]
    assert ACCOUNT in told
    assert "Mill Lane" not in told


def test_advice_without_an_account_shows_each_answer_under_what_was_asked(counting: Counting) -> None:
    counting.follow("Security advice for your organisation").press("Ask for advice")
    counting.press("Continue", name="The Mill Hall", postcode="NE6 1AA").press("Continue", incident="yes")
    counting.press("Continue", name="Hal", email="hal@hall.example", consent=["yes"])
    assert "hl-story" not in counting.html
    assert "Anything odd" in counting.main


def test_a_page_says_how_far_one_is(counting: Counting) -> None:
    counting.follow("Something you saw or heard").press("Start", danger="no")
    assert "Step 1 of 7" in counting.main
