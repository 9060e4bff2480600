"""Qdrant as a target: a collection of points behind an alias, each with its embedding and what is known of it.

The alias is `<name>`, the collection `<name>_<12 hex digits of layout and model>`. Points say of which part they are
and with which fingerprint, so that what is there can be counted, and a part that a kill left half sent is seen. Another
model means another collection: it is filled beside the old one, then the alias moves and the old one goes.
"""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import hashlib
import os
import re
import uuid
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from tasks.dataset.columns import INDEXED_COLUMNS
from tasks.errors import OutputError, SettingsError
from tasks.index.documents import Document
from tasks.index.source import Origin, Part
from tasks.index.target import Held
from tasks.texts import printable, with_extra

if TYPE_CHECKING:
    from qdrant_client import QdrantClient

LAYOUT = "1"
VECTOR = "embedding"
_SECONDS = 60
_AT_ONCE = 64
"""Points in one request, of some tens of kilobytes each."""
_MOST_PARTS = 1_000_000
_FILTERED = ("paper_id", "modality", "modality_path", "license", "journal", "doi", "pmcid", "held", "part")
_MARKS = ("part", "held", "dataset")
"""What every point carries besides the dataset's columns."""
_ERRNO = re.compile(r"^\[Errno -?\d+\] ")
"""What Python puts before a sentence of the operating system's."""
_NAMESPACE = uuid.UUID("6f1c9f0e-6d0b-5a53-9d6c-5f2b8f0d7a11")
"""Of the points' ids, which Qdrant wants as UUIDs: made of the subfigures' names."""


class QdrantIndex:
    """A collection of a Qdrant server, or of a folder that Qdrant's own client keeps (`qdrant:///path`)."""

    illustrated = True

    def __init__(self, to: str, name: str) -> None:
        try:
            parts = urlsplit(to)
            port = parts.port
        except ValueError:
            parts, port = None, None
        if parts is None or not (parts.hostname or parts.path.strip("/")):
            raise SettingsError("--to names no host: qdrant+https://HOST:6333, or qdrant:///path/to/folder")
        transport = parts.scheme.lower().partition("+")[2]
        if parts.username or parts.password:
            raise SettingsError(
                "Qdrant takes a key, not a user: leave it out of --to and set FIGMILL_INDEX_API_KEY"
            )
        if transport and parts.hostname:
            host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
            where = f"{transport}://{host}:{port or 6333}{parts.path.rstrip('/')}"
            self._options: dict[str, Any] = {
                "url": where,
                "api_key": os.environ.get("FIGMILL_INDEX_API_KEY"),
                "timeout": _SECONDS,
                "check_compatibility": False,  # it warns of a server that does not answer, too
            }
        elif not transport and not parts.hostname:
            where = parts.path
            self._options = {"path": where}
        else:
            raise SettingsError("--to is qdrant+https://HOST:6333, qdrant+http://HOST:6333 or qdrant:///path")
        self._alias = self._collection = name
        self.label = f"Qdrant at {where}, alias {name}"
        self._client: QdrantClient | None = None

    def __enter__(self) -> Self:
        try:
            from qdrant_client import QdrantClient
        except ImportError as error:
            raise OutputError(f"Qdrant needs its client: {with_extra('qdrant')}") from error
        with self._in_one_line():
            self._client = QdrantClient(**self._options)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def held(self, origin: Origin) -> Held:
        """What the collection of this model holds, whether the alias leads there yet or not."""
        self._collection = f"{self._alias}_{_signature(origin)}"
        with self._in_one_line():
            if not self._open().collection_exists(self._collection):
                old = self._collections()
                return Held({}, fits=not old, dataset=self._dataset(old[0]) if old else None)
            answer = self._open().facet(self._collection, key="held", limit=_MOST_PARTS, exact=True)
            dataset = self._dataset(self._collection)
        held: dict[str, str] = {}
        for hit in answer.hits:
            part, _, fingerprint = str(hit.value).rpartition(" ")
            whole = fingerprint.endswith(f"-{hit.count}") and part not in held
            held[part] = fingerprint if whole else "torn"
        return Held(held, dataset=dataset)

    def prepare(self, origin: Origin) -> None:
        """Makes the collection and the indexes of what filters ask for, unless they are there."""
        from qdrant_client import models

        self._collection = f"{self._alias}_{_signature(origin)}"
        self._uri = origin.uri
        with self._in_one_line():
            if not self._open().collection_exists(self._collection):
                size = models.VectorParams(size=origin.embedding_size, distance=models.Distance.COSINE)
                self._open().create_collection(self._collection, vectors_config={VECTOR: size})
            if "url" in self._options:  # the client's own engine has none, and needs none
                there = self._open().get_collection(self._collection).payload_schema
                for field in [field for field in _FILTERED if field not in there]:
                    self._open().create_payload_index(
                        self._collection, field, field_schema=models.PayloadSchemaType.KEYWORD
                    )

    def replace(self, part: Part, documents: Iterable[list[Document]]) -> None:
        """Removes what was there of a part, then sends its documents."""
        self.remove(part.name)
        for batch in documents:
            for start in range(0, len(batch), _AT_ONCE):
                points = [_point(document, part, self._uri) for document in batch[start : start + _AT_ONCE]]
                with self._in_one_line():
                    self._open().upsert(self._collection, points, wait=True)

    def remove(self, part: str) -> None:
        """Deletes a part's points."""
        from qdrant_client import models

        of_part = models.FieldCondition(key="part", match=models.MatchValue(value=part))
        with self._in_one_line():
            self._open().delete(
                self._collection, models.FilterSelector(filter=models.Filter(must=[of_part])), wait=True
            )

    def finish(self) -> None:
        """Leads the alias to the collection, and removes those of other models; others' collections stay."""
        from qdrant_client import models

        made = models.CreateAlias(collection_name=self._collection, alias_name=self._alias)
        with self._in_one_line():
            self._open().update_collection_aliases([models.CreateAliasOperation(create_alias=made)])
            for name in self._collections():
                if name != self._collection:
                    self._open().delete_collection(name)

    def _collections(self) -> list[str]:
        """Figmill's own of this name, whatever their model."""
        named = re.compile(re.escape(self._alias) + "_[0-9a-f]{12}")
        known = [one.name for one in self._open().get_collections().collections]
        return sorted(name for name in known if named.fullmatch(name) and self._is_ours(name))

    def _is_ours(self, collection: str) -> bool:
        """Whether it has points and all of them carry Figmill's marks: who shares the server may name theirs alike."""
        from qdrant_client import models

        unmarked = models.Filter(
            should=[models.IsEmptyCondition(is_empty=models.PayloadField(key=mark)) for mark in _MARKS]
        )
        points = self._open().count(collection, exact=True).count
        return points > 0 and not self._open().count(collection, count_filter=unmarked, exact=True).count

    def _dataset(self, collection: str) -> str | None:
        points, _ = self._open().scroll(collection, limit=1, with_payload=["dataset"])
        return str(points[0].payload["dataset"]) if points and points[0].payload else None

    def _open(self) -> QdrantClient:
        if self._client is None:
            raise RuntimeError("the target is a context: enter it first")
        return self._client

    @contextlib.contextmanager
    def _in_one_line(self) -> Iterator[None]:
        from httpx import TransportError
        from qdrant_client.common.client_exceptions import QdrantException
        from qdrant_client.http.exceptions import ApiException

        try:
            yield
        except (ApiException, QdrantException, RuntimeError, ValueError, OSError) as error:
            source = getattr(error, "source", error)
            reason = printable(_ERRNO.sub("", " ".join(str(source).split())) or type(source).__name__, 300)
            if isinstance(source, TransportError):
                raise OutputError(
                    f"{self.label} does not answer: {reason}; check the address, and that it is running"
                ) from error
            raise OutputError(f"{self.label}: {reason}") from error


def _point(document: Document, part: Part, dataset: str) -> Any:
    from qdrant_client import models

    payload = {column.name: _json(getattr(document, column.name)) for column in INDEXED_COLUMNS}
    payload |= {"part": part.name, "held": f"{part.name} {part.fingerprint}", "dataset": dataset}
    if document.thumbnail is not None:
        payload["thumbnail"] = base64.b64encode(document.thumbnail).decode()
    vector = {} if document.embedding is None else {VECTOR: document.embedding.tolist()}
    name = str(uuid.uuid5(_NAMESPACE, document.subfigure_id))
    kept = {key: value for key, value in payload.items() if value is not None}
    return models.PointStruct(id=name, vector=vector, payload=kept)


def _json(value: Any) -> Any:
    """A value of a column as JSON has it: dates as ISO 8601."""
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if isinstance(value, dt.date) else value


def _signature(origin: Origin) -> str:
    text = f"{LAYOUT}\n{origin.model_id}\n{origin.embedding_size}"
    return hashlib.sha256(text.encode()).hexdigest()[:12]
