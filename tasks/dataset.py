"""The dataset folder that a run writes to: opened, checked, locked and repaired, with its ledger.

OUT/subfigures/part-<shard>.parquet   rows of subfigures
OUT/papers/part-<shard>.parquet       the ledger; only a part with a ledger part of its name counts
OUT/.figmill.lock                     held by the run that writes
OUT/.spool/                           what extraction hands over while a run goes on
OUT/.quarantine/                      what `figmill check --repair` took out of the two folders
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import logging
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.errors import OutputError
from tasks.lock import writing
from tasks.parts import PAPERS, SUBFIGURES, UNFINISHED, write_ledger
from tasks.schema import SCHEMA_VERSION, Stamp
from tasks.texts import printable

SPOOL = ".spool"
PART_NAME = re.compile(r"part-[0-9a-f]{16}\.parquet")

log = logging.getLogger("figmill.dataset")


@dataclass(frozen=True, slots=True)
class _Entry:
    """A ledger row, as far as a run needs it."""

    failed: bool
    finished_at: dt.datetime
    file: str


class Dataset:
    """A dataset folder, open for one run. A context: leaving it gives the lock back.

    Opening creates the folder, or checks that it is a dataset of the same model, takes the lock, and removes
    what a killed run left behind. Raises OutputError with one line that says what to do.
    """

    def __init__(self, out: str | Path, stamp: Stamp) -> None:
        self.out = _local(out)
        self._stamp = stamp
        self._stack = contextlib.ExitStack()
        self._entries: dict[str, _Entry] = {}
        self._names: set[str] = set()

    def __enter__(self) -> Self:
        with self._stack:
            check_layout(self.out)
            with _as_output_error(self.out):
                for folder in (self.out / PAPERS, self.out / SUBFIGURES):
                    folder.mkdir(parents=True, exist_ok=True)
                self._stack.enter_context(writing(self.out))
            self._check_stamp()
            with _as_output_error(self.out):
                self._read_ledger()
                self._clean()
            self._stack = self._stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self.spool, ignore_errors=True)
        self._stack.close()

    @property
    def spool(self) -> Path:
        """Where extraction hands over what it read; removed with all it holds when the run ends."""
        return self.out / SPOOL

    def __contains__(self, paper_id: str) -> bool:
        return paper_id in self._entries

    def failed(self, paper_id: str) -> bool:
        """Whether the ledger says that this paper could not be read."""
        entry = self._entries.get(paper_id)
        return entry is not None and entry.failed

    def shard_name(self, paper_ids: Iterable[str]) -> str:
        """`part-<16 hex digits>`, the same for the same papers, but never that of a part that is there."""
        key = "\n".join(sorted(paper_ids))
        for attempt in range(len(self._names) + 1):
            digest = hashlib.sha256(f"{attempt}\n{key}".encode()).hexdigest()
            name = f"part-{digest[:16]}"
            if f"{name}.parquet" not in self._names:
                break
        self._names.add(f"{name}.parquet")
        return name

    def supersede(self, paper_ids: Iterable[str]) -> None:
        """Removes the earlier ledger rows of these failed papers; call it once their new rows are in place.

        Failed papers have no subfigures, so only ledger parts change. A kill before this leaves two rows of a
        paper, of which the next opening removes the failed or older one.
        """
        files: dict[str, set[str]] = {}
        for paper_id in paper_ids:
            files.setdefault(self._entries[paper_id].file, set()).add(paper_id)
        with _as_output_error(self.out):
            for file, superseded in files.items():
                self._drop(file, superseded)

    def _drop(self, file: str, paper_ids: set[str]) -> None:
        ledger = self.out / PAPERS / file
        table = pq.read_table(ledger)
        kept = table.filter(pc.invert(pc.is_in(table["paper_id"], pa.array(paper_ids, pa.string()))))
        if kept.num_rows:
            write_ledger(ledger, kept)
        else:  # a part of failed papers alone: no rows in it either
            ledger.unlink()
            (self.out / SUBFIGURES / file).unlink(missing_ok=True)

    def _check_stamp(self) -> None:
        """Rows of another model, or in another schema, can't stand beside those of this run."""
        first = next(iter(part_files(self.out / PAPERS)), None)
        if first is None:
            return
        metadata = _metadata(first)
        if metadata["schema_version"] != SCHEMA_VERSION:
            raise OutputError(
                f"{self.out} has schema {metadata['schema_version']}, this Figmill writes {SCHEMA_VERSION}: "
                "choose another --out"
            )
        classes = _classes(metadata["classes"])
        if (metadata["model_id"], classes) != (self._stamp.model_id, self._stamp.classes):
            raise OutputError(
                f"{self.out} was labelled by {metadata['model_id']} ({len(classes)} classes), this run uses "
                f"{self._stamp.model_id} ({len(self._stamp.classes)} classes): use that one or another --out"
            )

    def _read_ledger(self) -> None:
        doubled: dict[str, set[str]] = {}
        for file in part_files(self.out / PAPERS):
            self._names.add(file.name)
            _check_part(self.out, file.name)
            for paper_id, entry in _entries(file):
                loser = self._enter(paper_id, entry)
                if loser is not None:
                    doubled.setdefault(loser.file, set()).add(paper_id)
        for name, paper_ids in doubled.items():
            log.info("removing %d ledger rows that a killed run had replaced", len(paper_ids))
            self._drop(name, paper_ids)

    def _enter(self, paper_id: str, entry: _Entry) -> _Entry | None:
        """Notes a ledger row; of two rows of one paper returns the failed or older one, which goes."""
        known = self._entries.get(paper_id)
        if known is None:
            self._entries[paper_id] = entry
            return None
        loser, winner = sorted((known, entry), key=lambda e: (not e.failed, e.finished_at, e.file))
        if not loser.failed:
            raise OutputError(
                f"paper {paper_id} is labelled twice in {self.out}, in {known.file} and {entry.file}: "
                f"{_remedy(self.out)}"
            )
        self._entries[paper_id] = winner
        return loser

    def _clean(self) -> None:
        """Removes what a killed run left: unfinished files, the spool, parts that no ledger part names."""
        shutil.rmtree(self.spool, ignore_errors=True)
        for folder in (self.out / PAPERS, self.out / SUBFIGURES):
            for file in folder.glob(f".*{UNFINISHED}"):
                file.unlink()
        named = {file.name for file in part_files(self.out / PAPERS)}
        for part in part_files(self.out / SUBFIGURES):
            if part.name not in named:
                log.info("removing %s, which a killed run left without a ledger part", part.name)
                part.unlink()


def _local(out: str | Path) -> Path:
    if "://" in str(out):
        raise OutputError(f"--out {out} is no folder on this machine: name one")
    return Path(out)


def check_layout(out: Path) -> None:
    """A folder that holds something else than a dataset is not touched."""
    with _as_output_error(out):
        if not out.exists():
            return
        if not out.is_dir():
            raise OutputError(f"--out {out} is a file: name a folder that is empty, new or a Figmill dataset")
        seen = [path for path in out.iterdir() if not path.name.startswith(".")]
        folders = [out / PAPERS, out / SUBFIGURES]
        inside = [path for folder in folders if folder.is_dir() for path in folder.iterdir()]
    strange = [path for path in inside if path.name[0] != "." and not PART_NAME.fullmatch(path.name)]
    if seen and (not folders[0].is_dir() or strange):
        what = strange[0] if strange else sorted(seen)[0]
        raise OutputError(
            f"--out {out} holds something else than a Figmill dataset ({what.name}): "
            "name a folder that is empty, new or a Figmill dataset"
        )


@contextlib.contextmanager
def _as_output_error(out: Path) -> Iterator[None]:
    """Turns what the file system refuses into one line."""
    try:
        yield
    except OSError as error:
        where = error.filename or out
        reason = error.strerror or printable(str(error).splitlines()[0])
        raise OutputError(f"cannot use --out {out}: {reason} ({where})") from error
    except (
        pa.ArrowException,
        ValueError,
        OverflowError,
    ) as error:  # text that is no UTF-8, a time in no year
        reason = printable(str(error).splitlines()[0], 100)
        raise OutputError(f"a part of {out} cannot be read back ({reason}): {_remedy(out)}") from error


def _remedy(out: Path) -> str:
    return f"run `figmill check {out} --repair`, then this command again"


def _check_part(out: Path, name: str) -> None:
    """A ledger part and its part must both be there and end as they should: a torn Parquet file has no footer."""
    ledger, part = out / PAPERS / name, out / SUBFIGURES / name
    if not part.is_file():
        raise OutputError(f"{ledger} names a part that is not in {SUBFIGURES}/: {_remedy(out)}")
    for file in (ledger, part):
        try:
            pq.read_metadata(file)
        except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
            reason = printable(str(error).splitlines()[0], 100)
            raise OutputError(f"{file} cannot be read back ({reason}): {_remedy(out)}") from error


def part_files(folder: Path) -> list[Path]:
    """The parts, or ledger parts, in a folder, by name."""
    return sorted(path for path in folder.iterdir() if PART_NAME.fullmatch(path.name))


def _metadata(file: Path) -> dict[str, str]:
    """The `figmill.` keys of a Parquet file, without that prefix."""
    _check_part(file.parent.parent, file.name)
    with _as_output_error(file.parent.parent):
        pairs = pq.read_schema(file).metadata or {}
    # Torn metadata need not be text; what it then says is no model's.
    texts = {key.decode(errors="replace"): value.decode(errors="replace") for key, value in pairs.items()}
    found = {key.removeprefix("figmill."): value for key, value in texts.items()}
    if not {"schema_version", "classes", "model_id"} <= found.keys():
        raise OutputError(f"{file} was not written by Figmill: choose another --out")
    return found


def _classes(text: str) -> tuple[str, ...]:
    """The classes of a JSON list; none where it is no such list."""
    try:
        classes = json.loads(text)
    except ValueError:
        return ()
    return tuple(map(str, classes)) if isinstance(classes, list) else ()


def _entries(file: Path) -> Iterator[tuple[str, _Entry]]:
    table = pq.read_table(file, columns=["paper_id", "status", "finished_at"])
    for paper_id, status, finished_at in zip(*(column.to_pylist() for column in table.columns), strict=True):
        yield paper_id, _Entry(status == "failed", finished_at, file.name)
