"""Modalities as people name them: by path, or by code."""

from __future__ import annotations

from collections.abc import Iterable

from models import taxonomy
from tasks.errors import InputError


def modality_path(wanted: str, leaves: Iterable[str]) -> str:
    """The path of a modality given by path or code: `DMEL` or `Microscopy/electron` -> `microscopy/electron`.

    Known are ImageCLEF's paths and `leaves`, which a dataset of other classes has. Raises InputError for others, with
    those that are near.
    """
    if wanted.upper() in taxonomy.CODES:
        return taxonomy.path(wanted.upper())[-1]
    every = {*leaves, *(taxonomy.path(code)[-1] for code in taxonomy.CODES)}
    known = sorted(
        {"/".join(leaf.split("/")[: depth + 1]) for leaf in every for depth in range(leaf.count("/") + 1)}
    )
    asked = wanted.strip("/").lower()
    if asked in known:
        return asked
    near = taxonomy.near(asked, known) or [path for path in known if "/" not in path]
    raise InputError(f"no modality {asked!r}: {', '.join(near)}, or a code such as DMEL")
