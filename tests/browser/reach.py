"""Questions to a page in a browser: does all of it fit, is the focus seen, does a screen reader hear it in order?

Each answers a list of what is wrong, in words; an empty list is well.
"""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, ViewportSize

from tests.browser.kit import Visitor

#: More stops of Tab than any page has.
LONGEST = 120
#: 1280 × 1024 at 400 % is 320 × 256, so this is a small phone and an enlarged page.
SMALL: ViewportSize = {"width": 320, "height": 256}

#: Neither seen nor meant to be: what only a screen reader says, and what appears when it has the focus.
_UNSEEN = ".govuk-visually-hidden, .govuk-skip-link, .hl-leave-empty, title, [hidden]"

_FITS = """(unseen) => {
    const wrong = [], wide = document.documentElement.scrollWidth
    if (wide > innerWidth) wrong.push(`the page is ${wide} px wide`)
    for (const one of document.querySelectorAll('body *')) {
        if (one.closest(unseen) || !one.checkVisibility()) continue
        const at = one.getBoundingClientRect(), how = getComputedStyle(one)
        const name = `<${one.localName} class="${one.className}"> ${(one.textContent || '').trim().slice(0, 40)}`
        if (at.width && (at.right > innerWidth + 1 || at.left < -1)) wrong.push(`beyond the edge: ${name}`)
        if (['input', 'textarea', 'select', 'svg', 'path', 'circle'].includes(one.localName)) continue
        if (how.overflow !== 'visible' && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1))
            wrong.push(`cut off: ${name}`)
    }
    return [...new Set(wrong)].slice(0, 5)
}"""

#: WCAG 1.4.12. Put on as a sheet of the browser's own: the page's policy lets nobody add one.
_SPACED = """() => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
                       p, li, dd { margin-block-end: 2em !important }`)
    document.adoptedStyleSheets = [sheet]
}"""
_UNSPACED = "() => { document.adoptedStyleSheets = [] }"
#: Both in one message to the browser: the page is laid out anew when it is asked where things are.
_FITS_SPACED_TOO = f"""(unseen) => {{
    const fits = {_FITS}
    const space = {_SPACED}, unspace = {_UNSPACED}
    const plain = fits(unseen)
    if (plain.length) return plain
    space()
    const spaced = fits(unseen).map(one => `with text spacing: ${{one}}`)
    unspace()
    return spaced
}}"""

#: What is heard: landmarks, headings in their order, names, errors at their boxes.
_HEARD = """() => {
    const wrong = [], all = (what) => [...document.querySelectorAll(what)].filter(one => one.checkVisibility())
    const count = (what, many) => { if (all(what).length !== many) wrong.push(`${all(what).length} × ${what}, not ${many}`) }
    count('main', 1); count('h1', 1)
    if (all('body > header').length) { count('body > header', 1); count('body > footer', 1) }  // the saved page has neither
    let before = 0
    for (const one of all('h1, h2, h3, h4, h5, h6').filter(one => !one.closest('.govuk-error-summary'))) {
        const level = Number(one.localName[1])
        if (level > before + 1) wrong.push(`after h${before} comes h${level}: ${one.textContent.trim()}`)
        if (!one.textContent.trim()) wrong.push(`an empty h${level}`)
        before = level
    }
    for (const one of all('nav')) if (!one.ariaLabel && !one.getAttribute('aria-labelledby')) wrong.push('a region without a name')
    for (const error of all('.govuk-error-message')) {
        const at = document.querySelector(`[aria-describedby~="${error.id}"]`)
        if (!at) wrong.push(`nothing is tied to the error ${error.id}`)
    }
    for (const link of all('.govuk-error-summary a')) {
        const box = document.querySelector(link.getAttribute('href'))
        if (!box || !box.matches('input, textarea, select')) wrong.push(`the error leads to no box: ${link.textContent}`)
    }
    for (const one of all('[aria-describedby], [aria-labelledby], [aria-controls]'))
        for (const name of ['aria-describedby', 'aria-labelledby', 'aria-controls'])
            for (const id of (one.getAttribute(name) || '').split(' ').filter(Boolean))
                if (!document.getElementById(id)) wrong.push(`${name} names ${id}, which is not there`)
    return wrong
}"""

#: Latin letters on a page in another script stand in an element that says which language they are.
_LANGUAGE_OF_PARTS = """(names) => {
    if (document.documentElement.lang === 'en') return []
    const wrong = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let at = walk.nextNode(); at; at = walk.nextNode()) {
        const one = at.parentElement
        let text = at.data
        for (const name of names) text = text.replaceAll(name, '')
        if (!/[A-Za-z]{3}/.test(text) || one.closest('script, style, textarea, [translate=no], .hl-typed') || !one.checkVisibility()) continue
        if (one.closest('[lang]').lang === document.documentElement.lang) wrong.push(text.trim().slice(0, 60))
    }
    return [...new Set(wrong)]
}"""

#: The key goes down. Letting it go moves nothing, and would be a message more at each stop.
_TAB = {"type": "rawKeyDown", "key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9}

#: How something is drawn, and what is told of it when it has the focus.
_DRAWN = """
    const look = (one) => {
        const how = one.matches('input[type=radio], input[type=checkbox]') ? getComputedStyle(one.labels[0], '::before')
            : getComputedStyle(one.matches('summary') ? one.querySelector('span') || one : one)
        return [how.outlineStyle + how.outlineWidth + how.outlineColor, how.boxShadow, how.backgroundColor, how.borderColor, how.borderWidth].join('|')
    }
    const plainly = (one) => {
        one.blur()
        const plain = look(one)
        one.focus({preventScroll: true})
        return plain
    }
    const told = (one, plain) => {
        const at = one.getBoundingClientRect()
        const top = document.elementFromPoint(at.left + at.width / 2, at.top + Math.min(at.height / 2, innerHeight - at.top - 1))
        return {
            name: (one.ariaLabel || one.innerText || (one.labels && one.labels[0] && one.labels[0].innerText) || one.name || '').trim(),
            role: one.localName + (one.type ? `[${one.type}]` : ''), seen: look(one) !== plain,
            covered: Boolean(top) && !one.contains(top) && !top.contains(one) && !(one.labels && [...one.labels].some(l => l.contains(top))),
            skips: one.matches('.govuk-skip-link'), tabindex: one.tabIndex,
        }
    }
"""

_FOCUS = f"""() => {{
    {_DRAWN}
    const one = document.activeElement
    return one && one !== document.body ? told(one, plainly(one)) : null
}}"""

#: Looks at what has the focus before each Tab goes on from it, so that one message to the browser is enough for each stop.
#: How all is drawn without the focus is noted beforehand.
_WATCH = f"""() => {{
    {_DRAWN}
    const plain = new Map([...document.querySelectorAll('a[href], button, input, textarea, select, summary, [tabindex]')]
        .filter(one => one !== document.activeElement && one.checkVisibility()).map(one => [one, look(one)]))
    const passed = [], stops = []
    let pressed = false, ended = false
    const note = () => {{
        const one = document.activeElement, last = passed.at(-1)
        ended ||= !one || one === document.body || passed.includes(one)
        if (ended) return
        const onward = !last || Boolean(last.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING)
        passed.push(one)
        stops.push({{...told(one, plain.get(one) ?? plainly(one)), onward}})
    }}
    addEventListener('keydown', () => {{ if (pressed) note(); pressed = true }}, true)
    window.hlStops = () => {{ note(); pressed = false; return ended ? stops : null }}
}}"""

#: Asked in the page itself: each question from outside takes several messages to the browser and back.
_REACHABLE = """() => {
    const seen = (one) => { const at = one.getBoundingClientRect()
        return at.width > 0 && at.height > 0 && one.checkVisibility({visibilityProperty: true}) }
    const one_by_one = document.querySelectorAll(
        `a[href], button:not([tabindex='-1']), input:not([type=hidden]):not([tabindex='-1']):not([type=radio]), textarea, summary`)
    const groups = new Set([...document.querySelectorAll('input[type=radio]')].filter(seen).map(one => one.name))
    return [...one_by_one].filter(seen).length + groups.size
}"""


def fits_small(tab: Visitor) -> list[str]:
    """Nothing scrolls sideways and nothing is cut off on the smallest screen, also with the text spacing of WCAG 1.4.12.
    The tab is then that small."""
    if tab.play.viewport_size != SMALL:
        tab.play.set_viewport_size(SMALL)
    found: list[str] = tab.play.evaluate(_FITS_SPACED_TOO, _UNSEEN)
    return found


def heard(page: Page) -> list[str]:
    """Landmarks, the order of headings, names, and errors that are tied to their boxes."""
    found: list[str] = page.evaluate(_HEARD)
    return found


def language_of_parts(page: Page, names: list[str]) -> list[str]:
    """Texts in Latin letters, but for these names, that do not say which language they are in."""
    found: list[str] = page.evaluate(_LANGUAGE_OF_PARTS, names)
    return found


def focus(page: Page) -> dict[str, Any] | None:
    """What has the focus, and whether that shows; None when nothing has."""
    found: dict[str, Any] | None = page.evaluate(_FOCUS)
    return found


def stops(tab: Visitor) -> list[dict[str, Any]] | None:
    """Everything that Tab comes to, in order, until it leaves the page or comes round; None if it does neither.

    Scripts run meanwhile, as in `Visitor.axe`. Those of a page that was loaded without them do not.
    """
    found: list[dict[str, Any]] | None = None
    pressed, more = 0, reachable(tab.play) + 1
    with tab.scripts_allowed():
        tab.play.evaluate(_WATCH)
        while found is None and pressed < LONGEST:
            for _ in range(more):
                tab.developer.send("Input.dispatchKeyEvent", _TAB)
            found = tab.play.evaluate("hlStops()")
            pressed, more = pressed + more, 1
    return found


def reachable(page: Page) -> int:
    """How many things Tab must reach: all that is seen and can be used, and one of each group of radio buttons."""
    found: int = page.evaluate(_REACHABLE)
    return found
