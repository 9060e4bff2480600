"""The state of a training on disk, from which a killed one goes on."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from models.errors import ModelError
from models.files import written_whole

EVERY_EPOCH = math.inf
"""A `share` with which every epoch is saved."""

_BYTES_PER_SECOND = 200e6
"""How fast a disk is taken to be before the first checkpoint has shown it."""


class CheckpointError(ModelError):
    """A checkpoint that cannot be read, or of another training; the message is one line that says what to do."""


class Checkpoint:
    """A checkpoint file. `share` bounds the time that saving takes, as a share of all, so large states are rarer.

    An epoch follows from the state after the one before, so a training that goes on from an older checkpoint ends
    with the same weights; it only does some epochs again.
    """

    def __init__(self, file: Path, share: float = 0.05) -> None:
        self.file, self._share = file, share
        self._cost: float | None = None
        self._last = time.monotonic()

    def is_due(self, size: int) -> bool:
        """Whether a state of `size` bytes should be saved now."""
        cost = self._cost or size / _BYTES_PER_SECOND
        return time.monotonic() - self._last >= cost / self._share

    def save(self, state: Mapping[str, Any]) -> None:
        """Written aside, then renamed: a kill leaves the last whole state."""
        started = time.monotonic()
        with written_whole(self.file) as aside:
            torch.save(dict(state), aside)
        self._last = time.monotonic()
        self._cost = self._last - started

    def load(self, what: str, device: torch.device) -> dict[str, Any] | None:
        """The state of `what`, or None where there is no checkpoint.

        Raises CheckpointError where it cannot be read or is of another training.
        """
        if not self.file.is_file():
            return None
        advice = "remove it, or take another --out"
        try:
            state: dict[str, Any] = torch.load(self.file, map_location=device, weights_only=True)
        except Exception as error:
            reason = (str(error) or type(error).__name__).splitlines()[0]
            raise CheckpointError(f"{self.file} cannot be read ({reason}); {advice}") from error
        if state.get("what") != what:
            raise CheckpointError(
                f"{self.file} is of another training (settings, data or start weights differ); {advice}"
            )
        return state

    def remove(self) -> None:
        """The training is over."""
        self.file.unlink(missing_ok=True)
