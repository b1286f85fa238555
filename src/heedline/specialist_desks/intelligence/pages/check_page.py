"""The check of a product: what is missing, what could identify the source, and the proposal for approval."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from heedline.casework.access import session
from heedline.casework.errors import Changed
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.intelligence import products
from heedline.specialist_desks.intelligence.pages.editor_page import beside
from heedline.specialist_desks.intelligence.pages.product_pages import printed
from heedline.web.components.forms import Form, TextArea
from heedline.web.declared import Audience, open_to
from heedline.web.entrance.kept_words import form_of, keeps_words, let_go
from heedline.web.shell.conflict import version_of
from heedline.web.shell.request import OfficeRequest
from heedline.web.shell.saved_words import restored


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def check(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show a product beside its reports with what is wrong with it, and propose it for approval.

    While it waits for approval, the approver compares it with the reports here.
    """
    by, at = request.attendance, session.now()
    told = products.opened(ref, by=by, at=at)
    if told.record.state == "proposed" and request.method == "GET":
        context = {
            "record": told.record,
            "product": printed(told.product),
            "reports": beside(told),
            "gone": told.gone,
        }
        return render(request, "intelligence/compare.html", context)
    if told.record.state != "writing":
        return HttpResponseRedirect(reverse("intelligence-product", kwargs={"ref": ref}))
    fields = tuple(
        TextArea(
            name=f"kept{number}",
            label=f"“{mark.passage}”",
            hint=f"{mark.risk.words}. If it stays, say why. The approver reads this.",
            rows=2,
            limit=products.KEPT_LONGEST,
        )
        for number, mark in enumerate(told.marks, 1)
    )
    names = {mark.passage: each.name for mark, each in zip(told.marks, fields, strict=True)}
    values = {names[one]: why for one, why in told.product.kept.items() if one in names}
    form, status = restored(request, fields) or Form(fields, values=values), 200
    if request.method == "POST":
        form, status = Form.posted(fields, request.POST.lists()), 422
        kept = {passage: form.text(name) for passage, name in names.items()}
        try:
            if not form.errors:
                products.propose(ref, kept, version=version_of(request), by=by, at=at)
                messages.success(request, f"{told.record.title}: Proposed for approval.")
                done = HttpResponseRedirect(reverse("intelligence-product", kwargs={"ref": ref}))
                return let_go(request, done, by)
        except Changed as changed:
            form, status = form.but(**{"": changed.theirs}), 409
        except NotNow as no:
            form = form.but(**{names.get(no.about, ""): no.reason})
    context = {
        "record": told.record,
        "product": printed(told.product),
        "missing": (*told.named, *told.product.missing().values()),
        "form": form,
        "form_of": form_of(by),
        "reports": beside(told),
        "gone": told.gone,
    }
    return render(request, "intelligence/check.html", context, status=status)
