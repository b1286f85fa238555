"""Which language a page is in: the first part of its address says so, and no cookie and no header does.

`/cy/tell/` is `/tell/` in Welsh; the pack's first language has no prefix. Every address that is made while a page is made
keeps the language, as Django's own prefix of addresses does it; what a draft holds is the same in all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils import translation

from heedline.packs import Pack, load_pack
from heedline.packs.text.languages import Language
from heedline.web.components.own_words import saying
from heedline.web.components.shell import Link

#: Under this name the buttons of the languages post a form (`components/public.html`): shown again as it was typed.
AS_TYPED = "as-typed"

_catalogues: dict[tuple[int, str], tuple[Pack, Mapping[str, str]]] = {}


def pack() -> Pack:
    """This installation's pack."""
    return load_pack(settings.PACK)


def language() -> str:
    """The language of the page that is being made; the pack's first unless the address says another."""
    found = translation.get_language()
    return found if found in pack().languages and found else pack().first_language


def current() -> Language:
    """The same, with its name and direction."""
    return pack().languages[language()]


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Inside, pages, addresses and the shell's own words are in that language of the pack."""
    django_code = settings.LANGUAGE_CODE if code == pack().first_language else code
    with (
        translation.override(django_code),
        saying(_shell_words(code), beside=pack().words(code).beside("components.back") is not None),
    ):
        yield


def of_path(path: str) -> str:
    """The language that an address is for."""
    first = path.removeprefix("/").partition("/")[0]
    return first if first in pack().languages else pack().first_language


def prefix(code: str) -> str:
    """What the addresses of that language start with."""
    return "/" if code == pack().first_language else f"/{code}/"


class LanguageOfTheAddress:
    """Makes each page in the language of its address. Stands before all that makes pages, those about errors too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        code = of_path(request.path_info)
        if request.path_info == f"/{code}" and code != pack().first_language:
            return HttpResponseRedirect(prefix(code))
        with speaking(code):
            return self.get_response(request)


def as_typed(request: HttpRequest) -> bool:
    """Whether somebody only changes the language: what was posted is not finished, and not to be found fault with."""
    return AS_TYPED in request.POST


def same_page(request: HttpRequest) -> tuple[Link, ...]:
    """This page in each language; from an address that is none, the first page."""
    languages = pack().languages
    if len(languages) < 2:
        return ()
    here = language()
    rest = request.path_info.removeprefix(prefix(here)) if request.resolver_match else ""
    query = "?back=check" if request.GET.get("back") == "check" else ""
    return tuple(
        Link(
            text=one.name,
            href=prefix(one.code) + rest + query,
            current=one.code == here,
            lang=one.code,
            dir=one.direction,
        )
        for one in languages.values()
    )


def _shell_words(code: str) -> Mapping[str, str]:
    """English → the words of that language, from the pack's `[components]`."""
    held = _catalogues.get((id(pack()), code))
    if held is None:
        words = pack().words(code)
        english = pack().words("en") if "en" in pack().languages else words
        catalogue = {
            english.template(key): words.template(key)
            for key in words
            if key.startswith("components.") and words is not english
        }
        held = _catalogues[id(pack()), code] = (pack(), catalogue)
    return held[1]
