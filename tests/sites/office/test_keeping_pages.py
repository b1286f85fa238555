"""Keep or dispose on screen, without scripts: reviews, holds, an end by two people, certificates, people's rights."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings

from heedline.casework.errors import CannotOpen
from heedline.casework.setup import stewardship
from heedline.jobs import cli
from heedline.permits.models import UnlockedKeys
from heedline.permits.roles import Role
from heedline.reports.models import Disposal, Hold, Keeping, Report, SubjectRequest
from heedline.web.shell import report_page
from tests.sites.office.desk_hand import Hand
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.keeping_scene import later
from tests.support.scene_people import People
from tests.support.stories import NARRATIVE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


@pytest.fixture
def closed(house: House) -> UUID:
    """A report that Odile closed; Olga leads the desk, Ned oversees."""
    with acting("office"):
        for name, role, desk in (("Olga", Role.SUPERVISOR, "north-east"), ("Ned", Role.OVERSEER, None)):
            stewardship.appoint(
                house.officers[name], role, house.desks[desk] if desk else None, hands=house.hands, at=now()
            )
    return People(house, now()).closed()[0]


def test_from_the_review_to_the_certificate(
    house: House, hand: Callable[[], Hand], closed: UUID, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    later(300)
    olga, odile = hand().at_work(house, "Olga"), hand().at_work(house, "Odile")
    olga.get("/w/kept/")
    assert f'href="/w/r/{closed}/keeping/"' in olga.html
    assert "(due)" in olga.html
    odile.get("/w/kept/")
    assert odile.page.status_code == 403, "who does not lead does not decide"
    odile.get(f"/w/r/{closed}/keeping/")
    assert "Keep it longer" not in odile.html
    odile.send("", do="propose")
    assert odile.page.status_code == 422
    assert "Choose why it should be disposed of" in odile.html
    odile.send("", do="propose", end="period-over")
    assert "Another supervisor must decide" in odile.html
    ident = Disposal.objects.get().id
    olga.get("/w/kept/")
    olga.get(f"/w/kept/{ident}/")
    olga.send("", decision="dispose")
    assert olga.heading == "Certificate of disposal"
    assert "Both signatures have been verified" in olga.html
    assert not Report.objects.filter(pk=closed).exists()
    odile.get(f"/w/r/{closed}/keeping/")
    assert odile.page.status_code == 404
    file = tmp_path / "certificate.json"
    file.write_bytes(olga.client.get(f"/w/certificates/{ident}/file/").content)
    assert cli.main(["certificate", str(file), "--root", settings.ROOT]) == 0
    assert "genuine" in capsys.readouterr().out
    file.write_text(file.read_text().replace("period-over", "no-purpose"))
    assert cli.main(["certificate", str(file), "--root", settings.ROOT]) == 1


def test_overseers_read_certificates_and_nothing_else(
    house: House, hand: Callable[[], Hand], closed: UUID
) -> None:
    odile, olga, ned = hand().at_work(house, "Odile"), hand().at_work(house, "Olga"), hand()
    odile.get(f"/w/r/{closed}/keeping/")
    odile.send("", do="propose", end="no-purpose")
    ident = Disposal.objects.get().id
    olga.get(f"/w/kept/{ident}/")
    olga.send("", decision="dispose")
    ned.sign_in("Ned")
    ned.get("/w/certificates/")
    assert f"/w/certificates/{ident}/" in ned.html
    ned.get(f"/w/certificates/{ident}/")
    assert "Both signatures have been verified" in ned.html
    ned.get("/w/kept/")
    assert ned.page.status_code == 403


def test_holding_keeping_and_releasing(house: House, hand: Callable[[], Hand], closed: UUID) -> None:
    olga = hand().at_work(house, "Olga")
    olga.get(f"/w/r/{closed}/keeping/")
    olga.send("", do="hold", hold="restriction", case="DPO asked")
    assert "must not be shared" in olga.html
    assert "Propose to dispose of it" not in olga.html
    olga.get(f"/w/r/{closed}/")
    assert "Processing of this report is restricted: the report is kept but must not be shared." in olga.html
    olga.get(f"/w/r/{closed}/keeping/")
    olga.send("", do="keep", group="group-2", reason="links", words="A case goes on")
    assert Keeping.objects.get(report=closed).group == "group-2"
    olga.send("", do="release", which=str(Hold.objects.get().id), over="The accuracy is settled")
    assert "must not be shared" not in olga.html
    assert "Released by" in olga.html


def test_a_person_uses_their_rights(house: House, hand: Callable[[], Hand], closed: UUID) -> None:
    odile, on = hand().at_work(house, "Odile"), now().date() - timedelta(days=2)
    odile.get("/w/subjects/")
    parts = {"received-day": str(on.day), "received-month": str(on.month), "received-year": str(on.year)}
    desk = str(house.desks["north-east"].id)
    odile.send("", reference="Rosa Quillfeather", right="access", desk=desk, **parts)
    assert odile.page.status_code == 422
    assert not SubjectRequest.objects.exists()
    odile.send("", reference="DPO-2026-041", right="access", desk=desk, **parts)
    assert odile.heading == "Request DPO-2026-041"
    assert "(26 days left)" in odile.html
    odile.send("", do="find", short="AAAA-AAAA")
    assert "No report at your desks has this reference" in odile.html
    odile.send("", do="answer", answer="neither")
    assert "neither confirm nor deny" in odile.html
    assert SubjectRequest.objects.get().answer == "neither"


def test_two_holds_are_told_apart(house: House, hand: Callable[[], Hand], closed: UUID) -> None:
    olga = hand().at_work(house, "Olga")
    olga.get(f"/w/r/{closed}/keeping/")
    for reason in ("inquiry", "litigation"):
        olga.send("", do="hold", hold=reason, case="A solicitor asked")
    ids = re.findall(r'\sid="([^"]+)"', olga.html)
    assert len(ids) == len(set(ids)), "each field stands there once"
    for which in ("", "none", str(closed)):
        olga.send("", do="release", which=which, over="It has ended")
        assert olga.page.status_code == 422
    assert Hold.objects.filter(released_on=None).count() == 2
    olga.send("", do="release", which=str(Hold.objects.get(reason="inquiry").id), over="It has ended")
    assert Hold.objects.get(released_on=None).reason == "litigation"


def test_what_is_wrong_is_said_once_above_the_heading(
    house: House, hand: Callable[[], Hand], closed: UUID
) -> None:
    olga = hand().at_work(house, "Olga")
    olga.get(f"/w/r/{closed}/keeping/")
    olga.send("", do="keep", group="group-2", reason="links")
    assert olga.html.count("There is a problem") == 1
    assert "<title>Error:" in olga.html
    assert 'href="#words"' in olga.html


def test_words_that_come_after_the_lock_come_back(
    house: House, hand: Callable[[], Hand], closed: UUID
) -> None:
    olga, path = hand().at_work(house, "Olga"), f"/w/r/{closed}/keeping/"
    olga.get(path)
    UnlockedKeys.objects.update(idle_until=now() - timedelta(seconds=1))
    olga.send("", do="hold", hold="inquiry", case="Zinnober asked")
    assert olga.heading == "Unlock your keys"
    assert not Hold.objects.exists()
    olga.unlock(house, "Olga")
    assert olga.path == path
    assert "We kept what you wrote." in olga.html
    assert "Zinnober asked" in olga.html
    olga.send("", do="hold", hold="inquiry", case="Zinnober asked")
    assert Hold.objects.get().reason == "inquiry"
    assert "We kept what you wrote." not in olga.html


def test_who_cannot_decide_is_not_sent_there(house: House, hand: Callable[[], Hand], closed: UUID) -> None:
    odile, olga = hand().at_work(house, "Odile"), hand().at_work(house, "Olga")
    for who, shown in ((odile, False), (olga, True)):
        who.get(f"/w/r/{closed}/keeping/")
        if who is odile:
            who.send("", do="propose", end="period-over")
        assert ("Decide about it" in who.html) is shown


@pytest.mark.parametrize("page", ["keeping", "history"])
def test_the_report_as_received_stands_on_the_left_where_it_opens(
    house: House, hand: Callable[[], Hand], closed: UUID, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    olga = hand().at_work(house, "Olga")
    olga.get(f"/w/r/{closed}/{page}/")
    assert NARRATIVE in olga.html
    assert 'aria-label="Pages of this report"' in olga.html

    def closed_to_her(*_: object, **__: object) -> None:
        raise CannotOpen

    monkeypatch.setattr(report_page, "case_file", closed_to_her)
    answer = olga.get(f"/w/r/{closed}/{page}/")
    assert answer.status_code == 200, "who read it and how long it is kept is needed all the same"
    assert NARRATIVE not in olga.html
    assert "Back to the report" in olga.html
