"""Extract the locators named in reports, using the pack's rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from django.conf import settings

from heedline.casework.search.documents import SearchedText
from heedline.packs import pack_folder
from heedline.specialist_desks.material.locators import (
    Locator,
    LocatorRules,
    account_locator,
    canonical,
    locators_in,
    read_locator_rules,
)

#: ExaminationAnswers in which a reporter says where the material is. Elsewhere only a web address counts, because an account
#: that the account of events names in passing is not the material.
_WHERE = frozenset({"where.addresses", "where.account"})
#: Parts of a report in which addresses are looked for.
_READ = frozenset({"report", "message", "note"})


@cache
def _rules(pack: str) -> LocatorRules:
    return read_locator_rules(pack_folder(pack))


def rules() -> LocatorRules:
    """Return the current pack's locator rules."""
    return _rules(settings.PACK)


def locators_of(texts: Iterable[SearchedText]) -> tuple[Locator, ...]:
    """Return the distinct locators in a report's text, in order."""
    read: Sequence[SearchedText] = [one for one in texts if one.part in _READ]
    said = {one.answered: one.text for one in read}
    found: dict[str, Locator] = {}
    account = account_locator(said.get("where.app", ""), said.get("where.account", ""), rules())
    if account is not None:
        found[account.key] = account
    for one in read:
        if account is not None and one.answered == "where.account":
            continue
        for locator in locators_in(one.text, rules()):
            if locator.address or one.answered in _WHERE:
                found.setdefault(locator.key, locator)
    return tuple(found.values())


def named_by_examiner(text: str) -> Locator | None:
    """Return the locator in an examiner's text, or None if there is none."""
    return canonical(text, rules())
