"""Skeleton: see the signatures; bodies follow within the hour."""

from collections.abc import Sequence
from uuid import UUID

from heedline.vault.container import Container


def wrap(body: bytes, *, installation: str, container_id: UUID, part: str) -> bytes:
    raise NotImplementedError


def unwrap(plaintext: bytes, *, installation: str, container_id: UUID, part: str) -> bytes:
    raise NotImplementedError


def seal_part(
    body: bytes, recipients: Sequence[bytes], *, installation: str, container_id: UUID, part: str
) -> Container:
    raise NotImplementedError


def open_part(
    container: Container, seeds: Sequence[bytes], *, installation: str, container_id: UUID, part: str
) -> bytes:
    raise NotImplementedError
