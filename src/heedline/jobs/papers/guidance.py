"""The `heedline guidance` command, which writes *Run, Hide, Tell* to files for the proxy in front.

The proxy then serves it from its own disk, in every language, while the public site cannot be reached.
"""

from __future__ import annotations

import os
from pathlib import Path

HEADERS = "headers.conf"
#: The proxy sets these itself.
_OF_THE_FILE = frozenset({"Content-Type", "Content-Length"})


def run(folder: Path) -> int:
    """Write one `index.html` for each language, and the headers that all of them are sent with, as nginx reads them.

    Files are replaced whole, and everybody may read them. Raises ValueError if two languages need different headers.
    """
    from heedline.web.public.guidance import attack

    pages = attack.everywhere()
    headers = {tuple(one for one in page.headers if one[0] not in _OF_THE_FILE) for page in pages.values()}
    if len(headers) != 1:
        raise ValueError("The page has different headers in two languages.")
    _replace(folder / HEADERS, "".join(f'add_header {name} "{value}";\n' for name, value in headers.pop()))
    for path, page in pages.items():
        _replace(folder / path.strip("/") / "index.html", page.body.decode())
    print(f"Written: {len(pages)} pages and {HEADERS} in {folder}. Reload nginx.")  # noqa: T201 - the command's own words
    return 0


def _replace(file: Path, text: str) -> None:
    for one in reversed(file.parents):
        if not one.exists():
            one.mkdir()
            one.chmod(0o755)
    new = file.with_name(f".{file.name}.new")
    new.write_text(text, encoding="utf-8")
    new.chmod(0o644)
    os.replace(new, file)
