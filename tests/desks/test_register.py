"""Tests that the register accepts only self-contained desks, and none after start-up."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from heedline import specialist_desks
from heedline.audit import journal
from heedline.audit.acts import AnyAct
from heedline.casework.duty import alarm_kinds
from heedline.casework.duty.alarm_rules import DeskAlarms
from heedline.casework.report import notes
from heedline.casework.report.notes import SealedParts
from heedline.config.specialist_desks import operations
from heedline.desk_hooks import register
from heedline.desk_hooks.register import Hook, NotRegistered, SpecialistDesk
from heedline.desks.desk_kinds import DeskKind, desk_kinds
from heedline.dispatch import outbox
from heedline.dispatch.desk_clocks import DeskClock
from heedline.dispatch.letters import AnyLetter
from heedline.permits import vocabulary
from heedline.permits.capabilities import AnyCapability
from heedline.permits.gate import Refused, allows, require
from heedline.permits.roles import Role
from tests.support.cast import now
from tests.support.example_desk.registration import DESK


class Unknown(AnyAct):
    ACT = "example-unknown"


class UnknownLetter(AnyLetter):
    LETTER = "example-unknown"


class UnknownCapability(AnyCapability):
    CAPABILITY = "example-unknown"


@pytest.fixture
def still_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """The register before any desk has been added."""
    monkeypatch.setattr(register, "_closed", False)
    monkeypatch.setattr(register, "_desks", {})


def test_the_example_desk_is_registered_and_nothing_comes_after_it() -> None:
    assert [one.code for one in register.desks()] == [
        "example",
        "material",
        "intelligence",
        "protection",
        "safeguarding",
    ]
    with pytest.raises(NotRegistered, match="comes too late"):
        register.add(SpecialistDesk(code="other", name="Other"))


def test_every_hook_is_used_by_the_example_desk() -> None:
    # What only the online material desk uses.
    theirs = {"DeskIndexing", "MenuLink"}
    assert {one.__name__ for one in Hook.__subclasses__()} - theirs == {
        type(hook).__name__ for hook in DESK.hooks
    }


@pytest.mark.usefixtures("still_open")
def test_a_desk_is_registered_once() -> None:
    register.add(DESK)
    with pytest.raises(NotRegistered, match="Two desks"):
        register.add(DESK)


@pytest.mark.usefixtures("still_open")
def test_a_code_begins_with_its_desk() -> None:
    foreign = DeskClock(name="sweep", cron="0 * * * * 0", run=lambda at: None)
    with pytest.raises(NotRegistered, match="sweep does not begin with example-"):
        register.add(replace(DESK, hooks=(*DESK.hooks, foreign)))


@pytest.mark.usefixtures("still_open")
def test_a_code_fits_into_its_column() -> None:
    with pytest.raises(NotRegistered, match="longer than 40"):
        register.add(replace(DESK, hooks=(SealedParts({f"example-{'x' * 40}": "too long"}),)))


@pytest.mark.usefixtures("still_open")
def test_an_alarm_is_raised_by_a_letter_of_its_own_desk() -> None:
    with pytest.raises(NotRegistered, match="which the desk has not"):
        register.add(replace(DESK, hooks=tuple(DESK.of(DeskAlarms))))


@pytest.mark.usefixtures("still_open")
def test_a_desk_takes_no_code_of_the_core() -> None:
    register.add(SpecialistDesk(code="report", name="Report"))
    assert vocabulary.clashes() == ["report"]
    assert [one.id for one in vocabulary.no_desk_takes_a_code_of_the_core(None)] == ["heedline.E002"]


@pytest.mark.usefixtures("still_open")
@pytest.mark.parametrize(
    ("desk", "kind", "why"),
    [
        ("example", "exemplar", "is not called example"),
        ("advice", "advice", "The core has a kind of desk called advice"),
        ("x" * 21, "x" * 21, "longer than 20"),
    ],
)
def test_a_kind_of_desk_is_called_as_its_specialist_desk(desk: str, kind: str, why: str) -> None:
    with pytest.raises(NotRegistered, match=why):
        register.add(SpecialistDesk(code=desk, name="Other", hooks=(DeskKind(kind, "Other"),)))


def test_stewards_choose_the_kinds_of_registered_desks(monkeypatch: pytest.MonkeyPatch) -> None:
    core = ["activity", "advice", "authoriser", "partner"]
    assert list(desk_kinds()) == [*core[:2], "example", "material", "safeguarding", *core[2:]]
    monkeypatch.setattr(register, "_desks", {})
    assert list(desk_kinds()) == core


def test_the_vocabularies_stay_closed() -> None:
    at = now()
    with pytest.raises(NotRegistered, match="does not know the act"):
        journal.record(Unknown.ACT, actor=None)
    with pytest.raises(NotRegistered, match="Nobody carries"):
        outbox.post(UnknownLetter.LETTER, desk=None, thing_id=None, at=at)
    with pytest.raises(NotRegistered, match="No part of a report"):
        notes.refuse_unknown("example-unknown")
    with pytest.raises(KeyError):
        alarm_kinds.rule_of("example-unknown")


def test_a_misspelt_desk_is_named_before_django_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEEDLINE_SPECIALIST_DESKS", "heedline.specialist_desks.materiel")
    with pytest.raises(SystemExit, match="HEEDLINE_SPECIALIST_DESKS must be packages of specialist desks"):
        list(operations())


def test_an_unregistered_capability_is_nobodys() -> None:
    for role in Role:
        assert not allows([(role, None)], UnknownCapability.CAPABILITY, [None])
        with pytest.raises(Refused):
            require([(role, None)], UnknownCapability.CAPABILITY, desks=[None])


def test_no_registration_imports_pages() -> None:
    """The files site and the worker register desks too, but lack what pages need, such as the sign-in app."""
    found = sorted(Path(specialist_desks.__file__).parent.glob("*/registration.py"))
    assert found
    for path in found:
        imports = re.findall(r"^(?:from|import) (\S+)", path.read_text(), re.MULTILINE)
        assert not [one for one in imports if re.search(r"specialist_desks\..*\.pages", one)], path
