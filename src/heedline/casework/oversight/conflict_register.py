"""The conflict-of-interest register, which overseers maintain.

An overseer registers terms that concern an officer personally, and sees when that officer's work matched
them. Terms are never shown again, to anyone. Supervisors see no matches, because they can open the reports
and searches that matched. An overseer can ask one of them to speak to the officer.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Count, Max, Min
from django.db.models.functions import TruncDate

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.audit.models import Event
from heedline.casework.access import own_terms
from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.errors import NotHere
from heedline.casework.keys.directory import directory
from heedline.casework.oversight import log_view
from heedline.casework.oversight.log_view import Sieve
from heedline.casework.recording import refusals_logged
from heedline.casework.report.opening import short_name
from heedline.casework.report.term_matching import SHORTEST, too_short
from heedline.desks.models import CANARY, Appointment, Officer, OwnTerm
from heedline.intake.fields import tidy
from heedline.permits.capabilities import Capability
from heedline.permits.roles import Role
from heedline.reports.lifecycle import NotNow

#: Terms of one officer; each is compared with every report that they open.
MOST = 60
_SHOWN = 200
_LATELY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class OfficerTerms:
    """The number of conflict-of-interest terms registered for an officer, and the newest date.

    `useless` counts terms that no longer open because the officer has new keys.
    """

    officer: UUID
    name: str
    terms: int
    newest: date | None
    useless: int


@dataclass(frozen=True, slots=True)
class Met:
    """Matches with an officer's conflict-of-interest terms in one report on one day.

    Without a report, the match was in what they searched for. `count` is the number of views.
    """

    officer: UUID
    name: str
    report: UUID | None
    count: int
    first: datetime
    last: datetime

    @property
    def short(self) -> str:
        """Return the report's short reference, or "" if the match was in a search text."""
        return short_name(self.report) if self.report is not None else ""


@dataclass(frozen=True, slots=True)
class RaisedConflict:
    """An overseer's request that a supervisor speak to an officer about a conflict of interest.

    All three people are given by name.
    """

    officer: str
    supervisor: str
    by: str
    at: datetime


def register(officer: UUID, terms: Sequence[str], *, by: Attendance, at: datetime) -> int:
    """Seal conflict-of-interest terms to the officer's own key and return the number registered.

    They are compared from the next time the officer unlocks their keys. Raises Refused for anyone but an
    overseer, and NotHere for an unknown officer. Raises NotNow for oneself, for an officer without keys, for
    a term that is too short or too long, and for too many terms. No term is then stored.
    """
    with refusals_logged(Act.OWN_TERMS_REGISTERED, by=by.officer_id, thing="officer", thing_id=officer):
        log_view.permit(by)
        if officer == by.officer_id:
            raise NotNow("Ask another overseer to register your terms.")
        if (
            Officer.objects.select_for_update().filter(pk=officer).first() is None
        ):  # two at once count in turn
            raise NotHere
        keys = directory().officer(str(officer))
        if keys is None:
            raise NotNow(
                "They have no keys yet, so they open nothing. Register this once they have made them."
            )
        wanted = [term for line in terms if (term := tidy(line, lines=False).strip())]
        _check(wanted, OwnTerm.objects.filter(officer_id=officer).count())
        with transaction.atomic():
            OwnTerm.objects.bulk_create(
                OwnTerm(
                    id=(row := uuid4()),
                    officer_id=officer,
                    sealed=own_terms.seal(term, keys.kem, officer=officer, row=row),
                    key=hashlib.sha256(keys.kem).digest(),
                    registered_by_id=by.officer_id,
                    registered_on=at.date(),
                )
                for term in wanted
            )
            journal.record(
                Act.OWN_TERMS_REGISTERED,
                actor=by.officer_id,
                thing="officer",
                thing_id=officer,
                detail={"officer": str(officer), "terms": len(wanted)},
            )
    return len(wanted)


def _check(terms: Sequence[str], standing: int) -> None:
    if not terms:
        raise NotNow("Enter one term on each line.")
    if any(len(term) > own_terms.LONGEST for term in terms):
        raise NotNow(f"A term can have at most {own_terms.LONGEST} characters. Enter one term on each line.")
    if any(too_short(term) for term in terms):
        raise NotNow(
            f"A term must have at least {SHORTEST} letters or digits. Shorter terms match too many reports."
        )
    if standing + len(terms) > MOST:
        raise NotNow(f"An officer can have at most {MOST} terms. {standing} are already registered.")


def end(officer: UUID, *, by: Attendance, at: datetime) -> int:
    """Remove all of an officer's conflict-of-interest terms and return the number removed.

    Used when the officer has left or when their terms are to be registered afresh. Raises Refused for anyone
    but an overseer, and NotNow for oneself.
    """
    with refusals_logged(Act.OWN_TERMS_ENDED, by=by.officer_id, thing="officer", thing_id=officer):
        log_view.permit(by)
        if officer == by.officer_id:
            raise NotNow("Ask another overseer to end your terms.")
        ended, _ = OwnTerm.objects.filter(officer_id=officer).delete()
        journal.record(
            Act.OWN_TERMS_ENDED,
            actor=by.officer_id,
            thing="officer",
            thing_id=officer,
            detail={"officer": str(officer), "terms": ended},
        )
    return ended


def standing(*, by: Attendance) -> tuple[OfficerTerms, ...]:
    """Return every officer with the number of their conflict-of-interest terms, ordered by name.

    Officers with keys but no terms are included. Raises Refused. The page that shows this list also shows
    `met`, which logs the view.
    """
    log_view.permit(by)
    known = directory()
    counted = OwnTerm.objects.values_list("officer").annotate(terms=Count("id"), newest=Max("registered_on"))
    rows: dict[UUID, tuple[int, date]] = {officer: (terms, newest) for officer, terms, newest in counted}
    useless: Counter[UUID] = Counter()
    for officer, key in OwnTerm.objects.values_list("officer_id", "key"):
        keys = known.officer(str(officer))
        useless[officer] += keys is None or hashlib.sha256(keys.kem).digest() != bytes(key)
    people = Officer.objects.filter(is_active=True) | Officer.objects.filter(id__in=rows)
    nobody = Appointment.objects.filter(desk__kind=CANARY).values("officer")  # the canary is nobody's name
    return tuple(
        OfficerTerms(
            officer,
            name,
            rows[officer][0] if officer in rows else 0,
            rows[officer][1] if officer in rows else None,
            useless[officer],
        )
        for officer, name in people.exclude(id__in=nobody).order_by("name").values_list("id", "name")
        if officer in rows or known.officer(str(officer)) is not None
    )


def met(*, by: Attendance, at: datetime) -> tuple[Met, ...]:
    """Return recent matches with officers' conflict-of-interest terms, latest first.

    There is one line for each officer, report and day. Raises Refused.
    """
    log_view.look("own-terms", Sieve(), by)
    rows = (
        Event.objects.filter(at__gte=at - log_view.BACK, act=Act.OWN_TERM_MET)
        .annotate(day=TruncDate("at", tzinfo=office_zone()))
        .values("detail__officer", "thing_id", "day")
        .annotate(count=Count("id"), first=Min("at"), last=Max("at"))
        .order_by("-last")
    )
    found = list(rows[:_SHOWN])
    names = {
        str(officer): name
        for officer, name in Officer.objects.filter(
            id__in={row["detail__officer"] for row in found}
        ).values_list("id", "name")
    }
    return tuple(
        Met(
            UUID(row["detail__officer"]),
            names.get(row["detail__officer"], row["detail__officer"]),
            row["thing_id"],
            row["count"],
            row["first"].astimezone(office_zone()),
            row["last"].astimezone(office_zone()),
        )
        for row in found
    )


def supervisors_of(officer: UUID, *, by: Attendance) -> dict[UUID, str]:
    """Return the ids and names of the other supervisors at an officer's desks.

    Raises Refused for anyone but an overseer.
    """
    log_view.permit(by)
    now = Appointment.objects.filter(ended_on=None, desk__isnull=False)
    theirs = now.filter(role=Role.SUPERVISOR, desk__in=now.filter(officer=officer).values("desk"))
    people = Officer.objects.filter(is_active=True, id__in=theirs.values("officer")).exclude(pk=officer)
    return dict(people.order_by("name").values_list("id", "name"))


def raise_conflict(officer: UUID, supervisor: UUID, *, by: Attendance) -> None:
    """Ask another supervisor of an officer's desks to speak to them about a conflict of interest.

    Only the officer's name is passed on: the supervisor can open the desk's reports and searches, and could work out the
    term from any match. Raises Refused for anyone but an overseer, and NotNow unless `supervisors_of` lists the supervisor.
    """
    with refusals_logged(Act.CONFLICT_RAISED, by=by.officer_id, thing="officer", thing_id=officer):
        if supervisor not in supervisors_of(officer, by=by):
            raise NotNow("Choose another supervisor at one of this officer’s desks.")
        journal.record(
            Act.CONFLICT_RAISED,
            actor=by.officer_id,
            thing="officer",
            thing_id=officer,
            detail={"officer": str(officer), "supervisor": str(supervisor)},
        )


def raised_lately(*, by: Attendance, at: datetime) -> int:
    """Return the number of requests that overseers sent this supervisor in the last week, for the supervisor's home page."""
    if by.may(Capability.OVERSEE) or not by.may(Capability.SEE_SEARCHES):
        return 0
    return Event.objects.filter(
        act=Act.CONFLICT_RAISED, outcome="done", at__gte=at - _LATELY, detail__supervisor=str(by.officer_id)
    ).count()


def raised(*, by: Attendance, at: datetime) -> tuple[RaisedConflict, ...]:
    """Return overseers' recent requests, newest first. Supervisors see only those addressed to them.

    Raises Refused. This does not log the view. The pages that call it also show `met` or the search counts, which do.
    """
    by.require(Capability.SEE_SEARCHES)
    events = Event.objects.filter(act=Act.CONFLICT_RAISED, outcome="done", at__gte=at - log_view.BACK)
    if not by.may(Capability.OVERSEE):
        events = events.filter(detail__supervisor=str(by.officer_id))
    rows = list(events.order_by("-at", "-id").values_list("detail", "actor", "at")[:_SHOWN])
    people = {one for told, actor, _ in rows for one in (told["officer"], told["supervisor"], str(actor))}
    names = {str(ref): name for ref, name in Officer.objects.filter(id__in=people).values_list("id", "name")}

    def name(ref: str) -> str:
        return names.get(ref, ref)

    return tuple(
        RaisedConflict(
            name(told["officer"]), name(told["supervisor"]), name(str(actor)), when.astimezone(office_zone())
        )
        for told, actor, when in rows
    )
