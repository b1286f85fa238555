"""Recording the threat level from terrorism: one adviser enters it, and another one confirms it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.errors import NotHere
from heedline.casework.intake.public_threat_levels import is_current
from heedline.casework.recording import refusals_logged
from heedline.desks.models import Desk
from heedline.packs import load_pack
from heedline.packs.rules.threat_level import ThreatLevelRules
from heedline.permits.capabilities import Capability
from heedline.permits.gate import allows
from heedline.permits.second_person import DecisionRequest, Matter, Reply, RequestState, refuse_second_request
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import ThreatLevel

_THING = "threat-level"


@dataclass(frozen=True, slots=True)
class EnteredLevel:
    """A level that waits to be confirmed, or was confirmed, with who entered and who confirmed it.

    `mine` is true for what the viewer entered, which another adviser has to confirm.
    """

    id: UUID
    level: str
    source: str
    read_on: date
    entered: str
    confirmed: str
    mine: bool
    current: bool


@dataclass(frozen=True, slots=True)
class ScopeLevel:
    """What is recorded for one scope: the level that was confirmed last, and one that waits."""

    scope: str
    confirmed: EnteredLevel | None
    waiting: EnteredLevel | None

    @property
    def current(self) -> bool:
        """Return whether there is a level that the public site still shows."""
        return self.confirmed is not None and self.confirmed.current


def _rules() -> ThreatLevelRules:
    return load_pack(settings.PACK).threat_level


def may_record(by: Attendance) -> bool:
    """Return whether this person works at the desk that records the level."""
    here = [desk.id for desk in by.desks if desk.code == _rules().desk]
    return bool(here) and allows(by.appointments, Capability.ENTER_THREAT_LEVEL, here)


def may_see(by: Attendance) -> bool:
    """Return whether this person is an adviser of any desk, or a steward."""
    pack = load_pack(settings.PACK)
    taken = set(pack.desks[pack.threat_level.desk].kinds)
    kinds = {one.desk_kind for code, one in pack.kinds.items() if code in taken}
    return any(one.kind in kinds for one in by.desks) or allows(by.appointments, Capability.SET_UP, [None])


def recorded(*, by: Attendance, at: datetime) -> tuple[ScopeLevel, ...]:
    """Return what is recorded for each scope of the pack. Raises NotHere for anybody but advisers and stewards."""
    if not may_see(by):
        raise NotHere
    desk = Q(desk__code=_rules().desk)
    agreed = ThreatLevel.objects.filter(desk, state=RequestState.AGREED).order_by("scope", "-decided_at")
    waiting = ThreatLevel.objects.filter(desk, state=RequestState.WAITING)
    found = ThreatLevel.objects.filter(Q(id__in=agreed.distinct("scope").values("id")) | Q(id__in=waiting))
    rows = {
        (one.scope, one.state): _entered(one, by, at)
        for one in found.select_related("entered_by", "decided_by")
    }
    return tuple(
        ScopeLevel(name, rows.get((code, RequestState.AGREED)), rows.get((code, RequestState.WAITING)))
        for code, name in _rules().scopes.items()
    )


def _entered(row: ThreatLevel, by: Attendance, at: datetime) -> EnteredLevel:
    rules, zone = _rules(), office_zone()
    confirmed = ""
    if row.decided_at is not None and row.decided_by is not None:
        confirmed = f"{row.decided_by.name}, {row.decided_at.astimezone(zone):%-d %B %Y, %H:%M}"
    return EnteredLevel(
        row.id,
        rules.levels.get(row.level, row.level),
        rules.sources.get(row.source, row.source),
        row.read_on,
        f"{row.entered_by.name}, {row.entered_at.astimezone(zone):%-d %B %Y, %H:%M}",
        confirmed,
        row.entered_by_id == by.officer_id,
        is_current(row.read_on, at.astimezone(zone).date()),
    )


def _desk() -> UUID | None:
    return Desk.objects.filter(code=_rules().desk).values_list("id", flat=True).first()


def enter(scope: str, level: str, source: str, read_on: date | None, *, by: Attendance, at: datetime) -> UUID:
    """Enter the level of a scope, as it was read at a source on a day, for another adviser to confirm. Return its id.

    Raises NotHere while the desk does not exist, Refused for anybody who does not work there, Locked while their keys are
    locked, and NotNow for an unknown code, for a day in the future or too long ago, and while another entry waits.
    """
    desk, rules = _desk(), _rules()
    if desk is None:
        raise NotHere
    with refusals_logged(Act.THREAT_LEVEL_ENTERED, by=by.officer_id, desk=desk), transaction.atomic():
        by.require(Capability.ENTER_THREAT_LEVEL, desk)
        by.keys()
        chosen = {"scope": (scope, rules.scopes), "level": (level, rules.levels)}
        for name, (code, known) in {**chosen, "source": (source, rules.sources)}.items():
            if code not in known:
                raise NotNow(f"Choose the {name}.", about=name)
        today = at.astimezone(office_zone()).date()
        if read_on is None or read_on > today:
            raise NotNow("Enter the day on which you read it, which is not in the future.", about="read_on")
        if not is_current(read_on, today):
            raise NotNow(f"Read it again: this was more than {rules.days} days ago.", about="read_on")
        waits = ThreatLevel.objects.filter(desk=desk, scope=scope, state=RequestState.WAITING)
        refuse_second_request(Matter.THREAT_LEVEL, waits=waits.exists())
        try:
            with transaction.atomic():
                made = ThreatLevel.objects.create(
                    desk_id=desk,
                    scope=scope,
                    level=level,
                    source=source,
                    read_on=read_on,
                    entered_at=at,
                    entered_by_id=by.officer_id,
                )
        except IntegrityError:  # a colleague entered one at the same moment
            refuse_second_request(Matter.THREAT_LEVEL, waits=True)
            raise
        _record(Act.THREAT_LEVEL_ENTERED, made, by, level=level)
    return made.id


def decide(ref: UUID, reply: Reply, *, by: Attendance, at: datetime) -> None:
    """Confirm, reject or withdraw a level that waits.

    Raises Refused for anybody who does not work at the desk, and for whoever entered it unless they withdraw it. Raises Locked,
    NotHere for an unknown entry, and NotNow for one that has been decided or has become too old to be shown.
    """
    desk = _desk()
    if desk is None:
        raise NotHere
    with (
        refusals_logged(Act.THREAT_LEVEL_DECIDED, by=by.officer_id, desk=desk, thing=_THING, thing_id=ref),
        transaction.atomic(),
    ):
        by.require(Capability.CONFIRM_THREAT_LEVEL, desk)
        by.keys()
        row = ThreatLevel.objects.filter(id=ref, desk=desk).first()
        if row is None:
            raise NotHere
        today = at.astimezone(office_zone()).date()
        request = DecisionRequest(Matter.THREAT_LEVEL, row.entered_by_id, RequestState(row.state))
        state = request.after(reply)
        request.check_person(reply, by=by.officer_id, today=today)
        if reply is Reply.AGREE and not is_current(row.read_on, today):
            raise NotNow("This level was read too long ago. Withdraw it, and enter it as it is today.")
        waiting = ThreatLevel.objects.filter(id=ref, state=RequestState.WAITING)
        if not waiting.update(state=state, decided_at=at, decided_by=by.officer_id):
            raise NotNow(request.rule.decided)
        _record(Act.THREAT_LEVEL_DECIDED, row, by, level=row.level, reply=str(reply))


def _record(act: Act, row: ThreatLevel, by: Attendance, **detail: str) -> None:
    journal.record(
        act,
        actor=by.officer_id,
        desk=row.desk_id,
        thing=_THING,
        thing_id=row.id,
        detail={"scope": row.scope, **detail},
    )
