import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.evaluation.evaluation import evaluate
from models.training.plots import TileRow, draw_tiles, plot_confusion, plot_curves, plot_reliability
from models.training.training import Epoch


def test_plots_are_pictures_with_something_in_them(tmp_path: Path) -> None:
    labels = np.arange(60) % 3
    labels[-1] = -1
    scores = evaluate(np.eye(3, dtype=np.float32)[np.arange(60) % 3] * 0.6 + 0.1, labels, ("a", "b", "c"))
    history = [Epoch(n, 1 / n, 0.5, 1.2 / n, 0.4, 0.3, 1.0) for n in (1, 2, 3)]
    plot_curves(history, history[1], tmp_path / "curves.png")
    plot_confusion(scores, tmp_path / "confusion.png")
    plot_reliability(scores, tmp_path / "reliability.png")
    for file in tmp_path.glob("*.png"):
        with Image.open(file) as image:
            assert min(image.size) > 300
            assert np.asarray(image.convert("L")).std() > 5


def _tiles(shape: tuple[int, int], columns: int, rows: int = 1, title: str = "cell.png") -> Image.Image:
    row = TileRow("what is shown", [("tile", np.zeros((*shape, 3), np.uint8))] * columns)
    return draw_tiles(title, [row] * rows, "what it means")


def _black(drawn: Image.Image) -> tuple[int, int]:
    """Columns and rows that the tiles fill, all together."""
    dark = np.asarray(drawn.convert("L")) < 1
    return int((dark.mean(axis=0) > 0.1).sum()), int((dark.mean(axis=1) > 0.1).sum())


@pytest.mark.parametrize("shape", [(32, 32), (32, 96), (96, 32)])
def test_cells_have_the_proportions_of_what_stands_in_them(shape: tuple[int, int]) -> None:
    wide, high = _black(_tiles(shape, columns=1))
    assert wide / high == pytest.approx(shape[1] / shape[0], rel=0.03)
    assert wide * high == pytest.approx((2.4 * 150) ** 2, rel=0.03)


def test_tiles_stand_in_rows() -> None:
    one, three = _tiles((32, 32), columns=1), _tiles((32, 32), columns=3)
    assert _black(three)[0] == pytest.approx(3 * _black(one)[0], abs=3)
    stacked = _tiles((32, 32), columns=1, rows=3)
    assert _black(stacked)[1] == pytest.approx(3 * _black(one)[1], abs=3)


def test_a_sheet_of_a_narrow_picture_has_room_for_its_words_and_long_ones_are_wrapped() -> None:
    short = _tiles((96, 32), columns=1)
    assert short.width == 900
    long = _tiles((96, 32), columns=1, title="a-very-long-name" * 20)
    assert long.width == short.width
    assert long.height > short.height + 60


@pytest.mark.parametrize("title", ["$x^{ and $", "\u6f22\udcff\n\x1b[31m", ""])
def test_whatever_a_file_is_called_it_can_be_written_above(title: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert _black(_tiles((32, 32), columns=1, title=title))[0] > 300
