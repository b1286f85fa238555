"""Tests that the office menu has at most eight entries for anyone, with the rest under "More"."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import combinations
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import RequestFactory, override_settings

from heedline.casework.access import competences
from heedline.casework.access.keyring import DeskLine
from heedline.casework.access.session import Attendance
from heedline.jobs.demonstration.scenario import read_scenario
from heedline.packs import load_pack
from heedline.permits.capabilities import Capability
from heedline.permits.roles import GRANTS, Role
from heedline.web.office.page_context import MOST_LINKS, office_shell

#: Roles without a desk.
_DESKLESS = (Role.STEWARD, Role.OVERSEER, Role.WELFARE)


def everybody() -> Iterator[tuple[tuple[str, str], ...]]:
    """The (role, desk) of each of the demonstration's people, once each, and what one person might hold besides."""
    scenario = read_scenario(load_pack(settings.PACK))
    found: dict[str, set[tuple[str, str]]] = {name: {(role, desk)} for name, desk, role, _ in scenario.people}
    for name, desk in scenario.investigators:
        found[name].add((Role.INVESTIGATOR, desk))
    kinds = {tuple(sorted(held)) for held in found.values()}
    yield from sorted(kinds)
    desks = {desk for _, desk, role, _ in scenario.people if role == Role.OFFICER}
    yield tuple((Role.SUPERVISOR, desk) for desk in sorted(desks))  # of every desk at once
    yield from (tuple((role, "") for role in pair) for pair in combinations(_DESKLESS, 2))


def sitting(held: tuple[tuple[str, str], ...]) -> Attendance:
    pack = load_pack(settings.PACK)
    desks = {
        code: DeskLine(uuid4(), code, entry.name, entry.around_the_clock, entry.kind)
        for code, entry in pack.desks.items()
    }
    reads = {desk: desks[desk] for role, desk in held if desk and Capability.SEE_QUEUE in GRANTS[Role(role)]}
    return Attendance(
        officer_id=uuid4(),
        name="Nia Example",
        appointments=tuple((role, desks[desk].id if desk else None) for role, desk in held),
        desks=tuple(reads.values()),
        token="",
        competence=competences.competence({}, {}, date(2026, 1, 1), leads=[]),
    )


@pytest.mark.parametrize("held", list(everybody()), ids=str)
def test_the_menu_has_at_most_eight_entries(held: tuple[tuple[str, str], ...]) -> None:
    request = RequestFactory().get("/w/", headers={"HX-Request": "true"})
    request.attendance = sitting(held)  # type: ignore[attr-defined]
    with override_settings(ROOT_URLCONF="heedline.config.urls_office"):
        shell = office_shell(request, load_pack(settings.PACK))
    shown, more = [one.text for one in shell.navigation], [one.text for one in shell.more_navigation]
    assert len(shown) + bool(more) <= MOST_LINKS == 8
    assert shown[0] == "My work"
    assert len({*shown, *more}) == len(shown) + len(more), "nothing twice"
    assert {"Alarms", "Duty", "Security", "Me"} <= {*shown, *more}, "and nothing is lost"
