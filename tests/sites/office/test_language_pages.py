"""The stewards' page about languages, its paper, and the mark that somebody has read a page."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from datetime import date

import pytest

from heedline.audit.models import Event
from heedline.casework.language.pages_review import of_pack
from heedline.jobs import reviewing
from heedline.jobs.papers import reference as papers
from heedline.packs import Pack, load_pack
from heedline.packs.reading import loading
from heedline.packs.reading.loading import read_pack
from heedline.packs.text.languages import PageState
from tests.sites.office.desk_hand import Hand
from tests.support.cast import House
from tests.support.pack_copy import PackCopy
from tests.support.tongues import beside, copy_of_the_pack, pack_in_tongues, shown_instead

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


@pytest.fixture
def tongues() -> Iterator[Pack]:
    """The pack in two made-up languages; one page of the first was read."""
    with shown_instead(pack_in_tongues(("cy", "doors"))) as pack:
        yield pack


def test_a_steward_sees_every_page_in_every_language(
    house: House, hand: Callable[[], Hand], tongues: Pack
) -> None:
    stella = hand()
    stella.sign_in("Stella")
    stella.get("/w/languages/")
    assert stella.heading == "Languages available on the public pages"
    assert 'href="/w/languages/"' in stella.html
    for page in tongues.pages["en"]:
        assert f"<code>{page}</code>" in stella.html
    assert "A. Reader, 20 November 2026" in stella.html
    assert "Welsh: 1 of " in stella.html
    assert "Arabic: 0 of " in stella.html
    assert "Not reviewed: English shown" in stella.html
    assert "English only" in stella.html


def test_nobody_else_does_and_that_they_tried_is_logged(house: House, hand: Callable[[], Hand]) -> None:
    odile = hand()
    odile.sign_in("Odile")
    odile.get("/w/languages/")
    assert odile.page.status_code == 403
    assert "<table" not in odile.html
    tried = Event.objects.filter(act="translations-read", outcome="refused")
    assert [event.actor for event in tried] == [house.officers["Odile"].id]


def test_the_paper_and_the_page_are_one_table(tongues: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    found = of_pack(tongues)
    assert [one.code for one in found.languages] == ["cy", "ar"]
    assert found.reviewed == (1, 0)
    printed = papers.languages()
    assert (
        "| `doors` | Report something that could be linked to terrorism | reviewed 2026-11-20 by A. Reader | not reviewed |"
        in printed
    )
    assert "| `attack` | Run. Hide. Tell. | **English shown** | **English shown** |" in printed
    assert "| `privacy` | Privacy | not reviewed | English only |" in printed


def test_what_the_command_prints_is_the_mark(tongues: Pack, capsys: pytest.CaptureFixture[str]) -> None:
    assert reviewing.run("ar", "visit", by='R. "Ré" Ader', on=date(2026, 11, 24)) == 0
    marks = capsys.readouterr().out
    assert tomllib.loads(marks)["marks"]["ar"]["visit"]["by"] == 'R. "Ré" Ader'
    again = read_pack("uk", copy_of_the_pack(marks=marks))
    assert again.pages["ar"]["visit"].state == "reviewed"
    assert again.words("ar").beside("visit.title") is None


def test_the_first_mark_that_anybody_sets_is_lost_when_the_english_changes_and_it_is_said(
    house: House,
    hand: Callable[[], Hand],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """On a copy of the pack as it is shipped, with the translations that it has."""
    folder = PackCopy()
    monkeypatch.setattr(loading, "files", beside(folder))
    load_pack.cache_clear()
    try:
        assert reviewing.stale() == 0
        assert capsys.readouterr().out == "Every mark holds.\n"
        assert reviewing.run("so", "start", by="Hodan", on=date(2026, 11, 25)) == 0
        reviews = folder / "words/reviews.toml"
        reviews.write_text(reviews.read_text() + capsys.readouterr().out)
        load_pack.cache_clear()
        assert load_pack("uk").pages["so"]["start"].state is PageState.REVIEWED
        assert load_pack("uk").words("so").beside("start.title") is None
        english = folder / "words/en.toml"
        text = english.read_text(encoding="utf-8")
        english.write_text(
            text.replace("It takes about 5 minutes.", "It takes about 6 minutes."), encoding="utf-8"
        )
        load_pack.cache_clear()
        assert reviewing.stale() == 1
        said = capsys.readouterr().out.splitlines()
        assert said == ["so start: the English has changed since Hodan reviewed it on 2026-11-25"]
        assert "changed since 2026-11-25 by Hodan (**the English changed**)" in papers.languages()
        assert load_pack("uk").words("so").beside("start.title") is not None, "the English is beside it again"
        stella = hand()
        stella.sign_in("Stella")
        stella.get("/w/languages/")
        assert "The English changed" in stella.html
        assert "Hodan, 25 November 2026" in stella.html
    finally:
        load_pack.cache_clear()


@pytest.mark.parametrize(
    ("language", "page"), [("en", "visit"), ("fr", "visit"), ("cy", "visits"), ("ar", "privacy")]
)
def test_there_is_no_mark_for_what_is_no_translation(
    tongues: Pack, language: str, page: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert reviewing.run(language, page, by="x", on=date(2026, 11, 24)) == 1
    said = capsys.readouterr()
    assert not said.out
    assert said.err.startswith("heedline: ")
