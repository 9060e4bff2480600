"""Bundles by name, folder or URI: one on a store is fetched before it is opened."""

from __future__ import annotations

import functools
import hashlib
import threading
from pathlib import Path

from models.bundle.bundle import (
    CARD_FILE,
    DESCRIPTION_FILE,
    SENTENCES_FILE,
    WEIGHTS_FILE,
    BundleError,
    BundleInfo,
    resolve_bundle,
)
from models.bundle.description import bundle_info
from tasks.errors import UnusableBundleError
from tasks.stores import objects, paths
from tasks.stores.scratch import Folder

_MOST_MB = {DESCRIPTION_FILE: 4, CARD_FILE: 4, WEIGHTS_FILE: 2048, SENTENCES_FILE: 2048}
"""Larger ones are not fetched."""
_OPTIONAL = (CARD_FILE, SENTENCES_FILE)
_lock = threading.Lock()


def open_bundle(model: str) -> BundleInfo:
    """What a bundle says of itself, without torch; read once. Raises UnusableBundleError with one line."""
    with _lock:
        return _open_bundle(model)


@functools.cache
def _open_bundle(model: str) -> BundleInfo:
    try:
        return bundle_info(_fetched(model) if paths.is_remote(model) else resolve_bundle(model))
    except BundleError as error:
        raise UnusableBundleError(str(error)) from error


def _fetched(uri: str) -> Path:
    """A bundle's files on this machine, and nothing else that may lie beside them; none is taken too large.

    Weights and description must be there, a card and a language model may be.
    """
    folder = Folder(f"bundle-{hashlib.sha256(uri.encode()).hexdigest()[:16]}").made()
    place = paths.store_path(uri)
    for name, most in _MOST_MB.items():
        file = place / name
        if name in _OPTIONAL and not paths.exists(file):
            continue
        try:
            if objects.describe(str(file)).size > most << 20:
                raise UnusableBundleError(f"{file} is larger than {most} MB, so it is no part of a bundle")
            objects.download(str(file), folder / name)
        except OSError as error:
            raise UnusableBundleError(
                f"{file} cannot be read: {error.strerror}; name a bundle's folder"
            ) from error
    return folder
