"""Skeleton: see the signatures; bodies follow within the hour."""


def new_seed() -> bytes:
    raise NotImplementedError


def public_key(seed: bytes) -> bytes:
    raise NotImplementedError


def fingerprint(public: bytes) -> str:
    raise NotImplementedError


def recipient_text(public: bytes) -> str:
    raise NotImplementedError


def parse_recipient(text: str) -> bytes:
    raise NotImplementedError


def identity_text(seed: bytes) -> str:
    raise NotImplementedError


def parse_identity(text: str) -> bytes:
    raise NotImplementedError


def signing_key(seed: bytes) -> bytes:
    raise NotImplementedError


def signing_public(seed: bytes) -> bytes:
    raise NotImplementedError


def sign(seed: bytes, message: bytes) -> bytes:
    raise NotImplementedError


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    raise NotImplementedError
