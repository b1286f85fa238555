"""Generate invented files for the demonstration: pictures, a short film and a document.

No person, place or thing in them exists. The photo has invented metadata, so that the original has some and the copy
that officers are shown has none.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from PIL import Image, ImageDraw

from heedline.casework.attachments.taking import IncomingFile
from heedline.casework.intake.draft_files import DraftFile

_SKY, _WALL, _ROAD, _VAN, _DARK = "#b9d3e0", "#8c8577", "#5b6166", "#f4f4f0", "#2a2f33"
_FILM = (
    "color=c=0xb9d3e0:s=640x360:d=8:r=25[sky];color=c=0x5b6166:s=640x110:d=8:r=25[road];"
    "color=c=0xf4f4f0:s=150x70:d=8:r=25[van];[sky][road]overlay=y=250[street];[street][van]overlay=x=40+45*t:y=200"
)


def taken(names: Iterable[str], at: datetime) -> tuple[DraftFile, ...]:
    """Seal and store the named files, leaving out the video if ffmpeg is not installed."""
    return tuple(
        _taken(*_DRAWN[name], at) for name in names if name != "film" or shutil.which("ffmpeg") is not None
    )


def _taken(name: str, draw: Callable[[], bytes], at: datetime) -> DraftFile:
    incoming = IncomingFile(name)
    incoming.write(draw())
    return incoming.finish(at)


def _street() -> Image.Image:
    """Draw a van on a road in front of a wall with a door."""
    image = Image.new("RGB", (1600, 1000), _SKY)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 180, 1600, 720), fill=_WALL)
    for x in range(0, 1600, 200):
        draw.line((x, 180, x, 720), fill="#787164", width=6)
    draw.rectangle((1180, 430, 1360, 720), fill=_DARK)
    draw.rectangle((0, 720, 1600, 1000), fill=_ROAD)
    draw.rounded_rectangle((260, 470, 900, 800), 40, fill=_VAN)
    draw.rectangle((690, 520, 850, 620), fill="#9db7c4")
    for x in (370, 740):
        draw.ellipse((x, 740, x + 120, 860), fill=_DARK)
    draw.line((300, 450, 860, 450), fill="#c48a2c", width=16)
    return image


def _photo() -> bytes:
    """Return a photo as a phone would store it, rotated and with invented metadata."""
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0112] = "Invented Telephones", "Example 1", 1
    exif.get_ifd(0x8825).update({1: "N", 2: (0.0, 0.0, 0.0), 3: "E", 4: (0.0, 0.0, 0.0)})
    _street().save(out, "JPEG", quality=85, exif=exif)
    return out.getvalue()


def _page(lines: Iterable[str], size: tuple[int, int] = (1240, 1754)) -> Image.Image:
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    for at, line in enumerate(lines):
        draw.text((110, 140 + 60 * at), line, fill="#14213d", font_size=34)
    return image


def _leaflet() -> bytes:
    """Return a two-page document of placeholder text."""
    first = _page(("A leaflet (placeholder)", "", "Invented for this demonstration.", "It says nothing."))
    second, out = _page(("Page 2 (placeholder)", "", "example.example")), io.BytesIO()
    first.save(out, "PDF", save_all=True, append_images=[second], title="Placeholder", author="Nobody")
    return out.getvalue()


def _screenshot() -> bytes:
    """Return a screenshot of an invented web page."""
    image = _page(("https://forum.example/thread/1", "", "A post (placeholder)"), (1080, 720))
    ImageDraw.Draw(image).rectangle((0, 0, 1080, 90), outline=_DARK, width=4)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _film() -> bytes:
    """Return an eight-second video of a van driving past."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder, "film.mp4")
        words = ["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", _FILM]
        sound = ["-f", "lavfi", "-i", "sine=frequency=180:duration=8", "-pix_fmt", "yuv420p", "-shortest"]
        subprocess.run([*words, *sound, str(made)], check=True, timeout=120)  # noqa: S603 - our own words
        return made.read_bytes()


_DRAWN: dict[str, tuple[str, Callable[[], bytes]]] = {
    "photo": ("IMG_0042.jpg", _photo),
    "film": ("VID_0043.mp4", _film),
    "leaflet": ("leaflet.pdf", _leaflet),
    "screenshot": ("Screenshot.png", _screenshot),
}
