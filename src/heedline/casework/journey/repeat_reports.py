"""Allows only supervisors to close repeat reports, after linking or searching for an earlier report.

A report of any kind is a repeat while it is linked to another one, and if its assessment says so. Both are sealed, and
nothing in the clear says so. An assessment that answers whether there were earlier reports carries the search that was made
for it, so that the answer is more than a tick.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from heedline.casework.access.session import Attendance
from heedline.casework.errors import NotHere
from heedline.casework.linking import desk_notices, linked_reports, questions
from heedline.casework.linking.questions import MatchLine
from heedline.casework.report import notes
from heedline.casework.report.opening import short_name
from heedline.casework.report.restrictions import is_usable
from heedline.casework.report.verb import FoundReport
from heedline.casework.search import documents, link_decisions, seen_before
from heedline.casework.search.link_decisions import LinkVerdict
from heedline.casework.search.reopening import ELSEWHERE, match_of
from heedline.casework.search.seen_before import EarlierReport, NewReports, SeenBefore
from heedline.packs import load_pack
from heedline.permits.capabilities import Capability
from heedline.permits.gate import Refused
from heedline.permits.scopes import reports_of
from heedline.reports.lifecycle import Move, NotNow
from heedline.reports.models import Step
from heedline.reports.stored import parts_of
from heedline.vault import CannotOpen

#: Key and value in an assessment that somebody made who may close repeats.
_AS, _A_SUPERVISOR = "assessed_as", "supervisor"
_LINKED, _POSSIBLE = "linked", "possible"
#: Under which an assessment keeps the search for earlier reports.
_SEARCH = "Search for earlier reports"
NOT_SEARCHED = "Earlier reports could not be searched"
NO_LINK = "The assessment says that this report is linked to an earlier one. Record the link under Seen before, and then close it."
NOT_YET = "Earlier reports cannot be searched now. Open the queue of the desk, and then close this report."
LINKED = "This report is linked to another one. Only a supervisor can close it, giving a reason."
_SUPERVISOR = (
    "There may be an earlier report of the same matter. Only a supervisor can close this report, giving a reason, or "
    "assess it again to change that answer."
)


UNDECIDED = (
    "It shares details with {}. Decide under Seen before whether they are about the same matter. If you are not sure about a "
    "strong match, a supervisor decides, or closes this report."
)
EARLIER = "It is a strong match with {}. Say that there is or may be an earlier report, or first decide under Seen before that they are not the same."
TOO_MANY = "very many other reports"
ASK = (
    "It may be about the same matter as a report of another desk ({}). Ask that desk under Other desks, and close this report "
    "when it has answered that the two are not. Or let a supervisor close it."
)
CONFIRMED = (
    "Another desk ({}) has confirmed that it has a report of the same matter. Only a supervisor can close this one, giving a "
    "reason."
)
#: Pages of earlier reports that are compared before a report is closed.
_PAGES = 5


def is_repeat(kind: str, answers: Mapping[str, str]) -> bool:
    """Return whether these assessment answers mark the report as a repeat or possible repeat."""
    return load_pack(settings.PACK).assessment(kind).only_a_supervisor_closes(answers)


def search(found: FoundReport, *, before: int = 0, new: NewReports | None = None) -> SeenBefore | None:
    """Return earlier reports that share details with a report, or None if no search was possible.

    The first `before` are left out. `new` is that of `seen_before.look`. A restricted report is not used to find others (ADR 76). The caller logs how many there
    are. Raises Locked.
    """
    if not is_usable(found.report):
        return None
    report, ring = found.report, found.by.keys()
    parts = documents.searched_parts([report.id]).get(report.id, [])
    try:
        texts = documents.texts_of(report, parts, ring)
    except documents.UNREADABLE:
        return None
    made = link_decisions.made_on(report.id, parts, ring)
    seen = seen_before.look(report, texts, made, by=found.by, before=before, new=new)
    return seen if seen.reports or seen.earlier else None


def undecided(found: FoundReport, new: NewReports | None = None) -> list[EarlierReport] | None:
    """Return the earlier reports that share details with a report and about which nobody has decided.

    `new` is that of `seen_before.look`. Returns None if so many share something that they cannot all be compared. Raises Locked.
    """
    seen = None
    for seen in _pages(found, new):
        if these := [one for one in seen.earlier if one.undecided]:
            return these
    return [] if seen is None or not seen.more else None


def _pages(found: FoundReport, new: NewReports | None = None) -> Iterator[SeenBefore]:
    """Yield the earlier reports that share details with a report, the likeliest first, for up to `_PAGES` pages."""
    before = 0
    for _ in range(_PAGES):
        seen = search(found, before=before, new=new)
        if seen is None:
            return
        yield seen
        if not seen.more:
            return
        before = seen.before


@dataclass(frozen=True)
class SearchMade:
    """The search made for an assessment, in its sealed and logged forms."""

    words: dict[str, str] = field(repr=False, default_factory=dict)
    detail: dict[str, int] = field(default_factory=dict)


def searched(found: FoundReport, answers: Mapping[str, str]) -> SearchMade:
    """Search for earlier reports if these assessment answers say whether there were any.

    Raises NotNow for the answer that there were none beside a strong match, unless somebody has decided that the two are not
    the same. Raises Locked.
    """
    form = load_pack(settings.PACK).assessment(found.report.kind)
    if not form.says_of_earlier(answers):
        return SearchMade()
    seen = search(found)
    if seen is None:
        return SearchMade({_SEARCH: NOT_SEARCHED})
    strong = [
        one.short for one in seen.earlier if one.strong and (one.undecided or one.verdict == LinkVerdict.SAME)
    ]
    if strong and form.denies_earlier(answers):
        raise NotNow(EARLIER.format(", ".join(strong)), about="earlier")
    linked = [one.short for one in seen.earlier if one.verdict == LinkVerdict.SAME]
    common = len(seen.earlier) + seen.more
    told = f"{common} of {seen.reports} reports searched {'has' if common == 1 else 'have'} something in common with it"
    links = f"Linked: {', '.join(linked)}." if linked else "None is linked."
    return SearchMade({_SEARCH: f"{told}. {links}"}, {"earlier": len(seen.earlier)})


def _refuse_unproven(found: FoundReport, says: str) -> None:
    """Raise NotNow for a report that is not linked to the earlier one, or for which no search is possible."""
    if not is_usable(found.report):
        return
    if says == _LINKED:
        raise NotNow(NO_LINK, about="closing")
    if search(found) is None:
        raise NotNow(NOT_YET, about="closing")


def not_at_once(kind: str, answers: Mapping[str, str]) -> None:
    """Raise NotNow if a repeat report would be assessed and closed in one step."""
    if is_repeat(kind, answers):
        raise NotNow(f"{_SUPERVISOR} Save the assessment without closing it.", about="closing")


def permit_closing(found: FoundReport) -> list[UUID]:
    """Raise Refused if the report is or may be a repeat and the officer is not a supervisor.

    A report of any kind is one while a decision links it to another report, if its assessment says so, and while it shares
    details with another report about which nobody has decided, here or at another desk (`matched_elsewhere`). A later
    assessment that says otherwise changes nothing unless a supervisor made it, with the reason: an officer could take the
    answer back and close the report. An assessment that does not open counts as one that says so.

    Returns the earlier reports about which nobody has decided, over which a supervisor closes this one.

    Raises NotNow for a supervisor if the report was assessed as linked and is not, or if earlier reports cannot be searched.
    Raises Locked.
    """
    linked = bool(linked_reports.linked([found.report.id], by=found.by))
    if not _permit(found, linked, lambda: found.permit(Capability.CLOSE_REPEAT)):
        return []
    return [one.ref for seen in _pages(found) for one in seen.earlier if one.undecided]


def matches_since(found: FoundReport, known: Collection[UUID], *, supervisor: bool) -> dict[str, set[UUID]]:
    """Return the matches of a report that bar closing it now and were not `known` when an officer decided to close it.

    They are grouped by the name of the other report. Raises Refused if the report is or may be a repeat by now, unless a
    `supervisor` decided. Raises NotNow and Locked as `permit_closing` does.
    """

    def permit() -> None:
        if not supervisor:
            raise Refused(_SUPERVISOR)

    new: dict[str, set[UUID]] = {}
    for seen in _pages(found):
        for one in seen.earlier:
            if one.undecided and (match := match_of(found.report.id, one.ref)) not in known:
                new.setdefault(one.short, set()).add(match)
    for line in _matched_elsewhere(found):
        if line.id not in known:
            new.setdefault(ELSEWHERE, set()).add(line.id)
    if not new:
        _permit(found, bool(linked_reports.linked([found.report.id], by=found.by)), permit)
    return new


def by_a_supervisor(words: Mapping[str, object]) -> bool:
    """Return whether a sealed decision says that somebody made it who may close repeats (`assessed_as`)."""
    return words.get(_AS) == _A_SUPERVISOR


def _permit(found: FoundReport, linked: bool, permit: Callable[[], object]) -> bool:
    """Return whether the report is, may be or looks like a repeat, or raise what `permit_closing` raises.

    `permit` raises Refused unless the officer may close repeats.
    """
    says, elsewhere = _assessed_as_repeat(found), _matched_elsewhere(found)
    alike = undecided(found) if not linked and not says else []
    if not linked and not says and alike == [] and not elsewhere:
        return False
    confirmed = [one for one in elsewhere if one.confirmed]
    try:
        permit()
    except Refused:
        names = TOO_MANY if alike is None else ", ".join(one.short for one in alike)
        why = UNDECIDED.format(names) if names else _SUPERVISOR
        if elsewhere and not names:
            desks = ", ".join(sorted({one.other_name for one in confirmed or elsewhere}))
            why = (CONFIRMED if confirmed else ASK).format(desks)
        raise Refused(LINKED if linked else why) from None
    if says and not linked and not confirmed:
        _refuse_unproven(found, says)
    return True


def matched_elsewhere(reports: Iterable[UUID], *, by: Attendance) -> list[MatchLine]:
    """Return the matches at other desks that bar closing these reports of the officer's desks.

    They bar it until one of the two desks has asked and the other has denied, or has disposed of its report. Raises Locked.
    """
    lines = questions.lines(desk_notices.about(*reports, by=by))
    return [one for one in lines if not one.ended and one.confirmed is not False]


def _matched_elsewhere(found: FoundReport) -> list[MatchLine]:
    """Return those of one report. A restricted report may not be asked about, so it has none."""
    return matched_elsewhere([found.report.id], by=found.by) if is_usable(found.report) else []


@dataclass(frozen=True)
class ClosingCheck:
    """What an officer has to know before closing a report.

    `why_not` says why they cannot close it as a repeat, or is "". `repeat` is True if it is or may be one. `linked` are
    the reports to which it is linked and that the officer may use, with their short names.
    """

    why_not: str = ""
    repeat: bool = False
    linked: tuple[tuple[UUID, str], ...] = ()


def check_closing(ref: UUID, *, by: Attendance, at: datetime) -> ClosingCheck:
    """Return what `permit_closing` would say about a report, before anything is written.

    The caller logs the view of the report. Raises NotHere and Locked.
    """
    report = reports_of(by.desk_ids).filter(pk=ref).first()
    if report is None:
        raise NotHere
    others, linked = linked_reports.linked_to(ref, by=by)
    named = tuple((one, short_name(one)) for one in others)
    found = FoundReport(report, by, at)
    try:
        repeat = _permit(
            found, linked, lambda: by.require(Capability.CLOSE_REPEAT, report.desk_id, report.watch_id)
        )
    except (Refused, NotNow) as no:
        return ClosingCheck(no.reason, True, named)
    return ClosingCheck("", repeat, named)


def _assessed_as_repeat(found: FoundReport) -> str:
    """Return what `_said` returns for all assessments of the report, or "" if their form does not ask."""
    if not load_pack(settings.PACK).assessment(found.report.kind).asks_for_earlier:
        return ""
    assessed = (
        Step.objects.filter(report=found.report, move=Move.ASSESS).exclude(note=None).order_by("number")
    )
    wanted = [note for note in assessed.values_list("note", flat=True) if note is not None]
    return _said(found, wanted) if wanted else ""


def assessed_as(found: FoundReport) -> dict[str, str]:
    """Return the sealed field that marks an assessment as a supervisor's, or {} for other officers."""
    try:
        found.by.require(Capability.CLOSE_REPEAT, found.report.desk_id)
    except Refused:
        return {}
    return {_AS: _A_SUPERVISOR}


def _said(found: FoundReport, wanted: Sequence[UUID]) -> str:
    """Return `linked` or `possible` if these sealed assessments mark the report as a (possible) repeat.

    Returns "" if none of them does. They are given in order, and one by a supervisor that says otherwise takes back those
    before it. An assessment that is missing or cannot be decrypted counts as one that says so, and nobody takes that back.
    """
    ring = found.by.keys()
    parts = {part.container: part for part in parts_of([found.report.id], Q(container__in=wanted))}
    if len(parts) < len(set(wanted)):
        return _POSSIBLE
    form = load_pack(settings.PACK).assessment(found.report.kind)
    says = ""
    for container in wanted:
        part = parts[container]
        try:
            words = notes.open_words(
                part.container, part.header, part.payload, ring.for_any(part.epochs), part.part
            )
        except CannotOpen:
            return _POSSIBLE
        answers = {label: str(value) for label, value in words.items()}
        if form.only_a_supervisor_closes(answers):
            says = _LINKED if form.needs_link(answers) else _POSSIBLE
        elif by_a_supervisor(words):
            says = ""
    return says
