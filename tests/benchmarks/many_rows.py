"""How the embedded index and the view bear many rows: rate and memory of indexing, time and memory of serving.

    uv run python -m tests.benchmarks.many_rows [--rows 100000] [--keep DIR] [--only index thumbnails candidates view]

Makes a dataset of that many rows with the real schema (JPEGs of 256 pixels; captions, titles and sentences of made-up
words, as common and as rare as those of a language; embeddings of 512 numbers around 2,000 looks), indexes it until it
can be searched, as `figmill search` does, adds the thumbnails as `figmill index` does, serves it as `figmill view`
does, each in a process of its own, and asks for pages as a browser does. Times are of the first request of its kind,
the median and the 95th percentile of all; core-seconds are what the process used, whoever else was on the machine;
memory is the highest resident set (VmHWM).

`candidates` asks Figmill's index and LanceDB, with the same rows, the same things in a process each (see
`index_candidates.py`), and says how many of the 24 rows most like one each of them finds.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import io
import itertools
import json
import os
import re
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from models import taxonomy
from tasks.clock import now
from tasks.dataset.schema import PAPER_SCHEMA, Provenance, subfigure_schema, with_provenance
from tests.benchmarks.index_candidates import OPENED, PAGE, add_scalar_indexes

FIGMILL = [sys.executable, "-m", "flows.cli"]
PER_PART = 5_000
PER_PAPER = 12
SIDE = 256
FEATURES = 512
PROVENANCE = Provenance("synthetic@0123456789ab", taxonomy.CODES, FEATURES, "# Synthetic")
KINDS, SPREAD = 2_000, 0.5
"""Of looks, and how far a picture is from the middle of its kind, both in units of a feature's own spread."""
_SYLLABLES = ("mi", "to", "ne", "ca", "he", "pa", "lu", "ro", "si", "ven", "dal", "ort")
WORDS = ["".join(parts) for parts in itertools.islice(itertools.product(_SYLLABLES, repeat=5), 60_000)]
_SHARES = 1 / (np.arange(len(WORDS)) + 2.7)
_CUMULATED = np.cumsum(_SHARES / _SHARES.sum())
"""Of words by rank, as in a language (Zipf, Mandelbrot): the first is one in thirty, the last one in a million."""
ASKED = [
    (WORDS[first], WORDS[second])
    for first, second in itertools.product((20, 60, 200, 900), (40, 400, 3000, 20000))
]
"""Two words that somebody might ask for; the commonest would be stop words."""
TIMES = 40
"""Requests of a kind, each another question."""


def main() -> None:
    """Prints rates, times and memory."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="where the dataset is kept, or lies already")
    parser.add_argument(
        "--only", nargs="+", default=["index", "thumbnails", "candidates", "view"], metavar="PART"
    )
    parser.add_argument("--candidates", nargs="+", default=["figmill", "lancedb"], choices=[*OPENED])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="figmill-rows-") as scratch:
        out = options.keep or Path(scratch) / "dataset"
        if not (out / "papers").exists():
            _make(out, options.rows)
        if "index" in options.only:
            _index("figmill", ["search", out, "nosuchword"], out / "index", options.rows)
        if "thumbnails" in options.only:
            _index("figmill, thumbnails", ["index", out], out / "index", options.rows)
        if "candidates" in options.only:
            places = {"figmill": out, "lancedb": out / "lancedb"}
            if "lancedb" in options.candidates:
                place = places["lancedb"]
                _index("lancedb", ["index", out, "--to", f"lancedb://{place.resolve()}"], place, options.rows)
                _scalar_indexes(place)
            _ask(out, {name: places[name] for name in options.candidates})
        if "view" in options.only:
            _view(out)


def _make(out: Path, rows: int) -> None:
    chance, started = np.random.default_rng(0), time.perf_counter()
    pictures = [_picture(chance) for _ in range(64)]
    kinds = _directions(chance, KINDS)
    for name in ("subfigures", "papers"):
        (out / name).mkdir(parents=True)
    for number, first in enumerate(range(0, rows, PER_PART)):
        name = f"part-{number:016x}.parquet"
        table = _table(np.arange(first, min(first + PER_PART, rows)), pictures, kinds, chance)
        pq.write_table(table, out / "subfigures" / name, compression="zstd", row_group_size=1000)
        papers = sorted(set(table["paper_id"].to_pylist()))
        ledger = [_paper(paper, name) for paper in papers]
        pq.write_table(pa.Table.from_pylist(ledger, schema=PAPER_SCHEMA), out / "papers" / name)
    print(f"{rows:,} rows made in {time.perf_counter() - started:.0f} s", flush=True)


def _picture(chance: np.random.Generator) -> bytes:
    coarse = Image.fromarray(chance.integers(0, 255, (12, 12, 3), dtype=np.uint8))
    data = io.BytesIO()
    coarse.resize((SIDE, SIDE), Image.Resampling.BICUBIC).save(data, "JPEG", quality=85)
    return data.getvalue()


def _directions(chance: np.random.Generator, count: int) -> np.ndarray:
    """(count, FEATURES) float32, none below 0, as the features of a network are behind its last ReLU."""
    return np.maximum(chance.standard_normal((count, FEATURES), np.float32), 0)


def _table(
    numbers: np.ndarray, pictures: list[bytes], kinds: np.ndarray, chance: np.random.Generator
) -> pa.Table:
    """Rows of a part; each looks like one of the `kinds`, and its words are drawn by their rank."""
    schema = with_provenance(subfigure_schema(PROVENANCE.classes, FEATURES), PROVENANCE)
    count = len(numbers)
    papers, places = np.divmod(numbers, PER_PAPER)
    captions = _sentences(chance, count, 50)
    codes = [taxonomy.CODES[code] for code in chance.integers(0, len(taxonomy.CODES), count)]
    mentions = _sentences(chance, 2 * count, 30)
    columns: dict[str, Any] = {
        "subfigure_id": [
            f"{paper:016x}/{place // 4}/{place % 4}" for paper, place in zip(papers, places, strict=True)
        ],
        "paper_id": [f"{paper:064x}" for paper in papers],
        "source_uri": [f"/papers/{paper}.pdf" for paper in papers],
        "title": _sentences(np.random.default_rng(int(papers[0])), count, 10),
        "journal": [f"Journal {paper % 1500}" for paper in papers],
        "license": [("CC BY 4.0", "CC BY-NC 4.0", None)[paper % 3] for paper in papers],
        "published": [dt.date(2000 + paper % 26, 1, 1) for paper in papers],
        "figure_index": places // 4,
        "figure_label": [f"Figure {place // 4 + 1}" for place in places],
        "caption": captions,
        "caption_source": ["jats"] * count,
        "mentions": [
            [{"section": "Results", "text": text} for text in mentions[2 * row : 2 * row + 2]]
            for row in range(count)
        ],
        "page": 1 + places // 4,
        "figure_bbox": [[0.0, 0.0, 100.0, 100.0]] * count,
        "figure_kind": ["raster"] * count,
        "figure_text": _sentences(chance, count, 6),
        "subfigure_index": places % 4,
        "panel_label": ["abcd"[place % 4] for place in places],
        "subcaption": [" ".join(caption.split()[:12]) for caption in captions],
        "subfigure_bbox": [[0.0, 0.0, 50.0, 50.0]] * count,
        "image": [{"bytes": pictures[row % len(pictures)], "path": "picture.jpg"} for row in range(count)],
        "image_width": [SIDE] * count,
        "image_height": [SIDE] * count,
        "image_sha256": [f"{number:064x}" for number in numbers],
        "modality": codes,
        "modality_path": [list(taxonomy.path(code)) for code in codes],
        "confidence": chance.random(count, np.float32),
        "rejected": chance.random(count) < 0.1,
        "model_id": [PROVENANCE.model_id] * count,
        "pipeline_version": ["0"] * count,
        "labelled_at": [now()] * count,
    }
    looks = kinds[chance.integers(0, len(kinds), count)]
    looks = np.maximum(looks + SPREAD * chance.standard_normal(looks.shape, np.float32), 0)
    vectors = {
        "embedding": looks,
        "probabilities": chance.random((count, len(PROVENANCE.classes)), np.float32),
    }
    arrays = []
    for field in schema:
        if field.name in vectors:
            flat = pa.array(vectors[field.name].ravel().astype(field.type.value_type.to_pandas_dtype()))
            arrays.append(pa.FixedSizeListArray.from_arrays(flat, type=field.type))
        elif field.name in columns:
            arrays.append(pa.array(columns[field.name], field.type))
        else:
            arrays.append(pa.nulls(count, field.type))
    return pa.Table.from_arrays(arrays, schema=schema)


def _sentences(chance: np.random.Generator, count: int, words: int) -> list[str]:
    picked = np.searchsorted(_CUMULATED, chance.random(count * words)).tolist()
    chosen = [WORDS[place] for place in picked]
    return [" ".join(chosen[start : start + words]) for start in range(0, count * words, words)]


def _paper(paper_id: str, part: str) -> dict[str, object]:
    return {
        "paper_id": paper_id,
        "source_uri": "/papers/x.pdf",
        "status": "ok",
        "pages": 9,
        "figures": 3,
        "subfigures": PER_PAPER,
        "seconds": 1.0,
        "part": part,
        "model_id": PROVENANCE.model_id,
        "pipeline_version": "0",
        "finished_at": now(),
    }


def _index(name: str, command: list[str | Path], files: Path, rows: int) -> None:
    before = _used_by_children()
    started = time.perf_counter()
    with subprocess.Popen([*FIGMILL, *command], stdout=subprocess.PIPE, text=True) as run:
        peak = 0.0
        while run.poll() is None:
            peak = max(peak, _peak_mb(run.pid))
            time.sleep(0.2)
        said = run.stdout.read() if run.stdout else ""
    taken, core = time.perf_counter() - started, _used_by_children() - before
    size = sum(file.stat().st_size for file in files.rglob("*") if file.is_file()) / 1e6
    if command[0] == "index":
        print(f"index, {name}: {said.strip()}")
    print(
        f"index, {name}: {taken:.0f} s, {core:.0f} core-seconds ({rows / core:.0f} rows in each), "
        f"{peak:.0f} MB of memory, {size:.0f} MB of files",
        flush=True,
    )


def _used_by_children() -> float:
    """Core-seconds of processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _scalar_indexes(place: Path) -> None:
    started, before = time.perf_counter(), time.process_time()
    add_scalar_indexes(place)
    taken, core = time.perf_counter() - started, time.process_time() - before
    print(f"index, lancedb: scalar indexes in {taken:.0f} s more, {core:.0f} core-seconds", flush=True)


def _ask(out: Path, places: dict[str, Path]) -> None:
    """The same questions to each candidate, in turns."""
    vectors = _like_these(out)
    questions: dict[str, list[Any]] = {
        "page": list(range(TIMES)),
        "words": [" ".join(pair) for pair in ASKED],
        "filters": [number / 100 for number in range(TIMES)],
        "like": list(vectors),
    }
    exact = _nearest(out, vectors)
    print(f"ask: {'':<20} {'first':>8} {'median':>8} {'p95':>8} {'core, median':>14}   (ms)")
    with contextlib.ExitStack() as stack:
        asked = {name: stack.enter_context(_candidate(name, place)) for name, place in places.items()}
        for what, values in questions.items():
            answers = {
                name: [answered(process, what, value) for value in values] for name, process in asked.items()
            }
            for name, spent in answers.items():
                times = [1000 * one["seconds"] for one in spent]
                last = statistics.quantiles(times, n=20)[-1]
                core = 1000 * statistics.median(one["core_seconds"] for one in spent)
                middle = statistics.median(times)
                print(
                    f"ask: {name:<10}{what:<10} {times[0]:8.0f} {middle:8.0f} {last:8.0f} {core:14.0f}",
                    flush=True,
                )
                if what == "like":
                    pairs = zip(values, spent, strict=True)
                    right = sum(len(exact[value] & {*one["found"]} - {value}) for value, one in pairs)
                    wanted = sum(len(exact[value]) for value in values)
                    print(f"ask: {name:<10}finds {right / wanted:.3f} of the rows most like one")
        for name, process in asked.items():
            print(
                f"ask: {name:<10}{_peak_mb(process.pid):.0f} MB, {_own_mb(process.pid):.0f} MB no mapped files"
            )


@contextlib.contextmanager
def _candidate(name: str, place: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.benchmarks.index_candidates", name, str(place)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


def answered(process: subprocess.Popen[str], what: str, value: object) -> dict[str, Any]:
    """What a candidate's process says of a question."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps([what, value]) + "\n")
    process.stdin.flush()
    answer: dict[str, Any] = json.loads(process.stdout.readline())
    return answer


def _like_these(out: Path) -> dict[str, np.ndarray]:
    """The embeddings of some rows of all parts, by name."""
    chance = np.random.default_rng(1)
    parts = sorted((out / "subfigures").iterdir())
    found = {}
    for part in chance.choice(len(parts), TIMES):
        table = pq.ParquetFile(parts[part]).read_row_group(0, columns=["subfigure_id", "embedding"])
        row = int(chance.integers(len(table)))
        found[table["subfigure_id"][row].as_py()] = np.array(table["embedding"][row].as_py(), np.float32)
    return found


def _nearest(out: Path, vectors: dict[str, np.ndarray]) -> dict[str, set[str]]:
    """The names of the rows whose embeddings have the highest cosines with some, as exact as a computer is."""
    asked = np.stack([vector / np.linalg.norm(vector) for vector in vectors.values()])
    best: list[list[tuple[float, str]]] = [[] for _ in vectors]
    for part in sorted((out / "subfigures").iterdir()):
        table = pq.read_table(part, columns=["subfigure_id", "embedding"])
        flat = table["embedding"].combine_chunks().values.to_numpy(zero_copy_only=False).astype(np.float32)
        rows = flat.reshape(len(table), -1)
        cosines = asked @ (rows / np.linalg.norm(rows, axis=1, keepdims=True)).T
        names = table["subfigure_id"].to_pylist()
        for place, own in enumerate(cosines):
            first = np.argpartition(-own, PAGE)[: PAGE + 1]
            best[place] = sorted([*best[place], *((-float(own[at]), names[at]) for at in first)])[: PAGE + 1]
    return {
        name: {other for _, other in nearest if other != name}
        for name, nearest in zip(vectors, best, strict=True)
    }


def _view(out: Path) -> None:
    command = [*FIGMILL, "view", out, "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        address = re.findall(r"http://\S+/", server.stdout.readline())[0]
        print(f"view: up after {_seconds(f'{address}static/icon.svg'):.1f} s more")
        print(f"view: {'':<28} {'first':>8} {'median':>8} {'p95':>8} {'core, median':>14}   (ms)")
        for name, paths in _requests(address):
            spent = [
                (_seconds(address + path), _core_seconds(server.pid)) for path in ["static/icon.svg", *paths]
            ]
            times = [1000 * taken for taken, _ in spent[1:]]
            cores = [1000 * (after - before) for (_, before), (_, after) in itertools.pairwise(spent)]
            last = statistics.quantiles(times, n=20)[-1]
            print(
                f"view: {name:<28} {times[0]:8.0f} {statistics.median(times):8.0f} {last:8.0f} "
                f"{statistics.median(cores):14.0f}",
                flush=True,
            )
        print(
            f"view: {_peak_mb(server.pid):.0f} MB of memory, {_own_mb(server.pid):.0f} MB of it no mapped files"
        )
        server.send_signal(signal.SIGINT)


def _requests(address: str) -> Iterator[tuple[str, list[str]]]:
    """What is asked, and the addresses below the server's, each another question so that none was asked before."""
    asked = [quote(" ".join(pair)) for pair in ASKED]
    yield "first pages", ["", *(f"?page={page}" for page in range(2, TIMES + 1))]
    yield "a page far behind", [f"?page={500 + page}" for page in range(TIMES)]
    yield "search", [f"?q={words}" for words in asked]
    yield "search, sure, one modality", [f"?q={words}&min=0.9&modality=microscopy" for words in asked]
    yield "filters", [f"?min=0.{number:02}&license=CC+BY+4.0&order=surest" for number in range(TIMES)]
    yield "filters, one modality", [f"?min=0.{number:02}&modality=microscopy" for number in range(TIMES)]
    found = [_read(f"{address}?page={page}").decode() for page in range(1, TIMES + 1)]
    names = [re.findall(r'href="/subfigure/([^"]+)"', page)[0] for page in found]
    yield "a subfigure, more like this", [f"subfigure/{name}" for name in names]
    yield "more like this, filtered", [f"?like={quote(name)}&modality=microscopy&min=0.5" for name in names]
    yield "a paper", [f"paper/{number:064x}" for number in range(TIMES)]
    yield "a thumbnail", [f"thumbnail/{number:016x}/0/0" for number in range(TIMES)]


def _seconds(address: str) -> float:
    started = time.perf_counter()
    _read(address)
    return time.perf_counter() - started


def _read(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310 (our own address)
        data: bytes = answer.read()
    return data


def _peak_mb(pid: int) -> float:
    return _status_mb(pid, "VmHWM")


def _own_mb(pid: int) -> float:
    return _status_mb(pid, "RssAnon")


def _status_mb(pid: int, what: str) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    found = re.search(rf"{what}:\s+(\d+) kB", status)
    return int(found[1]) / 1000 if found else 0.0


def _core_seconds(pid: int) -> float:
    """What a process has used of cores."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
