"""Range requests (RFC 9110) for seeking in videos."""

from __future__ import annotations

import re

_ONE = re.compile(r"bytes=(\d{0,12})-(\d{0,12})")


class Unsatisfiable(Exception):
    """Raised for an unsatisfiable range."""


def range_of(header: str, length: int) -> tuple[int, int] | None:
    """Return the requested first byte and length, or None for the whole content.

    Several ranges at once, and other units, are answered with all of it, as the standard allows. Raises
    Unsatisfiable.
    """
    found = _ONE.fullmatch(header.strip().replace(" ", ""))
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        some = min(int(last), length)
        if some == 0:
            raise Unsatisfiable
        return length - some, some
    start = int(first)
    end = min(int(last), length - 1) if last else length - 1
    if start >= length:
        raise Unsatisfiable
    if last and int(last) < start:
        return None
    return start, end - start + 1
