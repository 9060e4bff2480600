"""A report's pictures: a bounded, representative choice, small, and never a reason to fail."""

import base64
import io
import itertools
from pathlib import Path

import pytest
from PIL import Image

from tasks.report import cards as module
from tasks.report.summary import summarize
from tests.tasks.small_datasets import PAGELESS, paper, png, subfigure, write_part


def _one_part(out: Path, rows: list, **options) -> None:
    write_part(out, "part-a.parquet", rows, [paper(index) for index in range(len(rows))], **options)


def test_pictures_are_bounded_spread_over_the_confidences_and_go_from_sure_to_unsure(tmp_path: Path):
    _one_part(tmp_path, [subfigure(i, confidence=i / 100) for i in range(100)], row_group_size=30)
    (cards,) = summarize(tmp_path).cards.values()
    confidences = [card.confidence for card in cards]
    assert len(cards) == module.PICTURES_PER_MODALITY
    assert confidences == sorted(confidences, reverse=True)
    assert max(confidences) - min(confidences) > 0.85
    gaps = [a - b for a, b in itertools.pairwise(confidences)]
    assert max(gaps) < 0.25
    assert [card.subfigure_id for card in cards] == [
        card.subfigure_id for card in summarize(tmp_path).cards["DMFL"]
    ]


def test_pictures_come_from_this_runs_parts_and_else_from_all(tmp_path: Path):
    write_part(tmp_path, "part-a.parquet", [subfigure(0)], [paper(0)])
    write_part(tmp_path, "part-b.parquet", [subfigure(1)], [paper(1)])
    shown = summarize(tmp_path, recent=["part-b.parquet"]).cards["DMFL"]
    assert [card.source_uri for card in shown] == ["/papers/paper-1.pdf"]
    assert len(summarize(tmp_path).cards["DMFL"]) == 2


def test_a_thumbnail_is_a_small_jpeg_that_keeps_the_shape(tmp_path: Path):
    wide = io.BytesIO()
    Image.new("L", (800, 200), 128).save(wide, "PNG")
    _one_part(tmp_path, [subfigure(0, image={"bytes": wide.getvalue(), "path": "wide.png"})])
    (card,) = summarize(tmp_path).cards["DMFL"]
    header, data = card.thumbnail.split(",", 1)
    assert header == "data:image/jpeg;base64"
    assert Image.open(io.BytesIO(base64.b64decode(data))).size == (card.width, card.height) == (160, 40)


@pytest.mark.parametrize("data", [b"", b"not an image", png()[:100], None])
def test_bytes_that_are_no_picture_cost_their_thumbnail_only(tmp_path: Path, data: bytes | None):
    _one_part(tmp_path, [subfigure(0, image={"bytes": data, "path": "x.png"}), subfigure(1)])
    thumbnails = {card.source_uri: card.thumbnail for card in summarize(tmp_path).cards["DMFL"]}
    assert thumbnails["/papers/paper-0.pdf"] is None
    assert thumbnails["/papers/paper-1.pdf"] is not None


def test_the_pictures_together_keep_to_their_budget(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "PICTURE_BYTES", 40_000)
    _one_part(tmp_path, [subfigure(i, confidence=i / 20) for i in range(12)])
    cards = summarize(tmp_path).cards["DMFL"]
    assert 0 < sum(len(card.thumbnail or "") for card in cards) <= 40_000


def test_the_subcaption_is_shown_and_the_caption_where_there_is_none(tmp_path: Path):
    _one_part(
        tmp_path, [subfigure(0, confidence=0.9, subcaption="Only this panel."), subfigure(1, confidence=0.8)]
    )
    assert [card.text for card in summarize(tmp_path).cards["DMFL"]] == ["Only this panel.", "Cells."]


def test_a_figure_without_a_page_is_shown(tmp_path: Path):
    _one_part(tmp_path, [subfigure(0, **PAGELESS)])
    assert [card.page for card in summarize(tmp_path).cards["DMFL"]] == [None]
