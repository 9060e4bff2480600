from __future__ import annotations

import io
import json
from pathlib import Path

import pymupdf
import pytest
from PIL import Image

from tasks.developing.gold import read_gold
from tasks.errors import InputError


def make_corpus(folder: Path) -> None:
    for name in ("gold", "pdf"):
        (folder / name).mkdir()
    with pymupdf.open() as document:
        page = document.new_page(width=300, height=300)
        page.draw_rect((20, 20, 120, 70), fill=(1, 0, 0))
        page.draw_rect((150, 20, 250, 70), fill=(0, 0, 1))
        document.save(folder / "pdf/A1.pdf")
    panels = [
        {"label": "A", "bbox_pt": [20, 20, 120, 70], "modality": "DMTR", "unsure": False},
        {"label": None, "bbox_pt": [150, 20, 250, 70], "modality": "GFIG", "unsure": True},
    ]
    figure = {"label": "Figure 1", "page": 1, "panels": panels}
    (folder / "gold/A1.json").write_text(json.dumps({"figures": [figure]}))
    caption = "Particles. (A) TEM image. (B) Sizes."
    (folder / "figures.csv").write_text(
        f"id,fig_index,label,graphic_hrefs,caption\nA1,1,Fig. 1,x,{caption}\n"
    )


def test_panels_are_cropped_with_their_part_of_the_caption(tmp_path: Path) -> None:
    make_corpus(tmp_path)
    first, second = read_gold(tmp_path)
    assert (first.article, first.code, first.unsure, second.unsure) == ("A1", "DMTR", False, True)
    assert (first.own, first.caption[:14]) == ("Particles. TEM image.", "Particles. (A)")
    assert second.own == ""
    image = Image.open(io.BytesIO(first.image))
    assert (image.width, image.height) == pytest.approx((278, 139), abs=2)
    assert image.getpixel((100, 60)) == (255, 0, 0)


def test_a_folder_without_gold_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no gold"):
        list(read_gold(tmp_path))
