"""The examiner's bench: reporters' words, the captured picture and the decision on one page, with every press counted."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from uuid import UUID

import pytest

from heedline.audit.models import Event
from heedline.specialist_desks.material.evidence import capturing
from heedline.specialist_desks.material.models import MaterialItem
from heedline.specialist_desks.material.pages.examination_form import fields_of
from tests.desks.material.evidence.test_pictures_of_reports import a_picture, told_of
from tests.sites.conftest import office_site  # noqa: F401
from tests.sites.office.conftest import demo, hand  # noqa: F401
from tests.sites.office.desk_hand import Hand
from tests.support.cast import House
from tests.support.material_scene import PAGE, examined, harmless, reported, the_item
from tests.support.scene_people import People
from tests.support.search_scene import indexed
from tests.support.small_internet import Internet, captured

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo", "stored")]
OTHER = "https://songs.example/12"
FRAME = re.compile(r'<iframe[^>]* src="http://[^"]+/t/[\w-]{43}/"')


class Bench:
    """An examiner whose page loads and presses are counted. A redirect belongs to the load that follows it."""

    def __init__(self, browser: Hand) -> None:
        self.browser = browser
        self.browser.get("/w/items/")
        self.loads, self.presses = 1, 0
        self.answers: dict[str, object] = {}

    def follow(self, href: str) -> None:
        assert f'href="{href}"' in self.browser.html, href
        self.browser.get(href)
        self.loads, self.presses = self.loads + 1, self.presses + 1

    def uncover(self) -> None:
        assert FRAME.search(self.browser.html), "the picture is on this page"
        self.presses += 1

    def choose(self, name: str, *values: str) -> None:
        for value in values:
            assert re.search(rf'<input[^>]*name="{name}"[^>]*value="{value}"', self.browser.html), (
                name,
                value,
            )
        self.answers[name] = list(values)
        self.presses += len(values)

    def write(self, name: str, text: str) -> None:
        assert f'name="{name}"' in self.browser.html
        self.answers[name] = text
        self.presses += 1

    def press(self, action: str, **button: str) -> None:
        self.browser.send(action, **self.answers, **button)
        assert self.browser.page.status_code == 200, self.browser.html
        self.answers = {}
        self.loads, self.presses = self.loads + 1, self.presses + 1

    @property
    def counted(self) -> tuple[int, int]:
        """The loads and presses since this was last read."""
        found = self.loads, self.presses
        self.loads = self.presses = 0
        return found


def with_picture(people: People, internet: Internet, ref: UUID, address: str, seed: int) -> None:
    with people.sitting("Olga") as olga:
        text = f"Words of page {seed}. " + "A page has many more of them. " * 20
        internet.page = captured(address, text, pdq=told_of(a_picture(seed)))
        capturing.capture(ref, by=olga, at=people.at)


def test_a_lawful_item_takes_three_loads_and_five_presses_at_most(
    people: People,
    house: House,
    internet: Internet,
    hand: Callable[[], Hand],  # noqa: F811
) -> None:
    refs = [the_item(people, PAGE), the_item(people, OTHER)]
    for seed, (ref, address) in enumerate(zip(refs, (PAGE, OTHER), strict=True), 1):
        with_picture(people, internet, ref, address, seed)
    odile = Bench(hand().at_work(house, "Odile"))
    first = (
        refs[0]
        if odile.browser.html.index(str(refs[0])) < odile.browser.html.index(str(refs[1]))
        else refs[1]
    )
    odile.follow(f"/w/items/{first}/")
    assert "What reporters wrote" in odile.browser.html
    counts = []
    for ref in (first, next(one for one in refs if one != first)):
        odile.uncover()
        odile.choose("expression", "journalism")
        odile.press(f"/w/items/{ref}/lawful/")
        assert MaterialItem.objects.get(id=ref).state == "lawful"
        counts.append(odile.counted)
    assert counts == [(3, 4), (1, 3)]


def test_an_unlawful_item_takes_six_loads_and_twelve_presses_at_most(
    people: People,
    house: House,
    internet: Internet,
    hand: Callable[[], Hand],  # noqa: F811
) -> None:
    ref = the_item(people)
    with_picture(people, internet, ref, PAGE, 1)
    where = f"/w/items/{ref}/"
    counts = []
    for name in ("Odile", "Otto"):
        bench = Bench(hand().at_work(house, name))
        bench.follow(where)
        bench.uncover()
        if name == "Odile":
            bench.press(f"{where}do/", do="take")
        else:
            bench.follow(f"{where}examine/")
        assert FRAME.search(bench.browser.html), "the picture is beside the form too"
        for field, *values in (
            ("what", "propaganda"),
            ("audience", "public"),
            ("closed_audience", "no"),
            ("test-ta2006-s1", "0", "1", "2"),
            ("expression", "no"),
        ):
            bench.choose(field, *values)
        bench.write("why-ta2006-s1", "It praises an attack")
        bench.press(f"{where}examine/")
        counts.append(bench.counted)
    assert MaterialItem.objects.get().state == "unlawful"
    assert counts == [(4, 12), (4, 12)]


def test_a_picture_like_a_known_one_is_not_opened_again(
    people: People,
    house: House,
    internet: Internet,
    hand: Callable[[], Hand],  # noqa: F811
) -> None:
    known, ref = the_item(people, PAGE), the_item(people, OTHER)
    for one, address in ((known, PAGE), (ref, OTHER)):
        with_picture(people, internet, one, address, 1)
    odile = hand().at_work(house, "Odile")
    viewed = Event.objects.filter(act="material-evidence-viewed")
    odile.get(f"/w/items/{ref}/")
    assert "its picture is not opened again" in odile.html
    assert not FRAME.search(odile.html)
    assert not viewed.exists()
    odile.get(f"/w/items/{known}/")
    assert FRAME.search(odile.html)
    assert viewed.count() == 1, "opening the viewer is logged"


def test_the_picture_is_only_for_whoever_decides(
    people: People,
    house: House,
    internet: Internet,
    hand: Callable[[], Hand],  # noqa: F811
) -> None:
    (report,) = reported(people, PAGE)
    indexed(people)
    ref = MaterialItem.objects.get().id
    odile = hand().at_work(house, "Odile")
    odile.get(f"/w/items/{ref}/")
    assert "No picture of this item has been captured" in odile.html
    with_picture(people, internet, ref, PAGE, 1)
    odile.send(f"/w/items/{ref}/do/", do="take")
    otto, oren = (hand().at_work(house, name) for name in ("Otto", "Oren"))
    otto.get(f"/w/items/{ref}/")
    assert not FRAME.search(otto.html), "Odile is examining it"
    assert oren.get(f"/w/items/{ref}/").status_code == 404
    examined(people, ref, "Odile", harmless())
    odile.get(f"/w/items/{ref}/")
    assert not FRAME.search(odile.html), "it is decided"
    assert report


def test_no_field_that_an_examination_may_need_is_called_optional() -> None:
    needed = {"context", "expression", "otherwise", "organisation"}
    fields = {one.name: one for one in fields_of()}
    for name in needed | {one for one in fields if one.startswith("why-")}:
        assert not fields[name].optional, name
        assert "optional" not in unescape(fields[name].label)
