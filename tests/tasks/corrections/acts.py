"""Corrections of the rows of small datasets."""

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from tasks.corrections.actions import Action, Correction, Piece
from tasks.corrections.files import Journal
from tasks.corrections.rows import panel_of, read_columns
from tests.tasks.small_datasets import png

KNOWN_BY = ("subfigure_id", "paper_id", "image_sha256", "page", "figure_bbox", "subfigure_bbox")


def say(action: Action, row: dict[str, Any], value: str | None = None, **other: Any) -> Correction:
    """What a person says of a row."""
    return Correction(**{"action": action, "who": "Ada", "panel": panel_of(row), "value": value} | other)


def rows_of(out: Path) -> list[dict[str, Any]]:
    """What the rows of a dataset are known by, in the order of its parts."""
    return [row for _, table in read_columns(out, KNOWN_BY) for row in table.to_pylist()]


def keep(out: Path, *corrections: Correction, who: str = "Ada") -> None:
    """Writes corrections as one session does."""
    Journal(out, who).append(*corrections)


def piece(
    beside: dict[str, Any], number: int, box: tuple[float, float, float, float], seed: int = 77
) -> Piece:
    """A panel of the figure of a row."""
    stem = beside["subfigure_id"].rpartition("/")[0]
    return Piece(subfigure_id=f"{stem}/{number}", bbox=box, image=png(seed + number), width=64, height=64)


def parts_of(out: Path) -> dict[str, bytes]:
    """The bytes of the parts, to see that nothing touched them."""
    return {file.name: file.read_bytes() for file in (out / "subfigures").iterdir()}


def table_of(out: Path) -> Any:
    """Every row of the dataset."""
    return pq.read_table(out / "subfigures")
