"""What frozen trunks make of images, kept on disk: heads are fitted often, the trunks need run only once.

Kept in chunks, each under the digest of all that it depends on, so that a build that was broken off goes on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from models.data.augmentation import to_batch
from models.data.canvases import Progress, default_cache
from models.files import written_whole
from models.networks.spread import MeanAndSpread
from models.transforms import Pixels, Transform, by_shape

Floats = npt.NDArray[np.float32]

_CHUNK = 128
_BATCH = 16
_VERSION = b"3"
"""To be raised where the statistics change, which the digest does not see."""


@dataclass(frozen=True, slots=True)
class Trunk:
    """A frozen network, how to read its maps one after the other, and the names of those that heads may read."""

    network: nn.Module
    maps: Callable[[Tensor], Iterator[tuple[str, Tensor]]]
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Features:
    """What trunks make of N images: `values` (N, D), `columns` the place of each unit's means and then deviations."""

    values: npt.NDArray[np.float16]
    columns: Mapping[str, slice]

    def of(self, units: Sequence[str], spread: bool = True) -> Floats:
        """(N, d) features: of each unit the means, then the deviations where asked for."""
        parts = [self.values[:, self._place(unit, spread)] for unit in units]
        return np.concatenate(parts, axis=1, dtype=np.float32)

    def _place(self, unit: str, spread: bool) -> slice:
        place = self.columns[unit]
        return place if spread else slice(place.start, (place.start + place.stop) // 2)


def cached_features(
    trunks: Sequence[Trunk],
    canvases: Sequence[Pixels],
    transform: Transform,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> Features:
    """Means and deviations of canvases at every unit of the trunks; reads what `cache` holds."""
    folder = (cache or default_cache()) / "features"
    folder.mkdir(parents=True, exist_ok=True)
    columns: dict[str, slice] = {}
    values: list[npt.NDArray[np.float16]] = []
    for trunk in trunks:
        found = _of_one(trunk, canvases, transform, folder, progress)
        start = sum(part.shape[1] for part in values)
        columns |= {
            unit: slice(start + place.start, start + place.stop) for unit, place in found.columns.items()
        }
        values.append(found.values)
    return Features(np.concatenate(values, axis=1), columns)


def _of_one(
    trunk: Trunk, canvases: Sequence[Pixels], transform: Transform, folder: Path, progress: Progress | None
) -> Features:
    common = _digest(trunk, transform)
    parts = []
    for rows in _chunks(len(canvases)):
        digest = common.copy()
        for canvas in canvases[rows]:
            digest.update(repr(canvas.shape).encode() + canvas.tobytes())
        file = folder / f"{digest.hexdigest()[:32]}.npz"
        if not file.is_file():
            _write(file, compute_features(trunk, canvases[rows], transform))
        parts.append(_read(file))
        if progress:
            progress(rows.stop, len(canvases))
    return Features(np.concatenate([part.values for part in parts]), parts[0].columns)


@torch.inference_mode()
def compute_features(trunk: Trunk, canvases: Sequence[Pixels], transform: Transform) -> Features:
    """Means and deviations of canvases, as `transform` prepares them, at the trunk's units."""
    pool = MeanAndSpread()
    rows: list[npt.NDArray[np.float16]] = [np.zeros(0, np.float16)] * len(canvases)
    columns: dict[str, slice] = {}
    for alike in by_shape(canvases):
        for start in range(0, len(alike), _BATCH):
            places = alike[start : start + _BATCH].tolist()
            pixels = torch.from_numpy(np.stack([canvases[place] for place in places]))
            found = {
                unit: pool(maps).half().numpy()
                for unit, maps in trunk.maps(to_batch(pixels, transform))
                if unit in trunk.units
            }
            columns = _columns(found)
            for place, values in zip(places, np.concatenate(list(found.values()), axis=1), strict=True):
                rows[place] = values
    return Features(np.stack(rows), columns)


def _columns(found: Mapping[str, npt.NDArray[np.float16]]) -> dict[str, slice]:
    ends = np.cumsum([part.shape[1] for part in found.values()]).tolist()
    return {
        unit: slice(end - part.shape[1], end) for (unit, part), end in zip(found.items(), ends, strict=True)
    }


def _digest(trunk: Trunk, transform: Transform) -> hashlib._Hash:
    digest = hashlib.sha256(_VERSION + repr((transform, trunk.units)).encode())
    for name, tensor in trunk.network.state_dict().items():
        if not name.startswith("fc."):  # the head, random here and not used
            digest.update(name.encode() + tensor.numpy().tobytes())
    return digest


def _chunks(count: int) -> Iterator[slice]:
    for start in range(0, count, _CHUNK):
        yield slice(start, min(start + _CHUNK, count))


def _write(file: Path, features: Features) -> None:
    places = {unit: np.array([place.start, place.stop]) for unit, place in features.columns.items()}
    with written_whole(file) as aside, aside.open("wb") as stream:
        np.savez(stream, allow_pickle=False, **{_VALUES: features.values}, **places)


def _read(file: Path) -> Features:
    with np.load(file, allow_pickle=False) as kept:
        columns = {name: slice(*kept[name].tolist()) for name in kept.files if name != _VALUES}
        return Features(kept[_VALUES], columns)


_VALUES = "values"
