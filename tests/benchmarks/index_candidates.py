"""What the embedded index is built on, beside what it might be built on, over the same rows in one run.

    uv pip install lancedb usearch
    uv run python tests/benchmarks/index_candidates.py DATASET [--rows 100000]

DATASET is one that `many_rows.py --keep` made and indexed. Words: the index (tantivy), SQLite's FTS5, LanceDB's full
text. Likeness: the index (bits, then exact), usearch's graph in a mapped file (f16), LanceDB's IVF_PQ with ten times as
many rows refined. The candidates take turns at each question. Recall is against exact cosines; core is what the process
used of all cores, for a build in seconds, for a question in milliseconds; p95 is what the clock says.
"""

from __future__ import annotations

import argparse
import sqlite3
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from tasks.index.queries import Query
from tasks.index.search import SearchIndex
from tests.benchmarks.many_rows import ASKED

NEAR, LISTED = 12, 48
TIMES = 40
Ask = Callable[[Any], list[int]]


def main() -> None:
    """Prints a line for each candidate."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--rows", type=int, default=100_000)
    options = parser.parse_args()
    numbers, vectors, texts = _rows(options.dataset / "index" / "figmill.sqlite", options.rows)
    print(f"{len(numbers):,} rows")
    with SearchIndex(options.dataset) as index, tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        text = {
            "tantivy (the index)": lambda words: [hit.id for hit in index.search(Query(text=words), LISTED)],
            "SQLite FTS5": _built("SQLite FTS5", lambda: _fts5(folder, numbers, texts)),
        }
        table = _built_table(folder, numbers, vectors, texts)
        text["LanceDB full text"] = lambda words: _ids(table.search(words, query_type="fts").limit(LISTED))
        _compare(text, [" ".join(pair) for pair in ASKED], None)
        near = {
            "bits, then exact (the index)": lambda vector: [
                hit.id for hit in index.like(vector, Query(), NEAR)
            ],
            "usearch": _built("usearch", lambda: _usearch(folder, numbers, vectors)),
            "LanceDB IVF_PQ": lambda vector: _ids(table.search(vector).limit(NEAR).refine_factor(10)),
        }
        chosen = np.random.default_rng(1).choice(len(vectors), TIMES, replace=False)
        exact = [
            numbers[np.argsort(-(vectors @ vectors[place]), kind="stable")[:NEAR]].tolist()
            for place in chosen
        ]
        _compare(near, [vectors[place] for place in chosen], exact)


def _rows(file: Path, count: int) -> tuple[np.ndarray, np.ndarray, list[str]]:
    with sqlite3.connect(file) as connection:
        rows = connection.execute(
            "SELECT id, vector, own || ' ' || caption FROM embeddings JOIN subfigures USING (id) LIMIT ?",
            (count,),
        ).fetchall()
    flat = np.frombuffer(b"".join(vector for _, vector, _ in rows), np.float16).astype(np.float32)
    return (
        np.array([number for number, _, _ in rows]),
        flat.reshape(len(rows), -1),
        [text for *_, text in rows],
    )


def _fts5(folder: Path, numbers: np.ndarray, texts: Sequence[str]) -> Ask:
    connection = sqlite3.connect(folder / "fts5.sqlite")
    connection.execute("CREATE VIRTUAL TABLE texts USING fts5 (text, tokenize = 'porter unicode61')")
    connection.executemany(
        "INSERT INTO texts (rowid, text) VALUES (?, ?)", zip(numbers.tolist(), texts, strict=True)
    )
    connection.commit()
    statement = f"SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY rank LIMIT {LISTED}"  # noqa: S608
    return lambda words: [row[0] for row in connection.execute(statement, (" OR ".join(words.split()),))]


def _usearch(folder: Path, numbers: np.ndarray, vectors: np.ndarray) -> Ask:
    from usearch.index import Index

    made = Index(ndim=vectors.shape[1], metric="cos", dtype="f16")
    made.add(numbers, vectors, threads=1)
    made.save(folder / "usearch")
    mapped = Index.restore(folder / "usearch", view=True)
    return lambda vector: mapped.search(vector, NEAR).keys.tolist()


def _built_table(folder: Path, numbers: np.ndarray, vectors: np.ndarray, texts: Sequence[str]) -> Any:
    import lancedb
    from lancedb.index import FTS, IvfPq

    kind = pa.list_(pa.float16(), vectors.shape[1])
    flat = pa.array(vectors.astype(np.float16).ravel())
    columns = {
        "id": pa.array(numbers),
        "text": texts,
        "vector": pa.FixedSizeListArray.from_arrays(flat, type=kind),
    }

    def make() -> Any:
        table = lancedb.connect(folder / "lance").create_table("rows", pa.table(columns))
        table.create_index("text", config=FTS())
        table.create_index("vector", config=IvfPq(distance_type="cosine"))
        return table

    return _built("LanceDB, both", make)


def _ids(search: Any) -> list[int]:
    return list(search.select(["id"]).to_arrow()["id"].to_pylist())


def _built(name: str, make: Callable[[], Any]) -> Any:
    core, started = time.process_time(), time.perf_counter()
    made = make()
    print(
        f"built {name}: {time.process_time() - core:.1f} core-s, {time.perf_counter() - started:.0f} s",
        flush=True,
    )
    return made


def _compare(candidates: dict[str, Ask], questions: Sequence[Any], exact: list[list[int]] | None) -> None:
    core: dict[str, list[float]] = {name: [] for name in candidates}
    clock: dict[str, list[float]] = {name: [] for name in candidates}
    right: dict[str, list[float]] = {name: [] for name in candidates}
    for place, question in enumerate(questions):
        for name, ask in candidates.items():
            spent, started = time.process_time(), time.perf_counter()
            found = ask(question)
            core[name].append(1000 * (time.process_time() - spent))
            clock[name].append(1000 * (time.perf_counter() - started))
            if exact:
                right[name].append(len(set(found) & set(exact[place])) / len(exact[place]))
    for name in candidates:
        recall = f"   recall@{NEAR} {np.mean(right[name]):.3f}" if exact else ""
        middle, last = np.median(clock[name]), np.percentile(clock[name], 95)
        print(
            f"{name:30} core {np.median(core[name]):6.1f} ms, clock median {middle:6.1f}, p95 {last:6.1f}{recall}",
            flush=True,
        )


if __name__ == "__main__":
    main()
