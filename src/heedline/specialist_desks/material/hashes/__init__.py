"""Hashes of pictures and texts, and the bank of known hashes.

A match is a suggestion that an examiner looks at. It never decides, and no match never closes anything:
a caption bar, a crop or a turn by two degrees is enough to change a picture's hash entirely.
"""

from heedline.specialist_desks.material.hashes.bank import Band, BankMatch, PictureBank, TextBank, band
from heedline.specialist_desks.material.hashes.exact import file_hash
from heedline.specialist_desks.material.hashes.pdq import LEAST_QUALITY, PictureHash, hash_picture
from heedline.specialist_desks.material.hashes.texts import TextSketch, sketch_text

__all__ = [
    "LEAST_QUALITY",
    "Band",
    "BankMatch",
    "PictureBank",
    "PictureHash",
    "TextBank",
    "TextSketch",
    "band",
    "file_hash",
    "hash_picture",
    "sketch_text",
]
