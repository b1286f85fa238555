"""Pages: who is called, when, on which channel, and that a page says nothing."""

from __future__ import annotations

import email.policy
import socket
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from smtplib import SMTPRecipientsRefused
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection
from procrastinate.contrib.django.utils import connector_params
from pytest_django import Settings

from heedline.casework.duty import alarm_board, alarm_kinds, alarms, page_rounds, paging
from heedline.dispatch import postmen
from heedline.dispatch.clocks import SLOT, slot_of
from heedline.dispatch.folder import FolderMail, settle_folder, write_page
from heedline.dispatch.letters import AlarmKind
from heedline.dispatch.models import About, Alarm, Outbox
from heedline.dispatch.pages import PAGE_BYTES, PAGE_LINES, PageWord, mail_page, page_words
from heedline.dispatch.turns import lock_key
from heedline.reports.models import Report
from tests.support.acting import acting
from tests.support.duty_scene import NOON, Scene, events, plain, play

pytestmark = pytest.mark.django_db
FOLDER = "heedline.dispatch.folder.FolderMail"


@pytest.fixture
def scene(settings: Settings, tmp_path: Path) -> Scene:
    settings.MAILERS = {"default": {"BACKEND": FOLDER}}
    settings.PAGES_DIR = tmp_path
    settings.DEMO = False
    return play(tmp_path)


def everybody(scene: Scene) -> Scene:
    """Odile and Nadia on duty; Nils is on call at two minutes, Orla at five, Max at ten."""
    scene.on_duty("Odile", "north-east")
    scene.on_duty("Nadia", "national")
    scene.on_call("Nils", "national", 1)
    scene.on_call("Orla", "north-east", 2)
    scene.on_call("Max", "national", 3)
    return scene


def test_danger_pages_the_desk_and_the_watch_at_the_next_tick_and_then_up_the_chain(scene: Scene) -> None:
    everybody(scene).report("north-east", "danger")
    assert scene.tick(5) == 1
    assert scene.paged() == ["nadia", "odile"]
    pages = {second: scene.paged() for second in range(10, 660, 5) if scene.tick(second)}
    assert pages == {
        125: ["nadia", "nils", "odile"],
        305: ["nadia", "nils", "odile", "orla"],
        605: ["max", "nadia", "nils", "odile", "orla"],
    }
    assert Alarm.objects.get().steps_sent == 4


def test_acknowledging_stops_the_paging_and_not_the_alarm(scene: Scene) -> None:
    everybody(scene).report("north-east", "danger")
    scene.tick(5)
    scene.paged()
    with scene.sitting("Odile") as odile:
        (line,) = alarm_board.open_now(by=odile, at=NOON)
        alarms.acknowledge(line.id, by=odile, at=NOON)
        (line,) = alarm_board.open_now(by=odile, at=NOON)
    assert (line.acknowledged_by, line.can_acknowledge, line.can_clear) == ("Odile", False, False)
    assert [scene.tick(second) for second in range(10, 2000, 30)].count(0) == len(range(10, 2000, 30))
    assert scene.paged() == []
    assert scene.open_kinds() == ["danger"]
    (event,) = events("alarm-acknowledged")
    assert event["actor"] == scene.people["Odile"].id


def test_a_restart_sends_the_next_step_at_once(scene: Scene) -> None:
    everybody(scene).report("north-east", "danger")
    scene.tick(5)
    scene.paged()
    scene.restart()
    assert scene.tick(30) == 1
    assert scene.paged() == ["nadia", "nils", "odile"]
    assert scene.tick(60) == 0


def test_a_page_says_nothing_and_is_always_the_same(scene: Scene) -> None:
    everybody(scene)
    ids = {str(scene.report("north-east", "danger")), str(scene.report("south-west", "danger"))}
    scene.tick(5)
    files = [path.read_bytes() for path in scene.folder.glob("*.eml")]
    assert {len(content) for content in files} == {PAGE_BYTES}
    for mail in scene.mails():
        assert mail["Subject"] == "Heedline: danger"
        body = str(mail.get_payload()).strip()
        assert body == "Danger. Sign in to Heedline. My work lists it first.\nhttp://localhost:8001"
        assert mail["Date"] == "Wed, 25 Nov 2026 12:00:00 +0000"
        assert set(mail.keys()) == {
            "Content-Type", "MIME-Version", "Content-Transfer-Encoding", "Subject", "From", "To", "Date", "Message-ID",
        }  # fmt: skip
    everything = b"".join(files).decode().lower()
    for word in (*ids, socket.gethostname().lower(), "north", "report", "12:07"):
        assert word not in everything


@pytest.mark.parametrize("name", ["a", "nadia.national", "x" * 64, "y" * 90, "z" * 200])
def test_a_page_is_as_long_on_the_way_as_in_a_file_whomever_it_goes_to(name: str) -> None:
    page = mail_page(
        f"{name}@unit.example",
        page_words("https://o.example", PageWord.CONTACT_FIRST),
        sender="heedline@example.org",
        at=NOON,
    )
    assert len(page.message().as_bytes()) == PAGE_BYTES
    assert len(page.message(policy=email.policy.SMTP).as_bytes()) == PAGE_BYTES + PAGE_LINES


def test_an_address_that_would_show_in_the_length_is_not_paged_by_mail() -> None:
    with pytest.raises(ValueError, match="too long"):
        mail_page(
            f"{'x' * 3000}@unit.example",
            page_words("https://o.example", PageWord.CONTACT_FIRST),
            sender="a@example.org",
            at=NOON,
        )


def test_each_kind_of_alarm_has_one_of_four_words() -> None:
    words = {kind: rule.word for kind, rule in alarm_kinds.ALARM_KINDS.items()}
    dangers = {str(kind) for kind, word in words.items() if word is PageWord.DANGER}
    assert dangers == {
        "danger", "danger-opened", "danger-owner-away", "danger-review-late", "danger-told", "partner-danger", "planned",
    }  # fmt: skip
    assert words[AlarmKind.INTEREST_MATCHED] is PageWord.CONTACT_FIRST
    assert words[AlarmKind.IDENTITY_ASKED] is PageWord.DUE
    assert words[AlarmKind.ROTA_GAP] is PageWord.DESK


def test_danger_has_a_sender_and_an_address_of_its_own(
    scene: Scene, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, bytes]] = []
    monkeypatch.setattr(postmen, "post", lambda address, content: sent.append((address, content)))
    settings.PAGE_WEBHOOK = "https://pages.example/hook"
    settings.PAGE_DANGER_WEBHOOK = "https://pages.example/danger"
    settings.PAGE_DANGER_MAIL_FROM = "danger@example.org"
    everybody(scene).report("north-east", "danger")
    Alarm.objects.create(
        kind="worker-failing", desk=scene.desks["north-east"], about_kind=About.DESK, slot=slot_of(NOON)
    )
    scene.tick(5)
    told = {str(mail["Subject"]): str(mail["From"]) for mail in scene.mails()}
    assert told == {"Heedline: danger": "danger@example.org", "Heedline: desk": settings.PAGE_MAIL_FROM}
    assert [address for address, _ in sent] == [settings.PAGE_DANGER_WEBHOOK, settings.PAGE_WEBHOOK]
    assert {path.stat().st_size for path in scene.folder.glob("*.eml")} == {PAGE_BYTES}


def test_what_comes_within_the_pace_is_in_the_next_digest(scene: Scene) -> None:
    everybody(scene)
    scene.report("north-east", "danger")
    scene.tick(5)
    scene.paged()

    def comes(kind: str) -> Alarm:
        about = {"about_kind": About.REPORT, "about_id": uuid4()}
        return Alarm.objects.create(kind=kind, desk=scene.desks["north-east"], slot=slot_of(NOON), **about)

    def digests(seconds: int) -> list[str]:
        Alarm.objects.filter(kind="danger").update(acknowledged_at=NOON, acknowledged_by=uuid4())
        scene.tick(seconds)
        found = sorted(f"{mail['To'].partition('@')[0]} {mail['Subject']}" for mail in scene.mails())
        scene.paged()
        return found

    comes("overdue")
    assert digests(60) == ["nadia Heedline: due", "odile Heedline: due"], "danger before it is no digest"
    second = comes("message-waiting")
    assert [digests(60 * minute) for minute in (2, 10, 25)] == [[], [], []]
    assert digests(31 * 60) == ["nadia Heedline: due", "odile Heedline: due"]
    second.refresh_from_db()
    assert second.steps_sent == 1
    assert digests(62 * 60) == [], "nothing is left to say"


def test_two_reports_are_one_page_a_person(scene: Scene) -> None:
    everybody(scene)
    for _ in range(5):
        scene.report("north-east", "danger")
    assert scene.tick(5) == 5
    assert scene.paged() == ["nadia", "odile"]


def test_files_and_their_folder_carry_the_quarter_hour(scene: Scene) -> None:
    everybody(scene).report("north-east", "danger")
    scene.tick(5)
    slot = slot_of(NOON)
    assert len(list(scene.folder.iterdir())) == 2
    assert {path.stat().st_mtime for path in scene.folder.iterdir()} == {slot.timestamp()}
    assert scene.folder.stat().st_mtime == slot.timestamp()


def test_settling_gives_files_new_names_and_births(scene: Scene, tmp_path: Path) -> None:
    soon = datetime.now(UTC) + timedelta(hours=1)  # their quarter hour ends after the real present
    long_ago = write_page(b"x", ending="eml", at=NOON - timedelta(days=3650), folder=tmp_path)
    names = {write_page(b"x", ending="eml", at=soon, folder=tmp_path).name for _ in range(3)}
    assert settle_folder(soon, tmp_path) == 0
    assert settle_folder(slot_of(soon) + SLOT, tmp_path) == 3
    assert long_ago.exists(), "what was written after its quarter hour has been settled"
    after = [path for path in tmp_path.iterdir() if path != long_ago]
    assert len(after) == 3
    assert not names & {path.name for path in after}
    assert {path.stat().st_mtime for path in after} == {slot_of(soon).timestamp()}


def test_nobody_on_duty_and_nobody_on_call_pages_the_whole_watch(scene: Scene) -> None:
    scene.report("north-east", "danger")
    scene.tick(5)
    assert scene.paged() == ["max", "nadia", "nils"]


def test_a_page_that_fails_is_tried_again_counted_and_becomes_an_alarm(
    scene: Scene, settings: Settings
) -> None:
    everybody(scene).report("north-east", "danger")
    settings.MAILERS = {"default": {"BACKEND": f"{__name__}.Broken"}}
    assert scene.tick(5) == 0
    danger = Alarm.objects.get(kind="danger")
    assert (danger.steps_sent, danger.failures) == (0, 1)
    assert scene.open_kinds() == ["danger", "page-failed"]
    settings.MAILERS = {"default": {"BACKEND": FOLDER}}
    assert scene.tick(10) == 1, "the alarm about the page"
    assert scene.tick(25) == 1, "the page itself"
    assert scene.paged().count("odile") == 1
    danger.refresh_from_db()
    assert (danger.steps_sent, danger.failures) == (1, 1)


def test_the_other_channel_is_tried_when_mail_fails(
    scene: Scene, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, bytes]] = []
    monkeypatch.setattr(postmen, "post", lambda address, content: sent.append((address, content)))
    settings.MAILERS = {"default": {"BACKEND": f"{__name__}.Broken"}}
    settings.PAGE_WEBHOOK = "https://pages.example/hook"
    everybody(scene).report("north-east", "danger")
    assert scene.tick(5) == 1
    ((address, content),) = sent
    assert address == "https://pages.example/hook"
    assert content == (
        b'{"text": "Danger. Sign in to Heedline. My work lists it first.\\nhttp://localhost:8001"}'
    )
    assert scene.open_kinds() == ["danger", "page-failed"]


def test_a_mailer_that_is_set_up_wrongly_does_not_keep_the_web_page_back(
    scene: Scene, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postmen, "post", lambda address, content: None)
    settings.MAILERS = {"default": {"BACKEND": "no.such.Backend"}}
    settings.PAGE_WEBHOOK = "https://pages.example/hook"
    everybody(scene).report("north-east", "danger")
    assert scene.tick(5) == 1


def test_in_a_demo_the_web_page_goes_to_the_folder_too(scene: Scene, settings: Settings) -> None:
    settings.DEMO = True
    settings.PAGE_WEBHOOK = "https://pages.example/hook"
    everybody(scene).report("north-east", "danger")
    scene.tick(5)
    (page,) = scene.folder.glob("*.json")
    assert page.stat().st_mtime == slot_of(NOON).timestamp()
    assert b"Danger. Sign in" in page.read_bytes()


def test_a_web_address_that_is_not_one_is_a_failure_and_no_crash(scene: Scene, settings: Settings) -> None:
    settings.PAGE_WEBHOOK = "file:///etc/passwd"
    everybody(scene).report("north-east", "danger")
    assert scene.tick(5) == 1, "the mail went"
    assert scene.open_kinds() == ["danger", "page-failed"]


def test_one_mailbox_that_refuses_does_not_keep_the_others_from_their_page(
    scene: Scene, settings: Settings
) -> None:
    everybody(scene).report("north-east", "danger")
    settings.MAILERS = {"default": {"BACKEND": f"{__name__}.RefusesNadia"}}
    assert scene.tick(5) == 1
    assert scene.paged() == ["odile"]
    assert "page-failed" in scene.open_kinds()


def test_officers_who_left_are_not_paged(scene: Scene) -> None:
    everybody(scene).report("north-east", "danger")
    scene.people["Nadia"].is_active = False
    scene.people["Nadia"].save()
    scene.tick(5)
    assert scene.paged() == ["odile"]


def test_pages_are_logged_behind_the_quarter_hour_and_dated_to_it(scene: Scene) -> None:
    everybody(scene).report("north-east", "danger")
    scene.tick(5)
    with acting("worker"):
        assert paging.settle_alarms(NOON) == 0
    assert events("duty-paged") == []
    with acting("worker"):
        assert paging.settle_alarms(NOON + SLOT) == 1
        assert paging.settle_alarms(NOON + SLOT) == 0
    (event,) = events("duty-paged")
    assert event["at"] == slot_of(NOON)
    assert event["actor"] is None
    assert event["detail"] == {"kind": "danger", "steps": 1, "failures": 0}


def test_settled_alarms_all_have_the_same_age(scene: Scene) -> None:
    everybody(scene)
    for desk in ("north-east", "south-west", "national"):
        scene.report(desk, "danger")
        with acting("worker"):
            paging.drain(NOON)
    ages = "SELECT count(DISTINCT xmin::text) FROM dispatch_alarm"
    with connection.cursor() as cursor:
        cursor.execute(ages)
        assert cursor.fetchone() != (1,)
    with acting("worker"):
        paging.settle_alarms(NOON + SLOT)
    with connection.cursor() as cursor:
        cursor.execute(ages)
        assert cursor.fetchone() == (1,)


def test_a_step_after_settling_is_settled_again(scene: Scene) -> None:
    everybody(scene).report("north-east", "danger")
    scene.tick(5)
    with acting("worker"):
        paging.settle_alarms(NOON + SLOT)
        paging.page_round(NOON + SLOT, 1_000_900.0, scene.memory)
        assert paging.settle_alarms(NOON + 2 * SLOT) == 1


def test_a_second_pager_stands_aside(scene: Scene) -> None:
    everybody(scene).report("north-east", "danger")
    other = psycopg.connect(**connector_params())
    try:
        other.execute("SELECT pg_advisory_lock(%s)", [lock_key("paging-dangers")])
        assert scene.tick(5) == 0
    finally:
        other.close()
    assert scene.tick(10) == 1


def test_what_is_stored_knows_no_finer_time_than_the_quarter_hour(scene: Scene) -> None:
    everybody(scene).report("north-east", "danger")
    for second in range(5, 700, 25):
        scene.tick(second)
    stored = plain(list(Alarm.objects.values()))
    assert "12:00:00" in stored
    for minute in range(1, 60):
        assert f"12:{minute:02}" not in stored
    assert not Outbox.objects.exists()


class Broken(BaseEmailBackend):
    """A mail server that is not there."""

    def open(self) -> bool:
        raise ConnectionRefusedError

    def send_messages(self, email_messages: Iterable[EmailMessage]) -> int:
        raise ConnectionRefusedError


class RefusesNadia(BaseEmailBackend):
    """A mail server that does not know Nadia."""

    def send_messages(self, email_messages: Iterable[EmailMessage]) -> int:
        messages = list(email_messages)
        if any("nadia" in to for message in messages for to in message.to):
            raise SMTPRecipientsRefused({})
        return FolderMail(alias="default").send_messages(messages)


def a_shift(scene: Scene, pace: timedelta, monkeypatch: pytest.MonkeyPatch) -> dict[str, Counter[str]]:
    """Eight hours with an alarm about work due, or about the desk, every six minutes, and one danger every two hours.

    Returns what the officer on duty, the officer of the round-the-clock desk and its duty manager were paged with.
    """
    monkeypatch.setattr(page_rounds, "_pace", pace.total_seconds)
    kinds = ["call-late", "question-late", "call-missed", "worker-failing"]
    got: dict[str, Counter[str]] = {name: Counter() for name in ("odile", "nadia", "max")}
    for minute in range(0, 8 * 60, 6):
        about: dict[str, Any] = {"about_kind": About.REPORT, "about_id": uuid4()}
        kind = kinds[minute // 6 % len(kinds)]
        if kind == "worker-failing":
            Alarm.objects.filter(kind=kind).delete()
            about = {"about_kind": About.DESK}
        Alarm.objects.create(kind=kind, desk=scene.desks["north-east"], slot=slot_of(NOON), **about)
        if minute % 120 == 30:
            scene.report("north-east", "danger")
        scene.tick(minute * 60)
        if minute % 120 == 36:
            Alarm.objects.filter(kind="danger").update(acknowledged_at=NOON, acknowledged_by=uuid4())
        for mail in scene.mails():
            name = str(mail["To"]).partition("@")[0]
            if name in got:
                got[name][str(mail["Subject"]).partition(": ")[2]] += 1
        scene.paged()
    return got


@pytest.mark.thorough
def test_a_shifts_pages_for_three_people_before_and_after(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a pace, as it was, each person had a page for nearly every alarm. Danger is paged as before."""
    everybody(scene).on_call("Max", "north-east", 1)
    before = a_shift(scene, timedelta(0), monkeypatch)
    Alarm.objects.all().delete()
    Report.objects.all().delete()
    scene.restart()
    after = a_shift(scene, timedelta(minutes=30), monkeypatch)
    assert {name: (before[name].total(), after[name].total()) for name in before} == {
        "odile": (87, 24),
        "nadia": (87, 24),
        "max": (83, 20),
    }
    for name in after:
        assert after[name]["danger"] == before[name]["danger"]
        assert after[name].total() - after[name]["danger"] <= 16
