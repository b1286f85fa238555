"""Writing a product, beside the reports that it draws on as they were received."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from heedline.casework.access import session
from heedline.casework.errors import Changed
from heedline.casework.products.content import MOST_ITEMS, Product
from heedline.packs import load_pack
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.intelligence import products
from heedline.specialist_desks.intelligence.pages import product_form
from heedline.specialist_desks.intelligence.products import OpenedProduct
from heedline.web.components.forms import Form
from heedline.web.declared import Audience, open_to
from heedline.web.entrance.kept_words import form_of, keeps_words, kept_for, let_go
from heedline.web.shell.conflict import version_of
from heedline.web.shell.form_answers import shown
from heedline.web.shell.report_left import told_of
from heedline.web.shell.request import OfficeRequest


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def write(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Write a product and save it as a draft. A colleague's version that came first is shown beside what was written."""
    by, at = request.attendance, session.now()
    told = products.opened(ref, by=by, at=at)
    if told.record.state != "writing":
        return HttpResponseRedirect(reverse("intelligence-product", kwargs={"ref": ref}))
    if request.method == "GET":
        return _page(request, told, _form(request, told.product))
    items = _items(request.POST.get("items", ""))
    form = Form.posted(product_form.fields(items), request.POST.lists())
    if form.errors:
        return _page(request, told, form, status=422)
    try:
        products.save(ref, product_form.product_of(form), version=version_of(request), by=by, at=at)
    except NotNow as no:
        return _page(request, told, form.but(**{no.about: _refusal(no)}), status=422)
    except Changed as changed:
        return _page(request, told, form.but(**{"": changed.theirs}), status=409, theirs=told.product)
    messages.success(request, f"{told.record.title}: Saved.")
    onward = "intelligence-check" if request.POST.get("do") == "check" else "intelligence-write"
    return let_go(request, HttpResponseRedirect(reverse(onward, kwargs={"ref": ref})), by)


def _form(request: OfficeRequest, product: Product) -> Form:
    """Return the form of a stored product, or with what was kept when the session was locked."""
    kept = kept_for(request, request.attendance)
    if kept is not None:
        fields = product_form.fields(_items(kept.get("items", [""])[-1]))
        return Form(fields, values={each.name: each.read(kept) for each in fields})
    fields = product_form.fields(min(len(product.items) + 1, MOST_ITEMS))
    return Form(fields, values=product_form.values_of(product))


def _items(text: str) -> int:
    """Return how many items the posted form had."""
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 1
    return max(1, min(number, MOST_ITEMS))


def _refusal(no: NotNow) -> str:
    if no.about != "marking":
        return no.reason
    pack = load_pack(settings.PACK)
    desk = pack.desks[pack.linking_desk]
    return f"{no.reason} Phone the {desk.name}{f' ({desk.phone})' if desk.phone else ''}."


def beside(told: OpenedProduct) -> list[dict[str, Any]]:
    """Return the reports as received, for the column beside the work."""
    return [
        {"short": one.header.short, "narrative": one.answers.narrative, "told": told_of(one.answers)}
        for one in told.reports
    ]


def _page(
    request: OfficeRequest, told: OpenedProduct, form: Form, status: int = 200, theirs: Product | None = None
) -> HttpResponse:
    items = sum(1 for each in form.fields if each.name.startswith("item") and "_" not in each.name)
    saved = (
        Form(product_form.fields(max(1, len(theirs.items))), values=product_form.values_of(theirs))
        if theirs
        else None
    )
    context = {
        "record": told.record,
        "form": form,
        "form_of": form_of(request.attendance),
        "items": items,
        "reports": beside(told),
        "gone": told.gone,
        "theirs": shown(saved) if saved is not None else None,
    }
    return render(request, "intelligence/write.html", context, status=status)
