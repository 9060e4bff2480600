"""What is tried again: what a store or network has failed, not what a person has to mend."""

import errno

import pytest

from tasks.errors import (
    FigmillError,
    InputError,
    LeaseLostError,
    OutputError,
    PaperError,
    SettingsError,
    StorageError,
    TransientError,
    is_transient,
)


def raised_from(error: FigmillError, number: int) -> FigmillError:
    error.__cause__ = OSError(number, "said so")
    return error


@pytest.mark.parametrize(
    "error",
    [
        TransientError("the store does not answer"),
        OSError(errno.ETIMEDOUT, "timed out"),
        ConnectionResetError(errno.ECONNRESET, "reset"),
        OSError(errno.ESTALE, "a stale handle of a network file system"),
        raised_from(StorageError("cannot read s3://bucket/part"), errno.EBUSY),
        raised_from(OutputError("cannot write to spool"), errno.EIO),
    ],
)
def test_what_may_pass_is_tried_again(error: Exception) -> None:
    assert is_transient(error)


@pytest.mark.parametrize(
    "error",
    [
        LeaseLostError("another run took over"),
        OSError(errno.ENOSPC, "the disk is full"),
        OSError(errno.EROFS, "read-only"),
        PermissionError(errno.EACCES, "denied"),
        raised_from(OutputError("cannot write to spool"), errno.ENOSPC),
        OutputError("holds something else"),
        InputError("there is no such bucket"),
        SettingsError("out of range"),
        PaperError("damaged", "The PDF is damaged."),
        ValueError("a bug"),
        None,
    ],
)
def test_what_stays_is_not(error: Exception | None) -> None:
    assert not is_transient(error)
