"""The look: every pair of colours can be read, nothing of the state's brand is here, the vendored files are the locked ones."""

from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

ROOT = Path(__file__).resolve().parents[3]
STATIC = ROOT / "src/heedline/web/components/static/heedline"
TEMPLATES = ROOT / "src/heedline/web"

#: Text on ground: at least 4.5 to 1. `light` and `dark` both.
TEXT = [
    ("--govuk-text-colour", "--heedline-paper"),
    ("--govuk-text-colour", "--heedline-field"),
    ("--govuk-text-colour", "--heedline-mist"),
    ("--govuk-text-colour", "--heedline-quiet"),
    ("--govuk-text-colour", "--heedline-quiet-hover"),
    ("--govuk-text-colour", "--heedline-need-back"),
    ("--govuk-secondary-text-colour", "--heedline-paper"),
    ("--govuk-secondary-text-colour", "--heedline-mist"),
    ("--govuk-secondary-text-colour", "--heedline-field"),
    ("--govuk-link-colour", "--heedline-paper"),
    ("--govuk-link-colour", "--heedline-mist"),
    ("--govuk-link-colour", "--heedline-white"),
    ("--govuk-link-hover-colour", "--heedline-paper"),
    ("--govuk-error-colour", "--heedline-paper"),
    ("--govuk-inverse-text-colour", "--heedline-action"),
    ("--govuk-inverse-text-colour", "--heedline-action-hover"),
    ("--govuk-inverse-text-colour", "--heedline-danger"),
    ("--govuk-inverse-text-colour", "--heedline-danger-hover"),
    ("--govuk-inverse-text-colour", "--govuk-success-colour"),
    ("--govuk-inverse-text-colour", "--govuk-brand-colour"),
    ("--govuk-focus-text-colour", "--govuk-focus-colour"),
    ("--heedline-danger-text", "--heedline-danger-back"),
    ("--heedline-danger-text", "--heedline-mist"),
    ("--heedline-danger-text", "--heedline-paper"),
    ("--heedline-done-text", "--heedline-done-back"),
    ("--heedline-done-text", "--heedline-paper"),
    ("--heedline-need-text", "--heedline-need-back"),
    ("--heedline-info-text", "--heedline-info"),
    ("--heedline-amber-text", "--heedline-paper"),
    ("--govuk-brand-colour", "--heedline-inverse-back"),
    ("--govuk-inverse-text-colour", "--heedline-now"),
    ("--govuk-inverse-text-colour", "--heedline-header"),
]
#: The outline of a field, and of what has the focus, against what is around: at least 3 to 1.
OUTLINES = [
    ("--govuk-input-border-colour", "--heedline-paper"),
    ("--govuk-input-border-colour", "--heedline-field"),
    ("--govuk-error-colour", "--heedline-paper"),
]


def _tokens(css: str) -> dict[str, str]:
    return dict(re.findall(r"(--[a-z-]+):\s*([^;]+);", css))


def _themes() -> dict[str, dict[str, str]]:
    sheet = (STATIC / "heedline.css").read_text()
    asked, at_night = (
        sheet.index(f"@media {one}")
        for one in ("(prefers-contrast: more)", "screen and (prefers-color-scheme: dark)")
    )
    day_ends = sheet.index("\n}\n", at_night)
    by_night = sheet[at_night:day_ends]
    light, more = _tokens(sheet[:at_night]), _tokens(sheet[asked : sheet.index("@media", asked + 1)])
    office = (STATIC / "office.css").read_text()
    dark = office[office.index("@media screen and (prefers-color-scheme: dark)") :]
    bright = office[: office.index("@media screen and (prefers-color-scheme: dark)")]
    night = _tokens(by_night) | _tokens(bright) | _tokens(dark[: dark.index("\n}\n")])
    return {
        "light": light,
        "dark": light | night,
        "more contrast": light | more,
        "dark, more contrast": light | more | night,
    }


THEMES = _themes()


def _value(theme: dict[str, str], token: str) -> str:
    value = theme[token]
    return _value(theme, value[4:-1]) if value.startswith("var(") else value


def _light(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG's ratio of two colours of six digits."""
    high, low = sorted((_light(one), _light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("pairs", "least"), [(TEXT, 4.5), (OUTLINES, 3.0)], ids=["text", "outlines"])
def test_every_pair_can_be_read(theme: str, pairs: list[tuple[str, str]], least: float) -> None:
    tokens = THEMES[theme]
    found = {pair: round(contrast(_value(tokens, pair[0]), _value(tokens, pair[1])), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in found.items() if ratio < least} == {}


def test_the_tokens_are_those_of_the_brand() -> None:
    brand = {
        "paper": "#fbfaf7", "ink": "#14213d", "teal": "#0b5d5e", "teal-dark": "#083f40", "deep": "#0a3d44",
        "mist": "#e6f0ef", "slate": "#4a5568", "line": "#6b7280", "amber": "#ffd166", "amber-text": "#7a4b00",
        "red": "#b3261e", "green": "#1b6e3c",
    }  # fmt: skip
    assert {name: THEMES["light"][f"--heedline-{name}"] for name in brand} == brand


def test_every_token_that_the_vendored_files_use_is_set() -> None:
    vendored = (STATIC / "vendor/govuk.css").read_text() + (STATIC / "vendor/moj.css").read_text()
    assert set(re.findall(r"var\((--[a-z-]+)", vendored)) <= THEMES["light"].keys()
    assert not re.search(r"#[0-9a-f]{3,8}\b(?![^{]*\{)", vendored, re.IGNORECASE)


def test_nothing_of_the_states_brand_is_here() -> None:
    forbidden = re.compile(
        r"gds[ -]?transport|\bcrest\b|\bcrown\b|govuk-crest|govuk-logo|#1d70b8|/assets/|fonts\.g|opengraph",
        re.IGNORECASE,
    )
    found = []
    for path in sorted(TEMPLATES.rglob("*")):
        if path.is_dir() or path.name.startswith("LICENCE") or path.suffix in {".pyc", ".png", ".woff2"}:
            continue
        # of a PDF the words are the pack's, and compressed; what can be read are fonts and pictures by name
        encoding = "latin-1" if path.suffix == ".pdf" else "utf-8"
        text = path.read_text(encoding=encoding)
        found += [f"{path.relative_to(ROOT)}: {hit.group()}" for hit in forbidden.finditer(text)]
    assert found == []
    kinds = {path.suffix for path in STATIC.rglob("*") if path.is_file()}
    assert kinds <= {".css", ".js", ".txt", ".png", ".pdf", ".json", ".woff2"}
    fonts = {path.name for path in STATIC.rglob("*.woff2")}
    assert fonts == {"typeface-latin.woff2", "typeface-latin-ext.woff2"}, "one typeface, and a free one"


def test_vendored_files_are_the_locked_ones() -> None:
    stated = tomllib.loads((ROOT / "vendor.lock").read_text())["files"]
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (STATIC / "vendor").iterdir()
    }
    assert found == stated
    assert {
        "LICENCE-govuk-frontend.txt",
        "LICENCE-moj-frontend.txt",
        "LICENCE-htmx.txt",
        "LICENCE-typeface.txt",
    } <= found.keys()


@pytest.mark.parametrize("weight", [200, 400, 800])
def test_the_zero_of_the_typeface_has_no_slash(weight: int) -> None:
    """It belongs in a code, not in a telephone number: what remains is an outline with one hole inside it."""
    font = instantiateVariableFont(TTFont(STATIC / "vendor/typeface-latin.woff2"), {"wght": weight})
    zero = font["glyf"]["zero"]
    assert zero.numberOfContours == font["glyf"]["O"].numberOfContours == 2
    outline, hole = zero.coordinates[: (end := zero.endPtsOfContours[0] + 1)], zero.coordinates[end:]
    for axis in (0, 1):
        (low, high), (inner_low, inner_high) = (
            (min(ends), max(ends)) for ends in ([point[axis] for point in one] for one in (outline, hole))
        )
        assert low < inner_low < inner_high < high


def test_digits_are_of_the_typeface_of_the_words_around_them() -> None:
    sheet = (STATIC / "heedline.css").read_text()
    (latin,) = re.findall(r"typeface-latin\.woff2[^}]*unicode-range: ([^;]+);", sheet)
    assert "U+0000-00FF" in latin


def test_our_styles_serve_both_directions() -> None:
    ours = "".join((STATIC / f"{name}.css").read_text() for name in ("heedline", "answers", "office"))
    one_way = re.findall(
        r"(?:margin|padding|border)-(?:left|right)\b|text-align:\s*(?:left|right)|^\s*(?:left|right):",
        ours,
        re.MULTILINE,
    )
    assert one_way == []
