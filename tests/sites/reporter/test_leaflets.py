"""Run, Hide, Tell on paper and in easy read: made from the words as they stand, tagged, and one press away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pypdf
import pytest
from django.contrib.staticfiles import finders

from heedline.jobs import leaflets as making
from heedline.web.reporter import leaflets
from tests.sites.reporter.walker import Walker

FILES = [(one, language) for language in leaflets.languages() for one in leaflets.TITLES]


def test_the_pdfs_were_made_from_the_words_as_they_stand() -> None:
    assert making.out_of_date() == [], "make leaflets"


def test_a_changed_word_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    real = leaflets.source
    monkeypatch.setattr(leaflets, "source", lambda one, language: real(one, language).replace("Hide", "Stay"))
    assert len(making.out_of_date()) == len(FILES)


def elements(node: Any) -> Iterator[Any]:
    """Every element of a PDF's structure, in reading order."""
    node = node.get_object()
    if isinstance(node, list):
        for one in node:
            yield from elements(one)
    elif isinstance(node, dict):
        if "/S" in node:
            yield node
        if "/K" in node:
            yield from elements(node["/K"])


@pytest.mark.parametrize(("leaflet", "language"), FILES)
def test_each_pdf_can_be_read_out(leaflet: str, language: str) -> None:
    path = leaflets.FOLDER.joinpath(leaflets.file_name(leaflet, language))
    pdf = pypdf.PdfReader(str(path))
    root: Any = pdf.trailer["/Root"]
    assert root["/Lang"] == language
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert pdf.metadata is not None
    assert str(pdf.metadata.title).startswith("Run. Hide. Tell.")
    assert b'pdfuaid:part="1"' in root["/Metadata"].get_object().get_data()
    found = list(elements(root["/StructTreeRoot"]["/K"]))
    tags = [str(one["/S"]) for one in found]
    assert tags.count("/H1") == 1
    assert tags.count("/H2") >= 4
    assert "/LI" in tags
    assert all("/Alt" in one for one in found if one["/S"] == "/Figure")
    assert len(pdf.pages) <= (2 if leaflet == "easy" else 1)
    text = " ".join(page.extract_text() for page in pdf.pages)
    for word in ("Run", "Hide", "Tell", "999", "55"):
        assert word in text
    assert path.stat().st_size < 40_000


def test_there_is_none_in_words_that_nobody_reviewed() -> None:
    assert leaflets.languages() == ("en",)
    assert {one.name for one in making._folder().glob("*.pdf")} == {
        leaflets.file_name(one, language) for one, language in FILES
    }


def test_easy_read_and_paper_are_one_press_away(rosa: Walker) -> None:
    rosa.visit("/stay-safe/now/").follow("Easy read")
    assert rosa.page.headings[:5] == ["Run. Hide. Tell. Easy read", "Run", "Hide", "Tell", "The police"]
    assert "Call 999" in rosa.text
    assert not rosa.client.cookies
    pdfs = [href for _, href in rosa.page.links if href.endswith(".pdf")]
    assert len(pdfs) == len(leaflets.TITLES)
    for href in pdfs:
        assert finders.find(href.removeprefix("/static/")), href
    rosa.visit("/cy/stay-safe/now/easy/")
    assert not [href for _, href in rosa.page.links if href.endswith(".pdf")]
    rosa.visit("/stay-safe/")
    assert [href for _, href in rosa.page.links if href.endswith(".pdf")] == pdfs
