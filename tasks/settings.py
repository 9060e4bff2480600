"""Settings of a labelling run: one typed object for the CLI, the flow's parameters and the deployment."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal, get_args

from models.devices import usable_cores
from tasks.errors import SettingsError

Device = Literal["auto", "cpu", "cuda"]
Runtime = Literal["auto", "fp32", "eager"]
Confine = Literal["auto", "require", "off"]

MOST_SECONDS = 86_400
"""The longest time that one paper may be given."""

MOST_JATS_BYTES = 64 * 2**20
"""The largest JATS XML that is fetched or read; articles have 0.1 to 5 MB."""

PAUSES = (10.0, 60.0)
"""Seconds before a shard is tried again that a store or network has failed (`errors.is_transient`), in this process and
under Prefect. A store's library has tried for half a minute by then."""

DEFAULT_MODEL = "default"
"""Name of the bundle that ships with Figmill."""

PMC_BUCKET = "s3://pmc-oa-opendata"
"""Where PMC publishes its articles since 2026."""

REDISTRIBUTABLE = ("CC0", "CC BY", "CC BY-SA")
"""PMC's codes of the licences that let anybody pass on parts of an article for any purpose.

Not those with NC (no commercial use) or ND (a figure cut into panels is an adaptation), nor TDM (mining only).
"""


def default_workers() -> int:
    """Extraction processes that suit this machine: one per core that the process may use."""
    return usable_cores()


def _require_positive(name: str, value: float) -> None:
    if not value > 0:
        raise SettingsError(f"{name} is {value}: it has to be more than 0")


def _require_known(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise SettingsError(f"{name} is {value!r}: one of {', '.join(known)}")


def _require_counts(settings: object, *names: str) -> None:
    """Each is more than 0, or None."""
    for name in names:
        value = getattr(settings, name)
        if value is not None:
            _require_positive(name, value)


@dataclass(frozen=True, slots=True)
class ExtractionLimits:
    """What one paper may cost its reader, and do to it."""

    timeout: float = 120.0
    """Seconds of wall time."""
    memory_mb: int = 4096
    """Megabytes of address space."""
    megapixels: float = 40.0
    """Of one figure; a larger one is scaled down."""
    image_megapixels: float = 500.0
    """Of one embedded image of 8 bits a colour, and eight times that of black and white; a page with a larger one is
    left out before anything is decoded."""
    pages: int = 2000
    file_mb: int = 1024
    """Of the PDF's file; a larger one is not even opened."""
    result_mb: int = 1024
    """Of all subfigures of a paper together, encoded."""
    confine: Confine = "auto"
    """Whether a reading process is shut in (`extraction.confinement`): `auto` as far as the kernel can, `require` that
    or no reading, `off` for those who debug."""
    ocr: bool = False
    """Whether the words in panels without text of the PDF are read from their pictures (`extraction.picture_words`)."""

    def __post_init__(self) -> None:
        _require_known("confine", self.confine, get_args(Confine))
        if not 0 < self.timeout <= MOST_SECONDS:
            raise SettingsError(
                f"timeout is {self.timeout:g}: more than 0, at most {MOST_SECONDS} seconds (a day)"
            )
        for name in ("memory_mb", "megapixels", "image_megapixels", "pages", "file_mb", "result_mb"):
            _require_positive(name, getattr(self, name))


@dataclass(frozen=True, slots=True)
class LabelSettings:
    """All that a labelling run depends on; every default works."""

    inputs: tuple[str, ...]
    out: str
    model: str = DEFAULT_MODEL
    device: Device = "auto"
    runtime: Runtime = "auto"
    """`auto` takes half precision where the hardware has it, `fp32` never, `eager` is PyTorch (`inference.opening`)."""
    workers: int | None = None
    """Extraction processes; None means one per core."""
    shard_size: int = 200
    """Papers in a shard, the unit of work that one part holds."""
    window: int = 4
    """Shards handed out at a time; how many of them run at once is the task runner's matter (two in-process)."""
    batch_size: int | None = None
    """Subfigures in a batch of the classifier; None means what suits the device. Batches run across papers."""
    captions: bool = True
    """Whether captions count beside the image, where the bundle can read them."""
    limits: ExtractionLimits = ExtractionLimits()
    jats: str | None = None
    """A folder of JATS XML, named as the PDFs are; beside the PDFs it is looked for in any case."""
    retry_failed: bool = False
    newer_jats: bool = False
    """Read papers anew that were read without the JATS XML that is there now, or with other; their rows replace the
    earlier ones, which stay where a paper cannot be read this time."""
    limit: int | None = None
    """At most so many papers in this run; None means all."""
    runner: str = "local"
    """Who does the shards: `local`, or a cluster, `dask` or `ray`, each with `=ADDRESS` or else one of its own."""

    def __post_init__(self) -> None:
        _require_known("device", self.device, get_args(Device))
        _require_known("runtime", self.runtime, get_args(Runtime))
        _require_counts(self, "workers", "shard_size", "window", "batch_size", "limit")


@dataclass(frozen=True, slots=True)
class RelabelSettings:
    """All that a relabelling run depends on."""

    source: str
    """The dataset whose pictures are labelled anew; it is not changed."""
    out: str
    model: str = DEFAULT_MODEL
    device: Device = "auto"
    runtime: Runtime = "auto"
    """`auto` takes half precision where the hardware has it, `fp32` never, `eager` is PyTorch (`inference.opening`)."""
    window: int = 4
    """Parts handed out at a time."""
    batch_size: int | None = None
    captions: bool = True
    """Whether captions count beside the image, where the bundle can read them."""
    runner: str = "local"

    def __post_init__(self) -> None:
        _require_known("device", self.device, get_args(Device))
        _require_known("runtime", self.runtime, get_args(Runtime))
        for name in ("window", "batch_size"):
            if (value := getattr(self, name)) is not None:
                _require_positive(name, value)


@dataclass(frozen=True, slots=True)
class IngestSettings:
    """All that an ingest of PMC's articles depends on; every default works."""

    out: str
    licenses: tuple[str, ...] = REDISTRIBUTABLE
    """PMC's licence codes of the articles to take, such as `CC BY-NC`; `*` takes any, also none stated."""
    since: dt.date | None = None
    """Take what has changed from this day on; None means since the dataset's last ingest, or all if there was none."""
    inventory: str | None = None
    """Take the difference of two of the bucket's inventories, `A..B`, each named by its date."""
    limit: int | None = None
    """At most so many articles in this run; None means all."""
    bucket: str = PMC_BUCKET
    """`s3://NAME`, read without credentials at AWS_ENDPOINT_URL or at AWS, or the `https://` address of a bucket."""
    retry_failed: bool = False
    """Do just the articles that failed in an earlier ingest."""
    accept_removals: bool = False
    """Believe an inventory that lacks much of the dataset (`pmc.removals`)."""
    dry_run: bool = False
    """Say what would be taken, and take nothing."""
    model: str = DEFAULT_MODEL
    device: Device = "auto"
    runtime: Runtime = "auto"
    """As in `LabelSettings`."""
    workers: int | None = None
    """Extraction processes; None means one per core."""
    shard_size: int = 200
    """Articles that are downloaded, labelled and written together."""
    window: int = 2
    """Shards handed out at a time; what they hold on disk follows from it."""
    batch_size: int | None = None
    """Subfigures in a batch of the classifier; None takes what suits the device."""
    captions: bool = True
    """Whether captions count beside the image, where the bundle can read them."""
    limits: ExtractionLimits = ExtractionLimits()
    runner: str = "local"
    """Who does the shards, as in `LabelSettings`."""

    def __post_init__(self) -> None:
        _require_known("device", self.device, get_args(Device))
        _require_known("runtime", self.runtime, get_args(Runtime))
        _require_counts(self, "workers", "shard_size", "window", "batch_size", "limit")
        if not self.licenses:
            raise SettingsError("no licence is named: articles of none would be taken")
        if self.since and self.inventory:
            raise SettingsError("since and inventory both say from when: name one of them")

    def labelling(self) -> LabelSettings:
        """How the shards are labelled."""
        return LabelSettings(
            inputs=(),
            out=self.out,
            model=self.model,
            device=self.device,
            runtime=self.runtime,
            workers=self.workers,
            shard_size=self.shard_size,
            window=self.window,
            batch_size=self.batch_size,
            captions=self.captions,
            limits=self.limits,
            runner=self.runner,
        )
