"""Hand-checked gold: panels of real papers, cropped by their boxes, with their modality and what is said of them."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tasks.errors import InputError
from tasks.panels.subcaptions import split_caption

_DPI = 200


@dataclass(frozen=True, slots=True)
class GoldPanel:
    """A panel as PNG, with its subcaption and the caption of its figure; empty where there is none."""

    article: str
    code: str
    unsure: bool
    own: str
    caption: str
    image: bytes


def read_gold(corpus: str | Path) -> Iterator[GoldPanel]:
    """The panels of `gold/<article>.json`, rendered from `pdf/<article>.pdf`; captions from `figures.csv`.

    Raises InputError where the folder does not hold them.
    """
    import pymupdf

    folder = Path(corpus)
    files = sorted(folder.glob("gold/*.json"))
    if not files:
        raise InputError(f"{folder} holds no gold/<article>.json")
    captions = _captions(folder / "figures.csv")
    for file in files:
        with pymupdf.open(folder / "pdf" / f"{file.stem}.pdf") as document:
            for figure in json.loads(file.read_text(encoding="utf-8"))["figures"]:
                caption = captions.get((file.stem, _number(figure["label"])), "")
                for panel in figure["panels"]:
                    area = pymupdf.Rect(panel["bbox_pt"])
                    pixels = document[figure["page"] - 1].get_pixmap(dpi=_DPI, clip=area)
                    own = _own(caption, panel["label"])
                    unsure = bool(panel.get("unsure"))
                    yield GoldPanel(file.stem, panel["modality"], unsure, own, caption, pixels.tobytes("png"))


def _captions(file: Path) -> dict[tuple[str, str], str]:
    with file.open(encoding="utf-8", newline="") as stream:
        return {(row["id"], _number(row["label"])): row["caption"] for row in csv.DictReader(stream)}


def _number(label: str | None) -> str:
    found = re.search(r"\d+", label or "")
    return found[0] if found else ""


def _own(caption: str, label: str | None) -> str:
    """The caption's part for this panel."""
    return (split_caption(caption, [label]).get(label) if label else None) or ""
