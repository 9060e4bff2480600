"""The separation of an earlier version, in a process of its own that runs in that version's tree."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

from tasks.panels.separation import FigureImage, Panel

_SERVE = """
import pickle, sys
try:
    from tasks.panels.separation import FigureImage, TextLine, separate
except ImportError:  # before the modules had rooms
    from tasks.separation import FigureImage, TextLine, separate
from threadpoolctl import threadpool_limits
with threadpool_limits(1):
    while True:
        try:
            pixels, bbox, images, lines, drawings, labels = pickle.load(sys.stdin.buffer)
        except EOFError:
            break
        lines = tuple(TextLine(text, box) for text, box in lines)
        panels = separate(FigureImage(pixels, bbox, images, lines, drawings, labels))
        pickle.dump([(panel.bbox, panel.label) for panel in panels], sys.stdout.buffer)
        sys.stdout.buffer.flush()
"""


class EarlierVersion:
    """Cuts figures as the version in `tree` does; its time is not that of this process."""

    def __init__(self, tree: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _SERVE], cwd=tree, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def __call__(self, figure: FigureImage) -> list[Panel]:
        """The panels of `figure`."""
        lines = [(line.text, line.bbox) for line in figure.lines]
        asked: Any = (
            figure.pixels,
            figure.bbox,
            figure.image_boxes,
            lines,
            figure.drawings,
            figure.expected_labels,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        pickle.dump(asked, self._process.stdin)
        self._process.stdin.flush()
        return [Panel(box, label) for box, label in pickle.load(self._process.stdout)]  # noqa: S301 (our own process)
