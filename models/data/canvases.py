"""Images decoded once: a memory-mapped file of canvases that every epoch and every run reads again."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.files import written_whole
from models.transforms import Pixels, Transform

Progress = Callable[[int, int], None]
"""Called with how many are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Canvases:
    """Decoded images in the order of their files; an unreadable one is white."""

    pixels: Pixels
    """(N, C, C, 3), memory-mapped read-only; where canvases differ in shape, (N, bytes of the largest)."""
    unreadable: dict[int, str]
    """Position -> why it could not be read."""
    digests: tuple[str, ...]
    """SHA-256 of each file's bytes, hex."""
    shapes: tuple[tuple[int, int], ...]
    """Rows and columns of each canvas."""

    def canvas(self, row: int) -> Pixels:
        """The canvas of the image at this place, (rows, columns, 3)."""
        rows, columns = self.shapes[row]
        flat: Pixels = self.pixels[row].reshape(-1)[: 3 * rows * columns]
        return flat.reshape(rows, columns, 3)


def default_cache() -> Path:
    """Where decoded images are kept unless said otherwise."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "figmill"


def decode(
    files: Sequence[Path], transform: Transform, cache: Path | None = None, progress: Progress | None = None
) -> Canvases:
    """Decodes every file, or finds what an earlier call made of the same files, unchanged, in this order."""
    folder = cache or default_cache()
    key = _key(files, transform)
    array, notes = folder / f"canvases-{key}.npy", folder / f"canvases-{key}.json"
    if not notes.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        with written_whole(array) as aside:
            found = _write(aside, files, transform, progress)
        with written_whole(notes) as aside:
            aside.write_text(json.dumps(found))
    kept = json.loads(notes.read_text())
    reasons = {int(index): reason for index, reason in kept["unreadable"].items()}
    pixels = np.load(array, mmap_mode="r", allow_pickle=False)
    return Canvases(pixels, reasons, tuple(kept["digests"]), tuple((r, c) for r, c in kept["shapes"]))


def _write(
    array: Path, files: Sequence[Path], transform: Transform, progress: Progress | None
) -> dict[str, object]:
    """Fills the file of canvases; returns what is noted beside it: digests, shapes, why images cannot be read."""
    shape = (len(files), *_row(transform))
    pixels = np.lib.format.open_memmap(array, mode="w+", dtype=np.uint8, shape=shape)
    unreadable: dict[int, str] = {}
    digests: list[str] = []
    shapes: list[tuple[int, int]] = []
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for index, one in enumerate(pool.map(lambda file: _decode_one(file, transform), files)):
            digests.append(one.digest)
            canvas = one.canvas
            if isinstance(canvas, str):
                unreadable[index] = canvas
                canvas = np.full((*transform.canvas_shapes[0], 3), 255, np.uint8)
            shapes.append((canvas.shape[0], canvas.shape[1]))
            pixels[index].reshape(-1)[: canvas.size] = canvas.reshape(-1)
            if progress:
                progress(index + 1, len(files))
    pixels.flush()
    return {"unreadable": unreadable, "digests": digests, "shapes": shapes}


def _row(transform: Transform) -> tuple[int, ...]:
    """What the file holds of an image: a canvas, or as many bytes as the largest has."""
    shapes = transform.canvas_shapes
    return (*shapes[0], 3) if len(shapes) == 1 else (transform.room,)


@dataclass(frozen=True, slots=True)
class _Decoded:
    canvas: Pixels | str
    """Or why there is none."""
    digest: str


def _decode_one(file: Path, transform: Transform) -> _Decoded:
    digest = ""
    try:
        data = file.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        return _Decoded(transform.canvas(data), digest)
    except (OSError, ValueError) as error:
        return _Decoded(str(error), digest)


def _key(files: Sequence[Path], transform: Transform) -> str:
    digest = hashlib.sha256(f"3 {transform.fit} {transform.canvas_size}".encode())
    for file in files:
        state = file.stat()
        digest.update(f"\n{file.resolve()}\t{state.st_size}\t{state.st_mtime_ns}".encode())
    return digest.hexdigest()[:24]
