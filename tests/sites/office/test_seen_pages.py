"""Earlier reports beside a report, and decisions about them, by their pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

import pytest

from heedline.casework.journey import transitions
from heedline.casework.report.opening import short_name
from heedline.casework.retention import keeping
from heedline.casework.search import link_decisions
from heedline.casework.search.link_decisions import LinkVerdict
from heedline.packs import load_pack
from heedline.reports.models import SealedHeader, SealedPayload
from tests.sites.office.desk_hand import Hand
from tests.support import keeping_scene, stories
from tests.support.cast import House, now
from tests.support.scene_people import People, logged, row
from tests.support.search_scene import MINUTE, indexed
from tests.support.stories import a_report
from tests.support.subject_scene import two_of_one

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
NORTH_EAST, ELSEWHERE = {"postcode": "NE1 4ST"}, {"postcode": "SW1A 1AA"}
FIRST = "A pupil, Caoimhin Tierney, draws symbols. He was born on 4/9/2010."
SECOND = "My nephew Kevin <b>Teirney</b> talks of attacks. Date of birth 04.09.2010."


def test_two_reports_about_one_boy_stand_beside_each_other(house: House, hand: Callable[[], Hand]) -> None:
    one, _ = a_report(at=now(), where=NORTH_EAST, narrative=FIRST)
    other, _ = a_report(at=now(), where=NORTH_EAST, narrative=SECOND.replace("<b>", "").replace("</b>", ""))
    far, _ = a_report(at=now(), where=ELSEWHERE, narrative=FIRST)
    odile = hand().at_work(house, "Odile")
    path = f"/w/r/{one}/"
    odile.get(path)
    assert "Kevin Teirney" in odile.html, "in the running quarter hour, before it is indexed"
    indexed(People(house, now()))
    odile.get(path)
    for words in (
        "Strong",
        "Same date of birth",
        "Kevin Teirney",
        "Nobody has decided yet",
        short_name(other),
    ):
        assert words in odile.html, words
    assert short_name(far) not in odile.html, "of a desk that is not hers"

    link = f"{path}seen/{other}/"
    odile.get(link)
    assert "Undo the decision" not in odile.html
    mine, theirs = odile.html.split('id="compared-2"')
    assert "draws symbols. He was <mark>born on 4/9/2010</mark>." in mine.split('id="compared-1"')[1]
    assert "My nephew <mark>Kevin Teirney</mark> talks of attacks." in theirs
    assert "Also shared" not in odile.html
    read = logged("report-read")
    assert [(event.thing_id, event.detail) for event in read[-2:]] == [(one, {"earlier": 1}), (other, {})]
    odile.send(link, verdict="same", why="")
    assert odile.page.status_code == 422
    odile.send(link, verdict="same", why="The <i>aunt</i> says so.")
    assert "Decision recorded." in odile.html
    assert "The &lt;i&gt;aunt&lt;/i&gt; says so." in odile.html
    odile.get(f"/w/r/{other}/")
    assert f"Decided to be the same: {short_name(one)}." in odile.html
    assert "Nobody has decided yet" not in odile.html

    odile.get(f"/w/r/{other}/seen/{one}/")
    odile.send(f"/w/r/{other}/seen/{one}/", verdict="undone", why="Wrong report.")
    odile.get(path)
    assert f"Nobody has decided yet about {short_name(other)}." in odile.html
    odile.get(link)
    odile.send(link, verdict="not-sure", why="The aunt is not sure.")
    odile.get(path)
    assert f"Recorded as not sure: {short_name(other)}." in odile.html
    assert "Nobody has decided yet" not in odile.html
    odile.get(f"{path}seen/")
    assert odile.html.index("Decision undone") < odile.html.index("The &lt;i&gt;aunt")


def test_a_report_that_an_officer_found_is_compared_by_its_reference(
    house: House, hand: Callable[[], Hand]
) -> None:
    one, _ = a_report(at=now(), where=NORTH_EAST, narrative=FIRST)
    other, _ = a_report(
        at=now(), where={"postcode": "NE3 1AA"}, narrative="A smell of acetone at the garages."
    )
    far, _ = a_report(at=now(), where=ELSEWHERE, narrative=FIRST)
    indexed(People(house, now()))
    odile = hand().at_work(house, "Odile")
    path = f"/w/r/{one}/seen/"
    odile.get(path)
    assert short_name(other) not in odile.html, "they share nothing"
    for wrong, said in (
        ("", "Enter a reference"),
        (short_name(far), "No report at your desks has this reference"),
        ("ABC", "No report at your desks has this reference"),
        (short_name(one), "This is the reference of the report itself"),
    ):
        odile.get(f"{path}?other={wrong}")
        assert odile.page.status_code == 422
        assert said in odile.html
    odile.get(f"{path}?other=%20{short_name(other).lower().replace('-', '')}")
    link = f"{path}{other}/"
    assert odile.path == link
    assert "No shared details were found in these two reports." in odile.html
    assert "smell of acetone" in odile.html
    odile.send(link, verdict="same", why="The caller says so.")
    assert "The caller says so." in odile.html
    indexed(People(house, now()))
    odile.get(f"/w/r/{other}/")
    assert f"Decided to be the same: {short_name(one)}." in odile.html
    assert "Nobody has decided yet" not in odile.html


def test_a_report_that_cannot_be_read_is_not_said_to_share_nothing(
    house: House, hand: Callable[[], Hand]
) -> None:
    one, _ = a_report(at=now(), where=NORTH_EAST, narrative=FIRST)
    other, _ = a_report(at=now(), where=NORTH_EAST, narrative=FIRST)
    indexed(People(house, now()))
    header = SealedHeader.objects.get(report=other, part="report")
    SealedPayload.objects.filter(container=header.container).update(payload=b"not an age file")
    odile = hand().at_work(house, "Odile")
    odile.get(f"/w/r/{one}/seen/{other}/")
    assert odile.page.status_code == 200
    assert "could not be read, so its details were not compared" in odile.page.text
    assert "No shared details were found" not in odile.html
    assert "This report could not be opened with your keys." in odile.html


@pytest.mark.parametrize("which", ["nothing", "elsewhere", "itself", "restricted"])
def test_a_report_that_is_not_theirs_and_one_that_never_was_look_alike(
    house: House, hand: Callable[[], Hand], which: str
) -> None:
    one, _ = a_report(at=now(), where=NORTH_EAST, narrative=FIRST)
    far, _ = a_report(at=now(), where=ELSEWHERE, narrative=FIRST)
    indexed(People(house, now()))
    odile = hand().at_work(house, "Odile")
    other = {"nothing": uuid4(), "elsewhere": far, "itself": one, "restricted": None}[which]
    if other is None:
        people = People(house, now())
        other, _ = people.taken(narrative=SECOND)
        with people.sitting("Odile") as here:
            keeping.hold(other, "restriction", "Accuracy disputed", by=here, at=people.at)
    odile.get(f"/w/r/{one}/")
    odile.get(f"/w/r/{one}/seen/{other}/")
    assert odile.page.status_code == 404
    if which != "itself":
        odile.get(f"/w/r/{one}/seen/?other={short_name(other)}")
        assert odile.page.status_code == 422
        assert "No report at your desks has this reference" in odile.html
        assert "estricted" not in odile.html


def test_a_report_that_does_not_open_is_not_shown_beside_another(
    house: House, hand: Callable[[], Hand]
) -> None:
    one, _ = a_report(at=now(), where=NORTH_EAST, narrative=FIRST)
    other, _ = a_report(at=now(), where=NORTH_EAST, narrative=SECOND)
    indexed(People(house, now()))
    odile = hand().at_work(house, "Odile")
    link = f"/w/r/{one}/seen/{other}/"
    odile.get(link)
    odile.get(link)
    odile.send(link, verdict="not-sure", why="Perhaps two cousins.")
    [part] = SealedHeader.objects.filter(report=other, part="report")
    SealedPayload.objects.filter(container=part.container).update(payload=b"x" * 400)
    odile.get(link)
    assert odile.page.status_code == 200
    assert "This report could not be opened with your keys." in odile.html


def test_the_page_for_closing_says_first_that_the_report_is_linked(
    house: House, hand: Callable[[], Hand]
) -> None:
    people = People(house, now())
    keeping_scene.with_leads(people)
    ref, _ = people.send()
    other, _ = people.send(narrative="He was here last year too.")
    people.take(ref, "Odile")
    with people.sitting("Odile") as here:
        transitions.assess(ref, stories.VAGUE, version=row(ref).version, by=here, at=people.at)
    odile, olga = hand().at_work(house, "Odile"), hand().at_work(house, "Olga")
    path = f"/w/r/{ref}/close/"
    odile.get(path)
    assert "is linked to" not in odile.html
    assert "Close and stay" in odile.html
    with people.sitting("Odile") as here:
        link_decisions.decide(ref, other, LinkVerdict.SAME, "Same man", by=here, at=people.at)
    odile.get(path)
    assert re.search(rf"This report is linked to <a[^>]*>{short_name(other)}</a>", odile.html)
    assert "Only a supervisor can close it" in odile.html
    assert "Close and stay" not in odile.html, "a form that cannot be sent"
    with people.sitting("Olga") as here:
        transitions.assign(ref, here.officer_id, because="I close it", by=here, at=people.at)
    olga.get(path)
    assert re.search(rf"This report is linked to <a[^>]*>{short_name(other)}</a>", olga.html)
    assert "Close and stay" in olga.html
    olga.get(f"/w/r/{other}/close/")
    assert short_name(ref) in olga.html, "decided on the page of the other report"


def test_decisions_that_disagree_are_said_on_each_page_about_them(
    house: House, hand: Callable[[], Hand]
) -> None:
    """A decision, a subject of both reports and an assessment once contradicted each other in silence."""
    people = People(house, now())
    (one, first), (other, second) = two_of_one(people)
    people.take(one, "Odile")
    odile = hand().at_work(house, "Odile")
    subject, seen, pair = f"/w/r/{other}/subjects/{second}/", f"/w/r/{one}/seen/", f"/w/r/{one}/seen/{other}/"
    both, undo = "linked to the same subject", f'href="/w/r/{one}/subjects/{first}/link/'
    odile.get(subject)
    assert "decided that they are not the same" not in odile.html
    with people.sitting("Odile") as here:
        link_decisions.decide(
            one, other, LinkVerdict.NOT_SAME, "Two cousins of one name", by=here, at=people.at
        )
    for path in (seen, pair, f"/w/r/{one}/"):
        odile.get(path)
        assert both in odile.html, path
        assert undo in odile.html, path
    odile.get(subject)
    assert "decided that they are not the same" in odile.html
    assert f'href="{pair}"' in odile.html

    asked = next(each for each in load_pack("uk").assessment("activity").choices if each.code == "before")
    said = replace(stories.VAGUE, coded={asked.label: asked.choices["no"]})
    with people.sitting("Odile") as here:  # not after a decision that they are the same: that is refused
        transitions.assess(one, said, version=row(one).version, by=here, at=people.at)
        link_decisions.decide(one, other, LinkVerdict.SAME, "One boy", by=here, at=people.at + MINUTE)
    for path in (seen, pair, subject):
        odile.get(path)
        assert "not the same.</strong>" not in odile.html, path
    odile.get(f"/w/r/{one}/")
    assert "Answer “Yes: it is linked”" in odile.html
    for path in (seen, pair):
        odile.get(path)
        assert "its last assessment answers “No earlier report is known”" in odile.html, path
