"""Skeleton: see the signatures; bodies follow within the hour."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class RowKeys:
    row_id: bytes = field(repr=False)
    key: bytes = field(repr=False)


def new_secret() -> str:
    raise NotImplementedError


def same(a: bytes | str, b: bytes | str) -> bool:
    raise NotImplementedError


def derive_keys(cookie_secret: bytes, purpose: str) -> RowKeys:
    raise NotImplementedError


def seal_small(key: bytes, plaintext: bytes, *, aad: bytes) -> bytes:
    raise NotImplementedError


def open_small(key: bytes, sealed: bytes, *, aad: bytes) -> bytes:
    raise NotImplementedError
