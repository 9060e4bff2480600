"""PostgreSQL with pgvector as a target: a table of subfigures with full text, arrays, a vector and a thumbnail.

<name>_subfigures   a row for each subfigure; `texts` is a weighted tsvector, `embedding` a vector of length 1
<name>_parts        which parts are in, with their fingerprints
<name>_about        of which dataset, model and layout the tables are
"""

from __future__ import annotations

import contextlib
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
from tasks.texts import printable, with_extra

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.sql import Composed

LAYOUT = "4"
_MOST_DIMENSIONS = 2000
"""Of a vector that pgvector's HNSW index takes; larger ones are compared one by one."""
_SECONDS = 15
"""To connect."""

_TABLES = """
CREATE TABLE {about} (key text PRIMARY KEY, value text NOT NULL);
CREATE TABLE {parts} (part text PRIMARY KEY, fingerprint text NOT NULL, indexed_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE {subfigures} (
    {columns}, embedding vector({dimensions}), thumbnail bytea, part text NOT NULL, PRIMARY KEY (subfigure_id),
    texts tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('english', left(coalesce(subcaption, ''), 100000)), 'A') ||
        setweight(to_tsvector('english', left(coalesce(figure_text, ''), 100000)), 'B') ||
        setweight(to_tsvector('english', left(coalesce(caption, ''), 100000)), 'B') ||
        setweight(to_tsvector('english', left(mentions, 200000)), 'C') ||
        setweight(to_tsvector('english', left(coalesce(alt_text, ''), 10000)), 'C') ||
        setweight(to_tsvector('english', left(coalesce(title, ''), 10000)), 'D')
    ) STORED
);
CREATE INDEX ON {subfigures} (part);
CREATE INDEX ON {subfigures} (paper_id);
CREATE INDEX ON {subfigures} (modality, confidence);
CREATE INDEX ON {subfigures} USING gin (modality_path);
CREATE INDEX ON {subfigures} USING gin (texts);
"""
_TYPES = {
    pa.string(): "text",
    pa.list_(pa.string()): "text[]",
    pa.int16(): "integer",
    pa.int32(): "integer",
    pa.float32(): "real",
    pa.bool_(): "boolean",
    pa.date32(): "date",
}
_LINES = "mentions"
"""A column whose texts become one, a line each: an array has no words to be indexed."""
_COLUMNS = (*(column.name for column in INDEXED_COLUMNS), "embedding", "thumbnail", "part")


class PostgresIndex:
    """Tables of a PostgreSQL database; each part goes in by COPY, in a transaction of its own."""

    illustrated = True

    def __init__(self, url: str, name: str) -> None:
        self._url = url
        self._name = name
        parts = _split(url)
        self._secrets = [secret for secret in (parts.password, unquote(parts.password or "")) if secret]
        self.label = f"{parts.hostname or 'localhost'}{parts.path or '/'}, tables {name}_*"
        self._connection: Connection[Any] | None = None

    def __enter__(self) -> Self:
        try:
            import psycopg
        except ImportError as error:
            raise OutputError(f"PostgreSQL needs psycopg: {with_extra('postgres')}") from error
        with self._in_one_line():
            self._connection = psycopg.connect(
                self._url, connect_timeout=_SECONDS, application_name="figmill", autocommit=True
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection is not None:
            self._connection.close()

    def held(self, origin: Origin) -> Held:
        """What the tables hold; nothing where there are none."""
        with self._in_one_line():
            if self._one("SELECT to_regclass({name})", name=f"{self._name}_about") is None:
                return Held()
            about = dict(self._all("SELECT key, value FROM {about}"))
            parts = dict(self._all("SELECT part, fingerprint FROM {parts}"))
        fits = {key: about.get(key) for key in _expected(origin)} == _expected(origin)
        return Held(parts, fits, about.get("dataset"))

    def prepare(self, origin: Origin) -> None:
        """Makes the tables, anew where they are of another model or layout."""
        held = self.held(origin)
        with self._in_one_line():
            if held.dataset is None or not held.fits:
                self._create(origin)
            elif held.dataset != origin.uri:
                self._do("UPDATE {about} SET value = {uri} WHERE key = 'dataset'", uri=origin.uri)

    def replace(self, part: Part, documents: Iterable[list[Document]]) -> None:
        """Takes a part in one transaction."""
        with self._in_one_line(), self._open().transaction():
            self._do("DELETE FROM {subfigures} WHERE part = {part}", part=part.name)
            statement = self._sql(f"COPY {{subfigures}} ({', '.join(_COLUMNS)}) FROM STDIN")
            with self._open().cursor() as cursor, cursor.copy(statement) as copy:
                for batch in documents:
                    for document in batch:
                        copy.write_row(_values(document, part.name))
            self._do(
                "INSERT INTO {parts} (part, fingerprint) VALUES ({part}, {fingerprint}) ON CONFLICT (part) "
                "DO UPDATE SET fingerprint = excluded.fingerprint, indexed_at = now()",
                part=part.name,
                fingerprint=part.fingerprint,
            )

    def remove(self, part: str) -> None:
        """Drops a part in one transaction."""
        with self._in_one_line(), self._open().transaction():
            self._do("DELETE FROM {subfigures} WHERE part = {part}", part=part)
            self._do("DELETE FROM {parts} WHERE part = {part}", part=part)

    def finish(self) -> None:
        """Makes the index of vectors, once there is something in it, and tells the planner of what is new."""
        with self._in_one_line():
            size = self._one("SELECT value FROM {about} WHERE key = 'embedding_size'")
            if int(str(size)) <= _MOST_DIMENSIONS:
                self._do(
                    "CREATE INDEX IF NOT EXISTS {nearest} ON {subfigures} USING hnsw (embedding vector_cosine_ops)"
                )
            self._do("ANALYZE {subfigures}")

    def _create(self, origin: Origin) -> None:
        from psycopg.sql import SQL, Literal

        sizes = {"dimensions": Literal(origin.embedding_size)}
        columns = {"columns": SQL(", ".join(map(_declared, INDEXED_COLUMNS)))}
        with self._open().transaction():
            self._do("CREATE EXTENSION IF NOT EXISTS vector")
            self._do("DROP TABLE IF EXISTS {about}, {parts}, {subfigures}")
            for statement in filter(str.strip, _TABLES.split(";")):
                self._open().execute(self._sql(statement, **columns, **sizes))
            for key, value in (_expected(origin) | {"dataset": origin.uri}).items():
                self._do("INSERT INTO {about} VALUES ({key}, {value})", key=key, value=value)

    def _sql(self, statement: str, **more: Any) -> Composed:
        from psycopg.sql import SQL, Identifier

        names = {
            name: Identifier(f"{self._name}_{name}") for name in ("about", "parts", "subfigures", "nearest")
        }
        return SQL(statement).format(**names, **more)

    def _do(self, statement: str, **values: str) -> None:
        from psycopg.sql import Literal

        self._open().execute(self._sql(statement, **{name: Literal(value) for name, value in values.items()}))

    def _all(self, statement: str, **values: str) -> list[Any]:
        from psycopg.sql import Literal

        literals = {name: Literal(value) for name, value in values.items()}
        return self._open().execute(self._sql(statement, **literals)).fetchall()

    def _one(self, statement: str, **values: str) -> object:
        rows = self._all(statement, **values)
        return rows[0][0] if rows else None

    def _open(self) -> Connection[Any]:
        if self._connection is None:
            raise RuntimeError("the target is a context: enter it first")
        return self._connection

    @contextlib.contextmanager
    def _in_one_line(self) -> Iterator[None]:
        import psycopg

        try:
            yield
        except psycopg.Error as error:
            reason = " ".join(str(error).split())
            for secret in self._secrets:
                reason = reason.replace(secret, "***")
            if '"vector"' in reason and "extension" in reason:
                reason += "; pgvector has to be installed there, and its extension created by who may"
            raise OutputError(f"{self.label}: {printable(reason, 300)}") from error


def _split(url: str) -> Any:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise SettingsError("--to is no PostgreSQL URL: postgresql://USER@HOST:PORT/DATABASE") from None
    return parts


def _expected(origin: Origin) -> dict[str, str]:
    return {"layout": LAYOUT, "model_id": origin.model_id, "embedding_size": str(origin.embedding_size)}


def _declared(column: Column) -> str:
    """A column of the table; a list that says nothing is empty there."""
    required = not column.nullable or pa.types.is_list(column.type)
    kind = "text" if column.name == _LINES else _TYPES[column.type]
    return f"{column.name} {kind}{' NOT NULL' if required else ''}"


def _values(document: Document, part: str) -> list[Any]:
    """A row of the table, in the order of `_COLUMNS`."""
    plain = [_storable(getattr(document, column.name), column.name) for column in INDEXED_COLUMNS]
    vector = document.embedding
    written = None if vector is None else f"[{','.join(map(str, vector.tolist()))}]"
    return [*plain, written, document.thumbnail, part]


def _storable(value: Any, column: str) -> Any:
    """PostgreSQL keeps no NUL in a text, and takes an array from a list."""
    if isinstance(value, tuple):
        plain = [_storable(one, column) for one in value]
        return "\n".join(plain) if column == _LINES else plain
    return value.replace("\x00", "") if isinstance(value, str) else value
