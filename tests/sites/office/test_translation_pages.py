"""Translating at the screen: say what one speaks, ask, take, write beside the original, answer in their language."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from heedline.casework.contact import messages
from heedline.desks.models import LanguageSkill
from heedline.permits.models import UnlockedKeys
from heedline.reports.models import Translation
from tests.sites.office.desk_hand import Hand
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.language_scene import ENGLISH, POLISH
from tests.support.stories import a_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
NORTH_EAST = {"postcode": "NE1 4ST"}


def speaks_polish(house: House, hand: Callable[[], Hand], name: str) -> None:
    page = hand()
    page.sign_in(name)
    page.get("/me/languages/")
    page.send("/me/languages/", language="pl", do="state")
    assert "not confirmed yet" in page.html
    skill = LanguageSkill.objects.get(officer=house.officers[name])
    steward = hand()
    steward.sign_in("Stella")
    steward.get("/me/languages/")
    steward.send(f"/me/languages/{skill.id}/confirm/")
    page.get("/me/")
    assert "Polish" in page.html
    assert "not confirmed" not in page.html


@pytest.fixture
def odile(house: House, hand: Callable[[], Hand]) -> Hand:
    speaks_polish(house, hand, "Olga")
    return hand().at_work(house, "Odile")


def taken(page: Hand) -> tuple[UUID, Any]:
    ref, code = a_report(at=now(), where=NORTH_EAST, narrative=POLISH)
    page.get("/w/q/north-east/")
    assert "Seems to be in Polish" in page.html
    page.send(f"/w/r/{ref}/take/")
    return ref, code


def test_the_hint_is_one_press_from_an_officers_word(odile: Hand) -> None:
    ref, _ = taken(odile)
    assert "Seems to be written in Polish" in odile.html
    odile.send(f"/w/r/{ref}/language/")
    odile.get(f"/w/r/{ref}/")
    assert "Seems to be written in" not in odile.html
    assert "Request a translation" in odile.html
    assert 'lang="pl"' in odile.html


def test_a_report_is_translated_beside_the_original(
    house: House, hand: Callable[[], Hand], odile: Hand
) -> None:
    ref, _ = taken(odile)
    here = f"/w/r/{ref}/translation/"
    odile.get(here)
    odile.send(here, what="report", language="pl", note="What is in the sacks?")
    task = Translation.objects.get().id
    assert "Assigned to <bdi>Olga O.</bdi>" in odile.html
    olga = hand().at_work(house, "Olga")
    olga.get("/w/translations/")
    assert "<strong>You</strong>" in olga.html
    olga.get(f"{here}{task}/")
    assert POLISH in olga.html
    assert "What is in the sacks?" in olga.html
    olga.send(f"{here}{task}/", do="write", text="")
    assert "Write the translation" in olga.html
    olga.send(f"{here}{task}/", do="write", text=ENGLISH)
    assert "Version 1" in olga.html
    olga.send(f"{here}{task}/", do="write", text=f"{ENGLISH} At night.")
    olga.get("/w/translations/")
    assert "No translations are waiting" in olga.html
    odile.get(f"/w/r/{ref}/")
    assert POLISH in odile.html
    assert f"{ENGLISH} At night." in odile.html
    assert "Translated from Polish" in odile.html
    odile.get("/w/q/north-east/")
    assert "Translated from Polish" in odile.html
    assert ENGLISH[:60] in odile.html
    odile.get(f"/w/r/{ref}/history/")
    assert "Translated" in odile.html


def test_an_answer_goes_through_a_translator(house: House, hand: Callable[[], Hand], odile: Hand) -> None:
    ref, code = taken(odile)
    odile.send(f"/w/r/{ref}/language/")
    odile.get(f"/w/r/{ref}/ask/")
    odile.send(f"/w/r/{ref}/ask/", do="preview", text="When did you see it first?")
    assert "Send the message once it has been translated into Polish" in odile.html
    odile.send(f"/w/r/{ref}/ask/", do="send", safe=["no-names", "no-task", "no-case"])
    assert "Sent to a translator" in odile.html
    task = Translation.objects.get().id
    odile.get(f"/w/r/{ref}/translation/{task}/")
    assert "Only an officer confirmed as s" in odile.html
    olga = hand().at_work(house, "Olga")
    there = f"/w/r/{ref}/translation/{task}/"
    olga.get(there)
    olga.send(there, do="write", text="Kiedy?")
    assert "Confirm each statement" in olga.html
    olga.send(there, do="write", text="Kiedy?", same=["says-it", "no-names"])
    assert "Sent, in their language" in olga.html
    odile.get(f"/w/r/{ref}/ask/")
    assert "Kiedy?" in odile.html
    assert "When did you see it first?" in odile.html
    with acting("public"):
        [told] = messages.visit(code, at=now()).messages
        assert told.translated == "pl"
        messages.say(code, "W sobotę", message_id=uuid4(), at=now())
    odile.get(f"/w/r/{ref}/translation/")
    assert "Message from the reporter" in odile.html


def test_a_message_in_another_language_is_flagged_and_its_request_is_filled_in(odile: Hand) -> None:
    ref, code = a_report(at=now(), where=NORTH_EAST, narrative=ENGLISH)
    with acting("public"):
        messages.say(code, POLISH, message_id=uuid4(), at=now())
    odile.get(f"/w/r/{ref}/")
    [there] = re.findall(r'href="([^"]*translation/[^"]*message=[^"]*)"', odile.html)
    assert "Seems to be in Polish" in odile.html
    odile.get(html.unescape(there))
    assert odile.form(f"/w/r/{ref}/translation/")["what"] == there.rpartition("message=")[2]
    assert '<option value="pl" selected>' in odile.html
    odile.send(f"/w/r/{ref}/translation/", language="pl")
    odile.get(f"/w/r/{ref}/")
    assert "Seems to be in Polish" not in odile.html


def test_where_nobody_speaks_it_nothing_is_called_done(house: House, hand: Callable[[], Hand]) -> None:
    odile = hand().at_work(house, "Odile")
    ref, _ = taken(odile)
    odile.send(f"/w/r/{ref}/language/")
    odile.get(f"/w/r/{ref}/ask/")
    odile.send(f"/w/r/{ref}/ask/", do="preview", text="When did you see it first?")
    odile.send(f"/w/r/{ref}/ask/", do="send", safe=["no-names", "no-task", "no-case"])
    assert "Not sent yet. Nobody who can open this report speaks the language." in odile.html
    assert "Sent to a translator" not in odile.html
    odile.get(f"/w/r/{ref}/translation/")
    odile.send(f"/w/r/{ref}/translation/", what="report", language="pl")
    assert "Translation requested. Nobody who can open this report speaks the language." in odile.html


def test_buttons_of_others_do_nothing(house: House, hand: Callable[[], Hand], odile: Hand) -> None:
    ref, _ = taken(odile)
    here = f"/w/r/{ref}/translation/"
    odile.get(here)
    odile.send(here, what="report", language="pl")
    task = Translation.objects.get().id
    there = f"{here}{task}/"
    odile.get(there)
    token = odile.form("/sign-out/")["csrfmiddlewaretoken"]
    for do in ("take", "hand-on", "write"):
        odile.client.post(there, {"csrfmiddlewaretoken": token, "do": do, "text": "x", "number": "0"})
    row = Translation.objects.get()
    assert (row.assigned_to_id, row.state) == (house.officers["Olga"].id, "waiting")
    otto = hand().at_work(house, "Otto")
    for path in (here, there, f"{here}{uuid4()}/"):
        assert otto.get(path).status_code == 404


def test_a_question_that_tasks_the_reporter_is_warned_of_and_referred(
    house: House, hand: Callable[[], Hand], odile: Hand
) -> None:
    ref, code = taken(odile)
    here = f"/w/r/{ref}/ask/"
    ticked = ["no-names", "no-task", "no-case"]
    odile.get(here)
    odile.send(here, do="preview", text="Please find out what is in the sacks.")
    assert "Before you send this" in odile.html
    assert "find out" in odile.html
    odile.send(here, do="send", safe=ticked, how="as-it-is")
    assert "Give your reason for sending it anyway, or refer it" in odile.html
    odile.send(here, do="refer")
    assert "Referred. Nothing was sent" in odile.html
    assert "Referred to the source unit" in odile.html
    odile.get(here)
    odile.send(here, do="preview", text="Please find out what is in the sacks.")
    odile.send(here, do="send", safe=ticked, how="as-it-is", despite="A life depends on it")
    odile.get(here)
    assert "Sent despite a source guard warning" in odile.html
    with acting("public"):
        [told] = messages.visit(code, at=now()).messages
        assert "A life" not in told.text


def test_why_it_is_sent_all_the_same_comes_back_after_the_lock(
    house: House, hand: Callable[[], Hand], odile: Hand
) -> None:
    ref, code = taken(odile)
    here = f"/w/r/{ref}/ask/"
    odile.get(here)
    odile.send(here, do="preview", text="Please find out what is in the sacks.")
    UnlockedKeys.objects.all().delete()
    ticked = ["no-names", "no-task", "no-case"]
    odile.send(here, do="send", safe=ticked, how="as-it-is", despite="A life depends on it")
    odile.unlock(house, "Odile")
    odile.get(here)
    assert "We kept what you wrote." in odile.html
    assert odile.heading == "Message preview"
    assert odile.form(here)["despite"] == "A life depends on it"
    assert "safe" not in odile.form(here)  # ticked before, and to be read again
    odile.send(here, do="send", safe=ticked, how="as-it-is")
    assert "Sent despite a source guard warning" in odile.html
    with acting("public"):
        assert len(messages.visit(code, at=now()).messages) == 1
