"""The page on which a company answers a notice, without an account, cookies or scripts."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from heedline.casework.access import session
from heedline.casework.errors import SealingStopped
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.material.delivery import company_page, pack_data
from heedline.specialist_desks.material.delivery.company_page import CompanyPage
from heedline.specialist_desks.material.notice_rules.states import CompanyAnswer
from heedline.specialist_desks.material.notice_rules.wording import moment
from heedline.specialist_desks.material.pages.words import ANSWERS_OFFERED, ANSWERS_SAID
from heedline.web.components.forms import FieldOption, Form, Radios, TextArea, TextInput
from heedline.web.declared import Audience, open_to

_NOT_STORED = "Your answer could not be stored just now. Please send it again in a minute."


def _fields(page: CompanyPage) -> tuple[Radios, TextArea, TextInput]:
    return (
        Radios(
            name="answer",
            label="What is your answer?",
            required="Choose your answer",
            choices=tuple(FieldOption(value=str(one), label=ANSWERS_OFFERED[one]) for one in page.possible),
            small=True,
        ),
        TextArea(
            name="text",
            label="Anything you want to tell the unit",
            hint="If you object or ask, say why or what here.",
            limit=company_page.LONGEST,
        ),
        TextInput(
            name="name",
            label="Who answers",
            hint="A name or a team, so that the unit knows whom to write to.",
            optional=True,
            names=True,
            limit=company_page.LONGEST_NAME,
        ),
    )


# The token in the address, which no other site knows, is what a CSRF cookie would otherwise prove.
@csrf_exempt
@open_to(Audience.HOLDER)
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """Show a notice's reference to the holder of its token, and accept the company's answer."""
    found = company_page.look(token)
    fields = _fields(found)
    form, status = Form(fields), HTTPStatus.OK
    if request.method == "POST" and found.possible:
        form, status = Form.posted(fields, request.POST.lists()), HTTPStatus.UNPROCESSABLE_ENTITY
        answer, text = form.text("answer"), form.text("text")
        if not form.errors and answer in {CompanyAnswer.ASKS, CompanyAnswer.OBJECTS} and not text.strip():
            form = form.but(text="Say why you object, or what you ask")
        if not form.errors:
            try:
                company_page.answer(token, CompanyAnswer(answer), text, form.text("name"), at=session.now())
            except NotNow as why:
                form, status = form.but(**{"": str(why)}), HTTPStatus.CONFLICT
            except SealingStopped:
                form, status = form.but(**{"": _NOT_STORED}), HTTPStatus.SERVICE_UNAVAILABLE
            else:
                back = reverse(
                    "material-company",
                    urlconf="heedline.specialist_desks.material.partner_urls",
                    args=[token],
                )
                return _private(HttpResponseRedirect(f"{back}?answered"))
    rules = pack_data.notice_rules()
    context = {
        "found": found,
        "form": form,
        "said": ANSWERS_SAID[found.answer],
        "answered": "answered" in request.GET and request.method != "POST",
        "by": moment(found.answer_by) if found.answer_by is not None else "",
        "unit": rules.unit,
        "email": rules.email,
        "telephone": rules.telephone,
    }
    return _private(HttpResponse(render_to_string("material/company.html", context), status=status))


def _private(response: HttpResponse) -> HttpResponse:
    """Prevent the page from being cached and its URL from being sent as a referrer."""
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response
