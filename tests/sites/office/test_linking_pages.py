"""Tests for the pages of possible matches at other desks and of the interest register."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.utils.html import escape

from heedline.casework.access.session import office_zone
from heedline.casework.duty import alarm_board, paging
from heedline.casework.linking import interests, own_entries
from heedline.casework.report.opening import short_name
from heedline.casework.retention import keeping
from heedline.reports.models import Interest, InterestHit
from tests.sites.office.desk_hand import Hand
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.keeping_scene import proposed, with_leads
from tests.support.linking_scene import BOY, compared, interest, investigator
from tests.support.scene_people import DANGER, SOUTH_WEST, People, quarter_hour_over
from tests.support.search_scene import indexed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


def test_two_desks_ask_each_other_about_a_possible_match(house: House, hand: Callable[[], Hand]) -> None:
    people = People(house, now())
    ref, _ = people.send(narrative=BOY[0])
    theirs, _ = people.send(narrative=BOY[1], **SOUTH_WEST)
    compared(people, "Odile", "Otto")
    odile, otto = hand().at_work(house, "Odile"), hand().at_work(house, "Otto")
    odile.get(f"/w/r/{ref}/")
    assert "Possible match at the South West desk." in odile.html
    assert "Until it has been answered, only a supervisor can close this report." in odile.html
    assert "Teirney" not in odile.html, "what the other report says is not shown"
    odile.get("/w/matches/")
    path = f"/w/r/{ref}/matches/"
    assert path in odile.html
    odile.get(path)
    assert "Same date of birth" in odile.html
    match = odile.html.split('name="match"')[1].split('value="')[1].split('"')[0]
    odile.send(path, match=match, do="same", words="Yes.")
    assert (odile.page.status_code, "has not asked" in odile.html) == (409, True)
    odile.send(path, match=match, do="ask", words="Is yours the <b>pupil</b>?")
    assert "Sent to the other desk." in odile.html
    assert "Asked. The other desk has not answered yet." in odile.html
    there = f"/w/r/{theirs}/matches/"
    otto.get("/w/matches/")
    assert "North East desk has asked a question." in otto.html
    assert f'href="{there}#answer">Answer it<' in otto.html
    otto.get(there)
    assert "Is yours the &lt;b&gt;pupil&lt;/b&gt;?" in otto.html
    assert 'href="#answer">Answer it<' in otto.html
    assert 'id="answer">Ask or answer' in otto.html
    otto.send(there, match=match, do="same", words="It is.")
    odile.get(path)
    assert "Confirmed: about the same matter." in odile.html
    odile.get(f"/w/r/{ref}/")
    assert "Same matter as a report at the South West desk" in odile.html
    assert "Possible match" not in odile.html
    otto.get(path)
    assert otto.page.status_code == 404


def test_the_page_of_a_match_says_that_the_other_report_was_disposed_of(
    house: House, hand: Callable[[], Hand]
) -> None:
    people = with_leads(People(house, now()))
    _, ident = proposed(people, narrative=BOY[0])
    theirs, _ = people.send(narrative=BOY[1], **SOUTH_WEST)
    compared(people, "Odile", "Otto")
    with people.sitting("Olga") as here:
        keeping.decide(ident, dispose=True, by=here, at=people.at)
    otto = hand().at_work(house, "Otto")
    otto.get(f"/w/r/{theirs}/matches/")
    assert "The other desk’s report has been disposed of." in otto.html
    assert "Ask or answer" not in otto.html
    otto.get(f"/w/r/{theirs}/")
    assert "Possible match at" not in otto.html
    otto.get("/w/matches/")
    assert "The other desk’s report has been disposed of." in otto.html


def test_members_of_the_linking_desk_see_what_waits_to_be_compared(
    house: House, hand: Callable[[], Hand]
) -> None:
    people = People(house, now())
    people.send(narrative=BOY[0])
    quarter_hour_over(people.at)
    nadia = hand().at_work(house, "Nadia")
    nadia.get("/w/matches/")
    today = now().astimezone(office_zone())
    assert f"has not been read for comparison yet arrived on {today:%-d %B %Y}." in nadia.html
    interest(people)
    indexed(people)
    nadia, odile = hand().at_work(house, "Nadia"), hand().at_work(house, "Odile")
    for path in ("/w/", "/w/matches/"):
        nadia.get(path)
        assert (
            "Waiting to be compared: 1 report and 1 interest register entry, the oldest since" in nadia.html
        )
        assert "has not been read for comparison" not in nadia.html
        odile.get(path)
        assert "to be compared" not in odile.html
    compared(people)
    nadia.get("/w/")
    assert "No reports are waiting to be compared across desks." in nadia.html


def clears_and_withdraws(otto: Hand, odile: Hand, hit: InterestHit, ref: UUID) -> None:
    """The owner clears the desk to act on the page of one match, reads their words, and withdraws the clearance."""
    hits = "/w/interests/hits/"
    path = f"{hits}{hit.id}/"
    odile.get(path)
    assert odile.page.status_code == 404
    otto.get(hits)
    assert f'href="{path}">Clear the desk to act' in otto.html
    otto.get(path)
    for shown in ("Kevin Tierney", short_name(ref), "North East desk", "Not cleared"):
        assert shown in otto.html
    otto.send(path, words="")
    assert "Say what the desk can do" in otto.html
    for words in ("Speak to the <b>school</b>.", "Write to the reporter. No visit."):
        otto.get(path)
        otto.send(path, words=words)
        assert f"You cleared the North East desk to act on report {short_name(ref)}." in otto.html
        for at in (hits, path, "/w/interests/"):
            otto.get(at)
            assert escape(words) in otto.html
        odile.get(f"/w/r/{ref}/")
        assert escape(words) in odile.html
        assert "Contact this officer" not in odile.html
    assert "school" not in odile.html.split("You have been cleared to act")[1].split("</div>")[0]
    otto.get(path)
    otto.send(path, do="withdraw")
    assert "Clearance withdrawn. The North East desk must contact you before it acts" in otto.html
    odile.get(f"/w/r/{ref}/")
    assert "Contact this officer" in odile.html
    otto.get(path)
    otto.send(path, do="withdraw")
    assert "has been withdrawn already" in otto.html


def test_a_cleared_match_that_nobody_acknowledged_says_that_it_is_cleared(
    house: House, hand: Callable[[], Hand]
) -> None:
    people = People(house, now())
    interest(people)
    people.send(narrative=BOY[0])
    compared(people, "Odile")
    with people.sitting("Otto") as here:
        interests.release(InterestHit.objects.get().id, "No visit.", by=here, at=people.at)
    otto = hand().at_work(house, "Otto")
    otto.get("/w/interests/hits/")
    assert "Cleared and not acknowledged." in otto.html
    assert "No visit." in otto.html


def test_an_entry_pages_its_owner_and_the_desk_sees_only_whom_to_contact(
    house: House, hand: Callable[[], Hand]
) -> None:
    people = People(house, now())
    for name in ("Odile", "Otto"):
        investigator(people, name)
    otto, odile = hand().at_work(house, "Otto"), hand().at_work(house, "Odile")
    path = "/w/interests/"
    otto.get(path)
    until = (people.at + timedelta(days=20)).date()
    day = {"until-day": str(until.day), "until-month": str(until.month), "until-year": str(until.year)}
    otto.send(path, names="Kevin", identifiers="", ground="Operation quillon", **day)
    assert "Give at least a full name" in otto.html
    otto.send(path, names="Kevin Tierney", identifiers="<b>KTR</b>\n14 Harrow Rd", ground="Quillon", **day)
    assert "No report can match “&lt;b&gt;KTR&lt;/b&gt;” or “14 Harrow Rd”. Give the whole" in otto.html
    assert ">&lt;b&gt;KTR&lt;/b&gt;\n14 Harrow Rd</textarea>" in otto.html, "the form keeps what was typed"
    assert not Interest.objects.exists()
    otto.send(path, names="Kevin <i>Tierney</i>", identifiers="", ground="Operation quillon", **day)
    assert (
        "It will be compared with reports while an officer of the National desk is at work."
        " The desk is paged if that takes longer than 30 minutes. Nobody is on duty there now." in otto.html
    )
    otto.send(path, names="", identifiers="ZZ99 ABC", ground="Operation quillon", **day)
    assert 'translate="no">ZZ99 ABC' in otto.html, "no empty line where there is no name"
    Interest.objects.all().delete()
    interest(people, ground="Operation quillon")
    ref, _ = people.send(narrative=BOY[0], **DANGER)
    compared(people, "Odile")
    with acting("worker"):
        paging.drain(people.at)
    odile.get(f"/w/r/{ref}/")
    assert '<span class="govuk-visually-hidden">Warning</span> Do what saves life now.' in odile.html
    assert (
        "Contact this officer as soon as you can: <bdi>Otto O.</bdi>, South West desk.<br>Phone: 01632 960003"
        in odile.html
    )
    for hidden in ("quillon", "nterest register entry", "Kevin Tierney"):
        assert hidden not in odile.html
    for hands, shown in ((otto, True), (odile, False)):
        hands.get("/w/")
        assert ("1 report matches your entries in the interest register." in hands.html) is shown
    odile.get("/w/alarms/")
    assert "entry of the interest register" not in odile.html
    odile.get(path)
    assert "You have no entries in the register." in odile.html
    otto.get("/w/alarms/")
    assert "Report matches an entry in the interest register" in otto.html
    hit = InterestHit.objects.get()
    odile.send(path, do="acknowledge", about=str(hit.id))
    assert odile.page.status_code == 404
    otto.get(path)
    assert "Matching report at the North East desk" in otto.html
    assert "(1 to acknowledge)" in otto.html
    assert f'<option value="{house.officers["Otto"].id}">' not in otto.html, "it is theirs already"
    otto.get("/w/interests/hits/")
    assert "Matching report at the North East desk" in otto.html
    assert ">Danger to life<" in otto.html
    otto.send(path, do="acknowledge", about=str(hit.id), back="hits")
    assert "Reports that match your entries" in otto.html
    assert "Acknowledged in your name." in otto.html
    otto.get("/w/")
    assert "your entries in the interest register" not in otto.html
    otto.get("/w/alarms/")
    assert "Report matches an entry in the interest register" not in otto.html
    clears_and_withdraws(otto, odile, hit, ref)
    odile.get(path)
    odile.send(path, do="end", about=str(hit.interest_id))
    assert odile.page.status_code == 404
    otto.get(path)
    otto.send(path, do="end", about=str(hit.interest_id))
    assert "End this entry?" in otto.html
    assert "Kevin Tierney" in otto.html
    assert "1 report already matches this entry. It stays on your list" in otto.html
    assert Interest.objects.filter(ended_at=None).count() == 1
    otto.send(path, do="end-sure", about=str(hit.interest_id))
    assert "Entry ended." in otto.html


def test_a_flood_of_matches_is_shown_in_pages(
    house: House, hand: Callable[[], Hand], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_entries, "SHOWN", 1)
    monkeypatch.setattr(own_entries, "PAGE", 1)
    monkeypatch.setattr(alarm_board, "MOST_OF_REGISTER", 1)
    people = People(house, now())
    entry = interest(people, names="", identifiers="01632 960455")
    for note in range(2):
        people.send(narrative=f"Ring 01632 960455, note {note}.")
    compared(people, "Odile")
    with acting("worker"):
        paging.drain(people.at)
    otto = hand().at_work(house, "Otto")
    otto.get("/w/interests/")
    assert otto.html.count("Matching report at the North East desk") == 1
    path = f"/w/interests/hits/?entry={entry}"
    assert f'href="{path}">All 2 reports that match this entry</a> (2 to acknowledge)' in otto.html
    otto.get(path)
    assert "2 reports match. This is page 1 of 2." in otto.html
    assert f'rel="next" href="{path}&amp;page=2"' in otto.html
    otto.get(f"{path}&page=2")
    assert f'rel="prev" href="{path}&amp;page=1"' in otto.html
    assert otto.html.count("Matching report at the North East desk") == 1
    otto.get("/w/interests/hits/?entry=none")
    assert otto.page.status_code == 404
    otto.get("/w/alarms/")
    assert "1 more alarm of this kind at this desk." in otto.html
