"""The dataset folder that a run writes to: opened, checked, locked and repaired, with its ledger.

OUT/subfigures, OUT/papers            parts and ledger parts (tasks.dataset.files)
OUT/.figmill.lock                     held by the run that writes
OUT/.inputs                           which inputs have which bytes, so that they need not be read again
OUT/.pmc                              how far `figmill ingest` has followed PMC
OUT/.spool/                           what extraction hands over while a run goes on (a store has none)
OUT/.quarantine/                      what `figmill check --repair` took out of the two folders
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import shutil
from collections.abc import Container, Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from tasks.dataset.columns import PAPERS, READABLE_VERSIONS, SCHEMA_VERSION, SUBFIGURES
from tasks.dataset.files import PART_NAME, UNFINISHED, open_part, part_files, remedy
from tasks.dataset.ledger import LedgerRow, drop_failed, read_ledger_part
from tasks.dataset.lock import check_lease, writing
from tasks.dataset.schema import PAPER_SCHEMA, Provenance, figmill_metadata, read_captions
from tasks.dataset.store_lock import LOCK
from tasks.errors import OutputError
from tasks.stores import paths
from tasks.stores.scratch import scratch
from tasks.texts import printable

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

SPOOL = ".spool"

log = logging.getLogger("figmill.dataset")


class Dataset:
    """A dataset folder, open for one run. A context: leaving it gives the lock back.

    Opening creates the folder, or checks that it is a dataset of the same model, takes the lock, and removes
    what a killed run left behind. Raises OutputError with one line that says what to do.
    """

    def __init__(self, out: str | StorePath, provenance: Provenance) -> None:
        self.out = paths.store_path(out) if isinstance(out, str) else out
        self.lease = ""
        """What the lock says of this run; whoever works for it shows that it is still the one that may write."""
        self._provenance = provenance
        self._stack = contextlib.ExitStack()
        self._rows: dict[str, LedgerRow] = {}
        self._names: set[str] = set()
        self._was_there = True

    def __enter__(self) -> Self:
        with self._stack:
            check_layout(self.out)
            self._was_there = not isinstance(self.out, Path) or self.out.exists()
            with _as_output_error(self.out):
                for folder in (self.out / PAPERS, self.out / SUBFIGURES):
                    paths.make_folder(folder)
                self.lease = self._stack.enter_context(writing(self.out))
            with _as_output_error(self.out):
                ledgers, parts = part_files(self.out / PAPERS), part_files(self.out / SUBFIGURES)
                self._names = {file.name for file in ledgers}
                self._check_provenance(ledgers)
                self._read_ledger(ledgers, {file.name for file in parts})
                self._clean()
            self._stack = self._stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self.spool, ignore_errors=True)
        if error is not None and not self._was_there:
            _remove_if_empty(self.out)
        self._stack.close()

    @property
    def spool(self) -> Path:
        """Where extraction hands over what it read; removed with all it holds when the run ends."""
        return spool_of(self.out)

    def __contains__(self, paper_id: str) -> bool:
        return paper_id in self._rows

    def forget(self, paper_ids: Iterable[str]) -> None:
        """Papers whose rows were taken away are to be done again."""
        for paper_id in paper_ids:
            self._rows.pop(paper_id, None)

    def failed(self, paper_id: str) -> bool:
        """Whether the ledger says that this paper could not be read."""
        row = self._rows.get(paper_id)
        return row is not None and row.failed

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
            files.setdefault(self._rows[paper_id].file, set()).add(paper_id)
        with _as_output_error(self.out):
            if files:
                check_lease(self.out, self.lease)
            for file, superseded in files.items():
                drop_failed(self.out, file, superseded)

    def _check_provenance(self, ledgers: list[StorePath]) -> None:
        """Rows of another model, or in another schema, can't stand beside those of this run."""
        if not ledgers:
            return
        with open_part(ledgers[0]) as opened:
            metadata = figmill_metadata(opened.schema_arrow)
            names = opened.schema_arrow.names
        if not {"schema_version", "classes", "model_id"} <= metadata.keys():
            raise OutputError(f"{ledgers[0]} was not written by Figmill: choose another --out")
        if metadata["schema_version"] != SCHEMA_VERSION:
            raise OutputError(_other_schema(self.out, metadata["schema_version"]))
        if missing := [name for name in PAPER_SCHEMA.names if name not in names]:
            raise OutputError(_fewer_columns(self.out, missing[0]))
        classes = _classes(metadata["classes"])
        if (metadata["model_id"], classes) != (self._provenance.model_id, self._provenance.classes):
            raise OutputError(
                f"{self.out} was labelled by {metadata['model_id']} ({len(classes)} classes), this run uses "
                f"{self._provenance.model_id} ({len(self._provenance.classes)} classes): use that one or another --out"
            )
        if read_captions(metadata) is not self._provenance.captions:
            raise OutputError(_other_captions(self.out, self._provenance))

    def _read_ledger(self, ledgers: list[StorePath], parts: set[str]) -> None:
        doubled: dict[str, set[str]] = {}
        for rows in paths.each(lambda ledger: _checked(self.out, ledger, parts), ledgers, self.out):
            for loser in filter(None, map(self._enter, rows)):
                doubled.setdefault(loser.file, set()).add(loser.paper_id)
        for name, paper_ids in doubled.items():
            log.info("removing %d ledger rows that a killed run had replaced", len(paper_ids))
            drop_failed(self.out, name, paper_ids)

    def _enter(self, row: LedgerRow) -> LedgerRow | None:
        """Notes a ledger row; of two rows of one paper returns the failed or older one, which goes."""
        known = self._rows.setdefault(row.paper_id, row)
        if known is row:
            return None
        loser, winner = sorted((known, row), key=lambda one: (not one.failed, one.finished_at, one.file))
        if not loser.failed:
            raise OutputError(
                f"paper {row.paper_id} is labelled twice in {self.out}, in {known.file} and {row.file}: "
                f"{remedy(self.out)}"
            )
        self._rows[row.paper_id] = winner
        return loser

    def _clean(self) -> None:
        """Removes what a killed run left: unfinished files, the spool, parts that no ledger part names."""
        shutil.rmtree(self.spool, ignore_errors=True)
        for folder in (self.out / PAPERS, self.out / SUBFIGURES):
            for name in paths.names(folder):
                if name.startswith(".") and name.endswith(UNFINISHED):
                    paths.remove(folder / name)
        named = {file.name for file in part_files(self.out / PAPERS)}
        for part in part_files(self.out / SUBFIGURES):
            if part.name not in named:
                log.info("removing %s, which a killed run left without a ledger part", part.name)
                paths.remove(part)


def _remove_if_empty(out: StorePath) -> None:
    """Takes away the folder of a run that failed before it wrote anything, while its lock is still held."""
    folders = [out / PAPERS, out / SUBFIGURES]
    made_here = {PAPERS, SUBFIGURES, LOCK}
    if isinstance(out, Path) and set(paths.names(out)) <= made_here and not any(map(paths.names, folders)):
        with contextlib.suppress(OSError):  # somebody has put something there this very moment
            for folder in folders:
                Path(folder).rmdir()
            (out / LOCK).unlink()
            out.rmdir()


def spool_of(out: StorePath) -> Path:
    """Where extraction hands over what it reads for this dataset: in it, or for a store on this machine."""
    return out / SPOOL if isinstance(out, Path) else scratch() / "spool"


def check_layout(out: StorePath) -> None:
    """A folder that holds something else than a dataset is not touched."""
    with _as_output_error(out):
        if isinstance(out, Path) and out.exists() and not out.is_dir():
            raise OutputError(f"--out {out} is a file: name a folder that is empty, new or a Figmill dataset")
        seen = {name for name in paths.names(out) if not name.startswith(".")}
        inside = [
            name for folder in (PAPERS, SUBFIGURES) if folder in seen for name in paths.names(out / folder)
        ]
    strange = [name for name in inside if name[0] != "." and not PART_NAME.fullmatch(name)]
    # On a store, a killed run may have left a part before the first ledger part makes that folder.
    ledger = PAPERS in seen or (not isinstance(out, Path) and seen == {SUBFIGURES})
    if strange and len(strange) < len(inside):
        held = next(folder for folder in (PAPERS, SUBFIGURES) if strange[0] in paths.names(out / folder))
        raise OutputError(
            f"{out}/{held}/{strange[0]} is not Figmill's: move it out of the dataset, then start this again"
        )
    if seen and (not ledger or strange):
        raise OutputError(
            f"--out {out} holds something else than a Figmill dataset ({(strange or sorted(seen))[0]}): "
            "name a folder that is empty, new or a Figmill dataset"
        )


@contextlib.contextmanager
def _as_output_error(out: StorePath) -> Iterator[None]:
    """Turns what the file system refuses into one line."""
    try:
        yield
    except OSError as error:
        where = error.filename or out
        reason = error.strerror or printable(str(error).splitlines()[0])
        raise OutputError(
            f"cannot use --out {out}: {reason} ({where}); name a folder that can be written to"
        ) from error


def _checked(out: StorePath, ledger: StorePath, parts: Container[str]) -> list[LedgerRow]:
    """A ledger part's rows. It and its part must both be there and end as they should: a torn Parquet file has no
    footer. What a store has it has whole; there the listing is enough for the part.
    """
    if ledger.name not in parts:
        raise OutputError(f"{ledger} names a part that is not in {SUBFIGURES}/: {remedy(out)}")
    if isinstance(out, Path):
        with open_part(out / SUBFIGURES / ledger.name):
            pass
    return read_ledger_part(ledger, ["finished_at"])


def _other_schema(out: StorePath, version: str) -> str:
    """Why nothing is written beside rows of another schema, and what to do."""
    is_readable = version in READABLE_VERSIONS
    remedy = f"bring it up with `figmill relabel {out} --out NEW`, or choose" if is_readable else "choose"
    return f"{out} has schema {version}, this Figmill writes {SCHEMA_VERSION}: {remedy} another --out"


def _fewer_columns(out: StorePath, missing: str) -> str:
    """Why nothing is written beside rows without columns that are written today, and what to do."""
    return (
        f"{out} is of an earlier Figmill and has no column {missing}: bring it up with `figmill relabel {out} --out "
        "NEW`, or choose another --out"
    )


def _other_captions(out: StorePath, provenance: Provenance) -> str:
    """Why rows that read captions do not join rows that did not, and what to do."""
    if provenance.captions:
        return f"{out} was labelled without captions, this run reads them: add --no-captions, or choose another --out"
    return f"{out} was labelled with captions, this run reads none: leave --no-captions out, or choose another --out"


def _classes(text: str) -> tuple[str, ...]:
    """The classes of a JSON list; none where it is no such list."""
    try:
        classes = json.loads(text)
    except ValueError:
        return ()
    return tuple(map(str, classes)) if isinstance(classes, list) else ()
