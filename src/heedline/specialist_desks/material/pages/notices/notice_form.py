"""The form on which an examiner writes a notice to a company."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings

from heedline.specialist_desks.material.delivery import pack_data
from heedline.specialist_desks.material.examination.law import load_law
from heedline.specialist_desks.material.notice_rules.content import NoticeBasis, NoticeConstable
from heedline.specialist_desks.material.notice_rules.directory import ChannelKind, ChannelTest, Company
from heedline.specialist_desks.material.notice_rules.stored import StoredNotice
from heedline.specialist_desks.material.notices.composing import NoticeForm
from heedline.web.components.forms import (
    Checkboxes,
    Field,
    FieldOption,
    Form,
    Radios,
    TextArea,
    TextInput,
    Value,
)

_LETTER = "letter"
_LONG = 4_000


def channel_words(company: Company, number: int, tests: Mapping[int, ChannelTest], at: datetime) -> str:
    """Return a description of a company's channel and its status."""
    channel = company.channels[number]
    names = {
        ChannelKind.EMAIL: "Email to",
        ChannelKind.WEBHOOK: "Signed request to",
        ChannelKind.FORM: "Web form",
    }
    test = tests.get(number)
    if channel.kind is ChannelKind.FORM:
        known = "filled in by hand"
    elif pack_data.directory().is_tested(test, at):
        known = "tested"
    else:
        known = "not tested, or failed" if test is not None else "not tested"
    crisis = ", for emergencies only" if channel.crisis else ""
    return f"{names[channel.kind]} {channel.address} ({known}{crisis})"


def notice_fields(
    company: Company, met: tuple[str, ...], tests: Mapping[int, ChannelTest], at: datetime
) -> tuple[Field, ...]:
    """Return the form fields for a notice to a company, given the provisions that the item meets."""
    provisions = load_law(settings.PACK).provisions
    channels = [
        FieldOption(value=str(number), label=channel_words(company, number, tests, at))
        for number in range(len(company.channels))
    ]
    if company.postal:
        channels.append(
            FieldOption(
                value=_LETTER,
                label="Section 3 notice, to be served by hand or by recorded post",
                hint="A constable's opinion. Use it only if a voluntary referral is not enough.",
            )
        )
    return (
        Radios(
            name="channel",
            label="How is it sent?",
            required="Choose how it is sent",
            choices=tuple(channels),
            small=True,
        ),
        TextArea(
            name="reasons",
            label="What the material is, and why you ask",
            hint="Facts that anybody can see in the material. Nothing about a report, or about how you learnt of it.",
            required="Say what the material is, and why you ask",
            rows=4,
            limit=_LONG,
        ),
        *(
            TextArea(
                name=f"why-{code}",
                label=f"Reasons for {provisions[code].name}, in words for the company",
                rows=2,
                limit=_LONG,
                size="",
            )
            for code in met
            if code in provisions
        ),
        TextArea(
            name="description",
            label="Description of the material",
            hint="A section 3 notice needs one. For an account without an address, say how to find it.",
            rows=2,
            limit=_LONG,
        ),
        TextInput(name="terms", label="The company's own terms that it breaks", optional=True, limit=500),
        TextInput(
            name="warning",
            label="Warning to whoever opens it",
            hint="For example: the film shows a killing.",
            optional=True,
            limit=200,
        ),
        Checkboxes(
            name="asks",
            label="What else is asked",
            optional=True,
            choices=(
                FieldOption(value="preserve", label="Preserve the material and the account's records"),
                FieldOption(value="confidential", label="Don't tell the person who posted it"),
                FieldOption(
                    value="crisis", label="This is an emergency, such as the live stream of an attack"
                ),
            ),
            small=True,
        ),
        *(
            TextInput(name=f"constable-{name}", label=label, optional=True, names=True, limit=120)
            for name, label in (
                ("name", "Constable whose opinion the section 3 notice states"),
                ("rank", "Rank"),
                ("number", "Number"),
                ("force", "Force"),
            )
        ),
    )


def typed_notice(form: Form, met: tuple[str, ...]) -> NoticeForm:
    """Build a notice draft from the submitted form."""
    letter = form.text("channel") == _LETTER
    officer = [form.text(f"constable-{one}").strip() for one in ("name", "rank", "number", "force")]
    asks = form.chosen("asks")
    return NoticeForm(
        basis=NoticeBasis.SECTION_3 if letter else NoticeBasis.VOLUNTARY,
        channel=None if letter else int(form.text("channel")),
        reasons=form.text("reasons"),
        grounds={code: form.text(f"why-{code}") for code in met},
        description=form.text("description"),
        terms_clause=form.text("terms"),
        warning=form.text("warning"),
        preserve="preserve" in asks,
        confidential="confidential" in asks,
        crisis="crisis" in asks and not letter,
        constable=NoticeConstable(*officer) if letter and any(officer) else None,
    )


def values_of(stored: StoredNotice, met: tuple[str, ...], *, crisis: bool) -> dict[str, Value]:
    """Return the form values for an existing notice."""
    content = stored.content
    officer, provisions = content.constable, load_law(settings.PACK).provisions
    said = {one.provision: one.reason for one in content.grounds}
    asks = {"preserve": content.preserve, "confidential": content.confidential, "crisis": crisis}
    return {
        "channel": _LETTER if stored.channel is None else str(stored.channel),
        "reasons": content.reasons,
        **{f"why-{code}": said.get(provisions[code].name, "") for code in met if code in provisions},
        "description": content.items[0].description if content.items else "",
        "terms": content.terms_clause,
        "warning": content.warning,
        "asks": [name for name, asked in asks.items() if asked],
        **(
            {
                "constable-name": officer.name,
                "constable-rank": officer.rank,
                "constable-number": officer.number,
                "constable-force": officer.force,
            }
            if officer is not None
            else {}
        ),
    }
