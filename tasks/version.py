"""Figmill's version, as rows, cards and requests carry it."""

from __future__ import annotations

import functools
from importlib.metadata import version


@functools.cache
def pipeline_version() -> str:
    """Of the Figmill that runs, such as `0.1.0`."""
    return version("figmill")
