"""The courier process, which delivers one letter by SMTP or HTTP.

It is started for each delivery by an officer's session, which hands it the address and the bytes over a pipe. It has
no database, no key and no secret of the office, writes nothing, and ends. Plain Python without Django: run as
`python -m heedline.casework.delivery.courier`, it reads one JSON object and prints one.
"""

from __future__ import annotations

import base64
import http.client
import json
import smtplib
import ssl
import sys
import urllib.error
import urllib.request
from email.message import Message
from typing import IO, Any
from urllib.parse import urlsplit

#: Seconds that a recipient's system has for each answer.
TIMEOUT = 20.0
#: Characters of what came back that are kept as proof.
_PROOF = 2_000


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A handler that refuses every redirect, so that letters go only to the address that was given."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> None:
        return None


def deliver(errand: dict[str, Any]) -> dict[str, str]:
    """Deliver one letter and return the outcome (`accepted`, `later` or `never`) with the reply."""
    try:
        return _by_mail(errand) if errand["kind"] == "email" else _by_web(errand)
    except (OSError, http.client.HTTPException, ValueError) as failed:
        return {"outcome": "later", "proof": type(failed).__name__}


def _by_mail(errand: dict[str, Any]) -> dict[str, str]:
    """Send a message by SMTP and return the server's final reply as proof."""
    server = errand["server"]
    try:
        with smtplib.SMTP(server["host"], server["port"], timeout=TIMEOUT) as mail:
            mail.ehlo()
            if server.get("tls"):
                mail.starttls(context=ssl.create_default_context())
                mail.ehlo()
            if server.get("user"):
                mail.login(server["user"], server["password"])
            for code, said in (mail.mail(errand["sender"]), mail.rcpt(errand["to"])):
                if code >= 300:
                    return _said(code, said)
            return _said(*mail.data(base64.b64decode(errand["body"])))
    except smtplib.SMTPResponseException as refused:
        return _said(refused.smtp_code, refused.smtp_error)


def _said(code: int, said: bytes | str) -> dict[str, str]:
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    outcome = "accepted" if code < 300 else "never" if code >= 500 else "later"
    return {"outcome": outcome, "proof": f"{code} {words}"[:_PROOF]}


def _by_web(errand: dict[str, Any]) -> dict[str, str]:
    """Send one HTTP POST request. Only a status below 300 counts as acceptance."""
    if urlsplit(errand["to"]).scheme not in {"http", "https"}:
        raise ValueError("no web address")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects())
    request = urllib.request.Request(  # noqa: S310 - the scheme is checked above
        errand["to"], data=base64.b64decode(errand["body"]), method="POST", headers=errand["headers"]
    )
    try:
        with opener.open(request, timeout=TIMEOUT) as answer:
            return _status(answer.status, answer.read(_PROOF))
    except urllib.error.HTTPError as refused:
        return _status(refused.code, refused.read(_PROOF))


def _status(code: int, said: bytes) -> dict[str, str]:
    outcome = (
        "accepted" if 200 <= code < 300 else "later" if code in {408, 425, 429} or code >= 500 else "never"
    )
    return {"outcome": outcome, "proof": f"{code} {said.decode('utf-8', 'replace')}"[:_PROOF]}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(deliver(json.load(sys.stdin))))
