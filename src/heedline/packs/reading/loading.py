"""Load a pack, checking every file, key and cross-reference before the process starts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time, timedelta
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from heedline.packs import pack as shapes
from heedline.packs.kind_files import own_file, read_offers, with_kinds
from heedline.packs.layers import BASED_ON, LayeredPack
from heedline.packs.places.areas import read_areas
from heedline.packs.places.counters import read_counters
from heedline.packs.places.special_places import read_special_places
from heedline.packs.reading.desk_files import (
    check_kind_desks,
    read_desk,
    read_kind,
    read_region,
    special_desk,
)
from heedline.packs.reading.outcome_files import check_short_close, read_outcome, read_reason, read_template
from heedline.packs.reading.word_files import SHARED, read_all_words
from heedline.packs.rules.assessments import read_assessments
from heedline.packs.rules.behaviour import read_behaviour
from heedline.packs.rules.checks import read_systems
from heedline.packs.rules.clocks import KindClocks, OnCallStep, PriorityClock
from heedline.packs.rules.file_limits import read_file_limits
from heedline.packs.rules.incidents import read_incidents
from heedline.packs.rules.look_alikes import read_look_alikes
from heedline.packs.rules.matching import read_answers
from heedline.packs.rules.partners import read_partners
from heedline.packs.rules.plan_words import read_plan_words
from heedline.packs.rules.practice import read_practice
from heedline.packs.rules.presets import read_presets
from heedline.packs.rules.retention import read_retention
from heedline.packs.rules.risk_prompts import read_risk_prompts
from heedline.packs.rules.source_guard import read_source_guard
from heedline.packs.rules.threat_level import read_threat_level
from heedline.packs.rules.tracing import read_tracing
from heedline.packs.rules.training import read_trainings
from heedline.packs.rules.working_days import read_working_days
from heedline.packs.tables import PackError, Table, read_toml
from heedline.packs.text.languages import read_languages
from heedline.packs.text.tongues import read_tongues
from heedline.packs.urgency import Urgency

URGENCIES = tuple(map(str, Urgency))
PAGED = ("desk-on-duty", "watch-on-duty", "watch-lead", "duty-manager")


@cache
def load_pack(code: str) -> shapes.Pack:
    """Return the pack with the given code (such as `uk`), loaded once per process.

    Raises PackError, naming the file and key of what is wrong.
    """
    return read_pack(code, pack_folder(code))


def pack_folder(code: str) -> Traversable:
    """Return the folder of a pack, laid over that of the pack that it is based on, if it is on any.

    Raises PackError if the code is no name, or the pack that it is based on is based on another.
    """
    if not re.fullmatch(r"[a-z][a-z0-9-]*", code):
        raise PackError("a pack's code is lower-case letters, digits and hyphens")
    folder = files("heedline.packs").joinpath(code)
    if not folder.joinpath("pack.toml").is_file():
        return folder
    beneath = read_toml(folder, "pack.toml").text(BASED_ON, "")
    if not beneath:
        return folder
    under = pack_folder(beneath)
    if isinstance(under, LayeredPack):
        raise PackError(f"pack.toml: {BASED_ON}: {beneath} is itself based on another pack")
    return LayeredPack(folder, under)


def read_pack(code: str, folder: Traversable) -> shapes.Pack:
    """Read and check the pack in `folder`."""
    if not folder.is_dir():
        raise PackError(f"there is no pack called {code}")
    main = read_toml(folder, "pack.toml")
    desks = read_toml(folder, "desks.toml")
    clocks = read_toml(folder, "clocks.toml")
    codes, desk_kinds = main.texts("kinds"), main.texts("desk_kinds")
    ends = with_kinds(folder, "outcomes.toml", codes)
    own = {code: read_toml(folder, own_file(code, "kind.toml")) for code in codes}

    numbers = {key: _number(key, table) for key, table in main.named("numbers").items()}
    links = {key: _link(key, table) for key, table in main.named("links").items()}
    films = _films(main.table("films", optional=True))
    languages = read_languages(main.table("languages"))
    formats = _formats(main.table("formats"))
    service = _service(main.table("service"))
    minutes = _minutes(clocks.table("minutes"))
    kinds = {code: read_kind(code, table, desk_kinds) for code, table in own.items()}
    priorities = {key: _priority(key, table) for key, table in clocks.named("priorities").items()}
    first_priority = _first_priority(clocks.table("first_priority"), priorities)
    kind_clocks = _kind_clocks(own, priorities, first_priority)
    known = _known(service, numbers, links, minutes, kind_clocks)
    organisations = {key: _organisation(key, table) for key, table in desks.named("organisations").items()}
    check_kind_desks(kinds, desks.named("desks"))
    working_days = read_working_days(folder)
    desk_entries = {
        key: read_desk(key, table, organisations, kinds, working_days)
        for key, table in desks.named("desks").items()
    }
    regions = {
        key: read_region(key, table, desk_entries, kinds, working_days)
        for key, table in desks.named("regions").items()
    }
    forces = _forces(desks.table("forces"), regions)
    areas_table = desks.table("areas")
    prefixes = _text_map(areas_table.table("prefixes"))
    ambiguous = areas_table.texts("ambiguous_places")
    before = areas_table.table("before_names")
    before_names = [word for language in before for word in before.texts(language)]
    before.done()
    areas_table.done()

    outcomes = {key: read_outcome(key, table) for key, table in ends.named("outcomes").items()}
    reasons = {key: read_reason(key, table, outcomes) for key, table in ends.named("reasons").items()}
    templates = {key: read_template(key, table) for key, table in ends.named("question_templates").items()}
    offers = read_offers(
        folder, kinds, {"outcomes": outcomes, "reasons": reasons, "question_templates": templates}
    )
    assessments = read_assessments(folder, tuple(kinds))
    trainings = read_trainings(folder, {kind.desk_kind for kind in kinds.values()})
    words, pages = read_all_words(
        folder,
        languages,
        known,
        {**{kind: own_file(kind, "questions") for kind in kinds}, SHARED: "questions/phrases"},
        {code: {"service.unit": unit} for code, unit in service.unit_in.items()},
    )
    result = shapes.Pack(
        code=code,
        folder=folder,
        service=service,
        languages=languages,
        tongues=read_tongues(folder, tuple(languages)),
        numbers=numbers,
        links=links,
        films=films,
        file_limits=read_file_limits(
            main.table("files"), [code for code, kind in kinds.items() if kind.files]
        ),
        formats=formats,
        organisations=organisations,
        desks=desk_entries,
        watch_desk=special_desk(desks, "watch_desk", desk_entries, kinds),
        authoriser_desk=special_desk(desks, "authoriser_desk", desk_entries, kinds),
        linking_desk=special_desk(desks, "linking_desk", desk_entries, kinds),
        kinds=kinds,
        regions=regions,
        forces=forces,
        areas=read_areas(
            folder, {f.id: f.name for f in forces.values()}, prefixes, ambiguous, formats, before_names
        ),
        counters=read_counters(folder, forces),
        priorities=priorities,
        first_priority=first_priority,
        clocks=minutes,
        kind_clocks=kind_clocks,
        safe_hours=_safe_hours(clocks.table("safe_hours")),
        working_days=working_days,
        special_places=read_special_places(folder, forces),
        assessments=assessments,
        risk_prompts=read_risk_prompts(folder),
        source_guard=read_source_guard(folder),
        checks=read_systems(folder, kinds),
        tracing=read_tracing(folder),
        partners=read_partners(folder),
        behaviour=read_behaviour(
            folder, tuple(code for code, kind in kinds.items() if kind.behaviour), outcomes
        ),
        plan_words=read_plan_words(folder),
        look_alikes=read_look_alikes(folder),
        answers={code: read_answers(table.table("answers")) for code, table in own.items()},
        known=known,
        on_call=_on_call(clocks),
        incidents=read_incidents(
            folder, kinds, {key: desk.kinds for key, desk in desk_entries.items()}, priorities
        ),
        threat_level=read_threat_level(folder, desk_entries),
        outcomes=outcomes,
        reasons=reasons,
        presets=read_presets(
            folder, kinds=assessments, reasons={code: one.reasons for code, one in offers.items()}
        ),
        retention=read_retention(folder, {code: one.retention for code, one in outcomes.items()}),
        trainings=trainings,
        practice=read_practice(
            folder,
            kinds=kinds,
            trainings=trainings.by_code,
            outcomes=outcomes,
            priorities=priorities,
        ),
        statuses=_text_map(ends.table("statuses")),
        question_templates=templates,
        offers=offers,
        pages=pages,
        _words=words,
    )
    for table in (main, desks, clocks, ends, *own.values()):
        table.done()
    check_short_close(ends, result)
    _check_word_keys(result)
    return result


def _known(
    service: shapes.Service,
    numbers: Mapping[str, shapes.ServiceNumber],
    links: Mapping[str, shapes.ServiceLink],
    minutes: Mapping[str, timedelta],
    kind_clocks: Mapping[str, KindClocks],
) -> dict[str, str]:
    """Return the placeholder values that texts may use, by dotted name.

    Examples are `{numbers.hotline}`, `{minutes.draft}`, `{hours.draft_long}` and `{working_days.advice}`.
    """
    known = {
        "service.name": service.name,
        "service.support_email": service.support_email,
        "service.unit": service.unit,
        "service.controller": service.controller,
        "service.data_officer": service.data_officer,
        "service.reply_days": str(service.accessibility_reply_days),
        "service.accessibility_law": service.accessibility_law,
        "service.accessibility_enforcer": service.accessibility_enforcer,
    }
    known |= {f"numbers.{code}": number.number for code, number in numbers.items()}
    known |= {f"links.{code}": link.url for code, link in links.items()}
    for code, length in minutes.items():
        known[f"minutes.{code}"] = str(length // timedelta(minutes=1))
        if not length % timedelta(hours=1):
            known[f"hours.{code}"] = str(length // timedelta(hours=1))
        if not length % timedelta(days=1):
            known[f"days.{code}"] = str(length // timedelta(days=1))
    for code, clocks in kind_clocks.items():
        if clocks.working_days:
            known[f"working_days.{code}"] = str(clocks.working_days)
    return known


def _service(table: Table) -> shapes.Service:
    service = shapes.Service(
        name=table.text("name"),
        jurisdiction=table.text("jurisdiction"),
        exit_url=_https(table, "exit_url"),
        support_email=table.text("support_email"),
        source_url=_https(table, "source_url"),
        unit=table.text("unit"),
        mark=table.text("mark", ""),
        marking=table.text("marking"),
        unit_in=_unit_in(table.table("unit_in", optional=True)),
        controller=table.text("controller", ""),
        data_officer=table.text("data_officer", ""),
        accessibility_prepared=table.day("accessibility_prepared"),
        accessibility_reply_days=table.number("accessibility_reply_days"),
        accessibility_law=table.text("accessibility_law"),
        accessibility_enforcer=table.text("accessibility_enforcer"),
    )
    table.done()
    return service


def _unit_in(table: Table) -> dict[str, str]:
    return {language: table.text(language) for language in table}


def _https(table: Table, key: str) -> str:
    url = table.text(key)
    if not re.fullmatch(r"https://[a-z0-9.-]+(/[^\s?#]*)?", url):
        raise table.wrong(key, "must be an https address without a query")
    return url


def _number(code: str, table: Table) -> shapes.ServiceNumber:
    dial = table.text("dial")
    if not re.fullmatch(r"\+?[0-9]+", dial):
        raise table.wrong("dial", "must be digits, perhaps after a plus sign")
    number = shapes.ServiceNumber(
        code, table.text("number"), dial, table.text("words"), table.text("source"), table.day("as_of")
    )
    table.done()
    return number


def _link(code: str, table: Table) -> shapes.ServiceLink:
    link = shapes.ServiceLink(
        code, _https(table, "url"), table.text("words"), table.text("source"), table.day("as_of")
    )
    table.done()
    return link


def _films(table: Table) -> dict[str, str]:
    return {page: _https(table, page) for page in table}


def _text_map(table: Table) -> dict[str, str]:
    found = {key: table.text(key) for key in table}
    if not found:
        raise table.wrong("", "must not be empty")
    return found


def _formats(table: Table) -> dict[str, str]:
    formats = {key: table.text(key) for key in ("postcode", "outcode", "registration", "postcode_tail")}
    for key, pattern in formats.items():
        try:
            re.compile(pattern)
        except re.error as error:
            raise table.wrong(key, f"is not a regular expression: {error}") from None
    if not formats["postcode_tail"].isdecimal():
        raise table.wrong("postcode_tail", "must be a number")
    table.done()
    return formats


def _organisation(code: str, table: Table) -> shapes.PackOrganisation:
    organisation = shapes.PackOrganisation(code, table.text("name"))
    table.done()
    return organisation


def _forces(table: Table, regions: Mapping[str, shapes.Region]) -> dict[str, shapes.Force]:
    forces = {}
    for code in table:
        pair = table.texts(code)
        if len(pair) not in (2, 3):
            raise table.wrong(code, "must be [name, region] or [name, region, website]")
        if pair[1] not in regions:
            raise table.wrong(code, f"no region is called {pair[1]}")
        forces[code] = shapes.Force(code, *pair)
    return forces


def _priority(code: str, table: Table) -> PriorityClock:
    seen, following = table.number("seen_minutes"), table.number("next_minutes")
    wait, review = table.number("wait_minutes"), table.number("review_minutes")
    if not 0 < seen <= following:
        raise table.wrong("next_minutes", "must not be earlier than seen_minutes, and both above zero")
    if not following <= wait <= review:
        raise table.wrong(
            "wait_minutes", "must not be earlier than next_minutes or later than review_minutes"
        )
    priority = PriorityClock(
        code, table.text("name"), *(timedelta(minutes=one) for one in (seen, following, wait, review))
    )
    table.done()
    return priority


def _first_priority(table: Table, priorities: Mapping[str, PriorityClock]) -> dict[str, str]:
    found = {urgency: table.one_of(urgency, tuple(priorities)) for urgency in URGENCIES}
    table.done()
    return found


def _kind_clocks(
    own: Mapping[str, Table],
    priorities: Mapping[str, PriorityClock],
    first_priority: Mapping[str, str],
) -> dict[str, KindClocks]:
    found = {}
    for kind, its in own.items():
        if not its.has("clocks"):
            continue
        table = its.table("clocks")
        found[kind] = KindClocks(
            first_priority=_first_priority(table.table("first_priority"), priorities)
            if table.has("first_priority")
            else first_priority,
            working_days=table.number("working_days", 0),
            minutes=_minutes(table.table("minutes", optional=True)),
            odd_hours=table.number("odd_hours", 0),
        )
        table.done()
    return found


def _minutes(table: Table) -> dict[str, timedelta]:
    clocks = {}
    for key in table:
        minutes = table.number(key)
        if minutes == 0:
            raise table.wrong(key, "must be above zero")
        clocks[key] = timedelta(minutes=minutes)
    return clocks


def _safe_hours(table: Table) -> dict[str, tuple[time, time]]:
    found = {}
    for part in table:
        try:
            start, end = (time.fromisoformat(clock) for clock in table.texts(part))
        except ValueError:
            raise table.wrong(part, 'must be two times such as ["08:00", "12:00"]') from None
        if start >= end:
            raise table.wrong(part, "must end after it begins, on the same day")
        found[part] = (start, end)
    if not found:
        raise table.wrong("", "must not be empty")
    return found


def _on_call(clocks: Table) -> tuple[OnCallStep, ...]:
    steps: list[OnCallStep] = []
    for table in clocks.tables("on_call"):
        after = timedelta(seconds=table.number("after_seconds"))
        if steps and after <= steps[-1].after:
            raise table.wrong("after_seconds", "must be later than the step before")
        steps.append(OnCallStep(after, table.one_of("who", PAGED), table.text("words")))
        table.done()
    if not steps or steps[0].after > timedelta(seconds=60):
        raise clocks.wrong("on_call", "the first step must come within 60 seconds")
    return tuple(steps)


def _check_word_keys(pack: shapes.Pack) -> None:
    """Check that every text key used in the data exists in every language."""
    named = {
        **{f"pack.toml: numbers.{n.code}.words": n.words for n in pack.numbers.values()},
        **{f"pack.toml: links.{n.code}.words": n.words for n in pack.links.values()},
        **{f"outcomes.toml: statuses.{code}": key for code, key in pack.statuses.items()},
        **{
            f"outcomes.toml: question_templates.{t.code}.words": t.words
            for t in pack.question_templates.values()
        },
    }
    for place, key in named.items():
        for language in pack.languages:
            if key not in pack.words(language):
                raise PackError(f"{place}: words/{language}.toml has no text {key}")
    for kind in pack.kinds.values():  # else the mailbox of a source would say what the source has reported
        if kind.confidential and any(key.startswith(f"{kind.code}_mailbox.") for key in pack.words("en")):
            raise PackError(f"words: {kind.code}_mailbox: a confidential kind has the texts of all mailboxes")
