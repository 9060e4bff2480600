"""Which images trained a bundle: kept in model.json as the beginnings of their files' SHA-256."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

KEY = "image_digests"
"""Of the description's `training`."""

_BYTES = 6
"""Of each digest: two of a hundred thousand images agree by chance once in 50,000 bundles."""


def pack_digests(digests: Iterable[str]) -> str:
    """SHA-256 sums in hex as one text, eight characters for each image."""
    kept = sorted({bytes.fromhex(digest)[:_BYTES] for digest in digests if digest})
    return base64.b64encode(b"".join(kept)).decode("ascii")


def find_trained(training: Mapping[str, Any], digests: Sequence[str]) -> tuple[bool, ...]:
    """Whether each image trained the bundle whose `training` this is; false where the bundle does not say."""
    try:
        packed = base64.b64decode(training.get(KEY, ""), validate=True)
    except (binascii.Error, TypeError, ValueError):
        packed = b""  # a note for people, which is no reason to refuse the bundle
    known = {packed[start : start + _BYTES] for start in range(0, len(packed), _BYTES)}
    return tuple(bool(digest) and bytes.fromhex(digest)[:_BYTES] in known for digest in digests)
