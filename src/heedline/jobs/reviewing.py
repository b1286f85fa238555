"""The `heedline reviewed` command, which records reviews of translated pages and lists outdated ones."""

from __future__ import annotations

import json
import sys
from datetime import date

from heedline.packs import load_pack


def run(language: str, page: str, *, by: str, on: date, pack_code: str = "uk") -> int:
    """Print the review mark to add to `words/reviews.toml`.

    Returns 1 if the page or language does not exist or is not translated.
    """
    pack = load_pack(pack_code)
    if language not in list(pack.languages)[1:]:
        return _not_done(f"the pack is not translated into {language}")
    found = pack.pages[language].get(page)
    if found is None:
        return _not_done(f"there is no page {page}; docs/languages.md lists them")
    if not found.own:
        return _not_done(f"{page} has no text in {language}")
    name = json.dumps(by, ensure_ascii=False)  # which is how TOML writes it, too
    digests = f'digest = "{found.digest}"\noriginal = "{found.original}"'
    print(f'[marks.{language}."{page}"]\nby = {name}\non = {on}\n{digests}')  # noqa: T201
    print(f"Add these lines to packs/{pack_code}/words/reviews.toml.", file=sys.stderr)  # noqa: T201
    return 0


def stale(*, pack_code: str = "uk") -> int:
    """Print each review mark that is no longer valid, and whether the English or the translation changed.

    Returns 1 if there is one.
    """
    pack = load_pack(pack_code)
    found = [
        f"{language} {page.code}: the {'translation' if page.stale == 'translation' else 'English'} has changed since "
        f"{page.mark.by} reviewed it on {page.mark.on}"
        for language in list(pack.languages)[1:]
        for page in pack.pages[language].values()
        if page.stale and page.mark
    ]
    print("\n".join(found) or "Every mark holds.")  # noqa: T201
    return 1 if found else 0


def _not_done(why: str) -> int:
    print(f"heedline: {why}", file=sys.stderr)  # noqa: T201
    return 1
