"""What a paper does to its process costs that paper alone."""

import os
import re
import signal
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from tasks.errors import FigmillError, OutputError, PaperError
from tasks.extraction.confined_process import Stopped
from tasks.extraction.pool import ExtractionPool
from tasks.records import Extraction, Metadata, Paper, PaperFiles
from tasks.runs.outcomes import Failure
from tasks.settings import ExtractionLimits
from tests.servers import eventually
from tests.tasks.small_records import extraction, failure, files

LIMITS = ExtractionLimits(timeout=600, memory_mb=1500, result_mb=50)


def read(given: PaperFiles, limits: ExtractionLimits) -> Extraction:
    """Does to its process what the paper's name says. Runs in the pool."""
    paper = given.paper
    deed = Path(paper.source_uri).stem
    if deed == "hang":
        while True:
            time.sleep(1)
    if deed == "native-hang":
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
        time.sleep(600)
    if deed == "segfault":
        os.kill(os.getpid(), signal.SIGSEGV)
    if deed == "slow":
        time.sleep(1.5)
    if deed == "heavy":
        return extraction(1, data=bytes(9 * 2**20))
    if deed == "exit":
        os._exit(3)
    if deed == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if deed == "eat":
        bytearray(limits.memory_mb * 2**20)
    if deed == "recurse":
        return read(given, limits)
    if deed == "bug":
        raise KeyError("x")
    if deed == "encrypted":
        raise PaperError("encrypted", "The PDF needs a password.")
    if deed == "torch":
        assert "torch" not in sys.modules
    if deed == "forged":
        return replace(extraction(1), pages=-1)
    if deed == "huge":
        return Extraction(paper, Metadata(), pages=40_000, figures=(), seconds=0)
    return Extraction(paper, Metadata(), pages=1, figures=extraction(1).figures, seconds=0)


def paper(name: str) -> PaperFiles:
    return files(Paper(f"{abs(hash(name)):064x}", f"/{name}.pdf"))


@pytest.fixture(scope="module")
def pool() -> Iterator[ExtractionPool]:
    pool = ExtractionPool(2, LIMITS, read)
    yield pool
    pool.stop()


@pytest.mark.parametrize(
    ("deed", "kind", "words"),
    [
        ("segfault", "crash", "signal 11"),
        ("exit", "crash", "status 3"),
        ("killed", "memory", "want of memory"),
        ("eat", "memory", "more memory than a paper may use"),
        ("recurse", "damaged", "RecursionError"),
        ("bug", "crash", "KeyError"),
        ("encrypted", "encrypted", "needs a password"),
        ("forged", "crash", "came back damaged"),
        ("huge", "too_large", "more than 32767"),
        ("heavy", "too_large", "The figures of this paper take 54 MB, more than the limit of 50 MB"),
    ],
)
def test_a_bad_paper_becomes_its_own_failure(
    pool: ExtractionPool, tmp_path: Path, deed: str, kind: str, words: str
) -> None:
    results = list(pool.read([paper("good"), paper(deed), paper("better")], tmp_path))
    failures = [result for result in results if isinstance(result, Failure)]
    assert [(failure.paper.source_uri, failure.kind) for failure in failures] == [(f"/{deed}.pdf", kind)]
    assert words in failures[0].error
    assert len(results) == 3


def test_papers_that_hang_are_given_up_and_others_are_read_in_their_place(tmp_path: Path) -> None:
    pool = ExtractionPool(2, replace(LIMITS, timeout=5), read)
    try:
        given_up = list(pool.read([paper("hang"), paper("native-hang")], tmp_path))
        others = list(pool.read([paper(f"p{number}") for number in range(20)], tmp_path))
    finally:
        pool.stop()
    assert {(found.kind, found.error) for found in given_up if isinstance(found, Failure)} == {
        ("timeout", "Reading took longer than 5 seconds.")
    }
    assert len(given_up) == 2
    assert any(
        isinstance(other, Extraction) for other in others
    )  # the limit holds for them on a busy machine too


def test_what_was_read_comes_back_whole_and_leaves_no_file(pool: ExtractionPool, tmp_path: Path) -> None:
    (result,) = pool.read([paper("torch")], tmp_path)
    assert isinstance(result, Extraction)
    assert result.figures == extraction(1).figures
    assert list(tmp_path.iterdir()) == []


def test_a_failure_comes_out_as_it_went_in(pool: ExtractionPool, tmp_path: Path) -> None:
    failures = [failure(number, "missing") for number in range(2)]
    results = list(pool.read([failures[0], paper("good"), failures[1]], tmp_path))
    assert [result for result in results if isinstance(result, Failure)] == failures
    assert len(results) == 3
    assert list(pool.read(failures, tmp_path)) == failures


def test_papers_are_asked_for_only_as_they_are_needed(pool: ExtractionPool, tmp_path: Path) -> None:
    asked = []

    def papers() -> Iterator[PaperFiles]:
        for number in range(100):
            asked.append(number)
            yield paper(f"p{number}")

    results = pool.read(papers(), tmp_path)
    next(results)
    assert len(asked) < 12
    assert len(list(results)) == 99


def test_shards_share_the_processes(pool: ExtractionPool, tmp_path: Path) -> None:
    found: dict[int, int] = {}

    def shard(number: int) -> None:
        papers = [paper(f"{number}-{place}") for place in range(20)]
        found[number] = len(list(pool.read(papers, tmp_path / str(number))))

    threads = [threading.Thread(target=shard, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {0: 20, 1: 20, 2: 20}


def test_a_spool_that_cannot_be_written_is_the_runs_failure_not_the_papers(
    pool: ExtractionPool, tmp_path: Path
) -> None:
    spool = tmp_path / "spool"

    def papers() -> Iterator[PaperFiles]:
        spool.rmdir()
        yield paper("good")

    with pytest.raises(OutputError, match="cannot write"):
        list(pool.read(papers(), spool))


def test_processes_that_are_all_killed_are_replaced(tmp_path: Path) -> None:
    pool = ExtractionPool(2, LIMITS, read)
    list(pool.read([paper("good")], tmp_path))
    for pid in pool.pids:
        os.kill(pid, signal.SIGKILL)
    results = list(pool.read([paper(f"p{number}") for number in range(5)], tmp_path))
    pool.stop()
    assert [type(result) for result in results] == [Extraction] * 5


def test_processes_that_have_long_had_no_paper_end_and_the_next_paper_starts_another(tmp_path: Path) -> None:
    pool = ExtractionPool(2, LIMITS, read, idle=0.2)
    try:
        for name in ("first", "second"):
            (got,) = pool.read([paper(name)], tmp_path)
            assert isinstance(got, Extraction)
            eventually(lambda: not pool.pids)
    finally:
        pool.stop()


def test_a_paper_whose_process_was_killed_from_outside_is_read_again(tmp_path: Path) -> None:
    pool = ExtractionPool(2, LIMITS, read)
    try:
        list(pool.read([paper("good"), paper("better")], tmp_path))  # both processes are there
        before = pool.pids
        killing = threading.Timer(0.5, lambda: [os.kill(pid, signal.SIGKILL) for pid in before])
        killing.start()
        (result,) = pool.read([paper("slow")], tmp_path)
        killing.join()
    finally:
        pool.stop()
    assert isinstance(result, Extraction)


def test_stop_ends_a_hanging_read_at_once_and_leaves_no_process(tmp_path: Path) -> None:
    pool = ExtractionPool(2, ExtractionLimits(timeout=600), read)

    def stop() -> list[int]:
        """Once both papers are being read; the processes that were there."""
        eventually(lambda: len(pool.pids) == 2 and any(map(blocks_signals, pool.pids)))
        pids = pool.pids
        pool.stop()
        return pids

    with ThreadPoolExecutor(1) as thread:
        stopping = thread.submit(stop)
        with pytest.raises(Stopped):  # either paper would take 600 seconds, more than a test may
            list(pool.read([paper("hang"), paper("native-hang")], tmp_path))
        eventually(lambda: not any(map(lives, stopping.result())))


def blocks_signals(pid: int) -> bool:
    """Whether it takes no SIGTERM for now."""
    try:
        (mask,) = re.findall(r"SigBlk:\s*(\w+)", Path(f"/proc/{pid}/status").read_text())
    except OSError:  # it has ended
        return False
    return bool(int(mask, 16) >> (signal.SIGTERM - 1) & 1)


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_an_installation_that_cannot_read_ends_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pymupdf.py").write_text("raise ImportError('libGL is missing')")
    monkeypatch.syspath_prepend(tmp_path)
    pool = ExtractionPool(1, LIMITS)
    with pytest.raises(FigmillError, match="extraction cannot start: ImportError: libGL is missing"):
        list(pool.read([paper("good")], tmp_path / "spool"))
    pool.stop()
