"""Drafts under attack: a cookie left behind by somebody else, a second tab, and an old page after sending."""

from __future__ import annotations

from heedline.casework.intake import drafting
from heedline.reports.models import Report
from tests.sites.public.walker import DRAFT, Walker
from tests.support.cast import now

WORDS = "Two men paid in cash for forty bags and did not want a receipt."


def test_whoever_left_an_empty_draft_in_a_browser_reads_nothing_that_is_written_later(rosa: Walker) -> None:
    """Somebody at home presses Start, copies the cookie and leaves. Then Rosa comes."""
    rosa.visit("/ask/").press("Ask for advice")
    left_behind = rosa.cookie(DRAFT)
    rosa.visit("/tell/").press("Start", danger="no").press("Continue", narrative=WORDS)
    assert rosa.cookie(DRAFT) != left_behind
    assert drafting.load(left_behind, at=now()) is None
    spy = Walker()
    spy.client.cookies[DRAFT] = left_behind
    assert WORDS not in spy.visit("/r/what/").html


def test_a_page_opened_before_sending_brings_no_answer_back_and_sends_nothing_again(rosa: Walker) -> None:
    rosa.tell(WORDS)
    token, form = rosa.typed("csrfmiddlewaretoken"), rosa.typed("form_token")
    rosa.press("Send your report")
    code, cookie = rosa.shown_code(), rosa.cookie(DRAFT)
    for path, typed in (
        ("/r/what/", {"narrative": "Other words."}),
        ("/r/check/", {"form_token": form}),
        ("/r/brief/", {"narrative": "Other words."}),
    ):
        rosa.client.post(path, {**typed, "csrfmiddlewaretoken": token})
        kept = drafting.load(cookie, at=now())
        assert kept is not None
        assert kept.sent
        assert kept.answers == {}
    assert Report.objects.count() == 1
    assert rosa.visit("/code/").shown_code() == code


def test_a_draft_saved_late_by_a_second_tab_is_still_one_report_with_one_code(rosa: Walker) -> None:
    """The tab loaded the draft before it was sent and saves it afterwards: the row says again that it is not sent."""
    rosa.tell(WORDS)
    cookie = rosa.cookie(DRAFT)
    slow = drafting.load(cookie, at=now())
    assert slow is not None
    rosa.press("Send your report")
    code = rosa.shown_code()
    slow.answers = {**slow.answers, "what": {"narrative": "Other words."}}
    drafting.save(slow, at=now())
    rosa.visit("/r/check/").press("Send your report")
    assert Report.objects.count() == 1
    assert rosa.shown_code() == code


def test_a_spent_token_of_a_deleted_draft_sends_nothing_twice(rosa: Walker) -> None:
    """Deleting a draft and saving it again counts its form tokens from the beginning."""
    rosa.tell(WORDS)
    cookie = rosa.cookie(DRAFT)
    before = drafting.load(cookie, at=now())
    assert before is not None
    rosa.press("Send your report")
    code = rosa.shown_code()
    drafting.discard(cookie, at=now())
    drafting.save(before, at=now())
    rosa.visit("/r/check/").press("Send your report")
    assert Report.objects.count() == 1
    assert rosa.shown_code() == code
