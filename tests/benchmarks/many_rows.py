"""How the embedded index and the view bear many rows: rate and memory of indexing, time and memory of serving.

    uv run python tests/benchmarks/many_rows.py [--rows 100000] [--keep DIR]

Makes a dataset of that many rows with the real schema (pictures of 256 pixels, captions of made-up words, embeddings of
512 numbers), indexes it as `figmill index` does, serves it as `figmill view` does, each in a process of its own, and
asks for pages as a browser does. Times are of the first request of its kind and the median of the next nine; memory is
the highest resident set (VmHWM).
"""

from __future__ import annotations

import argparse
import io
import itertools
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from models import taxonomy
from tasks.clock import now
from tasks.dataset.schema import PAPER_SCHEMA, Provenance, subfigure_schema, with_provenance

FIGMILL = [sys.executable, "-m", "flows.cli"]
PER_PART = 5_000
PER_PAPER = 12
SIDE = 256
FEATURES = 512
PROVENANCE = Provenance("synthetic@0123456789ab", taxonomy.CODES, FEATURES, "# Synthetic")
_SYLLABLES = ("mi", "to", "ne", "ca", "he", "pa", "lu", "ro", "si", "ven", "dal", "ort")
WORDS = ["".join(parts) for parts in itertools.product(_SYLLABLES, repeat=3)]
_WEIGHTS = list(itertools.accumulate(1 / rank for rank in range(1, len(WORDS) + 1)))
"""Of words by their rank, as in a language: the first stands in most captions, the last in a few of a thousand."""
ASKED = WORDS[20:]
"""Words that somebody might ask for; the commonest would be stop words."""
AGAIN = 9
"""Requests of a kind after the first."""


def main() -> None:
    """Prints rates, times and memory."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="where the dataset is kept, or lies already")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="figmill-rows-") as scratch:
        out = options.keep or Path(scratch) / "dataset"
        if not (out / "papers").exists():
            _make(out, options.rows)
        _index(out)
        _view(out)


def _make(out: Path, rows: int) -> None:
    chance, started = np.random.default_rng(0), time.perf_counter()
    words = random.Random(0)
    pictures = [_picture(chance) for _ in range(64)]
    for name in ("subfigures", "papers"):
        (out / name).mkdir(parents=True)
    for number, first in enumerate(range(0, rows, PER_PART)):
        numbers = range(first, min(first + PER_PART, rows))
        name = f"part-{number:016x}.parquet"
        schema = with_provenance(subfigure_schema(PROVENANCE.classes, FEATURES), PROVENANCE)
        made = [_row(row, pictures, words) for row in numbers]
        table = pa.Table.from_pylist(made, schema=_without_vectors(schema))
        table = _with_vectors(table, schema, chance)
        pq.write_table(table, out / "subfigures" / name, compression="zstd", row_group_size=1000)
        papers = sorted({one["paper_id"] for one in made})
        ledger = [_paper(paper, name) for paper in papers]
        pq.write_table(pa.Table.from_pylist(ledger, schema=PAPER_SCHEMA), out / "papers" / name)
    print(f"{rows:,} rows made in {time.perf_counter() - started:.0f} s")


def _picture(chance: np.random.Generator) -> bytes:
    coarse = Image.fromarray(chance.integers(0, 255, (12, 12, 3), dtype=np.uint8))
    data = io.BytesIO()
    coarse.resize((SIDE, SIDE), Image.Resampling.BICUBIC).save(data, "JPEG", quality=85)
    return data.getvalue()


def _row(number: int, pictures: list[bytes], words: random.Random) -> dict[str, object]:
    paper, place = divmod(number, PER_PAPER)
    code = words.choice(taxonomy.CODES)
    caption = " ".join(words.choices(WORDS, cum_weights=_WEIGHTS, k=60))
    return {
        "subfigure_id": f"{paper:016x}/{place // 4}/{place % 4}",
        "paper_id": f"{paper:064x}",
        "source_uri": f"/papers/{paper}.pdf",
        "title": " ".join(words.choices(WORDS, cum_weights=_WEIGHTS, k=10)),
        "journal": f"Journal {paper % 40}",
        "license": ("CC BY 4.0", "CC BY-NC 4.0", None)[paper % 3],
        "figure_index": place // 4,
        "figure_label": f"Figure {place // 4 + 1}",
        "caption": caption,
        "caption_source": "jats",
        "page": 1 + place // 4,
        "figure_bbox": [0.0, 0.0, 100.0, 100.0],
        "figure_kind": "raster",
        "subfigure_index": place % 4,
        "panel_label": "abcd"[place % 4],
        "subcaption": caption[:90],
        "subfigure_bbox": [0.0, 0.0, 50.0, 50.0],
        "image": {"bytes": pictures[number % len(pictures)], "path": "picture.jpg"},
        "image_width": SIDE,
        "image_height": SIDE,
        "image_sha256": f"{number:064x}",
        "modality": code,
        "modality_path": list(taxonomy.path(code)),
        "confidence": words.random(),
        "rejected": words.random() < 0.1,
        "model_id": PROVENANCE.model_id,
        "pipeline_version": "0",
        "labelled_at": now(),
    }


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


def _without_vectors(schema: pa.Schema) -> pa.Schema:
    return pa.schema([field for field in schema if field.name not in ("probabilities", "embedding")])


def _with_vectors(table: pa.Table, schema: pa.Schema, chance: np.random.Generator) -> pa.Table:
    for name in ("probabilities", "embedding"):
        kind = schema.field(name).type
        flat = chance.random(len(table) * kind.list_size, np.float32)
        values = pa.array(flat.astype(kind.value_type.to_pandas_dtype()), kind.value_type)
        table = table.append_column(schema.field(name), pa.FixedSizeListArray.from_arrays(values, type=kind))
    return table.select(schema.names).cast(schema)


def _index(out: Path) -> None:
    with subprocess.Popen([*FIGMILL, "index", out], stdout=subprocess.PIPE, text=True) as run:
        peak = 0.0
        while run.poll() is None:
            peak = max(peak, _peak_mb(run.pid))
            time.sleep(0.2)
        said = run.stdout.read() if run.stdout else ""
    size = sum(file.stat().st_size for file in (out / "index").iterdir()) / 1e6
    print(f"index: {said.strip()}")
    print(f"index: {peak:.0f} MB of memory, {size:.0f} MB of file")


def _view(out: Path) -> None:
    command = [*FIGMILL, "view", out, "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        address = re.findall(r"http://\S+/", server.stdout.readline())[0]
        print(f"view: up after {_seconds(f'{address}static/icon.svg'):.1f} s more")
        for name, paths in _requests(address):
            times = [_seconds(address + path) for path in paths]
            later = f", then {1000 * statistics.median(times[1:]):.0f} ms" if times[1:] else ""
            print(f"view: {name:<28} {1000 * times[0]:5.0f} ms{later}")
        print(f"view: {_peak_mb(server.pid):.0f} MB of memory")
        server.send_signal(signal.SIGINT)


def _requests(address: str) -> Iterator[tuple[str, list[str]]]:
    """What is asked, and the addresses below the server's, each another question so that none was asked before."""
    count = AGAIN + 1
    yield "first page", ["", *(f"?page={page}" for page in range(2, count + 1))]
    yield "a page far behind", [f"?page={1000 + page}" for page in range(count)]
    yield "search", [f"?q={quote(' '.join(ASKED[number : number + 2]))}" for number in range(count)]
    yield "search, sure, one modality", [f"?q={word}&min=0.9&modality=microscopy" for word in ASKED[:count]]
    yield "filters", [f"?min=0.{number}5&license=CC+BY+4.0&order=surest" for number in range(count)]
    paths = re.findall(r'href="/(subfigure/[^"]+)"', _read(address).decode())
    yield "a subfigure, more like this", list(dict.fromkeys(paths))[:count]
    yield "a paper", [f"paper/{number:064x}" for number in range(count)]
    yield "a thumbnail", [f"thumbnail/{number:016x}/0/0" for number in range(count)]


def _seconds(address: str) -> float:
    started = time.perf_counter()
    _read(address)
    return time.perf_counter() - started


def _read(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310 (our own address)
        data: bytes = answer.read()
    return data


def _peak_mb(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1000 if found else 0.0


if __name__ == "__main__":
    main()
