"""Send an item's address to be compared with the interest register, for items that no compared report names.

The linking desk compares the values of reports. An item that an examiner added has no report, so its address is sealed to
the linking desk itself. It is compared with the register only, never with other desks' reports.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.conf import settings

from heedline.casework.search import sealed_values
from heedline.index.extraction.extract import extract
from heedline.index.extraction.values import ReportText
from heedline.packs import load_pack
from heedline.reports.models import SealedValues
from heedline.specialist_desks.material.items.found_item import FoundItem
from heedline.specialist_desks.material.locators.refanging import refang


def send(found: FoundItem, named_in: Collection[UUID]) -> None:
    """Seal an item's addresses to the linking desk, unless it has values of the item or of a report that names it.

    `named_in` are the reports that name the item. Must be called inside the caller's transaction. Sends nothing if the
    linking desk can receive nothing, or if an address has nothing that can be compared: no notice about the item can be sent
    until then.
    """
    if SealedValues.objects.filter(report__in=[*named_in, found.item.id]).exists():
        return
    texts = [ReportText(refang(one.shown), "text", "Item") for one in found.content.addresses]
    values = extract(texts, load_pack(settings.PACK).matching)
    if values.keys:
        code = next(one.code for one in found.by.desks if one.id == found.item.desk_id)
        sealed_values.put_thing(found.item.id, code, values, at=found.at)
