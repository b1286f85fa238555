"""Starting Heedline on one machine: the embedded database, and the supervisor of the processes.

Nothing here knows Django: a launcher that imports the settings would need what it is about to set.
"""

from __future__ import annotations


class CannotStart(Exception):
    """Something that a person must put right before Heedline can start. Its text is a sentence for that person."""
