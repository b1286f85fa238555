"""Opening and closing an incident, whose public form takes the reports of many people about one event."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, F, Q

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.errors import NotHere
from heedline.casework.recording import refusals_logged
from heedline.desks.models import Desk
from heedline.packs import load_pack
from heedline.permits.capabilities import Capability
from heedline.permits.gate import allows
from heedline.reports.lifecycle import NotNow, Stage
from heedline.reports.models import Incident

#: Closed incidents that the list shows.
SHOWN = 20
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class IncidentLine:
    """An incident with the number of its reports that this officer's desks have, and of those that nobody has taken.

    `desk_code` is the desk that takes its reports. `closed_words` is "" while its form is open.
    """

    id: UUID
    name: str
    slug: str
    kind_words: str
    desk_code: str
    opened_words: str
    closed_words: str
    reports: int
    waiting: int


def _watch_desk() -> Desk:
    found: Desk = Desk.objects.get(code=load_pack(settings.PACK).watch_desk)
    return found


def may_open(by: Attendance) -> bool:
    """Return whether this person is a supervisor of the round-the-clock desk."""
    watch = load_pack(settings.PACK).watch_desk
    here = [desk.id for desk in by.desks if desk.code == watch]
    return bool(here) and allows(by.appointments, Capability.OPEN_INCIDENT, here)


def open_incident(name: str, slug: str, kind: str, *, by: Attendance, at: datetime) -> UUID:
    """Open an incident's public form and return the incident's id.

    Raises Refused for anybody but a supervisor of the round-the-clock desk, Locked while their keys are locked, and NotNow for
    a name, path or kind that cannot be used.
    """
    watch, pack = _watch_desk(), load_pack(settings.PACK)
    with refusals_logged(Act.INCIDENT_OPENED, by=by.officer_id, desk=watch.id):
        by.require(Capability.OPEN_INCIDENT, watch.id)
        by.keys()
        name = " ".join(name.split())
        if not 3 <= len(name) <= 80 or not name.isprintable():
            raise NotNow("Enter a name of 3 to 80 characters.", about="name")
        if len(slug) > 40 or not _SLUG.fullmatch(slug):
            raise NotNow("Use at most 40 small letters, digits and hyphens.", about="slug")
        if kind not in pack.incidents:
            raise NotNow("Choose the kind of incident.", about="kind")
        desk = Desk.objects.get(code=pack.incidents[kind].desk)
        try:
            with transaction.atomic():
                made = Incident.objects.create(
                    name=name, slug=slug, kind=kind, desk=desk, opened_at=at, opened_by_id=by.officer_id
                )
        except IntegrityError:
            raise NotNow("An earlier incident has this address. Choose another one.", about="slug") from None
        _record(Act.INCIDENT_OPENED, made, watch, by)
    return made.id


def close_incident(ref: UUID, *, by: Attendance, at: datetime) -> None:
    """Close an incident's public form. Whoever has begun to write may still send it.

    Raises Refused and Locked as `open_incident` does, NotHere if there is no such incident, and NotNow if it is closed.
    """
    watch = _watch_desk()
    with refusals_logged(Act.INCIDENT_CLOSED, by=by.officer_id, desk=watch.id):
        by.require(Capability.OPEN_INCIDENT, watch.id)
        by.keys()
        found = Incident.objects.select_for_update().filter(pk=ref, closed_at=None).first()
        if found is None:
            if not Incident.objects.filter(pk=ref).exists():
                raise NotHere
            raise NotNow("This incident has been closed already.")
        found.closed_at, found.closed_by_id = at, by.officer_id
        found.save(update_fields=["closed_at", "closed_by"])
        _record(Act.INCIDENT_CLOSED, found, watch, by)


def names() -> dict[str, str]:
    """Return the name of each incident by id, newest first."""
    return {str(ref): name for ref, name in Incident.objects.order_by("-opened_at").values_list("id", "name")}


def _record(act: Act, incident: Incident, desk: Desk, by: Attendance) -> None:
    journal.record(
        act,
        actor=by.officer_id,
        desk=desk.id,
        thing="incident",
        thing_id=incident.id,
        detail={"kind": incident.kind},
    )


def listed(*, by: Attendance) -> tuple[IncidentLine, ...]:
    """Return the incidents, open ones first and then the newest.

    Reports are counted as row-level security shows them to this officer.
    """
    by.require(Capability.SEE_QUEUE)
    kinds, zone = load_pack(settings.PACK).incidents, office_zone()
    rows = Incident.objects.select_related("desk", "opened_by", "closed_by").annotate(
        received=Count("reports"), waiting=Count("reports", filter=Q(reports__stage=Stage.WAITING))
    )
    last_closed = Incident.objects.exclude(closed_at=None).order_by("-closed_at").values("id")[:SHOWN]
    shown = rows.filter(Q(closed_at=None) | Q(id__in=last_closed)).order_by(
        F("closed_at").desc(nulls_first=True), "-opened_at"
    )
    return tuple(
        IncidentLine(
            id=one.id,
            name=one.name,
            slug=one.slug,
            kind_words=kinds[one.kind].name if one.kind in kinds else one.kind,
            desk_code=one.desk.code,
            opened_words=f"{one.opened_at.astimezone(zone):%-d %B %Y, %H:%M}, {one.opened_by.name}",
            closed_words=f"{one.closed_at.astimezone(zone):%-d %B %Y, %H:%M}, {one.closed_by.name}"
            if one.closed_at is not None and one.closed_by is not None
            else "",
            reports=one.received,
            waiting=one.waiting,
        )
        for one in shown
    )
