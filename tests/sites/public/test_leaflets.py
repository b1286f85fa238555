"""Run, Hide, Tell on paper and in easy read: made from the words as they stand, tagged, and one press away."""

from __future__ import annotations

from typing import Any

import pypdf
import pytest
from django.contrib.staticfiles import finders

from heedline.jobs.papers import leaflets as making
from heedline.web.public.guidance import leaflets
from tests.sites.public.walker import Walker
from tests.support import pdf_ua
from tests.support.pdf_ua import elements

FILES = [(one, language) for language in leaflets.languages() for one in leaflets.TITLES]


def test_the_pdfs_were_made_from_the_words_as_they_stand() -> None:
    assert making.out_of_date() == [], "make leaflets"


def test_a_changed_word_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    real = leaflets.source
    monkeypatch.setattr(leaflets, "source", lambda one, language: real(one, language).replace("Hide", "Stay"))
    assert len(making.out_of_date()) == len(FILES)


@pytest.mark.parametrize(("leaflet", "language"), FILES)
def test_each_pdf_can_be_read_out(leaflet: str, language: str) -> None:
    path = leaflets.FOLDER.joinpath(leaflets.file_name(leaflet, language))
    assert pdf_ua.wrong(path.read_bytes()) == []
    pdf = pypdf.PdfReader(str(path))
    root: Any = pdf.trailer["/Root"]
    assert root["/Lang"] == language
    assert pdf.metadata is not None
    assert str(pdf.metadata.title).startswith("Run. Hide. Tell.")
    found = list(elements(root["/StructTreeRoot"]["/K"]))
    tags = [str(one["/S"]) for one in found]
    assert tags.count("/H1") == 1
    assert tags.count("/H2") >= 4
    assert "/LI" in tags
    assert len(pdf.pages) <= (2 if leaflet == "easy" else 1)
    text = " ".join(page.extract_text() for page in pdf.pages)
    for word in ("Run", "Hide", "Tell", "999", "55"):
        assert word in text
    assert path.stat().st_size < 40_000


@pytest.mark.parametrize(
    ("html", "variant", "found"),
    [
        ("<html lang='en'><title>x</title><h1>x</h1>", None, "it has no tags"),
        ("<html><title>x</title><h1>x</h1>", "pdf/ua-1", "it has not a language"),
        ("<html lang='en'><h1>x</h1>", "pdf/ua-1", "it has not a title"),
        ("<html lang='en'><title>x</title><h1>x</h1><h3>y</h3>", "pdf/ua-1", "after heading 1 comes /H3"),
        ("<html lang='en'><title>x</title><p>x</p>", "pdf/ua-1", "there is no heading"),
    ],
)
def test_the_check_of_a_pdf_finds_what_is_wrong(html: str, variant: str | None, found: str) -> None:
    weasyprint = pytest.importorskip("weasyprint", exc_type=OSError)
    made = weasyprint.HTML(string=html).write_pdf(pdf_variant=variant)
    assert found in pdf_ua.wrong(made)


def test_there_is_none_in_words_that_nobody_reviewed() -> None:
    assert leaflets.languages() == ("en",)
    assert {one.name for one in making._folder().glob("*.pdf")} == {
        leaflets.file_name(one, language) for one, language in FILES
    }


def test_easy_read_and_paper_are_one_press_away(rosa: Walker) -> None:
    rosa.visit("/stay-safe/now/").follow("Easy read")
    assert rosa.page.headings[:5] == ["Run. Hide. Tell. Easy read", "Run", "Hide", "Tell", "The police"]
    assert "call 999" in rosa.text
    assert not rosa.client.cookies
    pdfs = [href for _, href in rosa.page.links if href.endswith(".pdf")]
    assert len(pdfs) == len(leaflets.TITLES)
    for href in pdfs:
        assert finders.find(href.removeprefix("/static/")), href
    rosa.visit("/cy/stay-safe/now/easy/")
    assert not [href for _, href in rosa.page.links if href.endswith(".pdf")]
    rosa.visit("/stay-safe/")
    assert [href for _, href in rosa.page.links if href.endswith(".pdf")] == pdfs
