"""What a process that opens hostile files may take: one core, so much memory, no room for a dump of it."""

from __future__ import annotations

import os
import resource
import sys

from threadpoolctl import threadpool_limits


def expect_one_core() -> None:
    """To be called before numpy is imported: its BLAS then keeps no memory for further threads."""
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")


def confine(memory_mb: int) -> None:
    """To be called once the libraries are imported: from here on this process has one core and `memory_mb` MiB.

    A spawned process imports its parent's main program first, and numpy with it perhaps: then the environment came too
    late, and BLAS would keep the cores of the other processes busy with threads that wait.
    """
    threadpool_limits(1)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory_mb * 2**20,) * 2)


def import_arrow() -> None:
    """To be called before anything else imports pyarrow: it then takes no more than it needs.

    Its own allocator would reserve a gigabyte of address space. And at the first list that it is given it would import
    pandas, where that is installed: 1.1 seconds and 28 MiB, for nothing that a reading process does.
    """
    os.environ["ARROW_DEFAULT_MEMORY_POOL"] = "system"
    sys.meta_path.insert(0, _NoPandas)
    import pyarrow  # noqa: F401


class _NoPandas:
    """A finder of modules to which pandas is not installed."""

    @staticmethod
    def find_spec(name: str, _path: object = None, _target: object = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError("pandas is kept out of this process", name=name)
