"""Pages kept in memory: nobody sees a word, a token or a way back of somebody else on them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import RequestFactory

from heedline.web.components.forms import Form, TextInput
from heedline.web.public.shell import blank_pages
from tests.sites.public.walker import DRAFT, Walker
from tests.support.cast import House

WORDS = "Four men carried blue drums into the lock-up behind the bakery."


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    blank_pages._kept.clear()


@pytest.fixture
def sami(rosa: Walker) -> Walker:
    """Somebody else in front of the same process, after Rosa."""
    return Walker()


def kept() -> bytes:
    """Return all that the process keeps of pages."""
    return b"\n".join(part for _, held in blank_pages._kept.values() for part in held.plain)


def without_token(one: Walker) -> str:
    token = one.typed("csrfmiddlewaretoken")
    assert token
    return one.html.replace(token, "")


def test_nothing_that_was_typed_is_kept_or_shown_to_another(rosa: Walker, sami: Walker) -> None:
    rosa.start().press("Continue", narrative=WORDS)
    rosa.visit("/r/what/")
    assert rosa.typed("narrative") == WORDS
    sami.start().visit("/r/what/")
    assert sami.typed("narrative") == ""
    assert WORDS.encode() not in kept()


def test_an_error_or_what_caused_it_is_not_kept(rosa: Walker, sami: Walker) -> None:
    rosa.start().visit("/r/where/").press("Continue", place="Market Square", postcode="no postcode at all")
    assert rosa.title.startswith("Error: ")
    assert b"no postcode at all" not in kept()
    sami.start().visit("/r/where/")
    assert not sami.title.startswith("Error: ")
    assert sami.typed("postcode") == ""


def test_each_form_has_the_token_of_its_own_browser(rosa: Walker, sami: Walker) -> None:
    rosa.start()
    sami.start()
    assert rosa.at == sami.at == "/r/what/"
    tokens = {one.typed("csrfmiddlewaretoken") for one in (rosa, sami)}
    assert len(tokens) == 2
    assert without_token(rosa) == without_token(sami)
    for token in tokens:
        assert token.encode() not in kept()
    for one in (rosa, sami):
        assert one.cookie(DRAFT).encode() not in kept()
    form, stolen = {"narrative": WORDS}, rosa.typed("csrfmiddlewaretoken")
    refused = sami.client.post("/r/what/", {**form, "csrfmiddlewaretoken": stolen})
    assert refused.status_code == 403


#: From the first page to the sending page by each door, with answers that change the way.
WAYS: tuple[Callable[[Walker], object], ...] = (
    lambda one: one.tell(WORDS),
    lambda one: one.tell(WORDS, place="Market Square", postcode="NE1 4ST"),
    lambda one: one.start("not_sure").press("Continue", narrative=WORDS).visit("/r/you/?back=check"),
    lambda one: one.start("yes"),
    lambda one: one.visit("/link/").press("Start").visit("/r/you/"),
    lambda one: one.visit("/cy/tell/"),
    lambda one: one.visit("/ar/talk/"),
)


@pytest.mark.parametrize("way", WAYS)
def test_a_kept_page_is_the_page_that_would_be_rendered(
    rosa: Walker, way: Callable[[Walker], object]
) -> None:
    way(rosa)
    seen = {}
    for path in dict.fromkeys(rosa.been):
        rosa.visit(path)
        if rosa.typed("csrfmiddlewaretoken"):
            seen[path] = without_token(rosa)
    assert seen
    for path, html in seen.items():
        blank_pages._kept.clear()
        assert without_token(rosa.visit(path)) == html


def test_the_way_back_and_the_step_are_ones_own(rosa: Walker, sami: Walker) -> None:
    rosa.start().press("Continue", narrative=WORDS).visit("/r/you/")
    sami.start().press("Skip the other questions", narrative=WORDS).visit("/r/you/?back=check")
    assert dict(rosa.page.links)["Back"] != dict(sami.page.links)["Back"]
    assert "Step" in rosa.main
    assert "Step" not in sami.main


def test_answers_and_code_are_filled_into_holes_and_not_kept(rosa: Walker, sami: Walker) -> None:
    seen = []
    for one, words, place in ((rosa, WORDS, "Market Square"), (sami, "<b>Two & more</b>", "Quay Street")):
        one.tell(words, place=place, postcode="NE1 4ST")
        assert one.at == "/r/check/"
        assert words in one.main
        assert place in one.main
        token = one.typed("form_token")
        one.press("Send your report")
        assert one.at == "/code/"
        seen.append((one.shown_code(), token))
        for own in (
            words,
            place,
            token,
            one.shown_code(),
            *(group for group in one.shown_code().split("-") if len(group) > 3),  # shorter ones occur anyway
            one.typed("csrfmiddlewaretoken"),
        ):
            assert own.encode() not in kept()
    assert len({code for code, _ in seen}) == len({token for _, token in seen}) == 2


def test_the_address_of_an_item_is_ones_own(rosa: Walker, sami: Walker) -> None:
    rosa.tell(WORDS).visit("/r/person/new/?back=check").press("Continue", looks="Tall.")
    assert "/r/person/1/" in rosa.visit("/r/check/").html
    sami.tell(WORDS).visit("/r/person/new/?back=check").press("Continue", looks="Short.")
    sami.visit("/r/person/1/remove/")
    sami.press(next(one.label for one in sami.page.forms[0].controls if one.kind == "button"))
    sami.visit("/r/person/new/?back=check").press("Continue", looks="With a limp.").visit("/r/check/")
    assert "/r/person/2/" in sami.html
    assert "/r/person/1/" not in sami.html


def test_a_page_on_which_somebody_typed_is_refused(house: House) -> None:
    box = TextInput(name="name", label="Your name")
    request = RequestFactory().get("/tell/")
    for form in (Form((box,), {"name": "Rosa"}), Form((box,), {}, {"name": "Too long."})):
        with pytest.raises(ValueError, match="typed"):
            blank_pages.blank_page(request, "question", (), lambda form=form: {"form": form})
    assert not blank_pages._kept


def test_only_so_many_are_kept(rosa: Walker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blank_pages, "MOST", 2)
    for path in ("/tell/", "/link/", "/cy/tell/", "/pl/tell/", "/tell/?made=up", "/tell/?made=again"):
        rosa.visit(path)
    assert len(blank_pages._kept) == 2
