"""An installation that asks nobody who they are, for tests: the pack of the tests without its authorisers' desk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from heedline.packs import load_pack
from heedline.permits import roles


@contextmanager
def asking_nobody() -> Iterator[None]:
    """Run the block as a process of such an installation would."""
    pack, before = load_pack("uk"), load_pack("uk").authoriser_desk
    object.__setattr__(pack, "authoriser_desk", "")
    roles.withhold(roles.OF_IDENTITIES)
    try:
        yield
    finally:
        object.__setattr__(pack, "authoriser_desk", before)
        roles.withhold(frozenset())
