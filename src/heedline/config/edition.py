"""The version and commit of the running program, for documents that describe its behaviour."""

from __future__ import annotations

import importlib.metadata
import os
import re
from pathlib import Path

_CHECKOUT = Path(__file__).resolve().parents[3]


def commit_of(checkout: Path) -> str:
    """Return the hash of the commit checked out in a directory, or "" if there is none.

    The commit is read from the checkout's own files.
    """
    git = checkout / ".git"
    try:
        head = (git / "HEAD").read_text(encoding="ascii").strip()
        if head.startswith("ref: "):
            branch = head.removeprefix("ref: ")
            loose = git / branch
            packed = (git / "packed-refs").read_text(encoding="ascii") if not loose.exists() else ""
            found = re.search(rf"^([0-9a-f]+) {re.escape(branch)}$", packed, re.MULTILINE)
            head = loose.read_text(encoding="ascii").strip() if not packed else found[1] if found else ""
    except OSError:
        return ""
    return head if re.fullmatch(r"[0-9a-f]{40,64}", head) else ""


def edition() -> str:
    """Return the version and commit as display text.

    `HEEDLINE_COMMIT` gives the commit if the program was not started from a checkout.
    """
    commit = os.environ.get("HEEDLINE_COMMIT", "") or commit_of(_CHECKOUT)
    said = f"commit {commit}" if commit else "commit not recorded: HEEDLINE_COMMIT is not set"
    return f"{importlib.metadata.version('heedline')}, {said}"
