"""Send an item's address to be compared with the interest register, for items whose address is in no compared report.

The linking desk compares the values of reports. An item that an examiner added has no report, and a report may name an item
without its address being among the report's values. The address is then sealed to the linking desk by itself. It is compared
with the register only, never with other desks' reports.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings

from heedline.casework.search import sealed_values
from heedline.index import SealedIndex
from heedline.index.extraction.extract import extract
from heedline.index.extraction.values import Extract, ReportText
from heedline.packs import load_pack
from heedline.reports.models import SealedValues
from heedline.specialist_desks.material.items.contents import ItemContent
from heedline.specialist_desks.material.items.finding import EVERY, reports_naming
from heedline.specialist_desks.material.items.found_item import FoundItem
from heedline.specialist_desks.material.locators.refanging import refang


@dataclass(frozen=True, slots=True)
class ReportsNaming:
    """The reports that name an item.

    `by_value` has, for each value of the item that the register can be compared with, those of the reports in which that value
    was read. A report whose values are too many, or that writes the address in a way that only examiners' rules know, names an
    item without it.
    """

    refs: frozenset[UUID]
    by_value: tuple[frozenset[UUID], ...]

    def shows(self, sent: Collection[UUID]) -> bool:
        """Return whether these reports' values contain each value of the item. Without any, one of the reports is enough."""
        return all(not some.isdisjoint(sent) for some in self.by_value or (self.refs,))


def named_in(index: SealedIndex, content: ItemContent) -> ReportsNaming:
    """Return the reports that name an item."""
    refs = frozenset(reports_naming(index, [one.key for one in content.addresses], most=EVERY))
    keys = _values(content).keys
    found = index.seen(keys, most=EVERY) if refs else {}
    return ReportsNaming(refs, tuple(refs.intersection(found.get(key, ())) for key in keys))


def send(found: FoundItem, named: ReportsNaming) -> None:
    """Seal an item's addresses to the linking desk, unless it has them of the item or of reports that name it.

    Must be called inside the caller's transaction. Sends nothing if the linking desk can receive nothing, or if an address has
    nothing that can be compared: no notice about the item can be sent until then.
    """
    stored = SealedValues.objects.filter(report__in=[*named.refs, found.item.id])
    sent = set(stored.values_list("report", flat=True))
    if found.item.id in sent or named.shows(sent):
        return
    values = _values(found.content)
    if values.keys:
        code = next(one.code for one in found.by.desks if one.id == found.item.desk_id)
        sealed_values.put_thing(found.item.id, code, values, at=found.at)


def _values(content: ItemContent) -> Extract:
    texts = [ReportText(refang(one.shown), "text", "Item") for one in content.addresses]
    return extract(texts, load_pack(settings.PACK).matching)
