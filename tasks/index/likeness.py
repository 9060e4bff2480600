"""A picture of the user's own as a vector that an index understands."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from tasks.errors import InputError, UnusableBundleError
from tasks.settings import DEFAULT_MODEL

_FILE_MB = 200


def embed_picture(picture: Path, model_id: str, model: str = DEFAULT_MODEL) -> npt.NDArray[np.float16]:
    """(d,) features of a picture by the bundle that labelled the dataset, `model_id`.

    Raises InputError for a file that is no picture, UnusableBundleError where `model` is another bundle than the
    dataset's: vectors of two networks cannot be compared.
    """
    from models.bundle.bundle import BundleError, resolve_bundle
    from models.bundle.description import bundle_info

    data = _read(picture)
    try:
        info = bundle_info(resolve_bundle(model))
    except BundleError as error:
        raise UnusableBundleError(str(error)) from error
    if info.model_id != model_id:
        raise UnusableBundleError(
            f"the dataset was labelled by {model_id}, but {model!r} is {info.model_id}, whose vectors mean "
            "something else: name the dataset's bundle, --model DIR"
        )
    try:
        vector: npt.NDArray[np.float16] = embed([data], info.path)[0]
    except InputError as error:
        raise InputError(f"{picture}: {error}; name a PNG or JPEG") from error
    return vector


def embed(pictures: list[bytes], bundle: Path) -> npt.NDArray[np.float16]:
    """(N, d) features of encoded pictures. Raises InputError for one that cannot be decoded."""
    from models.inference.predict import load_predictor

    predictor = load_predictor(bundle)
    try:
        canvases = [predictor.prepare(data) for data in pictures]
    except ValueError as error:
        raise InputError(f"the picture cannot be used: {error}") from error
    return predictor.predict(canvases).embeddings


def _read(picture: Path) -> bytes:
    try:
        if picture.stat().st_size > _FILE_MB * 2**20:
            raise InputError(f"{picture} is larger than {_FILE_MB} MB: name one picture")
        return picture.read_bytes()
    except OSError as error:
        raise InputError(f"{picture} cannot be read: {error.strerror}; name a PNG or JPEG") from error
