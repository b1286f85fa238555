"""The desk's bank of hashes of material that it has examined before.

A match is shown and decides nothing. The bank lies in sealed pages and is opened in the session that looks something
up, never kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import numpy as np
from django.db import connection

from heedline.casework.access.keyring import Keyring
from heedline.casework.attachments import pixels
from heedline.casework.attachments.manifests import entries_of
from heedline.casework.errors import CannotOpen
from heedline.casework.records import desk_parts
from heedline.specialist_desks.material.evidence.readings import picture_of, text_of
from heedline.specialist_desks.material.hashes import Band, PictureBank, TextBank, TextSketch, hash_picture
from heedline.specialist_desks.material.items.found_item import FoundItem
from heedline.specialist_desks.material.models import HashBankPage
from heedline.specialist_desks.material.vocabulary import BANK

#: Entries of one page.
A_PAGE = 400
_NO_TEXT = TextSketch(b"", b"")


@dataclass(frozen=True)
class KnownMatch:
    """A match with another item, by file, image or text."""

    item: UUID
    by: str
    band: Band
    distance: int

    def to_words(self) -> dict[str, Any]:
        """Serialise the match for sealing."""
        return {"item": str(self.item), "by": self.by, "band": str(self.band), "distance": self.distance}


@dataclass(frozen=True)
class PicturesLookedUp:
    """The known material that matches a report's pictures, and how many pictures were compared.

    `closed_pages` is the number of pages of the bank that did not open.
    """

    matches: tuple[tuple[int, KnownMatch], ...]
    pictures: int
    compared: int
    closed_pages: int
    nothing_known: bool


def look_up_and_remember(found: FoundItem, told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the items that match a capture or upload, and add its hashes to the bank.

    Raises SealingStopped.
    """
    ring, desk = found.by.keys(), found.item.desk_id
    pages = list(HashBankPage.objects.select_for_update().filter(desk_id=desk).order_by("id"))
    matches = look_up(told, _entries(pages, ring), besides=found.item.id)
    _remember(found, told, pages, ring)
    return [one.to_words() for one in matches]


def look_up(
    told: Mapping[str, Any], bank: Sequence[Mapping[str, Any]], *, besides: UUID | None
) -> Sequence[KnownMatch]:
    """Return the closest match for each other item in the bank, closest first."""
    others = [one for one in bank if one["item"] != str(besides)]
    found: dict[str, KnownMatch] = {}

    def keep(number: int, by: str, band: Band, distance: int) -> None:
        item = str(others[number]["item"])
        if item not in found or distance < found[item].distance:
            found[item] = KnownMatch(UUID(item), by, band, distance)

    sums = set(told.get("sums", ()))
    for number, one in enumerate(others):
        if not sums.isdisjoint(one["sums"]):
            keep(number, "file", Band.SAME, 0)
    picture = picture_of(told)
    if picture is not None and others:
        known = [picture_of(one) for one in others]
        bank_of = PictureBank(
            [one.value if one is not None else bytes(32) for one in known],
            [one.quality if one is not None else 0 for one in known],
        )
        for match in bank_of.look_up(picture):
            keep(match.entry, "picture", match.band, match.distance)
    text = text_of(told)
    if text is not None and text.claims and others:
        for match in TextBank([text_of(one) or _NO_TEXT for one in others]).look_up(text):
            keep(match.entry, "text", match.band, match.distance)
    return sorted(found.values(), key=lambda one: (one.distance, str(one.item)))


def items_with_files_of(report: UUID, desk: UUID, ring: Keyring) -> Sequence[UUID]:
    """Return the desk's items whose evidence contains this report file, by SHA-256.

    Raises CannotOpen and ChangedSinceArrival for a report that does not open.
    """
    sums = {one.sha256 for one in entries_of(report, ring)}
    if not sums:
        return ()
    pages = list(HashBankPage.objects.filter(desk_id=desk).order_by("id"))
    found = [UUID(one["item"]) for one in _entries(pages, ring) if not sums.isdisjoint(one["sums"])]
    return list(dict.fromkeys(found))


def like_pictures_of(report: UUID, desk: UUID, ring: Keyring, *, most: int) -> PicturesLookedUp:
    """Compare up to `most` pictures of a report with the desk's known material.

    Pictures are decoded in the sandbox and hashed here. Nothing is added to the bank, and nothing is kept. Raises
    CannotOpen and ChangedSinceArrival for a report that does not open.
    """
    pages = list(HashBankPage.objects.filter(desk_id=desk).order_by("id"))
    opened = desk_parts.opened([one.container for one in pages], ring)
    bank = [one for page in pages for one in opened.get(page.container, {}).get("entries", ())]
    closed = sum(page.container not in opened for page in pages)
    total, pictures = pixels.pictures_of(report, ring, most=most)
    if not any(picture_of(one) is not None for one in bank):
        return PicturesLookedUp((), total, 0, closed, nothing_known=True)
    found, compared = [], 0
    for number, picture in pictures:
        rows = np.frombuffer(picture.pixels, np.uint8).reshape(picture.height, picture.width, 3)
        hashed = hash_picture(rows)
        if hashed is not None and hashed.claims:
            compared += 1
            told = {"pdq": {"forms": [one.hex() for one in hashed.forms], "quality": hashed.quality}}
            found += [(number, match) for match in look_up(told, bank, besides=None)]
    return PicturesLookedUp(tuple(found), total, compared, closed, nothing_known=False)


def forget(found: FoundItem, *, every_page: bool = True) -> None:
    """Remove an item's hashes from the bank, when it is disposed of or referred.

    Raises CannotOpen if a page of the bank does not open, because the hashes may be in it. Without `every_page`
    such a page is passed over.
    """
    ring, desk = found.by.keys(), found.item.desk_id
    for page in HashBankPage.objects.select_for_update().filter(desk_id=desk).order_by("id"):
        if page.container not in desk_parts.opened([page.container], ring):
            if every_page:
                raise CannotOpen
            continue
        kept = _entries([page], ring)
        left = [one for one in kept if one["item"] != str(found.item.id)]
        if len(left) < len(kept):
            _write(found, page, left)


def _entries(pages: Sequence[HashBankPage], ring: Keyring) -> list[dict[str, Any]]:
    opened = desk_parts.opened([one.container for one in pages], ring)
    return [one for page in pages for one in opened.get(page.container, {}).get("entries", ())]


def _remember(
    found: FoundItem, told: Mapping[str, Any], pages: Sequence[HashBankPage], ring: Keyring
) -> None:
    new = {
        "item": str(found.item.id),
        "sums": list(told.get("sums", ())),
        "pdq": told.get("pdq"),
        "text": told.get("text"),
    }
    # a page that does not open stays as it is: to write it would lose the hashes in it
    readable = desk_parts.opened([one.container for one in pages], ring)
    page = next((one for one in pages if one.entries < A_PAGE and one.container in readable), None)
    kept = _entries([page], ring) if page is not None else []
    if new in kept:
        return
    if page is None:
        page = HashBankPage(id=uuid4(), desk_id=found.item.desk_id, entries=0)
    _write(found, page, [*kept, new])


def _write(found: FoundItem, page: HashBankPage, entries: Sequence[Mapping[str, Any]]) -> None:
    """Reseal a page of the bank, and delete its earlier version."""
    desk = found.item.desk_id
    page.container = desk_parts.seal(
        desk, page.id, {"entries": [dict(one) for one in entries]}, part=BANK, on=found.at.date()
    )
    page.entries = len(entries)
    if page._state.adding:
        page.save(force_insert=True)
    else:
        page.save(update_fields=["container", "entries"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT permits.drop_old_bank_parts(%s)", [page.id])
