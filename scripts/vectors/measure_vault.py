"""Prints what sealing one report costs in CPU time, and what opening and verifying cost.

    python scripts/vectors/measure_vault.py

Process CPU time, best of nine rounds. The first line is the budget: a report of 2 KB for two desks, its
identity, and the identity's shares for both desks and an authoriser.
"""

import time
from collections.abc import Callable
from functools import partial
from uuid import uuid4

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from heedline.vault import codes, keys
from heedline.vault.containers.container import new_file_key
from heedline.vault.containers.envelope import open_part, seal_part
from heedline.vault.containers.payload import CHUNK, PayloadWriter
from heedline.vault.identity import seal_identity

PLACE = {"installation": "measured", "container_id": uuid4()}
BODY = b"A person unknown to me bought a lot of it. " * 48
BIG = 64 * 1024 * 1024


def cost(work: Callable[[], object], times: int) -> float:
    """Microseconds of CPU for one run."""
    best = float("inf")
    for _ in range(9):
        started = time.process_time()
        for _ in range(times):
            work()
        best = min(best, (time.process_time() - started) / times)
    return best * 1e6


def main() -> None:
    desk, night, authoriser = (keys.new_seed() for _ in range(3))
    desks = [keys.public_key(desk), keys.public_key(night)]
    over = keys.public_key(authoriser)

    def report() -> None:
        seal_part(BODY, desks, part="report", **PLACE)

    def identity() -> None:
        seal_identity(b"", desk_recipients=desks, authoriser_recipient=over, **PLACE)

    def both() -> None:
        report()
        identity()

    sealed = seal_part(BODY, desks, part="report", **PLACE)
    ready = keys.prepare(desk)
    code = codes.new_code()
    rows = {
        "report for two desks + identity + three shares": (both, 200),
        "  report for two desks": (report, 200),
        "  identity and shares": (identity, 200),
        "open a report with a seed": (partial(open_part, sealed, [desk], part="report", **PLACE), 200),
        "open a report with a prepared key": (
            partial(open_part, sealed, [ready], part="report", **PLACE),
            200,
        ),
        "new code": (codes.new_code, 500),
        "keys of a code": (partial(codes.derive, code, installation="measured"), 500),
        "public key of a seed": (partial(keys.public_key, desk), 200),
    }
    for name, (work, times) in rows.items():
        print(f"{name:<50} {cost(work, times):9.1f} us")
    ours, bare = stream(), bare_chunks()
    print(f"{'sealing a file':<50} {ours:9.0f} MB/s of CPU, {ours / bare:.0%} of bare ChaCha20-Poly1305")


def stream() -> float:
    chunk = bytes(CHUNK)

    def work() -> None:
        writer = PayloadWriter(new_file_key())
        for _ in range(BIG // CHUNK):
            writer.update(chunk)
        writer.finish()

    return BIG / cost(work, 1)


def bare_chunks() -> float:
    aead, chunk = ChaCha20Poly1305(bytes(32)), bytes(CHUNK)

    def work() -> None:
        for n in range(BIG // CHUNK):
            aead.encrypt(n.to_bytes(12, "big"), chunk, None)

    return BIG / cost(work, 1)


if __name__ == "__main__":
    main()
