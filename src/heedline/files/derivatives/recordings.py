"""Run ffmpeg inside the sandbox, for videos and sound recordings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from heedline.files.derivatives.originals import OriginalInMemory
from heedline.files.derivatives.outcome import NoDerivative
from heedline.files.derivatives.sandbox import SandboxLimits, SandboxStopped, sandboxed

#: Containers and codecs of phones, cameras, messengers and recorders. No playlists, no subtitles, no network.
_CONTAINERS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,asf,ogg,wav,mp3,aac,amr,amrnb,amrwb,flac,caf,aiff"
)
_CODECS = (
    "h264,hevc,vp8,vp9,libvpx,libvpx-vp9,libdav1d,av1,mpeg4,h263,mjpeg,mpeg1video,mpeg2video,theora,wmv1,wmv2,wmv3,"
    "msmpeg4v2,msmpeg4v3,prores,aac,aac_latm,mp3,mp3float,mp2,mp2float,ac3,eac3,opus,libopus,vorbis,flac,alac,"
    "amrnb,amrwb,libopencore_amrnb,libopencore_amrwb,wmav1,wmav2,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,"
    "pcm_s32le,pcm_f32le,pcm_u8,pcm_s8,pcm_alaw,pcm_mulaw,adpcm_ima_wav,adpcm_ms,gsm,gsm_ms"
)
#: Standard input, which is the original.
READ_ORIGINAL = (
    *("-v", "quiet", "-protocol_whitelist", "fd", "-format_whitelist", _CONTAINERS),
    *("-codec_whitelist", _CODECS, "-i", "fd:"),
)
#: What reads raw frames and samples, which we describe to it.
READ_RAW = ("-v", "quiet", "-protocol_whitelist", "pipe,fd", "-thread_queue_size", "16")
#: Nothing in the file tells who or what made it.
PLAIN_FILE = (
    *("-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact"),
    *("-flags:v", "+bitexact", "-flags:a", "+bitexact"),
)
#: Of each decoder and encoder.
THREADS = ("-threads", "2")
#: Samples a second of every sound that is made.
SAMPLES = 48_000
MEMORY = 2_000_000_000
_FFMPEG, _FFPROBE = "/usr/bin/ffmpeg", "/usr/bin/ffprobe"
#: Probing says no more than this.
_SAID = 16_384
_ASKED = (
    "stream=index,codec_type,width,height,avg_frame_rate,sample_aspect_ratio,channels:stream_disposition=attached_pic"
    ":stream_side_data=rotation:format=duration"
)
_LINE = re.compile(
    r"(?:streams\.stream\.(\d{1,3})\.(?:(?:side_data_list\.side_data\.\d\.)|(?:disposition\.))?|format\.)(\w+)="
    r'"?(-?[\w./:]{1,40})"?'
)


@dataclass(frozen=True)
class RawDecoder:
    """A command that decodes the original to standard output, with the bytes of a second and the most that it may write."""

    program: list[str]
    second: float
    most: int


@dataclass(frozen=True)
class Recording:
    """Properties of a film or sound recording. `picture` and `sound` are stream numbers."""

    seconds: float
    picture: int | None
    sound: int | None
    width: int = 0
    height: int = 0
    frames: tuple[int, int] = (25, 1)
    channels: int = 0

    def known(self, seconds: float) -> float:
        """Return `seconds` to one decimal place, or 0 if the original states no duration."""
        return round(seconds, 1) if self.seconds else 0.0


def ffmpeg_missing() -> str | None:
    """Return a message if ffmpeg is missing, otherwise None."""
    there = all(Path(program).exists() for program in (_FFMPEG, _FFPROBE))
    return None if there else "Films and sound need ffmpeg, which is not installed (apt-get install ffmpeg)."


def ffmpeg(*words: str) -> list[str]:
    """Return the ffmpeg command to run inside the sandbox. Raise SandboxStopped if it is not installed."""
    if ffmpeg_missing():
        raise SandboxStopped(NoDerivative.NO_PROGRAM)
    return [_FFMPEG, "-nostdin", "-hide_banner", *words]


def decoded_sound(stream: int, seconds: float) -> RawDecoder:
    """Return the command that decodes an audio stream to 16-bit stereo."""
    program = ffmpeg(
        *THREADS,
        *READ_ORIGINAL,
        *("-map", f"0:{stream}", "-t", f"{seconds:.2f}", "-af", "aresample=async=1:first_pts=0"),
        *("-ac", "2", "-ar", str(SAMPLES), "-f", "s16le", "pipe:1"),
    )
    return RawDecoder(program, SAMPLES * 4, round(seconds + 60) * SAMPLES * 4)


def raw_sound(descriptor: int) -> list[str]:
    """Return the ffmpeg options for reading 16-bit stereo samples."""
    return [*READ_RAW, "-f", "s16le", "-ar", str(SAMPLES), "-ac", "2", "-i", f"pipe:{descriptor}"]


def _ratio(said: str, default: float) -> float:
    above, _, below = said.replace(":", "/").partition("/")
    try:
        return int(above) / int(below)
    except (ValueError, ZeroDivisionError):
        return default


def _number(said: str, most: float) -> float:
    try:
        return min(max(0.0, float(said)), most)
    except ValueError:
        return 0.0


def read_probe(said: str) -> Recording:
    """Parse ffprobe's output, ignoring unexpected names and values."""
    streams: dict[int, dict[str, str]] = {}
    of_all: dict[str, str] = {}
    for line in said.splitlines():
        if found := _LINE.fullmatch(line):
            stream, name, value = found.groups()
            (of_all if stream is None else streams.setdefault(int(stream), {})).setdefault(name, value)
    seconds = _number(of_all.get("duration", "0"), 1e6)
    picture = _first(streams, "video")
    sound = _first(streams, "audio")
    channels = int(_number(streams[sound].get("channels", "1"), 64)) if sound is not None else 0
    if picture is None:
        return Recording(seconds, None, _index(streams, sound), channels=channels)
    about = streams[picture]
    width, height = (int(_number(about.get(side, "0"), 1e6)) for side in ("width", "height"))
    wide = width * min(max(_ratio(about.get("sample_aspect_ratio", "1"), 1.0), 0.1), 10.0)
    size = (round(wide), height)
    if about.get("rotation", "0").lstrip("-") in {"90", "270"}:
        size = (size[1], size[0])
    rate = _ratio(about.get("avg_frame_rate", "25/1"), 25.0)
    return Recording(
        seconds,
        _index(streams, picture),
        _index(streams, sound),
        *size,
        frames=_plain_rate(rate),
        channels=channels,
    )


def _first(streams: dict[int, dict[str, str]], kind: str) -> int | None:
    """Return the number of the first stream of a kind, ignoring cover art."""
    return next(
        (
            number
            for number, about in sorted(streams.items())
            if about.get("codec_type") == kind and about.get("attached_pic", "0") == "0"
        ),
        None,
    )


def _index(streams: dict[int, dict[str, str]], number: int | None) -> int | None:
    return None if number is None else int(_number(streams[number].get("index", "0"), 999))


def _plain_rate(rate: float) -> tuple[int, int]:
    """Return the original's frame rate as a fraction, clamped to 1 to 30 frames per second."""
    rate = min(max(rate, 1.0), 30.0) if rate > 0 else 25.0
    return round(rate * 1000), 1000


def probe(original: OriginalInMemory) -> Recording:
    """Return a recording's properties as reported by ffprobe, or raise SandboxStopped."""
    if ffmpeg_missing():
        raise SandboxStopped(NoDerivative.NO_PROGRAM)
    program = [_FFPROBE, *READ_ORIGINAL, "-show_entries", _ASKED, "-of", "flat"]
    allowed = SandboxLimits(wall_seconds=20, processor_seconds=10, memory=MEMORY, output=_SAID, tasks=64)
    with sandboxed(program, original.descriptor, allowed) as run:
        said = b""
        while data := run.some():
            said += data
        if (wrong := run.end()) is not None:
            raise SandboxStopped(wrong)
    return read_probe(said.decode("ascii", "replace"))
