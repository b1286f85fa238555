"""Subjects by their pages: added, corrected, undone, printed, and not there for others."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import uuid4

import pytest

from heedline.casework.report.opening import short_name
from heedline.casework.retention import subject_requests
from heedline.casework.subjects import reading
from tests.sites.office.desk_hand import Hand
from tests.support.cast import House, now
from tests.support.scene_people import People
from tests.support.search_scene import indexed
from tests.support.stories import a_report
from tests.support.subject_scene import BOY, linked, two_of_one

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
NORTH_EAST = {"postcode": "NE1 4ST"}


def test_a_subject_is_added_corrected_and_undone(house: House, hand: Callable[[], Hand]) -> None:
    one, _ = a_report(at=now(), where=NORTH_EAST, narrative=BOY[0])
    other, _ = a_report(at=now(), where=NORTH_EAST, narrative=BOY[1])
    indexed(People(house, now()))
    odile = hand().at_work(house, "Odile")
    odile.get(f"/w/r/{one}/subjects/")
    assert "No subjects yet." in odile.html
    path = f"/w/r/{one}/subjects/add/"
    odile.get(path)
    assert "What have you decided?" not in odile.html, "there is no subject yet"
    assert "To link a subject that exists already" in odile.html
    code = re.search(r'name="(value-[0-9a-f]{12})"[^>]*>(?:(?!</select>).)*', odile.html, re.DOTALL)
    names = dict(re.findall(r'for="(value-[0-9a-f]{12})">\s*([^<]*?)\s*<', odile.html))
    assert code is not None
    name = next(field for field, label in names.items() if "Caoimhin" in label)
    odile.send(path, subject="", why="")
    assert odile.page.status_code == 422
    assert "Choose a subject" in odile.html
    odile.send(path, subject="new-person", why="<b>He</b> is named.")
    assert "Choose at least one value" in odile.html
    odile.send(path, subject="new-person", **{name: "assessment"}, why="<b>He</b> is named.")
    assert "The report is linked to the subject." in odile.html
    assert "&lt;b&gt;He&lt;/b&gt; is named." in odile.html
    assert "Caoimhin Tierney" in odile.html
    odile.get(f"/w/r/{one}/")
    found = re.search(rf"/w/r/{one}/subjects/([0-9a-f-]{{36}})/", odile.html)
    assert found is not None, "the report names its subject"
    first = found[1]

    path = f"/w/r/{other}/subjects/add/"
    odile.get(path)
    assert "Caoimhin Tierney" in odile.html
    assert short_name(one) in odile.html
    odile.send(path, subject=first, why="Born on one day.")
    assert "Choose what you have decided" in odile.html
    odile.send(path, subject="new-person", do="not-same", why="Born on one day.")
    assert "Choose a subject that exists" in odile.html
    odile.send(path, subject=first, do="not-same", why="Two cousins")
    assert "Recorded that this report is about a different subject." in odile.html
    odile.get(path)
    odile.send(path, subject=first, do="link", why="Born on one day.")
    assert odile.page.status_code == 422
    assert "Two cousins. Linked reports: " in odile.html, "whoever links them all the same reads why not"
    odile.send(path, subject=first, do="link", sure="yes", why="Born on one day")
    assert "The report is linked to the subject." in odile.html
    assert "Born on one day</span>." in odile.html
    assert "Decided that this is not the subject of report" in odile.html
    for short in map(short_name, (one, other)):
        assert short in odile.html

    second = re.search(rf"/w/r/{other}/subjects/([0-9a-f-]{{36}})/value/", odile.html)
    assert second is not None
    here = f"/w/r/{other}/subjects/{second[1]}/"
    odile.get(f"{here}value/")
    odile.send(f"{here}value/", kind="name", written="Kevin Tierney", basis="fact", why="The club says so.")
    assert re.search(
        r"<h1[^>]*>.*Kevin Tierney</bdi></h1>\s*<p[^>]*>Also named in reports: <bdi[^>]*>Caoimhin", odile.html
    )
    odile.get(f"{here}value/")
    odile.send(f"{here}value/", kind="", written="", why="")
    assert odile.page.status_code == 422
    odile.send(f"{here}value/", kind="phone", written="01632 960455", basis="fact", why="He rang.")
    assert "Value added." in odile.html
    value = re.search(rf"{here}value/([0-9a-f-]{{36}})/", odile.html)
    assert value is not None
    odile.get(f"{here}value/{value[1]}/")
    odile.send(f"{here}value/{value[1]}/", do="withdraw", written="", basis="fact", why="His brother’s.")
    assert "Value withdrawn." in odile.html
    assert "01632 960455" in odile.html, "the history keeps it"
    odile.get(f"{here}value/{value[1]}/")
    assert odile.page.status_code == 404

    odile.get(f"{here}link/")
    odile.send(f"{here}link/", do="undo", why="")
    assert odile.page.status_code == 422
    odile.send(f"{here}link/", do="undo", why="Wrong report.")
    assert "Reports no longer linked" in odile.html
    odile.get(f"{here}print/")
    assert "Wrong report." in odile.html
    assert "Undo the link" not in odile.html, "a copy has no buttons"
    assert "Printed" in odile.html


def test_a_subject_has_one_name_on_the_tabs_of_all_its_reports(
    house: House, hand: Callable[[], Hand]
) -> None:
    """Officers took a name that one report spells differently for a second person."""
    people = People(house, now())
    (one, _), (other, second) = two_of_one(people)
    odile = hand().at_work(house, "Odile")
    odile.get(f"/w/r/{one}/subjects/")
    assert "(here:" not in odile.html
    for page in ("", f"{second}/link/", f"{second}/value/"):
        odile.get(f"/w/r/{other}/subjects/{page}")
        said = re.sub(r"<[^>]*>", "", odile.html)
        assert "Person: Caoimhin Tierney (here: Kevin Teirney)" in said, page


def test_a_second_subject_of_one_name_is_added_only_when_confirmed(
    house: House, hand: Callable[[], Hand]
) -> None:
    people = People(house, now())
    ref, _ = a_report(at=now(), where=NORTH_EAST, narrative=BOY[0])
    link = linked(people, ref)
    odile = hand().at_work(house, "Odile")
    path = f"/w/r/{ref}/subjects/add/"
    odile.get(path)
    names = dict(re.findall(r'for="(value-[0-9a-f]{12})">\s*([^<]*?)\s*<', odile.html))
    name = next(field for field, label in names.items() if "Caoimhin" in label)
    born = next(field for field, label in names.items() if "birth" in label)
    told = {name: "fact", "described": "<b>Tall</b>", "basis": "fact", "why": "His cousin."}

    odile.send(path, subject="new-vehicle", described="Caoimhin Tierney", why="Another kind.")
    assert "The report is linked to the subject." in odile.html, "a vehicle is not a person"

    odile.get(path)
    odile.send(path, subject="new-person", **told)
    assert odile.page.status_code == 422
    assert "This report already has a subject of this name" in odile.html
    assert "Person: Caoimhin Tierney" in odile.html
    assert f'href="/w/r/{ref}/subjects/{link}/' in odile.html
    kept = odile.form(path)
    assert kept["described"] == "<b>Tall</b>"
    assert kept["why"] == "His cousin."
    assert kept["subject"] == "new-person"
    assert re.search(rf'name="{name}"[^>]*>(?:(?!</select>).)*value="fact" selected', odile.html, re.DOTALL)
    odile.send(path, another="yes", **told)
    assert "The report is linked to the subject." in odile.html
    odile.get(f"/w/r/{ref}/subjects/")
    assert len(set(re.findall(rf"/w/r/{ref}/subjects/([0-9a-f-]{{36}})/", odile.html))) == 3

    odile.get(path)
    odile.send(path, subject="new-person", described="CAOIMHÍN  tierney", why="Typed.")
    assert odile.page.status_code == 422, "the name is compared without case, accents and spaces"
    odile.send(path, subject="new-person", described="A teacher", **{born: "fact"}, why="Shares a value.")
    assert "The report is linked to the subject." in odile.html


def test_a_page_says_if_it_lists_only_the_latest_views(
    house: House, hand: Callable[[], Hand], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_VIEWS", 2)
    ref, _ = a_report(at=now(), where=NORTH_EAST, narrative=BOY[0])
    path = f"/w/r/{ref}/subjects/{linked(People(house, now()), ref)}/"
    odile = hand().at_work(house, "Odile")
    for _ in range(2):
        odile.get(path)
    assert "latest of" not in odile.html
    odile.get(path)
    assert "The 2 latest of 3 views." in odile.html


def test_a_bare_name_and_address_asks_what_they_did(house: House, hand: Callable[[], Hand]) -> None:
    told = "Omar Hassan, 12 Mill Lane, NE6 1AA, phone 01632 960123"
    ref, _ = a_report(at=now(), where=NORTH_EAST, narrative=told)
    odile = hand().at_work(house, "Odile")
    path = f"/w/r/{ref}/subjects/add/"
    odile.get(path)
    assert "What did they do or say?" in odile.html
    odile.send(path, subject="new-person", described="The man", why="Named.", behaviour="")
    assert odile.page.status_code == 422
    assert "The account in this report does not." in odile.html
    odile.send(path, subject="new-person", described="The man", why="Named.", behaviour="He is a muslim.")
    assert odile.page.status_code == 422
    assert odile.form(path)["behaviour"] == "He is a muslim."
    odile.send(
        path, subject="new-person", described="The man", why="Named.", behaviour="<i>He</i> shot at us."
    )
    assert "The report is linked to the subject." in odile.html
    assert odile.html.count("&lt;i&gt;He&lt;/i&gt; shot at us.") == 2, "beside the report and in the history"
    other, _ = a_report(at=now(), where=NORTH_EAST, narrative=BOY[0])
    odile.get(f"/w/r/{other}/subjects/add/")
    assert "What did they do or say?" not in odile.html


@pytest.mark.parametrize("page", ["", "print/", "link/", "value/", "value/{value}/"])
def test_a_link_of_nothing_is_not_found(house: House, hand: Callable[[], Hand], page: str) -> None:
    people = People(house, now())
    ref, _ = a_report(at=now(), where=NORTH_EAST, narrative=BOY[0])
    other, _ = a_report(at=now(), where=NORTH_EAST, narrative=BOY[1])
    link = linked(people, ref)
    odile = hand().at_work(house, "Odile")
    for there in ((ref, uuid4()), (other, link), (uuid4(), link)):
        odile.get(f"/w/r/{there[0]}/subjects/{there[1]}/{page.format(value=uuid4())}")
        assert odile.page.status_code == 404


def test_a_search_a_decision_and_a_request_lead_to_the_subject(
    house: House, hand: Callable[[], Hand]
) -> None:
    people = People(house, now())
    one, _ = a_report(at=now(), where=NORTH_EAST, narrative=BOY[0])
    other, _ = a_report(at=now(), where=NORTH_EAST, narrative=BOY[1])
    link = linked(people, one)
    linked(people, other, to=link)
    indexed(people)
    odile = hand().at_work(house, "Odile")
    odile.get("/w/search/?q=Kevin+Tierney")
    assert f"/w/r/{one}/subjects/{link}/?from=results" in odile.html

    odile.get(f"/w/r/{one}/seen/{other}/")
    assert "Add to a subject" not in odile.html
    odile.send(f"/w/r/{one}/seen/{other}/", verdict="same", why="One boy.")
    assert f"/w/r/{one}/subjects/add/" in odile.html
    assert "Add to a subject" in odile.html

    with people.sitting("Odile") as here:
        request = subject_requests.open_one(
            "DPO-2026-041", "access", now().date(), desk=here.desk_ids[0], by=here, at=now()
        )
        subject_requests.found(request, short_name(one), by=here, at=now())
    odile.get(f"/w/subjects/{request}/")
    assert "linked to the same subjects" in odile.html
    assert f"/w/r/{other}/subjects/" in odile.html
