"""What is asked of a store, with an object `s3://bucket/there`."""

from collections.abc import Callable
from pathlib import Path

from tasks import object_store, storage

Use = Callable[[Path], object]
USES: list[Use] = [
    lambda tmp: storage.read(storage.place("s3://bucket/there")),
    lambda tmp: object_store.download("s3://bucket/there", tmp / "file"),
    lambda tmp: storage.put_bytes(b"2", storage.place("s3://bucket/there")),
    lambda tmp: storage.names(storage.place("s3://bucket")),
    lambda tmp: list(object_store.tree("s3://bucket")),
]
