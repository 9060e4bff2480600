"""What subfigures cost as PNGs: written and read by Figmill, by Pillow, and each by the other.

    uv run python -m tests.benchmarks.pictures DATASET

DATASET is one that `figmill label` wrote; its pictures are taken whatever they are stored as. A row for each way:
processor time on one core to write a picture, for Figmill and for Pillow to read it, and the size of all.
"""

from __future__ import annotations

import argparse
import io
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.dataset as ds
from PIL import Image

from models import png
from models.transforms import PIXEL_LIMIT


def by_pillow(pixels: np.ndarray, **options: Any) -> bytes:
    """A PNG with Pillow's options."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", **options)
    return buffer.getvalue()


def read_by_pillow(data: bytes) -> np.ndarray:
    """(H, W, 3) or (H, W) uint8."""
    return np.asarray(Image.open(io.BytesIO(data)))


def read_by_us(data: bytes) -> np.ndarray:
    """As `Transform` reads it: what Figmill did not write is Pillow's."""
    own = png.decode(data, PIXEL_LIMIT)
    return read_by_pillow(data) if own is None else own


WAYS: dict[str, Callable[[np.ndarray], bytes]] = {
    "Figmill": png.encode,
    "Pillow, level 1": lambda pixels: by_pillow(pixels, compress_level=1),
    "Pillow, its default": by_pillow,
}


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("dataset", type=Path)
    folder = parser.parse_args().dataset / "subfigures"
    stored = ds.dataset(folder).to_table(["image"])["image"].to_pylist()
    pictures = [read_by_pillow(row["bytes"]) for row in stored]
    millions = sum(picture.shape[0] * picture.shape[1] for picture in pictures) / 1e6
    print(f"{len(pictures)} pictures of {millions / len(pictures):.2f} megapixels on the mean, one core")
    print(f"{'':<22}{'write':>12}{'read by us':>12}{'by Pillow':>12}{'size':>12}")
    for name, write in WAYS.items():
        wrote, encoded = _each(write, pictures)
        ours, read = _each(read_by_us, encoded)
        pillows, _ = _each(read_by_pillow, encoded)
        if not all(map(np.array_equal, read, pictures)):
            raise SystemExit(f"{name}: what was read is not what was written")
        times = "".join(f"{value:9.2f} ms" for value in (wrote, ours, pillows))
        print(f"{name:<22}{times}{sum(map(len, encoded)) / 1e6:9.1f} MB", flush=True)


def _each(work: Callable[[Any], Any], items: Sequence[Any]) -> tuple[float, list[Any]]:
    """Milliseconds of processor time for one, and what came of all."""
    started = time.process_time()
    done = [work(item) for item in items]
    return 1000 * (time.process_time() - started) / len(items), done


if __name__ == "__main__":
    main()
