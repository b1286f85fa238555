"""Replace common words by pairs of neighbouring words in the texts that are searched for phrases.

Common words have the longest position lists in an index, and reading them takes too long for a search. So common words
are left out, and each pair of neighbours that contains one gets its own token. Other words keep their own tokens. A
phrase is converted in the same way as a text, so it is found wherever it occurs and nowhere else.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Final, cast

from heedline.vault.tokens import SIZE

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

#: Tokens as numbers: each with the space after it, which is the highest byte.
type WordTokens = npt.NDArray[np.uint64]

_HIGH: Final = int.from_bytes(b"\x80" * SIZE, "little")
_WORD: Final = int.from_bytes(b"\xff" * SIZE, "little")
_SPACE: Final = int.from_bytes(b"\0" * SIZE + b" ", "little")
#: Odd multipliers for mixing a pair, so that the order of its words counts.
_FIRST, _BOTH = 0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93
#: A pair records a word that is not common as one of 32 kinds. The token of the word itself is next to the pair.
_KIND: Final = 31
_HALF: Final = 32


def in_order(words: Collection[bytes]) -> WordTokens:
    """Return the tokens of common words in the sorted form that `with_pairs` takes."""
    import numpy as np

    return np.sort(np.frombuffer(b"".join(b"%b " % word for word in words), "<u8"))


def with_pairs(text: bytes, common: WordTokens) -> bytes:
    """Return a text of tokens, each followed by a space, with its common words replaced by pairs.

    Several texts can be passed as one if a token that is not a word separates them.
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


def _pairs(tokens: WordTokens) -> WordTokens:
    """Return the token of each word paired with the next. Collisions are as rare as between words."""
    mixed = tokens[:-1] * _FIRST + tokens[1:]
    mixed ^= mixed >> _HALF
    mixed *= _BOTH
    mixed ^= mixed >> _HALF
    return cast("WordTokens", mixed & _WORD | _HIGH | _SPACE)
