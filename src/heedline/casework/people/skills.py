"""Language skills of a desk's officers.

Officers state their own skills. A supervisor of theirs or a steward confirms them. Only confirmed skills
count when a translation is assigned, because a wrong word in a report of danger leads to a wrong
decision.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance
from heedline.casework.errors import NotHere
from heedline.casework.recording import refusals_logged
from heedline.desks.models import Appointment, LanguageSkill
from heedline.packs import load_pack
from heedline.permits.capabilities import Capability
from heedline.permits.gate import Refused, allows
from heedline.permits.roles import Role
from heedline.reports.models import Report

_WHO_READ = (Role.OFFICER, Role.SUPERVISOR)


@dataclass(frozen=True, slots=True)
class SkillLine:
    """One of an officer's language skills.

    `confirmed_by` is empty until somebody has confirmed it. `can_confirm` is true if the viewer may confirm
    it.
    """

    id: UUID
    officer_id: UUID
    officer: str
    language: str
    name: str
    confirmed_by: str
    can_confirm: bool


def _line(row: LanguageSkill, by: Attendance, theirs: Iterable[UUID]) -> SkillLine:
    confirmed = row.confirmed_by.name if row.confirmed_by is not None else None
    return _skill(row.id, row.officer_id, row.officer.name, row.language, confirmed, by, theirs)


def _skill(
    ident: UUID,
    officer: UUID,
    name: str,
    language: str,
    confirmed_by: str | None,
    by: Attendance,
    theirs: Iterable[UUID],
) -> SkillLine:
    return SkillLine(
        ident,
        officer,
        name,
        language,
        load_pack(settings.PACK).tongues.name(language),
        confirmed_by or "",
        confirmed_by is None and _may_confirm(officer, by, theirs),
    )


def _may_confirm(officer: UUID, by: Attendance, desks: Iterable[UUID]) -> bool:
    return officer != by.officer_id and allows(by.appointments, Capability.CONFIRM_LANGUAGE, [*desks, None])


def _desks_of(officer: UUID) -> list[UUID]:
    rows = Appointment.objects.filter(officer_id=officer, ended_on=None, role__in=_WHO_READ)
    return [desk for desk in rows.values_list("desk_id", flat=True) if desk is not None]


def mine(*, by: Attendance) -> tuple[SkillLine, ...]:
    """Return the officer's own language skills."""
    rows = LanguageSkill.objects.filter(officer_id=by.officer_id).select_related("officer", "confirmed_by")
    return tuple(_line(row, by, ()) for row in rows.order_by("language"))


def column() -> ArraySubquery:
    """Return a subquery column listing the language skills of each desk's officers, for the rota."""
    here = Appointment.objects.filter(
        desk=OuterRef(OuterRef("pk")), ended_on=None, role__in=_WHO_READ
    ).values("officer_id")
    rows = LanguageSkill.objects.filter(officer_id__in=here, officer__is_active=True)
    return ArraySubquery(
        rows.order_by("language", "officer__name").values(
            line=JSONObject(
                id="id",
                officer_id="officer_id",
                officer="officer__name",
                language="language",
                confirmed_by="confirmed_by__name",
            )
        )
    )


def of_column(
    found: Iterable[Mapping[str, str | None]], desk: UUID, *, by: Attendance
) -> tuple[SkillLine, ...]:
    """Return a desk's language skills from the values that `column` selected."""
    return tuple(
        _skill(
            UUID(one["id"]),
            UUID(one["officer_id"]),
            str(one["officer"]),
            str(one["language"]),
            one["confirmed_by"],
            by,
            (desk,),
        )
        for one in found
    )


def to_confirm(*, by: Attendance) -> tuple[SkillLine, ...]:
    """Return the language skills awaiting a steward's confirmation.

    All desks are included, because not every desk has a supervisor.
    """
    if not allows(by.appointments, Capability.CONFIRM_LANGUAGE, [None]):
        return ()
    rows = LanguageSkill.objects.filter(confirmed_by=None, officer__is_active=True)
    rows = rows.select_related("officer", "confirmed_by").order_by("language", "officer__name")
    return tuple(_line(row, by, ()) for row in rows)


def state(language: str, *, by: Attendance, at: datetime) -> None:
    """Record that the officer speaks a language.

    Stating it twice does nothing. Raises Refused. Raises ValueError for a language that the pack does not
    have.
    """
    pack = load_pack(settings.PACK)
    if language not in pack.tongues.known or language == pack.first_language:
        raise ValueError("a language that the pack does not know")
    with refusals_logged(Act.SKILL_STATED, by=by.officer_id, thing="officer", thing_id=by.officer_id):
        by.require(Capability.TRANSLATE)
        _, made = LanguageSkill.objects.get_or_create(officer_id=by.officer_id, language=language)
        if made:
            _record(Act.SKILL_STATED, by.officer_id, language, by)


def withdraw(language: str, *, by: Attendance, at: datetime) -> None:
    """Withdraw an officer's own language skill, so that no more work is assigned in that language.

    Raises NotHere.
    """
    with refusals_logged(Act.SKILL_WITHDRAWN, by=by.officer_id, thing="officer", thing_id=by.officer_id):
        gone, _ = LanguageSkill.objects.filter(officer_id=by.officer_id, language=language).delete()
        if not gone:
            raise NotHere
        _record(Act.SKILL_WITHDRAWN, by.officer_id, language, by)


def confirm(skill: UUID, *, by: Attendance, at: datetime) -> None:
    """Confirm an officer's language skill, as a supervisor of one of their desks or as a steward.

    Raises Refused, alike for a skill that does not exist and for one's own.
    """
    with refusals_logged(Act.SKILL_CONFIRMED, by=by.officer_id, thing="officer"):
        row = (
            LanguageSkill.objects.select_for_update(of=("self",))
            .select_related("officer")
            .filter(id=skill, officer__is_active=True)
            .first()
        )
        if row is None or not _may_confirm(row.officer_id, by, _desks_of(row.officer_id)):
            raise Refused(
                "Only a supervisor of their desk or a steward can confirm another person’s languages."
            )
        if row.confirmed_by_id is None:
            row.confirmed_by_id, row.confirmed_on = by.officer_id, at.date()
            row.save(update_fields=["confirmed_by", "confirmed_on"])
            _record(Act.SKILL_CONFIRMED, row.officer_id, row.language, by)


def _record(act: Act, officer: UUID, language: str, by: Attendance) -> None:
    detail: dict[str, str | int] = {"language": language}
    journal.record(act, actor=by.officer_id, thing="officer", thing_id=officer, detail=detail)


# --- who can translate ---------------------------------------------------------------------------------------------


def speaks(officer: UUID, language: str) -> bool:
    """Return whether this officer has a confirmed skill in this language."""
    return LanguageSkill.objects.filter(
        officer_id=officer, language=language, confirmed_by__isnull=False
    ).exists()


def speakers(language: str, desks: Iterable[UUID]) -> list[tuple[UUID, str]]:
    """Return the ids and names of officers at these desks with a confirmed skill in this language."""
    here = Appointment.objects.filter(
        desk_id__in=list(desks), ended_on=None, role__in=_WHO_READ, officer__is_active=True
    ).values("officer_id")
    rows = LanguageSkill.objects.filter(
        language=language, confirmed_by__isnull=False, officer_id__in=here
    ).order_by("officer__name")
    return list(rows.values_list("officer_id", "officer__name"))


def who_could(report: UUID, language: str) -> list[tuple[UUID, str]]:
    """Return the speakers of a language who can open this report.

    Limited to what this session can see of the report.
    """
    desks = Report.objects.filter(id=report).values_list("desk_id", "watch_id").first() or ()
    return speakers(language, [desk for desk in desks if desk is not None])
