"""Key fingerprints in words, for comparing a key by telephone or in person.

Eight words out of 7,776 are 103 bits of a hash over the whole pair of public keys, so nobody can find
another pair with the same words. The officer who compares types what they are told, and nothing is shown
that could be copied.
"""

import hashlib

from heedline.vault.passphrases import word_list

WORDS = 8


def words(*publics: bytes) -> str:
    """Return the eight fingerprint words for a pair of public keys, or for a single key."""
    parts = b"".join(len(one).to_bytes(4, "big") + one for one in publics)
    number = int.from_bytes(hashlib.sha512(b"heedline/v1/words\0" + parts).digest(), "big")
    listed = word_list()
    found = []
    for _ in range(WORDS):
        number, one = divmod(number, len(listed))
        found.append(listed[one])
    return " ".join(found)


def alike(said: str, expected: str) -> bool:
    """Return whether the typed words match the expected ones.

    Capitals, commas and extra spaces are ignored.
    """
    return "".join(said.casefold().replace(",", " ").replace("-", " ").split()) == "".join(
        expected.replace("-", " ").split()
    )
