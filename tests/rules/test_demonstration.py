"""Tests of the people and the reports of the demonstration."""

from __future__ import annotations

import pytest

from heedline.desk_hooks import register
from heedline.intake.api_payload import from_api
from heedline.intake.question_files import load_question_set
from heedline.intake.record import Record
from heedline.jobs.demonstration.scenario import read_reports, read_scenario, refuse_empty_desks
from heedline.packs import load_pack
from heedline.permits.roles import Role


@pytest.mark.parametrize("code", ["uk", "charity"])
def test_every_desk_that_reads_reports_has_a_supervisor(code: str) -> None:
    held: dict[str, set[str]] = {}
    for _, desk, role, _ in read_scenario(load_pack(code)).people:
        held.setdefault(desk, set()).add(role)
    without = {desk for desk, roles in held.items() if Role.OFFICER in roles and Role.SUPERVISOR not in roles}
    assert without == set()


def test_a_desk_of_the_pack_without_officers_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    pack = load_pack("uk")
    refuse_empty_desks(read_scenario(pack), pack)
    monkeypatch.setattr(register, "_desks", {})
    with pytest.raises(SystemExit, match="no officers for material, safeguarding: HEEDLINE_SPECIALIST_DESKS"):
        refuse_empty_desks(read_scenario(pack), pack)


@pytest.mark.parametrize("code", ["uk", "charity"])
def test_every_invented_report_fits_the_questions(code: str) -> None:
    pack = load_pack(code)
    sets = {kind: load_question_set(pack, one.code) for kind, one in pack.kinds.items()}
    for entry in read_reports(pack):
        payload = {"kind": entry.get("kind", "activity"), **entry["told"]}
        found = from_api(sets, payload, identity_offered=True)
        assert isinstance(found, Record), (payload, found)
