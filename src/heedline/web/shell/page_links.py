"""The number of a list's page in an address, and the links to the pages before and after it."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest

_MOST_DIGITS: Final = 5


def page_number(request: HttpRequest) -> int:
    """Return the number of the page that the address asks for, or 1."""
    asked = request.GET.get("page", "")
    return max(1, int(asked)) if asked.isascii() and asked.isdecimal() and len(asked) <= _MOST_DIGITS else 1


def page_links(address: str, page: int, pages: int, **others: str) -> dict[str, str]:
    """Return the addresses of the pages before and after this one, or "", for `shell/parts/pages.html`.

    `others` are further fields of the addresses.
    """
    before, after = (f"{address}?{urlencode({**others, 'page': number})}" for number in (page - 1, page + 1))
    return {"earlier_href": before if page > 1 else "", "later_href": after if page < pages else ""}
