"""Earlier reports that share details with an opened report, with the reasons for each match.

The keys of a report's values are looked up in the indexes of the officer's desks. The reports found are opened and
compared in memory, so that every reason shown appears in both reports. The view is logged with the number of reports
shown but without their references, which would show in the log which reports belong together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Container, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import cache
from itertools import batched, islice
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from heedline.casework.access.keyring import Keyring
from heedline.casework.access.session import Attendance
from heedline.casework.report import notes
from heedline.casework.report.opening import kind_words, received_words, short_name
from heedline.casework.report.restrictions import usable
from heedline.casework.search import (
    desk_index,
    documents,
    index_rows,
    link_decisions,
    subject_entries,
    values,
)
from heedline.casework.search.documents import SearchedText
from heedline.casework.search.link_decisions import LinkDecision, LinkVerdict
from heedline.casework.search.page_store import one_snapshot
from heedline.index import Damaged, SealedIndex
from heedline.index.extraction.comparison import Resemblance, Strength, Weight, compare
from heedline.index.extraction.keys import key_of
from heedline.index.extraction.values import Extract, Kind
from heedline.packs import load_pack
from heedline.permits.compiled_query import CompiledQuery
from heedline.permits.scopes import reports_of
from heedline.reports.models import Report
from heedline.reports.stored import StoredPart, parts_column, parts_in
from heedline.vault import CannotOpen

#: Reports that are opened and compared at most, those with the most keys in common first.
MOST_COMPARED: Final = 12
#: Reports looked up for one key; a value of more is said to be shared by "more than" so many.
MOST_OF_A_KEY: Final = 100
#: Reasons that say only that the texts are alike.
_TEXTS: Final = frozenset({"text", "text-same"})
#: A report in one of the indexes that are read: the number of the index among them, and its row there.
type _Place = tuple[int, int]


@dataclass(frozen=True)
class EarlierReport:
    """An earlier report that matches the opened one, or that an officer has already compared with it.

    `found` is None if the two share nothing now, or if the report is `unread`, which means that it could not be
    decrypted or was altered. `decided` are the decisions about the two, newest first. `subjects` are those to which the
    earlier report is linked, if the two were decided not to be the same.
    """

    ref: UUID
    short: str
    kind_words: str
    received_words: str
    stage: str
    outcome: str
    desk_name: str
    found: Resemblance | None
    decided: tuple[LinkDecision, ...] = field(repr=False, default=())
    unread: bool = False
    subjects: frozenset[UUID] = frozenset()

    @property
    def verdict(self) -> str:
        """Return the current verdict on the two reports, or "" if there is none."""
        now = link_decisions.in_force(self.decided)
        return str(now.verdict) if now else ""

    @property
    def strong(self) -> bool:
        """Return whether the two reports are a strong match."""
        return self.found is not None and self.found.strength is Strength.STRONG

    @property
    def undecided(self) -> bool:
        """Return whether the two share a value, or a part of one, and nobody has decided whether they are the same.

        An officer who is not sure about a strong match, or whose reason says nothing, has not decided. A text in common is
        no value: look-alikes share one, and are read and closed as a group.
        """
        if self.found is None or all(one.code in _TEXTS for one in self.found.reasons):
            return False
        now = link_decisions.in_force(self.decided)
        if now is None:
            return True
        if now.verdict is LinkVerdict.SAME or now.supervisor:
            return False
        return notes.says_too_little(now.why) or (now.verdict is LinkVerdict.NOT_SURE and self.strong)

    @property
    def alike(self) -> bool:
        """Return whether the texts of the two reports are alike."""
        return self.found is not None and any(one.code in _TEXTS for one in self.found.reasons)


@dataclass(frozen=True)
class CommonValue:
    """A value that the report shares with many other reports.

    `number` counts them up to `MOST_OF_A_KEY`.
    """

    kind: str
    written: str = field(repr=False)
    number: int


@dataclass(frozen=True)
class SeenBefore:
    """The earlier reports found for an opened report, strongest match first.

    `reports` is the number of reports searched. `before` is the number of likelier reports that were left out, and
    `more` the number of further reports that share something but were not opened. `restricted` means that the opened
    report may not be used to find others. `unsearched` is the number of other reports that are new or have changed, and
    have not been compared with it.
    """

    earlier: tuple[EarlierReport, ...]
    common: tuple[CommonValue, ...]
    reports: int
    more: int
    restricted: bool = False
    before: int = 0
    unsearched: int = 0


@dataclass(frozen=True)
class OtherReport:
    """A report that was opened to be compared with others. `texts` is None if it does not open."""

    row: Any
    parts: Sequence[StoredPart] = field(repr=False)
    texts: Sequence[SearchedText] | None = field(repr=False)
    decided: Sequence[LinkDecision] = field(repr=False)
    read: dict[Any, Extract] = field(repr=False, default_factory=dict)
    """What was read in it already, by the kinds of value that it was compared by."""

    def values_against(self, mine: Extract) -> Extract | None:
        """Return its values, as far as a report with the values `mine` is compared by them. None if it does not open."""
        if self.texts is None:
            return None
        by = frozenset(one.kind for one in mine.values), bool(mine.shingles)
        if by not in self.read:
            self.read[by] = values.extract_of(self.row, self.texts, indexed=False, against=mine)
        return self.read[by]


#: Returns the reports of the running quarter hour, opened (`just_arrived`).
type NewReports = Callable[[], Sequence[OtherReport]]
#: For a report whose processing is restricted.
NOT_USED: Final = SeenBefore((), (), 0, 0, restricted=True)


def look(
    report: Report,
    texts: Sequence[SearchedText],
    decided: Sequence[LinkDecision],
    *,
    by: Attendance,
    before: int = 0,
    chosen: UUID | None = None,
    new: NewReports | None = None,
    most_new: int = index_rows.MOST_NEW,
) -> SeenBefore:
    """Return earlier reports that share details with an opened report, and the one that the officer has `chosen`.

    Reports are compared twelve at a time, leaving out the first `before`, so that a flood of reports with the same
    details cannot hide an earlier one for good. The chosen report comes first. `texts` and `decided` are those of the
    opened report. The `most_new` newest reports of the running quarter hour, which are not indexed yet, are compared as well,
    with the first twelve. A caller that looks at many reports gives `new`, which opens these only once. The caller logs the view.
    Raises Locked.
    """
    named = [one.other for one in decided]
    if chosen is not None and chosen != report.id:
        named = [chosen, *(one for one in named if one != chosen)]
    ring = by.keys()
    mine = values.extract_of(report, texts)
    with one_snapshot(same_plans=True):
        keys = [*mine.keys, values.LINKED.format(report.id)]
        likely = look_up(keys, report.id, named, by=by, ring=ring, before=before)
        rows = to_compare(likely.refs, by=by)
    others = (
        compared(report.id, mine, opened(rows[ref], ring), decided, likely.shared, ring, always=ref == chosen)
        for ref in likely.refs
        if ref in rows
    )
    earlier = [one for one in others if one is not None]
    unsearched = likely.unsearched
    if not before and (unsearched or likely.unindexed):
        arrived = new() if new is not None else just_arrived(by=by, most=most_new)
        arrived = [one for one in arrived if one.row.id != report.id and one.row.id not in rows]
        others = (compared(report.id, mine, one, decided, {}, ring, always=False) for one in arrived)
        earlier += _not_common([one for one in others if one is not None])
        unsearched = max(0, unsearched - len(arrived))
    return SeenBefore(
        tuple(sorted(earlier, key=_first)),
        tuple(_common(mine, likely.shared)),
        likely.reports,
        likely.more,
        before=before + len(likely.refs),
        unsearched=unsearched,
    )


def words_shown(found: SeenBefore) -> list[str]:
    """Return the text from other reports that a view shows, to be checked for conflicts of interest."""
    shown = [reason.theirs for one in found.earlier if one.found for reason in one.found.reasons]
    return [*shown, *(decision.why for one in found.earlier for decision in one.decided)]


@dataclass(frozen=True)
class LikelyReports:
    """The earlier reports to be compared with an opened one, the likeliest first.

    `more` counts further reports that also share something with it but are not compared. `shared` maps each key that
    very many reports have to their number. `reports` is the number of reports searched, and `unsearched` the number of
    others that cannot be searched yet. `unindexed` means that one of the officer's desks has no index.
    """

    refs: tuple[UUID, ...]
    more: int
    shared: Mapping[str, int]
    reports: int
    unsearched: int
    unindexed: bool


def look_up(
    keys: Sequence[str],
    report: UUID,
    decided: Iterable[UUID],
    *,
    by: Attendance,
    ring: Keyring,
    before: int = 0,
) -> LikelyReports:
    """Look up the keys of a report in the indexes of the officer's desks, and return the reports to compare with it.

    Those in `decided` come first, and the first `before` of all are left out. Must be called inside
    `page_store.one_snapshot`. Reports that share a key are counted by their rows, because mapping a row to its report
    means reading and decrypting a page for nearly every row.
    """
    decided, hits, places = list(decided), dict[str, list[_Place]](), dict[UUID, _Place]()
    indexes: list[SealedIndex] = []
    looked_through = unsearched = read = 0
    row: Any
    with ExitStack() as opened:
        for row in index_rows.compared().fetched(list(by.desk_ids), report):
            unsearched += row.n_unsearched
            read += 1
            if row.epoch not in ring.seeds:
                continue
            with suppress(CannotOpen, Damaged), ExitStack() as this:
                index = this.enter_context(desk_index.reading(row, ring))
                seen = index.rows_of(keys, [report, *decided], most=MOST_OF_A_KEY + 1)
                opened.push(this.pop_all())
                own = seen.by_report.get(report)
                for key, found in seen.by_key.items():
                    hits.setdefault(key, []).extend([(len(indexes), one) for one in found if one != own])
                places |= {ref: (len(indexes), one) for ref, one in seen.by_report.items()}
                indexes.append(index)
                looked_through += row.reports - row.n_others
        shared = of_many(hits)
        likely = [place for place, _ in proposed(hits, shared, [places.get(ref, ref) for ref in decided])]
        refs = tuple(islice(_resolved(likely, indexes), before, before + MOST_COMPARED))
    # a report may have two places, in two indexes, or no longer exist: fewer than twelve means that none are left
    more = max(0, len(likely) - before - MOST_COMPARED) if len(refs) == MOST_COMPARED else 0
    return LikelyReports(refs, more, shared, looked_through, unsearched, read < len(by.desk_ids))


def of_many(hits: Mapping[str, Collection[Any]]) -> dict[str, int]:
    """Return the number of reports that share each key, for keys shared by more than `shared_from`."""
    from_here = load_pack(settings.PACK).matching.shared_from
    return {key: len(found) for key, found in hits.items() if len(found) > from_here}


def _resolved(likely: Sequence[_Place | UUID], indexes: Sequence[SealedIndex]) -> Iterator[UUID]:
    """Yield the id of each report once, even if two indexes hold it just after a handover."""
    known: dict[UUID, None] = {}
    for some in batched(likely, MOST_COMPARED, strict=False):
        reports: dict[_Place, UUID] = {}
        for number, index in enumerate(indexes):
            rows = [place[1] for place in some if isinstance(place, tuple) and place[0] == number]
            with suppress(Damaged):
                reports |= {(number, row): ref for row, ref in index.reports_at(rows).items()}
        for place in some:
            ref = reports.get(place) if isinstance(place, tuple) else place
            if ref is not None and ref not in known:
                known[ref] = None
                yield ref


def proposed[T: Hashable](
    hits: Mapping[str, Collection[T]], shared: Container[str], decided: Iterable[T]
) -> list[tuple[T, int]]:
    """Return the reports to compare, decided ones first and then by number of shared keys.

    `hits` are the reports that have each key. Keys in `shared` are not counted.
    """
    counted: Counter[T] = Counter()
    for key, refs in hits.items():
        if key not in shared:
            counted.update(dict.fromkeys(refs, 1 if key.startswith(("name:", "text:")) else 5))
    for one in decided:
        counted[one] += 1_000
    return counted.most_common()


def _reports(desks: Sequence[UUID], refs: Sequence[UUID]) -> QuerySet[Report]:
    found = usable(reports_of(desks)).filter(id__in=refs).select_related("desk")
    return found.annotate(sealed=parts_column(documents.SEARCHED))


_REPORTS: Final = CompiledQuery(_reports)


def to_compare(refs: Sequence[UUID], *, by: Attendance) -> dict[UUID, Report]:
    """Return up to `MOST_COMPARED` reports with their searchable parts, without those that the officer may not use."""
    if not refs:
        return {}
    padded = list(refs)  # so that the query is compiled for one number of reports only
    padded += padded[-1:] * (MOST_COMPARED - len(padded))
    return {one.id: one for one in _REPORTS.fetched(sorted(by.desk_ids), padded)}


@cache
def _just_arrived(most: int) -> CompiledQuery[Report]:
    def built(desks: Any) -> QuerySet[Report]:
        new = usable(reports_of(desks)).filter(settled=False).select_related("desk")
        return new.annotate(sealed=parts_column(documents.SEARCHED)).order_by("-slot", "-id")[:most]

    return CompiledQuery(built)


def just_arrived(*, by: Attendance, most: int = index_rows.MOST_NEW) -> list[OtherReport]:
    """Open the newest reports at the officer's desks that no index has yet, at most `most`. Raises Locked."""
    ring = by.keys()
    return [opened(one, ring) for one in _just_arrived(most).fetched(sorted(by.desk_ids))]


def opened(row: Any, ring: Keyring) -> OtherReport:
    """Open a report that was loaded with its parts, as `to_compare` does."""
    parts, texts = parts_in(row.id, row.sealed), None
    with suppress(*documents.UNREADABLE):
        texts = documents.texts_of(row, parts, ring)
    return OtherReport(row, parts, texts, link_decisions.made_on(row.id, parts, ring))


def _not_common(found: Sequence[EarlierReport]) -> list[EarlierReport]:
    """Return these reports without those that share with the opened one only what many of them share, as a flood does."""
    counted = Counter(
        (reason.code, reason.mine) for one in found if one.found for reason in one.found.reasons
    )
    few = load_pack(settings.PACK).matching.shared_from
    return [
        one
        for one in found
        if one.found is None
        or one.decided
        or any(
            reason.weight is not Weight.ADDS and counted[reason.code, reason.mine] <= few
            for reason in one.found.reasons
        )
    ]


def compared(
    report: UUID,
    mine: Extract,
    other: OtherReport,
    decided: Sequence[LinkDecision],
    shared: Mapping[str, int],
    ring: Keyring,
    *,
    always: bool,
) -> EarlierReport | None:
    """Return another report with its similarity to this one, or None if they are unrelated.

    Unless `always`, returns None if the two share nothing and nobody has made a decision about them.
    """
    row, read = other.row, other.values_against(mine)
    found = compare(mine, read, load_pack(settings.PACK).matching, shared) if read is not None else None
    about = link_decisions.between(report, [*decided, *other.decided]).get(row.id, ())
    if found is None and not about and not always:
        return None
    now, subjects = link_decisions.in_force(about), frozenset[UUID]()
    if now is not None and now.verdict is LinkVerdict.NOT_SAME:
        links = subject_entries.links(subject_entries.opened(other.parts, ring))
        subjects = frozenset(one.subject for one in links if one.in_force)
    return EarlierReport(
        row.id,
        short_name(row.id),
        kind_words(row.kind),
        received_words(row),
        row.stage,
        row.outcome,
        row.desk.name,
        found,
        about,
        other.texts is None,
        subjects,
    )


def _first(one: EarlierReport) -> tuple[bool, bool, str]:
    """Return a sort key that puts strong matches first and reports decided to be different last."""
    return one.verdict == "not-same", not (one.strong or one.verdict == "same"), one.short


def _common(mine: Extract, shared: Mapping[str, int]) -> Iterable[CommonValue]:
    rules = load_pack(settings.PACK).matching.names
    for value in mine.values:
        number = shared.get(key_of(value, rules if value.kind is Kind.NAME else None), 0)
        if number:
            yield CommonValue(str(value.kind), value.written, number)
