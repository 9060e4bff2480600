"""Settings of a labelling run: one typed object for the CLI, the flow's parameters and the deployment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from models.devices import usable_cores
from tasks.errors import SettingsError

Device = Literal["auto", "cpu", "cuda"]
Runtime = Literal["auto", "eager"]

MOST_SECONDS = 86_400
"""The longest time that one paper may be given."""

DEFAULT_MODEL = "default"
"""Name of the bundle that ships with Figmill."""


def default_workers() -> int:
    """Extraction processes that suit this machine: one per core that the process may use."""
    return usable_cores()


def _require_positive(name: str, value: float) -> None:
    if not value > 0:
        raise SettingsError(f"{name} is {value}: it has to be more than 0")


def _require_known(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise SettingsError(f"{name} is {value!r}: one of {', '.join(known)}")


@dataclass(frozen=True, slots=True)
class ExtractionLimits:
    """What one paper may cost its reader."""

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

    def __post_init__(self) -> None:
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
    """`eager` computes in PyTorch, fp32, whatever is faster (see `models.lanes`)."""
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
    limit: int | None = None
    """At most so many papers in this run; None means all."""
    runner: str = "local"
    """Who does the shards: `local`, or a cluster, `dask` or `ray`, each with `=ADDRESS` or else one of its own."""

    def __post_init__(self) -> None:
        _require_known("device", self.device, get_args(Device))
        _require_known("runtime", self.runtime, get_args(Runtime))
        for name in ("workers", "shard_size", "window", "batch_size", "limit"):
            value = getattr(self, name)
            if value is not None:
                _require_positive(name, value)


@dataclass(frozen=True, slots=True)
class RelabelSettings:
    """All that a relabelling run depends on."""

    source: str
    """The dataset whose pictures are labelled anew; it is not changed."""
    out: str
    model: str = DEFAULT_MODEL
    device: Device = "auto"
    runtime: Runtime = "auto"
    """`eager` computes in PyTorch, fp32, whatever is faster (see `models.lanes`)."""
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
