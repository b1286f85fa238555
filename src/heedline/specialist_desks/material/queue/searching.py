"""Search the desk's sealed index for items by words in their labels and locators."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from heedline.audit import journal
from heedline.casework.access.session import Attendance
from heedline.casework.recording import refusals_logged
from heedline.casework.search import desk_index, indexing
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.material.items.finding import WORD, words_of
from heedline.specialist_desks.material.items.found_item import my_desk
from heedline.specialist_desks.material.queue import reading
from heedline.specialist_desks.material.queue.reading import ItemLine
from heedline.specialist_desks.material.vocabulary import MaterialAct, MaterialCapability

NO_WORDS = "Enter a word from the address or the name of the item"
#: Items that one search shows, and looks through for each word.
MOST, _MOST_EACH = 50, 2_000


def search(text: str, *, by: Attendance, at: datetime) -> tuple[ItemLine, ...]:
    """Return the items that contain all of these words, and log the search without them.

    Raises NotHere, Refused, Locked, and NotNow for a text without words.
    """
    ring = by.keys()
    desk = my_desk(by)
    with refusals_logged(MaterialAct.SEARCHED, by=by.officer_id, desk=desk):
        by.require(MaterialCapability.SEE, desk)
    words = words_of(text)
    if not words:
        raise NotNow(NO_WORDS)
    indexing.keep_up(by=by, at=at)
    with transaction.atomic(), desk_index.open_index(desk, ring) as index:
        keys = [WORD.format(one) for one in words]
        found = index.seen(keys, most=_MOST_EACH) if index is not None else {}
        first = found.get(keys[0], [])
        refs = [ref for ref in first if all(ref in found.get(key, ()) for key in keys)][:MOST]
        lines = reading.lines_of(refs, index, ring, by, at)
    journal.record(MaterialAct.SEARCHED, actor=by.officer_id, desk=desk, detail={"hits": len(lines)})
    return lines
