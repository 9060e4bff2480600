"""PNGs as Figmill writes them: every row as its difference from the one above, deflated by Intel's ISA-L.

Pillow at its fastest takes nine times as long to write such a picture and two and a half times as long to read its own,
of the same size (`tests/benchmarks/pictures.py`). It is a PNG like any other; those of others are left to Pillow.
"""

from __future__ import annotations

import math
import struct

import numpy as np
import numpy.typing as npt

try:
    from isal import isal_zlib as deflate
except ImportError:  # where `models` stands alone
    import zlib as deflate  # type: ignore[no-redef]

Pixels = npt.NDArray[np.uint8]

_LEVEL = 2
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_IHDR = struct.Struct(">I4sIIBBBBBI")
"""Length and name of the chunk, width, height, bits, colour type, deflate, filters, interlacing, checksum."""
_CHECKED = slice(12, 29)
"""Of these bytes its checksum is."""
_CHUNK = struct.Struct(">I4s")
_CHECKSUM = struct.Struct(">I")
_END = _CHUNK.pack(0, b"IEND") + _CHECKSUM.pack(deflate.crc32(b"IEND"))
_CHANNELS = {0: 1, 2: 3}
"""By colour type: grey and RGB."""
_UP = 2
"""The filter, which stands before each row."""


def encode(pixels: Pixels) -> bytes:
    """(H, W, 3) uint8 RGB or (H, W) uint8 grey -> a PNG."""
    height, width = pixels.shape[:2]
    rows = pixels.reshape(height, -1)
    filtered = np.empty((height, rows.shape[1] + 1), np.uint8)
    filtered[:, 0] = _UP
    filtered[0, 1:] = rows[0]
    np.subtract(rows[1:], rows[:-1], out=filtered[1:, 1:])
    colour = 0 if pixels.ndim == 2 else 2
    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    data = deflate.compress(filtered, _LEVEL)
    return b"".join((_SIGNATURE, *_chunk(b"IHDR", header), *_chunk(b"IDAT", data), _END))


def decode(data: bytes, most_pixels: int) -> Pixels | None:
    """(H, W, 3) uint8 RGB or (H, W) uint8 grey; None for whatever `encode` did not write, whole and unharmed.

    No more is inflated than the header announces, and nothing where that is more than `most_pixels`.
    """
    start = len(_SIGNATURE) + _IHDR.size
    if len(data) < start + _CHUNK.size or not data.startswith(_SIGNATURE) or not data.endswith(_END):
        return None
    length, name, width, height, bits, colour, *rest, checksum = _IHDR.unpack_from(data, len(_SIGNATURE))
    size, body = _CHUNK.unpack_from(data, start)
    start += _CHUNK.size
    plain = (length, name, bits, rest, body) == (13, b"IHDR", 8, [0, 0, 0], b"IDAT") and colour in _CHANNELS
    whole = start + size + _CHECKSUM.size + len(_END) == len(data)
    if not plain or not whole or not 0 < width * height <= most_pixels:
        return None
    deflated = memoryview(data)[start : start + size]
    checksums = checksum, *_CHECKSUM.unpack_from(data, start + size)
    if checksums != (_checksum(data[_CHECKED]), _checksum(b"IDAT", deflated)):
        return None
    shape = (height, width * _CHANNELS[colour] + 1)
    rows = _inflated(deflated, shape)
    if rows is None or (rows[:, 0] != _UP).any():
        return None
    pixels = _summed(np.array(rows[:, 1:]))
    return pixels if colour == 0 else pixels.reshape(height, width, 3)


def _summed(rows: Pixels) -> Pixels:
    """Each row with all above it, modulo 256, in place.

    First within blocks of rows, in all of them at once, then block by block: a few long operations of numpy, during
    which other threads decode too.
    """
    block = math.isqrt(len(rows))
    blocks = rows[: len(rows) // block * block].reshape(-1, block, rows.shape[1])
    for row in range(1, block):
        blocks[:, row] += blocks[:, row - 1]
    for number in range(1, len(blocks)):
        blocks[number] += blocks[number - 1, -1]
    for row in range(len(blocks) * block, len(rows)):
        rows[row] += rows[row - 1]
    return rows


def _chunk(name: bytes, data: bytes) -> tuple[bytes, bytes, bytes]:
    return _CHUNK.pack(len(data), name), data, _CHECKSUM.pack(_checksum(name, data))


def _checksum(name: bytes, data: bytes | memoryview = b"") -> int:
    return deflate.crc32(data, deflate.crc32(name))


def _inflated(data: memoryview, shape: tuple[int, int]) -> Pixels | None:
    """The rows with their filters; None where `data` is broken or holds less or more."""
    size, inflater = shape[0] * shape[1], deflate.decompressobj()
    try:
        rows = inflater.decompress(data, size + 1)
    except deflate.error:  # type: ignore[misc]  # isal's stubs take the class for an instance
        return None
    if len(rows) != size or not inflater.eof or inflater.unused_data:
        return None
    return np.frombuffer(rows, np.uint8).reshape(shape)
