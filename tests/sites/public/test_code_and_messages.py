"""The code on its own page, and what it opens later."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest

from heedline.casework.contact import messages
from heedline.casework.intake import drafting
from heedline.casework.journey import transitions
from heedline.casework.journey.transitions import Assessment
from heedline.intake.models import DraftRow
from heedline.reports.models import Message, Report
from heedline.vault.codes import ALPHABET, new_code
from tests.sites.public.mishaps import run_out_of_time
from tests.sites.public.walker import DRAFT, VISIT, Walker
from tests.support.acting import acting
from tests.support.cast import House, now

QUESTION = "Do you remember the colour of the van? A guess is fine."
ANSWER = "It was white, I think, with a blue stripe."


@pytest.fixture
def asked(rosa: Walker, house: House) -> str:
    """Rosa's code, after Odile took the report and asked her something; Rosa's draft is finished."""
    code = rosa.send("A van stood at the gate three nights in a row.", postcode="NE1 4ST")
    rosa.press("I do not want a code")
    report, at = Report.objects.get(), now()
    with acting("office"):
        odile = house.sign_in("Odile", at=at)
        transitions.take(report.id, by=odile, at=at)
        finding = Assessment(
            danger_to_life=False, done_what="A van waits", priority="medium", reason="Three nights"
        )
        transitions.assess(report.id, finding, version=Report.objects.get().version, by=odile, at=at)
        messages.ask(report.id, QUESTION, version=Report.objects.get().version, by=odile, at=at)
    return code


def enter(rosa: Walker, code: str) -> Walker:
    """From the first page into the messages."""
    return rosa.visit("/").follow("Use your code").press("Open", code=code)


def with_one_wrong(code: str) -> str:
    """The code with one sign mistyped."""
    other = next(sign for sign in ALPHABET if sign != code[6])
    return code[:6] + other + code[7:]


# --- the code -----------------------------------------------------------------------------------------------------------
def test_the_code_is_large_in_groups_and_spelled_and_nowhere_else(rosa: Walker) -> None:
    code = rosa.send()
    assert [len(group) for group in code.split("-")] == [4, 4, 4, 4, 4, 2]
    assert "Your code, spelled out" in rosa.main
    assert code not in rosa.title
    assert code not in rosa.at
    assert not any(code in str(value) for value in rosa.response.headers.values())


@pytest.mark.parametrize(
    "typed", [str.lower, lambda c: c.replace("-", " "), lambda c: c.replace("-", ""), with_one_wrong]
)
def test_a_code_is_taken_however_it_is_typed_and_with_one_mistake(rosa: Walker, typed: Any) -> None:
    code = rosa.send()
    rosa.follow("Check that I have written my code down correctly").press("Check", code=typed(code))
    assert rosa.at == "/code/finished/"


def test_a_wrong_code_shows_it_again_and_costs_nothing(rosa: Walker) -> None:
    code = rosa.send()
    rosa.follow("Check that I have written my code down correctly").follow("Back")
    assert rosa.shown_code() == code
    rosa.follow("Check that I have written my code down correctly").press("Check", code=new_code().grouped())
    assert rosa.shown_code() == code
    assert rosa.title.startswith("Error: ")
    assert "What you sent us is safe" in rosa.main
    rosa.press("Check", code=code)
    assert rosa.at == "/code/finished/"


def test_finishing_twice_is_finished(rosa: Walker) -> None:
    code = rosa.send()
    rosa.follow("Check that I have written my code down correctly")
    tab = Walker()
    tab.client = rosa.client
    tab.visit(rosa.at)
    rosa.press("Check", code=code)
    tab.press("Check", code=code)
    assert tab.at == "/code/finished/"


def test_after_finishing_the_code_is_gone_from_the_browser_and_the_database(rosa: Walker) -> None:
    code = rosa.send()
    rosa.press("I have saved my code").visit("/code/")
    assert code not in rosa.html
    assert rosa.heading == "This page is no longer available."
    assert not DraftRow.objects.exists()


def test_a_code_in_the_text_is_warned_of_once(rosa: Walker) -> None:
    words = f"My code from last week is {new_code().grouped()}, this belongs to it."
    rosa.begin().press("Start", danger="no").press("Continue", narrative=words)
    assert "What you wrote may contain your code" in rosa.main
    assert rosa.typed("narrative") == words
    rosa.press("Continue", narrative=words)
    assert rosa.at == "/r/where/"


# --- the messages ---------------------------------------------------------------------------------------------------
def test_with_the_code_one_sees_what_is_new_and_never_the_report(rosa: Walker, asked: str) -> None:
    enter(rosa, asked)
    assert rosa.at == "/messages/open/"
    assert QUESTION in rosa.main
    assert "We have sent you a question." in rosa.main
    assert "This message is from our team." in rosa.main
    assert "A van stood" not in rosa.html
    assert asked not in rosa.html


def test_an_answer_reaches_the_desk_once_however_often_it_is_pressed(rosa: Walker, asked: str) -> None:
    enter(rosa, asked)
    tab = Walker()
    tab.client, tab.at, tab.page = rosa.client, rosa.at, rosa.page
    rosa.press("Send your message", danger="no", text=ANSWER)
    tab.press("Send your message", danger="no", text=ANSWER)
    assert rosa.heading == tab.heading == "We have your message"
    assert Message.objects.filter(from_us=False).count() == 1
    assert rosa.press("Close and leave").at == "/messages/closed/"


def test_a_question_stays_until_it_is_answered_and_then_until_it_is_hidden(rosa: Walker, asked: str) -> None:
    enter(rosa, asked).press("Close and leave")
    assert rosa.at == "/messages/closed/"
    assert not rosa.cookie(VISIT)
    enter(rosa, asked)
    assert QUESTION in rosa.main, "a question stays until it is answered"
    assert "Hide this message" not in rosa.main
    rosa.press("Send your message", danger="no", text=ANSWER)
    assert "An officer will read it by " in rosa.main
    enter(rosa, asked)
    assert "You answered on" in rosa.main
    assert "Once you hide messages, we cannot show them to you again." in rosa.main
    assert "We have your answer." in rosa.main
    assert "Hide all messages" in rosa.main
    rosa.press("Hide this message")
    assert QUESTION not in rosa.html
    assert "There are no messages to show." in rosa.main
    rosa.press("Close and leave")
    assert QUESTION not in enter(rosa, asked).html


def test_only_new_messages_are_shown_from_now_on(rosa: Walker, asked: str) -> None:
    enter(rosa, asked).press("Show only new messages from now on")
    assert "Each time you visit, we show you only new messages." in rosa.main
    assert QUESTION in enter(rosa, asked).main, "a question stays until it is answered"
    rosa.press("Send your message", danger="no", text=ANSWER)
    for _ in range(2):  # and is then shown in this visit, however often its page is loaded
        assert QUESTION in rosa.visit("/messages/open/").main
    rosa.press("Close and leave")
    assert QUESTION not in enter(rosa, asked).html
    rosa.press("Keep messages until I hide them")
    assert "Show only new messages from now on" in rosa.main
    assert QUESTION not in rosa.html, "what was shown once is not brought back"


def test_what_was_hidden_in_a_visit_is_not_shown_in_it_again(rosa: Walker, asked: str) -> None:
    enter(rosa, asked).press("Show only new messages from now on").press(
        "Send your message", danger="no", text=ANSWER
    )
    rosa.visit("/messages/open/").press("Hide this message")
    assert QUESTION not in rosa.html


def test_messages_that_were_not_closed_are_not_lost(rosa: Walker, asked: str) -> None:
    enter(rosa, asked)
    rosa.client.cookies.clear()
    assert QUESTION in enter(rosa, asked).main


def test_asking_to_stop_says_first_what_it_does(rosa: Walker, asked: str) -> None:
    enter(rosa, asked).follow("Withdraw your report")
    assert "We will keep it, because we may still have to act on it" in rosa.main
    assert not Report.objects.get().withdraw_asked
    rosa.press("Withdraw your report")
    assert Report.objects.get().withdraw_asked
    assert "You withdrew your report." in rosa.main
    assert "We have sent you a question" not in rosa.main, "one status, not two"
    assert "Withdraw your report" not in rosa.main, "it is not offered twice"


def test_deleting_removes_the_reporters_copy_only_and_says_so(rosa: Walker, asked: str) -> None:
    enter(rosa, asked).follow("Delete your copy of our messages")
    assert "We keep our own copy" in rosa.main
    rosa.press("Delete my copy")
    assert "We have deleted your copy, but we have kept our own" in rosa.main
    assert rosa.heading == "Copy deleted"
    rosa.follow("Back to your messages")
    assert QUESTION not in rosa.html
    assert "question" not in rosa.main, "whoever forces the code learns of no question either"
    message = Message.objects.get()
    assert message.copy_header is None
    assert isinstance(message.container, UUID)


def test_an_unknown_code_says_so_stays_in_the_box_and_opens_nothing(rosa: Walker, asked: str) -> None:
    unknown = new_code().grouped().lower().replace("-", " ")
    enter(rosa, unknown)
    assert rosa.title.startswith("Error: ")
    assert "We cannot find that code" in rosa.main
    assert rosa.typed("code") == unknown
    assert drafting.visit_code(rosa.cookie(VISIT), at=now()) is None
    rosa.press("Open", code=asked)
    assert QUESTION in rosa.main


def test_a_well_formed_code_gets_the_same_answer_whether_it_exists_or_not(rosa: Walker, asked: str) -> None:
    answers = []
    for code in (asked, new_code().grouped()):
        rosa.visit("/messages/")
        with acting("public"):
            token = rosa.typed("csrfmiddlewaretoken")
            answer = rosa.client.post("/messages/", {"code": code, "csrfmiddlewaretoken": token})
        answers.append((answer.status_code, answer["Location"], len(answer.content), sorted(answer.headers)))
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    ("typed", "words"), [("", "Enter your code."), ("not a code", "We cannot find that code")]
)
def test_what_is_no_code_says_what_to_do_and_stays_in_the_box(rosa: Walker, typed: str, words: str) -> None:
    enter(rosa, typed)
    assert words in rosa.main
    assert rosa.typed("code") == typed


def test_a_visit_that_ended_keeps_the_words(rosa: Walker, asked: str) -> None:
    enter(rosa, asked)
    run_out_of_time()
    rosa.press("Send your message", danger="no", text=ANSWER)
    assert rosa.heading == "We have closed your messages"
    assert ANSWER in rosa.main


@pytest.mark.parametrize(
    ("text", "words"), [("  ", "Enter a message"), ("y" * 5003, "is 3 characters too long")]
)
def test_a_message_that_cannot_be_sent_stays_in_the_box(
    rosa: Walker, asked: str, text: str, words: str
) -> None:
    enter(rosa, asked).press("Send your message", danger="no", text=text)
    assert words in rosa.main
    assert rosa.typed("text") == text.strip()
    assert QUESTION in rosa.main, "the question is still there to be answered"


def test_a_code_in_a_message_is_warned_of_once(rosa: Walker, asked: str) -> None:
    enter(rosa, asked).press("Send your message", danger="no", text=f"my code is {asked}")
    assert "What you wrote may contain your code" in rosa.main
    rosa.press("Send your message")
    assert rosa.heading == "We have your message"


# --- leaving --------------------------------------------------------------------------------------------------------
def test_the_exit_deletes_the_draft_and_the_visit_and_says_nothing_to_the_next_site(
    rosa: Walker, asked: str
) -> None:
    rosa.start()
    enter(rosa, asked).visit("/exit/")
    assert rosa.status == 303
    assert rosa.response["Location"].startswith("https://")
    assert rosa.response["Referrer-Policy"] == "no-referrer"
    assert rosa.response["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert not rosa.cookie(DRAFT)
    assert not rosa.cookie(VISIT)
    assert not DraftRow.objects.exists()
    rosa.visit("/r/what/")
    assert rosa.status == 410
    assert rosa.heading == "This page is no longer available."


def test_a_browser_that_only_guesses_does_not_leave(rosa: Walker) -> None:
    rosa.start()
    with acting("public"):
        answer = rosa.client.get("/exit/", headers={"Sec-Purpose": "prefetch;prerender"})
    assert answer.status_code == 503
    assert rosa.visit("/r/now/").status == 200


def test_somebody_who_lost_the_code_gets_to_a_new_report_by_one_link(rosa: Walker) -> None:
    rosa.visit("/messages/").press("Open", code="I have lost it")
    assert "lost your code" in rosa.main
    assert rosa.follow("Start a new report").at == "/"


# --- the messages as a conversation ---------------------------------------------------------------------------------
def test_a_question_carries_its_own_box_and_two_answers_that_need_no_words(rosa: Walker, asked: str) -> None:
    enter(rosa, asked)
    card = rosa.html.split("Question for you")[1].split("</li>")[0]
    assert QUESTION in card
    assert "Send your message" in card
    rosa.press("I would rather not say", danger="no")
    assert rosa.heading == "We have your message"
    report = Report.objects.get()
    assert report.unread == 1
    enter(rosa, asked)
    assert "You answered on" in rosa.main
    assert "I would rather not say" not in rosa.main, "what they wrote is not shown again"


def test_an_answer_by_a_button_takes_along_what_was_typed(rosa: Walker, asked: str) -> None:
    enter(rosa, asked).press("I do not know", text=ANSWER)
    assert rosa.title.startswith("Error: "), "whether anybody is in danger is asked first"
    assert rosa.typed("text") == f"I do not know\n\n{ANSWER}"
    rosa.press("I do not know")
    assert rosa.typed("text") == f"I do not know\n\n{ANSWER}", "pressing it again says it once"
    rosa.press("Send your message", danger="no")
    assert Message.objects.filter(from_us=False).count() == 1


def test_the_reporters_turn_is_shown_without_their_words(rosa: Walker, asked: str, house: House) -> None:
    enter(rosa, asked).press("Send your message", danger="no", text=ANSWER)
    enter(rosa, asked)
    assert "From you" in rosa.main
    assert "No officer has read it yet." in rosa.main
    assert ANSWER not in rosa.html
    with acting("office"):
        odile, ours = house.sign_in("Odile", at=now()), Message.objects.get(from_us=False)
        messages.mark_read(ours.report_id, [ours.id], by=odile, at=now())
    assert "An officer has read it." in rosa.visit("/messages/open/").main


def test_the_steps_say_no_more_than_the_status(rosa: Walker, asked: str) -> None:
    enter(rosa, asked)
    steps = rosa.html.split('class="hl-line"')[1].split("</ol>")[0]
    assert re.findall(r'<li( class="is-\w+")?', steps) == [
        ' class="is-done"',
        ' class="is-done"',
        ' class="is-now"',
        "",
    ]
    assert "We asked you a question" in steps
    rosa.follow("Delete your copy of our messages").press("Delete my copy")
    enter(rosa, asked)
    steps = rosa.html.split('class="hl-line"')[1].split("</ol>")[0]
    assert "question" not in steps, "a question that was deleted is not mentioned"


def test_each_choice_says_what_it_does(rosa: Walker, asked: str) -> None:
    enter(rosa, asked)
    for said in (
        "Only send what you already have.",
        "We keep our own copy. Your code will still work.",
        "We mark it as withdrawn, and keep it.",
        "you can choose to see each message only once",
    ):
        assert said in rosa.main
