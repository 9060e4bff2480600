"""Small datasets with the real schema, for tests that read one."""

import datetime as dt
import hashlib
import io
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from tasks.dataset.columns import SCHEMA_VERSION
from tasks.dataset.schema import Provenance, paper_schema, subfigure_schema, with_provenance

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
PROVENANCE = Provenance(
    model_id="default@0123456789ab", classes=("DMFL", "GFIG"), embedding_size=2, card="# Card"
)


def png(seed: int = 0, side: int = 64) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 255, (side, side, 3), dtype=np.uint8)
    encoded = io.BytesIO()
    Image.fromarray(pixels).save(encoded, "PNG")
    return encoded.getvalue()


def subfigure(
    index: int, modality: str | None = "DMFL", confidence: float = 0.9, **other: Any
) -> dict[str, Any]:
    scored = modality is not None
    row = {
        "subfigure_id": f"{index:016x}/0/0",
        "paper_id": f"{index:064x}",
        "source_uri": f"/papers/paper-{index}.pdf",
        "figure_index": 0,
        "figure_label": "Figure 1",
        "caption": "Cells.",
        "caption_source": "pdf",
        "page": 3,
        "figure_bbox": [0, 0, 10, 10],
        "figure_kind": "raster",
        "subfigure_index": 0,
        "panel_label": "a",
        "subfigure_bbox": [0, 0, 10, 10],
        "image": {"bytes": png(index), "path": "image.png"},
        "image_width": 64,
        "image_height": 64,
        "modality": modality,
        "confidence": confidence if scored else None,
        "rejected": confidence < 0.3 if scored else None,
        "model_id": PROVENANCE.model_id,
        "pipeline_version": "0.1.0",
        "labelled_at": NOW,
    }
    row |= other
    return {"image_sha256": hashlib.sha256((row["image"] or {}).get("bytes") or b"").hexdigest()} | row


def paper(index: int, status: str = "ok", **other: Any) -> dict[str, Any]:
    row = {
        "paper_id": f"{index:064x}",
        "source_uri": f"/papers/paper-{index}.pdf",
        "status": status,
        "pages": 5,
        "figures": 1,
        "subfigures": 1,
        "seconds": 0.5,
        "part": "part-a.parquet",
        "model_id": PROVENANCE.model_id,
        "pipeline_version": "0.1.0",
        "finished_at": NOW,
    }
    return row | other


def write_part(
    out: Path,
    name: str,
    subfigures: list[dict[str, Any]],
    papers: list[dict[str, Any]],
    row_group_size: int = 1000,
    version: str = SCHEMA_VERSION,
) -> None:
    """Writes OUT/subfigures/<name> and OUT/papers/<name>; columns that a row leaves out are null."""
    schema = of_version(subfigure_schema(PROVENANCE.classes, PROVENANCE.embedding_size, version), version)
    ledger = of_version(paper_schema(version), version)
    for folder, rows, its_schema in (("subfigures", subfigures, schema), ("papers", papers, ledger)):
        (out / folder).mkdir(parents=True, exist_ok=True)
        whole = [{column: row.get(column) for column in its_schema.names} for row in rows]
        table = pa.Table.from_pylist(whole, schema=its_schema)
        pq.write_table(table, out / folder / name, row_group_size=row_group_size)


def of_version(schema: pa.Schema, version: str = SCHEMA_VERSION) -> pa.Schema:
    """A schema with what a file of that version says of itself."""
    metadata = with_provenance(schema, PROVENANCE).metadata
    if version == "2":
        del metadata[b"figmill.provenance"]
    return schema.with_metadata(metadata | {b"figmill.schema_version": version.encode()})


PAGELESS: dict[str, Any] = {"page": None, "figure_bbox": [None] * 4, "subfigure_bbox": [None] * 4}
"""What a row of a figure without a PDF says of its place."""
