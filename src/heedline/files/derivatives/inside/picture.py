"""Decode pictures, inside the sandbox, to correctly oriented pixel data without metadata."""

from __future__ import annotations

import io
import sys

# Only these of Pillow's many readers are loaded.
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageCms,
    ImageOps,
    ImageSequence,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from heedline.files.derivatives.frames import DecoderRefusal, FrameWriter

_READERS: dict[str, object] = {
    "JPEG": JpegImagePlugin,
    "PNG": PngImagePlugin,
    "WEBP": WebPImagePlugin,
    "GIF": GifImagePlugin,
    "BMP": BmpImagePlugin,
    "TIFF": TiffImagePlugin,
    "AVIF": AvifImagePlugin,
}
_LOSSLESS = {"PNG", "GIF", "BMP", "TIFF"}


def _heif() -> list[str]:
    """Register HEIF support in Pillow if the library is installed."""
    try:
        import pillow_heif
    except ImportError:
        return []
    pillow_heif.register_heif_opener(thumbnails=False)
    return ["HEIF"]


def _in_srgb(picture: Image.Image) -> Image.Image:
    """Convert colours to sRGB and drop the colour profile, which may name a device."""
    profile = picture.info.get("icc_profile")
    if not profile or len(profile) > 100_000 or picture.mode not in {"RGB", "RGBA", "CMYK", "L"}:
        return picture
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "sRGB" in ImageCms.getProfileDescription(source):
            return picture
        wanted = "RGBA" if picture.mode == "RGBA" else "RGB"
        changed = ImageCms.profileToProfile(
            picture, source, ImageCms.createProfile("sRGB"), outputMode=wanted
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return picture
    return changed or picture


def _as_rgb(picture: Image.Image) -> Image.Image:
    """Convert any mode to RGB, with transparent pixels on white."""
    if picture.mode.startswith(("I", "F")):
        low, high = picture.getextrema()
        scale = 255 / max(1, float(high) - float(low))  # type: ignore[arg-type]
        shift = -float(low) * scale  # type: ignore[arg-type]
        picture = picture.convert("F").point(lambda value: value * scale + shift).convert("L")
    if "A" in picture.getbands() or "transparency" in picture.info:
        with_alpha = picture.convert("RGBA")
        paper = Image.new("RGBA", with_alpha.size, "white")
        paper.alpha_composite(with_alpha)
        picture = paper
    return picture.convert("RGB")


def _shown(picture: Image.Image, longest: int) -> Image.Image:
    """Return one image upright, in sRGB and with sides of at most `longest`."""
    scale = longest / max(picture.size)
    if scale < 1 and picture.mode in {"RGB", "L", "CMYK", "RGBA"}:
        picture.thumbnail((longest, longest), Image.Resampling.BILINEAR, reducing_gap=2.0)
    upright = ImageOps.exif_transpose(picture)
    found = _as_rgb(_in_srgb(upright))
    if max(found.size) > longest:
        found.thumbnail((longest, longest), Image.Resampling.BILINEAR, reducing_gap=2.0)
    return found


def write_pictures(out: FrameWriter, most_pixels: int, longest: int, most_pictures: int) -> None:
    """Decode the picture file on standard input and write its images."""
    formats = [*_READERS, *_heif()]
    Image.MAX_IMAGE_PIXELS = None  # our own limit comes before the decoding, and has its own answer
    with Image.open(sys.stdin.buffer, formats=formats) as picture:
        width, height = picture.size
        kind = picture.format or ""
        lossless = kind in _LOSSLESS
        pixels = width * height
        if kind in {"JPEG", "MPO"}:
            # A JPEG decodes to a half, a quarter or an eighth without the rest ever being held in memory.
            picture.draft("RGB", (longest, longest))
            pixels = picture.size[0] * picture.size[1]
        if pixels > most_pixels or width * height > 16 * most_pixels:
            out.refused(DecoderRefusal.TOO_LARGE)
            return
        if kind not in {"GIF", "WEBP", "PNG", "TIFF"}:
            out.count(1)
            found = _shown(picture, longest)
            out.picture(*found.size, found.tobytes(), lossless=lossless)
            out.end()
            return
        written = 0
        budget = 4 * most_pixels
        for single in ImageSequence.Iterator(picture):
            budget -= single.size[0] * single.size[1]
            if single.size[0] * single.size[1] > most_pixels or budget < 0:
                break
            found = _shown(single.copy(), longest)
            out.picture(*found.size, found.tobytes(), lossless=lossless)
            written += 1
            if written >= most_pictures:
                break
        if not written:
            out.refused(DecoderRefusal.DAMAGED)
            return
        out.count(written)
        out.end()


def main() -> int:
    """Run the decoder with limits on pixels, side length and number of images."""
    out = FrameWriter(1)
    out.ready()
    try:
        write_pictures(out, *(int(word) for word in sys.argv[1:4]))
    except MemoryError:
        out.refused(DecoderRefusal.TOO_LARGE)
    except Exception:  # whatever a decoder stumbles over: the file is at fault
        out.refused(DecoderRefusal.DAMAGED)
    return 0


if __name__ == "__main__":
    sys.exit(main())
