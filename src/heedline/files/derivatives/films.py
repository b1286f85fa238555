"""Convert films to H.264 without metadata: a poster frame, the first seconds, then as much as the limit of work allows."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from heedline.files.derivatives.conversion import Work, converted, on_all, on_start
from heedline.files.derivatives.encoding import encoded
from heedline.files.derivatives.frames import BYTES_PER_PIXEL
from heedline.files.derivatives.limits import DerivativeLimits
from heedline.files.derivatives.originals import OriginalInMemory
from heedline.files.derivatives.outcome import DerivativePart, NoDerivative, PartRole
from heedline.files.derivatives.part_writing import PartWriter
from heedline.files.derivatives.recordings import (
    MEMORY,
    PLAIN_FILE,
    READ_ORIGINAL,
    READ_RAW,
    THREADS,
    RawDecoder,
    Recording,
    decoded_sound,
    ffmpeg,
    probe,
    raw_sound,
)
from heedline.files.derivatives.sandbox import SandboxLimits, SandboxStopped, sandboxed
from heedline.files.derivatives.sounds import convert_sound

#: The longest side of a film, and of its poster.
_LONGEST = 1280
#: Seconds that are ready before the rest, for films that are longer than `_SHORT`.
_START, _SHORT = 3, 8
#: Most pixels of one frame of the original (8K).
_MOST_PIXELS = 7680 * 4320


def _size(recording: Recording) -> tuple[int, int]:
    """Return the output frame size, with even sides no longer than `_LONGEST`."""
    width, height = recording.width, recording.height
    if not 0 < width * height <= _MOST_PIXELS or max(width, height) > 100 * min(width, height):
        raise SandboxStopped(NoDerivative.TOO_LARGE if width * height else NoDerivative.DAMAGED)
    scale = min(1.0, _LONGEST / max(width, height))
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


def _poster(original: OriginalInMemory, recording: Recording, size: tuple[int, int]) -> bytes:
    """Return a frame from the first second as JPEG."""
    length = size[0] * size[1] * BYTES_PER_PIXEL
    program = ffmpeg(
        *("-ss", f"{min(1.0, recording.seconds / 3):.2f}"),
        *READ_ORIGINAL,
        *("-map", f"0:{recording.picture}", "-frames:v", "1", "-vf", f"scale={size[0]}:{size[1]}"),
        *("-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"),
    )
    allowed = SandboxLimits(wall_seconds=20, processor_seconds=20, memory=MEMORY, output=length, tasks=64)
    with sandboxed(program, original.descriptor, allowed) as run:
        return encoded(*size, run.exactly(length), lossless=False)[0]


def _decoders(recording: Recording, size: tuple[int, int], seconds: float) -> Iterator[RawDecoder]:
    rate = f"{recording.frames[0]}/{recording.frames[1]}"
    filters = f"fps=fps={rate}:start_time=0,scale={size[0]}:{size[1]}:flags=fast_bilinear"
    program = ffmpeg(
        *THREADS,
        *READ_ORIGINAL,
        *("-map", f"0:{recording.picture}", "-t", f"{seconds:.2f}", "-vf", filters),
        *("-f", "rawvideo", "-pix_fmt", "yuv420p", "pipe:1"),
    )
    rate_of_frames = recording.frames[0] / recording.frames[1]
    frame = size[0] * size[1] * 3 // 2
    yield RawDecoder(program, frame * rate_of_frames, frame * (round(seconds * rate_of_frames) + 60))
    if recording.sound is not None:
        yield decoded_sound(recording.sound, seconds)


def _encoder(
    recording: Recording, size: tuple[int, int], quick: bool, pipes: list[int], written: int
) -> list[str]:
    words = [
        *READ_RAW,
        *("-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", f"{size[0]}x{size[1]}"),
        *("-framerate", f"{recording.frames[0]}/{recording.frames[1]}", "-i", f"pipe:{pipes[0]}"),
    ]
    if len(pipes) > 1:
        words += [*raw_sound(pipes[1]), "-c:a", "aac", "-b:a", "96k"]
    return ffmpeg(
        *words,
        *("-c:v", "libx264", "-preset", "ultrafast" if quick else "superfast", "-crf", "26", *THREADS),
        *("-g", "60", "-bsf:v", "filter_units=remove_types=6"),  # 6: messages, in which encoders sign
        *PLAIN_FILE,
        *("-fd", str(written), "-f", "mp4", "fd:"),
    )


def make_film(original: OriginalInMemory, writer: PartWriter, limits: DerivativeLimits) -> None:
    """Write a poster frame, the start of a long film and all of it, or the sound if it has no picture.

    Raise SandboxStopped.
    """
    recording = probe(original)
    if recording.picture is None:
        convert_sound(
            original, recording, writer, limits
        )  # many recorders write voices into containers of films
        return
    size = _size(recording)
    writer.write(
        DerivativePart(PartRole.POSTER, 1, "image/jpeg", *size), [_poster(original, recording, size)]
    )
    writer.pages = 1
    seconds = min(recording.seconds or limits.seconds, limits.seconds)

    def write(role: PartRole, length: float, work: Work, *, quick: bool) -> None:
        decoders = list(_decoders(recording, size, length))
        encoder = partial(_encoder, recording, size, quick)
        with converted(original, decoders, encoder, seconds=length, work=work) as done:
            shown = round(done.seconds, 1) if done.cut else recording.known(length)
            writer.write(DerivativePart(role, 1, "video/mp4", *size, seconds=shown), done.blocks())
        if done.cut:
            raise SandboxStopped(NoDerivative.CUT)

    if seconds > _SHORT:
        write(PartRole.START, _START, on_start(limits), quick=True)
    write(PartRole.FILM, seconds, on_all(limits), quick=seconds <= _SHORT)
    if recording.seconds > seconds:
        raise SandboxStopped(NoDerivative.CUT)
