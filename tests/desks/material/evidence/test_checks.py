"""Tests for captures and checks that are forbidden, do not count yet, or are impossible."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from http.client import BadStatusLine
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from heedline.audit.models import Event
from heedline.casework.attachments.taking import IncomingFile
from heedline.casework.records import time_stamps
from heedline.dispatch.models import Alarm
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DeskPartPayload
from heedline.specialist_desks.material.evidence import (
    capturing,
    entries,
    referring,
    suspending,
    uploading,
    watching,
)
from heedline.specialist_desks.material.examination import examining
from heedline.specialist_desks.material.items import found_item, sightings
from heedline.specialist_desks.material.items.check_times import rules
from heedline.specialist_desks.material.liveness import LivenessVerdict
from heedline.specialist_desks.material.models import EvidenceEntry, HashBankPage, LivenessWatch, MaterialItem
from heedline.specialist_desks.material.outcomes import disposing
from heedline.specialist_desks.material.pages.evidence import evidence as pages
from tests.support.acting import acting
from tests.support.material_scene import PAGE, an_item_of, examined, harmless, taken, the_item, unlawful
from tests.support.scene_people import People
from tests.support.small_internet import Internet, captured, pdq, removed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stored")]
SHARED = "https://www.instagram.com/reel/AbCd1234/?igsh=c2hhcmVy"


def decided(people: People, address: str = PAGE) -> UUID:
    ref = taken(people, address=address)
    examined(people, ref, "Odile", unlawful("ta2006-s1"))
    examined(people, ref, "Otto", unlawful("ta2006-s1"))
    return ref


def test_a_capture_opens_nothing_that_a_shared_link_adds(people: People, internet: Internet) -> None:
    with people.sitting("Odile") as odile:
        capturing.capture(an_item_of("material", people, SHARED), by=odile, at=people.at)
        assert internet.asked == ["https://instagram.com/p/AbCd1234"]
        for personal in ("https://www.tiktok.com/t/ZTabc123/", "https://bit.ly/2abcdEF"):
            with pytest.raises(NotNow, match="giving the reporter away"):
                capturing.capture(an_item_of("material", people, personal), by=odile, at=people.at)
    assert len(internet.asked) == 1


def test_one_check_does_not_say_that_an_item_is_gone(people: People, internet: Internet) -> None:
    ref, later = the_item(people), people.at + timedelta(hours=2)
    internet.page = removed(PAGE)
    with people.sitting("Odile") as odile:
        found = capturing.look(ref, by=odile, at=people.at)
        assert (found.verdict, found.settled) == (LivenessVerdict.REMOVED_404, None)
        seen = sightings.last(ref)
        assert seen is not None
        assert seen.verdict is LivenessVerdict.UNSURE
        internet.page = captured(PAGE, vantage="away", status=404, control=200, pdq=None)
        capturing.look(ref, by=odile, at=later)
        assert sightings.last(ref) == sightings.Sighting(later, LivenessVerdict.REMOVED_404)


def test_a_page_that_changed_is_not_seen_to_be_there(people: People) -> None:
    for verdict in LivenessVerdict:
        seen = sightings.Sighting(people.at, verdict)
        assert seen.is_there == (verdict is LivenessVerdict.LIVE), verdict


def test_a_page_of_the_bank_that_does_not_open_is_left_alone(people: People, internet: Internet) -> None:
    first, second = the_item(people), the_item(people, "https://board.example/t/90210")
    with people.sitting("Odile") as odile:
        capturing.capture(first, by=odile, at=people.at)
    page = HashBankPage.objects.get()
    with connection.cursor() as cursor:  # as a page that is sealed to a key which this session has not
        cursor.execute(
            "UPDATE reports_desk_part_payload SET payload = %s WHERE container = %s",
            [bytes(200), page.container],
        )
    internet.page = captured("https://board.example/t/90210", pdq=pdq(0x5A))
    with people.sitting("Olga") as olga:
        capturing.capture(second, by=olga, at=people.at)
        assert HashBankPage.objects.get(id=page.id).container == page.container
        assert DeskPartPayload.objects.filter(container=page.container).exists()
        assert HashBankPage.objects.count() == 2
        alone = an_item_of("material", people, "https://third.example/x")
        examining.check(alone, [], gone=True, by=olga, at=people.at)
    with people.sitting("Odile") as odile:
        disposing.propose(alone, by=odile, at=people.at)
    with people.sitting("Olga") as olga, pytest.raises(NotNow, match="bank of known hashes"):
        disposing.dispose(alone, by=olga, at=people.at)
    assert MaterialItem.objects.filter(id=alone).exists()


def test_pages_of_the_bank_are_locked_in_one_order(people: People, internet: Internet) -> None:
    ref = taken(people)
    with people.sitting("Odile") as odile, CaptureQueriesContext(connection) as asked:
        capturing.capture(ref, by=odile, at=people.at)
        referring.refer(ref, by=odile, at=people.at)
    locks = [one["sql"] for one in asked if "material_hash_bank" in one["sql"] and "FOR UPDATE" in one["sql"]]
    assert len(locks) >= 2, "a capture and a referral lock them"
    assert [one for one in locks if "ORDER BY" not in one] == [], "or two at once could stop each other"


def test_evidence_that_does_not_open_stops_a_capture_before_it_begins(
    people: People, internet: Internet
) -> None:
    ref = the_item(people)
    with people.sitting("Odile") as odile:
        for _ in range(2):
            capturing.capture(ref, by=odile, at=people.at)
        begun = Event.objects.filter(act="material-capture-begun").count()
    newest = EvidenceEntry.objects.get(item=ref, number=2)
    with connection.cursor() as cursor:  # an administrator of the database
        cursor.execute("DELETE FROM material_evidence WHERE id = %s", [newest.id])
    incoming = IncomingFile("film.txt")
    incoming.write(b"placeholder captured elsewhere")
    with people.sitting("Olga") as olga:
        with pytest.raises(NotNow, match="newest entries are missing"):
            capturing.look(ref, by=olga, at=people.at)
        with pytest.raises(NotNow, match="newest entries are missing"):
            uploading.upload(ref, incoming.finish(people.at), "Taken elsewhere", by=olga, at=people.at)
    assert internet.asked == [PAGE, PAGE]
    assert Event.objects.filter(act="material-capture-begun").count() == begun


def test_an_authority_that_does_not_speak_http_stops_no_capture(
    people: People, internet: Internet, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.TIME_STAMPS_URL, settings.TIME_STAMPS_ROOTS = "http://127.0.0.1:9/tsa", "roots"

    def opened(*_: object, **__: object) -> None:
        raise BadStatusLine("SSH-2.0")

    monkeypatch.setattr(time_stamps, "build_opener", lambda *_: SimpleNamespace(open=opened))
    ref = the_item(people)
    with people.sitting("Odile") as odile:
        capturing.capture(ref, by=odile, at=people.at)
    assert EvidenceEntry.objects.get().stamp is None


def test_only_what_can_be_checked_is_watched_and_only_while_it_should_go(
    people: People, internet: Internet
) -> None:
    short, ref = decided(people, "https://bit.ly/2abcdEF"), decided(people)
    soon = people.at + timedelta(minutes=20)
    with people.sitting("Odile") as odile:
        with pytest.raises(NotNow, match="giving the reporter away"):
            watching.watch(short, by=odile, at=people.at)
        watching.begin(found_item.find(short, by=odile, at=people.at), people.at)
        assert not LivenessWatch.objects.exists()
        watching.watch(ref, by=odile, at=people.at)
        assert watching.due(by=odile, at=soon) == [ref]
        sightings.record(ref, LivenessVerdict.LIVE, by=odile, at=soon)
        assert watching.due(by=odile, at=soon) == [], "a person's look is a check"
        assert LivenessWatch.objects.get().due_at is not None
    examined(people, ref, "Nadia", harmless())
    assert LivenessWatch.objects.get().due_at is None


def test_a_check_that_cannot_be_made_holds_up_no_other(
    monkeypatch: pytest.MonkeyPatch, people: People
) -> None:
    waiting = [uuid4() for _ in range(9)]
    looked: list[UUID] = []
    said: list[str] = []

    def look(ref: UUID, **_: object) -> capturing.LookedAt:
        looked.append(ref)
        if ref in waiting[:4]:
            raise NotNow("It does not open.")
        return capturing.LookedAt(1, LivenessVerdict.LIVE, None)

    monkeypatch.setattr(capturing, "look", look)
    for kind in ("error", "success"):
        monkeypatch.setattr(pages.messages, kind, lambda _request, text: said.append(text))
    pages._run(cast(Any, SimpleNamespace(attendance=None)), waiting)
    assert looked == waiting[:7]
    assert [one for one in said if "It does not open." in one] == said[3:]
    assert len(said) == 4


def test_a_rule_that_fires_on_nearly_all_items_of_a_platform_is_suspended(
    people: People, internet: Internet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A platform that rewords its pages has not removed everything in one day."""
    few = replace(rules(), suspend_items=3, suspend_share=0.5)
    monkeypatch.setattr(suspending, "rules", lambda: few)
    rule, number = "kiteboard-removed", few.suspend_items + 1
    with people.sitting("Odile") as odile:
        items = [
            an_item_of("material", people, f"https://kiteboard.example/posts/Ab{one}")
            for one in range(number)
        ]
        for ref in items:
            capturing.capture(ref, by=odile, at=people.at - timedelta(hours=25))
        for one, ref in enumerate(items):
            address = f"https://kiteboard.example/posts/Ab{one}"
            internet.page = captured(
                address, text="This was removed for breaking our community rules", pdq=None
            )
            found = capturing.look(ref, by=odile, at=people.at + timedelta(minutes=one))
            assert found.verdict.is_removed == (one < number - 1), one
        chain = entries.opened(MaterialItem.objects.get(id=items[-1]), odile.keys())
        assert chain[-1].link.words["told"]["suspended"] == rule
        last = sightings.last(items[-1])
        assert last is not None
        assert last.verdict is LivenessVerdict.UNSURE, "a person has to look"
        capturing.look(items[0], by=odile, at=people.at + timedelta(hours=1))
        assert Event.objects.filter(act="material-rule-suspended").count() == 1
        event = Event.objects.get(act="material-rule-suspended")
        assert (event.thing_id, event.detail) == (None, {}), "a rule can name a platform"
    with acting("worker"):
        for _ in range(2):
            suspending.watch(event.at)
        (alarm,) = Alarm.objects.filter(kind="material-rule-suspended")
        assert suspending.lasts(alarm, event.at)
        assert not suspending.lasts(alarm, event.at + timedelta(hours=25))
