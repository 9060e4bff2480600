"""Panels whose features are made up: two classes, two kinds of chart, faults, and a background."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.default.panels import VIEWED, Kind, LabelledPanel, PanelArrays
from models.default.trunks import Features
from models.inference.words import Words

CENTRES = {
    "DMTR": (4, 0, 0),
    "GFIG": (0, 4, 0),
    "background": (0, 0, 4),
    "BAD": (2, 2, 3),
    "COMP": (3, 3, -3),
}
SAID = {"DMTR": "TEM micrograph of particles", "GFIG": "bar plot of counts"}
UNITS = ("b2-1", "b3-0", "b3-1", "lite2:x6", "lite2:top")


def panel(code: str, kind: Kind, group: str, number: int = 0) -> LabelledPanel:
    said = SAID.get(code)
    return LabelledPanel(
        image=b"",
        code=code,
        kind=kind,
        group=group,
        publisher=f"10.{number // 2 % 2}",
        words=Words(said if number % 2 else None, said) if said else None,
        chart=("bar" if number % 2 else "line") if code == "GFIG" else "",
        source="made",
        licence="CC0-1.0",
    )


def training_panels() -> list[LabelledPanel]:
    """Forty published panels of each class in twenty articles, faults of the same, and photographs of two packages."""
    published = [
        panel(code, "published", f"article {n // 2}", n) for code in ("DMTR", "GFIG") for n in range(40)
    ]
    faulty = [panel(code, "faulty", f"article {n}", n) for code in ("BAD", "COMP") for n in range(20)]
    ready = [panel("DMTR", "assembled", "ready-made", n) for n in range(12)]
    photographs = [panel("background", "photograph", "walls" if n % 2 else "games", n) for n in range(16)]
    negatives = [panel("background", "drawn", "drawn panels", n) for n in range(9)]
    return published + faulty + ready + negatives + photographs


def arrays(panels: Sequence[LabelledPanel]) -> PanelArrays:
    """Each unit has three telling means and a deviation of noise; a kind of chart shows in its own deviation."""
    random = np.random.default_rng(0)
    centres = np.array([CENTRES.get(p.code, (-9, -9, -9)) for p in panels], np.float32)
    kinds = np.array([{"bar": 3, "line": -3}.get(p.chart, 0) for p in panels], np.float32)[:, None]
    parts = []
    for _ in UNITS:
        means = centres + random.normal(0, 0.5, centres.shape)
        parts += [
            means,
            np.concatenate([kinds, 0 * centres[:, 1:]], axis=1) + random.normal(0, 0.3, centres.shape),
        ]
    values = np.concatenate(parts, axis=1).astype(np.float16)
    columns = {unit: slice(6 * place, 6 * place + 6) for place, unit in enumerate(UNITS)}
    viewed = np.flatnonzero([p.kind in VIEWED for p in panels])
    shaken = values[viewed] + random.normal(0, 0.3, (len(viewed), values.shape[1])).astype(np.float16)
    return PanelArrays(
        tuple(panels),
        Features(values, columns),
        *(
            np.array([getattr(p, name) for p in panels])
            for name in ("code", "kind", "group", "publisher", "chart")
        ),
        np.array([p.unsure for p in panels]),
        Features(shaken, columns),
        viewed,
    )
