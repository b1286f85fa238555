"""An invented company that receives notices by email, webhook and API."""

from __future__ import annotations

import json
import socketserver
from dataclasses import dataclass, field
from enum import StrEnum


class CompanyManner(StrEnum):
    """How the invented company responds to notices."""

    WELL = "well"
    """It accepts everything."""
    BADLY = "badly"
    """Mail bounces, and the webhook and API return errors."""
    NEVER = "never"
    """The company never answers, so connections hang until they time out."""


@dataclass
class SmallCompany:
    """An invented company, with the notices it has received and its current behaviour."""

    manner: CompanyManner = CompanyManner.WELL
    mails: list[bytes] = field(default_factory=list)
    calls: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def called(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, str]:
        """Handle a webhook or API call, and return a status and a JSON body."""
        self.calls.append((path, headers, body))
        if self.manner is CompanyManner.BADLY:
            return 500, json.dumps({"error": "something went wrong"})
        return 202, json.dumps({"received": True, "reference": f"C-{len(self.calls):04}"})


class MailHandler(socketserver.StreamRequestHandler):
    """A minimal SMTP server (RFC 5321) that accepts messages."""

    timeout = 30

    def handle(self) -> None:
        company: SmallCompany = self.server.company  # type: ignore[attr-defined]
        if company.manner is CompanyManner.NEVER:
            self.rfile.read()  # says nothing
            return
        self._say("220 mail.company.example ready")
        while line := self.rfile.readline(2_000):
            verb = line[:4].upper().strip()
            if verb in (b"EHLO", b"HELO"):
                self._say("250 mail.company.example")
            elif verb == b"RCPT" and company.manner is CompanyManner.BADLY:
                self._say("550 No such mailbox")
            elif verb == b"DATA":
                self._say("354 Go on")
                company.mails.append(self._message())
                self._say("250 Kept")
            elif verb == b"QUIT":
                self._say("221 Bye")
                return
            elif verb in (b"MAIL", b"RCPT", b"RSET", b"NOOP"):
                self._say("250 Yes")
            else:
                self._say("502 Not here")

    def _message(self) -> bytes:
        found = bytearray()
        while (line := self.rfile.readline(2_000)) not in (b".\r\n", b""):
            found += line[1:] if line.startswith(b"..") else line
        return bytes(found)

    def _say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")
