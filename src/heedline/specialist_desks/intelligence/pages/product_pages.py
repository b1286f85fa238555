"""The entrance at a report, the list of products, the page of one, and its moves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from heedline.casework.access import session
from heedline.casework.errors import NotHere
from heedline.casework.pages import case_file
from heedline.casework.products import content
from heedline.casework.products.content import Product
from heedline.casework.records import open_records
from heedline.specialist_desks.intelligence import deciding, products, sending
from heedline.specialist_desks.intelligence.kind import KIND
from heedline.specialist_desks.intelligence.source_referral import CONCERNS
from heedline.specialist_desks.intelligence.vocabulary import IntelligenceCapability
from heedline.web.declared import Audience, open_to
from heedline.web.entrance.kept_words import keeps_words
from heedline.web.shell.page_links import page_number
from heedline.web.shell.record_pages import MoveWords, RecordWords, record_list, record_move, record_page
from heedline.web.shell.report_page import page
from heedline.web.shell.request import OfficeRequest

WORDS: Final = RecordWords(
    states={
        "writing": "Being written",
        "proposed": "Waiting for approval",
        "urgent": "Sent first, waiting for approval within the hour",
        "approved": "Approved",
        "dropped": "Dropped",
    },
    moves={
        "begin": MoveWords(done="Begun"),
        "save": MoveWords(done="Saved"),
        "propose": MoveWords(button="Check it and propose it", done="Proposed for approval"),
        "drop": MoveWords(button="Drop the draft", done="Dropped", reason="Why is it dropped?"),
        "send-first": MoveWords(button="Send it before it is approved", done="Sent before approval"),
        "approve": MoveWords(button="Approve", done="Approved"),
        "return": MoveWords(
            button="Return it to the author", done="Returned to the author", reason="What has to change?"
        ),
        "weigh": MoveWords(
            button="Decide about the source",
            done="Decided about the source",
            reason="To which source unit did you refer it, and when? Or why does it not need to be referred?",
        ),
        "take-back": MoveWords(button="Take it back to change it", done="Taken back"),
    },
    move_page="intelligence-move",
)
#: The states of a product that was sent to another desk.
SENT_STATES: Final = {
    "sent": "Not opened yet",
    "opened": "Opened",
    "asked": "They have asked a question",
    "answered": "They have answered",
    "read": "Answer read",
    "recalled": "Recalled, not confirmed yet",
    "settled": "Recalled and confirmed",
}
#: Moves with a page of their own, which the list of moves leaves out.
_ELSEWHERE: Final = frozenset({"save", "propose", "send-first"})


def printed(product: Product) -> dict[str, Any]:
    """Return a product as the template prints it."""
    codes = {
        "Marking": content.MARKINGS.get(product.codes.get("marking", ""), ""),
        "Confidence": content.CONFIDENCE.get(product.codes.get("confidence", ""), ""),
    }
    handling = product.codes.get("handling", "")
    more = [f"{one}: {content.ACTIONS[one]}" for one in product.actions]
    more += [f"{one}: {content.SANITISATION[one]}" for one in product.sanitisation]
    return {
        "texts": product.texts,
        "codes": codes,
        "handling": "; ".join([f"{handling}: {content.HANDLING[handling]}", *more]) if handling else "",
        "items": product.items,
        "provenance": product.provenance,
        "kept": product.kept,
    }


@open_to(Audience.UNLOCKED)
@require_http_methods(["GET", "POST"])
def of_report(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Explain products at a report, begin one from it, or add the report to one that the officer is writing."""
    by, at = request.attendance, session.now()
    if request.method == "POST":
        mine = {str(one.ref): one.ref for one in products.drafts(by=by, at=at)}
        if (chosen := mine.get(request.POST.get("product", ""))) is not None:
            products.add_report(ref, chosen, by=by, at=at)
        elif "product" in request.POST:
            raise NotHere
        else:
            chosen = products.begin(ref, by=by, at=at)
        return HttpResponseRedirect(reverse("intelligence-write", kwargs={"ref": chosen}))
    file = case_file.case_file(ref, by=by, at=at)
    if not products.desks_of(by):
        raise NotHere
    context = {"drafts": products.drafts(by=by, at=at)}
    return page(request, "intelligence/of_report.html", file, "intelligence-of-report", context)


@open_to(Audience.UNLOCKED)
@require_GET
def product_list(request: OfficeRequest) -> HttpResponse:
    """List open products."""
    if not products.desks_of(request.attendance):
        raise NotHere
    found = open_records.of_kind(
        KIND,
        page_number(request),
        capability=IntelligenceCapability.WRITE,
        by=request.attendance,
        at=session.now(),
    )
    return record_list(request, KIND, WORDS, found, template="intelligence/products.html")


@open_to(Audience.UNLOCKED)
@require_GET
def product(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show a product as it would be read, with the reasons for passages that stay, and what can be done with it."""
    by, at = request.attendance, session.now()
    found = deciding.shown_product(ref, by=by, at=at)
    found = replace(found, moves=tuple(one for one in found.moves if one.move not in _ELSEWHERE))
    sent = sending.sent_of(ref, by=by, at=at) if found.state != "writing" else ()
    told = Product.of_words(found.words)
    context = {
        "product": printed(told),
        "concerns": [CONCERNS[one] for one in told.concerns] if found.state != "writing" else (),
        "in_writing": found.state == "writing",
        "proposed": found.state == "proposed",
        "can_send": found.state == "approved",
        "can_send_first": found.state in sending.BEFORE_APPROVAL,
        "sent": [{"line": one, "state": SENT_STATES[one.state]} for one in sent],
    }
    return record_page(request, "intelligence/product.html", found, WORDS, context)


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def product_move(request: OfficeRequest, ref: UUID, move: str) -> HttpResponse:
    """Approve a product, return it, take it back or drop it, with a reason where one is needed."""
    by, at = request.attendance, session.now()
    found = deciding.shown_product(ref, by=by, at=at)

    def act(version: int, reason: str) -> None:
        deciding.move(ref, move, version=version, reason=reason, by=by, at=at)

    return record_move(request, found, move, WORDS, "intelligence-product", act)
