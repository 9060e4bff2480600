"""Bundle and labelled images in, scores out: the orchestration of `figmill evaluate`, without Prefect."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq

from models.bundle.bundle import resolve_bundle
from models.bundle.card import metrics, quality
from models.data.experiment import SPLITS, prepare, test_only
from models.data.imageclef import DataError, LabelledImages, read_data
from models.devices import Device
from models.evaluation.evaluation import Evaluation
from models.inference.predict import Predictor, load_predictor
from models.inference.scoring import ScoredImages, score_images
from models.training.plots import plot_confusion, plot_reliability

log = logging.getLogger("figmill.evaluating")


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluateSettings:
    """All that an evaluation depends on; `data`, `images` and `where` are as in `models.data.imageclef`."""

    bundle: str
    data: tuple[str, ...]
    out: str
    split: Literal["auto", "train", "validation", "test", "all"] = "auto"
    """`auto`: the test images where any are marked, else all."""
    images: str | None = None
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    captions: bool = True
    """Let captions and subcaptions of the list count beside the images, or the images alone."""
    device: Device = "auto"
    cache: str | None = None


def evaluate_bundle(settings: EvaluateSettings, warn: Callable[[str], None] = log.warning) -> Evaluation:
    """Writes report.md, metrics.json, predictions.parquet and the plots into `out`.

    Images marked unsure are predicted and left out of the scores. Computed in single precision, for scores that do not
    depend on what the machine has. `warn` hears what makes the scores look better than they are.
    Raises ValueError (BundleError, DataError, DeviceError) with a line for the user.
    """
    predictor = load_predictor(resolve_bundle(settings.bundle), settings.device, "fp32")
    images = Path(settings.images) if settings.images else None
    data = _chosen(read_data(settings.data, images, dict(settings.where)), settings.split)
    _check_classes(data, predictor)
    cache = Path(settings.cache) if settings.cache else None
    prepared = prepare(test_only(data), predictor.transform, cache, classes=predictor.classes)
    scored = score_images(prepared, predictor, settings.captions)
    if any(scored.trained_on):
        warn(_flattered(scored, predictor))
    _write(Path(settings.out), scored, predictor)
    return scored.evaluation


def _chosen(data: LabelledImages, split: str) -> LabelledImages:
    if split == "auto":
        split = "test" if any(image.split == "test" for image in data.images) else "all"
    if split == "all":
        return data
    kept = tuple(image for image in data.images if image.split == split)
    if not kept:
        raise DataError(f"no image is marked {split}; give --split all, or one of {', '.join(SPLITS)}")
    return LabelledImages(kept, data.missing)


def _check_classes(data: LabelledImages, predictor: Predictor) -> None:
    if not set(data.classes) & set(predictor.classes):
        raise DataError(
            f"the bundle {predictor.name} is of another taxonomy: it knows {', '.join(predictor.classes[:5])} ..., "
            f"the data hold {', '.join(data.classes[:5])} ...; take a bundle trained on these classes"
        )


def _write(out: Path, scored: ScoredImages, predictor: Predictor) -> None:
    out.mkdir(parents=True, exist_ok=True)
    pq.write_table(_table(scored, predictor), out / "predictions.parquet", compression="zstd")
    record = {
        "model_id": predictor.model_id,
        "trained_on": sum(scored.trained_on),
        "with_captions": scored.told,
        **metrics(scored.evaluation),
    }
    (out / "metrics.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    (out / "report.md").write_text(_report(scored, predictor), encoding="utf-8")
    plot_confusion(scored.evaluation, out / "confusion.png")
    plot_reliability(scored.evaluation, out / "reliability.png")


def _table(scored: ScoredImages, predictor: Predictor) -> pa.Table:
    """A row per image, its probabilities in the order of the metadata's `figmill.classes`."""
    images, probabilities = scored.prepared.images, scored.predictions.probabilities
    codes = [image.code for image in images]
    columns = {
        "path": [str(image.path) for image in images],
        "group": [image.group or None for image in images],
        "code": codes,
        "predicted": scored.predicted,
        "right": [a == b for a, b in zip(codes, scored.predicted, strict=True)],
        "confidence": probabilities.max(axis=1),
        "rejected": scored.predictions.rejected,
        "unsure": [image.unsure for image in images],
        "trained_on": list(scored.trained_on),
        "probabilities": pa.FixedSizeListArray.from_arrays(probabilities.ravel(), probabilities.shape[1]),
    }
    names = {"figmill.classes": json.dumps(list(predictor.classes)), "figmill.model_id": predictor.model_id}
    return pa.table(columns).replace_schema_metadata(names)


def _flattered(scored: ScoredImages, predictor: Predictor) -> str:
    return (
        f"{sum(scored.trained_on)} of the {len(scored.trained_on)} images trained {predictor.model_id}: "
        "its scores on others will be lower"
    )


def _report(scored: ScoredImages, predictor: Predictor) -> str:
    prepared = scored.prepared
    lines = [quality(f"{predictor.model_id} on {len(prepared.images)} images", scored.evaluation)]
    lines.append(
        f"{scored.told} of the {len(prepared.images)} images were scored with a caption beside them."
    )
    if any(scored.trained_on):
        lines.append(f"**{_flattered(scored, predictor)}**")
    for what, names in (("missing", prepared.missing), ("unreadable", prepared.unreadable)):
        if names:
            lines.append(f"{len(names)} images {what}: {', '.join(names)}")
    return "\n\n".join(lines) + "\n"
