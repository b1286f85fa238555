"""Accounts of danger from a browser that has sent, or begun, something else. Nothing of it is lost."""

from __future__ import annotations

from unittest.mock import Mock

import pytest
from django.db import OperationalError

from heedline.casework.intake import drafting
from heedline.intake import door as drafts_door
from heedline.intake.door import StoreFull
from tests.sites.public.mishaps import database_away
from tests.sites.public.test_doors import ask_for_advice, queue
from tests.sites.public.walker import DRAFT, Walker
from tests.support.cast import House, now


def test_a_code_that_is_not_kept_yet_is_not_lost_to_an_emergency(rosa: Walker) -> None:
    code = rosa.send()
    rosa.visit("/emergency/").press("Send now")
    assert rosa.heading == "You have not saved your code yet"
    rosa.follow("See your code")
    assert rosa.shown_code() == code
    rosa.visit("/emergency/").press("Send now").press("Start a new report")
    assert rosa.heading == "If you cannot call, write to us"


def test_what_happens_next_in_a_danger_is_sent_at_once_and_no_code_is_lost(
    rosa: Walker, house: House
) -> None:
    first = rosa.send()
    rosa.visit("/emergency/").press("Send now", narrative="A man with a knife is in the shop. I am hiding.")
    assert rosa.at == "/code/"
    second = rosa.shown_code()
    assert first.replace("-", " ") in rosa.main
    rosa.visit("/emergency/").press("Send now", narrative="He is at the back door now.")
    assert rosa.at == "/code/"
    assert [one.urgency for one in queue(house, "Nadia")] == ["danger", "routine"]
    for code in (first, second):
        assert code.replace("-", " ") in rosa.main
    assert "You added more information." in rosa.main


def test_a_danger_does_not_wait_for_an_unfinished_request_for_advice(rosa: Walker, house: House) -> None:
    ask_for_advice(rosa).press("Continue", name="Mill Lane Hall", postcode="NE1 4ST")
    rosa.visit("/emergency/").press("Send now", narrative="He has a knife. The hall in Mill Lane.")
    assert rosa.at == "/code/"
    assert [one.urgency for one in queue(house, "Nadia")] == ["danger"]


TOO_LONG = "He has a knife. " * 1000


def test_a_code_stays_readable_while_the_next_account_of_danger_is_not_sent(rosa: Walker) -> None:
    """The account is too long. The reporter goes back to the code, and then begins another report."""
    first = rosa.send().replace("-", " ")
    rosa.visit("/emergency/").press("Send now", narrative=TOO_LONG)
    assert rosa.at == "/r/brief/"
    assert first in rosa.visit("/code/").main
    rosa.visit("/ask/").press("Delete my answers and start again")
    assert first in rosa.visit("/code/").main
    ask_for_advice(rosa).press("Continue", name="Mill Lane Hall", postcode="NE1 4ST")
    rosa.visit("/emergency/").press("Send now", narrative="He has a knife. The hall in Mill Lane.")
    assert rosa.at == "/code/"
    assert first in rosa.main
    assert first in rosa.visit("/code/print/").main


@pytest.mark.parametrize("full", [StoreFull("full"), OperationalError("away")])
def test_no_code_is_lost_if_the_draft_for_the_next_account_cannot_be_stored(
    rosa: Walker, monkeypatch: pytest.MonkeyPatch, full: Exception
) -> None:
    first = rosa.send()
    rosa.visit("/emergency/")
    with monkeypatch.context() as patch:
        patch.setattr(drafts_door, "save_draft", Mock(side_effect=full))
        rosa.press("Send now", narrative="He has a knife. The shop in Mill Lane.")
    assert rosa.visit("/code/").shown_code() == first


def test_an_account_of_danger_is_sent_even_if_there_is_no_room_for_a_draft(
    rosa: Walker, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = rosa.send().replace("-", " ")
    rosa.visit("/emergency/")
    monkeypatch.setattr(drafts_door, "save_draft", Mock(side_effect=StoreFull("full")))
    rosa.press("Send now", narrative="He has a knife. The shop in Mill Lane.")
    assert [one.urgency for one in queue(house, "Nadia")] == ["danger", "routine"]
    assert first in rosa.main
    assert rosa.shown_code().replace("-", " ") != first


@pytest.mark.parametrize("end", ["I have saved my code", "I do not want a code"])
def test_an_unfinished_request_for_advice_goes_on_after_a_danger(rosa: Walker, end: str) -> None:
    ask_for_advice(rosa).press("Continue", name="Mill Lane Hall", postcode="NE1 4ST")
    for account in ("He has a knife. The hall in Mill Lane.", "He is at the back door now."):
        rosa.visit("/emergency/").press("Send now", narrative=account)
    rosa.press(end)
    assert "Your answers are still here" in rosa.main
    rosa.follow("Carry on")
    assert "Mill Lane Hall" in rosa.visit("/r/check/").main
    rosa.visit("/exit/").visit("/code/finished/")
    assert "Your answers are still here" not in rosa.main


def test_leaving_also_deletes_the_report_that_waits(rosa: Walker) -> None:
    ask_for_advice(rosa).press("Continue", name="Mill Lane Hall", postcode="NE1 4ST")
    waiting = rosa.cookie(DRAFT)
    rosa.visit("/emergency/").press("Send now", narrative="He has a knife. The hall in Mill Lane.")
    assert drafting.load(waiting, at=now()) is not None
    rosa.visit("/exit/")
    assert drafting.load(waiting, at=now()) is None


def test_the_silent_call_stands_above_the_box(rosa: Walker) -> None:
    rosa.visit("/emergency/")
    assert rosa.main.index("press 55") < rosa.main.index("What is happening, and where?")


def test_answers_that_cannot_be_sent_as_danger_are_not_dropped_unasked(rosa: Walker) -> None:
    ask_for_advice(rosa).press("Continue", name="Mill Lane Hall", postcode="NE1 4ST")
    rosa.visit("/emergency/").press("Send now")
    assert rosa.heading == "You have already started"
    rosa.press("Delete my answers and start again")
    assert rosa.heading == "If you cannot call, write to us"


def test_the_database_away_in_an_emergency_is_said_with_numbers(rosa: Walker) -> None:
    rosa.visit("/emergency/")
    with database_away():
        rosa.press("Send now", narrative="He has a knife.")
    assert rosa.status == 503
    assert "999" in rosa.main
