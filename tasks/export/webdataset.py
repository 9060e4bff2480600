"""WebDataset: tar shards that a training loop reads from front to back, three members for each subfigure.

Source: https://github.com/webdataset/webdataset, "The WebDataset Format": members of one sample share the name up to
the first dot, and stand together.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import math
import re
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa

from models import taxonomy
from tasks.dataset.columns import IMAGE_COLUMN
from tasks.texts import storable

SHARDS = "figmill"
"""What shards are called that are of no split: figmill-000000.tar."""
_KINDS = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg"}
_LEFT_OUT = (IMAGE_COLUMN, "probabilities", "embedding")
"""Columns that the JSON has not as they are: `probabilities` goes by code."""


class ShardWriter:
    """Writes samples into tar shards of about `shard_bytes` in a folder; a context that closes the last one.

    The same rows give the same bytes: members have no times and no owner.
    """

    def __init__(self, folder: Path, classes: tuple[str, ...], shard_bytes: int, name: str = SHARDS) -> None:
        self.shards = 0
        self.name = name
        self._folder, self._classes, self._shard_bytes = folder, classes, shard_bytes
        self._tar: tarfile.TarFile | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._tar is not None:
            self._tar.close()

    def add(self, rows: pa.Table) -> None:
        """Takes rows with all columns of the dataset."""
        for row in rows.to_pylist():
            tar = self._open()
            for name, data in sample(row, self._classes):
                member = tarfile.TarInfo(name)
                member.size, member.mode = len(data), 0o644
                tar.addfile(member, io.BytesIO(data))

    def _open(self) -> tarfile.TarFile:
        if self._tar is not None and self._tar.offset >= self._shard_bytes:
            self._tar.close()
            self._tar = None
        if self._tar is None:
            self._tar = tarfile.open(self._folder / f"{self.name}-{self.shards:06d}.tar", "w")  # noqa: SIM115
            self.shards += 1
        return self._tar


def sample(row: Mapping[str, Any], classes: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """A row as members: the picture, if any, the words that belong to it (`txt`), everything else (`json`)."""
    key = re.sub(r"[^0-9A-Za-z]+", "-", row["subfigure_id"]).strip("-")
    if row[IMAGE_COLUMN] is not None:
        data = row[IMAGE_COLUMN]["bytes"] or b""
        suffix = next((suffix for start, suffix in _KINDS.items() if data.startswith(start)), "bin")
        yield f"{key}.{suffix}", data
    yield f"{key}.txt", (storable(row["subcaption"] or row["caption"]) or "").encode()
    yield f"{key}.json", _json(_facts(row, classes)).encode()


def _json(facts: Mapping[str, Any]) -> str:
    """JSON has no word for infinity or what is no number; a dataset of others may hold them: null."""
    try:
        return json.dumps(facts, ensure_ascii=False, default=_plain, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(facts), ensure_ascii=False, default=_plain, allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {name: _finite(part) for name, part in value.items()}
    return [_finite(part) for part in value] if isinstance(value, list) else value


def _facts(row: Mapping[str, Any], classes: Iterable[str]) -> dict[str, Any]:
    facts = {name: value for name, value in row.items() if name not in _LEFT_OUT}
    code = row["modality"]
    scored = code is not None
    probabilities = dict(zip(classes, row["probabilities"], strict=True)) if scored else None
    called = {
        "modality_name": taxonomy.name(code) if scored else None,
        "modality_identifiers": _identifiers(code) if scored else None,
    }
    return facts | called | {"probabilities": probabilities}


def _identifiers(code: str) -> dict[str, str]:
    """What other vocabularies call a class, by vocabulary."""
    return {name: value for name, value in asdict(taxonomy.identifiers(code)).items() if value}


def _plain(value: object) -> str:
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(f"a column of {type(value).__name__} is unknown")
