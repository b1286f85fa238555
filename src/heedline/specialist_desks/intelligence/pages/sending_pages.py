"""Sending an approved product, the page of a product as sent, and the pages of products that other desks sent."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from heedline.casework.access import session
from heedline.casework.errors import NotHere, SealingStopped
from heedline.casework.products.content import Product
from heedline.casework.records import open_records
from heedline.casework.records.shown_record import shown
from heedline.packs import load_pack
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DeskRecord
from heedline.specialist_desks.intelligence import products, receiving, sending
from heedline.specialist_desks.intelligence.kind import FEEDBACK, KIND, RECEIVED_KIND, SENT_KIND
from heedline.specialist_desks.intelligence.pages.product_pages import SENT_STATES, printed
from heedline.specialist_desks.intelligence.sending import SendingTerms
from heedline.specialist_desks.intelligence.vocabulary import IntelligenceCapability
from heedline.web.components.forms import Checkboxes, Field, FieldOption, Form, Radios, Select, TextArea
from heedline.web.declared import Audience, open_to
from heedline.web.entrance.kept_words import form_of, keeps_words, let_go
from heedline.web.shell.page_links import page_number
from heedline.web.shell.record_pages import MoveWords, RecordWords, record_list, record_move, record_page
from heedline.web.shell.request import OfficeRequest
from heedline.web.shell.saved_words import restored

SENT_WORDS: Final = RecordWords(
    states=SENT_STATES,
    moves={
        "begin": MoveWords(done="Sent"),
        "opened": MoveWords(done="Opened, and its conditions accepted"),
        "asked": MoveWords(done="Question asked"),
        "reply": MoveWords(
            button="Reply to the question", done="Question answered", reason="What is your reply?"
        ),
        "answered": MoveWords(done="Answered"),
        "read": MoveWords(button="I have read the answer", done="Answer read"),
        "recall": MoveWords(
            button="Recall it", done="Recalled", reason="Why is it recalled? The other desk reads this."
        ),
        "settled": MoveWords(done="Recall confirmed"),
    },
    move_page="intelligence-sent-move",
)
RECEIVED_WORDS: Final = RecordWords(
    states={
        "new": "Not opened yet",
        "accepted": "Opened",
        "asking": "Waiting for the originator",
        "answered": "Answered",
        "recalled": "Recalled by the sender",
        "settled": "Recalled and confirmed",
    },
    moves={
        "begin": MoveWords(done="Sent"),
        "accept": MoveWords(
            button="Accept the conditions and open it", done="Opened, and its conditions accepted"
        ),
        "ask": MoveWords(
            button="Ask the originator",
            done="Question asked",
            reason="What do you want to do with it, or to know?",
        ),
        "replied": MoveWords(done="Question answered"),
        **{
            move: MoveWords(button=words, done=words, reason="What came of it? Do not name anybody.")
            for move, words in FEEDBACK.items()
        },
        "recall": MoveWords(done="Recalled"),
        "destroyed": MoveWords(button="Every copy is destroyed", done="Every copy was destroyed"),
        "used": MoveWords(
            button="It was used already",
            done="It had been used already",
            reason="How was it used, and by whom?",
        ),
    },
    move_page="intelligence-received-move",
)


def _options(named: dict[str, str]) -> tuple[FieldOption, ...]:
    return tuple(FieldOption(value=code, label=words) for code, words in named.items())


def _fields(desks: dict[UUID, str], *, first: bool) -> tuple[Field, ...]:
    rules = load_pack(settings.PACK).partners
    danger = Checkboxes(
        name="danger",
        label="Send it before it is approved?",
        hint="A colleague must approve or return it within the hour. If they return it, it is recalled.",
        required="Tick this, or wait for the approval",
        choices=_options({"danger": "Yes: life may be in danger, and this cannot wait"}),
        small=True,
    )
    return (
        *((danger,) if first else ()),
        Select(
            name="to",
            label="Which desk needs it?",
            required="Choose a desk",
            choices=_options({str(one): name for one, name in desks.items()}),
            blank="Choose",
        ),
        Radios(
            name="purpose",
            label="What is it for?",
            required="Choose what it is for",
            choices=_options({code: one.name for code, one in rules.purposes.items() if not one.of_panel}),
            small=True,
        ),
        Radios(
            name="basis",
            label="On which ground is it shared?",
            required="Choose the ground",
            choices=_options(dict(rules.bases)),
            small=True,
        ),
        TextArea(
            name="necessity",
            label="Why do they need this much, and why would less not be enough?",
            hint="The other desk does not see this.",
            required="Say why they need it",
            rows=3,
            limit=sending.NECESSITY_LIMIT,
            names=True,
        ),
    )


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def send(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Choose a recipient for an approved product, say why, and send it. In danger to life it can be sent before its approval."""
    by, at = request.attendance, session.now()
    found = shown(KIND, ref, capability=IntelligenceCapability.WRITE, by=by, at=at)
    back = reverse("intelligence-product", kwargs={"ref": ref})
    first = found.state in sending.BEFORE_APPROVAL
    if found.state != "approved" and not first:
        return HttpResponseRedirect(back)
    desks = sending.recipients(by, at)
    fields = _fields(desks, first=first)
    form, status = restored(request, fields) or Form(fields), 200
    if request.method == "POST":
        form, status = Form.posted(fields, request.POST.lists()), 422
        if not form.errors:
            to = UUID(form.text("to"))
            terms = SendingTerms(to, form.text("purpose"), form.text("basis"), form.text("necessity"), first)
            try:
                sending.send(ref, terms, by=by, at=at)
            except NotNow as no:
                form, status = form.but(**{no.about: no.reason}), 409
            except SealingStopped:
                form, status = form.but(to=sending.TOO_FEW), 409
            else:
                messages.success(request, f"Sent to {desks[to]}.")
                return let_go(request, HttpResponseRedirect(back), by)
    context = {
        "record": found,
        "product": printed(Product.of_words(found.words).shared()),
        "desks": desks,
        "form": form,
        "form_of": form_of(by),
        "back": back,
    }
    return render(request, "intelligence/send.html", context, status=status)


@open_to(Audience.UNLOCKED)
@require_GET
def sent(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show to whom a product was sent and why, the recipient's receipt, and what they answered."""
    by, at = request.attendance, session.now()
    found = shown(SENT_KIND, ref, capability=IntelligenceCapability.WRITE, by=by, at=at)
    rules = load_pack(settings.PACK).partners
    context = {
        "product_ref": DeskRecord.objects.values_list("parent", flat=True).get(id=ref),
        "purpose": rules.purposes[found.words["purpose"]].name,
        "basis": rules.bases[found.words["basis"]],
        "receipt": sending.receipt_holds(found),
    }
    return record_page(request, "intelligence/sent.html", found, SENT_WORDS, context)


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def sent_move(request: OfficeRequest, ref: UUID, move: str) -> HttpResponse:
    """Read an answer, reply to a question, or recall what was sent."""
    by, at = request.attendance, session.now()
    found = shown(SENT_KIND, ref, capability=IntelligenceCapability.WRITE, by=by, at=at)

    def act(version: int, reason: str) -> None:
        sending.move(ref, move, version=version, reason=reason, by=by, at=at)

    return record_move(request, found, move, SENT_WORDS, "intelligence-sent", act)


@open_to(Audience.UNLOCKED)
@require_GET
def received_list(request: OfficeRequest) -> HttpResponse:
    """List the received products that are open."""
    by, at = request.attendance, session.now()
    if not products.desks_of(by):
        raise NotHere
    found = open_records.of_kind(
        RECEIVED_KIND, page_number(request), capability=IntelligenceCapability.WRITE, by=by, at=at
    )
    return record_list(request, RECEIVED_KIND, RECEIVED_WORDS, found, template="intelligence/products.html")


@open_to(Audience.UNLOCKED)
@require_GET
def received(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show a received product once its conditions are accepted, and before that who sent it and what they ask for."""
    by, at = request.attendance, session.now()
    found = shown(RECEIVED_KIND, ref, capability=IntelligenceCapability.WRITE, by=by, at=at)
    told, rules = found.words, load_pack(settings.PACK).partners
    product = Product.of_words(told["product"]) if "product" in told else None
    if product is not None and "S2" not in product.sanitisation:
        found = replace(found, moves=tuple(one for one in found.moves if one.move != "ask"))
    context = {
        "product": printed(product) if product is not None else None,
        "conditions": product.texts.get("conditions", "") if product is not None else "",
        "is_open": product is not None and found.state != "new",
        "purpose": rules.purposes[told["purpose"]].asked if "purpose" in told else "",
        "reader": by.name,
    }
    return record_page(request, "intelligence/received.html", found, RECEIVED_WORDS, context)


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def received_move(request: OfficeRequest, ref: UUID, move: str) -> HttpResponse:
    """Accept a product, ask the originator, say what came of it, or confirm its recall."""
    by, at = request.attendance, session.now()
    found = shown(RECEIVED_KIND, ref, capability=IntelligenceCapability.WRITE, by=by, at=at)

    def act(version: int, reason: str) -> None:
        receiving.move(ref, move, version=version, reason=reason, by=by, at=at)

    return record_move(request, found, move, RECEIVED_WORDS, "intelligence-received", act)
