"""Writing for a partner, page by page: written, read once more, read by another, taken back, and released again."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from heedline.casework.dissemination import clock as dissemination_clock
from heedline.casework.dissemination import partners
from heedline.casework.keys import key_verification
from heedline.casework.report.opening import short_name
from heedline.reports.models import Dissemination, Report
from heedline.vault.statements.directory import Directory
from tests.casework.dissemination.test_rewrap import everything_is_lost
from tests.sites.office.desk_hand import Hand
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.partner_scene import COUNCIL
from tests.support.scene_people import DANGER, People
from tests.support.stories import NEEDED, a_report, new_report, send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo", "council")]

ASSESSED = {
    "danger": "no",
    "priority": "medium",
    "done_what": "Spoke of leaving",
    "reason": "As told",
    "do": "save-stay",
}


@pytest.fixture
def people(house: House) -> People:
    return People(house, now())


def written(people: People, **changed: str) -> dict[str, object]:
    return {
        "partner": str(people.house.desks[COUNCIL].id),
        "purpose": "support",
        "basis": "panel",
        "title": "A worry about a young person",
        "text": "A <b>young</b> person may need help.",
        "conditions": ["need-to-know", "not-to-subject"],
        "necessity": "They know the family.",
        **changed,
    }


def assessed(people: People, hand: Callable[[], Hand], *, life: bool = False) -> tuple[UUID, Hand]:
    ref, _ = a_report(at=people.at, where={"postcode": "NE1 4ST"}, **(DANGER if life else {}))
    odile = hand().at_work(people.house, "Odile")
    odile.get("/w/q/north-east/")
    odile.send(f"/w/r/{ref}/take/")
    odile.get(f"/w/r/{ref}/")
    odile.send(f"/w/r/{ref}/", **{**ASSESSED, **({"danger": "yes", "priority": "high"} if life else {})})
    return ref, odile


def maker(people: People) -> str:
    key = partners.key_of(people.house.desks[COUNCIL].id, people.at)
    assert key is not None
    return key_verification.words_of(key.maker) or ""


def compares(people: People, odile: Hand, name: str = "Odile") -> None:
    place = f"/w/partners/{people.house.desks[COUNCIL].id}/"
    odile.get(place)
    odile.send(place, words=maker(people), passphrase=people.house.keys[name].passphrase, do="compare")
    assert "are right" in odile.html


def saved(people: People, hand: Callable[[], Hand]) -> tuple[UUID, UUID, Hand]:
    ref, odile = assessed(people, hand)
    compares(people, odile)
    odile.get(f"/w/r/{ref}/partners/write/")
    odile.send(f"/w/r/{ref}/partners/write/", do="sure", **written(people))
    odile.send(f"/w/r/{ref}/partners/write/", do="save", conditions=["need-to-know", "not-to-subject"])
    return ref, Dissemination.objects.get(report_id=ref).id, odile


def test_written_read_once_more_saved_and_let_go_by_another(people: People, hand: Callable[[], Hand]) -> None:
    ref, odile = assessed(people, hand)
    odile.get(f"/w/r/{ref}/partners/")
    assert "No disclosures have been written" in odile.html
    compares(people, odile)
    odile.get(f"/w/r/{ref}/partners/write/")
    odile.send(f"/w/r/{ref}/partners/write/", do="sure", **written(people))
    assert odile.heading == "Check before saving"
    assert "A &lt;b&gt;young&lt;/b&gt; person" in odile.html
    assert not Dissemination.objects.exists()  # only read once more
    odile.send(f"/w/r/{ref}/partners/write/", do="save", conditions=["need-to-know", "not-to-subject"])
    ident = Dissemination.objects.get(report_id=ref).id
    assert odile.path == f"/w/sent/{ident}/"
    assert "You wrote this disclosure, so another officer must check it." in odile.html
    assert Report.objects.get(pk=ref).stage == "acting"
    olga = hand().at_work(people.house, "Olga")
    olga.get("/w/partners/")
    assert f"/w/sent/{ident}/" in olga.html
    olga.get(f"/w/sent/{ident}/")
    olga.send(f"/w/sent/{ident}/", do="check")  # without saying that it was read
    assert olga.page.status_code == 422
    assert "<title>Error:" in olga.html
    assert 'href="#read"' in olga.html, "and the page says it first"
    olga.send(f"/w/sent/{ident}/", do="check", read="yes")
    assert "Sent, not opened yet" in olga.html
    assert Dissemination.objects.get(pk=ident).conditions == ["need-to-know", "not-to-subject"]
    odile.get(f"/w/r/{ref}/")
    assert re.search(r">\s*Pass on or close\s*<[^>]*>\s*1", odile.html), "what waits there is counted"
    odile.get(f"/w/r/{ref}/hand-over/")
    assert re.search(r"/partners/[^>]*>\s*Partners\s*<[^>]*>\s*\(?1", odile.html)


def test_changing_it_loses_nothing(people: People, hand: Callable[[], Hand]) -> None:
    ref, odile = assessed(people, hand)
    odile.get(f"/w/r/{ref}/partners/write/")
    odile.send(f"/w/r/{ref}/partners/write/", do="sure", **written(people))
    odile.send(f"/w/r/{ref}/partners/write/", do="write", conditions=["need-to-know"])
    assert odile.heading == "Write a disclosure"
    assert "A &lt;b&gt;young&lt;/b&gt; person may need help." in odile.html
    assert not Dissemination.objects.exists()


def test_what_may_point_to_the_reporter_is_named_before_it_is_saved(
    people: People, hand: Callable[[], Hand]
) -> None:
    ref, odile = assessed(people, hand)
    odile.get(f"/w/r/{ref}/partners/write/")
    odile.send(
        f"/w/r/{ref}/partners/write/", do="sure", **written(people, text="Her brother told us about it.")
    )
    assert "may identify the reporter" in odile.html
    assert "<q" in odile.html
    assert "her brother" in odile.html


def test_an_empty_form_says_what_is_missing_and_keeps_the_rest(
    people: People, hand: Callable[[], Hand]
) -> None:
    ref, odile = assessed(people, hand)
    odile.get(f"/w/r/{ref}/partners/write/")
    odile.send(f"/w/r/{ref}/partners/write/", do="sure", text="Half a sentence")
    assert odile.page.status_code == 422
    for said in ("Choose the partner", "Choose what it is for", "Choose the ground", "Enter a title"):
        assert said in odile.html
    assert "Half a sentence" in odile.html


def test_without_a_danger_to_life_nothing_offers_to_send_at_once(
    people: People, hand: Callable[[], Hand]
) -> None:
    ref, odile = assessed(people, hand)
    odile.get(f"/w/r/{ref}/partners/write/")
    assert 'name="urgent"' not in odile.html
    odile.send(f"/w/r/{ref}/partners/write/", do="save", urgent="yes", **written(people))  # sent all the same
    assert Dissemination.objects.get(report_id=ref).state == "to-check"


def test_where_life_is_at_risk_it_goes_at_once(people: People, hand: Callable[[], Hand]) -> None:
    ref, odile = assessed(people, hand, life=True)
    odile.get(f"/w/r/{ref}/partners/write/")
    odile.send(f"/w/r/{ref}/partners/write/", do="sure", urgent="yes", **written(people))
    assert "This disclosure will be sent at once" in odile.html
    odile.send(f"/w/r/{ref}/partners/write/", do="save", conditions=[])
    assert "It has gone. Phone them as well." in odile.html
    assert Dissemination.objects.get(report_id=ref).state == "sent"


def test_sending_back_and_taking_back(people: People, hand: Callable[[], Hand]) -> None:
    _, ident, odile = saved(people, hand)
    olga = hand().at_work(people.house, "Olga")
    olga.get(f"/w/sent/{ident}/")
    olga.send(f"/w/sent/{ident}/", do="send-back", back="")
    assert "Say why" in olga.html
    olga.send(f"/w/sent/{ident}/", do="send-back", back="It names a <i>street</i>.")
    assert "It names a &lt;i&gt;street&lt;/i&gt;." in olga.html
    for page in ("/w/", "/w/partners/"):
        olga.get(page)
        assert "sent back to you" not in olga.html
        assert "write it anew" not in olga.html
    odile.get("/w/")
    assert "1 of your disclosures was sent back to you." in odile.html
    odile.get("/w/partners/")
    assert "You, because the disclosure was sent back to be rewritten" in odile.html
    odile.get(f"/w/sent/{ident}/")
    assert "Not sent" in odile.html
    assert 'value="withdraw"' not in odile.html
    assert "Sent back by" in odile.html
    ref = Dissemination.objects.get(pk=ident).report_id
    assert f'href="/w/r/{ref}/partners/write/">Rewrite' in odile.html
    odile.get(f"/w/r/{ref}/partners/write/")
    odile.send(f"/w/r/{ref}/partners/write/", do="save", **written(people))
    odile.get("/w/")
    assert "sent back to you" not in odile.html, "it was written anew"
    olga.get("/w/")
    assert "1 disclosure is waiting for a second officer." in olga.html


def test_two_tabs_do_not_do_it_twice(people: People, hand: Callable[[], Hand]) -> None:
    _, ident, _ = saved(people, hand)
    olga, second = hand().at_work(people.house, "Olga"), hand().at_work(people.house, "Olga")
    olga.get(f"/w/sent/{ident}/")
    second.get(f"/w/sent/{ident}/")
    olga.send(f"/w/sent/{ident}/", do="check", read="yes")
    second.send(f"/w/sent/{ident}/", do="withdraw", back_from_them="Changed my mind")
    assert second.page.status_code == 409
    assert "in the meantime" in second.html
    assert "Changed my mind" in second.html
    assert Dissemination.objects.get(pk=ident).state == "sent"


def test_whoever_reads_it_is_told_to_compare_before_it_can_go(
    people: People, hand: Callable[[], Hand]
) -> None:
    ref, odile = assessed(people, hand)
    odile.get(f"/w/r/{ref}/partners/write/")
    odile.send(f"/w/r/{ref}/partners/write/", do="save", **written(people))
    ident = Dissemination.objects.get(report_id=ref).id
    olga = hand().at_work(people.house, "Olga")
    olga.get(f"/w/sent/{ident}/")
    assert "so this disclosure cannot be sent yet" in olga.html
    assert f"/w/partners/{people.house.desks[COUNCIL].id}/" in olga.html
    olga.send(f"/w/sent/{ident}/", do="check", read="yes")
    assert olga.page.status_code == 409
    assert "Neither you nor the author has verified" in olga.html
    compares(people, olga, "Olga")
    olga.get(f"/w/sent/{ident}/")
    assert "so this disclosure cannot be sent yet" not in olga.html
    olga.send(f"/w/sent/{ident}/", do="check", read="yes")
    assert Dissemination.objects.get(pk=ident).state == "sent"


def test_whoever_decides_how_long_it_is_kept_sees_who_was_sent_something(
    people: People, hand: Callable[[], Hand]
) -> None:
    ref, ident, _ = saved(people, hand)
    olga = hand().at_work(people.house, "Olga")
    olga.get(f"/w/r/{ref}/keeping/")
    assert "destroy any copies they have made" not in olga.html, "nothing has gone yet"
    olga.get(f"/w/sent/{ident}/")
    olga.send(f"/w/sent/{ident}/", do="check", read="yes")
    olga.get(f"/w/r/{ref}/keeping/")
    assert "Northgate Council" in olga.html
    assert "Ask the partners to destroy any copies they have made" in olga.html


def test_an_alarm_about_a_partner_leads_to_what_was_written(people: People, hand: Callable[[], Hand]) -> None:
    ref, _, _ = saved(people, hand)
    with acting("worker"):
        dissemination_clock.watch(people.at)
    olga = hand().at_work(people.house, "Olga")
    olga.get("/w/alarms/")
    assert f'href="/w/r/{ref}/partners/">Report {short_name(ref)}' in olga.html
    assert "Disclosure awaiting review by a second officer" in olga.html


def test_a_partner_without_any_key_is_not_said_to_have_an_old_one(
    people: People, hand: Callable[[], Hand], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Directory, "current_epoch", lambda *_: None)
    olga = hand()
    olga.sign_in("Olga")
    olga.get("/w/partners/")
    assert "Fewer than two people there could open it" in olga.html
    assert "has to be changed" not in olga.html


def test_before_it_is_assessed_the_page_says_what_comes_first(
    people: People, hand: Callable[[], Hand]
) -> None:
    ref, _ = a_report(at=people.at, where={"postcode": "NE1 4ST"})
    odile = hand().at_work(people.house, "Odile")
    odile.get("/w/q/north-east/")
    odile.send(f"/w/r/{ref}/take/")
    for page in ("", "write/"):
        odile.get(f"/w/r/{ref}/partners/{page}")
        assert "Assess the report first." in odile.html


def test_what_is_anothers_looks_like_what_is_not_there(people: People, hand: Callable[[], Hand]) -> None:
    _, ident, _ = saved(people, hand)
    otto = hand().at_work(people.house, "Otto")
    answers = []
    for one in (ident, uuid4()):
        assert otto.get(f"/w/sent/{one}/").status_code == 404
        answers.append(
            re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", otto.html).replace(str(one), "")
        )
    assert answers[0] == answers[1]
    assert otto.get(f"/w/partners/{people.house.desks['south-west'].id}/").status_code == 404


def test_a_partner_that_lost_its_keys_is_given_it_again_after_comparing(
    people: People, hand: Callable[[], Hand]
) -> None:
    _, ident, odile = saved(people, hand)
    olga = hand().at_work(people.house, "Olga")
    olga.get(f"/w/sent/{ident}/")
    olga.send(f"/w/sent/{ident}/", do="check", read="yes")
    everything_is_lost(people)
    place, passphrase = (
        f"/w/partners/{people.house.desks[COUNCIL].id}/",
        people.house.keys["Odile"].passphrase,
    )
    odile.get(place)
    assert "they have new keys" in odile.html
    odile.send(place, do="release", words="acid acorn acre acts afar affix aged agent", passphrase=passphrase)
    assert odile.page.status_code == 422
    odile.send(place, do="release", words=maker(people), passphrase="wrong words")
    assert odile.page.status_code == 422
    odile.send(place, do="release", words=maker(people), passphrase=passphrase)
    assert "1 released again" in odile.html
    assert "they have new keys" not in odile.html


def test_whoever_reads_no_reports_sees_no_partners(people: People, hand: Callable[[], Hand]) -> None:
    for name in ("Ada", "Stella"):
        somebody = hand()
        somebody.sign_in(name)
        assert somebody.get("/w/partners/").status_code == 403


def test_the_pages_say_of_a_kind_that_is_never_compared_whom_to_ask(
    people: People, hand: Callable[[], Hand]
) -> None:
    new = new_report("advice", **NEEDED["advice"])
    send(new, at=people.at)
    nadia = hand().at_work(people.house, "Nadia")
    for path in ("partners/", "partners/write/", "tasks/"):
        nadia.get(f"/w/r/{new.report_id}/{path}")
        assert (
            "not compared with the interest register. Ask the National desk (01632 960001) before"
            in nadia.html
        )
        assert "Try again" not in nadia.html
