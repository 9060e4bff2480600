"""A target by its address: the embedded index, PostgreSQL, OpenSearch, Elasticsearch, Qdrant or LanceDB."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tasks.errors import SettingsError
from tasks.index.target import Target

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

DEFAULT_NAME = "figmill"
"""Prefix of tables, name of the alias."""
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


def open_target(out: StorePath, to: str | None, name: str = DEFAULT_NAME) -> Target:
    """The target that `--to` names; None is the embedded index in the dataset's folder. Raises SettingsError."""
    if not _NAME.fullmatch(name):
        raise SettingsError(f"--name {name!r} is no name: a to z, 0 to 9 and _, 40 at most, a letter first")
    if to is None:
        from tasks.index.embedded import EmbeddedIndex

        return EmbeddedIndex(out)
    scheme = _scheme(to)
    if scheme in ("postgresql", "postgres"):
        from tasks.index.feeds.postgres import PostgresIndex

        return PostgresIndex(to, name)
    engine, _, transport = scheme.partition("+")
    if engine in ("opensearch", "elasticsearch") and transport in ("", "http", "https"):
        from tasks.index.feeds.opensearch import OpenSearchIndex

        return OpenSearchIndex(to, name)
    if engine == "qdrant" and transport in ("", "http", "https"):
        from tasks.index.feeds.qdrant import QdrantIndex

        return QdrantIndex(to, name)
    if scheme == "lancedb":
        from tasks.index.feeds.lance import LanceIndex

        return LanceIndex(to, name)
    raise SettingsError(
        f"--to {scheme or 'without a scheme'} is no target that Figmill knows: postgresql://…, "
        "opensearch+https://…, elasticsearch+https://…, qdrant+https://… or lancedb:///…; without --to, the index in "
        "the dataset's folder"
    )


def _scheme(to: str) -> str:
    try:
        return urlsplit(to).scheme.lower()
    except ValueError:  # its words may quote a password
        raise SettingsError("--to is no URL, such as postgresql://USER@HOST/DATABASE") from None
