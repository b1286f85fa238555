"""Pass the clock of `on_date.py` on to every program that Python starts, even one with an environment of its own.

Python imports this file at its start. Playwright's browsers do not work with the clock and keep the real one.
"""

from __future__ import annotations

import os
import subprocess
from typing import Any

CLOCK = {name: value for name, value in os.environ.items() if name == "LD_PRELOAD" or "FAKE" in name}
_start = subprocess.Popen.__init__


def _start_with_clock(self: Any, args: Any, *rest: Any, env: Any = None, **options: Any) -> None:
    environment = dict(os.environ if env is None else env)
    if "playwright" in str(args):
        environment.pop("LD_PRELOAD", None)
    else:
        path = filter(None, [os.path.dirname(__file__), environment.get("PYTHONPATH")])
        environment |= CLOCK | {"PYTHONPATH": os.pathsep.join(path)}
    _start(self, args, *rest, env=environment, **options)


subprocess.Popen.__init__ = _start_with_clock
