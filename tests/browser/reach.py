"""Questions to a page in a browser: does all of it fit, is the focus seen, does a screen reader hear it in order?

Each answers a list of what is wrong, in words; an empty list is well.
"""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

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
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]
}"""

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

_FOCUS = """() => {
    const one = document.activeElement
    if (!one || one === document.body) return null
    const drawn = one.matches('input[type=radio], input[type=checkbox]')
        ? [one.labels[0], '::before'] : [one.matches('summary') ? one.querySelector('span') || one : one, null]
    const look = () => { const how = getComputedStyle(...drawn)
        return [how.outlineStyle + how.outlineWidth + how.outlineColor, how.boxShadow, how.backgroundColor, how.borderColor, how.borderWidth].join('|') }
    const focused = look(), at = one.getBoundingClientRect()
    const top = document.elementFromPoint(at.left + at.width / 2, at.top + Math.min(at.height / 2, innerHeight - at.top - 1))
    one.blur()
    const plain = look()
    one.focus({preventScroll: true})
    window.hlStops = window.hlStops || []
    const last = window.hlStops.at(-1)
    const again = window.hlStops.includes(one)
    if (!again) window.hlStops.push(one)
    return {
        name: (one.ariaLabel || one.innerText || (one.labels && one.labels[0] && one.labels[0].innerText) || one.name || '').trim(),
        role: one.localName + (one.type ? `[${one.type}]` : ''), seen: focused !== plain, again,
        onward: !last || again || Boolean(last.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING),
        covered: Boolean(top) && !one.contains(top) && !top.contains(one) && !(one.labels && [...one.labels].some(l => l.contains(top))),
        skips: one.matches('.govuk-skip-link'), tabindex: one.tabIndex,
    }
}"""

#: Asked in the page itself: each question from outside takes several messages to the browser and back.
_REACHABLE = """() => {
    const seen = (one) => { const at = one.getBoundingClientRect()
        return at.width > 0 && at.height > 0 && one.checkVisibility({visibilityProperty: true}) }
    const one_by_one = document.querySelectorAll(
        `a[href], button:not([tabindex='-1']), input:not([type=hidden]):not([tabindex='-1']):not([type=radio]), textarea, summary`)
    const groups = new Set([...document.querySelectorAll('input[type=radio]')].map(one => one.name))
    return [...one_by_one].filter(seen).length + groups.size
}"""


def fits(page: Page) -> list[str]:
    """Nothing scrolls sideways, nothing is cut off."""
    found: list[str] = page.evaluate(_FITS, _UNSEEN)
    return found


def fits_spaced(page: Page) -> list[str]:
    """The same with the text spacing of WCAG 1.4.12."""
    page.evaluate(_SPACED)
    return [f"with text spacing: {one}" for one in fits(page)]


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


def reachable(page: Page) -> int:
    """How many things Tab must reach: all that is seen and can be used, and one of each group of radio buttons."""
    found: int = page.evaluate(_REACHABLE)
    return found
