"""Tests for disclosures as council staff see them: list, cover, opening with a receipt, answering and withdrawal."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.conf import settings

from heedline.casework.attachments import viewing
from heedline.casework.attachments.disclosing import ChosenFile
from heedline.casework.dissemination import minutes, outgoing, partner_inbox
from heedline.casework.keys import session_signing
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import Dissemination
from heedline.web.partner import sent_pages
from tests.rules.files.test_derivative_documents import WORDS, pdf
from tests.sites.office.desk_hand import Hand
from tests.support.cast import PASSWORD, House, add_partner, now
from tests.support.derivatives import sandbox
from tests.support.files_scene import add_file, files_kept, looked_at, picture
from tests.support.partner_scene import (
    COUNCIL,
    NECESSITY,
    TEXT,
    TITLE,
    answered,
    chaired,
    checked,
    compared,
    in_danger,
    opened,
    sent,
    sent_to_the_council,
    written,
)
from tests.support.scene_people import People, logged
from tests.support.site_client import SiteClient

__all__ = ["sandbox"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo", "council")]


@pytest.fixture
def people(house: House) -> People:
    return People(house, now())


def at_the_council(people: People, name: str = "Petra", *, unlocked: bool = True) -> Hand:
    one = Hand(SiteClient("partner"))
    one.get("/sign-in/")
    one.send("/sign-in/", login=f"{name.lower()}@unit.example", password=PASSWORD)
    if unlocked:
        one.unlock(people.house, name)
        while one.heading == "Changes to your desk’s keys":
            one.send("/w/keys/changes/", passphrase=people.house.keys[name].passphrase)
    return one


def place(ident: UUID) -> str:
    return f"/w/sent/{ident}/"


def test_the_list_shows_what_waits_and_no_word_of_it(people: People) -> None:
    _, ident = sent_to_the_council(people)
    petra = at_the_council(people, unlocked=False)
    assert petra.heading == "Sent to Northgate Council"
    assert "Waiting for you: 1" in petra.html
    assert place(ident) in petra.html
    assert "Not opened" in petra.html
    assert "North East desk" in petra.html
    assert "Please think about support for a person" in petra.html, "in words for whoever gets it"
    for words in (TITLE, TEXT, "Odile", "Olga"):
        assert words not in petra.html
    petra.get(place(ident))
    assert petra.path.startswith("/unlock/"), "and to look at it, keys are unlocked"


def test_a_panels_agenda_and_who_signs_its_decisions(people: People) -> None:
    day = people.at.date() + timedelta(days=7)
    _, ident = sent_to_the_council(people, purpose="panel", meets_on=day)
    chaired(people)
    opened(people, ident)
    pavel = at_the_council(people, "Pavel")
    pavel.get("/w/")
    assert f"Panel on {day:%-d %B %Y}: 1 to decide" in pavel.html
    for where in (place(ident), f"{place(ident)}answer/"):
        pavel.get(where)
        assert "The chair of the panel or a deputy signs the decision" in pavel.html, where
        assert "<textarea" not in pavel.html
    petra = at_the_council(people)
    petra.get(f"{place(ident)}answer/")
    assert "What did the panel decide?" in petra.html
    assert "taken-on" not in petra.html
    told = {"code": "adopt", "danger": "no", "text": "Mentoring, from Monday."}
    petra.send(f"{place(ident)}answer/", **told, present="Petra Hallam")
    assert minutes.WHO_WAS_THERE in petra.html
    assert "Mentoring, from Monday." in petra.html, "what was typed stays"
    petra.send(
        f"{place(ident)}answer/", **told, present="Petra Hallam, Council", actions="Mentor, Council, 4 May"
    )
    assert petra.path == place(ident)
    assert "Adopted: the panel offers support" in petra.html
    assert "Mentor, Council, 4 May" in petra.html
    petra.get("/me/")
    assert "Chairs the panel of a partner" in petra.html
    assert sent(ident).answer_code == "adopt"


def test_what_waits_stands_first_and_the_rest_in_pages(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sent_pages, "_ON_A_PAGE", 1)
    _, first = sent_to_the_council(people)
    for _ in range(2):
        _, ident = sent_to_the_council(people)
        opened(people, ident)
        answered(people, ident)
    petra = at_the_council(people)
    petra.get("/w/")
    assert petra.html.index(place(first)) < petra.html.index("Earlier")
    assert petra.html.count("/w/sent/") == 2
    assert "Page 1 of 2" in petra.html
    newest = petra.html.partition("Earlier")[2]
    petra.get("/w/?page=2")
    assert "Page 2 of 2" in petra.html
    assert petra.html.index(place(first)) < petra.html.index("Earlier"), "what waits stands on every page"
    assert petra.html.partition("Earlier")[2].count("/w/sent/") == newest.count("/w/sent/") == 1
    assert petra.html.partition("Earlier")[2] != newest
    for made_up in ("0", "99", "-1", "x", "²", "9" * 30):
        assert petra.get(f"/w/?page={made_up}").status_code == 200, made_up


def test_looking_at_the_cover_signs_nothing_and_opening_it_does(people: People) -> None:
    _, ident = sent_to_the_council(people)
    petra = at_the_council(people)
    petra.get(place(ident))
    assert "No one here has opened this disclosure yet" in petra.html
    assert "Only for people who need it for this" in petra.html
    assert TEXT not in petra.html
    assert sent(ident).receipt is None
    assert not logged("received-by-partner")
    petra.send(place(ident))
    assert petra.heading == TITLE
    assert TEXT in petra.html
    assert "does not hold" not in petra.html, "an officer signed it"
    assert 'href="tel:01632960002" dir="ltr">01632 960002</a>' in petra.html, (
        "the number of the pack, which nobody can change in the database"
    )
    assert sent(ident).received_by_id == people.house.officers["Petra"].id
    assert len(logged("received-by-partner")) == 1
    assert "Opened by <bdi>Petra P.</bdi>, <bdi>Northgate Council</bdi>" in petra.html
    pavel = at_the_council(people, "Pavel")
    pavel.get(place(ident))
    assert pavel.heading == TITLE, "from then on it opens by its address, for colleagues too"
    assert "Petra P." in pavel.html
    assert len(logged("opened-by-partner")) == 2, "each of them"


def test_an_answer_goes_to_the_desk_and_another_can_follow(people: People) -> None:
    _, ident = sent_to_the_council(people)
    petra = at_the_council(people)
    petra.get(place(ident) + "answer/")
    assert "Open it first" in petra.html
    petra.get(place(ident))
    petra.send(place(ident))
    petra.get(place(ident) + "answer/")
    petra.send(place(ident) + "answer/", code="", text="")
    assert petra.page.status_code == 422
    assert "Choose your answer" in petra.html
    assert TEXT in petra.html, "what is answered stands beside the answer"
    assert len(logged("opened-by-partner")) >= 2, "and showing it there is logged"
    petra.send(place(ident) + "answer/", code="taken-on", danger="no", text="We will visit on Friday.")
    assert "Your reply has been sent to the desk" in petra.html
    assert "We will visit on Friday." in petra.html
    assert sent(ident).state == "answered"
    petra.get(place(ident))
    assert "Add another answer" in petra.html
    petra.get(place(ident) + "answer/")
    petra.send(place(ident) + "answer/", code="known", danger="no", text="We have visited.")
    assert petra.html.index("We have visited.") < petra.html.index("We will visit on Friday.")
    petra.get("/w/")
    assert "No disclosures need your answer" in petra.html


def test_an_answer_that_nobody_wants_any_more_is_not_called_a_colleagues(people: People) -> None:
    _, ident = sent_to_the_council(people)
    opened(people, ident)
    petra = at_the_council(people)
    petra.get(place(ident) + "answer/")
    with people.sitting("Odile") as here:
        outgoing.finish(ident, version=sent(ident).version, by=here, at=people.at)
    petra.send(place(ident) + "answer/", code="taken-on", danger="no", text="We were about to say something.")
    assert petra.page.status_code == 409
    assert "The desk no longer needs a reply, so yours was not sent" in petra.html
    assert "We were about to say something." in petra.html, "and nothing that was written is lost"
    for page in ("", "answer/"):
        petra.get(place(ident) + page)
        assert "The desk no longer needs a reply" in petra.html


def test_a_colleague_who_was_quicker_takes_no_words_away_and_both_answers_count(people: People) -> None:
    _, ident = sent_to_the_council(people)
    opened(people, ident)
    pavel = at_the_council(people, "Pavel")
    pavel.get(place(ident) + "answer/")
    answered(people, ident)
    pavel.send(place(ident) + "answer/", code="known", danger="no", text="We know the family.")
    assert "Your reply has been sent to the desk" in pavel.html
    assert pavel.html.index("We know the family.") < pavel.html.index("We will visit.")


def test_an_answer_that_came_after_the_lock_is_kept_and_given_back(people: People) -> None:
    _, ident = sent_to_the_council(people)
    opened(people, ident)
    petra = at_the_council(people)
    petra.get(place(ident) + "answer/")
    form = petra.form(place(ident) + "answer/")
    petra.send("/lock/")
    petra.page = petra.client.post(
        place(ident) + "answer/", {**form, "code": "known", "text": "We know the family."}, follow=True
    )
    petra._arrived("/unlock/")
    assert "We kept what you wrote" in petra.html
    assert sent(ident).state == "received"
    petra.send("/unlock/", passphrase=people.house.keys["Petra"].passphrase)
    assert petra.path == place(ident) + "answer/"
    assert "We know the family." in petra.html
    petra.send(place(ident) + "answer/", code="known", danger="no", text="We know the family.")
    assert sent(ident).state == "answered"


def test_what_was_taken_back_is_gone_and_says_so(people: People) -> None:
    _, ident = sent_to_the_council(people)
    opened(people, ident)
    with people.sitting("Odile") as here:
        outgoing.withdraw(ident, "Sent to the wrong team", version=sent(ident).version, by=here, at=people.at)
    petra = at_the_council(people)
    assert "Withdrawn" in petra.html
    petra.get(place(ident))
    assert petra.heading == "This disclosure was withdrawn"
    assert TEXT not in petra.html
    assert "Sent to the wrong team" not in petra.html
    petra.get(place(ident) + "answer/")
    assert "This was withdrawn." in petra.html


def test_what_one_cannot_open_says_what_to_do_and_signs_nothing(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, ident = sent_to_the_council(people)
    petra = at_the_council(people)
    monkeypatch.setattr(partner_inbox, "opened_words", _cannot)
    petra.get(place(ident))
    petra.send(place(ident))
    assert petra.page.status_code == 409
    assert petra.heading == "Your keys cannot open this disclosure"
    assert "release the disclosure to you again" in petra.html
    assert sent(ident).receipt is None


def _cannot(*_: object) -> None:
    from heedline.vault import CannotOpen

    raise CannotOpen


def test_a_signature_that_does_not_hold_is_said_first(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, ident = sent_to_the_council(people)
    petra = at_the_council(people)
    monkeypatch.setattr(session_signing, "is_attested", lambda *_, **__: False)
    petra.get(place(ident))
    petra.send(place(ident))
    assert "The signature of the officer who wrote this is not valid" in petra.html


def test_life_at_risk_is_said_everywhere(people: People) -> None:
    ref = in_danger(people)
    compared(people)
    ident = written(people, ref, urgent=True)
    petra = at_the_council(people)
    assert "Life is at risk" in petra.html
    petra.get(place(ident))
    assert "because life is at risk" in petra.html
    with people.sitting("Odile") as here:
        outgoing.withdraw(ident, "The wrong team", version=sent(ident).version, by=here, at=people.at)
    petra.get(place(ident))
    assert "life is at risk" not in petra.html, "and calls nobody to what was taken back"
    petra.get("/w/")
    assert "Life is at risk" not in petra.html


def test_what_waits_to_be_read_by_a_second_officer_was_not_sent(people: People) -> None:
    ref, _ = people.assessed()
    compared(people)
    ident = written(people, ref)
    petra = at_the_council(people)
    assert "No disclosures have been sent to you yet" in petra.html
    bodies = []
    for one in (ident, uuid4()):
        petra.get(place(one))
        bodies.append((petra.page.status_code, petra.heading))
    assert bodies[0] == bodies[1] == (404, "There is nothing here that you can see")


def test_another_partner_sees_nothing_of_it(people: People) -> None:
    _, ident = sent_to_the_council(people)
    add_partner(people.house, at=people.at, code="kettleby", name="Kettleby", people=("Kit", "Kim"))
    kit = Hand(SiteClient("partner")).at_work(people.house, "Kit")
    kit.get("/w/")
    assert kit.heading == "Sent to Kettleby Council"
    assert "No disclosures have been sent to you yet" in kit.html
    for method in (kit.client.get, kit.client.post):
        assert method(place(ident)).status_code in {403, 404}
    assert Dissemination.objects.get().receipt is None


@pytest.mark.usefixtures("sandbox")
def test_a_file_is_chosen_read_over_and_viewed_in_the_frame_of_the_files_site(
    people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with files_kept(tmp_path, monkeypatch):
        ref, _ = people.assessed()
        container = add_file(ref, picture(), at=people.at, name="Rosa_garden.jpg")
        add_file(ref, picture((40, 30)), at=people.at, name="never_opened.jpg")
        looked_at(people, ref, container)
        compared(people)
        odile = Hand(SiteClient("office")).at_work(people.house, "Odile")
        odile.get(f"/w/r/{ref}/partners/write/")
        assert "File 1: Rosa_garden.jpg" in odile.html
        assert "never_opened.jpg" not in odile.html
        told = {
            "partner": str(people.house.desks[COUNCIL].id),
            "purpose": "support",
            "basis": "panel",
            "title": TITLE,
        }
        told |= {"text": TEXT, "necessity": NECESSITY, "files": str(container)}
        write = f"/w/r/{ref}/partners/write/"
        odile.send(write, do="sure", **told)
        assert odile.heading == "Check before saving"
        assert "File 1: Rosa_garden.jpg" in odile.html
        odile.send(write, do="save")
        assert f"/w/r/{ref}/files/{container}/" in odile.html
        ident = Dissemination.objects.get().id
        checked(people, ident)
        petra = at_the_council(people)
        petra.get(f"{place(ident)}files/1/")
        assert petra.path == place(ident), "the disclosure comes first"
        petra.send(place(ident))
        assert "Rosa_garden" not in petra.html
        assert petra.page["Content-Security-Policy"].count("frame-src") == 0
        petra.get(f"{place(ident)}files/1/")
        assert petra.heading == "File 1 of 1"
        assert petra.page["Content-Security-Policy"].endswith(f"frame-src {settings.FILES_URL}")
        (frame,) = re.findall(r'<iframe[^>]* src="([^"]+)"', petra.html)
        assert re.fullmatch(re.escape(settings.FILES_URL) + r"/t/[\w-]{43}/", frame)
        assert petra.get(f"{place(ident)}files/2/").status_code == 404
        assert petra.get(f"{place(uuid4())}files/1/").status_code == 404


@pytest.mark.usefixtures("sandbox")
def test_pages_of_a_long_document_are_sent_by_the_group_and_what_is_missing_is_said(
    people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(viewing, "PAGES", 2)
    missing = "The desk did not send every page of these documents"
    with files_kept(tmp_path, monkeypatch):
        ref, _ = people.assessed()
        told = {"kind": "pdf", "media": "application/pdf", "name": "plan.pdf"}
        container = add_file(ref, pdf(WORDS, WORDS, WORDS), at=people.at, **told)
        looked_at(people, ref, container)
        compared(people)
        odile = Hand(SiteClient("office")).at_work(people.house, "Odile")
        odile.get(f"/w/r/{ref}/partners/write/")
        assert "PDF, pages 1 to 2 of 3" in odile.html
        assert f'value="{container}_2"' not in odile.html, "nobody has opened the third page"
        with pytest.raises(NotNow):
            written(people, ref, files=(ChosenFile(container, 2),))
        looked_at(people, ref, container, group=2)
        odile.get(f"/w/r/{ref}/partners/write/")
        form = odile.form(f"/w/r/{ref}/partners/write/")
        assert "File 1: plan.pdf, pages 3" in odile.html
        council = str(people.house.desks[COUNCIL].id)
        form |= {"partner": council, "purpose": "support", "basis": "panel", "title": TITLE, "text": TEXT}
        form |= {"necessity": NECESSITY, "do": "save", "files": [str(container), f"{container}_2"]}
        odile.page = odile.client.post(f"/w/r/{ref}/partners/write/", form, follow=True)
        whole = Dissemination.objects.get().id
        assert f"/w/r/{ref}/files/{container}/?pages=2" in odile.page.content.decode()
        part = written(people, ref, files=(ChosenFile(container),))
        petra = at_the_council(people)
        for ident, listed in (
            (whole, ["PDF, pages 1 to 2 of 3", "PDF, page 3 of 3"]),
            (part, ["PDF, pages 1 to 2 of 3"]),
        ):
            checked(people, ident)
            petra.get(place(ident))
            petra.send(place(ident))
            assert re.findall(r">File \d: ([^<]+)<", petra.html) == listed
            assert (missing in petra.html) is (ident == part)
        petra.get(f"{place(whole)}files/2/")
        assert petra.heading == "File 2 of 2"
