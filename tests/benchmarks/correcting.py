"""What corrections are worth: a model that does not know two classes, a person who names rows in the order of a queue,
and the model that has learned from them; a class of one's own from twenty examples; how long `figmill adapt` takes.

    uv run python tests/benchmarks/correcting.py [PANELS] [--seeds 3] [--plot correcting.png] [--rows 100000]

PANELS holds published.csv and charts.csv (default ../shared/panels). The head is fitted to half of the training
articles without gels and fluorescence, the person corrects the other half, and the split dev, which chose nothing, is
what accuracy is measured on. Each number is the mean over halves drawn anew.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from scipy.special import log_softmax

from models import taxonomy
from models.adapting.classes import NewClass, widen_scores
from models.adapting.teaching import Rows, teach
from models.bundle.bundle import PRETRAINED
from models.bundle.description import bundle_info
from models.data.canvases import default_cache
from models.default.network import LITE_STRENGTH, RESNET_STRENGTH
from models.default.regression import fit_softmax
from tasks.clock import now
from tasks.corrections.actions import Correction
from tasks.corrections.files import Journal
from tasks.corrections.learning import adapt, write_bundle
from tasks.corrections.queues import Candidates, Order, Unlike, rank
from tasks.corrections.rows import KNOWN_BY, panel_of, read_columns
from tasks.dataset.schema import PAPER_SCHEMA, Provenance, subfigure_schema, with_provenance

MISSED = ("GGEL", "DMFL")
CORRECTED = (50, 100, 200)
QUEUES: tuple[Order, ...] = ("random", "unsure", "unlike")
EXAMPLES = 20
_PER_PART = 5_000


@dataclass(frozen=True)
class Panels:
    """The published panels whose class people are sure of."""

    names: np.ndarray
    codes: np.ndarray
    kinds: np.ndarray
    """Of charts; empty where it is none."""
    articles: np.ndarray
    splits: np.ndarray
    features: np.ndarray
    """(N, D) of the shipped network, whose first ones are the embedding."""

    def rows(self, split: str) -> np.ndarray:
        return np.flatnonzero(self.splits == split)


def main() -> None:
    """Prints tables; draws the curve where asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("panels", nargs="?", type=Path, default=Path("../shared/panels"))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--rows", type=int, default=100_000)
    options = parser.parse_args()
    if options.panels.exists():
        panels = read_panels(options.panels)
        scores = [simulate(panels, seed) for seed in range(options.seeds)]
        show(scores)
        if options.plot:
            draw(scores, options.plot)
        own_classes(panels)
    measure_time(options.rows)


def read_panels(folder: Path) -> Panels:
    kinds = {
        row["path"]: row["kind"] for row in csv.DictReader((folder / "charts.csv").open(encoding="utf-8"))
    }
    rows = [
        row
        for row in csv.DictReader((folder / "published.csv").open(encoding="utf-8"))
        if row["code"] in taxonomy.CODES and row["unsure"] != "1"
    ]
    columns = {name: np.array([row[name] for row in rows]) for name in ("path", "code", "article", "split")}
    return Panels(
        columns["path"],
        columns["code"],
        np.array([kinds.get(row["path"], "") for row in rows]),
        columns["article"],
        columns["split"],
        _features(folder, columns["path"].tolist()),
    )


def _features(folder: Path, names: Sequence[str]) -> np.ndarray:
    """Of the shipped network; kept, for it takes minutes."""
    info = bundle_info(PRETRAINED / "default")
    digest = hashlib.sha256("\n".join([info.sha256, *names]).encode()).hexdigest()[:16]
    file = default_cache() / f"correcting-{digest}.npy"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        np.save(file, _compute(info, [(folder / name).read_bytes() for name in names]))
    return np.load(file).astype(np.float32)


def _compute(info, images: Sequence[bytes]) -> np.ndarray:
    import torch

    from models.bundle.serialization import load_bundle
    from models.data.augmentation import to_batch
    from models.inference.decoding import Decoders
    from models.transforms import by_shape

    network, decoders = load_bundle(info.path).network, Decoders(info.transform, 1, processes=False)
    found: list[np.ndarray] = []
    with torch.inference_mode():
        for start in range(0, len(images), 16):
            canvases = decoders.submit(images[start : start + 16]).result().pixels
            features = [np.zeros(0)] * len(canvases)
            for alike in by_shape(canvases):
                pixels = torch.from_numpy(np.stack([canvases[place] for place in alike]))
                read = network.features(to_batch(pixels, info.transform)).half().numpy()
                for place, values in zip(alike, read, strict=True):
                    features[place] = values
            found += features
    return np.stack(found)


def _fit_head(panels: Panels, rows: np.ndarray, classes: Sequence[str]):
    """A head on both trunks' features, as the shipped one is; gives log-probabilities of rows."""
    size = bundle_info(PRETRAINED / "default").embedding_size
    targets = np.array([classes.index(code) for code in panels.codes[rows]])
    layers = [
        (
            part,
            fit_softmax(
                panels.features[rows, part], targets, np.ones(len(rows), np.float32), len(classes), strength
            ),
        )
        for part, strength in ((slice(0, size), RESNET_STRENGTH), (slice(size, None), LITE_STRENGTH))
    ]
    temperature = bundle_info(PRETRAINED / "default").calibration.temperature

    def say(places: np.ndarray) -> Rows:
        logits = sum(layer(panels.features[places, part]) for part, layer in layers) / len(layers)
        return Rows(
            log_softmax(logits / temperature, axis=1).astype(np.float32), panels.features[places, :size]
        )

    return say


def _halves(panels: Panels, seed: int) -> tuple[np.ndarray, np.ndarray]:
    train = panels.rows("train")
    articles = np.unique(panels.articles[train])
    first = np.random.default_rng(seed).permutation(articles)[: len(articles) // 2]
    mask = np.isin(panels.articles[train], first)
    return train[mask], train[~mask]


def simulate(panels: Panels, seed: int) -> dict[tuple[str, int], tuple[float, int]]:
    """Accuracy on dev, and how many of the missed classes were met, by queue and number of corrected rows."""
    classes = [code for code in taxonomy.CODES if code in set(panels.codes.tolist())]
    labels = np.array([classes.index(code) for code in panels.codes])
    fitted, corrected = _halves(panels, seed)
    say = _fit_head(panels, fitted[~np.isin(panels.codes[fitted], MISSED)], classes)
    stored, dev = say(corrected), panels.rows("dev")
    asked = say(dev)
    right = float((asked.log_probabilities.argmax(axis=1) == labels[dev]).mean())
    scores: dict[tuple[str, int], tuple[float, int]] = {(queue, 0): (right, 0) for queue in QUEUES}
    for queue in QUEUES:
        order = _order(queue, stored, panels.names[corrected], seed)
        for count in CORRECTED:
            named = order[:count]
            kept = np.setdiff1d(np.arange(len(corrected)), named)
            correction = teach(stored.select(named), labels[corrected[named]], stored.select(kept))
            right = float((correction.apply(asked).argmax(axis=1) == labels[dev]).mean())
            met = int(np.isin(panels.codes[corrected[named]], MISSED).sum())
            scores[queue, count] = (right, met)
    print(
        f"half {seed}: {len(fitted)} panels fitted, {len(corrected)} to correct, {len(dev)} of dev",
        flush=True,
    )
    return scores


def _order(queue: Order, stored: Rows, names: np.ndarray, seed: int) -> np.ndarray:
    """The rows as a person meets them: as `figmill view --edit` shows them one after the other."""
    confidence = np.exp(stored.log_probabilities).max(axis=1)
    if queue != "unlike":
        salted = tuple(f"{seed} {name}" for name in names)  # another random order for each half
        return rank(queue, Candidates(salted, confidence, np.zeros(len(names), bool)))
    unit = stored.features / np.linalg.norm(stored.features, axis=1, keepdims=True)
    unlike, met = Unlike(unit, confidence), []
    for _ in range(max(CORRECTED)):
        row = next(row for row in unlike.order().tolist() if row not in met)
        met.append(row)
        unlike.corrected([row])
    return np.array(met)


def show(scores: list[dict[tuple[str, int], tuple[float, int]]]) -> None:
    print(
        f"\nAccuracy on dev by rows corrected ({' and '.join(MISSED)} among them), mean of {len(scores)} halves"
    )
    print("| order | 0 | " + " | ".join(map(str, CORRECTED)) + " |\n|---|" + "---|" * (len(CORRECTED) + 1))
    for queue in QUEUES:
        cells = [f"{np.mean([one[queue, 0][0] for one in scores]):.3f}"]
        for count in CORRECTED:
            right, met = np.mean([one[queue, count] for one in scores], axis=0)
            cells.append(f"{right:.3f} ({met:.0f})")
        print(f"| {queue} | {' | '.join(cells)} |", flush=True)


def draw(scores: list[dict[tuple[str, int], tuple[float, int]]], file: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.subplots()
    for queue in QUEUES:
        counts = (0, *CORRECTED)
        values = np.array([[one[queue, count][0] for count in counts] for one in scores])
        axes.plot(counts, values.mean(axis=0), marker="o", label=queue)
        axes.fill_between(counts, values.min(axis=0), values.max(axis=0), alpha=0.15)
    axes.set(xlabel="rows corrected", ylabel="accuracy on dev", xticks=(0, *CORRECTED))
    axes.legend(title="order")
    figure.savefig(file, dpi=150)
    print(f"drawn: {file}")


def own_classes(panels: Panels) -> None:
    """Precision and recall, on dev, of kinds of chart taught as classes of one's own below GFIG."""
    classes = [code for code in taxonomy.CODES if code in set(panels.codes.tolist())]
    fitted, corrected = _halves(panels, 0)
    say, dev = _fit_head(panels, fitted, classes), panels.rows("dev")
    chart = NewClass("GFIG/own", classes.index("GFIG"))
    stored, asked = (
        Rows(widen_scores(rows.log_probabilities, [chart]), rows.features)
        for rows in (say(corrected), say(dev))
    )
    counts = Counter(kind for kind in panels.kinds[corrected] if kind not in ("", "nochart"))
    print(f"\nA class of one's own from {EXAMPLES} examples, on the {len(dev)} panels of dev")
    print("| kind | panels | precision | recall |\n|---|---|---|---|")
    for kind, count in counts.most_common():
        if count < EXAMPLES:
            break
        is_kind = np.flatnonzero(panels.kinds[corrected] == kind)
        examples = np.random.default_rng(0).permutation(is_kind)[:EXAMPLES]
        kept = np.setdiff1d(np.arange(len(corrected)), examples)
        labels = np.full(EXAMPLES, len(classes))
        correction = teach(stored.select(examples), labels, stored.select(kept), new=1)
        said, true = correction.apply(asked).argmax(axis=1) == len(classes), panels.kinds[dev] == kind
        both = int((said & true).sum())
        print(
            f"| {kind} | {true.sum()} | {both / max(said.sum(), 1):.2f} | {both / max(true.sum(), 1):.2f} |",
            flush=True,
        )


def measure_time(rows: int) -> None:
    """`figmill adapt` on a dataset of so many rows, 200 of which people named."""
    info = bundle_info(PRETRAINED / "default")
    with tempfile.TemporaryDirectory(prefix="figmill-correcting-") as scratch:
        out = Path(scratch) / "dataset"
        _make(out, info, rows)
        chance, journal = np.random.default_rng(1), Journal(out, "Ada")
        made = []
        for _, table in read_columns(out, KNOWN_BY):
            for place in chance.choice(len(table), 200 * len(table) // rows, replace=False).tolist():
                panel = panel_of(table.slice(place, 1).to_pylist()[0])
                made.append(
                    Correction(
                        action="label", who="Ada", panel=panel, value=str(chance.choice(info.classes[:4]))
                    )
                )
        journal.append(*made)
        started, worked = time.perf_counter(), time.process_time()
        write_bundle(info, adapt(out, info, "mine"), Path(scratch) / "mine")
        wall, core = time.perf_counter() - started, time.process_time() - worked
        print(f"\nadapt on {rows:,} rows, {len(made)} of them named: {wall:.1f} s ({core:.1f} s of a core)")


def _make(out: Path, info, rows: int) -> None:
    """Rows of no picture worth the name, with random scores and features."""
    chance = np.random.default_rng(0)
    provenance = Provenance(info.model_id, info.classes, info.embedding_size, "")
    schema = with_provenance(subfigure_schema(info.classes, info.embedding_size), provenance)
    for folder in ("subfigures", "papers"):
        (out / folder).mkdir(parents=True)
    for first in range(0, rows, _PER_PART):
        count = min(_PER_PART, rows - first)
        numbers = range(first, first + count)
        logits = chance.normal(size=(count, len(info.classes)))
        logits[np.arange(count), np.arange(count) % len(info.classes)] += 5
        columns = {
            "subfigure_id": [f"{number // 10:016x}/0/{number % 10}" for number in numbers],
            "paper_id": [f"{number // 10:064x}" for number in numbers],
            "image_sha256": [f"{number:064x}" for number in numbers],
            "source_uri": ["/x.pdf"] * count,
            "figure_index": [0] * count,
            "subfigure_index": [number % 10 for number in numbers],
            "figure_kind": ["raster"] * count,
            "page": [1] * count,
            "figure_bbox": [[0, 0, 100, 100]] * count,
            "subfigure_bbox": [[0, 0, 10 * (number % 10) + 10, 10] for number in numbers],
            "image": [{"bytes": bytes(1000), "path": "x.png"}] * count,
            "image_width": [1] * count,
            "image_height": [1] * count,
            "modality": ["DMFL"] * count,
            "model_id": [info.model_id] * count,
            "pipeline_version": ["0"] * count,
            "labelled_at": [now()] * count,
        }
        vectors = {
            "probabilities": np.exp(log_softmax(logits, axis=1)).astype(np.float32),
            "embedding": chance.normal(size=(count, info.embedding_size)).astype(np.float16),
        }
        arrays = [
            pa.FixedSizeListArray.from_arrays(
                pa.array(vectors[field.name].ravel()), vectors[field.name].shape[1]
            )
            if field.name in vectors
            else pa.array(columns.get(field.name, [None] * count), field.type)
            for field in schema
        ]
        name = f"part-{first:016x}.parquet"
        pq.write_table(
            pa.Table.from_arrays(
                [one.cast(field.type) for one, field in zip(arrays, schema, strict=True)], schema=schema
            ),
            out / "subfigures" / name,
            row_group_size=1000,
        )
        paper = dict.fromkeys(PAPER_SCHEMA.names) | {
            "paper_id": f"{first:064x}", "source_uri": "/x.pdf", "status": "ok", "figures": 1, "subfigures": count,
            "seconds": 0.0, "part": name, "model_id": info.model_id, "pipeline_version": "0", "finished_at": now(),
        }  # fmt: skip
        ledger = with_provenance(PAPER_SCHEMA, provenance)
        pq.write_table(pa.Table.from_pylist([paper], ledger), out / "papers" / name)


if __name__ == "__main__":
    main()
