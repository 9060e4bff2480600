from pathlib import Path

import numpy as np
from PIL import Image

from models.evaluation.evaluation import evaluate
from models.training.plots import draw_tiles, plot_confusion, plot_curves, plot_reliability
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


def test_tiles_stand_in_rows() -> None:
    tile = np.zeros((32, 32, 3), np.uint8)
    wide = draw_tiles([[("one", tile), ("two", tile), ("three", tile)]])
    tall = draw_tiles([[("one", tile)], [("two", tile)], [("three", tile)]])
    assert wide.width > wide.height
    assert tall.height > tall.width
