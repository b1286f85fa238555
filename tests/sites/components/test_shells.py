"""The shells: what must be on every page, in which order, and what a page costs."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from tests.sites.components.test_brand import STATIC
from tests.support.counting import calls

from heedline.web.components import gallery
from heedline.web.components.forms import Form
from heedline.web.components.rendering import warm
from heedline.web.components.shell import PublicShell


def _page(name: str) -> str:
    return gallery.gallery(RequestFactory().get("/gallery/"), name).content.decode()


@pytest.mark.parametrize("page", gallery.PAGES)
def test_nothing_that_the_policy_would_refuse(page: str) -> None:
    html = _page(page)
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", html)
    assert not re.search(r'(?:src|href)="(?:https?:)?//', html)
    assert "<svg" not in html
    assert html.count("<h1") == 1
    assert 'name="robots" content="noindex, nofollow' in html


def test_things_stand_in_order() -> None:
    html = _page("question-error")
    places = [
        "govuk-skip-link",
        "hl-header",
        "hl-demo",
        "hl-emergency",
        "govuk-exit-this-page",
        "govuk-back-link",
        "<main",
        "govuk-error-summary",
        "<h1",
        "hl-footer",
    ]
    order = [html.index(place) for place in places]
    assert order == sorted(order)


def test_the_demonstration_says_so_and_what_to_do() -> None:
    for page in ("question", "office"):
        html = _page(page)
        assert "This is a demonstration. It is not a real service." in html
        assert "In a real emergency, call 999." in html
    assert "demonstration" not in render_to_string(
        "components/public.html", {"shell": replace(gallery.PUBLIC, demo=False)}
    )


def test_an_error_is_in_the_title() -> None:
    assert "<title>Error: Is anyone in danger" in _page("question-error")
    assert "<title>Is anyone in danger" in _page("question")


def test_the_pack_brings_name_mark_number_and_colours() -> None:
    shell = PublicShell(
        service_name="Call & tell", emergency_number="112", stylesheet="heedline/office.css", language="fr"
    )
    html = render_to_string("components/public.html", {"shell": shell, "emergency": True})
    assert "Call &amp; tell" in html
    assert "112" in html
    assert "999" not in html
    assert 'lang="fr"' in html
    assert html.index("heedline.css") < html.index("heedline/office.css")


def test_no_exit_link_and_no_back_link_unless_asked() -> None:
    html = render_to_string("components/public.html", {"shell": gallery.PUBLIC})
    assert "exit-this-page" not in html
    assert "govuk-back-link" not in html


def test_a_page_with_files_is_sent_with_files() -> None:
    assert 'enctype="multipart/form-data"' in _page("fields")
    assert "enctype" not in _page("question")
    assert "novalidate" in _page("question")


def test_a_question_page_costs_no_more_than_its_budget() -> None:
    """Some 4,700 calls of functions, which take a millisecond. How long a page takes under load is measured by the bench."""
    warm()
    context = {
        "shell": gallery.PUBLIC,
        "form": Form(gallery.DANGER, errors={"now": "Choose"}),
        "title": "?",
        "why": "So",
        "exit": True,
    }
    render_to_string("components/question.html", context)
    assert calls(lambda: render_to_string("components/question.html", context)) < 7_000


def test_a_public_page_weighs_no_more_than_its_budget() -> None:
    """At most 60 KB in all as sent, compressed as a server sends static files."""
    files = ["vendor/govuk.css", "heedline.css", "vendor/enhance.js", "icon.png"]
    weight = sum(len(gzip.compress((STATIC / name).read_bytes())) for name in files) + len(
        _page("fields-error")
    )
    assert weight < 60_000, weight
