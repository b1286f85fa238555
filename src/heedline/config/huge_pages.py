"""Move the memory that a web process has filled during start-up to huge pages.

Every request reads code, questions and templates that were loaded at the start. On pages of 4 KiB these need more address
translations than the processor keeps, and then it looks many of them up again for each request (ADR 106).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

_SIZE = 2 * 1024 * 1024
#: From Linux 6.1. The kernel copies what a range holds to a huge page, and leaves the range alone if it can't.
_MADV_COLLAPSE = 25
_ENABLED = Path("/sys/kernel/mm/transparent_hugepage/enabled")


def use_huge_pages(enabled: Path = _ENABLED, maps: Path = Path("/proc/self/maps")) -> int:
    """Move this process's private memory to huge pages, and return the number of pages.

    Does nothing on other systems than Linux, or if the machine's administrator has turned huge pages off, or if the
    program may not call the system's library in this way.
    """
    try:
        # loaded here, because it can fail on a hardened system, where the site is to start all the same
        import ctypes

        if "[never]" in enabled.read_text(encoding="ascii"):
            return 0
        ranges = [*whole_pages(maps.read_text(encoding="utf-8", errors="replace").splitlines())]
        advise = ctypes.CDLL(None).madvise
        advise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    except (OSError, ImportError, AttributeError, MemoryError):
        return 0
    return sum(advise(address, _SIZE, _MADV_COLLAPSE) == 0 for one in ranges for address in one)


def whole_pages(maps: Iterable[str]) -> Iterator[range]:
    """Yield the addresses of the huge pages that fit into each mapping of private memory, from lines of `/proc/self/maps`."""
    for line in maps:
        addresses, rights, _, _, _, *name = line.split(None, 5)
        if rights == "rw-p" and (not name or name[0] == "[heap]"):
            begin, end = (int(one, 16) for one in addresses.split("-"))
            yield range(-(-begin // _SIZE) * _SIZE, end // _SIZE * _SIZE, _SIZE)
