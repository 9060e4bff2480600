"""What a training tells while it goes on."""

from __future__ import annotations

from models.data.experiment import Prepared
from models.training.outcome import TrainOutcome
from models.training.training import Epoch


class TrainReporter:
    """Hears how a training goes; the default listens to nothing."""

    def gathered(self, pictures: int, articles: int, unknown: int) -> None:
        """A dataset's corrections are read: pictures that people named, of articles; those of unknown classes."""

    def prepared(self, prepared: Prepared) -> None:
        """The data are read and decoded."""

    def decoding(self, done: int, total: int) -> None:
        """Images decoded so far."""

    def resumed(self, epoch: int) -> None:
        """A killed training goes on after this epoch."""

    def epoch(self, epoch: Epoch, total: int) -> None:
        """An epoch has ended."""

    def finished(self, outcome: TrainOutcome) -> None:
        """The bundle is written."""
