"""Tests for the content of notices, and for each of their formats byte for byte."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import hmac
import io
import json
import re
import types
import typing
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from enum import Enum
from functools import cache
from importlib.resources import files

import pytest
from pypdf import PdfReader

from heedline.specialist_desks.material.locators import canonical, locators_in, read_locator_rules
from heedline.specialist_desks.material.notice_rules import content as content_module
from heedline.specialist_desks.material.notice_rules.content import NoticeBasis, NoticeContent, item_of
from heedline.specialist_desks.material.notice_rules.directory import ChannelKind
from heedline.specialist_desks.material.notice_rules.refusals import NoticeRefusal, refusals
from heedline.specialist_desks.material.notice_rules.rendering import (
    NoPdfProgram,
    NotByThisChannel,
    as_email,
    as_html,
    as_json,
    as_pdf,
    as_signed_request,
    as_text,
)
from heedline.specialist_desks.material.notice_rules.wording import subject
from tests.rules.material.notice_rules.notice_scene import (
    LETTER,
    NOW,
    REFERRAL,
    RULES,
    standing,
)

LOCATORS = read_locator_rules(files("heedline.packs") / "uk")
R = NoticeRefusal

#: Every field of a notice, with its type. A new one is added here only after somebody has asked whether it could hold
#: anything about a report.
FIELDS = {
    "NoticeContent": "reference basis dated addressee authority items grounds reasons terms_clause warning acknowledge_by"
    " answer_by answer_url preserve confidential constable",
    "NoticeAddressee": "company kind address language",
    "NoticeAuthority": "unit email telephone",
    "NoticeConstable": "name rank number force",
    "NoticeGround": "provision reason",
    "NoticeItem": "address description seen_on native_id reappearance",
}
LEAVES = {str, int, bool, date, datetime, type(None), NoticeBasis, ChannelKind}


def _types(hint: object) -> Iterator[object]:
    if typing.get_origin(hint) in {tuple, types.UnionType, typing.Union}:
        for one in typing.get_args(hint):
            if one is not Ellipsis:
                yield from _types(one)
    else:
        yield hint


def test_a_notice_has_no_field_for_anything_of_a_report() -> None:
    seen, waiting = set(), [NoticeContent]
    while waiting:
        one = waiting.pop()
        if one.__name__ in seen:
            continue
        seen.add(one.__name__)
        hints = typing.get_type_hints(one)
        assert list(hints) == FIELDS[one.__name__].split()
        for hint in hints.values():
            for kind in _types(hint):
                if dataclasses.is_dataclass(kind):
                    assert isinstance(kind, type)
                    assert kind.__module__ == content_module.__name__
                    waiting.append(kind)
                else:
                    assert kind in LEAVES, kind
    assert seen == set(FIELDS)


@cache
def has_pdf() -> bool:
    """WeasyPrint needs Pango, which is not on every machine that runs tests."""
    try:
        as_pdf(REFERRAL)
    except NoPdfProgram:
        return False
    return True


CANARY = "zq-canary-of-the-reporter"
TOLD = f"""My name is {CANARY}. I saw it at {CANARY} o'clock:
hxxps://m[.]kiteboard[.]example/@someone/posts/Ab12Cd?utm_source={CANARY}&fbclid={CANARY}#{CANARY}
https://{CANARY}:{CANARY}@other.example/a?utm_medium={CANARY}&page=2&igsh={CANARY}
https://x.com/{CANARY[:14].replace("-", "_")}/status/1234567890123456789?s=20&t={CANARY}
https://www.instagram.com/p/CAbCdEfGhIj/?igsh={CANARY}
https://www.tiktok.com/@a.b/video/7123456789012345678?share_id={CANARY}&sender={CANARY}
Murmur: some.one
"""


def forms(content: NoticeContent) -> dict[str, bytes]:
    """Return every form of a notice, as bytes that somebody could search."""
    found = {
        "text": as_text(content).encode(),
        "exact text": as_text(content, exact=True).encode(),
        "html": as_html(content).encode(),
        "json": as_json(content),
    }
    pdf = None
    if has_pdf():
        pdf = found["pdf"] = as_pdf(content)
        said = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
        found["pdf's text"] = said.encode()
    if content.basis is NoticeBasis.VOLUNTARY:
        mail = as_email(content, sender="referrals@unit.example", pdf=pdf)
        found["email"] = mail.as_bytes()
        found["email's parts"] = b"\n".join(part.get_payload(decode=True) or b"" for part in mail.walk())  # type: ignore[misc]
        hook = replace(content, addressee=replace(content.addressee, kind=ChannelKind.WEBHOOK))
        request = as_signed_request(hook, secret=b"placeholder", at=NOW)
        found["request"] = request.body + json.dumps(request.headers).encode()
    return found


@pytest.mark.thorough
def test_nothing_of_a_reporter_is_in_any_form_byte_for_byte() -> None:
    """Not their words, nor what a shared link says about the account that shared it."""
    locators = locators_in(TOLD, LOCATORS)
    assert len(locators) == 6
    assert any(CANARY in one.written for one in locators)
    items = tuple(item_of(one, LOCATORS, seen_on=date(2026, 11, 24)) for one in locators)
    content = replace(REFERRAL, items=items)
    assert refusals(content, standing(content), RULES, NOW) == []
    for name, form in forms(content).items():
        assert CANARY.encode() not in form, name
        assert CANARY[:14].replace("-", "_").encode() not in form, name


def test_the_address_of_an_item_is_exact_and_can_be_opened() -> None:
    told = {
        one.platform: item_of(one, LOCATORS, seen_on=date(2026, 11, 24))
        for one in locators_in(TOLD, LOCATORS)
    }
    assert told["kiteboard"].address == "https://kiteboard.example/posts/Ab12Cd"
    assert told[""].address.startswith("https://other.example/a?page=2")
    assert told["x"].address == "https://x.com/i/status/1234567890123456789"
    assert (told["murmur"].address, told["murmur"].description) == (
        "",
        "Account some.one on Murmur (invented)",
    )
    for exact in (
        "https://mega.nz/file/AbCdEfGh#the-key-that-opens-it",
        "https://web.archive.org/web/2020/http://www.bad.example/a?utm_source=x",
    ):
        found = canonical(exact, LOCATORS)
        assert found
        assert item_of(found, LOCATORS, seen_on=date(2026, 11, 24)).address == exact
    plain = canonical("http://www.bad.example/Path/?b=1&a=2#/room", LOCATORS)
    assert plain
    assert (
        item_of(plain, LOCATORS, seen_on=date(2026, 11, 24)).address
        == "http://www.bad.example/Path/?b=1&a=2#/room"
    )


_ADDRESSEE = REFERRAL.addressee


def test_a_section_3_notice_is_never_sent_electronically() -> None:
    """Whatever its addressee says: nothing returns a form that a program could send."""
    for kind in ChannelKind:
        content = replace(LETTER, addressee=replace(_ADDRESSEE, kind=kind))
        with pytest.raises(NotByThisChannel) as mailed:
            as_email(content, sender="referrals@unit.example")
        assert mailed.value.refusal is R.BY_HAND_OR_POST
        with pytest.raises(NotByThisChannel) as posted:
            as_signed_request(content, secret=b"placeholder", at=NOW)
        assert posted.value.refusal is R.BY_HAND_OR_POST


def test_a_referral_is_sent_only_in_its_channels_form() -> None:
    with pytest.raises(NotByThisChannel):
        as_signed_request(REFERRAL, secret=b"placeholder", at=NOW)
    with pytest.raises(NotByThisChannel):
        as_email(
            replace(REFERRAL, addressee=replace(_ADDRESSEE, kind=ChannelKind.FORM)), sender="a@unit.example"
        )


TEXT = """\
Referral OM-26-0042: please acknowledge
---------------------------------------
To Kiteboard Ltd.
We are the internet referral unit. We have examined the material below and
ask you to review it under your own terms and, if you agree, to remove it or
disable access to it. This is a voluntary referral and not an order.
Warning: the film shows violence.

The material
------------
1. hxxps://kiteboard[.]example/posts/Ab12Cd; identifier Ab12Cd; seen by us
   on 24 November 2026
2. hxxps://kiteboard[.]example/posts/Xy98; A film of 40 seconds; seen by us
   on 24 November 2026; it has come back 2 times after you removed it

Why we ask
----------
Placeholder reasons for an invented film.
Terrorism Act 2006, section 2: It praises an attack and calls for others.
Your own terms: 4.2 No support for violence.

What we ask of you
------------------
1. Acknowledge this referral by 10:00 on 25 November 2026 (UK time).
2. Tell us what you decided by 10:00 on 27 November 2026 (UK time).
3. Preserve the material and the account's records, because they may be
   evidence.
4. Don't tell the person who posted it that police referred it.

How to answer
-------------
Answer, object or ask a question at
https://answers.unit.example/n/placeholder. You don't need an account.
You can reach us at referrals@unit.example or 01632 960 123.
"""


def test_the_text_of_a_referral() -> None:
    assert as_text(REFERRAL) == TEXT


def test_an_email_names_the_matter_only_inside() -> None:
    mail = as_email(REFERRAL, sender="referrals@unit.example", pdf=b"%PDF-placeholder")
    headers = "\n".join(f"{name}: {value}" for name, value in mail.items())
    assert "OM-26-0042" in headers
    assert not re.search(r"kiteboard\.example/|terror|film", headers, re.IGNORECASE)
    body = mail.get_body(("plain",))
    assert body
    assert body.get_content().replace("\r\n", "\n") == TEXT
    attached = {part.get_filename(): part for part in mail.iter_attachments()}
    assert set(attached) == {"OM-26-0042.json", "OM-26-0042.pdf"}
    told = json.loads(attached["OM-26-0042.json"].get_content())
    assert [one["address"] for one in told["items"]] == [one.address for one in REFERRAL.items]


def test_an_email_cannot_be_given_more_headers() -> None:
    content = replace(REFERRAL, reference="OM-1\r\nBcc: other@mail.example")
    with pytest.raises(ValueError, match=r"linefeed|newline|CR or LF|header"):
        as_email(content, sender="referrals@unit.example").as_bytes()


@pytest.mark.thorough
def test_a_page_shows_markup_as_text() -> None:
    content = replace(REFERRAL, reasons="<script>alert(1)</script><img src=https://bad.example/x>")
    page = as_html(content)
    assert "<script>" not in page
    assert "<img" not in page
    assert "<a " not in page
    if has_pdf():
        assert as_pdf(content).startswith(b"%PDF")


@pytest.mark.thorough
def test_the_pdf_has_the_exact_addresses_and_can_be_read_aloud() -> None:
    if not has_pdf():
        pytest.skip("needs Pango")
    pdf = PdfReader(io.BytesIO(as_pdf(REFERRAL)))
    said = "".join("\n".join(page.extract_text() for page in pdf.pages).split())
    for one in REFERRAL.items:
        assert one.address in said
    assert pdf.trailer["/Root"]["/MarkInfo"]["/Marked"]  # type: ignore[index]
    assert pdf.trailer["/Root"]["/Lang"] == "en"  # type: ignore[index]


def test_the_letter_says_what_section_3_asks_for() -> None:
    said = " ".join(as_text(LETTER, exact=True).split())
    for phrase in (
        "in my opinion, each statement, article or record listed below is unlawfully terrorism-related",
        "Detective Constable A. Sample, number 0000, Exampleshire Police",
        "is not available to the public, or is modified",
        "within 2 working days",
        "regarded as having your endorsement",
        "under section 3(4)",
        "https://kiteboard.example/posts/Ab12Cd",
        "Recorded delivery number".lower(),
        "It is not given by email.",
    ):
        assert phrase in said, phrase
    assert "voluntary" not in said
    assert "terms" not in said.replace("your own terms", "")


def test_a_request_is_signed_as_the_standard_says() -> None:
    hook = replace(REFERRAL, addressee=replace(_ADDRESSEE, kind=ChannelKind.WEBHOOK))
    request = as_signed_request(hook, secret=b"placeholder", at=NOW)
    headers = request.headers
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + request.body
    wanted = base64.b64encode(hmac.new(b"placeholder", signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{wanted}"
    assert headers["webhook-timestamp"] == "1795514400"
    again = as_signed_request(hook, secret=b"placeholder", at=NOW + timedelta(minutes=5))
    assert again.body == request.body
    assert again.headers["webhook-id"] == headers["webhook-id"]
    other = as_signed_request(replace(hook, reasons="Others."), secret=b"placeholder", at=NOW)
    assert other.headers["webhook-id"] != headers["webhook-id"]


def test_the_body_for_machines_has_the_channels_address_in_no_place() -> None:
    told = json.loads(as_json(REFERRAL))
    assert told["format"] == "heedline-notice-1"
    assert _ADDRESSEE.address not in json.dumps(told)
    assert told["basis"] == "voluntary"
    assert all(not isinstance(value, Enum) for value in told.values())


def test_what_a_program_prints_of_a_notice_or_a_locator_holds_no_address() -> None:
    """It may end up in a log or in the message of an error."""
    found = canonical("https://bad.example/told", LOCATORS)
    for printed in (repr(REFERRAL), repr(LETTER), repr(found), str(found)):
        assert not re.search(
            r"kiteboard\.example/|bad\.example|Ab12Cd|answers\.unit|calls for others", printed
        )


def test_the_subject_is_only_a_reference() -> None:
    assert subject(REFERRAL) == "Referral OM-26-0042: please acknowledge"
