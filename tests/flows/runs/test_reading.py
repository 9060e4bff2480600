"""Figmill from Python: a paper in hand, a dataset, and plain words where that cannot be."""

import subprocess
import sys
from pathlib import Path

import pyarrow.dataset as ds
import pytest

from flows import label, read
from tasks.errors import InputError, PaperError


@pytest.fixture(scope="module")
def papers(demo_papers: list[Path]) -> list[Path]:
    return sorted(demo_papers)


def test_a_paper_has_figures_with_panels_that_have_pictures_and_modalities(
    papers: list[Path], tiny_bundle: Path
) -> None:
    reading = read(papers[0], model=str(tiny_bundle))
    assert [figure.label for figure in reading] == ["Figure 1", "Figure 2"]
    second = reading.figures[1]
    assert (second.page, [panel.label for panel in second]) == (2, ["A", "B"])
    for panel in reading.panels:
        assert panel.picture().size >= (64, 64)
        assert panel.modality
        assert 0 < (panel.confidence or 0) <= 1


def test_a_notebook_shows_pictures_and_escapes_what_came_from_the_paper(
    papers: list[Path], tiny_bundle: Path
) -> None:
    from dataclasses import replace

    reading = read(papers[0], model=str(tiny_bundle))
    hostile = replace(reading.figures[0], label="<script>alert(1)</script>")
    shown = replace(reading, figures=(hostile, *reading.figures[1:]))._repr_html_()
    assert shown.count("data:image/jpeg;base64,") == len(reading.panels)
    assert "<script" not in shown
    assert "Figure 2, page 2" in shown
    assert len(repr(reading.panels[0])) < 1000


def test_label_writes_the_dataset_that_the_command_writes(
    papers: list[Path], tiny_bundle: Path, tmp_path: Path
) -> None:
    summary = label(papers[0], tmp_path / "out", model=str(tiny_bundle))
    assert (summary.papers, summary.counts.subfigures) == (1, 3)
    assert ds.dataset(tmp_path / "out" / "subfigures").count_rows() == 3
    assert label([papers[0].parent], tmp_path / "out", model=str(tiny_bundle), limit=1).papers == 1


def test_what_cannot_be_read_is_said(papers: list[Path], tiny_bundle: Path, tmp_path: Path) -> None:
    text = tmp_path / "text.pdf"
    text.write_text("no PDF")
    with pytest.raises(PaperError, match=r"text\.pdf: "):
        read(text, model=str(tiny_bundle))
    with pytest.raises(InputError, match="is not one PDF"):
        read(papers[0].parent, model=str(tiny_bundle))
    with pytest.raises(InputError, match="check the path"):
        read(tmp_path / "gone.pdf", model=str(tiny_bundle))


def test_a_plain_script_needs_no_main_guard(papers: list[Path], tiny_bundle: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import sys\nfrom flows import read\n"
        "print('started')\nprint(len(read(sys.argv[1], model=sys.argv[2]).panels), 'panels')\n"
    )
    done = subprocess.run(
        [sys.executable, str(script), str(papers[0]), str(tiny_bundle)],
        env={"PYTHONPATH": str(Path.cwd()), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=800,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[:2] == ["started", "3 panels"]
