"""What the repository itself promises: words, sizes, names, papers, and that it came from nobody's machine."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: Words that the public and officers never read from us. The glossary, which says so, may name them.
NEVER = re.compile(
    r"\b(suspects?|victims?|tipsters?|tip-?offs?|informants?|snitch\w*|grass(?:es)? (?:up|on)|whistle-?blowers?|"
    r"tickets?|vulnerable)\b",
    re.IGNORECASE,
)
#: Quotations of the law and compounds that mean something else.
EXCUSED = re.compile(
    r"suspect(?:ed)? (?:package|item|device|vehicle)|(?:train|bus) tickets?|Victim Support|not vulnerable",
    re.IGNORECASE,
)
LONGEST = 450
#: The page for somebody caught in an attack is one file that needs no second request; its style is allowed by its hash.
ONE_FILE = {"attack.html"}
#: What stands on paper: read by the program that makes the PDFs, and by no browser.
PAPER = "/leaflets/"
#: The picture of a second factor's secret: an SVG of rectangles that our adapter makes from numbers.
SVG_OF_OURS = {"sign_in_views.py"}
#: Built up from parts, so that this file does not hold what it looks for.
FOREIGN = re.compile(
    "|".join(
        [
            r"/" + r"work/(?:main|shared)\b",
            r"/" + r"tmp/(?:team|hldev)\b",
            "files" + r"\.pythonhosted\.org",
            r"\bpypi" + r"\.org",
            "registry" + r"\.npmjs",
            r"deb" + r"\.debian\.org",
            "arti" + "factory",
        ]
    )
)


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def ours(path: Path) -> bool:
    return (
        "/static/" not in str(path)
        and "node_modules" not in path.parts
        and path.suffix in {".py", ".sql", ".html"}
    )


def test_texts_for_people_use_our_words() -> None:
    read = tracked(
        "src/heedline/packs/*.toml", "src/heedline/web/*.html", "src/heedline/packs/*.md", "README.md"
    )
    assert len(read) > 40
    found = [
        (str(path.relative_to(ROOT)), match.group())
        for path in read
        if path.name != "name_evidence.toml"  # words that reporters write before a name
        for match in NEVER.finditer(EXCUSED.sub("", text_of(path)))
    ]
    assert found == []


def test_every_page_has_a_title() -> None:
    """A page that extends a shell fills its title block itself or through what it extends."""
    pages = {
        path.relative_to(path.parents[1]).as_posix(): text_of(path)
        for path in tracked("src/heedline/web/*.html")
        if "/parts/" not in str(path) and PAPER not in str(path) and not path.name.startswith("_")
    }
    shells = {name for page in pages.values() for name in re.findall(r'{% extends "([^"]+)"', page)}
    for name, page in pages.items():
        if name in shells:
            continue
        said, seen = page, page
        while "{% block title" not in seen and "<title" not in seen:
            extends = re.search(r'{% extends "([^"]+)"', said)
            assert extends, f"{name} has no title"
            said = pages[extends.group(1)]
            # a shell may leave the title to its pages, or take it from the view
            seen = re.sub(r"{% block title %}\s*{% endblock|<title", "", said)


def test_nothing_is_marked_safe_outside_the_components() -> None:
    for path in tracked("src/heedline/*.html", "src/heedline/*.py"):
        if "/components/" in str(path) or not ours(path) or path.name in SVG_OF_OURS:
            continue
        text = text_of(path)
        assert not re.search(
            r"\|\s*safe\b|{%\s*autoescape\s+off|mark_safe|SafeString\(|\|\s*safeseq", text
        ), path


def test_no_page_has_a_script_or_style_of_its_own() -> None:
    for path in tracked("src/heedline/web/*.html"):
        if "/static/" in str(path) or PAPER in str(path) or path.name in ONE_FILE:
            continue
        text = text_of(path)
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text, re.IGNORECASE), path
        for script in re.findall(r"<script[^>]*>", text):
            assert "src=" in script or 'type="application/json"' in script, path  # data, which nothing runs


def test_no_two_sites_have_a_static_file_of_one_name() -> None:
    """All are collected into one folder: of two with one name, a site would be served the other's without a word."""
    lies_in: dict[str, list[str]] = {}
    for path in tracked("src/heedline/**/static/**"):
        site, _, name = path.relative_to(ROOT).as_posix().partition("/static/")
        lies_in.setdefault(name, []).append(site)
    assert len({site for sites in lies_in.values() for site in sites}) >= 4
    assert {name: sites for name, sites in lies_in.items() if len(sites) > 1} == {}
    strays = [name for name in lies_in if not name.startswith("heedline/")]
    assert not strays, "packages of others have names of their own there"


def test_no_module_is_a_drawer_for_everything() -> None:
    names = {
        "utils",
        "util",
        "common",
        "core",
        "helpers",
        "helper",
        "services",
        "signals",
        "misc",
        "managers",
    }
    assert [
        p
        for p in tracked("src/*.py", "tests/*.py", "scripts/*.py")
        if p.stem in names or names & set(p.parts)
    ] == []


def test_files_stay_short() -> None:
    """Migrations are as long as Django writes them: nobody reads or changes them by hand."""
    long = {
        str(path.relative_to(ROOT)): lines
        for path in tracked("src/*.py", "tests/*.py", "scripts/*.py", "src/*.sql")
        if ours(path) and "migrations" not in path.parts and (lines := text_of(path).count("\n")) > LONGEST
    }
    assert long == {}


def test_the_repository_names_no_machine_and_no_registry() -> None:
    found = []
    for path in tracked():
        if path.suffix in {".png", ".xz", ".woff2", ".ico", ".gz"} or "node_modules" in path.parts:
            continue
        try:
            text = text_of(path)
        except UnicodeDecodeError:
            continue
        found += [(str(path.relative_to(ROOT)), match.group()) for match in FOREIGN.finditer(text)]
    assert found == []


def test_invented_people_have_invented_numbers() -> None:
    """Telephone numbers in tests and in the demo come from the ranges kept for drama; addresses from example names."""
    number = re.compile(r"(?<![\w.-])(?:\+44|0)[127]\d{2,4}[ -]?\d{3}[ -]?\d{3,4}(?![\w-])")
    kept = re.compile(
        r"07700 ?900 ?\d{3}|020 ?7946 ?0\d{3}|(?:\+44 ?|0)1632 ?960 ?\d{3}|0?[127]\d00 ?000 ?000|(?:\+44|0)7700 ?900 ?\d{3}"
    )
    mail = re.compile(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)*\.[a-z]{2,})\b")
    for path in tracked("tests/*.py", "src/heedline/jobs/*.py"):
        text = text_of(path)
        for match in number.finditer(text):
            assert kept.fullmatch(match.group()), (path.name, match.group())
        for match in mail.finditer(text):
            assert re.search(
                r"(?:^|\.)(?:example(?:\.(?:org|com|net))?|invalid|test|localhost)$", match.group(1)
            ), (
                path.name,
                match.group(),
            )


def test_no_test_is_skipped_for_good() -> None:
    for path in tracked("tests/*.py"):
        if path == Path(__file__):
            continue
        assert not re.search(r"@pytest\.mark\.(skip|xfail)\b|TO" + r"DO|FIX" + "ME", text_of(path)), path


def locked(name: str) -> set[str]:
    return set(re.findall(r"^([a-z0-9._-]+)==", text_of(ROOT / name), re.MULTILINE))


def test_what_runs_has_no_tools_to_build_with() -> None:
    build, run = locked("requirements-build.lock"), locked("requirements.lock")
    assert {"hatchling", "editables"} <= build
    assert {"django", "granian"} <= run
    assert not build & run - {"packaging"}
    assert "--target .venv/build" in text_of(ROOT / "scripts" / "bootstrap.sh")


def test_the_bill_of_materials_names_all_that_runs(tmp_path: Path) -> None:
    """As `make sbom` makes it."""
    recipe = text_of(ROOT / "Makefile").partition("\nsbom:")[2].partition("\n\n")[0]
    command = next(line for line in recipe.splitlines() if "cyclonedx-py" in line).strip().removeprefix("@")
    made = tmp_path / "sbom.json"
    subprocess.run(
        command.replace("var/sbom.json", str(made)).split(),
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=180,
    )
    found = json.loads(made.read_text())
    assert found["bomFormat"] == "CycloneDX"
    assert {one["name"] for one in found["components"]} == locked("requirements.lock")
    assert all(
        one["version"] and one["purl"].startswith("pkg:pypi/") and one["externalReferences"][0]["hashes"]
        for one in found["components"]
    )
    assert found["metadata"]["component"]["name"] == "heedline"


def test_acts_without_training_are_recorded_in_one_place() -> None:
    """Four copies of the same event had begun to differ in what they say."""
    naming = {path.name for path in tracked("src/**/*.py") if "Act.WITHOUT_TRAINING" in text_of(path)}
    assert naming == {"without_training.py"}
