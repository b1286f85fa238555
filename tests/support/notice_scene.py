"""Notices about an item of Kiteboard, an invented company, and a company that receives on loopback."""

from __future__ import annotations

import base64
import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import UUID

from heedline.casework.records import desk_parts
from heedline.specialist_desks.material.delivery import pack_data
from heedline.specialist_desks.material.items import sightings
from heedline.specialist_desks.material.liveness import LivenessVerdict
from heedline.specialist_desks.material.models import ChannelTestRecord, CompanyNotice
from heedline.specialist_desks.material.notice_rules.content import (
    NoticeAuthority,
    NoticeBasis,
    NoticeConstable,
    NoticeContent,
    NoticeItem,
)
from heedline.specialist_desks.material.notice_rules.stored import StoredNotice
from heedline.specialist_desks.material.notices import composing
from heedline.specialist_desks.material.notices.composing import NoticeForm
from heedline.specialist_desks.material.vocabulary import NOTICE
from tests.support import furnished
from tests.support.cast import House, now
from tests.support.linking_scene import compared
from tests.support.material_scene import examined, taken, unlawful
from tests.support.scene_people import People

POST = "https://kiteboard.example/posts/Ab12Cd"
OTHER_POST = "https://kiteboard.example/posts/Gh34Jk"
#: Channels of Kiteboard in the pack.
WEBHOOK, EMAIL, CRISIS = 0, 1, 2
CONSTABLE = NoticeConstable("A. Sample", "Detective Constable", "0000", "Exampleshire Police")
#: What the examiners write down for themselves, which no company reads.
INTERNAL = "Quagga: a reporter says that it praises an attack"


def referral(channel: int = EMAIL, **more: object) -> NoticeForm:
    """A voluntary referral that nothing speaks against."""
    return NoticeForm(
        **{
            "basis": NoticeBasis.VOLUNTARY,
            "channel": channel,
            "reasons": "An invented film of forty seconds.",
            "grounds": {"ta2006-s1": "It praises an attack and calls for others."},
            **more,
        }  # type: ignore[arg-type]
    )


def letter() -> NoticeForm:
    """A section 3 notice that nothing speaks against."""
    return NoticeForm(
        basis=NoticeBasis.SECTION_3,
        channel=None,
        reasons="An invented film of forty seconds.",
        grounds={"ta2006-s1": "It praises an attack and calls for others."},
        description="A film of forty seconds, posted by an invented account.",
        constable=CONSTABLE,
    )


@dataclass
class WithItem(People):
    """People before whom an unlawful item stands already, the one that `unlawful_item` then returns first."""

    item: UUID | None = None

    @classmethod
    def of(cls, kiteboard: House) -> WithItem:
        """Return the people of the house in which it stands (tests/support/furnished.py)."""
        tokens, item = furnished.built("kiteboard")
        return cls(kiteboard, now(), tokens, item)


def stand(people: People) -> tuple[dict[str, str], UUID]:
    """Make the item, and return it and the sessions of those who made it, who are signed in."""
    item = unlawful_item(people)
    return people.tokens, item


def unlawful_item(people: People, address: str = POST) -> UUID:
    """An item that two people found unlawful, compared with the interest register, and seen today."""
    if address == POST and isinstance(people, WithItem) and people.item is not None:
        ref, people.item = people.item, None
        return ref
    ref = taken(people, "Odile", address)
    for name in ("Odile", "Otto"):
        examined(people, ref, name, unlawful("ta2006-s1", why=INTERNAL))
    compared(people, "Odile")
    with people.sitting("Odile") as by:
        sightings.record(ref, LivenessVerdict.LIVE, by=by, at=people.at)
    return ref


def channels_pass(people: People) -> None:
    """Every channel of Kiteboard has passed a test."""
    with people.sitting("Odile") as by:
        for number in (WEBHOOK, EMAIL, CRISIS):
            ChannelTestRecord.objects.create(
                desk_id=people.house.desks["material"].id,
                company="kiteboard",
                channel=number,
                officer_id=by.officer_id,
                at=people.at,
                passed=True,
            )


def drafted(people: People, form: NoticeForm | None = None, item: UUID | None = None) -> UUID:
    """A draft of Odile's."""
    ref = item or unlawful_item(people)
    channels_pass(people)
    with people.sitting("Odile") as by:
        return composing.compose(ref, form or referral(), by=by, at=people.at)


def version(ref: UUID) -> int:
    """The present version of a notice."""
    return CompanyNotice.objects.get(id=ref).version


def approved(people: People, form: NoticeForm | None = None, item: UUID | None = None) -> UUID:
    """A notice that Odile wrote and Otto approved."""
    ref = drafted(people, form, item)
    with people.sitting("Odile") as by:
        composing.propose(ref, version=version(ref), by=by, at=people.at)
    with people.sitting("Otto") as by:
        composing.approve(ref, version=version(ref), by=by, at=people.at)
    return ref


def content_of(item: UUID, desk: str, people: People) -> UUID:
    """The sealed content of a notice that some desk has. To be called in a session of the desk."""
    company = pack_data.directory().companies["kiteboard"]
    content = NoticeContent(
        reference="OM-BBBBBBBB",
        basis=NoticeBasis.VOLUNTARY,
        dated=people.at.date(),
        addressee=pack_data.addressee_of(company, EMAIL),
        authority=NoticeAuthority("A unit", "unit@unit.example"),
        items=(NoticeItem(POST, "", people.at.date()),),
        grounds=(),
        reasons="An invented film.",
    )
    words = StoredNotice(content, "kiteboard", EMAIL).to_words()
    return desk_parts.seal(people.house.desks[desk].id, item, words, part=NOTICE, on=people.at.date())


def a_notice_of(item: UUID, container: UUID, desk: str, people: People) -> UUID:
    """A draft of Odile's at some desk, whatever its item is. Not to be called as a role of the database."""
    odile = people.house.officers["Odile"]
    row = CompanyNotice.objects.create(
        desk_id=people.house.desks[desk].id,
        item_id=item,
        reference="OM-BBBBBBBB",
        basis="voluntary",
        container=container,
        composer=odile,
        owner=odile,
        composed_at=people.at,
    )
    return row.id


@dataclass
class FakeCompany:
    """A company that receives by SMTP and by webhook on loopback, and what it received. `says` is its reply."""

    smtp_port: int = 0
    web_port: int = 0
    smtp_says: str = "250 2.0.0 accepted as 4711"
    web_status: int = 202
    mails: list[bytes] = field(default_factory=list)
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def everything(self) -> bytes:
        """All bytes that arrived, and what parts of them say in base64."""
        found = [*self.mails, *(json.dumps(head).encode() + body for head, body in self.requests)]
        for mail in self.mails:
            for block in mail.split(b"\r\n\r\n"):
                try:
                    found.append(base64.b64decode(block.replace(b"\r\n", b""), validate=True))
                except ValueError:
                    continue
        return b"\n".join(found)


@contextmanager
def fake_company() -> Iterator[FakeCompany]:
    """Start a company on loopback, and stop it."""
    company = FakeCompany()

    class Mail(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 kiteboard.example")
            while line := self.rfile.readline():
                word = line[:4].upper()
                if word == b"DATA":
                    self._say("354 go on")
                    body = b""
                    while (line := self.rfile.readline()) != b".\r\n":
                        body += line
                    company.mails.append(body)
                    self._say(company.smtp_says)
                elif word == b"QUIT":
                    self._say("221 bye")
                    return
                else:
                    self._say("250 ok")

        def _say(self, words: str) -> None:
            self.wfile.write(words.encode() + b"\r\n")

    class Web(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            company.requests.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(company.web_status)
            self.end_headers()
            self.wfile.write(b"queued")

        def log_message(self, *_: object) -> None:
            return

    mail = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mail)
    web = ThreadingHTTPServer(("127.0.0.1", 0), Web)
    mail.daemon_threads = True
    company.smtp_port, company.web_port = mail.server_address[1], web.server_address[1]
    threads = [threading.Thread(target=one.serve_forever, args=(0.05,), daemon=True) for one in (mail, web)]
    for one in threads:
        one.start()
    try:
        yield company
    finally:
        for server in (mail, web):
            server.shutdown()
            server.server_close()
