"""Pairs of words, which stand in the place of common words in texts that are searched for phrases.

The lists of where common words stand are the longest of an index. To read them takes longer than a search may take. Such a
word is therefore left out, and each pair of neighbours of which one is common is a token of its own. Other words are their
own tokens. A phrase turns into the same tokens as wherever it stands in a text, so it is found there, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Final, cast

from heedline.vault.tokens import SIZE

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

#: Tokens as numbers: each with the space after it, which is the highest byte.
type Tokens = npt.NDArray[np.uint64]

_HIGH: Final = int.from_bytes(b"\x80" * SIZE, "little")
_WORD: Final = int.from_bytes(b"\xff" * SIZE, "little")
_SPACE: Final = int.from_bytes(b"\0" * SIZE + b" ", "little")
#: Odd numbers by which a pair is mixed, so that the order of its words makes a difference.
_FIRST, _BOTH = 0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93
#: What a pair holds of a word that is not common: one of 32 kinds. The word itself stands beside the pair.
_KIND: Final = 31
_HALF: Final = 32


def in_order(words: Collection[bytes]) -> Tokens:
    """Return these tokens as `with_pairs` takes the common words."""
    import numpy as np

    return np.sort(np.frombuffer(b"".join(b"%b " % word for word in words), "<u8"))


def with_pairs(text: bytes, common: Tokens) -> bytes:
    """Return a text in tokens with pairs instead of common words. Each token has a space after it.

    Several texts may come as one, with a token between them that is not a word.
    """
    if not common.size:
        return text
    import numpy as np

    tokens = np.frombuffer(text, "<u8")
    is_common = common[np.searchsorted(common[:-1], tokens)] == tokens
    both = np.empty((tokens.size, 2), np.uint64)
    both[:, 0] = tokens
    both[:-1, 1] = _pairs(np.where(is_common, tokens, tokens & _KIND))
    wanted = np.zeros(both.shape, np.bool_)
    wanted[:, 0] = ~is_common
    wanted[:-1, 1] = is_common[:-1] | is_common[1:]
    found: bytes = both[wanted].tobytes()
    return found


def _pairs(tokens: Tokens) -> Tokens:
    """Return the token of each word with the next. Two pairs have the same as rarely as two words."""
    mixed = tokens[:-1] * _FIRST + tokens[1:]
    mixed ^= mixed >> _HALF
    mixed *= _BOTH
    mixed ^= mixed >> _HALF
    return cast("Tokens", mixed & _WORD | _HIGH | _SPACE)
