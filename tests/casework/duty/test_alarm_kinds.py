"""The register of alarms is complete, and what it says is what happens."""

from __future__ import annotations

import pytest

from heedline.casework.duty import alarm_kinds
from heedline.casework.duty.alarm_kinds import ALARM_KINDS, AlarmEvent
from heedline.dispatch.letters import AlarmKind, Letter
from heedline.dispatch.models import About
from heedline.permits.capabilities import Capability


def test_every_kind_of_alarm_is_in_the_register() -> None:
    assert list(ALARM_KINDS) == list(AlarmKind)


def test_an_unknown_kind_has_no_rule() -> None:
    with pytest.raises(KeyError):
        alarm_kinds.rule_of("made-up")


def test_every_event_resolves_an_alarm() -> None:
    for event in AlarmEvent:
        assert alarm_kinds.resolved_by(event), event


def test_an_alarm_that_lasts_says_what_to_do() -> None:
    for kind, rule in ALARM_KINDS.items():
        assert (rule.lasts is None) == (not rule.while_it_lasts), kind


def test_a_letter_raises_at_most_one_kind_of_alarm() -> None:
    raised = [rule.raised_by for rule in ALARM_KINDS.values() if rule.raised_by]
    assert len(raised) == len(set(raised))
    assert alarm_kinds.raised_by(Letter.KEYS_RECOVERED) == AlarmKind.KEYS_RECOVERED
    assert alarm_kinds.raised_by(Letter.REPORT_HANDED) is None


def test_alarms_about_requests_are_the_authorisers() -> None:
    deciding = {kind for kind, rule in ALARM_KINDS.items() if rule.about == About.REQUEST}
    assert deciding == alarm_kinds.answered_with(Capability.DECIDE_IDENTITY)
