"""Create a file's derivative in the background when the file is first opened.

The page asks again until it is there. Two recordings and two other files are converted at a time, so that no picture
waits for a film. The work ends with the capability of the page, and so with its officer's session. The derivative is one
object: its parts one after the other, sealed under the fresh key of the plan while they are made.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from threading import Lock
from uuid import UUID

from django.conf import settings
from django.db import connection

from heedline.casework.attachments.redeeming import read_stored, remember
from heedline.casework.attachments.stored_objects import storage
from heedline.casework.attachments.view_content import (
    VIEW,
    DerivativePlan,
    Derived,
    DerivedPart,
    StoredObject,
    ViewContent,
    keys_of,
)
from heedline.casework.errors import NotHere
from heedline.files.derivatives import (
    RECORDINGS,
    SENTENCES,
    Demand,
    DerivativeLimits,
    DerivativePart,
    FinishedPart,
    MadeDerivative,
    NoDerivative,
    make,
)
from heedline.files.kinds import FileKind
from heedline.files.padding import blocks_of_padding
from heedline.files.sealed_stream import Sealing
from heedline.permits import viewer_functions
from heedline.vault import CannotOpen
from heedline.vault.canonical import canonical
from heedline.vault.containers import envelope
from heedline.vault.containers.payload import seal_payload

logger = logging.getLogger("heedline.files")

DESCRIPTION = "derivative-description"
#: What is said of an original that is not what the manifest names.
CHANGED = "changed"
#: What is said when making it failed in a way that nobody foresaw.
BROKEN = "broken"

#: Seconds that a request waits for a derivative before the page says that it is being made.
_AT_ONCE = 1.5

#: Results that wait to be asked for, before those that are done are forgotten.
_MOST_REMEMBERED = 50
#: Parts that are shown while the others are still being made, and how many bytes of each are kept in memory for it.
_EARLY, _MOST_EARLY = frozenset({"poster", "start"}), 8 * 1024 * 1024

#: One for recordings and one for everything else.
_pools = {recording: ThreadPoolExecutor(2, thread_name_prefix="derivative") for recording in (True, False)}
_running: dict[bytes, Making] = {}
_lock = Lock()


@dataclass
class Making:
    """A derivative being created, with the start of any recording held for immediate playback."""

    recording: bool
    early: dict[tuple[str, int], tuple[DerivativePart, bytes]] = field(default_factory=dict, repr=False)
    job: Future[Derived] | None = None


def early_parts(capability: str) -> list[DerivedPart]:
    """Return the parts of an unfinished derivative that can already be shown."""
    making = _running.get(keys_of(capability, VIEW).row_id)
    found = list(making.early.values()) if making is not None else []
    return [
        DerivedPart(
            str(part.role), part.number, part.media, 0, len(data), part.width, part.height, part.seconds
        )
        for part, data in found
    ]


def early_bytes(capability: str, role: str, number: int) -> bytes:
    """Return an available part of a derivative that is still being created, or raise NotHere."""
    making = _running.get(keys_of(capability, VIEW).row_id)
    if making is None or (role, number) not in making.early:
        raise NotHere
    return making.early[role, number][1]


def derived_or_begun(capability: str, content: ViewContent) -> Derived | None:
    """Return the derivative, or start creating it and return None.

    A derivative that could not be made has a `failure` and is tried again when the file is next opened.
    """
    if content.derived is not None:
        return content.derived
    key = keys_of(capability, VIEW).row_id
    with _lock:
        making = _running.get(key)
        if making is None or making.job is None:
            if len(_running) > _MOST_REMEMBERED:  # of looks that nobody came back to
                for old in [one for one, other in _running.items() if other.job and other.job.done()]:
                    del _running[old]
            making = _running[key] = Making(_kind(content.kind) in RECORDINGS)
            making.job = _pools[making.recording].submit(_in_background, capability, content, making)
        job = making.job
    if not job.done():
        # Most pictures are there at once, which spares the page a second request.
        with suppress(TimeoutError):
            job.result(timeout=_AT_ONCE)
    if not job.done():
        return None
    with _lock:
        _running.pop(key, None)
    return job.result()


def _recordings_wait() -> bool:
    """Return whether a film or sound waits until another has been converted."""
    jobs = [one.job for one in list(_running.values()) if one.recording and one.job is not None]
    return any(not job.running() and not job.done() for job in jobs)


class ObjectSink:
    """A writer that stores the parts of a derivative in one sealed object."""

    def __init__(
        self, plan: DerivativePlan, early: dict[tuple[str, int], tuple[DerivativePart, bytes]]
    ) -> None:
        self._early, self._copy = early, bytearray()
        self._name = UUID(plan.object)
        self._sealing = Sealing(bytes.fromhex(plan.key))
        self._start, self._copies = 0, False
        self.parts: list[DerivedPart] = []

    @property
    def length(self) -> int:
        """Return the number of bytes written so far."""
        return self._sealing.position

    def begin(self, part: DerivativePart) -> None:
        """Record the start of a part, which is not listed unless it is finished."""
        self._start = self.length
        self._copy.clear()
        self._copies = str(part.role) in _EARLY

    def write(self, data: bytes) -> None:
        """Seal and store the next bytes."""
        if self._copies and len(self._copy) < _MOST_EARLY:
            self._copy += data
        at = self._sealing.at
        sealed = self._sealing.write(data)
        if sealed:
            storage().append(self._name, sealed, at=at)

    def end(self, finished: FinishedPart) -> None:
        """Add the finished part to the list of parts."""
        part = finished.part
        if self._copies and len(self._copy) == finished.length:
            self._early[str(part.role), part.number] = (part, bytes(self._copy))
        self._copies = False
        self.parts.append(
            DerivedPart(
                str(part.role),
                part.number,
                part.media,
                self._start,
                self.length - self._start,
                part.width,
                part.height,
                part.seconds,
            )
        )

    def finish(self) -> StoredObject:
        """Pad the object to hide its exact size, and return once it is durable."""
        length = self.length
        for block in blocks_of_padding(length):
            self.write(block)
        at = self._sealing.at
        size = storage().append(self._name, self._sealing.finish(), at=at)
        storage().finish(self._name)
        return StoredObject(str(self._name), "", size, length)

    def give_up(self) -> None:
        """Delete the data written so far."""
        storage().delete(self._name)


def _in_background(capability: str, content: ViewContent, making: Making) -> Derived:
    try:
        return _make_and_keep(capability, content, making)
    finally:
        making.early.clear()
        connection.close()


def _make_and_keep(capability: str, content: ViewContent, making: Making) -> Derived:
    try:
        return _kept(capability, content, making)
    except NotHere:
        return Derived(None, failure=BROKEN)
    except CannotOpen:
        return Derived(None, failure=CHANGED)
    except Exception:
        logger.exception("a derivative could not be made")
        return Derived(None, failure=BROKEN)


def _kept(capability: str, content: ViewContent, making: Making) -> Derived:
    original, plan = content.original, content.plan
    key = keys_of(capability, VIEW).row_id
    if original is None or plan is None or not viewer_functions.lasts(key):
        raise NotHere
    sink = ObjectSink(plan, making.early)
    try:
        # the words of a document come with its first pages
        words = DerivativeLimits().words if plan.first_page == 1 else 0
        demand = Demand(lambda: viewer_functions.lasts(key), _recordings_wait)
        limits = DerivativeLimits(first_page=plan.first_page, pages=plan.pages, words=words, demand=demand)
        made = make(_kind(content.kind), _plaintext(original), sink, limits)
        if made.original_sha256 and made.original_sha256 != content.sha256:
            raise CannotOpen
        if made.failure is NoDerivative.UNWANTED:
            raise NotHere
        if not sink.parts:
            sink.give_up()
            return Derived(None, pages=made.pages, failure=str(made.failure or BROKEN))
        stored = sink.finish()
    except BaseException:
        sink.give_up()
        raise
    listed = Derived(None, tuple(sink.parts), made.pages, str(made.failure or ""))
    description = _description(content, plan, stored, listed, made)
    if viewer_functions.keep_derivative(key, stored.size, description) == "refused":
        sink.give_up()
        raise NotHere
    derived = replace(listed, stored=replace(stored, key=plan.key))
    # the key of the original is not needed any longer
    remember(capability, replace(content, derived=derived, original=None, plan=None))
    return derived


def _kind(kind: str) -> FileKind:
    try:
        return FileKind(kind)
    except ValueError:
        return FileKind.UNKNOWN


def _plaintext(original: StoredObject) -> Iterator[bytes]:
    return read_stored(original, 0, original.length)


def _description(
    content: ViewContent, plan: DerivativePlan, stored: StoredObject, listed: Derived, made: MadeDerivative
) -> bytes:
    """Return the sealed description of a derivative, which records the hashes of the original and of its parts."""
    derived = asdict(listed)
    del derived["stored"]
    body = {
        "kind": content.kind,
        "length": stored.length,
        "derived": derived,
        "original": made.original_sha256 or content.sha256,
        "sums": [one.sha256 for one in made.parts],
        "text": made.words,
    }
    framed = envelope.wrap(
        canonical(body),
        installation=settings.INSTALLATION,
        container_id=UUID(plan.description),
        part=DESCRIPTION,
    )
    return seal_payload(framed, bytes.fromhex(plan.description_key))


def sentence_of(failure: str) -> str:
    """Return the message that explains why a file cannot be shown, or "" for an unknown code."""
    try:
        return SENTENCES[NoDerivative(failure)]
    except ValueError:
        return ""
