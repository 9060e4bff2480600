"""What the trunk makes of images, kept on disk: heads are fitted often, the trunk need run only once.

Kept in chunks, each under the digest of all that it depends on, so that a build that was broken off goes on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.data.canvases import Progress, default_cache
from models.default.head import Features, compute_trunk_features
from models.files import written_whole
from models.networks.resnet import ResNet
from models.transforms import Pixels, Transform

_CHUNK = 128
_VERSION = b"1"
"""To be raised where augmentation or statistics change, which the digest does not see."""


def cached_features(
    trunk: ResNet,
    canvases: Pixels,
    tintable: npt.NDArray[np.bool_],
    transform: Transform,
    seed: int,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> Features:
    """`compute_trunk_features` of (N, S, S, 3) canvases, each chunk with its own seed; reads what `cache` holds."""
    folder = (cache or default_cache()) / "features"
    folder.mkdir(parents=True, exist_ok=True)
    common = hashlib.sha256(_VERSION + repr((transform, seed)).encode())
    for name, tensor in trunk.state_dict().items():
        if not name.startswith("fc."):  # the head, random here and not used
            common.update(name.encode() + tensor.numpy().tobytes())
    parts = []
    for rows in _chunks(len(canvases)):
        digest = common.copy()
        digest.update(canvases[rows].tobytes() + tintable[rows].tobytes())
        file = folder / f"{digest.hexdigest()[:32]}.npz"
        if not file.is_file():
            own = int.from_bytes(digest.digest()[:4], "big")
            _write(file, compute_trunk_features(trunk, canvases[rows], tintable[rows], transform, own))
        parts.append(_read(file))
        if progress:
            progress(rows.stop, len(canvases))
    return Features(np.concatenate([part.values for part in parts], axis=1), parts[0].columns)


def _chunks(count: int) -> Iterator[slice]:
    for start in range(0, count, _CHUNK):
        yield slice(start, min(start + _CHUNK, count))


def _write(file: Path, features: Features) -> None:
    columns = {
        f"{unit} {int(spread)}": np.array([place.start, place.stop])
        for (unit, spread), place in features.columns.items()
    }
    with written_whole(file) as aside, aside.open("wb") as stream:
        np.savez(stream, allow_pickle=False, **{_VALUES: features.values}, **columns)


def _read(file: Path) -> Features:
    with np.load(file, allow_pickle=False) as kept:
        columns = {
            (name.split()[0], name.endswith("1")): slice(*kept[name].tolist())
            for name in kept.files
            if name != _VALUES
        }
        return Features(kept[_VALUES], columns)


_VALUES = "values"
