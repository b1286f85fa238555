"""Skeleton: see the signatures; bodies follow within the hour."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from heedline.vault.container import Container


@dataclass(frozen=True)
class SealedIdentity:
    container: Container
    desk_shares: tuple[bytes, ...]
    authoriser_share: bytes


def seal_identity(
    body: bytes,
    *,
    desk_recipients: Sequence[bytes],
    authoriser_recipient: bytes,
    installation: str,
    container_id: UUID,
) -> SealedIdentity:
    raise NotImplementedError


def open_share(sealed: bytes, seed: bytes, *, container_id: UUID, share: Literal[1, 2]) -> bytes:
    raise NotImplementedError


def reseal_share(
    sealed: bytes, seed: bytes, to_public: bytes, *, container_id: UUID, share: Literal[1, 2]
) -> bytes:
    """Re-address a share to another epoch."""
    raise NotImplementedError


def release_share(share2: bytes, to_public: bytes, *, container_id: UUID, officer: str) -> bytes:
    """The authoriser's act: share 2 for one named officer's own key."""
    raise NotImplementedError


def open_released_share(sealed: bytes, seed: bytes, *, container_id: UUID, officer: str) -> bytes:
    raise NotImplementedError


def open_identity(
    container: Container, share1: bytes, share2: bytes, *, installation: str, container_id: UUID
) -> bytes:
    raise NotImplementedError
