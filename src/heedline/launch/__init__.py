"""Start Heedline on one machine, with the embedded database and the process supervisor.

Nothing here imports Django, because a launcher that imports the settings would need what it is about to
set.
"""

from __future__ import annotations


class CannotStart(Exception):
    """Raised when the operator must fix a problem before Heedline can start.

    The text is a message for that person.
    """
