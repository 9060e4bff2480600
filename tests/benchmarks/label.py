"""How fast `figmill label` is on a folder of papers, and how much memory its process tree takes.

    uv run python tests/benchmarks/label.py CORPUS [--out DIR] [OPTION OF figmill label]...

Runs the command as a user would, in a process of its own, and prints a table. Memory is sampled from /proc: the
proportional set size (PSS) where the kernel tells it, so that pages shared by several processes count once, and else
the resident set size (RSS), which counts them in each.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

MEASURE = "PSS" if Path("/proc/self/smaps_rollup").exists() else "RSS"
SAMPLE_EVERY = 0.25
"""Seconds between two looks at the process tree."""


@dataclass(slots=True)
class Peak:
    """The highest readings so far, in bytes."""

    tree: int = 0
    process: int = 0


@dataclass(slots=True)
class First:
    """When the first subfigures were labelled, as the run's log tells it."""

    when: float | None = None

    def watch(self, lines: Iterable[str]) -> None:
        """Reads the log to its end and prints all but the line for each paper."""
        for line in lines:
            labelled = re.search(r": \d+ figures, (\d+) subfigures, read in", line)
            if labelled is None and " DEBUG " not in line:
                print(line, end="", file=sys.stderr)
            elif labelled and int(labelled[1]) and self.when is None:
                self.when = time.monotonic()


@dataclass(frozen=True, slots=True)
class Measured:
    """One timed run; `first` is the seconds until the first subfigure was labelled."""

    seconds: float
    first: float | None
    peak: Peak


def main() -> int:
    """Measures one run and prints it; the exit code is the run's own."""
    options, passed_on = _options()
    with tempfile.TemporaryDirectory(prefix="figmill-benchmark-") as scratch:
        out = options.out or Path(scratch) / "out"
        command = [sys.executable, "-m", "flows.cli", "label", str(options.corpus), "--out", str(out)]
        code, measured = _run([*command, *passed_on])
        if code == 0:
            _print_table(out, measured)
    return code


def _options() -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpus", type=Path, help="a PDF or a folder of PDFs")
    parser.add_argument(
        "--out", type=Path, help="keep the dataset here (must not hold one yet; default: thrown away)"
    )
    options, passed_on = parser.parse_known_args()
    if options.out and (options.out / "papers").exists():
        parser.error(f"{options.out} holds a dataset already: a rerun would measure nothing")
    return options, passed_on


def _run(command: list[str]) -> tuple[int, Measured]:
    """Runs `command` to its end while sampling its tree; what it reports, papers excepted, goes to this terminal."""
    peak, first, start = Peak(), First(), time.monotonic()
    with subprocess.Popen([*command, "--verbose"], stderr=subprocess.PIPE, text=True) as process:
        reader = threading.Thread(target=first.watch, args=(process.stderr,), daemon=True)
        reader.start()
        while process.poll() is None:
            _sample(process.pid, peak)
            time.sleep(SAMPLE_EVERY)
        reader.join()
    seconds = time.monotonic() - start
    return process.returncode, Measured(seconds, first.when and first.when - start, peak)


def _sample(root: int, peak: Peak) -> None:
    readings = [reading for pid in _tree(root) if (reading := _memory(pid)) is not None]
    peak.tree = max(peak.tree, sum(readings))
    peak.process = max([peak.process, *readings])


def _tree(root: int) -> list[int]:
    """`root` and all its descendants."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (stat := _read(entry / "stat")):
            parent = int(stat.rpartition(")")[2].split()[1])  # the name in brackets may hold spaces
            children.setdefault(parent, []).append(int(entry.name))
    tree = [root]
    for pid in tree:
        tree += children.get(pid, [])
    return tree


def _memory(pid: int) -> int | None:
    """Bytes that process `pid` holds; None if it is gone."""
    file, key = ("smaps_rollup", "Pss:") if MEASURE == "PSS" else ("status", "VmRSS:")
    text = _read(Path(f"/proc/{pid}/{file}"))
    return text and _kilobytes(text, key) * 1024


def _kilobytes(text: str, key: str) -> int:
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith(key)), 0)


def _read(path: Path) -> str | None:
    """The file's text; None when the process has ended or belongs to someone else."""
    try:
        return path.read_text()
    except OSError:
        return None


def _print_table(out: Path, measured: Measured) -> None:
    ledger = pq.read_table(out / "papers", columns=["status", "pages", "figures", "subfigures"]).to_pydict()
    pages, subfigures = sum(page or 0 for page in ledger["pages"]), sum(ledger["subfigures"])
    peak = measured.peak
    rows = {
        "papers": f"{len(ledger['status']):,} ({ledger['status'].count('failed')} failed)",
        "pages": f"{pages:,}",
        "figures": f"{sum(ledger['figures']):,}",
        "subfigures": f"{subfigures:,}",
        "wall time": f"{measured.seconds:.1f} s",
        "first subfigure labelled": "–" if measured.first is None else f"after {measured.first:.1f} s",
        "pages per second": f"{pages / measured.seconds:.1f}",
        "subfigures per second": f"{subfigures / measured.seconds:.1f}",
        f"peak memory of the tree ({MEASURE})": f"{peak.tree / 2**20:,.0f} MiB",
        f"peak of the largest process ({MEASURE})": f"{peak.process / 2**20:,.0f} MiB",
    }
    print()
    for name, value in rows.items():
        print(f"{name:<36}{value:>24}")


if __name__ == "__main__":
    sys.exit(main())
