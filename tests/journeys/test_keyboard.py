"""With Tab, Shift, Enter, Space and arrows only: each door from its first page to its end. Every page: test_trees.py."""

from __future__ import annotations

import pytest

from tests.browser import reach
from tests.browser.kit import Visitor, browser, person  # noqa: F401 (fixtures)
from tests.journeys.test_reporter_journey import Open, shown_code, site  # noqa: F401 (a fixture)

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
BOTH = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])


# --- from door to end -------------------------------------------------------------------------------------------------
class Keys:
    """Hands on a keyboard, and no mouse."""

    def __init__(self, tab: Visitor) -> None:
        self.tab, self.page = tab, tab.play
        self.count = 0

    def key(self, name: str) -> None:
        """Press a key, and count it."""
        self.count += 1
        self.page.keyboard.press(name)

    def skip(self) -> Keys:
        """Follow the link to the main content, as those do who know it. A form that is posted after that leads there again."""
        if not self.page.url.endswith("#main"):
            self.key("Tab")
            self.key("Enter")
        return self

    def to(self, name: str) -> None:
        """Tab until what has the focus says this."""
        for _ in range(reach.LONGEST):
            self.key("Tab")
            at = reach.focus(self.page)
            if at and at["seen"] and at["name"].splitlines()[0].strip() == name:
                return
        raise AssertionError(f"{self.page.url}: Tab never reaches {name!r}")

    def press(self, name: str, key: str = "Enter") -> Keys:
        """Go there and press it: a link with Enter, a button with Space too."""
        self.to(name)
        before = self.page.evaluate("performance.timeOrigin")
        self.key(key)
        self.page.wait_for_function("before => performance.timeOrigin !== before", arg=before)
        self.page.wait_for_load_state()
        return self

    def choose(self, field: str, downs: int) -> Keys:
        """Go to that group of choices and, with Space and arrows, to its n-th."""
        for _ in range(reach.LONGEST):
            self.key("Tab")
            if self.page.evaluate("document.activeElement.name") == field:
                break
        else:
            raise AssertionError(f"{self.page.url}: Tab never reaches {field}")
        self.key("Space")
        for _ in range(downs):
            self.key("ArrowDown")
        return self

    def write(self, field: str, words: str) -> Keys:
        """Go to that box and type."""
        for _ in range(reach.LONGEST):
            self.key("Tab")
            if self.page.evaluate("document.activeElement.name") == field:
                self.page.keyboard.type(words)
                return self
        raise AssertionError(f"{self.page.url}: Tab never reaches {field}")

    def start(self, url: str) -> Keys:
        self.tab.visit(url)
        return self


@BOTH
def test_the_skip_link_comes_first_and_skips(site: str, person: Open, scripts: bool) -> None:  # noqa: F811
    keys = Keys(person(scripts=scripts)).start(f"{site}/tell/")
    keys.page.keyboard.press("Tab")
    at = reach.focus(keys.page)
    assert at
    assert at["skips"]
    assert keys.page.locator(".govuk-skip-link").first.bounding_box()["height"] > 20, "it is seen now"  # type: ignore[index]
    keys.page.keyboard.press("Enter")
    keys.page.keyboard.press("Tab")
    assert keys.page.evaluate("document.querySelector('main').contains(document.activeElement)")


@BOTH
def test_something_i_saw_by_keys(site: str, person: Open, scripts: bool) -> None:  # noqa: F811
    keys = Keys(person(scripts=scripts)).start(f"{site}/")
    keys.press("Something you saw or heard").press("Start", "Space")
    keys.page.locator(".govuk-error-summary:focus").wait_for()
    keys.page.keyboard.press("Tab")
    keys.page.keyboard.press("Enter")
    keys.page.wait_for_function("document.activeElement.name === 'danger'")
    keys.page.keyboard.press("Space")
    for _ in range(2):
        keys.page.keyboard.press("ArrowDown")
    assert keys.page.locator("[name=danger]:checked").get_attribute("value") == "no"
    keys.press("Continue")
    keys.write("narrative", "A van stood at the gate three nights.").press(
        "Skip the other questions", "Space"
    )
    keys.choose("who", 0).press("Continue")
    keys.press("Send your report", "Space")
    code = shown_code(keys.tab)
    keys.press("Check that I have written my code down correctly").write("code", code)
    before = keys.page.url
    keys.page.keyboard.press("Enter")
    keys.page.wait_for_url(lambda url: url != before)
    assert keys.page.url == f"{site}/code/finished/"


def test_the_shortest_way_takes_few_keys(site: str, person: Open) -> None:  # noqa: F811
    """From the first page to the code, with the link that skips to the main content, besides what is typed."""
    keys = Keys(person(scripts=False)).start(f"{site}/")
    keys.skip().press("Something you saw or heard")
    keys.skip().choose("danger", 2).press("Start")
    keys.skip().write("narrative", "A van stood at the gate.").press("Skip the other questions")
    keys.skip().choose("who", 0).press("Continue")
    keys.skip().press("Send your report")
    assert shown_code(keys.tab)
    assert keys.count <= 55


def test_someone_i_am_worried_about_by_keys(site: str, person: Open) -> None:  # noqa: F811
    keys = Keys(person(scripts=False)).start(f"{site}/")
    keys.press("Someone you are worried about").press("Ask us to call you back")
    keys.choose("danger", 2).press("Ask us to call you back")
    keys.write("name", "Rosa").write("phone", "07700 900123").press("Continue")
    keys.press("Send your request")
    assert shown_code(keys.tab)


def test_something_online_by_keys(site: str, person: Open) -> None:  # noqa: F811
    keys = Keys(person(scripts=False)).start(f"{site}/")
    keys.press("Something online").choose("danger", 2).press("Start")
    keys.write("addresses", "https://films.example/1").press("Skip the other questions")
    keys.press("Send your report")
    assert shown_code(keys.tab)


def test_advice_for_my_organisation_by_keys(site: str, person: Open) -> None:  # noqa: F811
    keys = Keys(person(scripts=False)).start(f"{site}/")
    keys.press("Security advice for your organisation").press("Ask for advice")
    keys.write("name", "The Mill Hall").write("postcode", "NE6 1AA").press("Continue").press("Continue")
    keys.write("name", "Rosa").write("email", "rosa@mill.example").choose("consent", 0).press("Continue")
    keys.press(
        "Send your request" if keys.page.get_by_text("Send your request").count() else "Send your report"
    )
    assert shown_code(keys.tab)


def test_who_cannot_call_by_keys(site: str, person: Open) -> None:  # noqa: F811
    keys = Keys(person(scripts=False)).start(f"{site}/emergency/")
    keys.write("narrative", "He has a knife. Flat 4, the house by the mill.").press("Send now", "Space")
    assert keys.page.url == f"{site}/code/"


def test_the_doors_that_only_tell_by_keys(site: str, person: Open) -> None:  # noqa: F811
    keys = Keys(person(scripts=False)).start(f"{site}/")
    keys.press("Staying safe").press("Staying safe at home")
    assert keys.page.url == f"{site}/stay-safe/home/"
    keys.start(f"{site}/").press("Report by phone or in person")
    keys.press("Talk to your local police")
    keys.write("postcode", "NE6 1AA").press("Find", "Space")
    assert keys.page.locator("h2").first.inner_text()
    keys.start(f"{site}/").press("Contact a charity instead of the police")
    assert keys.page.url == f"{site}/other/"
    keys.start(f"{site}/stay-safe/now/").press("Easy read")
    assert keys.page.url == f"{site}/stay-safe/now/easy/"


def test_on_a_small_screen_nothing_with_the_focus_lies_under_the_exit_link(site: str, person: Open) -> None:  # noqa: F811
    """The link stays in sight there; forwards and backwards, what has the focus comes to lie below it."""
    tab = person(scripts=False, width=320, height=256)
    keys = Keys(tab).start(f"{site}/talk/")
    keys.choose("danger", 2).press("Start")
    tab.visit(f"{site}/r/what/")
    for key in ["Tab"] * 30 + ["Shift+Tab"] * 20:
        tab.play.keyboard.press(key)
        at = reach.focus(tab.play)
        if at is None:
            break
        assert not at["covered"], at["name"]
    tab.play.evaluate(
        """() => { const sheet = new CSSStyleSheet(); sheet.replaceSync('footer { position: fixed; inset: 0; z-index: 99 }')
                   document.adoptedStyleSheets = [sheet]
                   const box = document.querySelector('textarea'); box.scrollIntoView(); box.focus() }"""
    )
    under = reach.focus(tab.play)
    assert under
    assert under["covered"], "the question finds what lies under it"
