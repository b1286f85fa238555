"""Skeleton: see the signatures; bodies follow within the hour."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Cost:
    memory_kib: int
    iterations: int
    lanes: int


STANDARD = Cost(memory_kib=256 * 1024, iterations=3, lanes=1)


@dataclass(frozen=True)
class WrappedSeed:
    salt: bytes
    params: Cost
    sealed: bytes = field(repr=False)

    def to_json(self) -> str:
        raise NotImplementedError

    @classmethod
    def from_json(cls, text: str) -> "WrappedSeed":
        raise NotImplementedError


def new_passphrase() -> str:
    raise NotImplementedError


def wrap_seed(seed: bytes, passphrase: str, *, context: bytes, cost: Cost = STANDARD) -> WrappedSeed:
    """Tests and demo data may pass a smaller cost (at least 8 MiB, 1 iteration)."""
    raise NotImplementedError


def unwrap_seed(wrapped: WrappedSeed, passphrase: str, *, context: bytes) -> bytes:
    raise NotImplementedError
