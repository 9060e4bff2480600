"""What the libraries of object stores raise, put in words: an OSError with a number, a sentence and the URI."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tasks.errors import StoppedError, StorageError
from tasks.texts import printable

if TYPE_CHECKING:
    from upath import UPath

_LIBRARIES = ("aiobotocore", "aiohttp", "botocore", "gcsfs", "google")
_CREDENTIALS = (
    "ExpiredToken",
    "InvalidAccessKeyId",
    "InvalidToken",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "TokenRefreshRequired",
)
"""What S3 says where all requests are refused, not those for one object."""


@contextlib.contextmanager
def speaking(what: UPath | str) -> Iterator[None]:
    """Turns whatever a store's library raises into an OSError that says in words what is wrong, and with what."""
    try:
        yield
    except (StorageError, StoppedError, FileExistsError):
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.filename == str(what):
            raise  # it has been here before
        raise OSError(*sentence(error), str(what)) from error


def from_library(error: Exception) -> bool:
    """Whether a store's library raised this, and not who reads from the store."""
    return type(error).__module__.partition(".")[0] in _LIBRARIES


def sentence(error: BaseException) -> tuple[int, str]:
    """An error number and a sentence for what a store's library raised."""
    kind, said = type(error).__name__, printable(" ".join(str(error).split()), 160)
    if "Credentials" in kind or "RefreshError" in kind:
        hint = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, GOOGLE_APPLICATION_CREDENTIALS or a role"
        return errno.EACCES, f"no credentials, or none that hold: {hint}"
    if _reply_code(error) in _CREDENTIALS:
        return errno.EPERM, f"the credentials are not accepted ({said})"
    if isinstance(error, PermissionError):
        return errno.EACCES, f"access denied ({said}): check the credentials and what they may do there"
    if isinstance(error, FileNotFoundError):
        what = (
            "there is no such bucket"
            if "bucket" in said.lower() and "exist" in said
            else "there is no such object"
        )
        return errno.ENOENT, what
    if isinstance(error, OSError) and error.errno in (errno.EBUSY, errno.EREMOTEIO):
        return errno.EBUSY, f"the store is overloaded or failing, tried several times ({said})"
    if (
        isinstance(error, ConnectionError | TimeoutError)
        or "Connect" in kind
        or "Timeout" in kind
        or "Payload" in kind
    ):
        return errno.ETIMEDOUT, f"the store does not answer, or not in time ({said})"
    number = error.errno if isinstance(error, OSError) and error.errno else errno.EIO
    return number, (error.strerror if isinstance(error, OSError) and error.strerror else said) or kind


def _reply_code(error: BaseException) -> str | None:
    """How S3 names an error."""
    reply = getattr(error.__cause__ or error, "response", None)
    return reply.get("Error", {}).get("Code") if isinstance(reply, dict) else None
