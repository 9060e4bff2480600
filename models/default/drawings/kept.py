"""Drawings kept on disk: the same code, libraries and seed draw the same, and drawing takes minutes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path

import numpy as np

from models.files import written_whole

Drawings = list[tuple[str, bytes]]
"""What each shows, and the image."""

_LIBRARIES = ("matplotlib", "numpy", "pillow", "rdkit")


def keep_drawings(draw: Callable[[], Iterable[tuple[str, bytes]]], name: str, folder: Path) -> Drawings:
    """What `draw` draws, or what `folder` has of it; `name` says with which settings."""
    file = folder / f"{name}-{_digest()}.npz"
    if not file.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        _write(file, list(draw()))
    return _read(file)


def _digest() -> str:
    """Of all that drawings depend on but their settings."""
    digest = hashlib.sha256("".join(map(version, _LIBRARIES)).encode())
    for source in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def _write(file: Path, drawings: Drawings) -> None:
    images = [np.frombuffer(image, np.uint8) for _, image in drawings]
    with written_whole(file) as aside, aside.open("wb") as stream:
        np.savez(
            stream,
            names=np.array([name for name, _ in drawings]),
            ends=np.cumsum([len(image) for image in images]),
            images=np.concatenate(images),
        )


def _read(file: Path) -> Drawings:
    with np.load(file, allow_pickle=False) as kept:
        parts = np.split(kept["images"], kept["ends"][:-1])
        return [(name, part.tobytes()) for name, part in zip(kept["names"].tolist(), parts, strict=True)]
