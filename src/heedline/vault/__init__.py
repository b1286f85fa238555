"""Encryption, key handling and signed statements, in plain Python.

This package holds containers (age v1 files), the frame inside them, grants of key seeds, identity
shares, receipt codes, small sealed rows, passphrases, and the signed statements from which every public
key comes.

It never uses Django, models, HTTP or the clock, and knows nothing about what is sealed. Anything that
cannot be opened or verified while opening raises a single error, :class:`CannotOpen`, without detail. An
incorrect argument raises ``ValueError``. Nothing here logs.
"""

from heedline.vault.errors import CannotOpen

__all__ = ["CannotOpen"]
