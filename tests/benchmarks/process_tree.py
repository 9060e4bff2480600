"""What a process and all that it starts take: memory now and at the peak, processor time.

Memory is sampled from /proc: the proportional set size (PSS) where the kernel tells it, so that pages shared by
several processes count once, and else the resident set size (RSS), which counts them in each.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

MEASURE = "PSS" if Path("/proc/self/smaps_rollup").exists() else "RSS"
SAMPLE_EVERY = 0.25
"""Seconds between two looks at the process tree."""

_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Peak:
    """The highest readings of a tree so far, in bytes; as a context it looks at the tree time and again."""

    root: int
    tree: int = 0
    process: int = 0
    _ended: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Peak:
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()

    def _watch(self) -> None:
        while not self._ended.wait(SAMPLE_EVERY):
            readings = [reading for pid in tree(self.root) if (reading := _memory(pid)) is not None]
            self.tree = max(self.tree, sum(readings))
            self.process = max([self.process, *readings])


def tree(root: int) -> list[int]:
    """`root` and all its descendants."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (stat := _read(entry / "stat")):
            parent = int(stat.rpartition(")")[2].split()[1])  # the name in brackets may hold spaces
            children.setdefault(parent, []).append(int(entry.name))
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def core_seconds(root: int) -> float:
    """Processor time of `root` and its descendants, those that ended and were waited for included."""
    total = 0
    for pid in tree(root):
        if stat := _read(Path(f"/proc/{pid}/stat")):
            total += sum(map(int, stat.rpartition(")")[2].split()[11:15]))  # utime, stime, and of children
    return total / _TICK


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
