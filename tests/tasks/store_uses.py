"""What is asked of a store, with an object `s3://bucket/there`."""

from collections.abc import Callable
from pathlib import Path

from tasks.stores import objects, paths

Use = Callable[[Path], object]
USES: list[Use] = [
    lambda tmp: paths.read(paths.store_path("s3://bucket/there")),
    lambda tmp: objects.download("s3://bucket/there", tmp / "file"),
    lambda tmp: paths.put_bytes(b"2", paths.store_path("s3://bucket/there")),
    lambda tmp: paths.names(paths.store_path("s3://bucket")),
    lambda tmp: list(objects.tree("s3://bucket")),
]
