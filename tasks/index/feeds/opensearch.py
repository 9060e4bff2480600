"""OpenSearch and Elasticsearch as targets, by their bulk API: one index behind an alias.

The alias is `<name>`, the index `<name>-<12 hex digits of layout and model>`. Documents say of which part they are,
with the part's fingerprint, so that what is there can be counted, and a part that a kill left half sent is seen.
Another model means another index: it is filled beside the old one, then the alias moves in one step and the old one
goes.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import os
import re
import time
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import unquote, urlsplit

import pyarrow as pa

from tasks.dataset.columns import INDEXED_COLUMNS, Column
from tasks.errors import OutputError, SettingsError
from tasks.index.documents import Document
from tasks.index.source import Origin, Part
from tasks.index.target import Held
from tasks.texts import printable

if TYPE_CHECKING:
    import httpx

LAYOUT = "4"
_BULK_BYTES = 5 * 2**20
"""Of one request, about."""
_TRIES = 5
_SECONDS = 60.0
"""For one request."""
_BUSY = (429, 502, 503, 504)
_PAGE = 1000
"""Parts counted in one request."""

_KEYWORD: dict[str, Any] = {"type": "keyword"}
_STORED: dict[str, Any] = {"type": "keyword", "index": False, "doc_values": False}
_WORDS: dict[str, Any] = {"type": "text", "analyzer": "english"}


def index_body(engine: str, origin: Origin) -> dict[str, Any]:
    """Settings and mapping of the index; `engine` is `opensearch` or `elasticsearch`."""
    settings: dict[str, Any] = {"index": {"number_of_shards": 1}}
    if engine == "opensearch":
        settings["index"]["knn"] = True
        method = {"name": "hnsw", "engine": "lucene", "space_type": "cosinesimil"}
        vector = {"type": "knn_vector", "dimension": origin.embedding_size, "method": method}
    else:
        vector = {
            "type": "dense_vector",
            "dims": origin.embedding_size,
            "index": True,
            "similarity": "cosine",
        }
    properties = {column.name: _property(column) for column in INDEXED_COLUMNS}
    properties |= {
        "part": _KEYWORD,
        "fingerprint": _KEYWORD,
        "embedding": vector,
        "thumbnail": {"type": "binary"},
    }
    meta = {"layout": LAYOUT, "model_id": origin.model_id, "dataset": origin.uri}
    return {
        "settings": settings,
        "mappings": {"dynamic": "strict", "_meta": {"figmill": meta}, "properties": properties},
    }


def bulk_lines(index: str, document: Document, part: Part) -> str:
    """A document as the two lines of NDJSON that index it under its subfigure_id."""
    source = {column.name: _json(getattr(document, column.name)) for column in INDEXED_COLUMNS}
    source["part"], source["fingerprint"] = part.name, part.fingerprint
    if document.embedding is not None:
        source["embedding"] = document.embedding.tolist()
    if document.thumbnail is not None:
        source["thumbnail"] = base64.b64encode(document.thumbnail).decode()
    kept = {name: value for name, value in source.items() if value is not None}
    action = {"index": {"_index": index, "_id": document.subfigure_id}}
    return f"{json.dumps(action)}\n{json.dumps(kept)}\n"


def _property(column: Column) -> dict[str, Any]:
    """How the cluster keeps a column."""
    if pa.types.is_integer(column.type):
        return {"type": "integer"}
    if pa.types.is_floating(column.type):
        return {"type": "float"}
    if pa.types.is_boolean(column.type):
        return {"type": "boolean"}
    if pa.types.is_date(column.type):
        return {"type": "date"}
    if column.indexed == "rank":
        return _WORDS
    return _STORED if column.indexed == "show" else _KEYWORD


def _json(value: Any) -> Any:
    """A value of a column as JSON has it: dates as ISO 8601."""
    return value.isoformat() if isinstance(value, dt.date) else value


class OpenSearchIndex:
    """An index of an OpenSearch or Elasticsearch cluster, behind an alias."""

    illustrated = True

    def __init__(self, to: str, name: str) -> None:
        parts = _split(to)
        self._engine, _, transport = parts.scheme.partition("+")
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        self._base = f"{transport or 'https'}://{host}:{parts.port or 9200}{parts.path.rstrip('/')}"
        self._credentials = _credentials(parts.username, parts.password)
        self._alias = name
        self._index = name
        self.label = f"{self._engine} at {self._base}, alias {name}"
        self._client: httpx.Client | None = None

    def __enter__(self) -> Self:
        import httpx

        self._client = httpx.Client(timeout=_SECONDS, headers=self._credentials, follow_redirects=False)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None:
            self._client.close()

    def held(self, origin: Origin) -> Held:
        """What the index of this model holds, whether the alias points there yet or not."""
        self._index = f"{self._alias}-{_signature(self._engine, origin)}"
        own = self._meta(self._index)
        aliased = self._meta(self._alias)
        if own is None:
            # An alias that leads to an index of another model: held, but of no use.
            return Held({}, fits=aliased is None, dataset=(aliased or {}).get("dataset"))
        self._send("POST", f"/{self._index}/_refresh")
        counted = self._counted()
        return Held(counted, dataset=own.get("dataset"))

    def prepare(self, origin: Origin) -> None:
        """Makes the index, unless it is there."""
        if self._meta(self._index) is None:
            self._send("PUT", f"/{self._index}", index_body(self._engine, origin))

    def replace(self, part: Part, documents: Iterable[list[Document]]) -> None:
        """Removes what was there of a part, then sends its documents."""
        self.remove(part.name)
        lines: list[str] = []
        size = 0
        for batch in documents:
            for document in batch:
                lines.append(bulk_lines(self._index, document, part))
                size += len(lines[-1])
                if size >= _BULK_BYTES:
                    self._bulk(lines)
                    lines, size = [], 0
        if lines:
            self._bulk(lines)

    def remove(self, part: str) -> None:
        """Deletes a part's documents."""
        query = {"query": {"term": {"part": part}}}
        self._send("POST", f"/{self._index}/_delete_by_query?conflicts=proceed&refresh=true", query)

    def finish(self) -> None:
        """Points the alias at the index, and removes the indexes that it pointed at before, in one step."""
        self._send("POST", f"/{self._index}/_refresh")
        found = self._send("GET", f"/_alias/{self._alias}", missing_is_fine=True) or {}
        old = sorted(name for name in found if name != self._index)
        if self._index in found and not old:
            return
        actions: list[dict[str, Any]] = [{"add": {"index": self._index, "alias": self._alias}}]
        actions += [{"remove_index": {"index": name}} for name in old]
        self._send("POST", "/_aliases", {"actions": actions})

    def _counted(self) -> dict[str, str]:
        """Fingerprint by part; a part that is not whole, or of two minds, has one that no part has."""
        held: dict[str, str] = {}
        after: dict[str, str] | None = None
        while True:
            sources = [{name: {"terms": {"field": name}}} for name in ("part", "fingerprint")]
            composite: dict[str, Any] = {"size": _PAGE, "sources": sources}
            if after:
                composite["after"] = after
            answer = self._send(
                "POST", f"/{self._index}/_search", {"size": 0, "aggs": {"parts": {"composite": composite}}}
            )
            parts = ((answer or {}).get("aggregations") or {}).get("parts") or {}
            for bucket in parts.get("buckets") or []:
                part, fingerprint = bucket["key"]["part"], bucket["key"]["fingerprint"]
                whole = fingerprint.endswith(f"-{bucket['doc_count']}") and part not in held
                held[part] = fingerprint if whole else "torn"
            after = parts.get("after_key")
            if not after:
                return held

    def _bulk(self, lines: list[str]) -> None:
        answer = self._send("POST", "/_bulk", "".join(lines)) or {}
        if not answer.get("errors"):
            return
        results: list[dict[str, Any]] = [next(iter(item.values()), {}) for item in answer.get("items") or []]
        failed = [result for result in results if result.get("error")]
        first = failed[0] if failed else {}
        raise OutputError(
            f"{self.label} refused {len(failed)} of {len(lines)} documents, first "
            f"{printable(str(first.get('_id')), 60)}: {printable(_reason(first), 200)}"
        )

    def _meta(self, index: str) -> dict[str, str] | None:
        """What Figmill wrote into an index's mapping; None where there is no such index."""
        answer = self._send("GET", f"/{index}/_mapping", missing_is_fine=True)
        if not answer:
            return None
        mapping = next(iter(answer.values())).get("mappings") or {}
        found = (mapping.get("_meta") or {}).get("figmill")
        if found is None:
            raise OutputError(f"{self.label}: {index} was not made by Figmill: choose another --name")
        return dict(found)

    def _send(self, method: str, path: str, body: Any = None, missing_is_fine: bool = False) -> Any:
        """The JSON answer; None for a 404 that is fine. Tries again while the cluster is busy."""
        content, kind = None, "application/json"
        if isinstance(body, str):
            content, kind = body.encode(), "application/x-ndjson"
        elif body is not None:
            content = json.dumps(body).encode()
        for attempt in self._attempts():
            response = self._request(method, path, content, kind)
            if response.status_code not in _BUSY or attempt == _TRIES:
                break
        if response.status_code == 404 and missing_is_fine:
            return None
        if response.status_code >= 300:
            raise OutputError(f"{self.label}: {_refusal(response)}")
        return response.json() if response.content else None

    def _attempts(self) -> Iterator[int]:
        for attempt in range(1, _TRIES + 1):
            yield attempt
            time.sleep(min(0.5 * 2**attempt, 10.0))

    def _request(self, method: str, path: str, content: bytes | None, kind: str) -> httpx.Response:
        import httpx

        if self._client is None:
            raise RuntimeError("the target is a context: enter it first")
        try:
            return self._client.request(
                method, self._base + path, content=content, headers={"Content-Type": kind}
            )
        except httpx.HTTPError as error:
            reason = re.sub(r"^\[Errno -?\d+\] ", "", str(error)) or type(error).__name__
            raise OutputError(
                f"{self.label} does not answer: {printable(reason, 200)}; check the address, and that it is running"
            ) from error


def _split(to: str) -> Any:
    try:
        parts = urlsplit(to)
        _ = parts.port
    except ValueError:
        parts = None
    if parts is None or not parts.hostname:
        raise SettingsError("--to names no host: opensearch+https://HOST:9200")
    return parts


def _credentials(user: str | None, password: str | None) -> dict[str, str]:
    """The header that lets us in; what the URL says goes before the environment."""
    key = os.environ.get("FIGMILL_INDEX_API_KEY")
    if key and not user:
        return {"Authorization": f"ApiKey {key}"}
    name = unquote(user) if user else os.environ.get("FIGMILL_INDEX_USER")
    secret = unquote(password) if password else os.environ.get("FIGMILL_INDEX_PASSWORD")
    if not name:
        return {}
    both = base64.b64encode(f"{name}:{secret or ''}".encode()).decode()
    return {"Authorization": f"Basic {both}"}


def _signature(engine: str, origin: Origin) -> str:
    text = f"{engine}\n{LAYOUT}\n{origin.model_id}\n{origin.embedding_size}"
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _refusal(response: httpx.Response) -> str:
    if response.status_code in (401, 403):
        return f"HTTP {response.status_code}: user or password do not let us in"
    try:
        reason = _reason(response.json())
    except ValueError:
        reason = response.text[:200]
    return f"HTTP {response.status_code}: {printable(' '.join(reason.split()), 200)}"


def _reason(answer: Any) -> str:
    error = answer.get("error") if isinstance(answer, dict) else None
    return str(error.get("reason") or error.get("type")) if isinstance(error, dict) else str(error)
