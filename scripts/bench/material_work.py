"""What looking up pictures and addresses of online material costs: rules alone, without a database."""

from __future__ import annotations

import statistics
import time
from importlib.resources import files
from typing import Any

import numpy as np

from bench.instance import ROOT
from heedline.specialist_desks.material.hashes import PictureBank, PictureHash
from heedline.specialist_desks.material.locators import canonical, locators_in, read_locator_rules


def measure(hashes: int) -> dict[str, Any]:
    """Look up a picture of eight forms among so many hashes, with near-duplicates planted at every distance."""
    chance = np.random.default_rng(68)
    rows = chance.integers(0, 256, (hashes, 32), dtype=np.uint8)
    forms = tuple(one.tobytes() for one in chance.integers(0, 256, (8, 32), dtype=np.uint8))
    planted = {}
    for distance in range(32):
        for at in range(20):
            entry = (distance * 20 + at) * (hashes // 640)
            bits = chance.choice(256, distance, replace=False)
            value = int.from_bytes(forms[at % 8]) ^ sum(1 << int(bit) for bit in bits)
            rows[entry] = np.frombuffer(value.to_bytes(32), dtype=np.uint8)
            planted[entry] = distance
    began = time.perf_counter()
    bank = PictureBank(rows)
    opened = time.perf_counter() - began
    wanted = PictureHash(forms, 100)
    times, cpu = [], []
    found = bank.look_up(wanted)
    for _ in range(40):
        began, used = time.perf_counter(), time.process_time()
        bank.look_up(wanted)
        times.append((time.perf_counter() - began) * 1e3)
        cpu.append((time.process_time() - used) * 1e3)
    right = sum(planted.get(one.entry) == one.distance for one in found)
    return {
        "hashes": hashes,
        "open_ms": round(opened * 1e3, 1),
        "p50_ms": round(statistics.median(times), 1),
        "p95_ms": round(sorted(times)[int(len(times) * 0.95)], 1),
        "cpu_ms": round(statistics.median(cpu), 1),
        "recall": right / len(planted),
        "false": len(found) - right,
        **_addresses(),
    }


def _addresses() -> dict[str, Any]:
    rules = read_locator_rules(files("heedline.packs") / "uk")
    cases = ROOT / "tests" / "rules" / "material" / "locators" / "locators.txt"
    texts = [
        line for line in cases.read_text(encoding="utf-8").splitlines() if line[:2] not in {"", "= ", "# "}
    ]
    best = []
    for _ in range(5):
        began = time.process_time()
        for one in texts:
            canonical(one, rules)
        best.append((time.process_time() - began) / len(texts) * 1e6)
    began = time.process_time()
    located = len(locators_in("\n".join(texts), rules))
    return {
        "addresses": len(texts),
        "address_us": round(min(best), 1),
        "located": located,
        "text_ms": round((time.process_time() - began) * 1e3, 1),
    }
