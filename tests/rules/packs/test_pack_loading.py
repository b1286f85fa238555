"""A mistake in a pack stops the start with a message that names file and key."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.support.pack_copy import PackCopy

from heedline.packs import PackError, load_pack
from heedline.packs.reading.loading import read_pack

type Edit = Callable[[str, str, str], PackCopy]


@pytest.fixture
def edited() -> Edit:
    """Copies the pack, replaces one text in one file, answers the copy's folder."""

    def edit(name: str, old: str, new: str) -> PackCopy:
        folder = PackCopy()
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
        return folder

    return edit


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("pack.toml", 'exit_url = "https', 'exit_url = "http', r"pack.toml: service.exit_url: must be an https address"),
        ("pack.toml", 'dial = "999"', 'dial = "nine"', r"pack.toml: numbers.emergency.dial: must be digits"),
        ("pack.toml", "as_of = 2026-11-25", 'as_of = "today"', r"pack.toml: numbers.emergency.as_of: must be a date"),
        ("pack.toml", 'source = "nott', 'sauce = "nott', r"pack.toml: numbers.emergency.source: is missing"),
        ("pack.toml", "postcode = '(", "postcode = '((", r"pack.toml: formats.postcode: is not a regular expression"),
        ("pack.toml", "[service]", "[service", r"pack.toml: not readable as TOML"),
        ("pack.toml", "[formats]", '[languages.xx]\nname = "X"\nenglish = "X"\n[formats]', r"words/xx.toml: the file is missing"),
        ("pack.toml", "[formats]", '[languages.xx]\nname = "X"\n[formats]', r"pack.toml: languages.xx.english: is missing"),
        ("pack.toml", "[formats]", '[languages.Welsh]\nname = "X"\n[formats]', r"pack.toml: languages.Welsh: must be a language tag"),
        ("words/reviews.toml", '"attack"', '""', r"words/reviews.toml: only_reviewed: must be a list of texts"),
        ("desks.toml", 'desk = "north-east"', 'desk = "north"', r"desks.toml: regions.north-east.desk: must be one of"),
        ("desks.toml", '"London"\ndesk = "national"', '"London"\ndesk = "identity"', r"desks.toml: regions.london.desk: must be one of"),
        ("desks.toml", 'watch_desk = "national"', 'watch_desk = "identity"', r"desks.toml: watch_desk: must name a desk whose role is desk"),
        ("desks.toml", "around_the_clock = true", "around_the_clock = false", r"desks.toml: watch_desk: must name a desk that never closes"),
        ("desks.toml", 'organisation = "south-west-unit"', 'organisation = "x"', r"desks.toml: desks.south-west.organisation: must be"),
        ("desks.toml", '"Kent Police", "south-east"', '"Kent Police", "east"', r"desks.toml: forces.kent: no region is called east"),
        ("desks.toml", 'kent = ["Kent', 'kant = ["Kent', r"areas/outcodes.csv: row \d+: no force is called kent"),
        ("desks.toml", 'BT = "northern-ireland"', 'BT = "psni"', r"desks.toml: areas.prefixes.BT: no force is called psni"),
        ("kinds/activity/kind.toml", "watch = true", 'watch = "yes"', r"kinds/activity/kind.toml: watch: must be true or false"),
        ("clocks.toml", "seen_minutes = 15", "seen_minutes = 31", r"clocks.toml: priorities.high.next_minutes: must not be earlier"),
        ("clocks.toml", "wait_minutes = 240", "wait_minutes = 29", r"clocks.toml: priorities.high.wait_minutes: must not be earlier"),
        ("clocks.toml", "after_seconds = 60", "after_seconds = 61", r"clocks.toml: on_call: the first step must come within 60"),
        ("clocks.toml", "after_seconds = 300", "after_seconds = 100", r"clocks.toml: on_call\[2\].after_seconds: must be later"),
        ("clocks.toml", "lease = 20", "lease = true", r"clocks.toml: minutes.lease: must be a whole number"),
        ("clocks.toml", 'routine = "medium"', 'routine = "none"', r"clocks.toml: first_priority.routine: must be one of"),
        ("kinds/activity/outcomes.toml", "[reasons.too-old]\n", "[reasons.too-old]\nnote = 1\n", r"kinds/activity/outcomes.toml: reasons.too-old.note: is not a known key here"),
        ("outcomes.toml", 'outcome = "insufficient"', 'outcome = "new-lead"', r"outcomes.toml: outcomes.new-lead: short outcomes need reasons"),
        ("outcomes.toml", '"status.read"', '"status.raed"', r"outcomes.toml: statuses.read: words/en.toml has no text status.raed"),
        ("kinds/person/outcomes.toml", '"crime-recorded",', '"crime",', r"kinds/person/outcomes.toml: offers.outcomes: nothing is called crime"),
        ("kinds/person/outcomes.toml", '    "police-led",\n', "", r"outcomes.toml: outcomes.police-led: no kind of report offers it"),
        ("kinds/person/outcomes.toml", "[outcomes.police-led]", "[outcomes.spam]", r"kinds/person/outcomes.toml: outcomes.spam: stands in outcomes.toml already"),
        ("kinds/person/outcomes.toml", 'retention = "group-2"', 'retention = "group-x"', r"outcomes.toml: outcomes.police-led.retention: no group is called group-x"),
        ("kinds/advice/outcomes.toml", "short = true", "short = false", r"outcomes.toml: outcomes.no-answer: short outcomes need reasons"),
        ("kinds/online/outcomes.toml", '    "other-body",\n', "", r"kinds/online/outcomes.toml: offers.reasons: \w+-\w+ has an outcome that is not offered"),
        ("kinds/online/kind.toml", 'desk_kind = "material"', 'desk_kind = "films"', r"kinds/online/kind.toml: desk_kind: must be one of"),
        ("kinds/online/kind.toml", 'desk = "material"', 'desk = "nobody"', r"kinds/online/kind.toml: desk: no desk is called nobody"),
        ("desks.toml", '"Wales"\n', '"Wales"\ndesks.advice = "south-west"\n', r"desks.toml: regions.wales.desks.advice: must name a kind of report and a desk that takes it"),
        ("desks.toml", 'calendar = "scotland"', 'calendar = "atlantis"', r"desks.toml: regions.scotland.calendar: must be one of"),
        ("desks.toml", "960002\"\n", "960002\"\ncalendar = \"atlantis\"\n", r"desks.toml: desks.north-east.calendar: must be one of"),
        ("desks.toml", 'around_the_clock = false\nkinds = ["activity"]', 'around_the_clock = false\nkinds = []', r"desks.toml: desks.north-east.kinds: a desk takes at least one"),
        ("desks.toml", 'around_the_clock = false\nkinds = ["activity"]', 'around_the_clock = false\nkinds = ["person", "online"]', r"desks.toml: desks.north-east.kinds: a desk is for one of"),
        ("pack.toml", '"online", "advice"]', '"onlyne", "advice"]', r"kinds/onlyne/kind.toml: the file is missing"),
        ("kinds/online/kind.toml", 'planned = "high", soon = "high"', 'planned = "high"', r"kinds/online/kind.toml: clocks.first_priority.soon: is missing"),
        ("holidays.toml", "2026-12-28", '"2026-12-28"', r"holidays.toml: calendars.england-and-wales: must be a list of dates"),
        ("holidays.toml", '"Europe/London"', '"Europe/Atlantis"', r"holidays.toml: zone: is no time zone"),
        ("holidays.toml", "[6, 7]", "[1, 2, 3, 4, 5, 6, 7]", r"holidays.toml: weekend: must be days of the week"),
        ("kinds/person/assessment.toml", "[choices.under18]", "[choice.under18]", r"kinds/person/assessment.toml: choice"),
        ("kinds/advice/assessment.toml", "[reason]", "[why]", r"kinds/advice/assessment.toml: reason: is missing"),
        ("incidents.toml", '"now", "call"', '"nwo", "call"', r"incidents.toml: kinds.attack.asks: activity has no page nwo"),
        ("incidents.toml", '"now", "call"', '"call"', r"incidents.toml: kinds.attack.asks: must have the page now"),
        ("words/en.toml", "{numbers.hotline}", "{numbers.hotlin}", r"words/en.toml: shared.phone: nothing in the pack is called numbers.hotlin"),
        ("words/en.toml", '"Back"', '""', r"words/en.toml: shared.back: must be text and not empty"),
        ("areas/outcodes.csv", "code,forces", "outcode,forces", r"areas/outcodes.csv: the columns must be"),
        ("areas/councils.csv", "Hartlepool,cleveland", "Hartlepool", r"areas/councils.csv: row 2: must have 3 fields"),
    ],
)  # fmt: skip
def test_a_mistake_is_named(edited: Edit, file: str, old: str, new: str, message: str) -> None:
    with pytest.raises(PackError, match=f"^{message}"):
        read_pack("uk", edited(file, old, new))


def test_there_is_no_pack_of_another_name() -> None:
    for name in ("atlantis", "../uk", ""):
        with pytest.raises(PackError):
            load_pack(name)


def test_the_uk_pack() -> None:
    pack = load_pack("uk")
    assert pack is load_pack("uk")
    assert pack.numbers["hotline"].number == "0800 789 321"
    assert pack.numbers["charity"].dial == "+44800555111"
    assert pack.watch_desk == "national"
    assert pack.clock("lease") == timedelta(minutes=20)
    assert pack.priorities[pack.first_priority["danger"]].seen_within == timedelta(seconds=60)
    assert [step.after.seconds for step in pack.on_call] == [60, 120, 300, 600]
    assert pack.organisations[pack.desks[pack.authoriser_desk].organisation] not in [
        pack.organisations[desk.organisation] for desk in pack.desks.values() if desk.role == "desk"
    ], "identity needs two teams"
