"""Storage of sealed files in S3-compatible object storage, through django-storages.

Such a service can't append to an object, so each of ours is several of its: one for each block, under the
object's name and the offset at which the block begins. What is too short for a block waits in memory until
more comes, or until `finish`.

  files/ab12cd34-…/0000000000000000     the first block
  files/ab12cd34-…/0000000004194304     the next one
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from heedline.files.storage import ObjectMissing, ObjectTaken, StorageFull

if TYPE_CHECKING:
    from storages.backends.s3 import S3Storage

_BLOCK = 4 * 1024 * 1024
#: Objects whose last block may wait in memory, and objects whose blocks are known.
_MOST_WAITING, _MOST_KNOWN = 16, 256
_FULL = {"507", "InsufficientStorage", "QuotaExceeded", "XMinioStorageFull", "EntityTooLarge"}
_TAKEN = {"412", "PreconditionFailed", "ConditionalRequestConflict"}
_NOT_THERE = {"404", "NoSuchKey", "NotFound", "416", "InvalidRange"}


def bucket_storage(bucket: str, endpoint: str, region: str, key: str, secret: str) -> S3Storage:
    """Return django-storages' storage object for the bucket.

    Where no key is given, the service's own ways of finding one are used (environment, machine role).
    """
    from botocore.config import Config
    from storages.backends.s3 import S3Storage

    return S3Storage(
        bucket_name=bucket,
        endpoint_url=endpoint or None,
        region_name=region or None,
        access_key=key or None,
        secret_key=secret or None,
        addressing_style="path" if endpoint else None,
        client_config=Config(
            connect_timeout=5,
            read_timeout=30,
            retries={"total_max_attempts": 3},
            signature_version="s3v4",
            s3={"addressing_style": "path"} if endpoint else {},
        ),
    )


class ObjectStorage:
    """Object storage in a bucket. Methods also raise ConnectionError if the service is unreachable."""

    def __init__(self, bucket: S3Storage, prefix: str = "files/") -> None:
        self._storage = bucket
        self._prefix = prefix
        self._lock = Lock()
        self._waiting: OrderedDict[UUID, tuple[int, bytearray]] = OrderedDict()
        self._known: OrderedDict[UUID, list[tuple[int, int]]] = OrderedDict()

    def append(self, name: UUID, data: bytes, at: int) -> int:
        """Truncate the object at offset `at`, append the data and return the new size."""
        if at < 0:
            raise ValueError("an offset is not negative")
        with self._lock:
            start, block = self._waiting.pop(name, (-1, bytearray()))
        if start + len(block) != at:
            if block:
                self._put(name, start, block)
            self._cut(name, at)
            start, block = at, bytearray()
        block += data
        if len(block) >= _BLOCK:
            self._put(name, start, block)
            start, block = at + len(data), bytearray()
        self._wait(name, start, block)
        return at + len(data)

    def finish(self, name: UUID) -> None:
        """Wait until the service has confirmed every block of the object."""
        self._flush(name)
        self.size(name)

    def read(self, name: UUID, start: int, length: int) -> bytes:
        """Return up to `length` bytes from offset `start`."""
        with suppress(ObjectTaken):  # what is there is what the other server has written
            self._flush(name)
        parts = []
        for begins, size in self._known.get(name) or self._blocks(name):
            first, stop = max(start, begins), min(start + length, begins + size)
            if first < stop:
                parts.append(self._get(name, begins, first - begins, stop - begins))
        return b"".join(parts)

    def size(self, name: UUID) -> int:
        """Return the object's size in bytes."""
        with suppress(ObjectTaken):
            self._flush(name)
        return _end(self._blocks(name))

    def delete(self, name: UUID) -> None:
        """Delete the object if it exists."""
        with self._lock:
            self._waiting.pop(name, None)
            self._known.pop(name, None)
        # Also what lies behind a gap, which an interrupted deletion leaves.
        for key in [key for key, _, _ in self._listed(f"{self._prefix}{name}/")]:
            self._delete_key(key)
        with self._lock:
            self._known.pop(name, None)

    def names(self) -> Iterator[tuple[UUID, timedelta]]:
        """Yield each object's name and the time since its newest block was written."""
        now = datetime.now(UTC)
        newest: dict[UUID, datetime] = {}
        for key, _, written in self._listed(self._prefix):
            with suppress(ValueError):
                name = UUID(key.removeprefix(self._prefix).partition("/")[0])
                newest[name] = max(written, newest.get(name, written))
        for name, written in newest.items():
            yield name, max(timedelta(), now - written)

    def keeps_conditions(self) -> bool:
        """Try with an object of its own, which is deleted again, whether the service refuses what `_put` makes conditional.

        A service that ignores the conditions lets one server overwrite what another has acknowledged.
        """
        name, unlike = uuid4(), '"00000000000000000000000000000000"'
        self._put(name, 0, b"first")
        try:
            for mark in ("", unlike):
                with suppress(ObjectTaken):
                    self._put(name, 0, b"second", instead_of=mark)
                    return False
            return True
        finally:
            self.delete(name)

    def _wait(self, name: UUID, start: int, block: bytearray) -> None:
        with self._lock:
            self._waiting[name] = (start, block)
            evicted = self._waiting.popitem(last=False) if len(self._waiting) > _MOST_WAITING else None
        if evicted and evicted[1][1]:
            with suppress(
                ObjectMissing
            ):  # another server has gone on with it: told to whoever writes it next
                self._put(evicted[0], *evicted[1])

    def _flush(self, name: UUID) -> None:
        with self._lock:
            start, block = self._waiting.pop(name, (0, bytearray()))
        if block:
            self._put(name, start, block)

    def _cut(self, name: UUID, at: int) -> None:
        """Cut the object off at this offset. Raises ObjectTaken if another server has written since it was last looked at."""
        with self._lock:
            before = self._known.get(name)
        try:
            blocks = self._blocks(name)
        except ObjectMissing:
            if at:
                raise
            return
        if before is not None and before != blocks:
            raise ObjectTaken
        if _end(blocks) < at:
            raise ObjectMissing
        for start, size in reversed(blocks):
            if start >= at:
                self._delete(name, start)
            elif start + size > at:
                held, mark = self._read(name, start)
                self._put(name, start, held[: at - start], instead_of=mark)

    def _blocks(self, name: UUID) -> list[tuple[int, int]]:
        """Return the offset and size of each block that belongs to the object, in order.

        What lies behind a gap does not belong to it.
        """
        found: list[tuple[int, int]] = []
        for key, size, _ in self._listed(f"{self._prefix}{name}/"):
            with suppress(ValueError):
                start = int(key.rpartition("/")[2])
                if start == _end(found):
                    found.append((start, size))
        if not found:
            raise ObjectMissing
        with self._lock:
            self._known[name] = found
            self._known.move_to_end(name)
            if len(self._known) > _MOST_KNOWN:
                self._known.popitem(last=False)
        return found

    def _listed(self, prefix: str) -> Iterator[tuple[str, int, datetime]]:
        """Yield the key, size and modification time of every object under a prefix, in order of key."""
        with _told():
            for one in self._storage.bucket.objects.filter(Prefix=prefix):
                yield one.key, one.size, one.last_modified

    def _object(self, name: UUID, start: int) -> Any:
        return self._storage.bucket.Object(f"{self._prefix}{name}/{start:016d}")

    def _put(self, name: UUID, start: int, block: bytes | bytearray, *, instead_of: str = "") -> None:
        """Write a block where there is none, or in place of the one with this entity tag.

        Raises ObjectTaken if another server has written there.
        """
        with self._lock:
            self._known.pop(name, None)
        only = {"IfMatch": instead_of} if instead_of else {"IfNoneMatch": "*"}
        try:
            with _told():
                self._object(name, start).put(Body=bytes(block), **only)
        except ObjectTaken:
            # the answer to our own write may have been lost, and the library then writes again
            if self._read(name, start)[0] != block:
                raise

    def _read(self, name: UUID, start: int) -> tuple[bytes, str]:
        """Return a whole block and its entity tag."""
        with _told():
            answer = self._object(name, start).get()
            return answer["Body"].read(), answer["ETag"]

    def _get(self, name: UUID, begins: int, first: int, stop: int) -> bytes:
        with _told():
            answer = self._object(name, begins).get(Range=f"bytes={first}-{stop - 1}")
            data: bytes = answer["Body"].read()
            return data

    def _delete(self, name: UUID, start: int) -> None:
        with _told():
            self._object(name, start).delete()

    def _delete_key(self, key: str) -> None:
        with _told():
            self._storage.bucket.Object(key).delete()


def _end(blocks: list[tuple[int, int]]) -> int:
    return sum(blocks[-1]) if blocks else 0


@contextmanager
def _told() -> Iterator[None]:
    """Convert the service's errors into storage errors."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in _NOT_THERE:
            raise ObjectMissing from None
        if code in _TAKEN:
            raise ObjectTaken from None
        if code in _FULL:
            raise StorageFull from None
        raise ConnectionError("the object storage refused a request") from None
    except BotoCoreError:
        raise ConnectionError("the object storage does not answer") from None
