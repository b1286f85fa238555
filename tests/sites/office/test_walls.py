"""What others must not see, and what hostile words must not do."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.urls import get_resolver

from heedline.web.declared import Audience, audience_of, routes
from tests.sites.office.desk_hand import Hand
from tests.sites.office.test_report_walk import NORTH_EAST, VAGUE
from tests.support.cast import House, now
from tests.support.stories import a_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

PAGES = ("", "ask/", "hand-over/", "close/", "reopen/", "history/", "translation/")
BUTTONS = {
    "": VAGUE,
    "take/": {},
    "release/": {},
    "ask/": {"template": "when-exactly", "do": "send", "safe": ["no-names", "no-task", "no-case"]},
    "hand-over/": {"to": "south-west", "because": "x", "do": "hand-over"},
    "language/": {"language": "pl"},
    "translation/": {"what": "report", "language": "pl"},
    "close/": {"outcome": "spam", "reason": "x", "tell": "finished"},
    "reopen/": {"because": "x"},
}


def _bare(page: Hand) -> tuple[int, str]:
    return page.page.status_code, re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page.html)


def test_a_report_of_another_desk_looks_like_one_that_never_was(
    house: House, hand: Callable[[], Hand]
) -> None:
    ref, _ = a_report(at=now(), where=NORTH_EAST)
    otto = hand().at_work(house, "Otto")
    for name in PAGES:
        otto.get(f"/w/r/{ref}/{name}")
        theirs = _bare(otto)
        otto.get(f"/w/r/{uuid4()}/{name}")
        assert theirs == _bare(otto), name
        assert theirs[0] == 404, name
        assert "There is nothing here that you can see" in theirs[1], name
    otto.get("/w/")
    token = otto.form("/sign-out/")["csrfmiddlewaretoken"]
    for name, answers in BUTTONS.items():
        results = []
        for place in (ref, uuid4()):
            otto.page = otto.client.post(
                f"/w/r/{place}/{name}", {"csrfmiddlewaretoken": token, "version": "1", **answers}, follow=True
            )
            results.append(_bare(otto))
        assert results[0] == results[1], name
        assert results[0][0] == 404, name


def test_a_queue_of_another_desk_looks_like_one_that_never_was(
    house: House, hand: Callable[[], Hand]
) -> None:
    otto = hand().at_work(house, "Otto")
    for name in ("", "new/"):
        otto.get(f"/w/q/north-east/{name}")
        theirs = _bare(otto)
        otto.get(f"/w/q/no-such-desk/{name}")
        assert theirs == _bare(otto)
        assert theirs[0] == 404
    for path in ("/w/duty/north-east/on/", "/w/duty/north-east/off/"):
        otto.get(path)
        assert otto.page.status_code == 404


def test_a_stranger_sees_only_the_door(house: House, hand: Callable[[], Hand]) -> None:
    ref, _ = a_report(at=now(), where=NORTH_EAST)
    stranger = hand()
    for where, route in routes(get_resolver("heedline.config.urls_office")):
        if audience_of(route.callback) is Audience.SIGNING_IN:
            continue
        path = "/" + where
        for kind, value in (
            ("<uuid:ref>", ref),
            ("<uuid:alarm>", uuid4()),
            ("<uuid:task>", uuid4()),
            ("<uuid:note>", uuid4()),
            ("<uuid:notice>", uuid4()),
            ("<uuid:errand>", uuid4()),
            ("<uuid:shift_note>", uuid4()),
            ("<uuid:skill>", uuid4()),
            ("<uuid:officer>", uuid4()),
            ("<uuid:other>", uuid4()),
            ("<uuid:file>", uuid4()),
            ("<uuid:link>", uuid4()),
            ("<uuid:value>", uuid4()),
            ("<slug:desk>", "north-east"),
            ("<int:pk>", 1),
            ("<int:number>", 1),
            ("<uuid:upload>", uuid4()),
            ("<slug:item>", "x"),
            ("<slug:role>", "x"),
            ("<slug:move>", "take"),
        ):
            path = path.replace(kind, str(value))
        stranger.get(path)
        assert stranger.heading == "Sign in", path


def test_people_without_a_desk_get_honest_pages(house: House, hand: Callable[[], Hand]) -> None:
    for name in ("Ned", "Stella", "Ada"):
        page = hand()
        page.sign_in(name)
        assert "You are not a member of a desk that handles reports. Use the menu above" in page.html, name
        page.get("/w/duty/")
        assert page.page.status_code == 200, name
        page.get("/w/alarms/")
        assert "No open alarms" in page.html, name
        page.get("/me/")
        assert page.page.status_code == 200, name


def test_empty_queues_say_so(house: House, hand: Callable[[], Hand]) -> None:
    odile = hand().at_work(house, "Odile")
    odile.get("/w/q/north-east/")
    assert "No reports are waiting. This page checks for new reports" in odile.html
    odile.get("/w/q/north-east/?state=mine")
    assert "You do not own any reports in this queue" in odile.html
    odile.get("/w/q/all/?state=closed")
    assert "There are no closed reports in this queue yet" in odile.html
    odile.get("/w/q/north-east/?after=rubbish&state=open")
    assert odile.path == "/w/q/north-east/"


HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)>"
    " \u202egnp.exe \u2066hidden\u2069 \x1b[31mred\x1b[0m http://evil.example/steal =HYPERLINK(1) {{ 7*7 }} "
    + "w"
    * 3000
)


def test_hostile_words_are_inert_on_every_page(house: House, hand: Callable[[], Hand]) -> None:
    ref, _ = a_report(at=now(), where={"postcode": "NE1 4ST", "place": "<b>bold</b>"}, narrative=HOSTILE)
    odile = hand().at_work(house, "Odile")
    odile.get("/w/q/north-east/")
    pages = [odile.html]
    odile.send(f"/w/r/{ref}/take/")
    pages.append(odile.html)
    odile.send(f"/w/r/{ref}/", do="save-stay", **{**VAGUE, "close_as": "", "done_what": HOSTILE})
    pages.append(odile.html)
    odile.get(f"/w/r/{ref}/ask/")
    odile.send(f"/w/r/{ref}/ask/", do="preview", text=HOSTILE[:300])
    pages.append(odile.html)
    for html in pages:
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert "<svg onload" not in html
        assert "<b>bold" not in html
        assert 'href="http://evil' not in html
        assert "{{ 7*7 }}" in html or "7*7" not in html
        assert "49" not in re.findall(r"HYPERLINK\(1\) (\S+)", html)
        # words of others stand in an element of their own, so that a turned direction ends with it
        assert re.search(r'hl-typed[^>]*dir="auto"[^>]*>[^<]*&lt;script&gt;', html)
    assert pages[1].count("w" * 3000) >= 1
    # what turns the direction of reading is shown as what it is
    assert "[U+202E]gnp.exe [U+2066]hidden[U+2069]" in pages[1]
    assert not any(trick in pages[1] for trick in "\u202e\u2066\u2069\x1b")


def test_nothing_of_a_report_is_in_an_address_or_a_title(house: House, hand: Callable[[], Hand]) -> None:
    ref, _ = a_report(at=now(), where=NORTH_EAST, narrative="Zebracrossing at the mill")
    odile = hand().at_work(house, "Odile")
    odile.get("/w/q/north-east/")
    odile.send(f"/w/r/{ref}/take/")
    title = re.search(r"<title>(.*?)</title>", odile.html)
    assert title
    assert "Zebra" not in title.group(1)
    assert "Zebra" not in odile.path
    assert odile.page["Cache-Control"] == "no-store"


def test_a_queue_of_many_pages_is_walked_by_its_marks(house: House, hand: Callable[[], Hand]) -> None:
    made = {str(a_report(at=now(), where=NORTH_EAST)[0]) for _ in range(30)}
    odile = hand().at_work(house, "Odile")
    odile.get("/w/q/north-east/")
    first = set(re.findall(r'action="/w/r/([0-9a-f-]{36})/take/"', odile.html))
    assert len(first) == 25
    following = re.search(r'href="(/w/q/north-east/\?[^"]*after=[^"]*)"', odile.html)
    assert following
    odile.get(following.group(1).replace("&amp;", "&"))
    second = set(re.findall(r'action="/w/r/([0-9a-f-]{36})/take/"', odile.html))
    assert first | second == made
    assert not first & second
    assert "First page" in odile.html
