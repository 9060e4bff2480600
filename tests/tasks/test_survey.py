"""The survey counts a dataset right and shows a bounded, representative choice of it."""

import base64
import io
import itertools
from pathlib import Path

import pytest
from PIL import Image

from tasks import survey as module
from tasks.survey import survey
from tests.tasks.small_datasets import paper, png, subfigure, write_part


def _one_part(out: Path, rows: list, **options) -> None:
    write_part(out, "part-a.parquet", rows, [paper(index) for index in range(len(rows))], **options)


def test_counts_papers_pages_figures_modalities_and_what_has_no_score(tmp_path: Path):
    rows = [subfigure(0), subfigure(1), subfigure(2, "GFIG"), subfigure(3, None)]
    papers = [
        paper(0),
        paper(1),
        paper(2, "no_figures", figures=0),
        paper(3, "failed", pages=None, figures=0),
    ]
    write_part(tmp_path, "part-a.parquet", rows, papers)
    found = survey(tmp_path)
    assert found.by_status == {"ok": 2, "no_figures": 1, "failed": 1}
    assert (found.papers, found.pages, found.figures, found.subfigures) == (4, 15, 2, 4)
    assert found.by_modality == {"DMFL": 2, "GFIG": 1}
    assert found.unscored == 1


def test_the_histogram_parts_named_from_abstained_and_holds_the_limits_0_and_1(tmp_path: Path):
    _one_part(tmp_path, [subfigure(i, confidence=c) for i, c in enumerate([0.0, 0.25, 0.55, 0.58, 1.0])])
    found = survey(tmp_path)
    assert found.accepted == [0, 0, 0, 0, 0, 2, 0, 0, 0, 1]
    assert found.abstained == [1, 0, 1, 0, 0, 0, 0, 0, 0, 0]


def test_a_part_without_its_ledger_part_does_not_count(tmp_path: Path):
    _one_part(tmp_path, [subfigure(0)])
    (tmp_path / "papers" / "part-a.parquet").unlink()
    assert survey(tmp_path).subfigures == 0


def test_a_folder_without_a_dataset_is_an_empty_survey(tmp_path: Path):
    found = survey(tmp_path)
    assert (found.papers, found.subfigures, found.cards) == (0, 0, {})


def test_pictures_are_bounded_spread_over_the_confidences_and_go_from_sure_to_unsure(tmp_path: Path):
    _one_part(tmp_path, [subfigure(i, confidence=i / 100) for i in range(100)], row_group_size=30)
    (cards,) = survey(tmp_path).cards.values()
    confidences = [card.confidence for card in cards]
    assert len(cards) == module.PICTURES_PER_MODALITY
    assert confidences == sorted(confidences, reverse=True)
    assert max(confidences) - min(confidences) > 0.85
    gaps = [a - b for a, b in itertools.pairwise(confidences)]
    assert max(gaps) < 0.25
    assert [card.subfigure_id for card in cards] == [
        card.subfigure_id for card in survey(tmp_path).cards["DMFL"]
    ]


def test_pictures_come_from_this_runs_parts_and_else_from_all(tmp_path: Path):
    write_part(tmp_path, "part-a.parquet", [subfigure(0)], [paper(0)])
    write_part(tmp_path, "part-b.parquet", [subfigure(1)], [paper(1)])
    shown = survey(tmp_path, recent=["part-b.parquet"]).cards["DMFL"]
    assert [card.source_uri for card in shown] == ["/papers/paper-1.pdf"]
    assert len(survey(tmp_path).cards["DMFL"]) == 2


def test_a_thumbnail_is_a_small_jpeg_that_keeps_the_shape(tmp_path: Path):
    wide = io.BytesIO()
    Image.new("L", (800, 200), 128).save(wide, "PNG")
    _one_part(tmp_path, [subfigure(0, image={"bytes": wide.getvalue(), "path": "wide.png"})])
    (card,) = survey(tmp_path).cards["DMFL"]
    header, data = card.thumbnail.split(",", 1)
    assert header == "data:image/jpeg;base64"
    assert Image.open(io.BytesIO(base64.b64decode(data))).size == (card.width, card.height) == (160, 40)


@pytest.mark.parametrize("data", [b"", b"not an image", png()[:100], None])
def test_bytes_that_are_no_picture_cost_their_thumbnail_only(tmp_path: Path, data: bytes | None):
    _one_part(tmp_path, [subfigure(0, image={"bytes": data, "path": "x.png"}), subfigure(1)])
    thumbnails = {card.source_uri: card.thumbnail for card in survey(tmp_path).cards["DMFL"]}
    assert thumbnails["/papers/paper-0.pdf"] is None
    assert thumbnails["/papers/paper-1.pdf"] is not None


def test_the_pictures_together_keep_to_their_budget(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "PICTURE_BYTES", 40_000)
    _one_part(tmp_path, [subfigure(i, confidence=i / 20) for i in range(12)])
    cards = survey(tmp_path).cards["DMFL"]
    assert 0 < sum(len(card.thumbnail or "") for card in cards) <= 40_000


def test_the_subcaption_is_shown_and_the_caption_where_there_is_none(tmp_path: Path):
    _one_part(
        tmp_path, [subfigure(0, confidence=0.9, subcaption="Only this panel."), subfigure(1, confidence=0.8)]
    )
    assert [card.text for card in survey(tmp_path).cards["DMFL"]] == ["Only this panel.", "Cells."]


def test_a_damaged_part_is_listed_and_the_rest_is_counted(tmp_path: Path):
    _one_part(tmp_path, [subfigure(0)])
    write_part(tmp_path, "part-b.parquet", [subfigure(1)], [paper(1)])
    (tmp_path / "subfigures" / "part-b.parquet").write_bytes(b"PAR1 cut short")
    found = survey(tmp_path)
    assert found.subfigures == 1
    assert len(found.unreadable) == 1
    assert found.unreadable[0].startswith("subfigures/part-b.parquet: ")


def test_failed_papers_of_the_ledger_are_named_up_to_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "FAILURES_SHOWN", 2)
    failed = [paper(i, "failed", error_kind="damaged", error="Cut short.") for i in range(3)]
    write_part(tmp_path, "part-a.parquet", [], failed)
    found = survey(tmp_path)
    assert found.by_status["failed"] == 3
    assert [(one.name, one.kind, one.error) for one in found.failed] == [
        ("paper-0.pdf", "damaged", "Cut short."),
        ("paper-1.pdf", "damaged", "Cut short."),
    ]
