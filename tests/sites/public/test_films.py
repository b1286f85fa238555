"""Films in British Sign Language: a page that has one leads to it, every other page shows nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.conf import settings

from heedline.packs import load_pack
from heedline.web.public.guidance import attack
from heedline.web.public.shell import asking
from heedline.web.public.urls import urlpatterns
from tests.sites.public.walker import Walker

pytestmark = pytest.mark.django_db
FILM = "https://films.example/bsl"
LINK = "Watch this page in British Sign Language"


def films(monkeypatch: pytest.MonkeyPatch, *pages: str) -> None:
    pack = replace(load_pack(settings.PACK), films={page: f"{FILM}/{page}" for page in pages})
    for module in (asking, attack):
        monkeypatch.setattr(module, "pack", lambda: pack)


def test_only_a_page_that_has_a_film_leads_to_it(rosa: Walker, monkeypatch: pytest.MonkeyPatch) -> None:
    films(monkeypatch, "privacy", "question-what", "attack")
    assert f'href="{FILM}/privacy"' in rosa.visit("/privacy/").html
    rosa.visit("/tell/")
    assert LINK not in rosa.html
    rosa.press("Start", danger="no")
    assert f'href="{FILM}/question-what"' in rosa.html
    assert f'href="{FILM}/attack"' in attack.fixed().body.decode()


def test_without_films_nothing_is_promised(rosa: Walker) -> None:
    assert LINK not in rosa.visit("/").html
    assert LINK not in attack.fixed().body.decode()


def test_the_pack_names_only_pages_that_there_are() -> None:
    names = {one.name for one in urlpatterns}
    for page in load_pack(settings.PACK).films:
        assert page in names or page.startswith("question-")
