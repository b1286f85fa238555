"""The public site in every language: in the address and nowhere else, on every page, from the first door to the code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import RequestFactory

from heedline.intake.question_files import load_question_set
from heedline.packs import Pack, load_pack
from heedline.web.public.guidance import attack
from heedline.web.public.page_context import public_shell
from heedline.web.public.shell import languages
from tests.sites.public.walker import Walker
from tests.support.public_pages import OPEN
from tests.support.tongues import in_ar, in_cy, pack_in_tongues, shown_instead

PACK = load_pack("uk")
OTHERS = list(PACK.languages)[1:]
NUMBERS = {
    "": ("999",),
    "emergency/": ("999", "55", "18000"),
    "tell/": ("999", "0800 789 321", "0800 555 111", "101"),
    "talk/": ("999", "0800 011 3764", "101", "18001"),
    "link/": ("999",),
    "ask/": ("999", "0800 789 321"),
    "other/": ("999", "0800 555 111"),
    "phone/": ("999", "0800 789 321", "101", "0800 011 3764", "18000", "18001", "55"),
    "stay-safe/now/": ("999", "55"),
}
"""The real numbers of the service, door by door: not read from the pack, which they are to hold to."""
LINKS = {
    "emergency/": ("https://999bsl.co.uk", "https://www.emergencysms.net", "https://www.relayuk.bt.com"),
    "talk/": ("https://actearly.uk",),
    "link/": ("https://report.iwf.org.uk",),
    "ask/": ("https://www.gov.uk/nactso", "https://www.protectuk.police.uk"),
    "other/": ("https://crimestoppers-uk.org",),
}


@pytest.fixture
def tongues() -> Iterator[Pack]:
    """In place of the pack its copy in made-up languages, of which the first has been reviewed in part."""
    reviewed = ("start", "safety", "questions.activity", "components", "shared", "check", "sent", "code")
    with shown_instead(pack_in_tongues(*(("cy", page) for page in reviewed))) as pack:
        yield pack


@pytest.mark.parametrize("language", list(PACK.languages))
def test_every_page_is_there_in_every_language(rosa: Walker, language: str) -> None:
    prefix, one = languages.prefix(language), PACK.languages[language]
    for page in OPEN:
        rosa.visit(prefix + page)
        assert (rosa.status, rosa.at) == (200, prefix + page)
        html = rosa.html
        assert f'<html lang="{language}" dir="{one.direction}"' in html, page
        assert ("govuk.rtl.css" in html) == (one.direction == "rtl"), page
        assert html.count("<h1") == 1, page
        assert "&lt;span" not in html, f"{page}: HTML as letters"
        assert "<span" not in html[html.index("<title>") : html.index("</title>")], page
        assert not re.search(r'="<', html), f"{page}: HTML in an attribute"
        for other in PACK.languages:
            same = languages.prefix(other) + page
            assert (
                other == language
                or f'href="{same}" rel="alternate" hreflang="{other}" lang="{other}"' in html
                or f'formaction="{same}" name="as-typed"' in html
            )
    assert not rosa.client.cookies.keys() - {name for name in rosa.client.cookies if "csrf" in name}


@pytest.mark.parametrize("language", OTHERS)
def test_every_link_and_every_form_keeps_the_language(rosa: Walker, language: str) -> None:
    for page in OPEN:
        rosa.visit(f"/{language}/{page}")
        nav = re.sub(r'<nav class="hl-languages.*?</nav>', "", rosa.html, flags=re.DOTALL)
        nav = re.sub(r'<link rel="(?:canonical|alternate)"[^>]*>', "", nav)
        if page == "languages/":
            nav = re.sub(r"<a [^>]*hreflang[^>]*>", "", nav)
        inside = re.findall(r'(?:href|action)="(/[^"]*)"', nav)
        assert inside
        for address in inside:
            assert address.startswith((f"/{language}/", "/static/")), f"{page} leads to {address}"


@pytest.mark.parametrize("language", ["en", "cy"])
def test_the_real_numbers_and_links_stand_at_their_doors(rosa: Walker, language: str) -> None:
    for page, numbers in NUMBERS.items():
        rosa.visit(languages.prefix(language) + page)
        for number in numbers:
            assert re.search(rf"(?<!\d){number}(?!\d)", rosa.text), f"{page} does not say {number}"
    for page, links in LINKS.items():
        rosa.visit(languages.prefix(language) + page)
        for link in links:
            assert f'href="{link}"' in rosa.html, f"{page} does not lead to {link}"


@pytest.mark.parametrize("language", OTHERS)
def test_the_way_from_the_door_to_the_messages_in_another_language(rosa: Walker, language: str) -> None:
    words = PACK.words(language)
    rosa.visit(f"/{language}/").follow(words["doors.activity.title"]).press(words["safety.button"])
    assert rosa.at == f"/{language}/r/now/"
    rosa.press(words["shared.continue"], danger="no")
    rosa.press(words["shared.continue"], narrative="")
    assert rosa.title.startswith(words["components.error_prefix"])
    asked = load_question_set(PACK, "activity", language)
    assert asked.any_step("what").fields[0].error_required in rosa.main
    rosa.press(words["shared.skip_to_sending"], narrative="Ar y sgwâr. في الميدان.")
    rosa.press(words["shared.continue"], who="anonymous")
    assert rosa.at == f"/{language}/r/check/"
    assert "Ar y sgwâr. في الميدان." in rosa.main
    assert f'href="/{language}/r/what/?back=check"' in rosa.html
    assert 'href="/r/check/"' in rosa.html
    rosa.press(words["check.button"])
    assert rosa.at == f"/{language}/code/"
    code = rosa.shown_code()
    rosa.follow(words["code.check_link"]).press(words["code_check.button"], code="AAAA")
    assert words["code_check.wrong"] in rosa.main
    rosa.press(words["code_check.button"], code=code)
    assert rosa.at == f"/{language}/code/finished/"
    rosa.visit(f"/{language}/messages/").press(words["visit.button"], code=code)
    assert rosa.at == f"/{language}/messages/open/"
    assert words["status.received"] in rosa.main
    rosa.press(words["messages.write_button"], danger="no", text="Rhagor.")
    assert rosa.at == f"/{language}/messages/open/sent/"
    assert all(path.startswith(f"/{language}/") for path in rosa.been)


def test_the_draft_goes_along_when_somebody_changes_the_language(rosa: Walker) -> None:
    rosa.begin().press("Start", danger="no").press("Continue", narrative="A van.")
    rosa.visit("/r/what/").press("Cymraeg")
    assert rosa.at == "/cy/r/what/"
    assert rosa.typed("narrative") == "A van."
    rosa.visit("/r/what/?back=check").press("العربية")
    assert rosa.been[-1] == "/ar/r/what/?back=check"
    assert "<textarea" in rosa.html
    assert 'dir="auto"' in rosa.html
    assert not [name for name in rosa.client.cookies if "lang" in name]


def test_an_address_that_leads_nowhere_leads_to_the_first_page_of_each_language(rosa: Walker) -> None:
    rosa.visit("/cy/canary-word/")
    assert rosa.status == 404
    assert rosa.heading.startswith(PACK.words("cy")["errors.not_found_title"])
    assert "canary-word" not in rosa.html
    assert 'href="/ar/" rel="alternate"' in rosa.html
    assert rosa.visit("/xx/tell/").status == 404
    assert rosa.visit("/en/tell/").status == 404, "the first language has one address only"
    assert rosa.visit("/cy").at == "/cy/"
    assert rosa.client.get("/cy")["Cache-Control"] == "no-store"
    assert rosa.visit("/cy/api/v1/openapi.json").status == 404


def test_the_language_comes_from_no_header_and_no_cookie(rosa: Walker) -> None:
    rosa.client.cookies["django_language"] = "cy"
    answer = rosa.client.get("/", headers={"accept-language": "cy"})
    assert b'<html lang="en"' in answer.content
    assert "accept-language" not in answer.get("Vary", "").lower()
    with languages.speaking("cy"):
        pass
    assert languages.language() == "en", "the next page starts anew"


def test_what_was_refused_and_what_fell_down_is_said_in_the_language_too(rosa: Walker) -> None:
    words = PACK.words("cy")
    rosa.visit("/cy/r/what/")
    assert rosa.status == 410
    assert rosa.heading.startswith(words["left.text"])
    answer = rosa.client.post("/cy/r/what/", {"narrative": "A van."})
    assert answer.status_code == 403
    assert words["errors.cookies_off_title"] in unescape(answer.content.decode())


# --- reviewed and not reviewed ----------------------------------------------------------------------------------------
def test_a_page_that_was_read_stands_alone_and_another_has_the_english_beside_it(
    rosa: Walker, tongues: Pack
) -> None:
    english = tongues.words("en")
    rosa.visit("/cy/tell/")
    assert rosa.heading == in_cy(english["start.title"])
    assert english["start.lead"] not in rosa.main.replace(in_cy(english["start.lead"]), "")
    rosa.visit("/cy/talk/")
    assert rosa.heading == f"{in_cy(english['person_door.title'])} {english['person_door.title']}"
    for line in english.lines("person_door.next"):
        assert f"{in_cy(line)} {line}" in rosa.main
    beside = re.findall(r'<span class="hl-beside" lang="(\w+)" dir="(\w+)">', rosa.html)
    assert set(beside) == {("en", "ltr")}
    assert in_cy(english["languages.unreviewed"]) in rosa.text


def test_what_a_language_lacks_is_marked_as_english(rosa: Walker, tongues: Pack) -> None:
    english = tongues.words("en")
    rosa.visit("/ar/privacy/")
    assert (
        f'<h1 class="govuk-heading-l"><span lang="en" dir="ltr">{english["privacy.title"]}</span></h1>'
        in rosa.html
    )
    assert "hl-beside" not in rosa.html.split("<main")[1].split("</main")[0]
    assert '<html lang="ar" dir="rtl"' in rosa.html


def test_questions_stand_alone_when_they_were_read(rosa: Walker, tongues: Pack) -> None:
    begin(rosa, tongues, "cy")
    asked, original = (load_question_set(tongues, "activity", one).any_step("now") for one in ("cy", "en"))
    assert asked.fields[0].choices[0].text in rosa.main
    assert original.fields[0].choices[0].text not in rosa.main


def test_questions_and_what_is_wrong_have_the_english_beside_them(rosa: Walker, tongues: Pack) -> None:
    begin(rosa, tongues, "ar")
    original = load_question_set(tongues, "activity").any_step("now").fields[0]
    assert f"{in_ar(original.choices[0].text)} {original.choices[0].text}" in rosa.main
    rosa.press(in_ar("Continue"))
    assert f"{in_ar(original.error_required)} {original.error_required}" in rosa.main
    rosa.press(in_ar("Continue"), danger="no")
    rosa.press(in_ar("Skip the other questions"), narrative="Back").press(in_ar("Continue"), who="anonymous")
    rows = rosa.html[rosa.html.index("<dl") :]
    assert '<div class="hl-typed" translate="no" dir="auto">Back</div>' in rows, (
        "typed words are nobody's translation"
    )
    assert f'{in_ar("No")} <span class="hl-beside" lang="en" dir="ltr">No</span>' in rows


def begin(rosa: Walker, pack: Pack, language: str) -> None:
    words = pack.words(language)
    rosa.visit(f"/{language}/tell/").press(words["safety.button"])
    assert rosa.at == f"/{language}/r/now/"


def test_run_hide_tell_is_english_with_a_sentence_until_somebody_has_read_it(
    rosa: Walker, tongues: Pack
) -> None:
    english = tongues.words("en")
    rosa.visit("/ar/stay-safe/now/")
    assert '<html lang="en" dir="ltr">' in rosa.html
    assert '<p lang="ar" dir="rtl">' in rosa.html
    assert in_ar(english["languages.attack"]) in rosa.text
    for key in ("attack.run", "attack.hide", "attack.tell"):
        for line in english.lines(key):
            assert line.replace("\u2060", "") in rosa.text  # no joiner where the number is a link
            assert in_ar(line) not in rosa.text
    assert f'href="{settings.PUBLIC_URL}/ar/stay-safe/"' in rosa.html
    rosa.visit("/ar/")
    assert in_ar(english["doors.attack.title"]) in rosa.main


def test_run_hide_tell_in_a_language_once_it_was_read(rosa: Walker) -> None:
    with shown_instead(pack_in_tongues(("ar", "attack"))) as pack:
        rosa.visit("/ar/stay-safe/now/")
        assert '<html lang="ar" dir="rtl">' in rosa.html
        assert in_ar(pack.words("en").lines("attack.run")[0]) in rosa.text
        assert "hl-beside" not in rosa.html.split("<main>")[1].split("</main>")[0]


@pytest.mark.parametrize("language", list(PACK.languages))
def test_run_hide_tell_is_ready_in_every_language_and_small(language: str) -> None:
    ready = attack.everywhere()
    assert len(ready[languages.prefix(language) + attack.PATH].body) < 10_000


def test_a_right_to_left_page_keeps_codes_and_numbers_in_order(rosa: Walker, tongues: Pack) -> None:
    rosa.visit("/ar/")
    assert '<bdi dir="ltr">0800 789 321</bdi>' in rosa.html
    assert '<a class="govuk-link hl-number" dir="ltr" href="tel:+44800789321">0800 789 321</a>' in rosa.html
    begin(rosa, tongues, "ar")
    rosa.press(in_ar("Continue"), danger="no")
    rosa.press(in_ar("Skip the other questions"), narrative="x").press(in_ar("Continue"), who="anonymous")
    rosa.press(in_ar("Send your report"))
    assert '<p class="hl-code" dir="ltr" translate="no">' in rosa.html


def test_the_frame_of_a_page_is_made_once_for_each_language(rosa: Walker, tongues: Pack) -> None:
    assert public_shell(tongues, "cy") is public_shell(tongues, "cy")
    assert public_shell(tongues, "cy").home_url == "/cy/"
    assert public_shell(tongues, "en").home_url == "/"
    request = RequestFactory().get("/cy/x/")
    assert [urlsplit(link.href).path for link in languages.same_page(request)] == ["/", "/cy/", "/ar/"]


@pytest.mark.parametrize("language", list(PACK.languages))
def test_large_numbers_are_written_as_in_each_language(rosa: Walker, language: str) -> None:
    """Polish parts thousands by a no-break space, the others by a comma as English does, and the English always."""
    words, prefix = PACK.words(language), languages.prefix(language)
    apart = "\u00a0" if language == "pl" else ","
    rosa.visit(f"{prefix}emergency/")
    label = words.say("brief.hint", limit=f"10{apart}000")
    assert label in unescape(rosa.html)
    if language != "en":
        assert PACK.words("en").say("brief.hint", limit="10,000") in unescape(rosa.html)
    hints = [
        field.hint
        for kind in PACK.kinds.values()
        for step in load_question_set(PACK, kind.code, language).steps
        for field in step.fields
    ]
    grouped = re.findall(r"\d+(\D)000", " ".join(hints))
    assert set(grouped) == {apart}
    rosa.visit(f"{prefix}ask/").press(words["advice_door.button"])
    rosa.press(words["shared.continue"], name="M" * 2_345)
    assert f"2{apart}145" in unescape(rosa.html)


@pytest.mark.parametrize("language", list(PACK.languages))
def test_every_language_stands_in_the_header_by_its_own_name(rosa: Walker, language: str) -> None:
    header = re.findall(r"<header.*?</header>", rosa.visit(languages.prefix(language)).html, re.DOTALL)[0]
    assert "<details" not in header
    names = [unescape(one) for one in re.findall(r'<a class="govuk-language[^>]*>([^<]+)</a>', header)]
    assert names == [one.name for code, one in PACK.languages.items() if code != language]


def asking_for(rosa: Walker, wanted: str, address: str) -> str:
    rosa.client.defaults["HTTP_ACCEPT_LANGUAGE"] = wanted
    return rosa.visit(address).html


def test_the_first_page_offers_the_language_of_the_browser_and_no_other_page_does(rosa: Walker) -> None:
    html = asking_for(rosa, "so-SO,so;q=0.9,en;q=0.8", "/")
    assert (rosa.status, rosa.at) == (200, "/"), "offered, not forced"
    offer = re.findall(r'<p class="hl-offer" lang="so" dir="ltr"><a [^>]*href="/so/"[^>]*>([^<]+)</a>', html)
    assert [unescape(one) for one in offer] == [PACK.words("so")["languages.offer"]]
    assert 'dir="rtl"' in asking_for(rosa, "ar", "/").split('class="hl-offer"')[1].split(">")[0]
    for wanted, address in (
        ("so", "/tell/"),
        ("so", "/so/"),
        ("en-GB,en", "/cy/"),
        ("de,fr;q=0.5", "/"),
        ("", "/"),
        ("en,so;q=0.9", "/"),
    ):
        assert "hl-offer" not in asking_for(rosa, wanted, address), (wanted, address)
    assert not [name for name in rosa.client.cookies if "csrf" not in name]


def test_search_engines_are_told_of_no_machine_draft(rosa: Walker, tongues: Pack) -> None:
    """Welsh has reviewed `start` here, and Arabic nothing."""
    rosa.visit("/sitemap.xml")
    assert "<loc>http://testserver/cy/tell/</loc>" in rosa.html
    assert "/cy/phone/" not in rosa.html
    assert "/ar/" not in rosa.html
    html = rosa.visit("/cy/tell/").html
    assert '<link rel="canonical" href="http://testserver/cy/tell/">' in html
    assert re.findall(r'<link rel="alternate" hreflang="(\w+)" href="http://testserver([^"]+)"', html) == [
        ("en", "/tell/"),
        ("cy", "/cy/tell/"),
    ]
    html = rosa.visit("/ar/tell/").html
    assert '<link rel="canonical" href="http://testserver/ar/tell/">' in html
    assert '<link rel="alternate"' not in html


def test_numbers_and_postcodes_stand_from_left_to_right_in_every_language(rosa: Walker) -> None:
    box = r'<input [^>]*name="postcode"[^>]*>'
    assert 'dir="ltr"' in re.findall(box, rosa.visit("/ar/phone/near/").html)[0]
    rosa.visit("/ar/talk/call/")
    words = PACK.words("ar")
    rosa.press(words["person_door.call_button"], danger="no")
    boxes = dict(re.findall(r'<input [^>]*name="(\w+)"[^>]*(dir="\w+")', rosa.html))
    assert rosa.at == "/ar/r/callback/"
    assert boxes["phone"] == 'dir="ltr"'
    assert boxes["name"] == 'dir="auto"'


@pytest.mark.parametrize("language", list(PACK.languages))
def test_in_an_attack_the_official_translations_are_a_press_away(rosa: Walker, language: str) -> None:
    html = rosa.visit(f"{languages.prefix(language)}{attack.PATH}").html
    assert f'href="{PACK.links["attack_translations"].url}"' in html
