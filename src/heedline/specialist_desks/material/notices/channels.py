"""View data for the company directory, and tests of its channels."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP

from django.conf import settings

from heedline.audit import journal
from heedline.casework.access.session import Attendance
from heedline.casework.delivery import carrying
from heedline.casework.delivery.attempts import AttemptOutcome
from heedline.casework.delivery.carrying import CarriedLetter
from heedline.casework.errors import NotHere
from heedline.casework.recording import refusals_logged
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.material.delivery import pack_data
from heedline.specialist_desks.material.items.found_item import my_desk
from heedline.specialist_desks.material.models import ChannelTestRecord
from heedline.specialist_desks.material.notice_rules.directory import ChannelKind, ChannelTest, Company
from heedline.specialist_desks.material.notice_rules.rendering import signed_test
from heedline.specialist_desks.material.notices import sending
from heedline.specialist_desks.material.notices.standing import channel_tests
from heedline.specialist_desks.material.vocabulary import MaterialAct, MaterialCapability


@dataclass(frozen=True)
class CompanyLine:
    """A company in the directory, with the last test of each channel."""

    company: Company
    tests: Mapping[int, ChannelTest]
    out_of_date: bool
    open_now: bool


def companies(*, by: Attendance, at: datetime) -> tuple[CompanyLine, ...]:
    """Return the companies in the directory. Raise NotHere, Refused or Locked."""
    desk, ring = my_desk(by), by.keys()
    by.require(MaterialCapability.SEE, desk)
    return tuple(
        CompanyLine(one, channel_tests(desk, one, ring), pack_data.is_out_of_date(one, at), one.is_open(at))
        for one in pack_data.directory().companies.values()
    )


def test_channel(code: str, number: int, *, by: Attendance, at: datetime) -> CarriedLetter:
    """Send a test message through a channel, and record whether it was accepted.

    Raises NotHere, Refused and NotNow.
    """
    desk = my_desk(by)
    company = pack_data.directory().companies.get(code)
    channel = pack_data.channel_at(company, number) if company is not None else None
    with refusals_logged(MaterialAct.CHANNEL_TESTED, by=by.officer_id, desk=desk):
        by.require(MaterialCapability.NOTIFY, desk)
        if company is None or channel is None:
            raise NotHere
        if not channel.kind.is_carried:
            raise NotNow("A web form is tried by hand.")
    if channel.kind is ChannelKind.EMAIL:
        carried = carrying.carry_email(_test_message(channel.address), to=channel.address, at=at)
    else:
        request = signed_test(secret=sending.secret_of(code), at=at)
        carried = carrying.carry_request(request.body, request.headers, to=channel.address, at=at)
    with refusals_logged(MaterialAct.CHANNEL_TESTED, by=by.officer_id, desk=desk):
        passed = carried.outcome is AttemptOutcome.ACCEPTED
        ChannelTestRecord.objects.create(
            desk_id=desk, company=code, channel=number, officer_id=by.officer_id, at=at, passed=passed
        )
        journal.record(MaterialAct.CHANNEL_TESTED, actor=by.officer_id, desk=desk, detail={"passed": passed})
    return carried


def secret_for_company(code: str, *, by: Attendance) -> str:
    """Return a company's signing secret in webhook format, and log the view.

    Raises NotHere, NotNow, and Refused for somebody who does not lead the desk.
    """
    desk = my_desk(by)
    with refusals_logged(MaterialAct.SIGNING_SHOWN, by=by.officer_id, desk=desk):
        by.require(MaterialCapability.LEAD, desk)
        if code not in pack_data.directory().companies:
            raise NotHere
        journal.record(MaterialAct.SIGNING_SHOWN, actor=by.officer_id, desk=desk, detail={"company": code})
    return "whsec_" + base64.b64encode(sending.secret_of(code)).decode()


def _test_message(to: str) -> EmailMessage:
    rules = pack_data.notice_rules()
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = settings.PAGE_MAIL_FROM, to, "Test of this address"
    message["Auto-Submitted"] = "no"
    message.set_content(
        f"{rules.unit} tests whether this address takes its notices. You need not answer.\n\n{rules.email}\n"
    )
    return message
