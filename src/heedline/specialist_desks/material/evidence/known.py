"""The desk's bank of hashes for material that it has already examined.

A match is shown and decides nothing. The bank lies in sealed pages and is opened in the session that looks something
up, never kept. Each of its entries names the entry of evidence that it comes from, so that what is missing is noticed
and put back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import batched
from typing import Any
from uuid import UUID, uuid4

from django.db import connection

from heedline.audit import journal
from heedline.casework.access.keyring import Keyring
from heedline.casework.access.session import Attendance
from heedline.casework.attachments import pixels
from heedline.casework.attachments.manifests import entries_of
from heedline.casework.errors import CannotOpen
from heedline.casework.records import desk_parts
from heedline.specialist_desks.material.evidence import entries
from heedline.specialist_desks.material.evidence.chain import BrokenChain
from heedline.specialist_desks.material.evidence.readings import picture_of, text_of
from heedline.specialist_desks.material.hashes import Band, PictureBank, TextBank, TextSketch, hash_picture
from heedline.specialist_desks.material.items.found_item import FoundItem
from heedline.specialist_desks.material.models import EvidenceEntry, HashBankPage, MaterialItem
from heedline.specialist_desks.material.vocabulary import BANK, MaterialAct

#: Entries of one page.
A_PAGE = 400
#: A file of so many other items says nothing about what one of them shows.
_COMMON = 5
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
    """The known material that matches a report's pictures, and the number of pictures compared.

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
    desk, by = found.item.desk_id, found.by
    bank = _bank(desk, by)
    _mend(bank, by=by, at=found.at)
    matches = look_up(told, bank.entries, besides=found.item.id)
    newest = found.item.evidence.order_by("-number").values_list("number", flat=True).first()
    bank.add([_entry(found.item.id, (newest or 0) + 1, told)], on=found.at.date())
    return [one.to_words() for one in matches]


def mend(desk: UUID, *, by: Attendance, at: datetime) -> int:
    """Restore hashes missing from a desk's bank, using its items' evidence, and return how many were restored.

    Nothing is done while a page of the bank does not open, because they may be in it, and nothing for an item whose evidence
    is not whole. Must be called inside the caller's transaction. Raises Locked or SealingStopped.
    """
    return _mend(_bank(desk, by), by=by, at=at)


def _mend(bank: _Bank, *, by: Attendance, at: datetime) -> int:
    rows = EvidenceEntry.objects.filter(item__desk_id=bank.desk, routine=False)
    wanted = rows.values_list("item_id", "number")
    missing = {(str(item), number) for item, number in wanted} - bank.named
    if not missing or bank.closed:
        return 0
    back: list[dict[str, Any]] = []
    for item in MaterialItem.objects.filter(id__in={UUID(one) for one, _ in missing}).order_by("id"):
        try:
            chain = entries.opened(item, by.keys())
        except BrokenChain:
            continue
        back += [
            _entry(item.id, one.link.number, one.link.words["told"])
            for one in chain
            if (str(item.id), one.link.number) in missing
        ]
    if back:
        bank.add(back, on=at.date())
        journal.record(
            MaterialAct.BANK_MENDED, actor=by.officer_id, desk=bank.desk, detail={"entries": len(back)}
        )
    return len(back)


def look_up(
    told: Mapping[str, Any], bank: Sequence[Mapping[str, Any]], *, besides: UUID | None
) -> Sequence[KnownMatch]:
    """Return the closest match with each other item in the bank, closest first."""
    others = [one for one in bank if one["item"] != str(besides)]
    found: dict[str, KnownMatch] = {}

    def keep(number: int, by: str, band: Band, distance: int) -> None:
        item = str(others[number]["item"])
        if item not in found or distance < found[item].distance:
            found[item] = KnownMatch(UUID(item), by, band, distance)

    picture = picture_of(told)
    if picture is not None and others:
        known = [picture_of(one) for one in others]
        bank_of = PictureBank(
            [one.value if one is not None else bytes(32) for one in known],
            [one.quality if one is not None else 0 for one in known],
        )
        for match in bank_of.look_up(picture):
            keep(match.entry, "picture", match.band, match.distance)
    sums = set(told.get("sums", ()))
    for number, one in enumerate(others):
        if not sums.isdisjoint(one["sums"]):
            keep(number, "file", Band.SAME, 0)
    text = text_of(told)
    if text is not None and text.claims and others:
        for match in TextBank([text_of(one) or _NO_TEXT for one in others]).look_up(text):
            keep(match.entry, "text", match.band, match.distance)
    return sorted(found.values(), key=lambda one: (one.distance, str(one.item)))


def block(found: FoundItem) -> tuple[UUID, ...]:
    """Prepare a referred item's hashes for blocking copies of it, and return the desk's other items with the same material.

    A file that several other items have, such as the logo of a platform, leaves its hashes, or it would block all of them.
    Pages of the bank that do not open stay as they are.
    """
    bank = _bank(found.item.desk_id, found.by)
    this = str(found.item.id)
    ours = [one for one in bank.entries if one["item"] == this]
    others = [one for one in bank.entries if one["item"] != this]
    having: dict[str, set[str]] = {}
    for one in others:
        for each in one["sums"]:
            having.setdefault(each, set()).add(one["item"])
    common = {each for each, items in having.items() if len(items) >= _COMMON}
    same: list[UUID] = []
    for one in ours:
        alike = look_up({**one, "sums": set(one["sums"]) - common, "text": None}, others, besides=None)
        same += [match.item for match in alike if match.band.is_same]
    shared = [one for one in ours if not common.isdisjoint(one["sums"])]
    for page in bank.pages if shared else ():
        kept = bank.of(page) if page.container in bank.opened else []
        narrowed = [
            {**one, "sums": sorted(set(one["sums"]) - common)} if one in shared else one for one in kept
        ]
        if narrowed != kept:
            bank.write(page, narrowed, on=found.at.date())
    return tuple(dict.fromkeys(same))


def items_with_files_of(report: UUID, desk: UUID, ring: Keyring) -> Sequence[UUID]:
    """Return the desk's items whose evidence contains this report file, by SHA-256.

    Raises CannotOpen and ChangedSinceArrival for a report that does not open.
    """
    sums = {one.sha256 for one in entries_of(report, ring)}
    if not sums:
        return ()
    pages = list(HashBankPage.objects.filter(desk_id=desk).order_by("id"))
    opened = desk_parts.opened([one.container for one in pages], ring)
    found = [UUID(one["item"]) for one in _entries_of(pages, opened) if not sums.isdisjoint(one["sums"])]
    return list(dict.fromkeys(found))


def like_pictures_of(report: UUID, desk: UUID, ring: Keyring, *, most: int) -> PicturesLookedUp:
    """Compare up to `most` of a report's pictures with the desk's known material.

    Pictures are decoded in the sandbox and hashed here. Nothing is added to the bank, and nothing is kept. Raises
    CannotOpen and ChangedSinceArrival for a report that does not open.
    """
    import numpy as np

    pages = list(HashBankPage.objects.filter(desk_id=desk).order_by("id"))
    opened = desk_parts.opened([one.container for one in pages], ring)
    bank = _entries_of(pages, opened)
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


def forget(found: FoundItem) -> None:
    """Remove an item's hashes from the bank, when it is disposed of.

    Raises CannotOpen if a page of the bank does not open, because the hashes may be in it.
    """
    bank = _bank(found.item.desk_id, found.by)
    if bank.closed:
        raise CannotOpen
    for page in bank.pages:
        kept = bank.of(page)
        left = [one for one in kept if one["item"] != str(found.item.id)]
        if len(left) < len(kept):
            bank.write(page, left, on=found.at.date())


@dataclass
class _Bank:
    """A desk's hash bank, locked for writing. Pages that cannot be opened are left unchanged."""

    desk: UUID
    pages: list[HashBankPage]
    opened: dict[UUID, Mapping[str, Any]]

    @property
    def entries(self) -> list[Mapping[str, Any]]:
        return _entries_of(self.pages, self.opened)

    @property
    def named(self) -> set[tuple[str, int]]:
        """The (item, number) pairs of all evidence entries whose hashes are in pages that can be opened."""
        return {(one["item"], one["number"]) for one in self.entries}

    @property
    def closed(self) -> bool:
        """Whether the session's keys cannot open at least one page."""
        return any(one.container not in self.opened for one in self.pages)

    def of(self, page: HashBankPage) -> list[Mapping[str, Any]]:
        """Return the entries of one page."""
        return _entries_of([page], self.opened)

    def add(self, new: Sequence[Mapping[str, Any]], *, on: date) -> None:
        """Add entries to pages with room, then to new pages. Raise SealingStopped if sealing fails."""
        for page in self.pages:
            room = A_PAGE - page.entries
            if new and room > 0 and page.container in self.opened:
                self.write(page, [*self.of(page), *new[:room]], on=on)
                new = new[room:]
        for some in batched(new, A_PAGE, strict=False):
            page = HashBankPage(id=uuid4(), desk_id=self.desk, entries=0)
            self.write(page, some, on=on)
            self.pages.append(page)

    def write(self, page: HashBankPage, new: Sequence[Mapping[str, Any]], *, on: date) -> None:
        """Reseal a page with new entries, update its entry count and delete its earlier version."""
        words = {"entries": [dict(one) for one in new]}
        page.entries += len(new) - len(self.of(page))
        page.container = desk_parts.seal(self.desk, page.id, words, part=BANK, on=on)
        self.opened[page.container] = words
        if page._state.adding:
            page.save(force_insert=True)
        else:
            page.save(update_fields=["container", "entries"])
        with connection.cursor() as cursor:
            cursor.execute("SELECT permits.drop_old_bank_parts(%s)", [page.id])


def _bank(desk: UUID, by: Attendance) -> _Bank:
    """Open a desk's hash bank, locking rows in id order. Raise Locked if the officer's keys are locked."""
    pages = list(HashBankPage.objects.select_for_update().filter(desk_id=desk).order_by("id"))
    return _Bank(desk, pages, dict(desk_parts.opened([one.container for one in pages], by.keys())))


def _entry(item: UUID, number: int, told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "item": str(item),
        "number": number,
        "sums": list(told.get("sums", ())),
        "pdq": told.get("pdq"),
        "text": told.get("text"),
    }


def _entries_of(
    pages: Sequence[HashBankPage], opened: Mapping[UUID, Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    return [one for page in pages for one in opened.get(page.container, {}).get("entries", ())]
