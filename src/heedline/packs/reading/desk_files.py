"""Read desks, kinds of report and regions, raising errors that name the file and key.

`loading` combines them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from heedline.packs import pack as shapes
from heedline.packs.kind_files import own_file
from heedline.packs.report_kinds import Door, ReportKind
from heedline.packs.rules.checks import read_required
from heedline.packs.rules.working_days import WorkingDays
from heedline.packs.tables import PackError, Table

_NUMBER = re.compile(r"\+?[0-9][0-9 ]{4,20}")
DESK_ROLES = ("desk", "authoriser")
#: Stands for all kinds of report in the list of those that a desk takes.
EVERY = "all"


def read_kind(code: str, table: Table, desk_kinds: tuple[str, ...]) -> ReportKind:
    """Return a kind of report, read from its `kind.toml` but for its clocks and what its answers hold.

    `check_kind_desks` checks that its desk exists.
    """
    return ReportKind(
        code=code,
        name=table.text("name"),
        watch=table.flag("watch"),
        across=table.flag("across"),
        files=table.flag("files"),
        behaviour=table.flag("behaviour"),
        confidential=table.flag("confidential", True),
        desk_kind=table.one_of("desk_kind", desk_kinds),
        desk=table.text("desk", ""),
        door=_door(table.table("door")),
        checks=read_required(table.table("checks")) if table.has("checks") else None,
    )


def _door(table: Table) -> Door:
    door = Door(table.text("path"), table.text("words"), table.text("picture", ""))
    if not re.fullmatch(r"[a-z]+(-[a-z]+)*/", door.path):
        raise table.wrong("path", "must be one part of an address, in lower case, with a slash at its end")
    table.done()
    return door


def read_desk(
    code: str,
    table: Table,
    organisations: Mapping[str, shapes.PackOrganisation],
    kinds: Mapping[str, ReportKind],
    days: WorkingDays,
) -> shapes.DeskEntry:
    """Return a desk, read from its table.

    It takes the kinds of its list and those that name it as theirs. A desk works on one kind of report. Only a desk that takes `activity` may take others as well.
    """
    role = table.one_of("role", DESK_ROLES)
    takes = table.texts("kinds")
    if takes == (EVERY,):
        takes = tuple(kinds)
    for kind in takes:
        if kind not in kinds:
            raise table.wrong("kinds", f"no kind is called {kind}")
    takes = tuple(kind.code for kind in kinds.values() if kind.code in takes or kind.desk == code)
    if (role == "authoriser") and takes:
        raise table.wrong("kinds", "an authoriser's desk receives no reports")
    if role == "desk" and not takes:
        raise table.wrong("kinds", "a desk takes at least one kind of report")
    sorts = {kinds[kind].desk_kind for kind in takes}
    if len(sorts) > 1 and "activity" not in sorts:
        raise table.wrong("kinds", f"a desk is for one of {', '.join(sorted(sorts))}")
    sort = "authoriser" if role == "authoriser" else "activity" if "activity" in sorts else min(sorts)
    desk = shapes.DeskEntry(
        code=code,
        name=table.text("name"),
        organisation=table.one_of("organisation", tuple(organisations)),
        role=role,
        around_the_clock=table.flag("around_the_clock"),
        kinds=takes,
        kind=sort,
        calendar=table.one_of("calendar", tuple(days.holidays), days.usual),
        phone=_phone(table),
    )
    table.done()
    return desk


def _phone(table: Table) -> str:
    """Return the phone number on which partners can reach a desk, or "" if none is given."""
    number = table.text("phone", "")
    if number and not _NUMBER.fullmatch(number):
        raise table.wrong("phone", "must be a telephone number of digits and spaces, such as 01632 960001")
    return number


def check_kind_desks(kinds: Mapping[str, ReportKind], desks: Collection[str]) -> None:
    """Check that the desk which a kind of report names exists."""
    for kind in kinds.values():
        if kind.desk and kind.desk not in desks:
            raise PackError(f"{own_file(kind.code, 'kind.toml')}: desk: no desk is called {kind.desk}")


def special_desk(
    table: Table,
    key: str,
    desks: Mapping[str, shapes.DeskEntry],
    kinds: Mapping[str, ReportKind],
) -> str:
    """Return the code of the round-the-clock desk, the authorisers' desk or the linking desk.

    A pack without an authorisers' desk says `authoriser_desk = ""`. Its reporters are never asked who they are.
    """
    if key == "authoriser_desk" and not table.text(key, ""):
        return ""
    code = table.one_of(key, tuple(desks))
    desk = desks[code]
    wanted = "authoriser" if key == "authoriser_desk" else "desk"
    if desk.role != wanted:
        raise table.wrong(key, f"must name a desk whose role is {wanted}")
    if wanted == "desk" and (not desk.around_the_clock or set(desk.kinds) != set(kinds)):
        raise table.wrong(key, "must name a desk that never closes and takes every kind")
    return code


def read_region(
    code: str,
    table: Table,
    desks: Mapping[str, shapes.DeskEntry],
    kinds: Mapping[str, ReportKind],
    days: WorkingDays,
) -> shapes.Region:
    """Return a region, with its desk and any other desks for some kinds of report."""
    receiving = tuple(desk.code for desk in desks.values() if desk.role == "desk")
    others = table.table("desks", optional=True)
    found = {kind: others.one_of(kind, receiving) for kind in others}
    for kind, desk in found.items():
        if kind not in kinds or kind not in desks[desk].kinds:
            raise others.wrong(kind, "must name a kind of report and a desk that takes it")
    region = shapes.Region(
        code=code,
        name=table.text("name"),
        desk=table.one_of("desk", receiving),
        desks=found,
        calendar=table.one_of("calendar", tuple(days.holidays), days.usual),
    )
    table.done()
    return region
