import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.bundle.bundle import BundleInfo, Rejection
from models.networks.variants import fine_tuned_variants, shallow_variants
from models.study.figures import draw_figures
from models.study.report import misprinted_scores, misprints, tables, write_report
from models.study.study import read_predictions
from models.taxonomy import MICROSCOPY
from models.transforms import Transform
from tests.models.study.test_study import made


def test_the_papers_misprints_are_noted(shared: Path) -> None:
    results = read_predictions(shared / "paper")
    text = tables(results, is_paper=True)
    assert "| resnet34 | 18 | 86.87 | 0.31 | 87.29 | 86.03 | 0.57 [b3-2] |" in text
    assert "- fine-tuned resnet34 avg: printed 86.86, its raw predictions give 86.87" in text
    assert "- shallow resnet50 max: printed 88.80, its raw predictions give 89.81" in text
    assert "- resnet50: printed 0.56, its raw predictions give 0.57" in text
    assert "| resnet50 | 0.57 | 0.56 |" in text
    assert sum(len(misprints(r)) for r in results) == 2


def test_table_three_stands_beside_the_printed_one(shared: Path) -> None:
    results = read_predictions(shared / "paper")
    text = tables(results, is_paper=True)
    ours = "61.90 / 44.32 / 51.66 | 93.10 / 95.07 / 94.08 | 93.13 / 97.04 / 95.04 | 76.53 / 78.12 / 77.32 |"
    assert f"| resnet18:tune-b1-1 | 89.00 | 79.52 | {ours}" in text
    assert f"| fine-tuned ResNet18 b1-1 | 89.00 | 79.53 | {ours}" in text
    assert "| shallow ResNet152 b3-11 | 89.92 | 81.96 | 72.88 / 48.86 / 58.50 | 93.66 / – / 93.99 |" in text
    assert [note for r in results for note in misprinted_scores(r)] == []
    wrong = next(r for r in results if r.base == "resnet18" and r.approach == "fine_tuned")
    other = replace(wrong, variants=tuple(replace(v, predicted=wrong.true) for v in wrong.variants))
    assert (
        "fine-tuned ResNet18 b1-1 accuracy: printed 89.00, its raw predictions give 100.00"
        in misprinted_scores(other)
    )


@pytest.mark.parametrize("base", ["resnet101", "resnet152"])
def test_base_models_that_are_not_here_come_out_too(base: str, tmp_path: Path) -> None:
    """Files as published, with points called layer3-0 and, as the paper's ResNet-152, not every variant."""
    true = np.repeat(np.arange(4), [88, 284, 405, 96])
    generator = np.random.default_rng(0)
    for approach, variants in (
        ("fine_tuned", fine_tuned_variants(base)),
        ("shallow", shallow_variants(base)),
    ):
        kept = [v for v in variants if v.point not in {"b1-0", "b1-1"}]
        entries = {}
        for n, variant in enumerate(kept):
            predicted = np.where(generator.random(873) < 0.1 + n / 500, (true + 1) % 4, true)
            entries[variant.point.replace("b", "layer")] = {
                "y_pred": "".join(map(str, predicted)),
                "total_params": 10**6,
                "trainable_params": 10**5 * (n + 1),
            }
        content = {"base_model": base, "approach": approach, "classes": list(MICROSCOPY), "variants": entries}
        content["y_true"] = "".join(map(str, true))
        (tmp_path / f"predictions_{approach}_{base}.json").write_text(json.dumps(content))
    results = read_predictions(tmp_path)
    text = tables(results, is_paper=all(r.is_published for r in results))
    for r in results:
        values = r.accuracies
        full = values[
            [v.variant.point for v in r.variants].index("whole" if r.approach == "fine_tuned" else "b4-2")
        ]
        numbers = (values.mean(), values.std(), values.max(), values.min(), values.max() - full)
        assert f"| {base} | {len(values)} | " + " | ".join(f"{value:.2f}" for value in numbers) in text
    sizes = [v.trainable for v in results[0].variants]
    assert f"| {base} | {np.corrcoef(sizes, results[0].accuracies)[0, 1]:.2f} | " in text
    assert (
        f"- fine-tuned {base}: {len(results[0].variants)} of {len(fine_tuned_variants(base))} variants"
        in text
    )
    assert {file.name for file in draw_figures(results, tmp_path)} == {
        f"figure_{n}.png" for n in (2, 4, 5, 7)
    }


def test_undefined_scores_are_dashes_and_stand_ins_are_called_so() -> None:
    scores = {"accuracy": [0.5, 0, 1], "macro_f1": [0.25, 0, 1]}
    classes = {"a": {"images": 2, "precision": None, "recall": 0.0, "f1": 0.0}}
    info = BundleInfo(
        path=Path(),
        name="x",
        model="alexnet+googlenet",
        classes=("a", "b"),
        transform=Transform(),
        embedding_size=1,
        temperature=1.0,
        rejection=Rejection(),
        sha256="0",
        card="",
        metrics={"test": scores | {"classes": classes}},
    )
    text = tables([], is_paper=False, others=[info])
    assert (
        "| alexnet+googlenet (stand-in for Kumar et al.) | 50.00 | 25.00 | – / 0.00 / 0.00 | – / – / – |"
        in text
    )
    assert "not the authors' own networks" in text
    assert "nan" not in tables([made({"b1-0": "0011"})], is_paper=False)


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
