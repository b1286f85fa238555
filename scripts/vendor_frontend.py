"""Makes the vendored front end again from the upstream packages, or checks that what is committed is what was made.

    python scripts/vendor_frontend.py            # fetch, verify, cut, write the files and vendor.lock
    python scripts/vendor_frontend.py --check    # no network: the committed files have the hashes of vendor.lock

Each package comes through the npm client and must have the SHA-512 that `vendor.lock` states; a maintainer who
upgrades changes the version and the hash there, reads the release notes, and corrects the counts below that no
longer hold. What is taken out: upstream's web fonts, crest, images, every colour (each becomes a token of `tokens.css`),
source maps, the slash in the typeface's zero (ADR 159), and the components that Heedline does not use. Node is needed here only,
never to build, test or run.
"""

import argparse
import base64
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path

from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import GlyphCoordinates
from fontTools.varLib.iup import iup_delta

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "src/heedline/web/components/static/heedline/vendor"
LOCK = ROOT / "vendor.lock"
TOOLS = ROOT / "tests/browser"
FIXTURES = ROOT / "tests/sites/components/fixtures"

FORBIDDEN = re.compile(
    r"gds transport|@font-face|crest|\burl\(/|1d70b8|govuk-logo|/assets/|sourcemappingurl", re.IGNORECASE
)

# The blocks that Heedline's templates write. Everything else of upstream is left out.
GOVUK_BLOCKS = [
    "body",
    "body-m",
    "body-s",
    "body-l",
    "list",
    "heading-xl",
    "heading-l",
    "heading-m",
    "heading-s",
    "caption-xl",
    "caption-l",
    "caption-m",
    "link",
    "section-break",
    "width-container",
    "main-wrapper",
    "grid-row",
    "grid-column-full",
    "grid-column-two-thirds",
    "grid-column-one-third",
    "grid-column-one-half",
    "template",
    "visually-hidden",
    "visually-hidden-focusable",
    "skip-link",
    "generic-header",
    "phase-banner",
    "back-link",
    "exit-this-page",
    "exit-this-page-overlay",
    "exit-this-page-hide-content",
    "button",
    "button-group",
    "error-summary",
    "error-message",
    "form-group",
    "fieldset",
    "label",
    "label-wrapper",
    "hint",
    "radios",
    "checkboxes",
    "textarea",
    "input",
    "date-input",
    "select",
    "file-upload",
    "details",
    "inset-text",
    "warning-text",
    "notification-banner",
    "summary-list",
    "summary-card",
    "panel",
    "table",
    "tag",
    "pagination",
    "language-navigation",
    "breadcrumbs",
    "frontend-supported",
    "!-width-full",
    "!-width-three-quarters",
    "!-width-two-thirds",
    "!-width-one-half",
    "!-width-one-third",
    "!-width-one-quarter",
    "!-font-weight-bold",
    "!-font-tabular-numbers",
    "!-display-none-print",
    "!-text-break-word",
    "!-text-align-right",
]
MOJ_BLOCKS = [
    "badge",
    "sub-navigation",
    "side-navigation",
    "timeline",
    "filter",
    "filter-layout",
    "action-bar",
]


def _colour(colour: str, token: str, *, prop: str = "", selector: str = "") -> dict[str, str]:
    return {"colour": colour, "token": token, "property": prop, "selector": selector}


# First match wins: the narrow rules stand before the wide ones.
COLOURS = [
    _colour("#0f7a52", "--heedline-action", selector=r"^\.govuk-button"),
    _colour("#0b5c3e", "--heedline-action-hover"),
    _colour("#083d29", "--heedline-action-shadow", prop="box-shadow"),
    _colour("#083d29", "--heedline-done-text"),
    _colour("#ca3535", "--heedline-danger", selector=r"^\.govuk-button"),
    _colour("#982828", "--heedline-danger-hover"),
    _colour("#651b1b", "--heedline-danger-hover", prop="box-shadow"),
    _colour("#651b1b", "--heedline-danger-text"),
    _colour("#f3f3f3", "--heedline-quiet"),
    _colour("#cecece", "--heedline-quiet-hover"),
    _colour("#858686", "--heedline-quiet-shadow"),
    _colour("#0f385c", "--heedline-action-shadow", prop="box-shadow"),
    _colour("#0f385c", "--heedline-info-text"),
    _colour("#d2e2f1", "--heedline-info"),
    _colour("#cfe4dc", "--heedline-done-back"),
    _colour("#f4d7d7", "--heedline-danger-back"),
    _colour("#7a3c1c", "--heedline-need-text"),
    _colour("#ffee80", "--heedline-need-back"),
    _colour("#fff", "--heedline-inverse-back", prop="^background", selector="inverse"),
    _colour("#f4f8fb", "--heedline-inverse-hover", selector="inverse"),
    _colour("#fff", "--govuk-body-background-colour", prop="^background|^box-shadow"),
    _colour("#fff", "--govuk-inverse-text-colour"),
    _colour("#0b0c0c", "--govuk-text-colour"),
    _colour("#484949", "--govuk-secondary-text-colour"),
    _colour("#1d70b8", "--heedline-info-text"),
    _colour("#ca3535", "--govuk-error-colour"),
    _colour("#0f7a52", "--govuk-success-colour"),
]

# What public and office pages use of upstream's scripts, as an enhancement of pages that work without.
ENHANCE = """
import { createAll, Button, Checkboxes, ExitThisPage } from '%(all)s'
document.body.classList.add('js-enabled', 'govuk-frontend-supported')
createAll(Button, { preventDoubleClick: true })
createAll(Checkboxes)
createAll(ExitThisPage)
"""


def _verified(package: dict[str, str], into: Path) -> Path:
    """The unpacked tarball of one package, which has the SHA-512 that the lock states; SystemExit if not."""
    spec = f"{package['name']}@{package['version']}"
    answer = subprocess.run(
        ["npm", "pack", spec, "--json"], cwd=into, check=True, capture_output=True, text=True
    )
    tarball = into / str(json.loads(answer.stdout)[0]["filename"])
    digest = base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()
    if f"sha512-{digest}" != package["integrity"]:
        sys.exit(f"{spec} is not the package of vendor.lock")
    folder = into / tarball.stem
    with tarfile.open(tarball) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package"


def _cut(
    source: Path,
    output: Path,
    *,
    prefix: str,
    keep: list[str],
    prefixes: list[str],
    drop: list[str],
    expect: dict[str, int],
    work: Path,
) -> None:
    """One stylesheet, cut and without colours, with its right-to-left twin beside it."""
    job = work / "job.json"
    job.write_text(
        json.dumps(
            {
                "input": str(source),
                "output": str(output),
                "rtl": str(output.with_suffix(".rtl.css")),
                "prefix": prefix,
                "keep": keep,
                "keepPrefixes": prefixes,
                "dropSelectors": drop,
                "colours": COLOURS,
                "fontFrom": "GDS Transport,arial,sans-serif",
                "expect": expect,
            }
        )
    )
    subprocess.run(
        ["node", str(Path(__file__).with_suffix(".mjs")), str(TOOLS / "node_modules"), str(job)], check=True
    )


def _fixtures(govuk: Path) -> None:
    """Upstream's own examples of the components that Heedline writes, for the conformance test."""
    FIXTURES.mkdir(parents=True, exist_ok=True)
    for block in GOVUK_BLOCKS:
        source = govuk / f"dist/govuk/components/{block}/fixtures.json"
        if source.exists():
            examples = [
                {"name": each["name"], "options": each["options"], "html": each["html"]}
                for each in json.loads(source.read_text())["fixtures"]
            ]
            lines = ",\n".join(json.dumps(each, ensure_ascii=False) for each in examples)
            (FIXTURES / f"{block}.json").write_text(f"[\n{lines}\n]\n")


def make() -> None:
    """Fetch, verify, cut, write; then state the hash of each file in the lock."""
    subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=TOOLS, check=True)
    lock = tomllib.loads(LOCK.read_text())
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        govuk, moj, htmx, typeface = (_verified(package, work) for package in lock["package"])
        _cut(
            govuk / "dist/govuk/govuk-frontend.min.css",
            OUT / "govuk.css",
            work=work,
            prefix="govuk",
            keep=[f"govuk-{name}" for name in GOVUK_BLOCKS],
            prefixes=["govuk-!-margin-bottom-", "govuk-!-margin-top-"],
            drop=[
                "file-upload-button",
                "tag--(purple|magenta|pink|orange|turquoise|teal)",
                "js-enabled .govuk-file",
            ],
            expect={"fontFaces": 2, "fonts": 58, "urls": 3},
        )
        _cut(
            moj / "moj/moj-frontend.min.css",
            OUT / "moj.css",
            work=work,
            prefix="moj|govuk|probation",
            keep=[f"moj-{name}" for name in MOJ_BLOCKS],
            prefixes=[],
            drop=["--bright-purple", "badge--(purple|black)", "filter__(tag|close)", "js-enabled"],
            expect={"fontFaces": 0, "fonts": 60, "urls": 11},
        )
        entry = work / "enhance.mjs"
        entry.write_text(ENHANCE % {"all": (govuk / "dist/govuk/all.mjs").as_posix()})
        subprocess.run(
            [
                str(TOOLS / "node_modules/.bin/esbuild"),
                str(entry),
                "--bundle",
                "--minify",
                "--format=iife",
                "--target=es2020",
                "--legal-comments=none",
                "--log-level=warning",
                f"--outfile={OUT / 'enhance.js'}",
            ],
            check=True,
        )
        script = (htmx / "dist/htmx.min.js").read_text()
        (OUT / "htmx.js").write_text(re.sub(r"\n?//# sourceMappingURL=.*\n?", "\n", script))
        _fixtures(govuk)
        for part in ("latin", "latin-ext"):
            source = typeface / f"files/atkinson-hyperlegible-next-{part}-wght-normal.woff2"
            (OUT / f"typeface-{part}.woff2").write_bytes(source.read_bytes())
        take_out_slash(OUT / "typeface-latin.woff2")
        (OUT / "LICENCE-typeface.txt").write_bytes((typeface / "LICENSE").read_bytes())
    for path in sorted(OUT.glob("*.css")) + sorted(OUT.glob("*.js")):
        if found := FORBIDDEN.search(path.read_text()):
            sys.exit(f"{path.name} still holds {found.group()!r}")
    head = LOCK.read_text().split("\n[files]\n")[0].rstrip()
    made = "\n".join(f'"{name}" = "{digest}"' for name, digest in hashes().items())
    LOCK.write_text(f"{head}\n\n[files]\n{made}\n")
    for path in sorted(OUT.iterdir()):
        print(f"{path.stat().st_size:>8} {path.name}")


def take_out_slash(file: Path) -> None:
    """Take the slash out of the zero of a variable typeface, which belongs in a code and not in a telephone number.

    The slash is what lies between the two holes of the glyph. One hole of the same extent takes their place, in the shape of
    the glyph's outline, at the default weight and at each weight that the glyph varies to.
    """
    font = TTFont(file, recalcTimestamp=False)
    glyph, variations = font["glyf"]["zero"], font["gvar"].variations["zero"]  # tabular figures show the same
    edge, ends = glyph.endPtsOfContours[0] + 1, glyph.endPtsOfContours
    points = [tuple(point) for point in glyph.coordinates]
    hole = _hole(points, edge)
    for one in variations:
        moved = iup_delta(one.coordinates, [*points, *[(0, 0)] * 4], ends)  # and its four phantom points
        there = [(x + dx, y + dy) for (x, y), (dx, dy) in zip(points, moved, strict=False)]
        away = [(x - a, y - b) for (x, y), (a, b) in zip(_hole(there, edge), hole, strict=True)]
        one.coordinates = [*moved[:edge], *away, *moved[len(points) :]]
    flags = list(glyph.flags[:edge])
    glyph.coordinates = GlyphCoordinates([*points[:edge], *hole])
    glyph.flags = bytearray([*flags, flags[0], *reversed(flags[1:])])
    glyph.endPtsOfContours, glyph.numberOfContours = [edge - 1, 2 * edge - 1], 2
    font.save(file)


def _hole(points: list[tuple[int, int]], edge: int) -> list[tuple[int, int]]:
    """Return the outline (the first `edge` points), turned round and made as small as the holes (the others) together."""
    outer, inner = points[:edge], points[edge:]
    spans = [[(min(way), max(way)) for way in zip(*contour, strict=True)] for contour in (outer, inner)]
    made = [
        tuple(
            round(low + (value - far) * (high - low) / (end - far))
            for value, (far, end), (low, high) in zip(point, *spans, strict=True)
        )
        for point in outer
    ]
    return [made[0], *reversed(made[1:])]


def hashes() -> dict[str, str]:
    """File name to SHA-256 of every file in the vendored folder."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(OUT.iterdir())}


def check() -> list[str]:
    """What is wrong with the committed files; an empty list when nothing is."""
    stated: dict[str, str] = tomllib.loads(LOCK.read_text()).get("files", {})
    found = hashes()
    return sorted(name for name in stated.keys() | found.keys() if stated.get(name) != found.get(name))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Make or check the vendored front end.")
    parser.add_argument(
        "--check", action="store_true", help="only compare the committed files with vendor.lock"
    )
    if parser.parse_args().check:
        if wrong := check():
            sys.exit(f"not as in vendor.lock: {', '.join(wrong)}")
        print("The vendored files are those of vendor.lock.")
    else:
        make()


if __name__ == "__main__":
    main()
