"""Statistics of online material for a period, with findings, notices and removals by platform.

They are worked out from what is never changed (days on which items were found, examinations, answers, looks at items), so
the same days give the same figures at any later time. Small numbers are not shown.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from statistics import median
from uuid import UUID

from django.conf import settings

from heedline.audit import journal
from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.intake.disclosure_control import NOT_SHOWN, Figure, figure
from heedline.casework.recording import refusals_logged
from heedline.casework.records import desk_parts
from heedline.specialist_desks.material.examination import law as law_of
from heedline.specialist_desks.material.items.contents import ItemContent
from heedline.specialist_desks.material.items.found_item import my_desk
from heedline.specialist_desks.material.models import (
    CompanyNotice,
    Examination,
    MaterialItem,
    MaterialSighting,
    NoticeAnswer,
    NoticeAttempt,
)
from heedline.specialist_desks.material.notice_rules.states import CompanyAnswer
from heedline.specialist_desks.material.rules import ItemOutcome, Place
from heedline.specialist_desks.material.vocabulary import MaterialAct, MaterialCapability


@dataclass(frozen=True, slots=True)
class PlatformFigures:
    """The results of notices about one platform, with the median hours until removal in `hours`."""

    platform: str
    sent: Figure
    removed: Figure
    rate: str
    hours: str


@dataclass(frozen=True, slots=True)
class MaterialFigures:
    """One desk's figures for a period, including both days."""

    since: date
    until: date
    found: Figure
    outcomes: tuple[tuple[ItemOutcome, Figure], ...]
    provisions: tuple[tuple[str, Figure], ...]
    compared: Figure
    agreed: Figure
    sent: Figure
    withdrawn: Figure
    platforms: tuple[PlatformFigures, ...]


def protected(counts: Iterable[int]) -> tuple[Figure, ...]:
    """Return the parts of a known total, suppressed so that no small part can be derived.

    If exactly one part is suppressed, the smallest other one is suppressed as well.
    """
    numbers = tuple(counts)
    found = [figure(one) for one in numbers]
    hidden = [place for place, one in enumerate(found) if one.number is None]
    if len(hidden) == 1 and len(found) > 1:
        others = [place for place in range(len(found)) if place != hidden[0]]
        smallest = min(others, key=lambda place: numbers[place])
        found[smallest] = Figure(NOT_SHOWN, None)
    return tuple(found)


def figures(since: date, until: date, *, by: Attendance, at: datetime) -> MaterialFigures:
    """Return the figures of the officer's desk, and log the view. Raise NotHere, Refused or Locked."""
    desk, ring = my_desk(by), by.keys()
    with refusals_logged(MaterialAct.FIGURES_VIEWED, by=by.officer_id, desk=desk):
        by.require(MaterialCapability.SEE, desk)
        journal.record(MaterialAct.FIGURES_VIEWED, actor=by.officer_id, desk=desk)
    start, end = _moment(since), _moment(until + timedelta(days=1))
    found = MaterialItem.objects.filter(desk_id=desk, found_on__range=(since, until)).count()
    made = list(
        Examination.objects.filter(item__desk_id=desk, at__gte=start, at__lt=end).order_by("at", "id")
    )
    firsts = [one for one in made if one.place == Place.FIRST]
    seconds = [one for one in made if one.place == Place.SECOND]
    outcomes = Counter(one.outcome for one in firsts)
    shown = tuple(ItemOutcome)
    provisions = law_of.load_law(settings.PACK).provisions
    met = Counter(code for one in firsts for code in one.met)
    sent = list(CompanyNotice.objects.filter(desk_id=desk, sent_at__gte=start, sent_at__lt=end))
    opened = desk_parts.opened(
        MaterialItem.objects.filter(id__in=[one.item_id for one in sent]).values_list("container", flat=True),
        ring,
    )
    platforms = _platforms(sent, opened)
    return MaterialFigures(
        since=since,
        until=until,
        found=figure(found),
        outcomes=tuple(zip(shown, protected(outcomes[str(one)] for one in shown), strict=True)),
        provisions=tuple((one.name, figure(met[code])) for code, one in provisions.items()),
        compared=figure(len(seconds)),
        agreed=figure(_agreed(seconds)),
        sent=figure(len(sent)),
        withdrawn=figure(_withdrawn(sent, end)),
        platforms=_by_platform(sent, platforms, end),
    )


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(), office_zone()).astimezone(UTC)


def _agreed(seconds: list[Examination]) -> int:
    """Return the number of second examinations that agreed on the outcome and a provision."""
    items = [one.item_id for one in seconds]
    firsts = {
        (one.item_id, one.round): one
        for one in Examination.objects.filter(item_id__in=items, place=str(Place.FIRST))
    }
    count = 0
    for one in seconds:
        first = firsts.get((one.item_id, one.round))
        both = first is not None and ItemOutcome(first.outcome).illegal and ItemOutcome(one.outcome).illegal
        count += bool(both and first is not None and set(first.met) & set(one.met))
    return count


def _withdrawn(sent: list[CompanyNotice], end: datetime) -> int:
    """Return the number of these notices withdrawn before `end`."""
    told = NoticeAttempt.objects.filter(
        notice_id__in=[one.id for one in sent], outcome__in=("withdrawn", "not-told"), at__lt=end
    )
    return told.values("notice_id").distinct().count()


def _platforms(sent: list[CompanyNotice], opened: Mapping[UUID, Mapping[str, object]]) -> dict[UUID, str]:
    containers = dict(
        MaterialItem.objects.filter(id__in=[one.item_id for one in sent]).values_list("id", "container")
    )
    found = {}
    for item, container in containers.items():
        content = ItemContent.from_words(opened[container]) if container in opened else None
        found[item] = content.addresses[0].platform if content is not None and content.addresses else ""
    return found


def _by_platform(
    sent: list[CompanyNotice], platforms: Mapping[UUID, str], end: datetime
) -> tuple[PlatformFigures, ...]:
    gone = _gone(sent, end)
    by_platform: dict[str, list[CompanyNotice]] = defaultdict(list)
    for one in sent:
        by_platform[platforms.get(one.item_id, "")].append(one)
    lines = []
    for platform, notices in sorted(by_platform.items()):
        hours = [
            (gone[one.id] - one.sent_at).total_seconds() / 3600
            for one in notices
            if one.id in gone and one.sent_at is not None
        ]
        removed, total = figure(len(hours)), figure(len(notices))
        kept = figure(len(notices) - len(hours))
        if removed.number is not None and kept.number is None and len(notices) != len(hours):
            removed = Figure(NOT_SHOWN, None)  # or the few that were not removed could be worked out
        clear = removed.number is not None and total.number is not None
        lines.append(
            PlatformFigures(
                platform or "Other",
                total,
                removed,
                f"{100 * len(hours) // len(notices)} %" if clear else NOT_SHOWN,
                f"{round(median(hours))}" if clear else NOT_SHOWN,
            )
        )
    return tuple(lines)


def _gone(sent: list[CompanyNotice], end: datetime) -> dict[UUID, datetime]:
    """Return each notice's first removal time after sending and before `end`."""
    said = NoticeAnswer.objects.filter(
        notice_id__in=[one.id for one in sent], answer=str(CompanyAnswer.REMOVED), at__lt=end
    )
    found: dict[UUID, datetime] = dict(said.order_by("-at").values_list("notice_id", "at"))
    seen: dict[UUID, list[datetime]] = defaultdict(list)
    looks = MaterialSighting.objects.filter(
        item_id__in=[one.item_id for one in sent], verdict__startswith="removed", at__lt=end
    )
    for item, at in looks.values_list("item_id", "at"):
        seen[item].append(at)
    for one in sent:
        after = [at for at in seen[one.item_id] if one.sent_at is not None and at >= one.sent_at]
        if after:
            found[one.id] = min([*after, *([found[one.id]] if one.id in found else [])])
    return found
