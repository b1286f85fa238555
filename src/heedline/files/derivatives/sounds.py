"""Convert sound recordings to Opus without metadata."""

from __future__ import annotations

from heedline.files.derivatives.conversion import converted, on_all, on_start
from heedline.files.derivatives.limits import DerivativeLimits
from heedline.files.derivatives.originals import OriginalInMemory
from heedline.files.derivatives.outcome import DerivativePart, NoDerivative, PartRole
from heedline.files.derivatives.part_writing import PartWriter
from heedline.files.derivatives.recordings import (
    PLAIN_FILE,
    Recording,
    decoded_sound,
    ffmpeg,
    probe,
    raw_sound,
)
from heedline.files.derivatives.sandbox import SandboxStopped

#: Seconds that are ready before the rest, for recordings that are longer than `_SHORT`.
_START, _SHORT = 30, 120


def _encoder(pipes: list[int], written: int) -> list[str]:
    return ffmpeg(
        *raw_sound(pipes[0]),
        *("-c:a", "libopus", "-b:a", "48k"),
        *PLAIN_FILE,
        *("-fd", str(written), "-f", "ogg", "fd:"),
    )


def make_sound(original: OriginalInMemory, writer: PartWriter, limits: DerivativeLimits) -> None:
    """Convert a recording, adding an excerpt of its start if it is long, or raise SandboxStopped."""
    convert_sound(original, probe(original), writer, limits)


def convert_sound(
    original: OriginalInMemory, recording: Recording, writer: PartWriter, limits: DerivativeLimits
) -> None:
    """Write the audio of a probed recording, or raise SandboxStopped."""
    if recording.sound is None:
        raise SandboxStopped(NoDerivative.DAMAGED)
    writer.pages = 1
    seconds = min(recording.seconds or limits.seconds, limits.seconds)
    parts = [(PartRole.SOUND, seconds, on_all(limits))]
    if seconds > _SHORT:
        parts.insert(0, (PartRole.START, _START, on_start(limits)))
    for role, length, work in parts:
        decoders = [decoded_sound(recording.sound, length)]
        with converted(original, decoders, _encoder, seconds=length, work=work) as done:
            shown = round(done.seconds, 1) if done.cut else recording.known(length)
            writer.write(DerivativePart(role, 1, "audio/ogg", seconds=shown), done.blocks())
        if done.cut:
            raise SandboxStopped(NoDerivative.CUT)
    if recording.seconds > seconds:
        raise SandboxStopped(NoDerivative.CUT)
