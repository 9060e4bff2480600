"""Images decoded once: a memory-mapped (N, C, C, 3) uint8 file that every epoch and every run reads again."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

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
        unreadable = _write(array, files, transform, progress)
        notes.write_text(json.dumps(unreadable))
    reasons = {int(index): reason for index, reason in json.loads(notes.read_text()).items()}
    return Canvases(np.load(array, mmap_mode="r", allow_pickle=False), reasons)


def _write(
    array: Path, files: Sequence[Path], transform: Transform, progress: Progress | None
) -> dict[int, str]:
    """Writes aside, then renames: a killed run leaves nothing that looks whole."""
    side, aside = transform.canvas_size, array.with_suffix(f".{os.getpid()}.part")
    shape = (len(files), side, side, 3)
    pixels = np.lib.format.open_memmap(aside, mode="w+", dtype=np.uint8, shape=shape)
    unreadable: dict[int, str] = {}
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        results: Iterable[Pixels | str] = pool.map(lambda file: _decode_one(file, transform), files)
        for index, result in enumerate(results):
            if isinstance(result, str):
                unreadable[index], pixels[index] = result, 255
            else:
                pixels[index] = result
            if progress:
                progress(index + 1, len(files))
    pixels.flush()
    aside.rename(array)
    return unreadable


def _decode_one(file: Path, transform: Transform) -> Pixels | str:
    try:
        return transform.canvas(file.read_bytes())
    except (OSError, ValueError) as error:
        return str(error)


def _key(files: Sequence[Path], transform: Transform) -> str:
    digest = hashlib.sha256(f"1 {transform.fit} {transform.canvas_size}".encode())
    for file in files:
        state = file.stat()
        digest.update(f"\n{file.resolve()}\t{state.st_size}\t{state.st_mtime_ns}".encode())
    return digest.hexdigest()[:24]
