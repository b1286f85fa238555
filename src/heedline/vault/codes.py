"""Skeleton: see the signatures; bodies follow within the hour."""

from dataclasses import dataclass, field
from uuid import UUID


class NotACode(ValueError):
    """What was typed is not a receipt code. No detail."""


@dataclass(frozen=True)
class ReceiptCode:
    symbols: str = field(repr=False)

    def grouped(self) -> str:
        raise NotImplementedError

    def spelled(self) -> str:
        raise NotImplementedError


@dataclass(frozen=True)
class CodeKeys:
    lookup_id: bytes = field(repr=False)
    reporter_seed: bytes = field(repr=False)
    mac_key: bytes = field(repr=False)


def new_code() -> ReceiptCode:
    raise NotImplementedError


def code_from_key(key: bytes, *, installation: str) -> ReceiptCode:
    raise NotImplementedError


def report_id_from_key(key: bytes, *, installation: str) -> UUID:
    raise NotImplementedError


def parse(text: str) -> ReceiptCode:
    raise NotImplementedError


def derive(code: ReceiptCode, *, installation: str) -> CodeKeys:
    raise NotImplementedError


def lookup_hash(lookup_id: bytes) -> bytes:
    raise NotImplementedError


def body_mac(mac_key: bytes, body: bytes) -> bytes:
    raise NotImplementedError
