"""`figmill compact`: what it says, and that corrections, index and groups of the same pictures are kept."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flows.cli import figmill
from tasks.dataset.dataset import Dataset
from tasks.dataset.parts import PartWriter
from tasks.errors import OutputError
from tests.tasks.small_records import PROVENANCE, labelled


def run(*words: object) -> Result:
    return CliRunner().invoke(figmill, [str(word) for word in words], catch_exceptions=False)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A dataset of three small parts."""
    with Dataset(tmp_path / "out", PROVENANCE) as dataset:
        for number in range(3):
            with PartWriter(dataset.out, f"part-{number:016x}", PROVENANCE) as part:
                part.add(labelled((number + 1) << 192, figures=1, subfigures=2))
                part.commit()
    return tmp_path / "out"


def test_it_says_what_it_would_do_and_what_it_did(out: Path) -> None:
    said = run("compact", out, "--dry-run").output
    assert said.startswith(f"{out}: 3 of 3 parts (0.")
    assert said.endswith("MB) would become 1 part\n")
    assert len(list((out / "papers").iterdir())) == 3
    assert run("compact", out).output.endswith("MB) became 1 part\n")
    assert len(list((out / "papers").iterdir())) == 1
    assert run("compact", out).output == f"{out}: 1 part, no two of which are small enough to be merged\n"
    assert "all sound" in run("check", out).output


def test_the_index_takes_the_merged_part_for_those_that_went(out: Path) -> None:
    assert "6 subfigures" in run("index", out).output
    before = run("search", out, "cells", "--limit", "10").output
    run("compact", out)
    run("index", out)
    assert run("search", out, "cells", "--limit", "10").output == before


@pytest.mark.parametrize("more", [[], ["--dry-run"]], ids=["done", "previewed"])
def test_a_store_is_refused_before_anything_is_asked_of_it(
    monkeypatch: pytest.MonkeyPatch, more: list[str]
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")  # where nobody answers
    with pytest.raises(OutputError, match="lies on a store, where no two folders change places"):
        run("compact", "s3://bucket/out", *more)
