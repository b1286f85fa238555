"""The page Danger to life, and the banner on every page of both desks until the discharge."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest

from heedline.casework.danger.action_log import DangerNoteKind
from heedline.casework.duty import paging
from heedline.dispatch.models import Alarm, Outbox
from heedline.web.office import page_context
from tests.sites.office.desk_hand import Hand
from tests.support import danger_scene
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.danger_scene import CALLED, OVER, RISK
from tests.support.scene_people import DANGER, NORTH_EAST, People, row
from tests.support.stories import NARRATIVE, a_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

LIFE = {
    "danger": "yes",
    "done_what": "Spoke of doing it today",
    "priority": "high",
    "reason": "Their words, and the time",
    "close_as": "",
}
BANNER = "hl-danger-banner"
OFFERED = "The handover is waiting for you to accept or return it."


@pytest.fixture
def led(leads: House) -> People:
    return People(leads, now())


def test_ticking_danger_opens_the_page_and_never_the_next_report(
    led: People, hand: Callable[[], Hand]
) -> None:
    ref, _ = a_report(at=now(), **NORTH_EAST)
    a_report(at=now(), **NORTH_EAST)
    odile = hand().at_work(led.house, "Odile")
    odile.get("/w/q/north-east/")
    assert BANNER not in odile.html
    odile.send(f"/w/r/{ref}/take/")
    odile.send(f"/w/r/{ref}/", do="save-next", **LIFE)
    assert odile.path == f"/w/r/{ref}/danger/?from=north-east"
    assert odile.heading.startswith("Danger to life")
    assert NARRATIVE in odile.html
    assert "What to do now" in odile.html


def test_a_report_that_came_with_danger_opens_the_page_when_it_is_taken(
    led: People, hand: Callable[[], Hand]
) -> None:
    ref, _ = a_report(at=now(), **NORTH_EAST, **DANGER)
    odile = hand().at_work(led.house, "Odile")
    odile.get("/w/q/north-east/")
    odile.send(f"/w/r/{ref}/take/")
    assert odile.path == f"/w/r/{ref}/danger/?from=north-east"


def test_a_danger_that_nobody_has_taken_is_named_and_several_are_counted(
    led: People, hand: Callable[[], Hand], monkeypatch: pytest.MonkeyPatch
) -> None:
    ref, _ = a_report(at=now(), **NORTH_EAST, **DANGER)
    a_report(at=now(), **NORTH_EAST)
    odile, otto = (hand().at_work(led.house, name) for name in ("Odile", "Otto"))
    odile.get("/me/")
    banner = _banner(odile)
    assert f'href="/w/r/{ref}/"' in banner
    assert "Nobody has taken this report." in banner
    assert "Take it now." in banner
    assert "To be taken:" not in banner, "the row's time is up to a quarter of an hour later than the queue's"
    otto.get("/me/")
    assert BANNER not in otto.html
    a_report(at=now(), **NORTH_EAST, **DANGER)
    odile.get("/me/")
    banner = _banner(odile)
    assert "2 reports" in banner
    assert "At least" not in banner
    with monkeypatch.context() as fewer:
        fewer.setattr(page_context, "MOST_COUNTED", 2)
        odile.get("/me/")
    assert "At least 2 reports" in _banner(odile)
    listed = re.search(r'href="(/w/q/all/[^"]*)"', banner)
    assert listed
    odile.get(unescape(listed[1]))
    assert odile.html.count("Take and open<span") == 2
    odile.send(f"/w/r/{ref}/take/")
    banner = _banner(odile)
    assert f'href="/w/r/{ref}/danger/"' in banner
    assert "Nobody has taken this report." in banner, "the other one"


def test_the_two_times_of_a_danger_are_named(led: People, hand: Callable[[], Hand]) -> None:
    ref, _ = a_report(at=now(), **NORTH_EAST, **DANGER)
    odile = hand().at_work(led.house, "Odile")
    odile.get(f"/w/r/{ref}/")
    assert ">To be taken<" in odile.html
    odile.send(f"/w/r/{ref}/take/")
    assert ">Next action<" in odile.html
    assert "<dt>Danger review</dt>" in odile.html
    assert "Danger review:" in _banner(odile)
    assert ">Clock<" not in odile.html


def _banner(hand: Hand) -> str:
    return hand.html.split(BANNER, 1)[1].split("</section>")[0]


def test_the_banner_is_on_every_page_of_both_desks_until_the_discharge(
    led: People, hand: Callable[[], Hand]
) -> None:
    ref = danger_scene.opened(led)
    odile, nils, otto = (hand().at_work(led.house, name) for name in ("Odile", "Nils", "Otto"))
    for page in ("/w/", "/w/q/all/", "/w/alarms/", "/w/duty/", "/me/", f"/w/r/{ref}/", f"/w/r/{ref}/close/"):
        for here in (odile, nils):
            here.get(page)
            assert BANNER in here.html, page
            assert f"/w/r/{ref}/danger/" in here.html, page
    otto.get("/w/")
    assert BANNER not in otto.html
    danger_scene.end(led, ref)
    for here in (odile, nils):
        here.get("/w/")
        assert BANNER not in here.html
    odile.get(f"/w/r/{ref}/danger/")
    assert "This report has no open danger-to-life record" in odile.html
    assert OVER in odile.html


def test_the_work_on_it_from_telling_the_control_room_to_the_discharge(
    led: People, hand: Callable[[], Hand]
) -> None:
    ref = danger_scene.opened(led)
    here = f"/w/r/{ref}/danger/"
    odile, olga = (hand().at_work(led.house, name) for name in ("Odile", "Olga"))
    odile.get(here)
    assert "First add the entry" in odile.html, "nobody is told yet"
    assert odile.form(here)["control-room_who"] == "Odile O.", "most often the officer at the keyboard"
    odile.post(here, section="control-room")
    assert "Fill in “Control room log number”" in odile.html
    odile.post(
        here, section="control-room", **{f"control-room_{code}": text for code, text in CALLED.items()}
    )
    assert "Control room told: saved." in odile.html
    assert CALLED["log_number"] in odile.html
    odile.post(here, section="risk", **{f"risk_{code}": text for code, text in RISK.items()})
    odile.post(here, section="review", review_in="30", review_reason="Police are on their way")
    assert "The next review is set." in odile.html
    odile.post(here, section="offer", colleague=str(led.house.officers["Olga"].id), offer_reason="I go home")
    assert "Handover waiting to be accepted by" in odile.html
    assert OFFERED not in odile.html
    olga.get("/w/")
    assert OFFERED in olga.html, "on every page, as nothing else tells her"
    odile.post(here, section="confirm")
    assert odile.page.status_code == 409

    olga.get(here)
    olga.post(here, section="acknowledge")
    assert "Acknowledged in your name" in olga.html
    olga.post(here, section="accept")
    assert "You are the owner now." in olga.html
    olga.post(here, section="discharge", ending="over", discharge_reason="")
    assert "Give the reason" in olga.html
    olga.post(here, section="discharge", ending="over", discharge_reason="ok")
    assert olga.page.status_code == 409, "says nothing"
    olga.post(here, section="discharge", ending="over", discharge_reason=OVER)
    assert "The danger stays open until another supervisor confirms it." in olga.html
    assert "Confirm the discharge" not in olga.html, "she asked for it, and owns it"
    nadia = hand().at_work(led.house, "Nadia")
    nadia.get(here)
    assert "Its discharge is waiting for a second supervisor." in _banner(nadia)
    assert "Discharge alone" not in nadia.html, "she can confirm it"
    danger_scene.add(led, ref, DangerNoteKind.RISK, RISK, "Nils")
    nadia.post(here, section="confirm")
    assert nadia.page.status_code == 409
    assert "Read this page again before you discharge it." in nadia.html
    nadia.post(here, section="confirm")
    assert "Danger to life discharged. You confirmed it in your name." in nadia.html
    assert BANNER not in nadia.html


def test_the_supervisor_of_the_round_the_clock_desk_is_led_to_the_queue(
    led: People, hand: Callable[[], Hand]
) -> None:
    ref = danger_scene.an_item(danger_scene.material_desk(led))
    danger_scene.tick(led, ref)
    danger_scene.asked(led, ref)
    nadia = hand().at_work(led.house, "Nadia")
    nadia.get(f"/w/r/{ref}/danger/")
    nadia.post(f"/w/r/{ref}/danger/", section="confirm")
    assert nadia.path == "/w/q/all/"


def test_a_report_without_danger_has_no_such_page(led: People, hand: Callable[[], Hand]) -> None:
    ref, _ = led.assessed()
    odile = hand().at_work(led.house, "Odile")
    assert odile.get(f"/w/r/{ref}/danger/").status_code == 404
    odile.get(f"/w/r/{ref}/")
    assert f"/w/r/{ref}/danger/" not in odile.html


def test_text_posted_after_the_lock_comes_back(led: People, hand: Callable[[], Hand]) -> None:
    ref = danger_scene.opened(led)
    here = f"/w/r/{ref}/danger/"
    odile = hand().at_work(led.house, "Odile")
    odile.get(here)
    form = odile.form(here)
    odile.send("/lock/")
    words = {f"control-room_{code}": text for code, text in CALLED.items()}
    odile.page = odile.client.post(
        here,
        {**form, "section": "control-room", **words},
        follow=True,
        headers={"origin": "http://testserver"},
    )
    odile.path = "/unlock/"
    odile.send("/unlock/", passphrase=led.house.keys["Odile"].passphrase)
    odile.get(here)
    assert "We kept what you wrote." in odile.html
    assert CALLED["log_number"] in odile.html


def test_an_owner_who_signs_out_calls_the_supervisors_and_is_not_held_back(
    led: People, hand: Callable[[], Hand]
) -> None:
    ref = danger_scene.opened(led)
    olga, odile = (hand().at_work(led.house, name) for name in ("Olga", "Odile"))
    olga.get("/w/")
    olga.send("/sign-out/")
    assert not Outbox.objects.filter(letter="danger-owner-away").exists(), "she does not own it"
    odile.get("/w/")
    odile.send("/sign-out/")
    assert "danger to life" in odile.html
    assert not Outbox.objects.filter(letter="danger-owner-away").exists(), "she is asked first"
    odile.send("/sign-out/")
    assert odile.path.startswith("/sign-in/")
    letter = Outbox.objects.get(letter="danger-owner-away")
    assert (letter.thing_id, letter.desk) == (ref, led.house.desks["north-east"].id)


def test_an_owner_who_unlocks_their_keys_again_ends_the_alarm(led: People, hand: Callable[[], Hand]) -> None:
    danger_scene.opened(led)
    odile = hand().at_work(led.house, "Odile")
    odile.get("/w/")
    for _ in range(2):
        odile.send("/sign-out/")
    with acting("worker"):
        paging.drain(now())
    away = Alarm.objects.filter(kind="danger-owner-away", cleared_at=None)
    odile.sign_in("Odile")
    assert away.exists(), "signed in, and not on duty"
    odile.unlock(led.house, "Odile")
    assert not away.exists()


def test_going_off_duty_says_what_happens_to_the_danger(led: People, hand: Callable[[], Hand]) -> None:
    ref = danger_scene.opened(led)
    odile, olga = (hand().at_work(led.house, name) for name in ("Odile", "Olga"))
    for here in (odile, olga):
        here.get("/w/duty/north-east/on/")
        here.send("", hours="8")
    odile.get("/w/duty/north-east/off/")
    assert "You own an open danger to life." in odile.html
    assert odile.html.count(f'href="/w/r/{ref}/danger/"') == 2, (
        "in the banner, and in the list of what she owns"
    )
    odile.get(f"/w/r/{ref}/danger/")
    assert re.search(r"Olga [A-Z]\. \(on duty\)", odile.html)
    odile.get("/w/duty/north-east/off/")
    odile.send("", to="desk")
    assert "You are off duty" in odile.html
    assert "is still yours." in odile.html, "what is in danger never goes to nobody"
    assert row(ref).owner == led.house.officers["Odile"]
    olga.get("/w/duty/north-east/off/")
    assert "You own an open danger to life." not in olga.html
