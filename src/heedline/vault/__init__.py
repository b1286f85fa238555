"""Sealing and keys, in plain Python.

Here live: containers (age v1 files), the frame inside them, grants of key seeds, identity shares, receipt
codes, small sealed rows, passphrases, and the signed statements from which every public key comes.

Here never: Django, models, HTTP, the clock, or any knowledge of what is sealed. Whatever cannot be opened or
verified while opening raises one error, :class:`CannotOpen`, without detail. A caller's own mistake is a
``ValueError``. Nothing here logs.
"""

from heedline.vault.errors import CannotOpen

__all__ = ["CannotOpen"]
