"""Which bytes an input had when it was last read: OUT/.inputs, so that a run need not read them all again.

A row for each input in the ledger: a digest of its URI, a digest of what changes with its bytes (size and times of a
file, ETag of an object), and its paper_id. It only saves time: lost or wrong in a row, the input is read again, and a
paper whose bytes are not those of its paper_id fails as `changed`.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.stores import paths

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

FILE = ".inputs"
_SAVE_EVERY = 300.0
"""Seconds of a run between two savings: what a killed run may have to read again."""
_DIGEST = 16
_SCHEMA = pa.schema(
    [(name, pa.binary(_DIGEST)) for name in ("uri", "version")] + [("paper_id", pa.binary(32))]
)
_UNREADABLE = (pa.ArrowException, OSError, ValueError, KeyError)

log = logging.getLogger("figmill.inputs")


class FingerprintCache:
    """What is known of the inputs of a dataset, or of other files by another `name`; threads ask, one run writes."""

    def __init__(self, out: StorePath, name: str = FILE) -> None:
        self._file = out / name
        self._known: dict[bytes, tuple[bytes, bytes]] = self._load()
        self._changed = False
        self._saved = time.monotonic()

    def paper_id(self, uri: str, version: str | None) -> str | None:
        """The paper_id of an input whose version is the one that it had."""
        known = self._known.get(_digest(uri))
        return known[1].hex() if known and version and known[0] == _digest(version) else None

    def note(self, uri: str, version: str | None, paper_id: str) -> None:
        """An input was read in this version."""
        if version:
            entry = (_digest(version), bytes.fromhex(paper_id))
            key = _digest(uri)
            if self._known.get(key) != entry:
                self._known[key] = entry
                self._changed = True

    def save(self, done: Callable[[str], bool], now: bool = True) -> None:
        """Keeps what is known of inputs whose papers are in the ledger; unless `now`, only every few minutes."""
        if not self._changed or (not now and time.monotonic() - self._saved < _SAVE_EVERY):
            return
        rows = [(uri, *entry) for uri, entry in list(self._known.items()) if done(entry[1].hex())]
        if not rows:
            return
        columns = [
            pa.array(column, kind)
            for column, kind in zip(zip(*rows, strict=True), _SCHEMA.types, strict=True)
        ]
        sink = pa.BufferOutputStream()
        pq.write_table(pa.table(columns, schema=_SCHEMA), sink, compression="zstd", use_dictionary=False)
        try:
            paths.put_bytes(sink.getvalue().to_pybytes(), self._file, durable=False)
        except OSError as error:  # the next run takes longer, no more
            log.warning("%s cannot be written: %s", self._file, error.strerror)
        self._saved = time.monotonic()
        self._changed = len(rows) < len(self._known)

    def _load(self) -> dict[bytes, tuple[bytes, bytes]]:
        try:
            table = pq.ParquetFile(pa.BufferReader(paths.read(self._file))).read(_SCHEMA.names)
            uris, versions, ids = (column.to_pylist() for column in table.cast(_SCHEMA).columns)
        except FileNotFoundError:
            return {}
        except _UNREADABLE as error:
            log.warning("%s cannot be read back (%s): every file is read again", self._file, error)
            return {}
        return {uri: (version, paper_id) for uri, version, paper_id in zip(uris, versions, ids, strict=True)}


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=_DIGEST).digest()
