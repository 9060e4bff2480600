import csv
from pathlib import Path

from PIL import Image

from models.study import read_predictions
from models.study_report import misprints, tables, write_report
from tests.models.test_study import made


def test_the_papers_misprints_are_noted(shared: Path) -> None:
    results = read_predictions(shared / "paper")
    text = tables(results, is_paper=True)
    assert "| resnet34 | 18 | 86.87 | 0.31 | 87.29 | 86.03 | 0.57 [b3-2] |" in text
    assert "avg 86.86, its raw predictions give 86.87" in text
    assert "max 88.80, its raw predictions give 89.81" in text
    assert "| resnet50 | 0.57 | 0.56 |" in text
    assert sum(len(misprints(r)) for r in results) == 2


def test_every_table_and_figure_is_written(shared: Path, tmp_path: Path) -> None:
    write_report(read_predictions(shared / "paper"), tmp_path, is_paper=True)
    rows = list(csv.DictReader((tmp_path / "variants.csv").open()))
    assert len(rows) == 10 + 18 + 18 + 8 + 16 + 16
    for number in (2, 4, 5, 7):
        with Image.open(tmp_path / f"figure_{number}.png") as image:
            assert min(image.size) > 300


def test_neighbours_that_are_equally_good_are_written_as_a_span() -> None:
    results = made({"b4-1": "0111", "b4-0": "0011", "b3-1": "0011", "b3-0": "0011", "b1-0": "0011"})
    assert "[b4-0 to b3-0, b1-0]" in tables([results], is_paper=False)


def test_a_study_of_ones_own_says_what_validation_would_choose() -> None:
    text = tables([made({"b4-1": "0011", "b1-0": "0000"})], is_paper=False)
    assert "Chosen on validation instead: resnet18:b1-0, test accuracy 50.00" in text
    assert "InceptionV4" not in text
