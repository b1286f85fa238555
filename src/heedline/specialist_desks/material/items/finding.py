"""Find items in reports and index them, in a session with the desk's keys.

An item is a document of the desk's sealed index, found by its locators. A report is found by the locators that it
names. So which reports name an item is read from the index, and stands in no table.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Final
from uuid import UUID, uuid4

from django.db.models import Q, QuerySet

from heedline.audit import journal
from heedline.casework.journey.closing_rules import REPORTERS, marked_in
from heedline.casework.records import desk_parts
from heedline.casework.search.documents import IndexVisit, SearchedText
from heedline.desks.models import Desk
from heedline.index import Document, SealedIndex
from heedline.packs.rules.look_alikes import WordMark
from heedline.packs.urgency import Urgency
from heedline.reports.models import Report, SearchIndex
from heedline.specialist_desks.material.items.addresses import locators_of
from heedline.specialist_desks.material.items.contents import ItemContent, content_at
from heedline.specialist_desks.material.models import MaterialItem
from heedline.specialist_desks.material.rules import HIGHEST, LISTS, ItemState
from heedline.specialist_desks.material.vocabulary import DESK_KIND, ITEM, MaterialAct

#: Items that one batch puts into the index at most.
MOST: Final = 50
#: More reports than an index holds, where a decision depends on every one and a flood of reports must hide none.
EVERY: Final = 1_000_000
#: The key under which a report is found that names a locator, an item at a locator, and items of a list and a priority.
NAMES: Final = "material-names:{}"
AT: Final = "material-at:{}"
RANK: Final = "material-rank:{}:{}"
#: What the answer to the question about danger adds to the priority of the items that a report names.
_ANSWERS: Final = {Urgency.DANGER: "danger", Urgency.PLANNED: "planned", Urgency.SOON: "unsure"}
#: The lists of the queue that are in order of priority, and the states in each.
RANKED: Final[Mapping[str, frozenset[ItemState]]] = {name: LISTS[name] for name in ("open", "second")}
#: The key under which an item is found that has a word in its address or in what an examiner called it.
WORD: Final = "material-word:{}"
_WORD: Final = re.compile(r"[^\W_]{2,}")
_MOST_WORDS: Final = 80
#: Words that every address has, as it is and as it is shown.
_SCHEMES: Final = frozenset({"http", "https", "hxxp", "hxxps", "www"})


@lru_cache(maxsize=256)
def _examines(desk: UUID) -> bool:
    return Desk.objects.filter(id=desk, kind=DESK_KIND).exists()


def waits(desk: UUID) -> bool:
    """Return whether a desk's index is missing items or has outdated ones."""
    return _examines(desk) and _outdated(desk).exists()


def _outdated(desk: UUID) -> QuerySet[MaterialItem]:
    index = SearchIndex.objects.filter(desk_id=desk).values("id")
    return MaterialItem.objects.filter(Q(indexed=None) | ~Q(indexed__in=index), desk_id=desk)


def prepare(visit: IndexVisit) -> bool:
    """Index new and changed items, and return False if any are left."""
    if not _examines(visit.desk):
        return True
    rows = list(_outdated(visit.desk).select_for_update(skip_locked=True).order_by("id")[:MOST])
    opened = desk_parts.opened([one.container for one in rows], visit.ring)
    contents = {one: ItemContent.from_words(opened[one.container]) for one in rows if one.container in opened}
    keys = {one.id: [each.key for each in content.addresses] for one, content in contents.items()}
    numbers = reports_naming_each(visit.index, keys)
    visit.index.add([document(one, content, numbers[one.id]) for one, content in contents.items()])
    MaterialItem.objects.filter(id__in=[one.id for one in rows]).update(indexed=visit.identity)
    return len(rows) < MOST


def document(item: MaterialItem, content: ItemContent, reports: int = 0) -> Document:
    """Return an item's index document, with its locators, search words and list ranks while so many reports name it."""
    points = content.priority(reports).points
    keys = [AT.format(one.key) for one in content.addresses]
    keys += [RANK.format(name, points) for name, some in RANKED.items() if item.state in some]
    keys += [
        WORD.format(one)
        for one in words_of(" ".join([content.label, *(one.shown for one in content.addresses)]))
    ]
    return Document(item.id, (), keys=keys, thing=True)


def words_of(text: str) -> list[str]:
    """Return the distinct search words in a text."""
    found = _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    return [one for one in dict.fromkeys(found) if one not in _SCHEMES][:_MOST_WORDS]


def report_keys(visit: IndexVisit, report: Report, texts: Sequence[SearchedText]) -> list[str]:
    """Create missing items for a report's locators, and return the locators' keys.

    Items that are known are given what this report adds to their priority. The next batch indexes them again, because only
    then does the index count this report.
    """
    if not _examines(visit.desk):
        return []
    locators = locators_of(texts)
    parts = _parts_of(report, texts) if locators else ()
    again = []
    for locator in locators:
        known = item_at(visit.index, locator.key)
        if known is None:
            item = create(visit.desk, content_at(locator, parts), visit.index, on=visit.at.date())
            MaterialItem.objects.filter(id=item.id).update(indexed=visit.identity)
            journal.record(
                MaterialAct.FOUND, actor=visit.officer, desk=visit.desk, thing="item", thing_id=item.id
            )
        else:
            again.append(known)
            if parts:
                _raise(known, parts, visit)
    if again:
        MaterialItem.objects.filter(id__in=again, desk_id=visit.desk).update(indexed=None)
    return [NAMES.format(one.key) for one in locators]


def _parts_of(report: Report, texts: Sequence[SearchedText]) -> tuple[str, ...]:
    """Return the codes of what a report adds to the priority of its items, by its answer about danger and its words."""
    answer = Urgency.DANGER if report.danger_to_life else Urgency(report.urgency)
    marked = marked_in(one.text for one in texts if one.part in REPORTERS)
    threat = any(WordMark.VIOLENCE in one.marks for one in marked)
    return (*([_ANSWERS[answer]] if answer in _ANSWERS else []), *(["threat"] if threat else []))


def item_at(index: SealedIndex, key: str) -> UUID | None:
    """Return the item at a locator, or None."""
    found = index.seen([AT.format(key)], most=1)
    return next((refs[0] for refs in found.values()), None)


def reports_naming(index: SealedIndex, keys: Sequence[str], *, most: int = 1_000) -> tuple[UUID, ...]:
    """Return the reports that name any of these locators, most recently indexed first."""
    found = index.seen([NAMES.format(key) for key in keys], most=most)
    return tuple(dict.fromkeys(ref for refs in found.values() for ref in refs))


def ranked(index: SealedIndex, name: str, *, most: int) -> list[UUID]:
    """Return up to `most` items of the ranked list called `name`, highest priority first."""
    return index.first_of([RANK.format(name, points) for points in range(HIGHEST, -1, -1)], most=most)


def reports_naming_each(index: SealedIndex, items: Mapping[UUID, Sequence[str]]) -> dict[UUID, int]:
    """Return, for each item, the number of reports that name any of its locators."""
    found = index.seen([NAMES.format(key) for keys in items.values() for key in keys], most=1_000)
    return {
        item: len({ref for key in keys for ref in found.get(NAMES.format(key), ())})
        for item, keys in items.items()
    }


def create(desk: UUID, content: ItemContent, index: SealedIndex, *, on: date) -> MaterialItem:
    """Create an item and index it; the caller saves the index. Raise SealingStopped if sealing fails."""
    ident = uuid4()
    container = desk_parts.seal(desk, ident, content.to_words(), part=ITEM, on=on)
    item = MaterialItem.objects.create(
        id=ident, desk_id=desk, container=container, state=ItemState.NEW, found_on=on
    )
    index.add([document(item, content)])
    return item


def _raise(ident: UUID, parts: Sequence[str], visit: IndexVisit) -> None:
    """Add to an item's priority what another report that names it says."""
    item = MaterialItem.objects.select_for_update().filter(id=ident, desk_id=visit.desk).first()
    opened = desk_parts.opened([item.container], visit.ring) if item is not None else {}
    if item is None or item.container not in opened:
        return
    content = ItemContent.from_words(opened[item.container])
    if not set(parts) <= set(content.parts):
        content = content.with_parts(*parts)
        item.container = desk_parts.seal(
            visit.desk, item.id, content.to_words(), part=ITEM, on=visit.at.date()
        )
        item.save(update_fields=["container"])
        visit.index.add([document(item, content)])
