"""How a training is told to the user: a line for the data, a line per epoch."""

from __future__ import annotations

import time
from collections.abc import Callable

from flows.runs.study import StudyReporter
from models.data.experiment import SPLITS, Prepared
from models.training.training import Epoch
from tasks.texts import counted


class TrainingLines(StudyReporter):
    """Plain lines, on a terminal as in a log."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write
        self._told = time.monotonic()

    def network(self, name: str, number: int, total: int, done: bool) -> None:
        """Which network of a study comes next, or was done before."""
        self._write(f"network {number}/{total}: {name}{', done before' if done else ''}")

    def gathered(self, pictures: int, articles: int, unknown: int) -> None:
        """How many pictures people named, and how many could not count."""
        left = f"; {unknown} of classes that nobody knows left out: name them by --classes" if unknown else ""
        self._write(
            f"{counted(pictures, 'picture')} that people named, of {counted(articles, 'article')}{left}"
        )

    def decoding(self, done: int, total: int) -> None:
        """Every five seconds, how many images are decoded."""
        if time.monotonic() - self._told > 5:
            self._told = time.monotonic()
            self._write(f"decoding: {done} of {total} images")

    def prepared(self, prepared: Prepared) -> None:
        """Counts of the splits, and what could not be used."""
        counts = ", ".join(f"{len(prepared.images_of(split))} {split}" for split in SPLITS)
        self._write(f"{len(prepared.classes)} classes; images: {counts}")
        for what, names in (("missing", prepared.missing), ("unreadable", prepared.unreadable)):
            if names:
                shown = ", ".join(names[:5]) + (" ..." if len(names) > 5 else "")
                self._write(f"{len(names)} {what}: {shown}")

    def resumed(self, epoch: int) -> None:
        """Where a killed training goes on."""
        self._write(f"going on after epoch {epoch}")

    def epoch(self, epoch: Epoch, total: int) -> None:
        """Losses, accuracies and the time left."""
        left = epoch.seconds * (total - epoch.epoch)
        self._write(
            f"epoch {epoch.epoch}/{total}  loss {epoch.train_loss:.4f}  accuracy {epoch.train_accuracy:.3f}  "
            f"validation loss {epoch.validation_loss:.4f}  accuracy {epoch.validation_accuracy:.3f}  "
            f"{epoch.seconds:.1f} s, about {left:.0f} s left"
        )
