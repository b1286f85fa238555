"""Every public page in every language, without scripts, as small as a phone or 400 % of a screen, and with wide letters."""

from __future__ import annotations

from collections import Counter
from io import BytesIO

import pytest
from pypdf import PdfReader

from heedline.packs import load_pack
from tests.browser import reach
from tests.browser.kit import browser, person  # noqa: F401 (fixtures)
from tests.journeys.looking import every_page, put
from tests.journeys.test_reporter_journey import Open, shown_code, site, tell  # noqa: F401 (a fixture)
from tests.journeys.test_trees import REVIEWED
from tests.sites.public.walker import Walker
from tests.support.cast import House

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
PACK = load_pack("uk")


def test_nothing_scrolls_sideways_and_nothing_is_cut_off(
    site: str,  # noqa: F811
    person: Open,  # noqa: F811
    leads: House,
) -> None:
    """Go through the pages once and put the responses in every language into a tab (looking.py).

    The reviewed languages are checked in test_trees.py.
    """
    languages = [one for one in PACK.languages if one not in REVIEWED]
    # A tab for each text direction, because each has its own style sheets.
    tabs = {
        direction: person(scripts=False, **reach.SMALL)
        for direction in sorted({PACK.languages[one].direction for one in languages})
    }
    wrong: list[str] = []
    seen: Counter[str] = Counter()
    for stage, language, address, tab in every_page(
        site, leads, {one: tabs[PACK.languages[one].direction] for one in languages}
    ):
        seen[language] += 1
        wrong += [f"{language} {stage}: /{address}: {one}" for one in reach.fits_small(tab)]
    assert not wrong, "\n".join(wrong)
    assert set(seen) == set(languages)
    assert min(seen.values()) > 80


_BOXES = """() => [...document.querySelectorAll('body, body *')].map(one => {
    const {left, right, top, bottom} = one.getBoundingClientRect()
    return [one.localName, left, right, top, bottom].join(' ')
})"""


def test_a_page_that_was_put_in_is_laid_out_as_if_it_were_visited(site: str, person: Open) -> None:  # noqa: F811
    tab, reader = person(scripts=False, **reach.SMALL), Walker()
    visited, alike = [], [one for one in ASKED if one not in OWN_SHEETS]
    assert len(alike) >= 4
    for address in alike:
        tab.visit(f"{site}/pl/{address}")
        assert tab.play.evaluate("document.fonts.ready.then(fonts => fonts.status)") == "loaded"
        visited.append((tab.play.title(), tab.play.evaluate(_BOXES)))
    for address, (title, boxes) in zip(alike, visited, strict=True):
        assert put(tab, reader.visit(f"/pl/{address}").html)
        assert (tab.play.title(), tab.play.evaluate(_BOXES)) == (title, boxes)
    for other in ("/ar/", *(f"/pl/{address}" for address in OWN_SHEETS)):
        assert not put(tab, reader.visit(other).html), "its style sheets differ"


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<p style='width:400px'>wide</p>", "beyond the edge"),
        ("<p style='height:1em;overflow:hidden'>one<br>two<br>three</p>", "cut off"),
        ("<p style='margin-left:-40px'>left</p>", "beyond the edge"),
        ("<p style='white-space:nowrap'>Wide, but no wider than it may be</p>", "with text spacing: "),
    ],
)
def test_the_question_finds_what_does_not_fit(person: Open, html: str, found: str) -> None:  # noqa: F811
    tab = person(scripts=False)
    tab.play.set_content("<p>Small</p>")
    assert reach.fits_small(tab) == []
    tab.play.set_content(html)
    wrong = reach.fits_small(tab)
    assert any(one.startswith(found) for one in wrong)
    assert reach.fits_small(tab) == wrong, "the page is as it was"


# --- what a person asked of their own device --------------------------------------------------------------------------
ASKED = ("", "emergency/", "tell/", "privacy/", "phone/near/", "stay-safe/now/")
#: Of these, the pages with a style sheet that the others do not have.
OWN_SHEETS = ("emergency/", "stay-safe/now/")

_CONTRAST = """() => {
    const light = (c) => { const [r, g, b] = c.map(v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
                           return .2126 * r + .7152 * g + .0722 * b }
    const numbers = (text) => text.match(/[\\d.]+/g).map(Number)
    const back = (one) => { for (; one; one = one.parentElement) {
        const [r, g, b, a = 1] = numbers(getComputedStyle(one).backgroundColor); if (a > .99) return [r, g, b] } return [255, 255, 255] }
    const wrong = []
    for (const one of document.querySelectorAll('body *')) {
        if (!one.checkVisibility() || one.closest('.govuk-skip-link, .govuk-visually-hidden, .hl-leave-empty, svg')) continue
        if (![...one.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue
        const pair = [light(numbers(getComputedStyle(one).color).slice(0, 3)), light(back(one))].sort((a, b) => b - a)
        const ratio = (pair[0] + .05) / (pair[1] + .05)
        if (ratio < 7) wrong.push(`${ratio.toFixed(1)}: ${one.textContent.trim().slice(0, 50)}`)
    }
    return [...new Set(wrong)]
}"""


def test_more_contrast_is_given_to_who_asks_for_it(site: str, person: Open) -> None:  # noqa: F811
    """Seven to one for every word; without the wish some of the quieter ones have less, and more than law asks."""
    tab = person(scripts=False)
    tab.play.emulate_media(contrast="more")
    plain = 0
    for language in ("", "cy/"):
        for address in ASKED:
            tab.visit(f"{site}/{language}{address}")
            assert tab.play.evaluate(_CONTRAST) == [], address
    tab.play.emulate_media(contrast="no-preference")
    for address in ASKED:
        tab.visit(f"{site}/cy/{address}")
        plain += len(tab.play.evaluate(_CONTRAST))
    assert plain, "the question finds what has less"


def test_forced_colours_leave_buttons_edges_and_focus(site: str, person: Open) -> None:  # noqa: F811
    """Backgrounds and shadows are gone then: what they said, a line says."""
    tab = person(scripts=False, contrast=True)
    for address in ASKED:
        tab.visit(f"{site}/{address}")
        bare = tab.play.evaluate(
            """() => [...document.querySelectorAll('.govuk-button, input:not([type=hidden]):not([type=radio]):not([type=checkbox]), textarea')]
                .filter(one => one.checkVisibility() && !one.closest('.hl-leave-empty'))
                .filter(one => { const how = getComputedStyle(one)
                    return parseFloat(how.borderTopWidth) < 1 || how.borderTopStyle === 'none' }).map(one => one.outerHTML.slice(0, 80))"""
        )
        assert bare == [], address
        for _ in range(6):
            tab.play.keyboard.press("Tab")
            if tab.play.evaluate("document.activeElement === document.body"):
                break  # the short page has no more
            outline = tab.play.evaluate(
                """() => { const how = getComputedStyle(document.activeElement)
                    return [how.outlineStyle, parseFloat(how.outlineWidth), how.outlineColor] }"""
            )
            assert outline[0] != "none", address
            assert outline[1] >= 2, address
            assert "0, 0, 0, 0" not in outline[2], address


def test_nothing_moves_for_who_asks_for_less_motion(site: str, person: Open) -> None:  # noqa: F811
    moving = """() => [...document.querySelectorAll('*')].filter(one => { const how = getComputedStyle(one)
        return how.scrollBehavior !== 'auto' || how.animationName !== 'none'
            || how.transitionDuration.split(',').some(each => parseFloat(each) > 0.001) }).map(one => one.outerHTML.slice(0, 80))"""
    tab = person(scripts=True)
    for address in ASKED:
        tab.visit(f"{site}/{address}")
        assert tab.play.evaluate(moving) == [], address
        assert tab.play.evaluate("document.getAnimations().length") == 0, address
    tab.play.evaluate(
        """() => { const sheet = new CSSStyleSheet(); sheet.replaceSync('h1 { transition: color 1s }')
                   document.adoptedStyleSheets = [sheet] }"""
    )
    assert len(tab.play.evaluate(moving)) == 1, "the question finds what moves"


def test_paper_has_the_words_and_none_of_what_is_pressed(site: str, person: Open) -> None:  # noqa: F811
    tab = person(scripts=False)
    for address in ASKED:
        tab.visit(f"{site}/{address}")
        # after the visit: a page may come in another process of the browser, which forgets that this is paper
        tab.play.emulate_media(media="screen")
        tab.play.emulate_media(media="print")
        pressed = tab.play.locator(
            ".govuk-button, .govuk-back-link, .govuk-exit-this-page, .govuk-skip-link, nav, .hl-footer__links"
        )
        assert not [one for one in pressed.all() if one.is_visible()], address
        assert tab.play.locator("h1").is_visible()
        assert tab.play.locator("main").inner_text().strip()
        dark = tab.play.evaluate(
            """() => [...document.querySelectorAll('body, header, footer, main, section')].map(one => getComputedStyle(one).backgroundColor)
                .filter(colour => !['rgba(0, 0, 0, 0)', 'rgb(255, 255, 255)'].includes(colour))"""
        )
        assert dark == [], address
    tab.play.emulate_media(media="screen")
    tell(tab, site)
    tab.play.emulate_media(media="print")
    code = shown_code(tab)
    assert tab.play.locator(".hl-code").is_visible()
    assert not tab.play.get_by_role("button", name="I have saved my code").is_visible()
    assert code not in tab.play.title()
    paper = PdfReader(BytesIO(tab.play.pdf()))
    assert "".join(code.split("-")) in "".join("".join(one.extract_text() for one in paper.pages).split())
