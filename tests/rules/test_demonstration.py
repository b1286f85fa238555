"""Tests of the people of the demonstration."""

from __future__ import annotations

from heedline.jobs.demonstration.cast import PEOPLE
from heedline.permits.roles import Role


def test_every_desk_that_reads_reports_has_a_supervisor() -> None:
    held: dict[str, set[str]] = {}
    for _, desk, role, _ in PEOPLE:
        held.setdefault(desk, set()).add(role)
    without = {desk for desk, roles in held.items() if Role.OFFICER in roles and Role.SUPERVISOR not in roles}
    assert without == set()
