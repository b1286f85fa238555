"""Every time that a public page promises is the deadline in the queue. `docs/promised-times.md` lists the sentences."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from heedline.casework.access.session import office_zone
from heedline.casework.contact import call_back
from heedline.casework.duty import paging
from heedline.casework.intake import drafting
from heedline.casework.journey import transitions
from heedline.casework.pages import case_file
from heedline.dispatch.clocks import slot_end, slot_of
from heedline.dispatch.letters import AlarmKind
from heedline.dispatch.models import Alarm
from heedline.dispatch.safe_times import DAYS
from heedline.intake.question_files import load_question_set
from heedline.packs import load_pack
from heedline.reports.models import CallBack, Report
from heedline.web.public.shell import promised_times
from tests.laws import test_incidents as incident_form
from tests.sites.public import test_endings as endings
from tests.sites.public.walker import DRAFT, Walker
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.scene_people import People

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def as_promised(due: datetime) -> str:
    """Return a deadline as the English pages say it."""
    local, today = due.astimezone(office_zone()), now().astimezone(office_zone()).date()
    if local.date() == today:
        return f"by {local:%H:%M} today"
    if local.date() == today + timedelta(days=1):
        return f"by {local:%H:%M} tomorrow"
    return f"by {local:%H:%M} on {local.day} {MONTHS[local.month - 1]} {local.year}"


SENTENCES: dict[Callable[[Walker], None], str] = {
    endings.activity: "A trained officer will read it {}.",
    endings.person: "A trained officer will read it {}.",
    endings.online: "A specialist officer will look at your report {}.",
    endings.advice: "We will email or call you {} to tell you who your adviser is.",
}


@pytest.mark.parametrize("kind", SENTENCES, ids=lambda kind: kind.__name__)
def test_the_page_promises_the_deadline_of_the_queue(rosa: Walker, kind: Callable[[Walker], None]) -> None:
    """Online material was promised within 24 hours, and due up to a quarter of an hour later."""
    kind(rosa)
    due = Report.objects.get().due_at
    assert due is not None
    assert SENTENCES[kind].format(as_promised(due)) in rosa.main
    rosa.visit("/code/")
    assert SENTENCES[kind].format(as_promised(due)) in rosa.main, "also when it is loaded again"


def test_what_is_planned_is_promised_sooner(rosa: Walker) -> None:
    rosa.begin().press("Start", danger="planned").press("Continue", when="On Saturday")
    rosa.press("Skip the other questions", narrative="He will take a knife.").press(
        "Continue", who="anonymous"
    )
    rosa.press("Send your report")
    due = Report.objects.get().due_at
    assert due is not None
    assert due <= now() + timedelta(minutes=30)
    assert f"read it {as_promised(due)}." in rosa.main


@pytest.mark.usefixtures("leads")
def test_the_form_of_an_incident_promises_the_deadline_of_its_pace(house: House, rosa: Walker) -> None:
    incident_form.opened(People(house, now()))
    incident_form.tell(rosa).press("Send your report")
    due = Report.objects.get().due_at
    assert due is not None
    assert due > now() + timedelta(hours=20), "routine, among many"
    assert f"A trained officer will read your report {as_promised(due)}." in rosa.main
    rosa.visit("/code/")
    assert f"A trained officer will read your report {as_promised(due)}." in rosa.main


def test_a_message_is_promised_the_deadline_of_messages(rosa: Walker) -> None:
    code = rosa.send()
    rosa.press("I have saved my code").visit("/messages/").press("Open", code=code)
    rosa.press("Send your message", text="It was white.", danger="no")
    promised = promised_times.message_read_by(now())
    assert f"An officer will read it {as_promised(promised)}." in rosa.main
    waiting = Alarm.objects.filter(kind=AlarmKind.MESSAGE_WAITING)
    with acting("worker"):
        paging.watch_messages(promised)
        assert not waiting.exists()
        paging.watch_messages(promised + timedelta(seconds=1))
        assert waiting.exists(), "the desk is alarmed as soon as the promise is broken"


def test_the_working_days_of_advice_are_those_of_the_queue(rosa: Walker) -> None:
    """The door and the page that asks for an address said two, whatever the clock was."""
    pack = load_pack("uk")
    door = " ".join(pack.words("en").lines("advice_door.ask"))
    asked = " ".join(load_question_set(pack, "advice").any_step("contact").paragraphs)
    days = {int(said) for said in re.findall(r"within (\d+) working days", f"{door} {asked}")}
    assert len(days) == 1
    endings.advice(rosa)
    due = Report.objects.get().due_at
    assert due == pack.working_days.close_of(
        slot_end(slot_of(now())), *days, calendar=pack.working_days.usual
    )


@pytest.mark.parametrize("hours", [["morning"], ["afternoon", "evening"], []])
def test_a_call_for_certain_days_is_promised_and_due_on_one_of_them(
    rosa: Walker, house: House, hours: list[str]
) -> None:
    """The page promised no date, and a call for Tuesdays was to be made by Wednesday."""
    at = now()
    day = (at.astimezone(office_zone()) + timedelta(days=3)).weekday()
    endings.callback(rosa, days=[DAYS[day]], hours=hours)
    report = Report.objects.get()
    assert report.due_at is not None
    promised = promised_times.call_by(report.due_at, [DAYS[day]], hours)
    assert f"We will try to call you {as_promised(promised)}." in rosa.main
    with acting("office"):
        nadia = house.sign_in("Nadia", at=at)
        transitions.take(report.id, by=nadia, at=at)
        case_file.case_file(report.id, by=nadia, at=at)
        row = CallBack.objects.get()
        line = call_back.to_make(by=nadia, at=at)[0].line
    assert row.due_at <= promised, "the desk calls no later than the page says"
    times = load_pack("uk").safe_hours
    for due in (row.due_at, promised):
        local = due.astimezone(office_zone())
        assert local.weekday() == day
        assert any(times[hour][0] <= local.time() < times[hour][1] for hour in hours or times)
    assert line is not None
    assert line.due_words == f"Call by {row.due_at.astimezone(office_zone()):%A %-d %B, %H:%M}"
    assert line.opens_words.startswith("Closed until "), "and both are of the same day"
    assert f"{row.due_at.astimezone(office_zone()):%A %-d %B}" in line.opens_words


def test_who_wrote_when_to_call_is_promised_no_time(rosa: Walker) -> None:
    """An officer reads those words first."""
    endings.callback(rosa, times=["Only while the children are at school"])
    assert "We will first try" not in rosa.main


@pytest.mark.parametrize("minutes", [0, 1, 14, 15, 44])
def test_a_call_that_is_read_earlier_is_due_no_later(minutes: int) -> None:
    """The page counts from the latest reading, the desk from the actual one."""
    read = datetime(2026, 12, 2, 9, 45, tzinfo=UTC)
    for days in ((), ("tue",), ("wed", "fri")):
        for hours in ((), ("morning",), ("evening",)):
            due = promised_times.call_by(read, days, hours)
            assert promised_times.call_by(read - timedelta(minutes=minutes), days, hours) <= due


@pytest.mark.parametrize("longer", [False, True], ids=["as usual", "longer"])
def test_answers_that_are_not_sent_are_deleted_when_the_page_says(rosa: Walker, longer: bool) -> None:
    said = re.findall(r"for (\d+) (minutes|hours)", rosa.visit("/tell/").main)
    assert [unit for _, unit in said] == ["minutes", "hours"]
    number, unit = said[longer]
    kept, at = timedelta(**{unit: int(number)}), now()
    rosa.press("Start", danger="no", **({"keep": ["24"]} if longer else {}))
    with acting("public"):
        assert drafting.load(rosa.cookie(DRAFT), at=at + kept - timedelta(minutes=1)) is not None
        assert drafting.load(rosa.cookie(DRAFT), at=at + kept + timedelta(minutes=1)) is None


TIMED = re.compile(r"\{(?:when|time|(?:working_days|minutes|hours|days)\.\w+|service\.reply_days)\}")
#: Where a time or a date is no promise but part of one, or is what an officer did.
_PARTS = frozenset({"when.today", "when.tomorrow", "when.day"})
ROOT = Path(__file__).parents[3]


def test_every_text_with_a_time_is_in_the_table_with_a_test_that_exists() -> None:
    table = (ROOT / "docs/promised-times.md").read_text(encoding="utf-8")
    texts = tomllib.loads((ROOT / "src/heedline/packs/uk/words/en.toml").read_text(encoding="utf-8"))
    timed = {key for key, text in flat(texts) if TIMED.search(text)} - _PARTS
    assert len(timed) > 6
    assert sorted(key for key in timed if f"`{key}`" not in table) == []
    named = re.findall(r"`(?:(tests/[\w/]+)/)?(test_\w+\.py)::(test_\w+)`", table)
    assert len(named) > 12
    for folder, file, name in named:
        place = ROOT / folder if folder else Path(__file__).parent
        assert f"def {name}(" in (place / file).read_text(encoding="utf-8"), name


def flat(texts: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """Yield the dotted key and the text of everything in a file of words."""
    for key, value in texts.items():
        if isinstance(value, dict):
            yield from flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value if isinstance(value, str) else " ".join(map(str, value))
