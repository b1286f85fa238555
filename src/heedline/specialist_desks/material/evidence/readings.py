"""Derive an item's hashes and liveness verdict from its captured pages."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from heedline.specialist_desks.material.capture.running import CapturedPage
from heedline.specialist_desks.material.evidence.chain import EvidenceKind
from heedline.specialist_desks.material.hashes import PictureHash, TextSketch, sketch_text
from heedline.specialist_desks.material.items.addresses import named_by_examiner
from heedline.specialist_desks.material.items.addresses import rules as locator_rules
from heedline.specialist_desks.material.items.check_times import rules
from heedline.specialist_desks.material.items.contents import ItemContent
from heedline.specialist_desks.material.liveness import (
    KnownPage,
    LivenessCheck,
    LivenessReading,
    LivenessVerdict,
    StoredResponse,
    read_response,
    settled_verdict,
)
from heedline.specialist_desks.material.locators import Locator, address_without_tracking

NO_PAGE = (
    "This item has no web address that can be opened without giving the reporter away. A short or shared link can name "
    "whoever shared it. Upload evidence instead."
)
#: Failures of a capture in the words of a stored response.
_FAILURES = {"dns": "dns", "timeout": "timeout", "tls": "tls"}


def locator_of(content: ItemContent) -> Locator | None:
    """Return an item's first locator that a browser can open, or None.

    Its address is without what a shared link adds, which would tell the site who reported it.
    """
    for one in content.addresses:
        locator = named_by_examiner(one.shown)
        told = address_without_tracking(locator, locator_rules()) if locator is not None else ""
        if locator is not None and told.startswith(("http://", "https://")):
            return replace(locator, address=told)
    return None


def control_of(locator: Locator) -> str:
    """Return the URL of the site's front page, which shows whether the site itself is up."""
    scheme, _, rest = locator.address.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}/"


def told_of(
    page: CapturedPage, locator: Locator, known: KnownPage, suspended: Collection[str] = ()
) -> dict[str, Any]:
    """Return the data that an evidence entry records about a captured page, with its hashes and verdict.

    `suspended` are codes of rules that are not asked. The entry records which of them would have led to the verdict.
    """
    reading = reading_of(page, locator, known, suspended)
    unsuspended = reading_of(page, locator, known).rule if suspended else ""
    sketch = sketch_text(page.file("text").decode("utf-8", "replace"))
    return {
        "address": page.address,
        "final": page.final,
        "vantage": page.vantage,
        "status": page.status,
        "failure": page.failure,
        "title": page.title,
        "headers": dict(page.headers),
        "chain": [list(one) for one in page.chain],
        "control": page.control,
        "notes": list(page.notes),
        "hosts": [dict(one) for one in page.seen],
        "browser": page.browser,
        "pdq": _pdq_of(page),
        "sums": list(page.sums),
        "text": {"whole": sketch.whole.hex(), "minima": sketch.minima.hex()},
        "verdict": str(reading.verdict),
        "rule": reading.rule,
        "platform": locator.platform,
        "suspended": unsuspended if unsuspended in suspended else "",
        "moved_to": reading.moved_to.defanged if reading.moved_to is not None else "",
    }


def reading_of(
    page: CapturedPage, locator: Locator, known: KnownPage, suspended: Collection[str] = ()
) -> LivenessReading:
    """Return the verdict on a captured page. `suspended` holds codes of rules that are not applied."""
    response = StoredResponse(
        status=page.status,
        final_address=page.final,
        text=page.file("text").decode("utf-8", "replace"),
        headers=page.headers,
        failure=_FAILURES.get(page.failure, page.failure or "refused"),
        picture=picture_of({"pdq": page.pdq}),
        control=page.control,
    )
    return read_response(locator, response, known, rules(), locator_rules(), suspended)


def _pdq_of(page: CapturedPage) -> dict[str, Any] | None:
    """Return the image hash written by the browser's sandbox, or None if it is malformed."""
    picture = picture_of({"pdq": page.pdq})
    if picture is None or page.pdq is None:
        return None
    return {
        "hasher": str(page.pdq.get("hasher", ""))[:40],
        "quality": picture.quality,
        "forms": [one.hex() for one in picture.forms],
    }


def picture_of(told: Mapping[str, Any]) -> PictureHash | None:
    """Return an entry's image hash, or None."""
    pdq = told.get("pdq")
    if not isinstance(pdq, Mapping):
        return None
    try:
        forms = tuple(bytes.fromhex(str(one)) for one in pdq["forms"])
        quality = max(0, min(100, int(pdq["quality"])))
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    if len(forms) != 8 or any(len(one) != 32 for one in forms):
        return None
    return PictureHash(forms, quality)


def text_of(told: Mapping[str, Any]) -> TextSketch | None:
    """Return an entry's text sketch, or None."""
    text = told.get("text")
    if not isinstance(text, Mapping):
        return None
    return TextSketch(bytes.fromhex(str(text["whole"])), bytes.fromhex(str(text["minima"])))


def known_page(entries: Iterable[Mapping[str, Any]]) -> KnownPage:
    """Return the state of the material at its last successful capture, from an item's entries in order."""
    found = KnownPage()
    for words in entries:
        told = words["told"]
        if words["kind"] == EvidenceKind.CAPTURE and told["verdict"] == LivenessVerdict.LIVE:
            found = KnownPage(text_of(told), picture_of(told))
    return found


def checks_of(entries: Iterable[Mapping[str, Any]]) -> Sequence[LivenessCheck]:
    """Return the results of all checks on an item, from its entries."""
    return [
        LivenessCheck(
            datetime.fromisoformat(words["at"]),
            words["told"]["vantage"],
            LivenessVerdict(words["told"]["verdict"]),
        )
        for words in entries
        if words["kind"] != EvidenceKind.UPLOAD
    ]


def settled(entries: Iterable[Mapping[str, Any]]) -> LivenessVerdict | None:
    """Return an item's confirmed verdict, or None if there is none yet."""
    return settled_verdict(checks_of(entries), rules())
