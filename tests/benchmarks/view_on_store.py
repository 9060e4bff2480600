"""What a page of `figmill view` takes of a dataset on a store whose thumbnails are not in the index yet.

    uv run python -m tests.benchmarks.view_on_store [--parts 4] [--rows 1000] [--latency 0.03]
                                                     [--rate 100e6]

Puts a dataset of large row groups (1,000 pictures: 33 MB) into an S3 server of this machine that takes so many seconds
for each request and so many for the bytes of its answer, in a process of its own; indexes it until it can be searched;
and asks for pages and then for their pictures by six connections, as a browser does. Nothing makes thumbnails behind
the pages, and each page has pictures that none before it had.
"""

from __future__ import annotations

import argparse
import io
import multiprocessing
import os
import re
import tempfile
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import uvicorn
from PIL import Image

from tasks.index.opening import open_target
from tasks.index.update import plan_update, update
from tasks.stores import objects
from tasks.stores.paths import store_path
from tasks.view.app import create_app
from tasks.view.serve import listen
from tests.stores import s3_server
from tests.tasks.index.small import row
from tests.tasks.small_datasets import paper, write_part

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

OUT = "s3://bucket/figures"
GROUPS = 2
"""Of a part."""
SIDE, QUALITY = 256, 80
"""Of a JPEG of noise, some 33 kB."""
CONNECTIONS = 6
"""Of a browser to one address."""


def main() -> None:
    """Prints a line for each page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--parts", type=int, default=4)
    parser.add_argument("--rows", type=int, default=1_000, help="of a row group; two make a part")
    parser.add_argument("--latency", type=float, default=0.03, help="seconds a request")
    parser.add_argument("--rate", type=float, default=100e6, help="bytes a second")
    options = parser.parse_args()
    ours, theirs = multiprocessing.Pipe()
    arguments = (theirs, options.latency, options.rate)
    process = multiprocessing.get_context("spawn").Process(target=_serve_store, args=arguments, daemon=True)
    process.start()
    os.environ |= ours.recv()
    with tempfile.TemporaryDirectory(prefix="figmill-view-") as scratch:
        os.environ["XDG_CACHE_HOME"] = scratch
        out = _put(Path(scratch) / "figures", options.parts, options.rows)
        with open_target(out, None) as target:
            update(out, target, plan_update(out, target))
        _show(out, ours)
    process.terminate()


def _serve_store(line: Connection, latency: float, rate: float) -> None:
    """Answers with the environment that leads here, then each question with the requests and bytes since the last."""
    counted, lock = [0, 0], threading.Lock()

    def delay(request: str, length: int) -> None:
        if request.startswith(("GET", "HEAD")) and "bucket" in request:
            with lock:
                counted[0] += 1
                counted[1] += length
            time.sleep(latency + length / rate)

    with s3_server() as store:
        line.send(store.environment)
        while line.recv():
            line.send(tuple(counted))
            counted[:] = [0, 0]
            store.answered = delay


def _put(folder: Path, parts: int, per_group: int) -> StorePath:
    """A dataset whose rows of all parts and groups take turns where the surest come first."""
    chance, number = np.random.default_rng(0), 0
    objects.filesystem("s3").mkdir("bucket")
    out = store_path(OUT)
    for place in range(parts):
        name, rows = f"part-{place:016x}.parquet", []
        for at in range(per_group * GROUPS):
            picture = io.BytesIO()
            noise = chance.integers(0, 255, (SIDE // 2, SIDE // 2, 3), dtype=np.uint8)
            Image.fromarray(noise).resize((SIDE, SIDE)).save(picture, "JPEG", quality=QUALITY)
            image = {"bytes": picture.getvalue(), "path": "x.jpg"}
            rows.append(row(number, confidence=1 - at / 10_000, image=image))
            number += 1
        papers = [paper(0, paper_id=one["paper_id"], part=name) for one in rows]
        write_part(folder, name, rows, papers, row_group_size=per_group)
        for table in ("subfigures", "papers"):
            (out / table / name).write_bytes((folder / table / name).read_bytes())
            (folder / table / name).unlink()
    return out


def _show(out: StorePath, store: Connection) -> None:
    server = uvicorn.Server(uvicorn.Config(create_app(out), log_level="warning"))
    listening = listen("127.0.0.1", 0)
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    print(
        f"{'':<36}{'page':>8}{'first':>8}{'half':>8}{'all':>8}   of its pictures, ms; requests",
        flush=True,
    )
    _asked(store)
    for what, path in (
        ("first page", "/"),
        ("the next", "/?page=2"),
        ("amid a group", "/?page=5"),
        ("the surest, of all parts", "/?order=surest"),
        ("the next of them", "/?order=surest&page=2"),
        ("a subfigure", f"/subfigure/{150:016x}/0/0"),
        ("a paper", f"/paper/{151:064x}"),
    ):
        started = time.perf_counter()
        html = _read(address + path).decode()
        page, (before, _) = time.perf_counter() - started, _asked(store)
        pictures = list(dict.fromkeys(re.findall(r'src="(/(?:thumbnail|picture)/[^"]+)"', html)))
        started = time.perf_counter()

        def seconds(picture: str, since: float = started) -> float:
            _read(address + picture)
            return time.perf_counter() - since

        with ThreadPoolExecutor(CONNECTIONS) as browser:
            ended = sorted(browser.map(seconds, pictures))
        requests, length = _asked(store)
        middle = ended[len(ended) // 2]
        print(
            f"{what:<36}{1000 * page:8.0f}{1000 * ended[0]:8.0f}{1000 * middle:8.0f}{1000 * ended[-1]:8.0f}"
            f"   {before} requests; {len(pictures)} pictures, {requests} requests, {length / 1e6:.0f} MB",
            flush=True,
        )
    server.should_exit = True
    thread.join()


def _asked(store: Connection) -> tuple[int, int]:
    """Requests and bytes since this was asked last."""
    store.send(True)
    found: tuple[int, int] = store.recv()
    return found


def _read(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=600) as answer:  # noqa: S310 (our own address)
        data: bytes = answer.read()
    return data


if __name__ == "__main__":
    main()
