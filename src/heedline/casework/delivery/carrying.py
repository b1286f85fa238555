"""Pass a letter and its address to the courier in memory, and return the outcome."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from typing import Any

from django.conf import settings

from heedline.casework.delivery.attempts import AttemptOutcome
from heedline.dispatch.folder import write_page

#: Seconds until a courier is ended, and longer than all that it waits for itself.
_WITHIN = 90
#: Of the office's environment the courier gets these, and nothing that opens or signs.
_INHERITED = ("PATH", "LANG", "PYTHONPATH", "SSL_CERT_FILE", "SSL_CERT_DIR")
#: What became of a letter where nothing leaves the machine.
WRITTEN_TO_FOLDER = "Written to the folder of the demonstration. Nothing was sent."


@dataclass(frozen=True, slots=True)
class CarriedLetter:
    """The outcome of one delivery, with its status or reply."""

    outcome: AttemptOutcome
    proof: str = field(repr=False)


def carry_email(message: EmailMessage, *, to: str, at: datetime) -> CarriedLetter:
    """Deliver an email. Failures are returned, not raised."""
    body = message.as_bytes()
    server = settings.NOTICE_MAIL
    if not server["host"]:
        return _to_the_folder(body, "eml", at)
    errand = {
        "kind": "email",
        "server": server,
        "sender": settings.PAGE_MAIL_FROM,
        "to": to,
        "body": _text(body),
    }
    return _run(errand)


def carry_request(body: bytes, headers: Mapping[str, str], *, to: str, at: datetime) -> CarriedLetter:
    """Deliver a body by HTTP POST. Failures are returned, not raised."""
    place = _stand_in(to)
    if place is None and settings.DEMO:
        return _to_the_folder(body, "json", at)
    errand = {"kind": "web", "to": place or to, "headers": dict(headers), "body": _text(body)}
    return _run(errand)


def _stand_in(address: str) -> str | None:
    """Replace a reserved name at the start of an address with its loopback stand-in, or return None."""
    if not (settings.DEMO or settings.TESTING):
        return None
    names: Mapping[str, str] = settings.NOTICE_STAND_INS
    return next(
        (place + address[len(name) :] for name, place in names.items() if address.startswith(name)), None
    )


def _to_the_folder(body: bytes, ending: str, at: datetime) -> CarriedLetter:
    if not (settings.DEMO or settings.TESTING):
        return CarriedLetter(AttemptOutcome.LATER, "No mail server is configured.")
    write_page(body, ending=ending, at=at)
    return CarriedLetter(AttemptOutcome.ACCEPTED, WRITTEN_TO_FOLDER)


def _text(body: bytes) -> str:
    return base64.b64encode(body).decode()


def _run(errand: Mapping[str, Any]) -> CarriedLetter:
    """Run a courier process, passing its task over a pipe, and return its result."""
    command = [sys.executable, "-m", "heedline.casework.delivery.courier"]
    kept = {name: value for name, value in os.environ.items() if name in _INHERITED}
    try:
        done = subprocess.run(  # noqa: S603 - our own module, with nothing from outside in the command
            command,
            input=json.dumps(errand).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=kept,
            timeout=_WITHIN,
            check=True,
        )
        said = json.loads(done.stdout)
        return CarriedLetter(AttemptOutcome(said["outcome"]), str(said["proof"]))
    except (subprocess.SubprocessError, OSError, ValueError, KeyError):
        return CarriedLetter(AttemptOutcome.LATER, "The sending process ended without an answer.")
