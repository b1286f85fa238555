"""Skeleton: see the signatures; bodies follow within the hour."""


def grant_info(kind: str, *ids: str) -> bytes:
    raise NotImplementedError


def grant(secret: bytes, to_public: bytes, *, info: bytes) -> bytes:
    raise NotImplementedError


def open_grant(sealed: bytes, seed: bytes, *, info: bytes) -> bytes:
    raise NotImplementedError
