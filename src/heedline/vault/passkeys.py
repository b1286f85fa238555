"""Skeleton: see the signatures; bodies follow within the hour."""


def wrap_seed(seed: bytes, prf_output: bytes, *, context: bytes) -> bytes:
    raise NotImplementedError


def unwrap_seed(sealed: bytes, prf_output: bytes, *, context: bytes) -> bytes:
    raise NotImplementedError
