"""A confined process from outside: what it is given, what it gives back, and what happens where it cannot be."""

import errno
import logging
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tasks.errors import FigmillError, PaperError
from tasks.extraction import confined_process
from tasks.extraction.confined_process import ConfinedProcess, Stopped
from tasks.records import Graphic, Paper, PaperFiles, SourceFile
from tasks.settings import ExtractionLimits
from tests.tasks.small_records import files, paper

LIMITS = ExtractionLimits(timeout=600, memory_mb=1500)


def nothing() -> None:
    """What a process is to import: nothing more."""


def start_a_thread() -> None:
    """As a library might that is imported."""
    threading.Thread(target=time.sleep, args=(600,), daemon=True).start()


def fail() -> None:
    raise ImportError("libGL\nis missing")


def die() -> None:
    os._exit(3)


def join(given: PaperFiles, _limits: ExtractionLimits, file: Path) -> None:
    """Writes all that it was given, one after the other."""
    sources = [
        given.main,
        *([given.jats] if given.jats else []),
        *(graphic.file for graphic in given.graphics),
    ]
    with file.open("xb") as sink:
        for source in sources:
            sink.write(source.path.read_bytes())


def sleep(_given: PaperFiles, _limits: ExtractionLimits, _file: Path) -> None:
    time.sleep(600)


@pytest.fixture(scope="module")
def process() -> Iterator[ConfinedProcess]:
    process = ConfinedProcess(nothing, LIMITS)
    yield process
    process.close()


def written(folder: Path, name: str, text: str) -> SourceFile:
    (folder / name).write_text(text)
    return SourceFile(f"s3://bucket/{name}", str(folder / name))


def test_all_files_of_a_paper_come_in_their_order_however_many(
    process: ConfinedProcess, tmp_path: Path
) -> None:
    graphics = tuple(Graphic(f"{n}", written(tmp_path, f"{n}.png", f"{n},")) for n in range(450))
    given = PaperFiles(
        paper(1), written(tmp_path, "a.pdf", "pdf,"), written(tmp_path, "a.xml", "xml,"), graphics
    )
    assert process.result(join, given, 10_000).decode() == "pdf,xml," + "".join(f"{n}," for n in range(450))


def test_a_file_that_cannot_be_opened_is_said_of_the_paper(process: ConfinedProcess, tmp_path: Path) -> None:
    with pytest.raises(PaperError) as caught:
        process.result(join, files(Paper("", str(tmp_path / "gone.pdf"))), 100)
    assert (caught.value.kind, caught.value.error) == (
        "missing",
        "The file cannot be read: no such file or directory.",
    )
    with pytest.raises(PaperError, match="no such file"):
        process.result(join, files(Paper("", "/tmp/a\0b")), 100)  # noqa: S108


def test_a_pipe_is_not_waited_for_and_a_folder_is_no_file(process: ConfinedProcess, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pdf")
    for name in ("pipe.pdf", "."):
        with pytest.raises(PaperError):
            process.result(join, files(Paper("", str(tmp_path / name))), 100)


def test_more_than_was_wanted_is_refused(process: ConfinedProcess, tmp_path: Path) -> None:
    given = PaperFiles(paper(1), written(tmp_path, "a.pdf", "x" * 101))
    with pytest.raises(PaperError, match="more than 0 MB"):
        process.result(join, given, 100)


def test_an_unconfined_process_is_refused_or_said_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    required = ConfinedProcess(start_a_thread, ExtractionLimits(confine="require"))
    with pytest.raises(FigmillError, match=r"cannot be confined on this machine .*--confine auto goes on"):
        required.start()
    monkeypatch.setattr(confined_process, "_said", threading.Event())
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            process = ConfinedProcess(start_a_thread, LIMITS)
            process.start()
            process.close()
    (said,) = caplog.messages
    assert "not fully confined" in said


@pytest.mark.parametrize(
    ("prepare", "words"), [(fail, r"ImportError: libGL\\nis missing"), (die, "status 3")]
)
def test_a_process_that_cannot_start_is_said_in_one_line(prepare: object, words: str) -> None:
    with pytest.raises(FigmillError, match=f"extraction cannot start: .*{words}"):
        ConfinedProcess(prepare, LIMITS).start()  # type: ignore[arg-type]


def test_stopped_it_ends_at_once_and_starts_no_more(tmp_path: Path) -> None:
    process = ConfinedProcess(nothing, LIMITS)
    process.start()
    pid = process.pid
    assert pid is not None
    stopping = threading.Timer(0.5, process.stop)
    stopping.start()
    with (tmp_path / "sink").open("w+b") as sink, pytest.raises(Stopped):
        process.do(sleep, PaperFiles(paper(1), written(tmp_path, "a.pdf", "")), sink.fileno())
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_machine_without_room_for_processes_is_said_and_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    made = ConfinedProcess(nothing, LIMITS)
    with monkeypatch.context() as full:
        full.setattr(subprocess, "Popen", refuse)
        with pytest.raises(FigmillError, match="extraction cannot start: Resource temporarily unavailable"):
            made.start()
    made.start()
    assert made.pid
    made.close()
