"""Locators, which recognise different URLs or account names as the same item of online material.

Start with `canonical.py`. The forms of each platform are data in the pack (`platforms.toml`).
"""

from heedline.specialist_desks.material.locators.canonical import (
    account_locator,
    address_without_tracking,
    canonical,
)
from heedline.specialist_desks.material.locators.finding import locators_in
from heedline.specialist_desks.material.locators.rules import LocatorRules, read_locator_rules
from heedline.specialist_desks.material.locators.shapes import Locator, LocatorKind, defanged

__all__ = [
    "Locator",
    "LocatorKind",
    "LocatorRules",
    "account_locator",
    "address_without_tracking",
    "canonical",
    "defanged",
    "locators_in",
    "read_locator_rules",
]
