"""Check that this machine's sites use the same SECRET_KEY as the other servers of each site."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from heedline.casework.sign_in_proof import agrees, sign_in_proof
from heedline.config import environment as env
from heedline.jobs.doctor.people import CheckResult
from heedline.launch.home import Home

_SITES = ("public", "office", "partner")


def told(connection: psycopg.Connection[tuple[Any, ...]], home: Path) -> Iterator[CheckResult]:
    """Compare each key found in the home, or else the one in the environment, with the hash in the database.

    The key in the environment is the one of HEEDLINE_PROCESS, or of the office if that isn't set.
    """
    for site, secret_key in _keys(home).items():
        same = agrees(connection, site, sign_in_proof(secret_key, site))
        words = {
            True: f"this machine has the SECRET_KEY of the {site} site",
            False: f"this machine's SECRET_KEY is not that of the {site} site's other servers",
            None: f"no server of the {site} site has started yet: its SECRET_KEY was not compared",
        }
        yield CheckResult(same, words[same])


def _keys(home: Path) -> dict[str, str]:
    files = {site: Home(home).secrets / f"key-{site}" for site in _SITES}
    found = {site: file.read_text(encoding="ascii").strip() for site, file in files.items() if file.exists()}
    given = env.secret("HEEDLINE_SECRET_KEY", default="")
    return found or ({env.text("HEEDLINE_PROCESS", default="office"): given} if given else {})
