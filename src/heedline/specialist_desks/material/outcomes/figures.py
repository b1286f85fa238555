"""Statistics on online material for a period, with findings, notices and removals by platform.

They are worked out from what is never changed (days on which items were found, examinations, answers, looks at items), and
from what is kept of items that were disposed of (`former.py`), so the same days give the same figures at any later time.
Small numbers are not shown.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from statistics import median
from uuid import UUID

from django.conf import settings

from heedline.audit import journal
from heedline.casework.access.keyring import Keyring
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
    MaterialDisposal,
    MaterialItem,
    MaterialSighting,
    NoticeAnswer,
    NoticeAttempt,
)
from heedline.specialist_desks.material.notice_rules.states import CompanyAnswer
from heedline.specialist_desks.material.outcomes import former
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
class MaterialCounts:
    """The counts behind the figures before small numbers are suppressed. They are never shown.

    `platforms` has, for each notice that was sent, the platform and the hours until removal, or None.
    """

    found: int
    outcomes: Counter[str]
    met: Counter[str]
    compared: int
    agreed: int
    withdrawn: int
    platforms: tuple[tuple[str, float | None], ...]


@dataclass(frozen=True, slots=True)
class MaterialFigures:
    """One desk's figures for a period, including its first and last days.

    `uncounted` is the number of disposed items of which a restore brought no figures, whatever their period.
    """

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
    uncounted: int = 0


def protected(counts: Iterable[int]) -> tuple[Figure, ...]:
    """Return the parts of a known total as figures, suppressed so that no small part can be derived.

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
    """Return the figures for the officer's desk, and log that they were viewed.

    Raises NotHere, Refused and Locked, and CannotOpen if these keys do not open what is kept of a former item.
    """
    desk, ring = my_desk(by), by.keys()
    with refusals_logged(MaterialAct.FIGURES_VIEWED, by=by.officer_id, desk=desk):
        by.require(MaterialCapability.SEE, desk)
        journal.record(MaterialAct.FIGURES_VIEWED, actor=by.officer_id, desk=desk)
    counted = counts(since, until, desk=desk, ring=ring)
    shown = tuple(ItemOutcome)
    provisions = law_of.load_law(settings.PACK).provisions
    return MaterialFigures(
        since=since,
        until=until,
        found=figure(counted.found),
        outcomes=tuple(zip(shown, protected(counted.outcomes[str(one)] for one in shown), strict=True)),
        provisions=tuple((one.name, figure(counted.met[code])) for code, one in provisions.items()),
        compared=figure(counted.compared),
        agreed=_part(counted.agreed, counted.compared),
        sent=figure(len(counted.platforms)),
        withdrawn=_part(counted.withdrawn, len(counted.platforms)),
        platforms=_by_platform(counted.platforms),
        uncounted=MaterialDisposal.objects.filter(desk_id=desk, done=True, figures=None).count(),
    )


def counts(since: date, until: date, *, desk: UUID, ring: Keyring) -> MaterialCounts:
    """Return a desk's counts between two days. Raise CannotOpen if the keys do not open every record."""
    start, end = _moment(since), _moment(until + timedelta(days=1))
    made = list(
        Examination.objects.filter(item__desk_id=desk, at__gte=start, at__lt=end).order_by("at", "id")
    )
    seconds = [one for one in made if one.place == Place.SECOND]
    firsts = [(one.outcome, tuple(one.met)) for one in made if one.place == Place.FIRST]
    sent = list(CompanyNotice.objects.filter(desk_id=desk, sent_at__gte=start, sent_at__lt=end))
    opened = desk_parts.opened(
        MaterialItem.objects.filter(id__in=[one.item_id for one in sent]).values_list("container", flat=True),
        ring,
    )
    platforms, gone = _platforms(sent, opened), _gone(sent, end)
    notices = [
        (
            platforms.get(one.item_id, ""),
            (gone[one.id] - one.sent_at).total_seconds() / 3600
            if one.id in gone and one.sent_at is not None
            else None,
        )
        for one in sent
    ]
    gone_by = former.former_items(desk, ring)
    before = [one for item in gone_by for one in item.notices if since <= one.sent_on <= until]
    compared = [agreed for item in gone_by for day, agreed in item.seconds if since <= day <= until]
    firsts += [
        (outcome, met) for item in gone_by for day, outcome, met in item.firsts if since <= day <= until
    ]
    return MaterialCounts(
        found=MaterialItem.objects.filter(desk_id=desk, found_on__range=(since, until)).count()
        + sum(since <= item.found_on <= until for item in gone_by),
        outcomes=Counter(outcome for outcome, _ in firsts),
        met=Counter(code for _, met in firsts for code in met),
        compared=len(seconds) + len(compared),
        agreed=_agreed(seconds) + sum(compared),
        withdrawn=_withdrawn(sent, end)
        + sum(one.withdrawn_on is not None and one.withdrawn_on <= until for one in before),
        platforms=(
            *notices,
            *(
                (one.platform, one.hours if one.gone_on is not None and one.gone_on <= until else None)
                for one in before
            ),
        ),
    )


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(), office_zone()).astimezone(UTC)


def _agreed(seconds: list[Examination]) -> int:
    """Return the number of second examinations that agreed on the outcome and at least one provision."""
    items = [one.item_id for one in seconds]
    firsts = {
        (one.item_id, one.round): one
        for one in Examination.objects.filter(item_id__in=items, place=str(Place.FIRST))
    }
    return sum(former.agrees(firsts.get((one.item_id, one.round)), one) for one in seconds)


def _withdrawn(sent: list[CompanyNotice], end: datetime) -> int:
    """Return the number of these notices withdrawn before `end`."""
    told = NoticeAttempt.objects.filter(
        notice_id__in=[one.id for one in sent], outcome__in=former.WITHDRAWALS, at__lt=end
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


def _part(number: int, whole: int) -> Figure:
    """Return the figure for part of a known total, suppressed if it or a non-zero remainder is too small."""
    found, rest = figure(number), figure(whole - number)
    derivable = found.number is not None and rest.number is None and number != whole
    return Figure(NOT_SHOWN, None) if derivable else found


def _by_platform(notices: Sequence[tuple[str, float | None]]) -> tuple[PlatformFigures, ...]:
    by_platform: dict[str, list[float | None]] = defaultdict(list)
    for platform, until_gone in notices:
        by_platform[platform].append(until_gone)
    lines, ordered = [], sorted(by_platform.items())
    totals = protected(len(told) for _, told in ordered)  # they add up to the number of all notices
    for (platform, told), total in zip(ordered, totals, strict=True):
        hours = [one for one in told if one is not None]
        removed = _part(len(hours), len(told))
        clear = removed.number is not None and total.number is not None
        lines.append(
            PlatformFigures(
                platform or "Other",
                total,
                removed,
                f"{100 * len(hours) // len(told)} %" if clear else NOT_SHOWN,
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
