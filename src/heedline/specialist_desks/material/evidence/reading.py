"""Read, display and export an item's evidence: its chain, files and bundle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from heedline.casework.access.session import Attendance
from heedline.casework.attachments import desk_files
from heedline.casework.errors import NotHere
from heedline.casework.records import desk_parts, time_stamps
from heedline.casework.records.time_stamps import UnfitStamp
from heedline.casework.report.opening import short_name
from heedline.files.kinds import FileKind
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.material.evidence import bundles, entries, readings, wholeness
from heedline.specialist_desks.material.evidence.chain import BrokenChain, EvidenceKind
from heedline.specialist_desks.material.evidence.entries import OpenedEntry
from heedline.specialist_desks.material.examination import welfare
from heedline.specialist_desks.material.hashes import Band
from heedline.specialist_desks.material.items.contents import ItemContent
from heedline.specialist_desks.material.items.found_item import FoundItem, find, item_verb
from heedline.specialist_desks.material.liveness import LivenessVerdict
from heedline.specialist_desks.material.models import Examination, LivenessWatch, MaterialItem
from heedline.specialist_desks.material.rules import ItemState
from heedline.specialist_desks.material.vocabulary import MaterialAct, MaterialCapability

#: Roles of files that the viewer shows. The others leave only in a bundle.
VIEWABLE = frozenset({"picture", "text", "upload"})
SEEN_BEFORE = (
    "You have examined this material before, as item {}. It is not shown to you again: refer to that examination, or leave "
    "the item to a colleague."
)
BLOCKED = (
    "It is the same material as item {}, which was referred as possible child abuse material. Nobody can open its evidence. "
    "Refer this item too."
)


@dataclass(frozen=True)
class KnownItem:
    """A similar item, with its state at the desk."""

    ref: UUID
    short: str
    state: ItemState
    by: str
    band: Band


@dataclass(frozen=True)
class EvidenceLine:
    """An evidence entry prepared for display."""

    number: int
    kind: EvidenceKind
    by: str
    at: datetime
    verdict: LivenessVerdict | None
    rule: str
    title: str = field(repr=False)
    notes: tuple[str, ...]
    vantage: str
    stamped_at: datetime | None
    files: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class ItemEvidence:
    """The evidence of an item. `broken` describes a fault in the chain, or is "".

    `blocked` says that the item has the same material as a referred one, so that nothing of its evidence is shown. It is ""
    otherwise, and again when that referral turns out to be wrong.
    """

    lines: tuple[EvidenceLine, ...]
    settled: LivenessVerdict | None
    known: tuple[KnownItem, ...]
    due_at: datetime | None
    watched: bool
    broken: str
    blocked: str = ""

    @property
    def newest_picture(self) -> tuple[int, str] | None:
        """Return the number and role of the newest captured picture, else of the newest uploaded file, or None."""
        for role in ("picture", "upload"):
            for line in self.lines:
                if any(name == role for name, _ in line.files):
                    return line.number, role
        return None


def evidence_of(ref: UUID, *, by: Attendance) -> ItemEvidence:
    """Return an item's evidence. The caller must have logged the view. Raise NotHere or Locked."""
    ring = by.keys()
    item = MaterialItem.objects.filter(desk_id__in=by.desk_ids, id=ref).first()
    if item is None:
        raise NotHere
    watch = LivenessWatch.objects.filter(item=item).first()
    due = watch.due_at if watch is not None else None
    try:
        chain = entries.opened(item, ring)
    except BrokenChain as why:
        return ItemEvidence((), None, (), due, due is not None, f"{entries.CHANGED} {why}")
    words = [one.link.words for one in chain]
    lines = tuple(_line(one) for one in reversed(chain))
    opened = desk_parts.opened([item.container], ring).get(item.container)
    copy_of = ItemContent.from_words(opened).copy_of if opened is not None else ()
    blocked = _blocked(copy_of, words, by)
    return ItemEvidence(lines, readings.settled(words), _known(words, by), due, due is not None, "", blocked)


def open_file(ref: UUID, number: int, role: str, *, by: Attendance, at: datetime) -> str:
    """Log the view of an evidence file, and return a single-use token for the files site.

    Raises NotHere, Refused, Locked, NotNow for evidence that was changed, and OnBreak for an examiner who is not to look now.
    """
    welfare.look(_shown_by(ref, by=by, at=at), by=by, at=at)
    return _open_file(ref, number, role, by=by, at=at)


@item_verb(MaterialAct.EVIDENCE_VIEWED)
def _shown_by(ref: UUID, *, by: Attendance, at: datetime) -> tuple[str, ...]:
    """Return an item's content categories, if the officer may view its evidence."""
    found = find(ref, by=by, at=at)
    found.permit(MaterialCapability.SEE)
    if found.state is ItemState.REFERRED:
        raise NotHere
    if found.item.owner_id != by.officer_id and welfare.opted_out(by=by) & set(found.content.categories):
        raise welfare.OnBreak(welfare.OPTED_OUT)
    return tuple(found.content.categories)


@item_verb(MaterialAct.EVIDENCE_VIEWED)
def _open_file(ref: UUID, number: int, role: str, *, by: Attendance, at: datetime) -> str:
    found = find(ref, by=by, at=at)
    chain = entries.whole(found.item, by.keys())
    chosen = next((one for one in chain if one.link.number == number), None)
    _refuse_blocked(found, chain)
    _refuse_seen_before(found.item.id, [one.link.words for one in chain], by)
    file = next((one for one in chosen.files if one.role == role), None) if chosen is not None else None
    if file is None or role not in VIEWABLE:
        raise NotHere
    token = desk_files.show(ref, file.kept, str(FileKind(file.kind)), by=by, on=at.date())
    found.record(MaterialAct.EVIDENCE_VIEWED, number=number)
    return token


def export(ref: UUID, *, by: Attendance, at: datetime) -> tuple[str, str]:
    """Log the export of an item's evidence, and return a single-use download token and the last hash.

    Raises NotHere, Refused, Locked, and NotNow for evidence that was changed or is not there.
    """
    for number, role in wholeness.verify(ref, by=by, at=at):
        raise NotNow(wholeness.DAMAGED.format(number, role))
    return _export(ref, by=by, at=at)


@item_verb(MaterialAct.BUNDLED)
def _export(ref: UUID, *, by: Attendance, at: datetime) -> tuple[str, str]:
    found = find(ref, by=by, at=at)
    found.permit(MaterialCapability.LEAD)
    if found.state is ItemState.REFERRED:
        raise NotHere
    chain = entries.whole(found.item, by.keys())
    if not chain:
        raise NotNow("There is no evidence for this item yet.")
    _refuse_blocked(found, chain)
    ring = by.keys()
    head = chain[-1].link.head.hex()

    def content() -> Iterator[tuple[str, Iterator[bytes]]]:
        for entry in chain:
            for file in entry.files:
                yield file.kept.sha256, desk_files.read(file.kept, ring)

    blocks = bundles.write(
        [one.link for one in chain], {one.link.number: one.stamp for one in chain}, content()
    )
    token = desk_files.hand_out(ref, blocks, f"evidence-{short_name(ref)}.zip", by=by)
    found.record(MaterialAct.BUNDLED, number=len(chain), head=head)
    return token, head


def _refuse_blocked(found: FoundItem, chain: Sequence[OpenedEntry]) -> None:
    """Raise NotNow if the item has the same material as a referred one."""
    words = _blocked(found.content.copy_of, [one.link.words for one in chain], found.by)
    if words:
        raise NotNow(words)


def _blocked(copy_of: Sequence[str], words: Sequence[Mapping[str, Any]], by: Attendance) -> str:
    """Return that an item is blocked as a copy of a referred one, or "".

    Which ones it is a copy of is known from its own captures and uploads, and from referrals of others since.
    """
    alike = [one.ref for one in _known(words, by) if one.band.is_same and one.by != "text"]
    rows = MaterialItem.objects.filter(desk_id__in=by.desk_ids, id__in={*alike, *map(UUID, copy_of)})
    first = rows.filter(state=str(ItemState.REFERRED)).order_by("id").first() if alike or copy_of else None
    return BLOCKED.format(short_name(first.id)) if first is not None else ""


def _refuse_seen_before(item: UUID, words: Sequence[Mapping[str, Any]], by: Attendance) -> None:
    """Raise NotNow if the examiner has already examined this material under another item."""
    same = [one.ref for one in _known(words, by) if one.band.is_same]
    seen = Examination.objects.filter(item_id__in=same, officer_id=by.officer_id).exclude(item_id=item)
    one = seen.first()
    if one is not None:
        raise NotNow(SEEN_BEFORE.format(short_name(one.item_id)))


def _line(one: OpenedEntry) -> EvidenceLine:
    told: Mapping[str, Any] = one.link.words["told"]
    verdict = told.get("verdict")
    return EvidenceLine(
        number=one.link.number,
        kind=one.kind,
        by=one.by,
        at=one.at,
        verdict=LivenessVerdict(verdict) if verdict else None,
        rule=str(told.get("rule", "")),
        title=str(told.get("title") or told.get("how", "")),
        notes=(
            *(str(note) for note in told.get("notes", ())),
            *(["damaged"] if one.damaged else []),
            *(["suspended"] if told.get("suspended") else []),
        ),
        vantage=str(told.get("vantage", "")),
        stamped_at=_stamped(one),
        files=tuple((file.role, file.kept.length) for file in one.files if file.role in VIEWABLE),
    )


def _stamped(one: OpenedEntry) -> datetime | None:
    """Return the time at which a trusted authority stamped an entry, or None."""
    if one.stamp is None or not time_stamps.authority_known():
        return None
    try:
        return time_stamps.stamped_at(one.stamp, one.link.head, time_stamps.roots())
    except (UnfitStamp, OSError):
        return None


def _known(words: Sequence[Mapping[str, Any]], by: Attendance) -> tuple[KnownItem, ...]:
    """Return the items that matched this item's captures and uploads, with the closest match for each."""
    best: dict[UUID, Mapping[str, Any]] = {}
    for entry in words:
        for one in entry["told"].get("known", ()):
            ref = UUID(one["item"])
            if ref not in best or one["distance"] < best[ref]["distance"]:
                best[ref] = one
    rows = dict(MaterialItem.objects.filter(desk_id__in=by.desk_ids, id__in=best).values_list("id", "state"))
    return tuple(
        KnownItem(ref, short_name(ref), ItemState(rows[ref]), str(one["by"]), Band(one["band"]))
        for ref, one in sorted(best.items(), key=lambda pair: (pair[1]["distance"], str(pair[0])))
        if ref in rows
    )
