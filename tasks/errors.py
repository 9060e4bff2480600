"""The errors Figmill raises on purpose.

FigmillError                the run itself cannot be done; its message is one line that says what to do
├── InputError              an INPUT that is not there, or that holds nothing to read
├── OutputError             an output folder that cannot be written, or that holds something else
│   └── LeaseLostError      a dataset that another run has taken over: this one writes no more to it
├── SettingsError           a setting out of its range
├── StorageError            a URI of a store that is unknown, or whose library is not installed
├── TransientError          a store or network that fails for now: the same work is tried again (`is_transient`)
└── UnusableBundleError     a model bundle that is unknown, broken or of another taxonomy

StoppedError                what was told to stop has stopped
PaperError                  one paper cannot be read; it becomes that paper's row in the ledger and stops nothing else
"""

from __future__ import annotations

import errno

_PASSING = frozenset(
    getattr(errno, name)
    for name in (
        *("EAGAIN", "EBUSY", "EINTR", "EIO", "ENOLCK", "EREMOTEIO", "ESTALE", "ETIMEDOUT"),
        *("ECONNABORTED", "ECONNREFUSED", "ECONNRESET", "EHOSTDOWN", "EHOSTUNREACH"),
        *("ENETDOWN", "ENETRESET", "ENETUNREACH", "EPIPE"),
    )
)
"""What a store (`stores.errors`), a network or a file system behind one says when it may come back: not that it is
full, nor that it is read-only, nor that nobody may write there."""


class FigmillError(Exception):
    """The run cannot be done; the message is one line for the user."""


class InputError(FigmillError):
    """An INPUT that is not there, or that holds nothing to read."""


class OutputError(FigmillError):
    """An output folder that cannot be written, or that holds something else."""


class LeaseLostError(OutputError):
    """A dataset that another run has taken over meanwhile."""


class TransientError(FigmillError):
    """A store or network that fails for now."""


class SettingsError(FigmillError, ValueError):
    """A setting out of its range."""


class StorageError(FigmillError):
    """A URI of a store that is unknown, or whose library is not installed."""


class UnusableBundleError(FigmillError):
    """A model bundle that is unknown, broken or of another taxonomy."""


def is_transient(error: object) -> bool:
    """Whether the same work may well succeed a little later, by the error or by what it came from."""
    if isinstance(error, TransientError):
        return True
    if isinstance(error, OSError):
        return error.errno in _PASSING
    return (
        isinstance(error, FigmillError)
        and isinstance(error.__cause__, OSError)
        and is_transient(error.__cause__)
    )


class StoppedError(Exception):
    """What was told to stop has stopped: an answer to who told it, which nobody else sees."""


class PaperError(Exception):
    """One paper cannot be read.

    `kind` is the ledger's `error_kind` (`encrypted`, `damaged`, `not_a_pdf`, `too_large`, `no_pages`, `empty`,
    `missing`, `unreadable`, `changed`, `checksum`, `no_jats`, `timeout`, `memory`, `crash`, `confined`: tried what a
    reading process may not), `error` a sentence that a librarian understands.
    """

    def __init__(self, kind: str, error: str) -> None:
        super().__init__(kind, error)
        self.kind = kind
        self.error = error

    def __str__(self) -> str:
        return self.error
