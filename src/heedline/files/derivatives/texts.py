"""Convert text files to UTF-8 with control characters made visible."""

from __future__ import annotations

import unicodedata

from heedline.files.derivatives.limits import DerivativeLimits
from heedline.files.derivatives.originals import OriginalInMemory
from heedline.files.derivatives.outcome import DerivativePart, PartRole
from heedline.files.derivatives.page_reading import read_text
from heedline.files.derivatives.part_writing import PartWriter
from heedline.files.derivatives.sandbox import SandboxLimits, decoder, sandboxed

#: What a text part is served as.
TEXT_MEDIA = "text/plain; charset=utf-8"
_KEPT = frozenset("\n\t")
#: Joiners that words of some scripts and many emoji need.
_JOINERS = frozenset("\u200c\u200d")


def visible(text: str) -> str:
    """Replace invisible characters that may change how others are displayed.

    Control characters become their pictures (␛); marks of direction and other invisible characters become their
    numbers (⟨U+202E⟩), so that no word is shown backwards or hidden.
    """
    return "".join(_visible(sign) for sign in text.replace("\r\n", "\n").replace("\r", "\n"))


def _visible(sign: str) -> str:
    if sign in _KEPT or sign in _JOINERS:
        return sign
    kind = unicodedata.category(sign)
    if kind == "Cc":
        number = ord(sign)
        return chr(0x2400 + number) if number < 0x20 else "␡" if number == 0x7F else f"⟨U+{number:04X}⟩"
    if kind in {"Cf", "Co", "Cs", "Zl", "Zp"}:
        return f"⟨U+{ord(sign):04X}⟩"
    return sign


def make_text(original: OriginalInMemory, writer: PartWriter, limits: DerivativeLimits) -> None:
    """Write a text file as plain UTF-8, or raise SandboxStopped."""
    allowed = SandboxLimits(wall_seconds=15, processor_seconds=5, memory=1 << 30, output=limits.text + 64)
    with sandboxed(decoder("plain_text", str(limits.text)), original.descriptor, allowed) as run:
        found = read_text(run, most=limits.text)
    writer.pages = 1
    writer.words = found[: limits.words]
    writer.write(DerivativePart(PartRole.TEXT, 1, TEXT_MEDIA), [visible(found).encode("utf-8", "replace")])
