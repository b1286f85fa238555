"""Tests for the online material desk's pages as examiners and outsiders see them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from uuid import uuid4

import pytest

from heedline.casework.contact import messages as contact_messages
from heedline.casework.report.opening import short_name
from heedline.casework.setup import stewardship
from heedline.desks.models import Officer
from heedline.permits.roles import Role
from heedline.specialist_desks.material.examination import welfare
from heedline.specialist_desks.material.examination.exposure import UNTIL_BREAK
from heedline.specialist_desks.material.examination.welfare import OnBreak
from heedline.specialist_desks.material.models import MaterialItem
from tests.sites.conftest import office_site  # noqa: F401
from tests.sites.office.conftest import demo, hand  # noqa: F401
from tests.sites.office.desk_hand import Hand
from tests.support import stories
from tests.support.acting import acting
from tests.support.cast import House
from tests.support.material_scene import PAGE, reported, the_item
from tests.support.notice_scene import drafted, unlawful_item
from tests.support.scene_people import People
from tests.support.search_scene import indexed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
#: An examination that finds section 1 of the Terrorism Act 2006 met.
UNLAWFUL = {
    "what": "propaganda",
    "audience": "public",
    "closed_audience": "no",
    "test-ta2006-s1": ["0", "1", "2"],
    "why-ta2006-s1": "It <b>praises</b> an attack",
    "expression": "no",
}


def test_an_item_from_the_queue_to_its_decision(
    people: People,
    house: House,
    hand: Callable[[], Hand],  # noqa: F811
) -> None:
    ref, _ = reported(people, PAGE, PAGE)
    indexed(people)
    item = MaterialItem.objects.get().id
    where = f"/w/items/{item}/"
    odile = hand().at_work(house, "Odile")
    odile.get(f"/w/r/{ref}/items/")
    assert odile.heading == "Items"
    assert f'href="{where}"' in odile.html
    odile.get("/w/items/")
    assert odile.heading == "Items: Online material desk"
    assert "hxxps://films[.]example/watch/7781" in odile.html
    odile.get(where)
    odile.send(f"{where}do/", do="take")
    assert odile.path == f"{where}examine/"
    odile.get(where)
    odile.send(f"{where}do/", do="check", parts=["live", "wide"], label="A film")
    assert "A film" in odile.html
    olga = hand().at_work(house, "Olga")
    olga.get(f"{where}examine/")
    assert f"Being examined by <bdi>{house.officers['Odile'].name}</bdi>" in olga.html
    assert "You must take the item" not in olga.html
    odile.get(f"{where}examine/")
    version = str(MaterialItem.objects.get().version)
    odile.send(f"{where}examine/", version=version, **{**UNLAWFUL, "expression": ""})
    assert "Answer the question about freedom of expression" in odile.html
    odile.send(f"{where}examine/", version=version, **{**UNLAWFUL, "why-ta2006-s1": ""})
    assert "Say why this provision is met" in odile.html
    odile.send(f"{where}examine/", version="1", **UNLAWFUL)
    assert "A colleague has changed this item" in odile.html
    odile.send(f"{where}examine/", version=version, **UNLAWFUL)
    assert "Waiting for a second reviewer" in odile.html
    assert "It &lt;b&gt;praises&lt;/b&gt; an attack" in odile.html
    odile.get(f"{where}examine/")
    assert "You examined this item yourself" in odile.html
    otto = hand().at_work(house, "Otto")
    otto.get(where)
    assert "praises" not in otto.html
    otto.get(f"{where}examine/")
    otto.send(f"{where}examine/", version=str(MaterialItem.objects.get().version), **UNLAWFUL)
    assert MaterialItem.objects.get().state == "unlawful"
    otto.get("/w/items/?list=unlawful")
    assert "A film" in otto.html
    otto.get("/w/items/?list=open")
    assert "There is nothing to examine" in otto.html


def test_a_lawful_item_is_recorded_on_its_own_page_and_the_next_one_opens(
    people: People,
    house: House,
    hand: Callable[[], Hand],  # noqa: F811
) -> None:
    reported(people, PAGE, narrative="A newspaper shows <b>the flag</b>. I was not sure if it may.")
    reported(people, "https://songs.example/12")
    indexed(people)
    first, second = (
        str(one) for one in MaterialItem.objects.order_by("found_on", "id").values_list("id", flat=True)
    )
    odile = hand().at_work(house, "Odile")
    odile.get(f"/w/items/{first}/")
    here, other = (first, second) if "newspaper" in odile.html else (second, first)
    odile.get(f"/w/items/{here}/")
    assert "A newspaper shows &lt;b&gt;the flag&lt;/b&gt;." in odile.html
    answer = {"version": "1", "evidence": "0"}
    odile.send(f"/w/items/{here}/lawful/", **answer)
    assert "Answer the question about freedom of expression" in odile.html
    odile.send(f"/w/items/{here}/lawful/", expression="no", **answer)
    assert "Say what the item is, and why no provision is met" in odile.html
    odile.send(
        f"/w/items/{here}/lawful/", expression="no", context="A <i>flag</i>", **{**answer, "version": "9"}
    )
    assert "A colleague has changed this item" in odile.html
    assert "A &lt;i&gt;flag&lt;/i&gt;" in odile.html, "what was typed stays"
    odile.send(f"/w/items/{here}/lawful/", expression="journalism", **answer)
    assert MaterialItem.objects.get(id=here).state == "lawful"
    assert odile.path == f"/w/items/{other}/"
    assert f"Item {short_name(MaterialItem.objects.get(id=here).id)} is recorded as lawful" in odile.html
    odile.send(f"/w/items/{other}/lawful/", expression="art", **answer)
    assert odile.path == "/w/items/"
    odile.get(f"/w/items/{here}/")
    assert "Yes, journalism" in odile.html
    assert "Is it lawful?" not in odile.html


@pytest.mark.parametrize(
    ("danger", "words"), [("planned", "Look."), ("no", "He says he will stab the teacher.")]
)
def test_what_a_reporter_fears_needs_the_whole_form(
    people: People,
    house: House,
    hand: Callable[[], Hand],  # noqa: F811
    danger: str,
    words: str,
) -> None:
    others = reported(people, PAGE, PAGE)
    indexed(people)
    item = MaterialItem.objects.get().id
    odile = hand().at_work(house, "Odile")
    odile.get(f"/w/items/{item}/")
    (feared,) = reported(people, PAGE, danger=danger, narrative=words)
    indexed(people)
    odile.send(f"/w/items/{item}/lawful/", expression="journalism", version="1", evidence="0")
    assert MaterialItem.objects.get().state == "new", "the report came after the page was opened"
    assert "A reporter mentions danger, a threat, a weapon, a date or a child." in odile.html
    odile.get(f"/w/items/{item}/")
    assert "Is it lawful?" not in odile.html
    places = [odile.html.index(short_name(one)) for one in (feared, *others)]
    assert places[0] == min(places), "what is feared stands first"


def test_what_a_reporter_writes_later_needs_the_whole_form(
    people: People,
    house: House,
    hand: Callable[[], Hand],  # noqa: F811
) -> None:
    told = {"kind": "online", "where": {"addresses": PAGE}, "now": {"danger": "no"}}
    _, code = stories.a_report(at=people.at, **told)
    indexed(people)
    with acting("public"):
        contact_messages.say(code, "He has a gun now.", message_id=uuid4(), at=people.at)
    odile = hand().at_work(house, "Odile")
    odile.get(f"/w/items/{MaterialItem.objects.get().id}/")
    assert "Weapon or threat" in odile.html
    assert "Is it lawful?" not in odile.html


def test_an_examiner_adds_an_item(people: People, house: House, hand: Callable[[], Hand]) -> None:  # noqa: F811
    reported(people, PAGE)
    indexed(people)
    odile = hand().at_work(house, "Odile")
    odile.get("/w/items/add/")
    odile.send("/w/items/add/", address="no address")
    assert "Type a web address" in odile.html
    odile.send("/w/items/add/", address="songs.example/12")
    assert "hxxps://songs[.]example/12" in odile.html or "songs[.]example/12" in odile.html


def test_each_single_key_leads_somewhere_on_its_page(
    people: People,
    house: House,
    hand: Callable[[], Hand],  # noqa: F811
) -> None:
    item = unlawful_item(people)
    notice = drafted(people, item=item)
    new = the_item(people)
    odile = hand().at_work(house, "Odile")
    odile.get(f"/w/items/{new}/")
    assert "data-single" not in odile.html, "off until somebody turns them on"
    Officer.objects.filter(id=house.officers["Odile"].id).update(single_keys=True)

    def keys(path: str) -> set[str]:
        odile.get(path)
        rows = re.findall(r'data-single="(.)" data-(?:goes|presses)="([^"]+)"', odile.html)
        for key, target in rows:
            assert f'id="{target}"' in odile.html, f"{path}: {key}"
        assert len({key for key, _ in rows}) == len(rows), path
        return {key for key, _ in rows}

    assert keys(f"/w/items/{new}/") == set("alcxvmqb")
    odile.send(f"/w/items/{new}/do/", do="take")
    assert keys(f"/w/items/{new}/") == set("elcxvmqb")
    assert keys(f"/w/items/{new}/examine/") >= set("f12xrib")
    assert keys(f"/w/items/{item}/") == set("xvmwqb")
    assert keys(f"/w/items/{item}/examine/") == set("ib"), "nothing can be decided here"
    assert keys(f"/w/items/notices/{notice}/") == set("atrpiq")
    for path, regions in ((f"{item}/", 3), (f"{new}/examine/", 2), (f"notices/{notice}/", 3), ("", 1)):
        odile.get(f"/w/items/{path}")
        assert odile.html.count('class="govuk-skip-link"') == 1 + regions, path
    for path, thing in (("/w/items/", "item"), ("/w/items/notices/", "notice")):
        odile.get(path)
        assert f"Next {thing}, previous {thing}" in odile.html
        assert "Tick the report" not in odile.html, "no key does nothing"
    odile.get("/w/q/north-east/")
    assert "Next report, previous report" in odile.html
    assert "Tick the report" in odile.html


def test_a_stranger_gets_the_page_of_what_never_was(
    people: People,
    house: House,
    hand: Callable[[], Hand],  # noqa: F811
) -> None:
    reported(people, PAGE)
    indexed(people)
    item = MaterialItem.objects.get().id
    oren = hand().at_work(house, "Oren")
    pages = []
    for one in (item, uuid4()):
        for where in (f"/w/items/{one}/", f"/w/items/{one}/examine/"):
            oren.get(where)
            pages.append(
                re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", oren.html).replace(str(one), "")
            )
    assert oren.page.status_code == 404
    assert pages[:2] == pages[2:]
    oren.get("/w/items/")
    assert oren.page.status_code == 404
    oren.get("/w/")
    assert ">Items<" not in oren.html


def test_an_examiner_is_sent_on_a_break(people: People, house: House, hand: Callable[[], Hand]) -> None:  # noqa: F811
    item = the_item(people)
    midnight = datetime.combine(people.at.date() + timedelta(days=1), time(), UTC)
    begin = min(people.at, midnight - timedelta(minutes=UNTIL_BREAK + 1))  # on one day
    with people.sitting("Odile") as by:
        for minute in range(UNTIL_BREAK - 1):
            welfare.look(by=by, at=begin + timedelta(minutes=minute))
        with pytest.raises(OnBreak):
            welfare.look(by=by, at=begin + timedelta(minutes=UNTIL_BREAK - 1))
    odile = hand().at_work(house, "Odile")
    for path in ("", "examine/", "evidence/1/upload/"):
        odile.get(f"/w/items/{item}/{path}")
        assert (odile.heading, "You are on a break until" in odile.html) == ("Not now", True), path
    odile.get("/w/items/")
    assert short_name(item) in odile.html, "the queue shows texts and labels only"
    otto = hand().at_work(house, "Otto")
    otto.get("/w/items/breaks/")
    assert "You have viewed items for 0 minutes today" in otto.html
    otto.send("/w/items/breaks/", do="break")
    assert "Your break has begun." in otto.html
    otto.get(f"/w/items/{item}/")
    assert otto.heading == "Not now"


def test_time_with_items_is_shown_to_who_looks_after_examiners_only(
    people: People,
    house: House,
    hand: Callable[[], Hand],  # noqa: F811
) -> None:
    item = the_item(people)
    with acting("office"):
        stewardship.appoint(house.officers["Ned"], Role.WELFARE, None, hands=house.hands, at=people.at)
    odile = hand().at_work(house, "Odile")
    odile.get(f"/w/items/{item}/")
    ned = hand()
    ned.sign_in("Ned")
    ned.get("/w/items/welfare/")
    assert ned.heading == "Time spent viewing online material"
    assert ">Viewing time<" in ned.html, "the menu leads there"
    assert "Odile O." in ned.html
    assert short_name(item) not in ned.html
    for name in ("Odile", "Olga", "Oren"):
        page = hand().at_work(house, name)
        shown = []
        for path in ("/w/items/welfare/", "/w/items/nothing/"):
            page.get(path)
            shown.append((page.page.status_code, page.heading, ">Viewing time<" in page.html))
        assert shown == [(404, shown[0][1], False)] * 2, name
