"""Reports over the API: each answered 201 only when it is sealed and durable, which is checked afterwards."""

from __future__ import annotations

import asyncio
import json
import random
from dataclasses import dataclass, field
from typing import Any

from bench import made_up
from bench.instance import Instance
from bench.load import Level, Tally, Wrong, measure
from bench.made_up import Call
from bench.wire import Answer, Wire, connect
from heedline.vault.codes import report_id_from_key

_CREATED, _OK = 201, 200


@dataclass
class Sender:
    """Sends calls, on a connection for each or on one for each member."""

    port: int
    fresh: bool
    calls: list[Call]
    accepted: list[Call] = field(default_factory=list)
    _kept: dict[int, Wire] = field(default_factory=dict)

    async def one(self, tally: Tally, member: int) -> None:
        """Send the next call. Raises Wrong when it is not accepted."""
        call = self.calls.pop()
        answer = await (self._fresh(call) if self.fresh else self._on_kept(call, member))
        if answer.status != _CREATED:
            raise Wrong(f"answered {answer.status}")
        call.code = json.loads(answer.body)["code"]
        self.accepted.append(call)

    async def _fresh(self, call: Call) -> Answer:
        wire = await connect(self.port)
        try:
            return await wire.ask(call.request)
        finally:
            wire.close()

    async def _on_kept(self, call: Call, member: int) -> Answer:
        wire = self._kept.get(member)
        if wire is None or not wire.open:
            wire = self._kept[member] = await connect(self.port)
        return await wire.ask(call.request)

    def close(self) -> None:
        """Hang up."""
        for wire in self._kept.values():
            wire.close()


def run(
    instance: Instance, connections: int, *, fresh: bool, seconds: float, at_most: int
) -> tuple[Level, list[Call]]:
    """One level, and the calls that were accepted."""
    host = f"{instance.public.name}:{instance.public.port}"
    sender = Sender(instance.public.port, fresh, made_up.calls(host, at_most + connections, close=fresh))

    async def level() -> Level:
        try:
            return await measure(instance, connections, seconds=seconds, at_most=at_most, one=sender.one)
        finally:
            sender.close()

    return asyncio.run(level()), sender.accepted


# --- afterwards: is it all there, once? ------------------------------------------------------------------------------

#: Table → rows that one report to two desks has there.
_ROWS = {
    "reports_receipt": 1,
    "reports_sealed_header": 2,
    "reports_sealed_payload": 2,
    "reports_identity_share": 3,
}


def stored(instance: Instance) -> int:
    """How many reports came through the API so far."""
    return instance.count("SELECT count(*) FROM reports_report WHERE channel = 'api'")


def durability(
    instance: Instance, accepted: list[Call], *, before: int, unanswered: int, sample: int
) -> dict[str, Any]:
    """Check that everything accepted is stored whole and once, opens by its code, and stays one when sent again."""
    after = stored(instance)
    installation = instance.home.installation()
    ids = [report_id_from_key(call.key.encode(), installation=installation) for call in accepted]
    present = instance.count("SELECT count(*) FROM reports_report WHERE id = ANY(%s)", ids)
    parts_missing = sum(
        len(ids) * each - instance.count(f"SELECT count(*) FROM {table} WHERE report_id = ANY(%s)", ids)  # noqa: S608
        for table, each in _ROWS.items()
    )
    chosen = random.Random(2).sample(accepted, min(sample, len(accepted)))  # noqa: S311 - which to look at
    opened, same = asyncio.run(_come_back(instance, chosen))
    return {
        "accepted": len(accepted),
        "present": present,
        "parts_missing": parts_missing,
        "stored_more_than_accepted": after - before - len(accepted),
        "errors_that_may_be_stored": unanswered,
        "codes_tried": len(chosen),
        "mailboxes_opened": opened,
        "sent_again_same_code": same,
        "stored_by_sending_again": stored(instance) - after,
    }


def whole(found: dict[str, Any]) -> bool:
    """Whether acknowledged meant stored, once, every time."""
    return bool(
        found["accepted"]
        and found["present"] == found["accepted"]
        and found["parts_missing"] == 0
        and 0 <= found["stored_more_than_accepted"] <= found["errors_that_may_be_stored"]
        and found["mailboxes_opened"] == found["sent_again_same_code"] == found["codes_tried"]
        and found["stored_by_sending_again"] == 0
    )


async def _come_back(instance: Instance, chosen: list[Call]) -> tuple[int, int]:
    """Ask for the mailbox of each, and send each once more: how many mailboxes opened, how many got the same code."""
    opened = same = 0
    host = f"{instance.public.name}:{instance.public.port}"
    for call in chosen:
        body = json.dumps({"code": call.code}).encode()
        heads = (
            f"POST /api/v1/mailbox HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        box = await _alone(instance.public.port, heads.encode() + body)
        opened += box.status == _OK and json.loads(box.body)["status"] == "received"
        again = await _alone(instance.public.port, call.request)
        same += again.status == _CREATED and json.loads(again.body)["code"] == call.code
    return opened, same


async def _alone(port: int, request: bytes) -> Answer:
    wire = await connect(port)
    try:
        return await wire.ask(request)
    finally:
        wire.close()
