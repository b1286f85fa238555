"""Large files on their way while reports in words go on.

    python -m bench.upload_work HOST PORT MEGABYTES HOW_MANY

Run by `make bench` in a process of its own, so that its sending does not hold up the client of the reports.
"""

from __future__ import annotations

import http.client
import json
import os
import secrets
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bench import api_load
from bench.instance import Instance

_BLOCK = 256 * 1024
_MEGABYTE = 1_000_000
_BOUNDARY = "----bench"
_CONNECTIONS = 16
_REPORT = {"kind": "activity", "narrative": "Placeholder: a van stood at the gate three nights in a row."}
_CREATED, _SLOWER = 201, 429


def measure(
    instance: Instance, *, megabytes: int, how_many: int, seconds: float, at_most: int
) -> dict[str, Any]:
    """Measure the rate of reports alone, and again while so many files of this size are sent."""
    # a thread connects to the database with its first report: that is not what a report costs
    api_load.run(instance, 32, fresh=True, seconds=seconds, at_most=at_most // 3)
    alone, _ = api_load.run(instance, _CONNECTIONS, fresh=False, seconds=seconds, at_most=at_most)
    before = _public_mib(instance)
    sending = subprocess.Popen(
        [
            sys.executable, "-m", "bench.upload_work",
            instance.public.name, str(instance.public.port), str(megabytes), str(how_many),
        ],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
    )  # fmt: skip
    reports, spent, most = 0.0, 0.0, before
    while sending.poll() is None:
        level, _ = api_load.run(instance, _CONNECTIONS, fresh=False, seconds=1.0, at_most=at_most)
        told = level.told()
        reports += told["per_second"] * told["seconds"]
        spent += told["seconds"]
        most = max(most, _public_mib(instance))
    said, _ = sending.communicate()
    sent: dict[str, Any] = json.loads(said)
    return {
        "megabytes": megabytes,
        "how_many": how_many,
        "alone_per_second": alone.told()["per_second"],
        "meanwhile_per_second": round(reports / max(spent, 0.001), 1),
        "more_memory_mib": round(most - before, 1),
        **sent,
    }


def _public_mib(instance: Instance) -> float:
    """Return the memory of the public site's processes."""
    lines = instance.family().memory()
    return sum(float(str(one["pss_mib"])) for one in lines if "public" in str(one["process"]))


def _send(host: str, port: int, megabytes: int) -> int:
    """Send one report with one file, again if the service asks to wait, and return the last status."""
    key, block = secrets.token_urlsafe(32), os.urandom(_BLOCK)
    size = megabytes * _MEGABYTE // _BLOCK * _BLOCK
    head = (
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="report"\r\n\r\n{json.dumps(_REPORT)}\r\n'
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="film"\r\n\r\n'
    ).encode()
    end = f"\r\n--{_BOUNDARY}--\r\n".encode()
    while True:
        wire = http.client.HTTPConnection(host, port, timeout=300)
        wire.putrequest("POST", "/api/v1/reports")
        wire.putheader("Content-Type", f"multipart/form-data; boundary={_BOUNDARY}")
        wire.putheader("Content-Length", str(len(head) + size + len(end)))
        wire.putheader("Idempotency-Key", key)
        wire.endheaders(head)
        for _ in range(size // _BLOCK):
            wire.send(block)
        wire.send(end)
        answer = wire.getresponse()
        answer.read()
        wire.close()
        if answer.status != _SLOWER:
            return answer.status
        time.sleep(float(answer.headers.get("Retry-After", "1")))


def main(host: str, port: str, megabytes: str, how_many: str) -> None:
    """Send all of them at once, and print what became of them."""
    began = time.monotonic()
    with ThreadPoolExecutor(int(how_many)) as pool:
        statuses = list(pool.map(lambda _: _send(host, int(port), int(megabytes)), range(int(how_many))))
    print(
        json.dumps({"stored": statuses.count(_CREATED), "upload_seconds": round(time.monotonic() - began, 1)})
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
