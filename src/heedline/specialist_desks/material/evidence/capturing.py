"""Capture an item's page or check whether it is still online, only on an examiner's request."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from heedline.casework.access.session import Attendance
from heedline.casework.attachments import desk_files
from heedline.files.kinds import FileKind
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.material.capture import running
from heedline.specialist_desks.material.capture.running import CapturedPage, CaptureStopped
from heedline.specialist_desks.material.evidence import entries, known, readings, suspending, wholeness
from heedline.specialist_desks.material.evidence.chain import EvidenceKind
from heedline.specialist_desks.material.evidence.entries import EvidenceFile
from heedline.specialist_desks.material.evidence.vantages import limits_of, vantages
from heedline.specialist_desks.material.items import check_times, sightings
from heedline.specialist_desks.material.items.found_item import find, item_verb
from heedline.specialist_desks.material.liveness import LivenessVerdict
from heedline.specialist_desks.material.locators import Locator
from heedline.specialist_desks.material.rules import ItemState
from heedline.specialist_desks.material.vocabulary import MaterialAct, MaterialCapability

NOTHING_KEPT = "A referred item cannot be captured."
_FILES = {
    "picture": (str(FileKind.IMAGE), "picture.png"),
    "text": (str(FileKind.TEXT), "visible-text.txt"),
    "warc": (str(FileKind.ARCHIVE), "page.warc.gz"),
}


@dataclass(frozen=True)
class LookedAt:
    """The result of a capture or check, with its entry number and verdict."""

    number: int
    verdict: LivenessVerdict
    settled: LivenessVerdict | None


@dataclass(frozen=True)
class _Begun:
    vantage: str
    locator: Locator = field(repr=False)


def capture(ref: UUID, *, by: Attendance, at: datetime) -> LookedAt:
    """Capture an item's page as evidence.

    Raises NotHere, Refused, Locked, SealingStopped, and NotNow if it cannot be captured.
    """
    return _look(ref, EvidenceKind.CAPTURE, by=by, at=at)


def look(ref: UUID, *, by: Attendance, at: datetime) -> LookedAt:
    """Check whether an item is still online, and store the proof. Raises the same errors as `capture`."""
    return _look(ref, EvidenceKind.CHECK, by=by, at=at)


def _look(ref: UUID, kind: EvidenceKind, *, by: Attendance, at: datetime) -> LookedAt:
    begun = _begin(ref, by=by, at=at)
    try:
        page = running.capture(
            begun.locator.address, limits_of(begun.vantage), control=readings.control_of(begun.locator)
        )
    except CaptureStopped as why:
        raise NotNow(why.reason) from None
    found = _keep(ref, kind, page, begun.locator, by=by, at=at)
    entries.stamp_missing(ref)
    wholeness.verify(ref, by=by, at=at)
    return found


@item_verb(MaterialAct.CAPTURE_BEGUN)
def _begin(ref: UUID, *, by: Attendance, at: datetime) -> _Begun:
    """Check that a page may be requested, and log the request before it is made."""
    found = find(ref, by=by, at=at)
    found.permit(MaterialCapability.EXAMINE)
    if found.state is ItemState.REFERRED:
        raise NotNow(NOTHING_KEPT)
    locator = readings.locator_of(found.content)
    if locator is None:
        raise NotNow(readings.NO_PAGE)
    entries.whole(
        found.item, by.keys()
    )  # nothing is added to a chain that was changed, so no site is visited
    found.record(MaterialAct.CAPTURE_BEGUN)
    places = list(vantages())
    return _Begun(places[found.item.evidence.count() % len(places)], locator)  # each in its turn


@item_verb(MaterialAct.CAPTURED)
def _keep(
    ref: UUID, kind: EvidenceKind, page: CapturedPage, locator: Locator, *, by: Attendance, at: datetime
) -> LookedAt:
    found = find(ref, by=by, at=at)
    found.permit(MaterialCapability.EXAMINE)
    if found.state is ItemState.REFERRED:
        raise NotNow(NOTHING_KEPT)
    before = [one.link.words for one in entries.whole(found.item, by.keys())]
    suspended = suspending.suspended_rules(found)
    told = readings.told_of(page, locator, readings.known_page(before), suspended)
    suspending.note(found, told["suspended"])
    if kind is EvidenceKind.CAPTURE:
        told["known"] = known.look_up_and_remember(found, told)
    files = [
        EvidenceFile(
            one.role,
            one.media,
            *_FILES[one.role],
            desk_files.store(found.item.desk_id, ref, [one.data], on=at.date()),
        )
        for one in page.files
        if one.role in _FILES and one.data
    ]
    act = MaterialAct.CAPTURED if kind is EvidenceKind.CAPTURE else MaterialAct.LOOKED
    verdict = LivenessVerdict(told["verdict"])
    routine = kind is EvidenceKind.CHECK and verdict is not LivenessVerdict.CHANGED
    entry = entries.add(found, kind, files, told, act, routine=routine)
    check_times.made(found)
    settled = readings.settled([*before, {"kind": str(kind), "at": at.isoformat(), "told": told}])
    # one check alone does not say that an item is gone, and a page on which only a wrong rule fires is for a person
    unsure = (verdict.is_removed and settled is None) or told["suspended"]
    seen = LivenessVerdict.UNSURE if unsure else verdict
    sightings.note(ref, seen, officer=by.officer_id, at=at)
    return LookedAt(entry.number, verdict, settled)
