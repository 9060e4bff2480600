"""A small dataset with texts, licences and embeddings, for whoever indexes or shows one."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from models import taxonomy
from tasks.index.opening import open_target
from tasks.index.update import Plan, plan_update, update
from tests.tasks.small_datasets import paper, subfigure, write_part

FIRST, SECOND, THIRD = (f"part-{number:016x}.parquet" for number in range(3))


def row(index: int, modality: str | None = "DMFL", confidence: float = 0.9, **other: Any) -> dict[str, Any]:
    """A scored row with an embedding of its own direction: rows of near numbers look alike."""
    angle = index / 10
    facts = {
        "title": f"Paper {index}",
        "journal": "Journal of Tests",
        "license": "CC BY 4.0",
        "doi": f"10.1/{index}",
        "pmcid": f"PMC{index}",
        "published": dt.date(2020, 1, 1),
        "embedding": np.array([np.cos(angle), np.sin(angle)], np.float16) if modality else [None, None],
        "modality_path": list(taxonomy.path(modality)) if modality else None,
        "probabilities": [confidence, 1 - confidence] if modality else [None, None],
    }
    return subfigure(index, modality, confidence, **(facts | other))


def part(out: Path, name: str, rows: list[dict[str, Any]]) -> None:
    papers = list(dict.fromkeys(one["paper_id"] for one in rows))
    write_part(
        out, name, rows, [paper(0, paper_id=paper_id, part=name) for paper_id in papers], row_group_size=3
    )


def dataset(out: Path) -> Path:
    """Two parts, six rows: micrographs, a gel, a chart, one row that could not be scored."""
    part(
        out,
        FIRST,
        [
            row(
                0,
                "DMTR",
                0.95,
                caption="Loss of cristae. (a) Liver. (b) Heart.",
                subcaption="Loss of cristae. Liver.",
            ),
            row(1, "DMFL", 0.8, caption="Mitochondrial network of cells.", panel_label=None),
            row(2, "GGEL", 0.5, caption="Proteins of the inner membrane.", license="CC0"),
            row(3, "GFIG", 0.99, caption="Survival over time in mice.", journal="Other Journal"),
        ],
    )
    part(
        out,
        SECOND,
        [
            row(4, "DMTR", 0.2, caption="Bacteria seen by scanning.", license=None, journal=None),
            row(
                5,
                None,
                caption="A picture that nobody could read.",
                image={"bytes": b"torn", "path": "x.png"},
            ),
        ],
    )
    return out


def spoil_pictures(part: Path) -> None:
    """Overwrites the column of pictures, which an index reads last and alone."""
    with pq.ParquetFile(part) as opened:
        group = opened.metadata.row_group(0)
        columns = [group.column(number) for number in range(group.num_columns)]
    (pictures,) = (one for one in columns if one.path_in_schema == "image.bytes")
    data = bytearray(part.read_bytes())
    start = pictures.dictionary_page_offset or pictures.data_page_offset
    end = start + pictures.total_compressed_size
    data[start:end] = bytes(end - start)
    part.write_bytes(data)


def updated(out: Path, to: str, name: str = "figmill") -> Plan:
    """Brings an index up to date with the dataset; what there was to do."""
    with open_target(out, to, name) as target:
        plan = plan_update(out, target)
        update(out, target, plan)
    return plan


def assert_followed(out: Path, to: str, held: Callable[[], list[int]]) -> None:
    """An index takes a small dataset's rows, then nothing, then what was changed, added and taken away.

    `held` tells the numbers of the rows that it has.
    """
    assert len(updated(out, to).new) == 2
    assert held() == [0, 1, 2, 3, 4, 5]
    assert updated(out, to).empty
    part(out, FIRST, [row(7)])
    (out / "papers" / SECOND).unlink()
    (out / "subfigures" / SECOND).unlink()
    part(out, THIRD, [row(8)])
    plan = updated(out, to)
    assert (len(plan.new), len(plan.changed), plan.gone) == (1, 1, (SECOND,))
    assert held() == [7, 8]
    assert updated(out, to).empty
