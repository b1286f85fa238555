"""The sealed content of an item, with its locators and priority factors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from heedline.specialist_desks.material.locators import Locator
from heedline.specialist_desks.material.rules import ItemPriority, priority


@dataclass(frozen=True, slots=True)
class ItemAddress:
    """A locator of an item, with its canonical key and, in `shown`, its defanged form."""

    key: str = field(repr=False)
    shown: str = field(repr=False)
    platform: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class ItemContent:
    """The sealed details of an item. `parts` holds priority factor codes, `categories` content codes.

    `copy_of` are items that were referred as possible child abuse material while this one had the same material.
    """

    addresses: tuple[ItemAddress, ...]
    parts: tuple[str, ...] = ()
    label: str = field(default="", repr=False)
    categories: tuple[str, ...] = ()
    copy_of: tuple[str, ...] = ()

    def priority(self, reports: int) -> ItemPriority:
        """Return the item's priority while so many reports name it."""
        return priority(self.parts, reports)

    def with_parts(self, *codes: str) -> ItemContent:
        """Return a copy of the content with additional priority factors."""
        return replace(self, parts=tuple(dict.fromkeys([*self.parts, *codes])))

    def to_words(self) -> dict[str, Any]:
        """Return the content as a mapping, ready to be sealed."""
        return {
            "addresses": [
                {"key": one.key, "shown": one.shown, "platform": one.platform, "kind": one.kind}
                for one in self.addresses
            ],
            "parts": list(self.parts),
            "label": self.label,
            "categories": list(self.categories),
            "copy_of": list(self.copy_of),
        }

    @classmethod
    def from_words(cls, words: Mapping[str, Any]) -> ItemContent:
        """Build the content from a mapping that `to_words` returned."""
        return cls(
            tuple(
                ItemAddress(one["key"], one["shown"], one["platform"], one["kind"])
                for one in words["addresses"]
            ),
            tuple(words["parts"]),
            str(words.get("label", "")),
            tuple(words.get("categories", ())),
            tuple(words.get("copy_of", ())),
        )


def content_at(locator: Locator, parts: tuple[str, ...] = ()) -> ItemContent:
    """Return the content of a new item at a locator."""
    address = ItemAddress(locator.key, locator.defanged, locator.platform, str(locator.kind))
    return ItemContent((address,), parts)
