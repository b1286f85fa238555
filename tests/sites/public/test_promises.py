"""What we see, who sees it, when we might have to tell: on the privacy page, and beside each choice that it is about."""

from __future__ import annotations

import re
from html import unescape

import pytest

from heedline.packs import load_pack
from heedline.web.public.shell.languages import prefix
from tests.sites.public.walker import Walker

pytestmark = pytest.mark.django_db
TITLE = "What we see and who sees it"
ANONYMOUS, CONFIDENCE = "If you stay anonymous", "If you give your name in confidence"
CONTACT = "If you ask us to call you, or report as part of your job"


def test_the_privacy_page_has_every_way_of_telling_us(rosa: Walker) -> None:
    rosa.visit("/privacy/")
    for way in (ANONYMOUS, CONFIDENCE, CONTACT):
        assert way in rosa.main
    assert rosa.main.count("When we may have to share it") == 3


def test_the_privacy_page_begins_with_staying_anonymous_and_says_who_gets_a_report_of_each_kind(
    rosa: Walker,
) -> None:
    rosa.visit("/privacy/")
    first, second, *_ = (one for one in rosa.page.headings if one not in ("Privacy", "Support links"))
    assert (first, second) == ("You can stay anonymous", "Who gets your report")
    lead = "You can report without saying who you are, and we do not keep your IP address."
    assert rosa.main.index(lead) < rosa.main.index(first)
    for words in (
        "counter terrorism officers",
        "safeguarding officers",
        "national centre",
        "We may send it to another police force",
        "security adviser",
        "agency",
        "company",
    ):
        assert words in rosa.main.partition(second)[2].partition(TITLE)[0]


@pytest.mark.parametrize("language", list(load_pack("uk").languages))
def test_the_privacy_page_takes_how_long_a_report_is_kept_from_the_pack(rosa: Walker, language: str) -> None:
    pack = load_pack("uk")
    words = pack.words(language)
    rosa.visit(f"{prefix(language)}privacy/")
    rows = re.findall(r'<tr class="govuk-table__row">(.*?)</tr>', rosa.html, flags=re.DOTALL)[1:]
    assert len(rows) == len(pack.retention.groups)
    for row, group in zip(rows, pack.retention.groups.values(), strict=True):
        assert words[f"privacy.outcome.{group.code}"] in unescape(row)
        name, review = re.findall(r"<td[^>]*>(.*?)</td>", row, flags=re.DOTALL)
        assert words[f"privacy.months.{group.identity}"] in name
        assert words[f"privacy.months.{group.review}"] in review
        assert group.identity <= group.review


def test_whoever_chooses_to_be_named_or_not_sees_both_ways(rosa: Walker) -> None:
    rosa.begin().press("Start", danger="no")
    assert TITLE not in rosa.main
    rosa.press("Continue", narrative="A van stood there all night.").press("Skip the other questions")
    assert rosa.at == "/r/you/"
    for words in (TITLE, ANONYMOUS, CONFIDENCE):
        assert words in rosa.main
    assert CONTACT not in rosa.main


def test_whoever_asks_for_a_call_sees_who_sees_the_number(rosa: Walker) -> None:
    rosa.visit("/talk/").press("Start", danger="no").visit("/r/what/")
    rosa.press("Continue", narrative="My brother talks of a war.").visit("/r/reply/")
    assert TITLE not in rosa.main
    rosa.press("Continue", way="call")
    assert rosa.at == "/r/callback/"
    assert CONTACT in rosa.main
    assert ANONYMOUS not in rosa.main


def test_nobody_is_told_of_safe_times_that_they_were_not_asked_for(rosa: Walker) -> None:
    """A professional's number, and that of who asks for advice, is shown with the report: only a call has times."""
    condition = "If you ask us to call you, they can see your number at the times you said are safe."
    rosa.visit("/privacy/")
    assert condition in rosa.main
    assert "Officers can see your number" not in rosa.main


def test_the_pages_under_the_line_say_what_to_do_under_duress_and_on_paper(rosa: Walker) -> None:
    rosa.visit("/stay-safe-online/")
    assert "Your code does not open your report." in rosa.main
    rosa.visit("/accessibility/")
    assert "Nobody has tested them with a screen reader yet." in rosa.main


def test_the_accessibility_statement_has_what_the_law_asks_for_and_claims_no_audit(rosa: Walker) -> None:
    rosa.visit("/accessibility/")
    for words in (
        "partially compliant",
        "not yet been tested by people who use screen readers",
        "We will reply within 10 working days.",
        "The Equality and Human Rights Commission",
        "(Websites and Mobile Applications) (No. 2) Accessibility Regulations 2018",
        "We prepared this statement on 27 November 2026.",
    ):
        assert words in rosa.main
    assert "it has not yet been checked by an independent expert" in rosa.main


def test_the_privacy_page_names_nobody_who_has_not_been_filled_in(rosa: Walker) -> None:
    rosa.visit("/privacy/")
    assert "The data controller has not been named yet." in rosa.main
    assert "contact details for the data protection officer yet" in rosa.main
    assert "The data controller is" not in rosa.main
