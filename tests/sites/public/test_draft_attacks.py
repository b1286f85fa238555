"""Drafts under attack: a cookie left behind by somebody else, a second tab, and an old page after sending."""

from __future__ import annotations

from typing import Any

import pytest

from heedline.casework.intake import drafting
from heedline.casework.intake.drafting import DraftChanged
from heedline.casework.journey import submission
from heedline.casework.journey.submission import SealedReport
from heedline.reports.models import Report
from tests.sites.public.mishaps import just_before_saving
from tests.sites.public.walker import DRAFT, Walker, another_tab
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
    """The tab loaded the draft before it was sent and saves it afterwards. Even if the row said again that it is not sent."""
    rosa.tell(WORDS)
    cookie = rosa.cookie(DRAFT)
    slow = drafting.load(cookie, at=now())
    assert slow is not None
    rosa.press("Send your report")
    code = rosa.shown_code()
    slow.answers = {**slow.answers, "what": {"narrative": "Other words."}}
    with pytest.raises(DraftChanged):
        drafting.save(slow, at=now())
    slow.seen = None
    drafting.save(slow, at=now())
    rosa.visit("/r/check/").press("Send your report")
    assert Report.objects.count() == 1
    assert rosa.shown_code() == code


def test_a_spent_token_of_a_deleted_draft_sends_nothing_twice(rosa: Walker) -> None:
    """Deleting a draft and inserting it again, which no page does, counts its form tokens from the beginning."""
    rosa.tell(WORDS)
    cookie = rosa.cookie(DRAFT)
    before = drafting.load(cookie, at=now())
    assert before is not None
    rosa.press("Send your report")
    code = rosa.shown_code()
    drafting.discard(cookie, at=now())
    with pytest.raises(DraftChanged):
        drafting.save(before, at=now())
    before.seen = None
    drafting.save(before, at=now())
    rosa.visit("/r/check/").press("Send your report")
    assert Report.objects.count() == 1
    assert rosa.shown_code() == code


@pytest.mark.parametrize("path", ["/r/what/", "/r/check/"])
def test_leaving_while_an_answer_or_the_report_is_sent_leaves_no_draft(
    rosa: Walker, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    rosa.tell(WORDS).visit(path)
    cookie, tab = rosa.cookie(DRAFT), another_tab(rosa)
    just_before_saving(monkeypatch, lambda: tab.visit("/exit/"))
    if path == "/r/what/":
        rosa.press("Continue", narrative="Other words.")
        assert rosa.typed("narrative") == "Other words.", "whoever has not left can send it again"
    else:
        rosa.press("Send your report")
        assert rosa.shown_code()
    assert drafting.load(cookie, at=now()) is None


def test_answers_that_two_tabs_send_at_the_same_moment_are_both_kept(
    rosa: Walker, monkeypatch: pytest.MonkeyPatch
) -> None:
    rosa.start()
    tab = another_tab(rosa).visit("/r/where/")
    just_before_saving(monkeypatch, lambda: tab.press("Continue", place="Market Square"))
    rosa.press("Continue", narrative=WORDS)
    assert rosa.at == "/r/where/"
    assert rosa.visit("/r/check/").main.count(WORDS) == 1
    assert "Market Square" in rosa.main


def test_an_answer_saved_while_the_report_is_sent_does_not_open_it_again(
    rosa: Walker, monkeypatch: pytest.MonkeyPatch
) -> None:
    rosa.tell(WORDS)
    tab = another_tab(rosa).visit("/r/where/")
    just_before_saving(monkeypatch, lambda: rosa.press("Send your report"))
    tab.press("Continue", place="Market Square")
    assert "Market Square" in tab.main, "it says that this is not part of the report"
    assert rosa.shown_code()
    assert rosa.visit("/code/").shown_code()


def test_a_draft_that_changes_again_and_again_is_not_saved_and_shows_what_was_typed(
    rosa: Walker, monkeypatch: pytest.MonkeyPatch
) -> None:
    rosa.start()
    tab = another_tab(rosa)
    places = [f"Quay {number}" for number in range(4)]
    just_before_saving(
        monkeypatch,
        *(lambda place=place: tab.visit("/r/where/").press("Continue", place=place) for place in places),
    )
    rosa.press("Continue", narrative=WORDS)
    assert rosa.typed("narrative") == WORDS
    assert rosa.title.startswith("Error: ")


def test_an_account_of_danger_is_sent_though_other_tabs_keep_saving_the_draft(
    rosa: Walker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second act comes between storing that the reporter cannot call and storing the account."""
    rosa.start()
    tab = another_tab(rosa)
    rosa.visit("/emergency/")
    just_before_saving(
        monkeypatch, lambda: None, lambda: tab.visit("/r/where/").press("Continue", place="Market Square")
    )
    rosa.press("Send now", narrative="He has a knife. The shop in Mill Lane.")
    assert rosa.at == "/code/"
    assert Report.objects.count() == 1


def test_two_accounts_of_danger_sent_at_the_same_moment_are_two_reports(
    rosa: Walker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first is stored while the second, with other words, is being sealed."""
    rosa.start().visit("/emergency/")
    tab = another_tab(rosa)
    real = submission.seal
    first: list[str] = []

    def seal(*told: Any, **more: Any) -> SealedReport:
        if not first:
            first.append("")
            first[0] = tab.press("Send now", narrative="He has a knife.").shown_code()
        return real(*told, **more)

    monkeypatch.setattr(submission, "seal", seal)
    rosa.press("Send now", narrative="He has a knife. The shop in Mill Lane.")
    assert rosa.at == "/code/"
    assert Report.objects.count() == 2
    assert rosa.shown_code() != first[0]
    assert first[0].replace("-", " ") in rosa.main
