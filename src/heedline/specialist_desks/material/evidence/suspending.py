"""Suspend liveness rules that match nearly all of a platform's items in a day, and so must be faulty.

Which rule fired is sealed with each check, so this is worked out in the session that makes one. The log notes on the desk that a
rule is suspended, and not which, because a rule can name a platform; from that the worker raises the alarm.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from heedline.audit import journal
from heedline.audit.models import Event
from heedline.casework.duty import paging
from heedline.casework.records import desk_parts
from heedline.dispatch.models import Alarm
from heedline.specialist_desks.material.evidence.chain import EvidenceKind
from heedline.specialist_desks.material.items.check_times import rules
from heedline.specialist_desks.material.items.found_item import FoundItem
from heedline.specialist_desks.material.liveness import LivenessVerdict, RuleFiring, rules_to_suspend
from heedline.specialist_desks.material.models import EvidenceEntry, MaterialSighting
from heedline.specialist_desks.material.vocabulary import MaterialAct, MaterialAlarm

A_DAY: Final = timedelta(hours=24)
#: Checks of a day that are opened, the last ones.
_MOST = 500


def suspended_rules(found: FoundItem) -> frozenset[str]:
    """Return the codes of liveness rules that are currently suspended at an item's desk.

    Only items count that were there a day ago, each with its last check. Nothing is opened while they are too few to tell.
    """
    since = found.at - A_DAY
    rows = EvidenceEntry.objects.filter(item__desk_id=found.item.desk_id, at__gt=since, at__lte=found.at)
    last: dict[Any, Any] = {}
    for item, container in rows.order_by("-at").values_list("item_id", "container")[:_MOST]:
        last.setdefault(item, container)
    before = MaterialSighting.objects.filter(item_id__in=last, at__lte=since).order_by("item_id", "-at")
    there = {
        item
        for item, verdict in before.distinct("item_id").values_list("item_id", "verdict")
        if verdict == LivenessVerdict.LIVE
    }
    if len(there) < rules().suspend_items:
        return frozenset()
    opened = desk_parts.opened([last[item] for item in there], found.by.keys())
    firings = [_firing(words["told"]) for words in opened.values() if words["kind"] != EvidenceKind.UPLOAD]
    return frozenset(rules_to_suspend(firings, rules()))


def note(found: FoundItem, rule: str) -> None:
    """Log, once a day, that a rule is suspended at an item's desk. Nothing is logged for an empty `rule`."""
    desk = found.item.desk_id
    noted = Event.objects.filter(
        act=str(MaterialAct.RULE_SUSPENDED), desk=desk, at__gt=found.at - A_DAY
    ).exists()
    if rule and not noted:
        journal.record(MaterialAct.RULE_SUSPENDED, actor=found.by.officer_id, desk=desk)


def watch(at: datetime) -> None:
    """Raise an alarm at each desk where a rule was suspended in the last day. Safe to repeat."""
    events = Event.objects.filter(act=str(MaterialAct.RULE_SUSPENDED), at__gt=at - A_DAY)
    desks = {desk for desk in events.values_list("desk", flat=True) if desk is not None}
    paging.raise_alarms(MaterialAlarm.RULE_SUSPENDED, at, [(desk, None) for desk in desks])


def lasts(alarm: Alarm, at: datetime) -> bool:
    """Return whether a rule was suspended at the alarm's desk in the last day."""
    return Event.objects.filter(
        act=str(MaterialAct.RULE_SUSPENDED), desk=alarm.desk_id, at__gt=at - A_DAY
    ).exists()


def _firing(told: Mapping[str, Any]) -> RuleFiring:
    """Return the rule that a check matched, including a rule that is suspended."""
    codes = {one.code for one in rules().pages}
    fired = str(told.get("suspended") or told.get("rule", ""))
    return RuleFiring(str(told.get("platform", "")), fired if fired in codes else "")
