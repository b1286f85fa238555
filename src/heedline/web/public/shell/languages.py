"""Select the language of a page from the first part of its path, never from a cookie or a header.

`/cy/tell/` is `/tell/` in Welsh. The pack's first language has no prefix. Every URL generated while a page is
rendered keeps the language, as with Django's own URL prefix. The contents of a draft are the same in all
languages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation

from heedline.packs import Pack, load_pack
from heedline.packs.text.languages import Language
from heedline.web.components.own_words import begin_saying, end_saying
from heedline.web.components.shell import Link

#: Under this name the buttons of the languages post a form (`components/public.html`): shown again as it was typed.
AS_TYPED = "as-typed"

#: The language of the page, while one is made.
_spoken: ContextVar[str] = ContextVar("_spoken", default="")

_catalogues: dict[tuple[int, str], tuple[Pack, Mapping[str, str]]] = {}


@cache
def _installed() -> str:
    """Return the code of this installation's pack, which does not change while a process runs."""
    return str(settings.PACK)


def pack() -> Pack:
    """Return this installation's pack."""
    return load_pack(_installed())


def language() -> str:
    """Return the language of the current page, which is the pack's first unless the path names another."""
    if spoken := _spoken.get():
        return spoken
    found = translation.get_language()
    return found if found in pack().languages and found else pack().first_language


def current() -> Language:
    """Return the language of the current page with its name and direction."""
    return pack().languages[language()]


@dataclass(frozen=True, slots=True)
class _Spoken:
    """The settings for rendering a page in a language of the pack, computed once for each language."""

    django_code: str
    shell_words: Mapping[str, str]
    beside: bool
    thousands: str


@cache
def _spoken_as(code: str) -> _Spoken:
    django_code = settings.LANGUAGE_CODE if code == pack().first_language else code
    beside = pack().words(code).beside("components.back") is not None
    return _Spoken(django_code, _shell_words(code), beside, pack().languages[code].thousands)


class speaking:  # noqa: N801 - used as a function, in a `with` statement
    """Use a language of the pack for pages, URLs and the shell's own text inside the block."""

    __slots__ = ("_code", "_override", "_saying", "_spoken")

    def __init__(self, code: str) -> None:
        self._code = code

    def __enter__(self) -> None:
        to = _spoken_as(self._code)
        self._override: translation.override | None = None
        if translation.get_language() != to.django_code:  # hardly ever: changing it costs more than asking
            self._override = translation.override(to.django_code)
            self._override.__enter__()
        self._saying = begin_saying(to.shell_words, beside=to.beside, thousands=to.thousands)
        self._spoken = _spoken.set(self._code)

    def __exit__(self, *_: object) -> None:
        _spoken.reset(self._spoken)
        end_saying(self._saying)
        if self._override is not None:
            self._override.__exit__(None, None, None)


def of_path(path: str) -> str:
    """Return the language that a path is in."""
    first = path.removeprefix("/").partition("/")[0]
    return first if first in pack().languages else pack().first_language


def prefix(code: str) -> str:
    """Return the path prefix of a language."""
    return "/" if code == pack().first_language else f"/{code}/"


def path_to(name: str, slug: str = "") -> str:
    """Return the URL of a named page in the language of the current page.

    `slug` is the slug of a page of the pack, if the URL needs one.
    """
    return _path_to(name, slug, language())


@lru_cache(maxsize=4096)
def _path_to(name: str, slug: str, _language: str) -> str:
    return reverse(name, kwargs={"slug": slug} if slug else None)


class LanguageOfTheAddress:
    """Middleware that selects each page's language from its path.

    It comes before everything that renders pages, including error pages.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        code = of_path(request.path_info)
        if request.path_info == f"/{code}" and code != pack().first_language:
            return HttpResponseRedirect(prefix(code))
        with speaking(code):
            return self.get_response(request)


def as_typed(request: HttpRequest) -> bool:
    """Return whether the form was posted only to change the page's language.

    What was posted is then not finished and is not checked for errors.
    """
    return AS_TYPED in request.POST


def same_page(request: HttpRequest) -> tuple[Link, ...]:
    """Return links to this page in each language, or to the front page if this one does not exist."""
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
    """Return a mapping from the shell's English text to this language's, from the pack's `[components]`."""
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
