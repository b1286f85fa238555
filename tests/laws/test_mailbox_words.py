"""A mailbox tells whoever makes somebody open it nothing about what was reported (ADR 154)."""

from __future__ import annotations

import re
from html import unescape

import pytest

from heedline.casework.contact import messages
from heedline.casework.journey import transitions
from heedline.packs import PackError, load_pack
from heedline.packs.reading.loading import read_pack
from heedline.vault.codes import ReceiptCode
from tests.sites.public.walker import Walker
from tests.support import stories
from tests.support.cast import House, now
from tests.support.pack_copy import PackCopy
from tests.support.scene_people import People
from tests.support.tongues import english_only

PACK = load_pack("uk")
CONFIDENTIAL = [kind.code for kind in PACK.kinds.values() if kind.confidential]
PAGES = ("messages/open/", "messages/withdraw/", "messages/delete/")


@pytest.fixture
def rosa(house: House, settings) -> Walker:  # type: ignore[no-untyped-def]
    """Rosa at the public site."""
    settings.ROOT_URLCONF = "heedline.config.urls_public"
    settings.MIDDLEWARE = settings.PUBLIC_MIDDLEWARE
    return Walker()


def mailbox(rosa: Walker, code: ReceiptCode, language: str) -> list[str]:
    """The pages of a mailbox, without what is new on each request."""
    rosa.visit("/messages/").press("Open", code=code.grouped())
    prefix = "/" if language == "en" else f"/{language}/"
    pages = [rosa.visit(prefix + path).html for path in PAGES]
    rosa.visit("/messages/open/").press("Close and leave")
    return [
        re.sub(r'(csrfmiddlewaretoken" value|name="message" value|nonce)="[^"]*"', r"\1", page)
        for page in pages
    ]


def test_only_advice_is_an_ordinary_service() -> None:
    assert [kind for kind in PACK.kinds if kind not in CONFIDENTIAL] == ["advice"]


@pytest.mark.parametrize("language", list(PACK.languages))
@pytest.mark.parametrize("taken", [False, True])
def test_the_mailboxes_of_all_confidential_kinds_are_the_same_pages(
    language: str, taken: bool, rosa: Walker, house: House
) -> None:
    people, seen = People(house, now()), []
    for kind in CONFIDENTIAL:
        ref, code = stories.a_report(at=people.at, kind=kind, **stories.NEEDED.get(kind, {}))
        assert messages.service_of(code) == messages.visit(code, at=people.at).service == ""
        if taken:
            with people.sitting("Nadia") as nadia:
                transitions.take(ref, by=nadia, at=people.at)
        seen.append(mailbox(rosa, code, language))
    assert all(pages == seen[0] for pages in seen)
    assert PACK.words(language)["status.read" if taken else "status.received"] in unescape(seen[0][0])


@pytest.mark.parametrize("kind", CONFIDENTIAL)
def test_a_pack_cannot_give_one_of_them_words_of_its_own(kind: str) -> None:
    folder = PackCopy()
    english_only(folder)
    (folder / f"kinds/{kind}/words.en.toml").write_text(
        f'[{kind}_mailbox.status]\nread = "We have read it."\n'
    )
    with pytest.raises(PackError, match=f"{kind}_mailbox: a confidential kind"):
        read_pack("uk", folder)


def test_a_kind_is_confidential_unless_its_file_says_otherwise() -> None:
    folder = PackCopy()
    english_only(folder)
    path = folder / "kinds/advice/kind.toml"
    path.write_text(path.read_text().replace("confidential = false\n", "", 1))
    with pytest.raises(PackError, match="advice_mailbox: a confidential kind"):
        read_pack("uk", folder)
