"""Bytes changed at random in PDFs, JATS and parts: a row, a reason or a finding; never an exception, never a hang.

FIGMILL_FUZZ_SECONDS (default 6) is what each of the tests may take. Without it, every run tries the same changes.
"""

import contextlib
import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tasks.article.jats import Article, JatsError, load_article
from tasks.dataset.check import Totals, check
from tasks.dataset.dataset import Dataset
from tasks.dataset.parts import PartWriter
from tasks.errors import OutputError
from tasks.extraction.pool import ExtractionPool
from tasks.records import Extraction, Paper
from tasks.runs.outcomes import Failure
from tasks.settings import ExtractionLimits
from tests.tasks.article.test_jats import ARTICLE
from tests.tasks.drawn import LEFT, RIGHT, Drawing
from tests.tasks.small_records import PROVENANCE, failure, files, labelled

SECONDS = float(os.environ.get("FIGMILL_FUZZ_SECONDS", "6"))
LIMITS = ExtractionLimits(timeout=600, memory_mb=2000)

fuzzed = settings(
    max_examples=max(100, int(100 * SECONDS)),
    deadline=None,
    database=None,
    derandomize="FIGMILL_FUZZ_SECONDS" not in os.environ,  # CI repeats itself; new finds come with time given
    phases=(Phase.generate,),  # no shrinking: a find is the seed that is printed
    suppress_health_check=list(HealthCheck),
)


class Clock:
    """True until the test's time is over; it starts with the first question."""

    def __init__(self) -> None:
        self.end: float | None = None

    def runs(self) -> bool:
        self.end = self.end or time.monotonic() + SECONDS
        return time.monotonic() < self.end


@st.composite
def mutations(draw: st.DrawFn) -> list[tuple[str, float, bytes]]:
    """What to do at which part of the way through the file."""
    deed = st.sampled_from(["set", "insert", "cut", "double", "end"])
    junk = st.one_of(
        st.binary(min_size=1, max_size=12), st.sampled_from([b"9999999999", b"-1", b"<<", b"]", b"\0"])
    )
    return draw(st.lists(st.tuples(deed, st.floats(0, 1, exclude_max=True), junk), min_size=1, max_size=8))


def mutated(data: bytes, changes: list[tuple[str, float, bytes]]) -> bytes:
    for deed, where, junk in changes:
        at, span = int(where * len(data)), 8 * len(junk)
        if deed == "set":
            data = data[:at] + junk + data[at + len(junk) :]
        elif deed == "insert":
            data = data[:at] + junk + data[at:]
        elif deed == "cut":
            data = data[:at] + data[at + span :]
        elif deed == "double":
            data = data[:at] + data[at : at + span] * 2 + data[at + span :]
        elif at > len(data) // 4:
            data = data[:at]
    return data


@pytest.fixture(scope="module")
def pool() -> Iterator[ExtractionPool]:
    pool = ExtractionPool(1, LIMITS)
    yield pool
    pool.stop()


@pytest.fixture(scope="module")
def pdf(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    paper = Drawing().add_page().body(RIGHT).image((60, 70, 280, 200)).chart((60, 300, 280, 420))
    paper.caption((50, 205, 290, 230), "Figure 1.", "Cells. (A) Left. (B) Right.")
    paper.caption((50, 425, 290, 450), "Figure 2.", "Counts by day.")
    folder = tmp_path_factory.mktemp("drawn")
    assert LEFT[0] == 50
    return paper.save(folder).read_bytes()


def test_a_mutated_pdf_becomes_a_paper_or_a_failure_that_is_no_bug(
    pool: ExtractionPool, pdf: bytes, tmp_path: Path
) -> None:
    clock = Clock()

    @fuzzed
    @given(mutations())
    def fuzz(changes: list[tuple[str, float, bytes]]) -> None:
        if not clock.runs():
            return
        file = tmp_path / "fuzzed.pdf"
        data = mutated(pdf, changes)
        file.write_bytes(data)
        (result,) = pool.read([files(Paper(hashlib.sha256(data).hexdigest(), str(file)))], tmp_path / "spool")
        assert isinstance(result, Extraction | Failure)
        if isinstance(result, Failure):
            assert "please report" not in result.error, changes
            assert result.kind in {
                "damaged",
                "not_a_pdf",
                "no_pages",
                "encrypted",
                "too_large",
                "memory",
                "empty",
            }

    fuzz()


def test_mutated_jats_is_read_or_refused(tmp_path: Path) -> None:
    clock = Clock()

    @fuzzed
    @given(mutations())
    def fuzz(changes: list[tuple[str, float, bytes]]) -> None:
        if not clock.runs():
            return
        file = tmp_path / "fuzzed.xml"
        file.write_bytes(mutated(ARTICLE.encode(), changes))
        with contextlib.suppress(JatsError):
            assert isinstance(load_article(file), Article)

    fuzz()


def refusal(out: Path) -> str | None:
    """Why a run does not take a dataset; None where it does."""
    try:
        with Dataset(out, PROVENANCE):
            return None
    except OutputError as error:
        return str(error)


def test_a_dataset_with_mutated_parts_is_opened_or_refused_and_its_check_ends(tmp_path: Path) -> None:
    clock = Clock()
    name = "part-0123456789abcdef"
    with Dataset(tmp_path, PROVENANCE), PartWriter(tmp_path, name, PROVENANCE) as part:
        part.add(labelled(1, figures=1, subfigures=2))
        part.fail(failure(2))
        part.commit()
    files = [tmp_path / folder / f"{name}.parquet" for folder in ("papers", "subfigures")]
    sound = [file.read_bytes() for file in files]

    @fuzzed
    @given(mutations(), st.sampled_from([0, 1]))
    def fuzz(changes: list[tuple[str, float, bytes]], which: int) -> None:
        if not clock.runs():
            return
        for file, data in zip(files, sound, strict=True):
            file.write_bytes(mutated(data, changes) if file is files[which] else data)
        for finding in check(tmp_path, Totals()):
            assert "\n" not in finding.sentence
        said = refusal(tmp_path)
        assert said is None or "\n" not in said

    fuzz()
