"""Tests for evidence: capture on request, chaining, timestamps, viewing, and matches with other items."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from pytest_django import Settings

from heedline.audit.models import Event
from heedline.casework.attachments import desk_files, redeeming, stored_objects, taking
from heedline.casework.attachments.taking import IncomingFile
from heedline.casework.errors import NotHere
from heedline.casework.intake.draft_files import DraftFile
from heedline.dispatch.models import Alarm
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DeskFile
from heedline.specialist_desks.material.evidence import (
    bundles,
    capturing,
    entries,
    reading,
    referring,
    uploading,
    vantages,
    watching,
)
from heedline.specialist_desks.material.examination import examining
from heedline.specialist_desks.material.hashes import Band
from heedline.specialist_desks.material.items import adding
from heedline.specialist_desks.material.liveness import LivenessVerdict
from heedline.specialist_desks.material.models import EvidenceEntry, HashBankPage, LivenessWatch, MaterialItem
from heedline.specialist_desks.material.outcomes import disposing, finding_lawful
from heedline.specialist_desks.material.queue import reading as material
from heedline.specialist_desks.material.rules import ItemState
from tests.support.acting import acting
from tests.support.files_scene import add_file
from tests.support.material_scene import PAGE, an_item_of, examined, reported, taken, the_item, unlawful
from tests.support.scene_people import People
from tests.support.search_scene import indexed
from tests.support.small_internet import Internet, captured, pdq, removed, small_internet

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stored")]
OTHER = "https://board.example/t/90210"


def test_a_captured_page_is_sealed_chained_logged_and_shown(people: People, internet: Internet) -> None:
    ref = the_item(people)
    with people.sitting("Odile") as odile:
        first = capturing.capture(ref, by=odile, at=people.at)
        second = capturing.look(ref, by=odile, at=people.at)
        assert (first.number, second.number) == (1, 2)
        assert first.verdict is second.verdict is second.settled is LivenessVerdict.LIVE
        shown = reading.evidence_of(ref, by=odile)
        assert [one.number for one in shown.lines] == [2, 1]
        assert shown.broken == ""
        token = reading.open_file(ref, 1, "picture", by=odile, at=people.at)
        with pytest.raises(NotHere):
            reading.open_file(ref, 1, "warc", by=odile, at=people.at)
    assert internet.asked == [PAGE, PAGE]
    acts = list(Event.objects.filter(thing_id=ref).order_by("id").values_list("act", flat=True))
    assert acts.count("material-capture-begun") == 2
    assert acts.index("material-capture-begun") < acts.index("material-captured")
    assert "material-evidence-viewed" in acts
    with acting("files"):
        capability = redeeming.use_token(token)
        content = redeeming.content_of(capability, uncovered=False)
        assert content.original is not None
        assert content.plan is not None
        with pytest.raises(NotHere):
            redeeming.use_token(token)


def test_nothing_of_a_page_lies_in_the_clear(people: People, internet: Internet) -> None:
    ref = the_item(people)
    with people.sitting("Odile") as odile:
        capturing.capture(ref, by=odile, at=people.at)
    with connection.cursor() as cursor:
        for table in (
            "material_evidence",
            "material_hash_bank",
            "reports_desk_part_payload",
            "reports_desk_file",
        ):
            cursor.execute(f"SELECT string_agg(t::text, ' ') FROM {table} t")
            (clear,) = cursor.fetchone() or ("",)
            assert "films" not in clear
            assert str(pdq()["forms"])[2:30] not in clear


def test_a_stranger_and_another_desk_get_what_never_existed(people: People, internet: Internet) -> None:
    ref = the_item(people)
    with people.sitting("Oren") as stranger:
        for do in (capturing.capture, capturing.look, watching.watch):
            for one in (ref, uuid4()):
                with pytest.raises(NotHere):
                    do(one, by=stranger, at=people.at)
        with pytest.raises(NotHere):
            reading.evidence_of(ref, by=stranger)
        with pytest.raises(NotHere):
            reading.export(ref, by=stranger, at=people.at)
        assert not EvidenceEntry.objects.exists()
        assert not DeskFile.objects.exists()
    assert internet.asked == []


def test_a_chain_that_was_cut_off_or_changed_is_said_to_be(people: People, internet: Internet) -> None:
    ref = the_item(people)
    with people.sitting("Odile") as odile:
        for _ in range(3):
            capturing.capture(ref, by=odile, at=people.at)
    newest = EvidenceEntry.objects.get(item=ref, number=3)
    with connection.cursor() as cursor:  # an administrator of the database
        cursor.execute("DELETE FROM material_evidence WHERE id = %s", [newest.id])
    with people.sitting("Olga") as olga:
        assert "newest entries are missing" in reading.evidence_of(ref, by=olga).broken
        with pytest.raises(NotNow, match="newest entries are missing"):
            reading.export(ref, by=olga, at=people.at)


def test_the_database_keeps_the_order_and_the_stamps(people: People, internet: Internet) -> None:
    ref = the_item(people)
    with people.sitting("Odile") as odile:
        capturing.capture(ref, by=odile, at=people.at)
        row = EvidenceEntry.objects.get()
        for wrong in (1, 3, 0):
            with pytest.raises(DatabaseError), transaction.atomic():
                EvidenceEntry.objects.create(
                    item_id=ref,
                    number=wrong,
                    container=uuid4(),
                    head=bytes(32),
                    officer_id=odile.officer_id,
                    at=people.at,
                )
        with pytest.raises(DatabaseError), transaction.atomic():
            EvidenceEntry.objects.filter(id=row.id).update(head=bytes(32))
        EvidenceEntry.objects.filter(id=row.id).update(stamp=b"one")
        with pytest.raises(DatabaseError), transaction.atomic():
            EvidenceEntry.objects.filter(id=row.id).update(stamp=b"another")


def test_entries_are_stamped_by_an_authority_and_the_bundle_verifies_offline(
    people: People, internet: Internet, settings: Settings, tmp_path: Path
) -> None:
    ref = the_item(people)
    with people.sitting("Odile") as odile:
        capturing.capture(ref, by=odile, at=people.at)
        assert EvidenceEntry.objects.get().stamp is None, "no authority is known"
    with small_internet(tmp_path / "authority") as net, people.sitting("Olga") as olga:
        assert net.authority is not None
        settings.TIME_STAMPS_URL = f"http://127.0.0.1:{net.server_port}/tsa"
        settings.TIME_STAMPS_ROOTS = str(net.authority.root)
        capturing.look(ref, by=olga, at=people.at)
        assert EvidenceEntry.objects.exclude(stamp=None).count() == 2, "the first was stamped later"
        assert all(one.stamped_at for one in reading.evidence_of(ref, by=olga).lines)
        token, head = reading.export(ref, by=olga, at=people.at)
        roots = net.authority.root.read_bytes()
    with acting("files"):
        content = b"".join(redeeming.take_original(token).content)
    place = tmp_path / "bundle.zip"
    place.write_bytes(content)
    found = bundles.verify(place, head=head, roots=roots)
    assert found.entries == 2
    assert len(found.stamped) == 2
    with small_internet(tmp_path / "another") as net:
        assert net.authority is not None
        with pytest.raises(bundles.BrokenChain, match="trusted"):
            bundles.verify(place, roots=net.authority.root.read_bytes())
    assert b"films.example" in content
    assert str(olga.officer_id).encode() in content


def test_only_who_leads_the_desk_exports(people: People, internet: Internet) -> None:
    ref = the_item(people)
    with people.sitting("Odile") as odile:
        capturing.capture(ref, by=odile, at=people.at)
        with pytest.raises(examining.Refused):
            reading.export(ref, by=odile, at=people.at)


def test_nothing_is_captured_of_a_referred_item(people: People, internet: Internet) -> None:
    ref = the_item(people)
    with people.sitting("Odile") as odile:
        capturing.capture(ref, by=odile, at=people.at)
        assert HashBankPage.objects.get().entries == 1
        referring.refer(ref, by=odile, at=people.at)
        assert HashBankPage.objects.get().entries == 1, "its hashes stay, to block copies"
        with pytest.raises(NotNow):
            capturing.capture(ref, by=odile, at=people.at)
        with pytest.raises(NotHere):
            reading.open_file(ref, 1, "picture", by=odile, at=people.at)
    assert internet.asked == [PAGE]


def decided(people: People) -> UUID:
    ref = taken(people)
    examined(people, ref, "Odile", unlawful("ta2006-s1"))
    assert examined(people, ref, "Otto", unlawful("ta2006-s1")) is ItemState.UNLAWFUL
    return ref


def test_an_item_counts_as_removed_after_two_checks_from_two_places(
    people: People, internet: Internet
) -> None:
    ref = decided(people)
    later = people.at + timedelta(hours=2)
    with people.sitting("Odile") as odile:
        capturing.capture(ref, by=odile, at=people.at)
        internet.page = removed(PAGE)
        first = capturing.look(ref, by=odile, at=people.at + timedelta(minutes=5))
        assert first.verdict is LivenessVerdict.REMOVED_404
        assert first.settled is None
        internet.page = captured(PAGE, vantage="away", status=404, control=200, pdq=None)
        second = capturing.look(ref, by=odile, at=later)
        assert second.settled is LivenessVerdict.REMOVED_404
        internet.page = captured(PAGE, text="Twenty ways to cook a pumpkin. " * 30, pdq=pdq(0x5A))
        assert capturing.look(ref, by=odile, at=later).verdict is LivenessVerdict.CHANGED


def test_a_check_that_is_due_and_not_made_is_an_alarm(people: People, internet: Internet) -> None:
    ref = decided(people)
    with people.sitting("Odile") as odile:
        watching.watch(ref, by=odile, at=people.at)
        assert watching.due(by=odile, at=people.at) == []
        soon, night = people.at + timedelta(minutes=20), people.at + timedelta(hours=13)
        assert watching.due(by=odile, at=soon) == [ref]
        capturing.look(ref, by=odile, at=soon)
        assert watching.due(by=odile, at=soon) == []
        due = LivenessWatch.objects.get().due_at
        assert due is not None
        assert people.at + timedelta(minutes=50) < due < people.at + timedelta(minutes=70)
        assert watching.due(by=odile, at=night) == [ref]
    with acting("worker"):
        watching.raise_late(due + timedelta(minutes=29))
        assert not Alarm.objects.filter(kind="material-check-late").exists()
        watching.raise_late(due + timedelta(minutes=31))
        late = people.at + timedelta(hours=14)
        watching.raise_late(late)
    with people.sitting("Olga") as olga:
        (alarm,) = Alarm.objects.filter(kind="material-check-late")
        assert watching.is_late(alarm, late)
        capturing.look(ref, by=olga, at=late)
        assert not watching.is_late(alarm, late)
        assert LivenessWatch.objects.get().done == 3, "one check answered for all that were due"


def test_only_what_is_to_be_taken_down_is_watched(people: People, internet: Internet) -> None:
    ref = the_item(people)
    with people.sitting("Odile") as odile, pytest.raises(NotNow):
        watching.watch(ref, by=odile, at=people.at)


def test_material_uploaded_elsewhere_is_linked_to_the_earlier_decision(
    people: People, internet: Internet
) -> None:
    first = decided(people)
    with people.sitting("Odile") as odile:
        capturing.capture(first, by=odile, at=people.at)
    again = the_item(people, OTHER)
    with people.sitting("Otto") as otto:
        near = pdq()
        forms = near["forms"]
        assert isinstance(forms, list)
        forms[0] = f"{int(forms[0][:2], 16) ^ 3:02x}{forms[0][2:]}"
        internet.page = captured(OTHER, text="Short", pdq=near)
        capturing.capture(again, by=otto, at=people.at)
        (known,) = reading.evidence_of(again, by=otto).known
        assert (known.ref, known.state, known.band) == (first, ItemState.UNLAWFUL, Band.RE_ENCODED)
        with pytest.raises(NotNow, match="not found lawful"):
            finding_lawful.find_lawful(again, "art", "", version=1, evidence=1, by=otto, at=people.at)
        assert MaterialItem.objects.get(id=again).state == ItemState.NEW, "a match decides nothing"
        assert reading.evidence_of(first, by=otto).known == ()
        internet.page = captured(OTHER, text="Something else entirely", pdq=pdq(0x0F, quality=10))
        third = the_item_here(people, "https://else.example/x")
        capturing.capture(third, by=otto, at=people.at)
        assert reading.evidence_of(third, by=otto).known == (), "a plain picture makes no claim"


def the_item_here(people: People, address: str) -> UUID:
    return an_item_of("material", people, address)


def test_an_examiner_is_not_shown_again_what_they_examined(people: People, internet: Internet) -> None:
    first = decided(people)  # by Odile and Otto
    with people.sitting("Odile") as odile:
        capturing.capture(first, by=odile, at=people.at)
        again = the_item_here(people, OTHER)
        capturing.capture(again, by=odile, at=people.at)
        with pytest.raises(NotNow, match="examined this material before"):
            reading.open_file(again, 1, "picture", by=odile, at=people.at)
        reading.open_file(first, 1, "picture", by=odile, at=people.at)
    with people.sitting("Olga") as olga:
        reading.open_file(again, 1, "picture", by=olga, at=people.at)


def _file(name: str, people: People) -> DraftFile:
    incoming = IncomingFile(name)
    incoming.write(b"placeholder captured elsewhere")
    return incoming.finish(people.at)


def test_a_file_captured_by_hand_is_the_next_entry(people: People, internet: Internet) -> None:
    ref = the_item(people)
    with people.sitting("Odile") as odile:
        sent, without_words = (_file("film.txt", people) for _ in range(2))
        with pytest.raises(NotNow):
            uploading.upload(ref, without_words, " ", by=odile, at=people.at)
        assert not taking.still_good(without_words, people.at), "what is not kept is deleted"
        assert uploading.upload(ref, sent, "Taken on a separate computer", by=odile, at=people.at) == 1
        (line,) = reading.evidence_of(ref, by=odile).lines
        assert line.title == "Taken on a separate computer"
        (entry,) = entries.opened(MaterialItem.objects.get(), odile.keys())
        assert (
            b"".join(desk_files.read(entry.files[0].kept, odile.keys())) == b"placeholder captured elsewhere"
        )
        other = the_item_here(people, OTHER)
        uploading.upload(other, _file("again.txt", people), "Found again", by=odile, at=people.at)
        (known,) = reading.evidence_of(other, by=odile).known
        assert (known.ref, known.by) == (ref, "file")


def test_a_file_of_a_report_that_is_in_evidence_is_named(people: People, internet: Internet) -> None:
    (report,) = reported(people, PAGE)
    indexed(people)
    (item,) = MaterialItem.objects.values_list("id", flat=True)
    add_file(report, b"placeholder in a report", at=people.at, name="a.txt", kind="text", media="text/plain")
    digest = hashlib.sha256(b"placeholder in a report").hexdigest()
    with people.sitting("Odile") as odile:
        assert material.items_with_files_of(report, by=odile, at=people.at) == ()
        internet.page = captured(PAGE, sums=(digest,))
        capturing.capture(item, by=odile, at=people.at)
        (line,) = material.items_with_files_of(report, by=odile, at=people.at)
        assert line.ref == item


def test_an_item_is_disposed_of_after_its_last_report(people: People, internet: Internet) -> None:
    ref = decided(people)
    with people.sitting("Odile") as odile:
        capturing.capture(ref, by=odile, at=people.at)
        alone = adding.add(OTHER, by=odile, at=people.at)
        capturing.capture(alone, by=odile, at=people.at)
        with pytest.raises(examining.Refused):
            disposing.dispose(alone, by=odile, at=people.at)
        with pytest.raises(NotNow, match="still refers to"):
            disposing.propose(ref, by=odile, at=people.at)
        with pytest.raises(NotNow, match="not finished"):
            disposing.propose(alone, by=odile, at=people.at)
        examining.check(alone, [], gone=True, by=odile, at=people.at)
        assert len(stored_objects.objects_about(alone)) == 3
    with people.sitting("Olga") as olga:
        with pytest.raises(NotNow, match="Nobody has proposed"):
            disposing.dispose(alone, by=olga, at=people.at)
        disposing.propose(alone, by=olga, at=people.at)
        with pytest.raises(examining.Refused, match="Another officer must confirm it"):
            disposing.dispose(alone, by=olga, at=people.at)
        disposing.keep(alone, by=olga, at=people.at)
    with people.sitting("Odile") as odile:
        disposing.propose(alone, by=odile, at=people.at)
        with pytest.raises(NotNow, match="proposed already"):
            disposing.propose(alone, by=odile, at=people.at)
    with people.sitting("Olga") as olga:
        told = disposing.dispose(alone, by=olga, at=people.at)
        assert (told.entries, told.files, told.parts) == (1, 3, 6), "two contents, an entry, three files"
        assert told.head == Event.objects.get(act="material-disposed", outcome="done").detail["head"]
        assert not MaterialItem.objects.filter(id=alone).exists()
        assert not DeskFile.objects.filter(thing=alone).exists()
        assert adding.add(OTHER, by=olga, at=people.at) != alone, "nothing finds it any more"
        internet.page = captured("https://third.example/x")
        third = the_item_here(people, "https://third.example/x")
        capturing.capture(third, by=olga, at=people.at)
        assert [one.ref for one in reading.evidence_of(third, by=olga).known] == [ref]


def test_reserved_names_lead_to_the_small_internet_only_where_the_database_was_born_a_demonstration(
    people: People, settings: Settings
) -> None:
    settings.SMALL_INTERNET, settings.CAPTURE_VANTAGES = 7070, "here, away=10.0.0.5:3128"
    with people.sitting("Odile"):
        assert vantages.limits_of("here").small_internet == 7070
        assert vantages.limits_of("away").upstream == ("10.0.0.5", 3128)
        assert vantages.limits_of("unknown").vantage == "here"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE desks_installation SET born = 'live'")
    with people.sitting("Odile"):
        assert vantages.limits_of("here").small_internet == 0
