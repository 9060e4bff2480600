"""The errors Figmill raises on purpose.

FigmillError                the run itself cannot be done; its message is one line that says what to do
├── InputError              an INPUT that is not there, or that holds nothing to read
├── OutputError             an output folder that cannot be written, or that holds something else
├── SettingsError           a setting out of its range
├── StorageError            a URI of a store that is unknown, or whose library is not installed
└── UnusableBundleError     a model bundle that is unknown, broken or of another taxonomy

PaperError                  one paper cannot be read; it becomes that paper's row in the ledger and stops nothing else
"""


class FigmillError(Exception):
    """The run cannot be done; the message is one line for the user."""


class InputError(FigmillError):
    """An INPUT that is not there, or that holds nothing to read."""


class OutputError(FigmillError):
    """An output folder that cannot be written, or that holds something else."""


class SettingsError(FigmillError, ValueError):
    """A setting out of its range."""


class StorageError(FigmillError):
    """A URI of a store that is unknown, or whose library is not installed."""


class UnusableBundleError(FigmillError):
    """A model bundle that is unknown, broken or of another taxonomy."""


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
