"""Settings that commands read from an installation's folder if the environment does not give them."""

from __future__ import annotations

import os
from pathlib import Path

from heedline.launch import postgres
from heedline.launch.home import Home


def facts(home: Path) -> dict[str, str]:
    """Return the settings for this home's installation id and root key, if it has them."""
    own = Home(home)
    told = {"HEEDLINE_INSTALLATION": own.installation()} if (own.secrets / "installation").exists() else {}
    if own.root_key.exists():
        told["HEEDLINE_ROOT"] = own.root_key.read_text(encoding="ascii").strip()
    return told


def office_key(home: Path) -> dict[str, str]:
    """Return the setting that names the office process's SECRET_KEY file, if this home has one."""
    if os.environ.get("HEEDLINE_SECRET_KEY"):
        return {}
    key = Home(home).secrets / "key-office"
    return {"HEEDLINE_SECRET_KEY_FILE": str(key)} if key.exists() else {}


def use_running_office(home: Path) -> None:
    """Fill in the office settings missing from the environment, if this home's own database is running.

    An environment that names a database is left as it is: its settings belong together.
    """
    if os.environ.get("HEEDLINE_DATABASE_URL") or (cluster := postgres.found(home)) is None:
        return
    if not os.environ.get("HEEDLINE_SECRET_KEY_FILE"):
        os.environ.update(office_key(home))
    found = {"HEEDLINE_HOME": str(home), "HEEDLINE_DATABASE_URL": cluster.url("office"), **facts(home)}
    for name, value in found.items():
        os.environ.setdefault(name, value)
