"""Skeleton: see the signatures; bodies follow within the hour.

Bodies by kind (keys as base64 text, see ``key_text``; ids are strings of 1 to 64 characters):
steward {person, signing} | officer {person, kem, signing} | partner {person, organisation, kem, signing}
desk {desk, code, kind, round_the_clock, authoriser_desk} | member {desk, person}
leaver {person} or {desk, person} | recovery {desk, kem, holders} | epoch {desk, epoch, kem, opens_on, grantees}
Order of serials: desks' authoriser desk before the desk; officer before member; members before epoch.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

type JSON = str | int | bool | None | list[JSON] | dict[str, JSON]


@dataclass(frozen=True)
class Statement:
    id: str
    kind: str
    serial: int
    body: Mapping[str, JSON]
    issued_on: str


@dataclass(frozen=True)
class Signed:
    statement: Statement
    signatures: Mapping[str, bytes]

    def to_json(self) -> str:
        raise NotImplementedError

    @classmethod
    def from_json(cls, text: str) -> "Signed":
        raise NotImplementedError

    def with_signature(self, signer_id: str, seed: bytes, *, installation: str) -> "Signed":
        """Signs with the signing key derived from the seed; start from Signed(statement, {})."""
        raise NotImplementedError


@dataclass(frozen=True)
class OfficerKeys:
    person: str
    kem: bytes
    signing: bytes
    serial: int


@dataclass(frozen=True)
class DeskFacts:
    desk: str
    code: str
    kind: str
    round_the_clock: bool
    authoriser_desk: str | None


@dataclass(frozen=True)
class EpochKey:
    desk: str
    epoch: str
    kem: bytes
    opens_on: date
    grantees: frozenset[str]
    serial: int


@dataclass(frozen=True)
class RecoveryKey:
    desk: str
    kem: bytes
    holders: frozenset[str]


@dataclass(frozen=True)
class Refused:
    id: str
    kind: str
    serial: int
    reason: str


class Directory:
    refused: tuple[Refused, ...]
    highest_serial: int
    gaps: tuple[int, ...]

    def stewards(self) -> frozenset[str]:
        raise NotImplementedError

    def desks(self) -> frozenset[str]:
        raise NotImplementedError

    def officer(self, person: str) -> OfficerKeys | None:
        raise NotImplementedError

    def partner(self, person: str) -> OfficerKeys | None:
        raise NotImplementedError

    def desk(self, desk: str) -> DeskFacts | None:
        raise NotImplementedError

    def members(self, desk: str) -> frozenset[str]:
        raise NotImplementedError

    def epochs(self, desk: str) -> tuple[EpochKey, ...]:
        raise NotImplementedError

    def current_epoch(self, desk: str, on: date) -> EpochKey | None:
        raise NotImplementedError

    def grantees(self, epoch: EpochKey) -> frozenset[str]:
        raise NotImplementedError

    def recovery(self, desk: str) -> RecoveryKey | None:
        raise NotImplementedError

    def is_ahead(self, desk: str, on: date, months: int = 2) -> bool:
        raise NotImplementedError


def key_text(key: bytes) -> str:
    raise NotImplementedError


def verify_all(signed: Iterable[Signed | str], *, root: bytes, installation: str) -> Directory:
    raise NotImplementedError
