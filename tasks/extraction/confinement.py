"""What a process that opens hostile files may take and do: one core, so much memory, its open files, no more."""

from __future__ import annotations

import os
import resource
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import models
import tasks
from tasks.extraction.landlock import allow_only_reading, landlock_version
from tasks.extraction.seccomp import drop_capabilities, no_new_privileges, refuse_system_calls
from tasks.settings import ExtractionLimits

ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    # Arrow's own allocator would reserve a gigabyte of address space, and start a thread besides.
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "PYTHONNOUSERSITE": "1",
}
"""With what such a process is started: the libraries keep no memory for further threads."""

_PASSED_ON = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "PYTHONHOME", "SYSTEMROOT")
"""What it gets of its parent's environment; keys and passwords stay behind."""

_TEXT_BYTES = 256 * 2**20
"""What it may write beside the images: captions, gaps, notes."""

_SYSTEM = (
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/lib",
    "/lib64",
    "/etc/localtime",
    "/dev/null",
    "/dev/urandom",
)
_UNNEEDED = ("pandas", "pymupdf.layout", "pymupdf4llm")


@dataclass(frozen=True, slots=True)
class Confinement:
    """What holds a process: each by what it is called, or why it does not hold."""

    landlock: str = ""
    seccomp: str = ""

    @property
    def lacking(self) -> str | None:
        """In a few words what is not confined; None where all is."""
        why = [
            f"{name}: {words}"
            for name, words in (("Landlock", self.landlock), ("seccomp", self.seccomp))
            if words
        ]
        return "; ".join(why) or None


def environment() -> dict[str, str]:
    """The environment of a process that opens hostile files."""
    return {name: os.environ[name] for name in _PASSED_ON if name in os.environ} | ENVIRONMENT


def keep_out_what_is_not_needed() -> None:
    """To be called before the libraries are imported: they then take no more time and memory than reading needs.

    Arrow would import pandas at the first list that it is given (1.1 seconds, 28 MiB), PyMuPDF loads a network that
    lays out pages and its runtime (2.4 seconds, 45 MiB, three threads): nothing here asks for either.
    """
    sys.meta_path.insert(0, _NotInstalled)


def limit_resources(limits: ExtractionLimits) -> None:
    """To be called once the libraries are imported: from here on so much memory, so large a file, no dump."""
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_AS, limits.memory_mb * 2**20)
    _limit(resource.RLIMIT_FSIZE, limits.result_mb * 2**20 + _TEXT_BYTES)


def _limit(what: int, most: int) -> None:
    """Never more than what the process that started this one was allowed."""
    _, hard = resource.getrlimit(what)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (most, most))


def confine() -> Confinement:
    """To be called once the libraries are imported, and for good: what is open may be used, and libraries be read.

    No network, no file made, written or removed, no program, no process, no privilege.
    """
    try:
        drop_capabilities()
        no_new_privileges()
    except OSError as error:
        return Confinement(_words(error), _words(error))
    return Confinement(_with_landlock(), _with_seccomp())


def _with_landlock() -> str:
    if not landlock_version():
        return "the kernel has none, or it is turned off"
    if len(os.listdir("/proc/self/task")) > 1:  # noqa: PTH208 (its entries are not files)
        return "a library has started threads, which it does not hold"
    try:
        allow_only_reading(_libraries())
    except OSError as error:
        return _words(error)
    return ""


def _with_seccomp() -> str:
    try:
        refuse_system_calls()
    except OSError as error:
        return _words(error)
    return ""


def _words(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _libraries() -> list[Path]:
    """Where Python, its packages and the system's libraries lie: modules are imported as late as they are needed."""
    python = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    packages = [
        path for path in sys.path if Path(path).name in ("site-packages", "dist-packages", "lib-dynload")
    ]
    ours = [str(Path(package.__file__).parent) for package in (models, tasks) if package.__file__]
    return [Path(path) for path in (*python, *packages, *ours, *_SYSTEM)]


class _NotInstalled:
    """A finder of modules that says of some that they are not installed."""

    @staticmethod
    def find_spec(name: str, _path: object = None, _target: object = None) -> None:
        if name in _UNNEEDED:
            raise ModuleNotFoundError(f"{name} is kept out of this process", name=name)
