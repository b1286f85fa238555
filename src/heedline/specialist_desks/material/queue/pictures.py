"""Compare a report's pictures with the desk's known material, on request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from heedline.audit import journal
from heedline.casework.access.session import Attendance
from heedline.casework.errors import CannotOpen, ChangedSinceArrival, NotHere
from heedline.casework.recording import refusals_logged
from heedline.casework.report import restrictions
from heedline.permits.scopes import reports_of
from heedline.specialist_desks.material.evidence import known
from heedline.specialist_desks.material.hashes import Band
from heedline.specialist_desks.material.items.found_item import my_desk
from heedline.specialist_desks.material.queue.reading import ItemLine, lines_of
from heedline.specialist_desks.material.vocabulary import MaterialAct, MaterialCapability

#: Pictures of a report that are compared at once with what is known. Each is decoded in a sandbox.
MOST_PICTURES: Final = 12


@dataclass(frozen=True)
class PictureMatch:
    """An item that resembles a picture in a report. `number` is the picture's number on the files page."""

    number: int
    line: ItemLine
    band: Band


@dataclass(frozen=True)
class PicturesCompared:
    """The result of comparing a report's pictures with known material, with counts of any left out.

    `pictures` is how many the report has, `compared` how many were looked up, `beyond` how many were more than are
    compared at once, and `unreadable` how many could not be decoded or have too little detail. `closed_pages` are
    pages of the bank that did not open, and `unshown` matches with items that did not open.
    """

    matches: tuple[PictureMatch, ...] = ()
    pictures: int = 0
    compared: int = 0
    beyond: int = 0
    unreadable: int = 0
    closed_pages: int = 0
    unshown: int = 0
    restricted: bool = False
    unopened: bool = False
    nothing_known: bool = False

    @property
    def is_whole(self) -> bool:
        """Return whether all pictures were compared with all known material, and all matches are shown."""
        return self.compared == self.pictures and not self.closed_pages and not self.unshown


def compare(ref: UUID, *, by: Attendance, at: datetime) -> PicturesCompared:
    """Compare a report's pictures with the desk's known material, and log the comparison.

    A match decides nothing: it is shown for an examiner to look at. Pictures of a report whose processing is restricted
    are not compared, unless there is danger to life (ADR 76). Raises NotHere, Refused and Locked.
    """
    ring, desk = by.keys(), my_desk(by)
    act = MaterialAct.PICTURES_COMPARED
    with refusals_logged(act, by=by.officer_id, desk=desk, thing="report", thing_id=ref):
        report = reports_of([desk]).filter(id=ref).first()
        if report is None:
            raise NotHere
        by.require(MaterialCapability.SEE, desk)
        if not restrictions.is_usable(report):
            return PicturesCompared(restricted=True)
        journal.record(act, actor=by.officer_id, desk=desk, thing="report", thing_id=ref)
    with transaction.atomic():
        known.mend(desk, by=by, at=at)
    try:
        found = known.like_pictures_of(ref, desk, ring, most=MOST_PICTURES)
    except (CannotOpen, ChangedSinceArrival):
        return PicturesCompared(unopened=True)
    wanted = list(dict.fromkeys(match.item for _, match in found.matches))
    lines = {one.ref: one for one in lines_of(wanted, None, ring, by, at)}
    matches = tuple(
        PictureMatch(number, lines[match.item], match.band)
        for number, match in found.matches
        if match.item in lines
    )
    tried = min(found.pictures, MOST_PICTURES)
    return PicturesCompared(
        matches=matches,
        pictures=found.pictures,
        compared=found.compared,
        beyond=found.pictures - tried,
        unreadable=0 if found.nothing_known else tried - found.compared,
        closed_pages=found.closed_pages,
        unshown=len(found.matches) - len(matches),
        nothing_known=found.nothing_known,
    )
