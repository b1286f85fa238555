"""Schedule liveness checks, confirm verdicts by agreement between checks, and detect faulty rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from heedline.specialist_desks.material.liveness.rules import LivenessRules
from heedline.specialist_desks.material.liveness.verdicts import LivenessVerdict


@dataclass(frozen=True, slots=True)
class LivenessCheck:
    """A liveness check of an item. `vantage` names the network location from which it was made."""

    at: datetime
    vantage: str
    verdict: LivenessVerdict


@dataclass(frozen=True, slots=True)
class RuleFiring:
    """A check of an item that was online the day before. `rule` is the rule that matched, or ""."""

    platform: str
    rule: str


def next_check(sent: datetime, done: int, fraction: float, rules: LivenessRules) -> datetime | None:
    """Return when the next check after a notice is due, or None after the last.

    `done` is the number of checks made. `fraction`, from 0 to 1 and different for each item, shifts the time.
    """
    if done >= len(rules.checks):
        return None
    length = rules.checks[done]
    return sent + length + length * rules.shift * (fraction - 0.5)


def settled_verdict(checks: Sequence[LivenessCheck], rules: LivenessRules) -> LivenessVerdict | None:
    """Return the confirmed verdict, or None if there is none yet.

    An item counts as removed only after two checks that say so, from two places and far enough apart, with
    nothing else between them. Any other verdict counts at once.
    """
    if not checks:
        return None
    ordered = sorted(checks, key=lambda one: one.at)
    last = ordered[-1]
    if not last.verdict.is_removed:
        return last.verdict
    for one in reversed(ordered[:-1]):
        if not one.verdict.is_removed:
            return None
        if one.vantage != last.vantage and last.at - one.at >= rules.agree_after:
            return last.verdict
    return None


def rules_to_suspend(day: Iterable[RuleFiring], rules: LivenessRules) -> set[str]:
    """Return the rules that suddenly matched nearly all of a platform's items.

    A platform that changes its pages does not remove everything in one day: the rule is wrong.
    """
    checked: defaultdict[str, int] = defaultdict(int)
    fired: defaultdict[tuple[str, str], int] = defaultdict(int)
    for one in day:
        checked[one.platform] += 1
        if one.rule:
            fired[one.platform, one.rule] += 1
    return {
        rule
        for (platform, rule), count in fired.items()
        if checked[platform] >= rules.suspend_items and count > rules.suspend_share * checked[platform]
    }
