"""Image files of rare kinds look as other programs show them, or are refused in words."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms, TiffImagePlugin

from tasks.errors import PaperError
from tasks.extraction.images.decoding import decode_image
from tasks.settings import ExtractionLimits

WIDTH, HEIGHT = 64, 40
RAMP = np.tile(np.linspace(0, 1, WIDTH), (HEIGHT, 1))[..., None]
"""From black at the left to white at the right, (H, W, 1)."""
COLOURS = np.concatenate([RAMP, np.full_like(RAMP, 0.5), 1 - RAMP], -1)


def tiff(values: np.ndarray, bits: int, photometric: int, order: str = "<", **tags: int | list[int]) -> bytes:
    """An uncompressed TIFF of values from 0 to 1, (H, W, samples); tags by their number, as `t338=[2]`."""
    samples = np.round(values * (2**bits - 1)).astype(np.uint64)
    height, width, count = samples.shape
    if tags.get("t284") == 2:
        samples = samples.transpose(2, 0, 1)
    if bits == 12:
        wide = np.unpackbits(samples.astype(">u2").view(np.uint8).reshape(height, -1, 2), axis=-1)
        data = np.packbits(wide[..., 4:].reshape(height, -1), axis=-1).tobytes()
    else:
        data = samples.astype(f"{order}u{bits // 8}").tobytes()
    entries = {
        256: width,
        257: height,
        258: [bits] * count,
        259: 1,
        262: photometric,
        277: count,
        278: height,
    }
    entries |= {279: len(data)} | {int(name[1:]): value for name, value in tags.items()}
    if tags.get("t284") == 2:
        entries[279] = [len(data) // count] * count
    return _file(entries, data, order, count if tags.get("t284") == 2 else 1)


def _file(entries: dict[int, int | list[int]], data: bytes, order: str, strips: int) -> bytes:
    start = 8 + 2 + 12 * (len(entries) + 1) + 4
    lists = {tag: value if isinstance(value, list) else [value] for tag, value in entries.items()}
    room = sum(4 * len(value) for value in lists.values() if len(value) > 1)
    room += 4 * strips if strips > 1 else 0
    lists[273] = [start + room + place * len(data) // strips for place in range(strips)]
    directory, extra = struct.pack(f"{order}H", len(lists)), b""
    for tag, value in sorted(lists.items()):
        directory += struct.pack(f"{order}HHI", tag, 4, len(value))
        raw = struct.pack(f"{order}{len(value)}I", *value)
        directory += raw if len(raw) == 4 else struct.pack(f"{order}I", start + len(extra))
        extra += raw if len(raw) > 4 else b""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    return mark + struct.pack(f"{order}I", 8) + directory + bytes(4) + extra + data


def png(values: np.ndarray, bits: int, kind: int, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG of values from 0 to 1, (H, W, samples), with chunks before its pixels."""
    rows = np.round(values * (2**bits - 1)).astype(">u2" if bits == 16 else np.uint8)
    raw = b"".join(b"\0" + row.tobytes() for row in rows)
    header = struct.pack(">IIBBBBB", values.shape[1], values.shape[0], bits, kind, 0, 0, 0)
    body = [(b"IHDR", header), *chunks, (b"IDAT", zlib.compress(raw)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(said)) + name + said + struct.pack(">I", zlib.crc32(name + said))
        for name, said in body
    )


def decoded(data: bytes, notes: list[str] | None = None) -> np.ndarray:
    pixels, _ = decode_image(data, ExtractionLimits(), notes if notes is not None else [])
    return pixels.astype(int)


@pytest.mark.parametrize(("bits", "order"), [(8, "<"), (8, ">"), (16, "<"), (16, ">"), (32, "<")])
def test_grey_is_as_light_as_it_is_meant(bits: int, order: str) -> None:
    assert np.abs(decoded(tiff(RAMP, bits, 1, order)) - RAMP * 255).max() <= 1


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("bits", [8, 16])
def test_grey_whose_zero_is_white_is_not_inverted(bits: int, order: str) -> None:
    assert np.abs(decoded(tiff(1 - RAMP, bits, 0, order)) - RAMP * 255).max() <= 1


def test_grey_of_12_bits_is_not_black() -> None:
    assert np.abs(decoded(tiff(RAMP, 12, 1)) - RAMP * 255).max() <= 1


@pytest.mark.parametrize("extra", [0, 2])
@pytest.mark.parametrize("bits", [8, 16])
def test_grey_with_one_more_sample_is_read(bits: int, extra: int) -> None:
    values = np.concatenate([RAMP, np.ones_like(RAMP)], -1)
    assert np.abs(decoded(tiff(values, bits, 1, t338=[extra])) - RAMP * 255).max() <= 1


def test_inks_beside_red_green_and_blue_are_left_out() -> None:
    values = np.concatenate([COLOURS, RAMP, RAMP], -1)
    assert np.abs(decoded(tiff(values, 16, 2, t338=[0, 0])) - COLOURS * 255).max() <= 1


def test_a_palette_of_8_bits_is_not_black() -> None:
    palette = [*range(256)] * 3
    assert np.abs(decoded(tiff(RAMP, 8, 3, t320=palette)) - RAMP * 255).max() <= 1


def test_colours_apart_in_8_bits_are_read_and_in_16_refused() -> None:
    assert np.abs(decoded(tiff(COLOURS, 8, 2, t284=2)) - COLOURS * 255).max() <= 1
    with pytest.raises(PaperError, match="each colour apart in 16 bits"):
        decoded(tiff(COLOURS, 16, 2, t284=2))


def test_compressed_grey_of_16_bits_that_is_called_apart_is_read() -> None:
    file = io.BytesIO()
    grey = Image.fromarray(np.round(RAMP[..., 0] * 65535).astype(np.uint16))
    grey.save(file, "TIFF", compression="tiff_adobe_deflate", tiffinfo={284: 2})
    assert np.abs(decoded(file.getvalue()) - RAMP * 255).max() <= 1


def test_floats_are_not_taken_for_numbers() -> None:
    with pytest.raises(PaperError, match="it is damaged"):
        decoded(tiff(COLOURS, 16, 2, t339=[3, 3, 3]))


def test_colours_of_32_bits_are_refused_and_not_shown_wrongly() -> None:
    with pytest.raises(PaperError, match="it is damaged"):
        decoded(tiff(COLOURS, 32, 2))


def test_the_picture_and_not_its_thumbnail() -> None:
    file = io.BytesIO()
    with TiffImagePlugin.AppendingTiffWriter(file, True) as pages:
        Image.new("RGB", (16, 10), "red").save(pages, "TIFF", tiffinfo={254: 1})
        pages.newFrame()
        Image.fromarray((COLOURS * 255).astype(np.uint8)).save(pages, "TIFF")
        pages.newFrame()
    assert decoded(file.getvalue()).shape == (HEIGHT, WIDTH, 3)


def test_of_thumbnails_alone_the_first() -> None:
    file = io.BytesIO()
    with TiffImagePlugin.AppendingTiffWriter(file, True) as pages:
        for width in (16, 20, 24):
            Image.new("RGB", (width, 10), "red").save(pages, "TIFF", tiffinfo={254: 1})
            pages.newFrame()
    assert decoded(file.getvalue()).shape == (10, 16, 3)


def test_a_picture_that_is_called_a_thumbnail_is_shown_where_there_is_no_other() -> None:
    file = io.BytesIO()
    Image.new("RGB", (16, 10), "red").save(file, "TIFF", tiffinfo={254: 1})
    assert decoded(file.getvalue()).shape == (10, 16, 3)


@pytest.mark.parametrize("bits", [8, 16])
def test_a_grey_that_is_transparent_shows_white(bits: int) -> None:
    half = np.where(RAMP < 0.5, 0.0, 0.5)
    shown = decoded(png(half, bits, 0, (b"tRNS", struct.pack(">H", 0))))
    assert (shown[:, : WIDTH // 2] == 255).all()
    assert np.abs(shown[:, WIDTH // 2 :] - 128).max() <= 1


@pytest.mark.parametrize("name", [b"zTXt", b"iCCP"])
def test_megabytes_of_metadata_cost_no_picture(name: bytes) -> None:
    notes: list[str] = []
    data = png(RAMP, 8, 0, (name, b"of the maker\0\0" + zlib.compress(bytes(3_000_000))))
    assert np.abs(decoded(data, notes) - RAMP * 255).max() <= 1
    assert notes == []


def jpeg_file() -> bytes:
    chance = np.random.default_rng(1)
    file = io.BytesIO()
    Image.fromarray(chance.integers(0, 255, (HEIGHT * 4, WIDTH * 4), np.uint8)).save(file, "JPEG", quality=90)
    return file.getvalue()


@pytest.mark.parametrize("share", [0.8, 1.0])
def test_a_jpeg_without_its_end_is_shown_and_said_to_be_damaged(share: float) -> None:
    data, notes = jpeg_file(), list[str]()
    cut = data[: int(share * (len(data) - 2))]
    rows = int(HEIGHT * 4 * (share - 0.2))
    assert np.abs(decoded(cut, notes)[:rows] - decoded(data)[:rows]).mean() < 2
    assert notes == ["is damaged and may be incomplete"]


def test_a_jpeg_that_is_turned_or_mended_is_not_kept_as_it_is() -> None:
    turned = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.open(io.BytesIO(jpeg_file())).save(turned, "JPEG", exif=exif)
    kept = [decode_image(data, ExtractionLimits(), [])[1] for data in (jpeg_file(), turned.getvalue())]
    assert kept == [True, False]
    assert decode_image(jpeg_file()[:-2], ExtractionLimits(), [])[1] is False


def test_a_jpeg_that_is_turned_and_cut_short_is_refused() -> None:
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.open(io.BytesIO(jpeg_file())).save(file, "JPEG", exif=exif)
    with pytest.raises(PaperError, match="it is damaged"):
        decoded(file.getvalue()[:-2])


def test_what_only_mupdf_reads_is_held_to_the_same_size() -> None:
    data = png(
        np.tile(RAMP, (30, 20, 1)), 8, 0, (b"zTXt", b"of the maker\0\0" + zlib.compress(bytes(3_000_000)))
    )
    with pytest.raises(PaperError, match="megapixels"):
        decode_image(data, ExtractionLimits(image_megapixels=1), [])


def test_what_is_transparent_shows_white_though_only_mupdf_reads_it() -> None:
    values = np.concatenate([COLOURS, RAMP > 0.5], -1)
    data = png(values, 8, 6, (b"zTXt", b"of the maker\0\0" + zlib.compress(bytes(3_000_000))))
    shown = decoded(data)
    assert (shown[:, : WIDTH // 2] == 255).all()
    assert np.abs(shown[:, WIDTH // 2 :] - COLOURS[:, WIDTH // 2 :] * 255).max() <= 1


def test_a_jpeg_of_which_most_is_missing_is_refused() -> None:
    data = jpeg_file()
    with pytest.raises(PaperError, match="it is damaged"):
        decoded(data[: len(data) // 3])


def profile_of_inks() -> bytes:
    """An ICC profile (version 2, one table of 8 bits) of four inks: the first prints grey, others black."""
    straight = bytes(range(256))
    matrix = struct.pack(">9i", *(65536 if place % 4 == 0 else 0 for place in range(9)))
    nodes = b"".join(bytes((light, 128, 128)) for light in (255, *[0] * 7, 128, *[0] * 7))
    table = b"mft1" + bytes(4) + bytes((4, 3, 2, 0)) + matrix + straight * 4 + nodes + straight * 3
    white = struct.pack(">3i", 63190, 65536, 54061)
    about = struct.pack(">I4sI", 0, b"none", 0x02100000) + b"prtrCMYKLab " + bytes(12) + b"acsp"
    header = (about + bytes(28) + white).ljust(128, b"\0")
    tags = struct.pack(">I4sII", 1, b"A2B0", 144, len(table))
    return struct.pack(">I", 144 + len(table)) + (header + tags + table)[4:]


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_inks_are_shown_by_their_profile(kind: str) -> None:
    file = io.BytesIO()
    Image.new("CMYK", (20, 20), (255, 0, 0, 0)).save(file, kind, icc_profile=profile_of_inks())
    shown = decoded(file.getvalue())[10, 10]
    assert np.ptp(shown) < 4
    assert abs(shown[0] - 119) < 4  # half of the lightness there is


def test_inks_are_shown_plainly_where_their_profile_is_broken() -> None:
    inks = Image.new("CMYK", (20, 20), (255, 0, 0, 0))
    grey = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()  # of three colours, not of inks
    for profile in (grey, b"no profile"):
        file = io.BytesIO()
        inks.save(file, "TIFF", icc_profile=profile)
        assert decoded(file.getvalue())[0, 0].tolist() == [0, 255, 255]
