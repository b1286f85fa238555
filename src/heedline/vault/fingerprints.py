"""Fingerprints in words, for comparing a key by telephone or face to face.

Eight words of 7,776 are 103 bits of a hash over the whole pair of public keys: nobody finds another pair that reads
alike. Whoever compares types what they are told; nothing is shown that could be copied.
"""

import hashlib

from heedline.vault.passphrases import word_list

WORDS = 8


def words(*publics: bytes) -> str:
    """The eight words of a pair of public keys (or of a single one)."""
    parts = b"".join(len(one).to_bytes(4, "big") + one for one in publics)
    number = int.from_bytes(hashlib.sha512(b"heedline/v1/words\0" + parts).digest(), "big")
    listed = word_list()
    found = []
    for _ in range(WORDS):
        number, one = divmod(number, len(listed))
        found.append(listed[one])
    return " ".join(found)


def alike(said: str, expected: str) -> bool:
    """Whether the words that somebody typed are these: capitals, commas and extra spaces do not matter."""
    return "".join(said.casefold().replace(",", " ").replace("-", " ").split()) == "".join(
        expected.replace("-", " ").split()
    )
