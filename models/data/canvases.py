"""Images decoded once: a memory-mapped (N, C, C, 3) uint8 file that every epoch and every run reads again."""

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
    """Decoded images in the order of their files; an unreadable one is a white square."""

    pixels: Pixels
    """(N, C, C, 3), memory-mapped read-only."""
    unreadable: dict[int, str]
    """Position -> why it could not be read."""
    digests: tuple[str, ...]
    """SHA-256 of each file's bytes, hex."""


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
    return Canvases(pixels, reasons, tuple(kept["digests"]))


def _write(
    array: Path, files: Sequence[Path], transform: Transform, progress: Progress | None
) -> dict[str, object]:
    """Fills the file of canvases; returns what is noted beside it: digests, and why images cannot be read."""
    side = transform.canvas_size
    shape = (len(files), side, side, 3)
    pixels = np.lib.format.open_memmap(array, mode="w+", dtype=np.uint8, shape=shape)
    unreadable: dict[int, str] = {}
    digests: list[str] = []
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for index, one in enumerate(pool.map(lambda file: _decode_one(file, transform), files)):
            digests.append(one.digest)
            if isinstance(one.canvas, str):
                unreadable[index], pixels[index] = one.canvas, 255
            else:
                pixels[index] = one.canvas
            if progress:
                progress(index + 1, len(files))
    pixels.flush()
    return {"unreadable": unreadable, "digests": digests}


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
    digest = hashlib.sha256(f"2 {transform.fit} {transform.canvas_size}".encode())
    for file in files:
        state = file.stat()
        digest.update(f"\n{file.resolve()}\t{state.st_size}\t{state.st_mtime_ns}".encode())
    return digest.hexdigest()[:24]
