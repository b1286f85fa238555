"""Makes this process's database before any plugin of pytest reads Django's settings: loaded by `-p tests.support.prepared`.

A worker of xdist inherits the environment of the process that started it. Prepared any later, its settings would
already name that process's database, and all workers would write in one.
"""

from __future__ import annotations

import os

from tests.support.database import prepare

if os.environ.get("HEEDLINE_NO_DATABASE"):  # `make rules`: seconds, and nothing started
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heedline.config.settings")
else:
    prepare()
