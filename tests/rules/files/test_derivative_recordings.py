"""Films and sound: converted to one codec, from raw frames and samples only."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.support.derivatives import made, needs, sandbox
from tests.support.recordings import recording, told

from heedline.files.derivatives import DerivativeLimits, NoDerivative, recordings, sounds
from heedline.files.derivatives.recordings import Recording, read_probe
from heedline.files.derivatives.sandbox import SandboxStopped
from heedline.files.kinds import FileKind

__all__ = ["sandbox"]
pytestmark = [needs("ffmpeg", "ffprobe"), pytest.mark.usefixtures("sandbox")]


def value(said: str, name: str) -> str:
    return re.findall(rf'{re.escape(name)}="?([^"\n]*)"?', said)[0]


@pytest.mark.parametrize("container", ["mp4", "webm", "3gp"])
def test_films_are_shown(container: str) -> None:
    size = "352x288" if container == "3gp" else "320x240"
    found, sink = made(FileKind.FILM, recording(container, size=size, sound=container != "3gp"))
    assert (found.failure, [one.part.role for one in found.parts]) == (None, ["poster", "film"])
    film = found.parts[1].part
    assert (film.media, f"{film.width}x{film.height}") == ("video/mp4", size)
    said = told(sink.of("film")[0], ending="mp4")
    assert value(said, "streams.stream.0.codec_name") == "h264"
    assert ("aac" in said) is (container != "3gp")
    assert 1.8 <= float(value(said, "format.duration")) <= 2.3
    assert sink.of("poster")[0].startswith(b"\xff\xd8\xff")


def test_a_long_film_begins_with_its_first_seconds() -> None:
    found, sink = made(FileKind.FILM, recording("mp4", seconds=9))
    assert [one.part.role for one in found.parts] == ["poster", "start", "film"]
    assert 2.8 <= float(value(told(sink.of("start")[0], ending="mp4"), "format.duration")) <= 3.2
    assert 8.8 <= float(value(told(sink.of("film")[0], ending="mp4"), "format.duration")) <= 9.2


def test_a_film_is_converted_up_to_a_limit() -> None:
    _, sink = made(FileKind.FILM, recording("mp4", seconds=9), DerivativeLimits(seconds=3))
    assert 2.8 <= float(value(told(sink.of("film")[0], ending="mp4"), "format.duration")) <= 3.2


def test_a_film_taken_on_its_side_is_shown_upright() -> None:
    found, _ = made(FileKind.FILM, recording("mp4", rotate=90))
    assert [(one.part.width, one.part.height) for one in found.parts] == [(240, 320), (240, 320)]


def test_a_film_without_sound_stays_without() -> None:
    _, sink = made(FileKind.FILM, recording("mp4", sound=False))
    assert "audio" not in told(sink.of("film")[0], ending="mp4")


def test_a_film_that_is_cut_off_is_shown_as_far_as_it_goes() -> None:
    whole = recording("webm")
    found, _ = made(FileKind.FILM, whole[: len(whole) * 2 // 3])
    assert (found.failure, found.parts[-1].part.role) == (None, "film")


@pytest.mark.parametrize("container", ["mp3", "m4a", "wav"])
def test_sounds_can_be_heard(container: str) -> None:
    found, sink = made(FileKind.SOUND, recording(container, picture=False))
    assert (found.failure, [one.part.role for one in found.parts]) == (None, ["sound"])
    said = told(sink.of("sound")[0], ending="ogg")
    assert value(said, "streams.stream.0.codec_name") == "opus"
    assert 1.8 <= float(value(said, "format.duration")) <= 2.3


def test_a_voice_in_a_container_for_films_can_be_heard() -> None:
    """Browsers and many telephones record so, and browsers write no length."""
    found, sink = made(FileKind.FILM, recording("webm", picture=False))
    assert (found.failure, [one.part.role for one in found.parts]) == (None, ["sound"])
    whole = recording("webm", picture=False, streamed=True)
    found, sink = made(FileKind.FILM, whole, DerivativeLimits(seconds=100))
    assert [(one.part.role, one.part.seconds) for one in found.parts] == [("sound", 0.0)]
    assert 1.8 <= float(value(told(sink.of("sound")[0], ending="ogg"), "format.duration")) <= 2.3


@pytest.mark.parametrize(
    "data",
    [
        b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"\x1aE\xdf\xa3" + bytes(4000),
        b"RIFF\xff\xff\xff\xffAVI " + bytes(4000),
    ],
)
def test_what_is_no_recording_is_not_shown(data: bytes) -> None:
    for kind in (FileKind.FILM, FileKind.SOUND):
        found, sink = made(kind, data)
        assert found.failure is NoDerivative.DAMAGED
        assert sink.parts == []


def test_a_conversion_that_cannot_begin_leaves_nothing_open(monkeypatch: pytest.MonkeyPatch) -> None:
    data = recording("wav", picture=False)
    made(FileKind.SOUND, data)
    before = len(list(Path("/proc/self/fd").iterdir()))

    def failing(*_: object) -> list[str]:
        raise SandboxStopped(NoDerivative.BUSY)

    monkeypatch.setattr(sounds, "_encoder", failing)
    assert made(FileKind.SOUND, data)[0].failure is NoDerivative.BUSY
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_what_ffprobe_says_is_read_as_numbers_only() -> None:
    said = "\n".join(
        [
            "streams.stream.0.index=0",
            'streams.stream.0.codec_type="video"',
            "streams.stream.0.width=1920",
            "streams.stream.0.height=1080",
            'streams.stream.0.sample_aspect_ratio="2:1"',
            'streams.stream.0.avg_frame_rate="240/0"',
            "streams.stream.0.side_data_list.side_data.0.rotation=-90",
            "streams.stream.1.index=7; rm -rf /",
            'streams.stream.1.codec_type="audio"',
            'format.duration="nan"',
            "nonsense",
        ]
    )
    assert read_probe(said) == Recording(0.0, 0, 0, 1080, 3840, (25000, 1000), 1)
    assert read_probe("") == Recording(0.0, None, None)


def test_without_ffmpeg_the_reason_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recordings, "_FFMPEG", "/usr/bin/not-there")
    found, _ = made(FileKind.SOUND, recording("wav", picture=False))
    assert found.failure is NoDerivative.NO_PROGRAM
    assert "ffmpeg" in str(recordings.ffmpeg_missing())
