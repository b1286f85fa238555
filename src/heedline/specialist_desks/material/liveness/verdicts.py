"""Derive from one stored response a verdict on whether the material is still online.

A wrong "removed" ends the work on something that is still public, so every doubt has a verdict of its own, and
only a missing page beside a working one, or a page that says so itself, counts as removed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

from heedline.specialist_desks.material.hashes import (
    PictureBank,
    PictureHash,
    TextBank,
    TextSketch,
    sketch_text,
)
from heedline.specialist_desks.material.liveness.rules import LivenessRules, PageKind, PageRule
from heedline.specialist_desks.material.locators import Locator, LocatorRules, canonical

_SPACES = re.compile(r"\s+")
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'"})
_OK, _GONE, _NOT_FOUND, _LEGAL = 200, 410, 404, 451
_REFUSED = frozenset({401, 403, 407, 429})


class LivenessVerdict(StrEnum):
    """The result of a liveness check."""

    LIVE = "live"
    REMOVED_404 = "removed-404"
    REMOVED_TOMBSTONE = "removed-tombstone"
    LOGIN_WALL = "login-wall"
    GEO_BLOCKED = "geo-blocked"
    CHANGED = "changed"
    MOVED = "moved"
    UNREACHABLE = "unreachable"
    BLOCKED_US = "blocked-us"
    UNSURE = "unsure"

    @property
    def is_removed(self) -> bool:
        """Return whether the material was found to be gone."""
        return self in {LivenessVerdict.REMOVED_404, LivenessVerdict.REMOVED_TOMBSTONE}

    @property
    def needs_person(self) -> bool:
        """Return whether an examiner must decide."""
        return not self.is_removed and self is not LivenessVerdict.LIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredResponse:
    """A stored response from a page, on which a verdict is based.

    `status` is 0 if nothing was received, and `failure` then says why (`dns`, `timeout`, `refused`, `tls`). Header names
    are in lower case. `final_address` is the address after all redirects. `text` is the visible text. `control`
    is the status of another page on the same host that is known to exist, or 0.
    """

    status: int
    final_address: str = field(repr=False)
    text: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    failure: str = ""
    picture: PictureHash | None = None
    control: int = 0


@dataclass(frozen=True, slots=True)
class KnownPage:
    """The text and picture of the material when it was examined, for comparison with later checks."""

    text: TextSketch | None = None
    picture: PictureHash | None = None


@dataclass(frozen=True, slots=True)
class LivenessReading:
    """A liveness verdict, with the rule that led to it and, for a moved item, its new locator."""

    verdict: LivenessVerdict
    rule: str = ""
    moved_to: Locator | None = None


_KINDS = {
    PageKind.CHALLENGE: LivenessVerdict.BLOCKED_US,
    PageKind.GEO: LivenessVerdict.GEO_BLOCKED,
    PageKind.LOGIN: LivenessVerdict.LOGIN_WALL,
    PageKind.PARKED: LivenessVerdict.UNREACHABLE,
    PageKind.TOMBSTONE: LivenessVerdict.REMOVED_TOMBSTONE,
}


def read_response(
    item: Locator,
    response: StoredResponse,
    known: KnownPage,
    rules: LivenessRules,
    locators: LocatorRules,
    suspended: Collection[str] = (),
) -> LivenessReading:
    """Return the verdict on a response from an item's URL, ignoring the rules in `suspended`."""
    if not response.status:
        return LivenessReading(LivenessVerdict.UNREACHABLE, response.failure)
    fired = {rule.kind: rule for rule in _fired(item, response, rules, suspended)}
    # what only seems to be an answer comes before what may be one
    for kind in (PageKind.CHALLENGE, PageKind.GEO, PageKind.PARKED, PageKind.LOGIN):
        if kind in fired:
            return LivenessReading(_KINDS[kind], fired[kind].code)
    if response.status == _LEGAL:
        return LivenessReading(LivenessVerdict.GEO_BLOCKED, "451")
    if response.status in _REFUSED:
        return LivenessReading(LivenessVerdict.BLOCKED_US, str(response.status))
    final = canonical(response.final_address, locators)
    if response.status in {_NOT_FOUND, _GONE}:
        # the whole site may be down, or the redirect may have led to another page that is not there
        same = final is not None and final.key == item.key
        there = response.control == _OK
        verdict = LivenessVerdict.REMOVED_404 if same and there else LivenessVerdict.UNSURE
        return LivenessReading(verdict, str(response.status))
    if response.status >= 500:
        return LivenessReading(LivenessVerdict.UNREACHABLE, str(response.status))
    if response.status != _OK:
        return LivenessReading(LivenessVerdict.UNSURE, str(response.status))
    if PageKind.TOMBSTONE in fired:
        return LivenessReading(LivenessVerdict.REMOVED_TOMBSTONE, fired[PageKind.TOMBSTONE].code)
    if final is None:
        return LivenessReading(LivenessVerdict.UNSURE)
    if final.key != item.key:
        return LivenessReading(LivenessVerdict.MOVED, moved_to=final)
    return _compared(response, known)


def _compared(response: StoredResponse, known: KnownPage) -> LivenessReading:
    """Return the verdict from comparing a page's picture or text with the known material."""
    if known.picture and known.picture.claims and response.picture:
        if not response.picture.claims:
            return LivenessReading(LivenessVerdict.CHANGED, "picture")
        found = PictureBank([known.picture.value]).look_up(response.picture)
        return LivenessReading(LivenessVerdict.LIVE if found else LivenessVerdict.CHANGED, "picture")
    if known.text and known.text.claims:
        alike = TextBank([known.text]).look_up(sketch_text(response.text))
        return LivenessReading(LivenessVerdict.LIVE if alike else LivenessVerdict.CHANGED, "text")
    if not response.text.strip() and response.picture is None:
        return LivenessReading(LivenessVerdict.UNSURE, "empty")
    return LivenessReading(LivenessVerdict.LIVE)


def _fired(
    item: Locator, response: StoredResponse, rules: LivenessRules, suspended: Collection[str]
) -> Iterator[PageRule]:
    text = _SPACES.sub(" ", response.text.translate(_APOSTROPHES)).strip()
    path = urlsplit(response.final_address).path
    for rule in rules.pages:
        if rule.code in suspended or (rule.platform and rule.platform != item.platform):
            continue
        if fires(rule, text, path, response.headers):
            yield rule


def fires(rule: PageRule, text: str, path: str, headers: Mapping[str, str]) -> bool:
    """Return whether all conditions of a rule hold for a page."""
    if rule.text and (len(text) > rule.at_most or not rule.text.search(text)):
        return False
    if rule.path and not rule.path.search(path):
        return False
    if rule.header:
        name, value = rule.header
        return bool(value.search(headers.get(name, "")))
    return True
