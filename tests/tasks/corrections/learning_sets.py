"""Datasets whose stored scores and features are made up, for what learns from them."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from models.bundle.bundle import BundleInfo
from tasks.dataset.schema import PAPER_SCHEMA, Provenance, subfigure_schema, with_provenance
from tests.tasks.small_datasets import paper, subfigure

PER_PART = 500


def stored(out: Path, info: BundleInfo, truth: np.ndarray, said: np.ndarray, per_paper: int = 4) -> list[str]:
    """A dataset of `info`'s rows: features around the corner of each row's true class, probabilities for what is said.

    Returns the rows' names in their order.
    """
    chance = np.random.default_rng(0)
    provenance = Provenance(info.model_id, info.classes, info.embedding_size, "", captions=False)
    schema = with_provenance(subfigure_schema(info.classes, info.embedding_size), provenance)
    names = []
    for first in range(0, len(truth), PER_PART):
        rows = []
        for number in range(first, min(first + PER_PART, len(truth))):
            features = chance.normal(size=info.embedding_size)
            features[truth[number]] += 4
            likely = np.full(len(info.classes), 0.1 / (len(info.classes) - 1))
            likely[said[number]] = 0.9
            article = number // per_paper
            row = subfigure(
                article,
                info.classes[said[number]],
                0.9,
                subfigure_id=f"{article:016x}/0/{number % per_paper}",
                subfigure_index=number % per_paper,
                image_sha256=f"{number:064x}",
                probabilities=likely,
                embedding=features.astype(np.float16),
            )
            rows.append({name: row.get(name) for name in schema.names})
            names.append(row["subfigure_id"])
        name = f"part-{first:016x}.parquet"
        for folder in ("subfigures", "papers"):
            (out / folder).mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.Table.from_pylist(rows, schema), out / "subfigures" / name)
        ids = list(dict.fromkeys(row["paper_id"] for row in rows))
        ledger = with_provenance(PAPER_SCHEMA, provenance)
        papers = [paper(0, paper_id=one, part=name) for one in ids]
        whole = [{column: one.get(column) for column in ledger.names} for one in papers]
        pq.write_table(pa.Table.from_pylist(whole, ledger), out / "papers" / name)
    return names
