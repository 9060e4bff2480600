"""Panels whose features are made up: two classes, a background, and a package of photographs beyond one class."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.default.head import Features
from models.default.panels import Kind, LabelledPanel, PanelArrays

CENTRES = {"DMTR": (4, 0, 0), "GFIG": (0, 4, 0), "background": (0, 0, 4), "screens": (0, 40, 0)}


def panel(
    code: str, kind: Kind, group: str, text: str = "", unsure: bool = False, source: str = ""
) -> LabelledPanel:
    return LabelledPanel(
        image=b"", code=code, kind=kind, group=group, text=text, unsure=unsure, source=source
    )


def training_panels() -> list[LabelledPanel]:
    """Sixteen published panels of each class in eight articles, and as many photographs of two packages."""
    published = [
        panel(code, "published", f"article {n // 2}") for code in ("DMTR", "GFIG") for n in range(16)
    ]
    photographs = [panel("background", "photograph", "walls" if n % 2 else "games") for n in range(16)]
    return published + photographs


def arrays(panels: Sequence[LabelledPanel]) -> PanelArrays:
    """Four features, the last but noise; a panel without a class lies far from all of them."""
    noise = np.random.default_rng(0).normal(0, 0.5, (len(panels), 4))
    centres = np.array([(*CENTRES.get(p.group, CENTRES.get(p.code, (-40, -40, -40))), 0) for p in panels])
    return PanelArrays(
        tuple(panels),
        Features(
            (centres + noise).astype(np.float16)[None],
            {("b3-1", False): slice(2), ("b3-1", True): slice(2, 4)},
        ),
        np.array([p.code for p in panels]),
        np.array([p.kind for p in panels]),
        np.array([p.group for p in panels]),
        np.array([p.unsure for p in panels]),
        np.zeros(len(panels), bool),
    )
