"""The dataset folder that a run writes to: opened, checked, locked and repaired, with its ledger.

OUT/subfigures, OUT/papers            parts and ledger parts (tasks.dataset.files)
OUT/.figmill.lock                     held by the run that writes
OUT/.parts.sqlite                     what all parts hold, so that they need not be opened (tasks.dataset.cache)
OUT/.inputs, OUT/.jats                which inputs and JATS have which bytes, so that they need not be read again
OUT/.pmc                              how far `figmill ingest` has followed PMC
OUT/.compact/                         the folders that `figmill compact` is making (tasks.dataset.compaction)
OUT/.spool/                           what extraction hands over while a run goes on (a store has none)
OUT/.quarantine/                      what `figmill check --repair` took out of the two folders
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from tasks.dataset.cache.database import FILE
from tasks.dataset.cache.listing import Listing
from tasks.dataset.cache.part_cache import PartCache, write_cache
from tasks.dataset.columns import PAPERS, READABLE_VERSIONS, SCHEMA_VERSION, SUBFIGURES
from tasks.dataset.compaction import finish_compaction
from tasks.dataset.files import PART_NAME, UNFINISHED, open_part, part_files, remedy
from tasks.dataset.ledger import LedgerRow, drop_failed
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
        self.parts: PartCache
        """What all parts hold, once the dataset is open."""
        self._provenance = provenance
        self._stack = contextlib.ExitStack()
        self._names: set[str] = set()
        self._forgotten: set[str] = set()
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
                if finish_compaction(self.out):
                    log.info("ended a compaction that was killed")
                self.parts = write_cache(self.out)
                self._stack.callback(self._close_cache)
                listing = Listing.of(self.out)
                self._check_names(listing)
                self._check_provenance(listing.names)
                self._read_ledger(listing)
                self._clean(listing)
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
        return self.row(paper_id) is not None

    def forget(self, paper_ids: Iterable[str]) -> None:
        """Papers whose rows were taken away are to be done again."""
        self._forgotten.update(paper_ids)

    def failed(self, paper_id: str) -> bool:
        """Whether the ledger says that this paper could not be read."""
        row = self.row(paper_id)
        return row is not None and row.failed

    def row(self, paper_id: str) -> LedgerRow | None:
        """What the ledger said of a paper when the run began."""
        if paper_id in self._forgotten:
            return None
        return next(iter(self.parts.rows(paper_id)), None)

    def refresh(self) -> None:
        """Has `parts` say what the run has done."""
        with _as_output_error(self.out):
            self.parts.refresh(Listing.of(self.out))
            self.parts.commit()

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
            if row := self.row(paper_id):
                files.setdefault(row.file, set()).add(paper_id)
        with _as_output_error(self.out):
            if files:
                check_lease(self.out, self.lease)
            for file, superseded in files.items():
                drop_failed(self.out, file, superseded)

    def _check_names(self, listing: Listing) -> None:
        """Nothing else lies in the two folders, and each ledger part has its part. Takes their names."""
        _refuse_strange(self.out, {PAPERS: listing.ledgers, SUBFIGURES: listing.parts})
        for name in listing.names:
            if name not in listing.parts:
                raise OutputError(
                    f"{self.out / PAPERS / name} names a part that is not in {SUBFIGURES}/: {remedy(self.out)}"
                )
        self._names = set(listing.names)

    def _check_provenance(self, names: list[str]) -> None:
        """Rows of another model, or in another schema, can't stand beside those of this run."""
        if not names:
            return
        ledger = self.out / PAPERS / names[0]
        with open_part(ledger) as opened:
            metadata = figmill_metadata(opened.schema_arrow)
            names = opened.schema_arrow.names
        if not {"schema_version", "classes", "model_id"} <= metadata.keys():
            raise OutputError(f"{ledger} was not written by Figmill: choose another --out")
        if metadata["schema_version"] != SCHEMA_VERSION:
            raise OutputError(_other_schema(self.out, metadata["schema_version"]))
        if missing := [name for name in PAPER_SCHEMA.names if name not in names]:
            raise OutputError(_fewer_columns(self.out, missing[0]))
        classes = _classes(metadata["classes"])
        if (metadata["model_id"], classes) != (self._provenance.model_id, self._provenance.classes):
            raise OutputError(
                f"{self.out} was labelled by {metadata['model_id']} ({len(classes)} classes), this run uses "
                f"{self._provenance.model_id} ({len(self._provenance.classes)} classes): use that one, choose another "
                f"--out, or bring its rows up with `figmill relabel {self.out} --out NEW` (and --model, if given here) "
                "and go on in NEW"
            )
        if read_captions(metadata) is not self._provenance.captions:
            raise OutputError(_other_captions(self.out, self._provenance))

    def _read_ledger(self, listing: Listing) -> None:
        """Brings `parts` up to date; of two rows of one paper the failed or older one goes."""
        changed = self.parts.refresh(listing, strict=True)
        doubled: dict[str, set[str]] = {}
        for paper_id in self.parts.doubled(changed):
            for loser in self._losers(self.parts.rows(paper_id)):
                doubled.setdefault(loser.file, set()).add(loser.paper_id)
        for name, paper_ids in doubled.items():
            log.info("removing %d ledger rows that a killed run had replaced", len(paper_ids))
            drop_failed(self.out, name, paper_ids)
        if doubled:
            self.parts.refresh(Listing.of(self.out))
        self.parts.commit()

    def _close_cache(self) -> None:
        self.parts.close()

    def _losers(self, rows: list[LedgerRow]) -> list[LedgerRow]:
        """All rows of a paper but the one that counts. Raises OutputError where two count."""
        *losers, winner = sorted(rows, key=lambda one: (not one.failed, one.finished_at, one.file))
        for loser in losers:
            if not loser.failed:
                raise OutputError(
                    f"paper {loser.paper_id} is labelled twice in {self.out}, in {loser.file} and {winner.file}: "
                    f"{remedy(self.out)}"
                )
        return losers

    def _clean(self, listing: Listing) -> None:
        """Removes what a killed run left: unfinished files, the spool, parts that no ledger part names."""
        shutil.rmtree(self.spool, ignore_errors=True)
        for folder, names in ((PAPERS, listing.ledgers), (SUBFIGURES, listing.parts)):
            for name in names:
                if name.startswith(".") and name.endswith(UNFINISHED):
                    paths.remove(self.out / folder / name)
        for name in listing.parts:
            if PART_NAME.fullmatch(name) and name not in listing.ledgers:
                log.info("removing %s, which a killed run left without a ledger part", name)
                paths.remove(self.out / SUBFIGURES / name)


def provenance_in(out: StorePath) -> Provenance:
    """How a dataset's rows were labelled, as far as opening it asks. Raises OutputError where there are none."""
    ledgers = part_files(out / PAPERS)
    if not ledgers:
        raise OutputError(f"{out} holds no part yet: label papers first, `figmill label PAPERS --out {out}`")
    with open_part(ledgers[0]) as opened:
        metadata = figmill_metadata(opened.schema_arrow)
    return Provenance(
        metadata.get("model_id", ""),
        _classes(metadata.get("classes", "")),
        0,
        metadata.get("model_card", ""),
        bool(read_captions(metadata)),
    )


def _remove_if_empty(out: StorePath) -> None:
    """Takes away the folder of a run that failed before it wrote anything, while its lock is still held."""
    if not isinstance(out, Path):
        return
    folders = [out / PAPERS, out / SUBFIGURES]
    made_here = {PAPERS, SUBFIGURES, LOCK, FILE}
    if set(paths.names(out)) <= made_here and not any(map(paths.names, folders)):
        with contextlib.suppress(OSError):  # somebody has put something there this very moment
            for folder in folders:
                folder.rmdir()
            (out / LOCK).unlink()
            (out / FILE).unlink(missing_ok=True)
            out.rmdir()


def spool_of(out: StorePath) -> Path:
    """Where extraction hands over what it reads for this dataset: in it, or for a store on this machine."""
    return out / SPOOL if isinstance(out, Path) else scratch() / "spool"


def check_layout(out: StorePath) -> None:
    """A folder that holds something else than a dataset is not touched.

    The two folders are not looked into where a run has written here before; who opens the dataset lists them anyway.
    """
    with _as_output_error(out):
        if isinstance(out, Path) and out.exists() and not out.is_dir():
            raise OutputError(f"--out {out} is a file: name a folder that is empty, new or a Figmill dataset")
        names = set(paths.names(out))
        seen = {name for name in names if not name.startswith(".")}
        known = FILE in names
        inside: dict[str, list[str]] = {
            folder: paths.names(out / folder)
            for folder in (PAPERS, SUBFIGURES)
            if folder in seen and not known
        }
    # On a store, a killed run may have left a part before the first ledger part makes that folder.
    ledger = PAPERS in seen or (not isinstance(out, Path) and seen == {SUBFIGURES})
    _refuse_strange(out, inside)
    if seen and not ledger:
        raise OutputError(_something_else(out, sorted(seen)[0]))


def _refuse_strange(out: StorePath, names: Mapping[str, Iterable[str]]) -> None:
    """Raises OutputError where one of these, by folder, is no file of a dataset's."""
    strange = [
        (folder, name)
        for folder, some in names.items()
        for name in some
        if name[0] != "." and not PART_NAME.fullmatch(name)
    ]
    if not strange:
        return
    folder, name = strange[0]
    if len(strange) < sum(len(list(some)) for some in names.values()):
        raise OutputError(
            f"{out}/{folder}/{name} is not Figmill's: move it out of the dataset, then start this again"
        )
    raise OutputError(_something_else(out, name))


def _something_else(out: StorePath, name: str) -> str:
    return (
        f"--out {out} holds something else than a Figmill dataset ({name}): name a folder that is empty, new or a "
        "Figmill dataset"
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
