"""What a labelling run would do, without doing it: how many PDFs are new, what they weigh, what the work may take.

No PDF is read and none is fetched: an input counts as done where its name, size and times, or its version on a store,
are those of a paper in the ledger. What lies on the web counts as new, for a listing tells no version of it. A copy of
a paper under another name counts as new here, and costs a run nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tasks.dataset.cache.part_cache import PartCache, read_cache
from tasks.dataset.dataset import check_layout
from tasks.inputs.fingerprints import FingerprintCache
from tasks.inputs.listing import Input, list_inputs, version_of
from tasks.inputs.newer_jats import NewerJats
from tasks.settings import LabelSettings, default_workers
from tasks.stores import paths
from tasks.stores.web import without_password

WORKER_SECONDS = 2.4
"""Of work for a paper of 11 pages, where the dataset remembers no run to go by: the README's 24 papers on two cores,
which took 29 s there; a dataset's own runs say it better."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a run would find to do."""

    out: str
    inputs: int
    done: int
    """Inputs that the run would pass over: in the dataset, or, with --retry-failed, not failed there."""
    left: int
    """Inputs that --limit would leave for another run."""
    new: int
    bytes: int
    """Of the new ones, as far as a listing tells."""
    unsized: int
    """New ones whose size no listing tells: of the web."""
    worker_seconds: float
    """Of work for one paper."""
    papers_measured: int
    """Papers of earlier runs from which that is known; 0: it is `WORKER_SECONDS`."""
    workers: int
    price: float | None
    """Of an hour of one worker."""

    @property
    def worker_hours(self) -> float:
        """Of work for all new papers."""
        return self.new * self.worker_seconds / 3600

    @property
    def cost(self) -> float | None:
        """Of all new papers; None where no price was given."""
        return None if self.price is None else self.worker_hours * self.price


def preview(settings: LabelSettings, measured: tuple[int, float], price: float | None = None) -> Preview:
    """What `label` would do with these settings; changes nothing. Raises InputError and OutputError.

    `measured`: papers of earlier runs, and the worker-seconds that they took.
    """
    files = list_inputs(settings.inputs)
    out = paths.store_path(settings.out)
    check_layout(out)
    with read_cache(out) as parts:
        known, newer = FingerprintCache(out), NewerJats(out, settings.jats)
        wanted = [file for file in files if _is_wanted(file, known, parts, settings, newer)]
    done = len(files) - len(wanted)
    left = len(wanted) - len(wanted[: settings.limit])
    wanted = wanted[: settings.limit]
    sizes = [_size(file) for file in wanted]
    papers, seconds = measured
    return Preview(
        out=str(out),
        inputs=len(files),
        done=done,
        left=left,
        new=len(wanted),
        bytes=sum(filter(None, sizes)),
        unsized=sizes.count(None),
        worker_seconds=seconds / papers if papers else WORKER_SECONDS,
        papers_measured=papers,
        workers=settings.workers or default_workers(),
        price=price,
    )


def _is_wanted(
    file: Input, known: FingerprintCache, parts: PartCache, settings: LabelSettings, newer: NewerJats
) -> bool:
    uri = str(file) if isinstance(file, Path) else without_password(file.uri)
    paper_id = known.paper_id(uri, version_of(file))
    rows = parts.rows(paper_id) if paper_id else []
    if settings.newer_jats and any(newer.is_there(row, uri) for row in rows):
        return True
    if settings.retry_failed:
        return bool(rows) and all(row.failed for row in rows)
    return all(row.replaced for row in rows)


def _size(file: Input) -> int | None:
    """Bytes; None where they are not told."""
    if not isinstance(file, Path):
        return file.size
    try:
        return file.stat().st_size
    except OSError:
        return None
