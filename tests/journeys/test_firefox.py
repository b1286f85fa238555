"""The public site in Firefox ESR: with the settings of Tor Browser's "Safest", and with what a browser keeps of a visit."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.firefox import FirefoxVisitor, firefox  # noqa: F401 (a fixture)
from tests.journeys.test_reporter_journey import officer_asks, site  # noqa: F401 (a fixture)
from tests.support.cast import House

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
OpenFirefox = Callable[..., FirefoxVisitor]
WORDS = "He asked twice when the guards of the depot change, and drew the gates."
#: What no address and no title may tell whoever looks over a shoulder or into a browser's history.
TELLTALE = ("terror", "police", "report", "radical", "worried", "extrem", "hotline", "suspicious", "danger")


def test_the_whole_way_at_tor_browsers_safest(site: str, house: House, firefox: OpenFirefox) -> None:  # noqa: F811
    rosa = firefox(safest=True)
    rosa.visit(f"{site}/")
    rosa.screenshot("safest-front")
    code = _tell(rosa)
    rosa.screenshot("safest-code")
    rosa.press("Check that I have written my code down correctly")
    rosa.type(code=code)
    rosa.press("Check")
    officer_asks(house, "Which depot was that?")
    rosa.visit(f"{site}/")
    rosa.press("Use your code")
    rosa.type(code=code.lower())
    rosa.press("Open")
    rosa.screenshot("safest-messages")
    assert "Which depot was that?" in rosa.texts("main")[0]
    rosa.type(text="The one by the old mill.")
    rosa.tick("No")
    rosa.press("Send your message")
    rosa.press("Back to your messages")
    rosa.press("Close and leave")
    assert code not in rosa.everything()


@pytest.mark.parametrize("safest", [False, True], ids=["scripts", "safest"])
def test_nothing_of_what_was_sent_comes_back(site: str, firefox: OpenFirefox, safest: bool) -> None:  # noqa: F811
    rosa = firefox(safest=safest)
    rosa.visit(f"{site}/")
    code = _tell(rosa)
    for _ in range(4):
        rosa.back()
        _shows_nothing(rosa)
    rosa.reload()
    _shows_nothing(rosa)
    rosa.close_the_tab_and_bring_it_back()
    _shows_nothing(rosa)
    history = rosa.history()
    assert history
    for url, title in history:
        assert code not in url + title
        told = url if " – " in title else url + title  # guidance that search engines list names the service
        assert not [word for word in TELLTALE if word in told.casefold()], (url, title)


def _tell(rosa: FirefoxVisitor) -> str:
    """From the first page to the code."""
    rosa.press("Something you saw or heard")
    rosa.press("Start")
    rosa.choose("No")
    rosa.fill(narrative=WORDS)
    rosa.press("Skip the other questions")
    rosa.choose("No, stay anonymous")
    assert WORDS in rosa.texts("main")[0]
    rosa.press("Send your report")
    return "-".join(rosa.texts(".hl-code span"))


def _shows_nothing(rosa: FirefoxVisitor) -> None:
    shown = rosa.everything()
    assert WORDS not in shown
    assert "depot" not in shown
