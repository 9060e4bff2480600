"""Boxes as predictions that people correct in Label Studio: `tasks.json` and `labels.xml` beside the drawn pages.

Source: https://labelstud.io/guide/predictions.html and https://labelstud.io/tags/rectanglelabels.html; boxes are in
percent of the picture.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

from models import taxonomy
from tasks.export.pages import FOLDER, Page, PageBox

TASKS, LABELS = "tasks.json", "labels.xml"
_FIGURE, _SUBFIGURE = "figure", "subfigure"


def tasks(pages: Iterable[Page], model_id: str, folder: str) -> str:
    """The JSON to import: a task for each page. `folder` is where Label Studio finds the export, below the root of
    its local files."""
    made = [_task(page, model_id, folder) for page in pages]
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"


def labels(classes: Sequence[str]) -> str:
    """The labelling interface: a page with boxes that have one label each."""
    names = [
        (_FIGURE, "figure"),
        (_SUBFIGURE, "not scored"),
        *((code, taxonomy.name(code)) for code in classes),
    ]
    lines = [f"    <Label value={quoteattr(value)} hint={quoteattr(hint)}/>" for value, hint in names]
    return "\n".join(
        [
            "<View>",
            '  <Image name="page" value="$image" zoom="true"/>',
            '  <RectangleLabels name="box" toName="page">',
            *lines,
            "  </RectangleLabels>",
            "</View>",
            "",
        ]
    )


def _task(page: Page, model_id: str, folder: str) -> dict[str, Any]:
    data = {
        "image": f"/data/local-files/?d={quote(folder)}/{FOLDER}/{page.name}",
        "paper_id": page.paper_id,
        "page": page.number,
        "doi": page.doi,
        "license": page.license,
        "subfigures": page.subfigures,
    }
    results = [_result(number, box, page) for number, box in enumerate(page.boxes)]
    return {"data": data, "predictions": [{"model_version": model_id, "result": results}]}


def _result(number: int, box: PageBox, page: Page) -> dict[str, Any]:
    x0, y0, x1, y1 = box.box
    across, down = 100 / max(page.width, 1), 100 / max(page.height, 1)
    label = _FIGURE if box.subfigure_id is None else box.modality or _SUBFIGURE
    found = {
        "id": (box.subfigure_id or f"figure-{number}").replace("/", "-"),
        "type": "rectanglelabels",
        "from_name": "box",
        "to_name": "page",
        "original_width": page.width,
        "original_height": page.height,
        "image_rotation": 0,
        "value": {
            "x": x0 * across,
            "y": y0 * down,
            "width": (x1 - x0) * across,
            "height": (y1 - y0) * down,
            "rotation": 0,
            "rectanglelabels": [label],
        },
        "meta": {"text": [text for text in (box.label, box.subfigure_id) if text]},
    }
    return found | ({} if box.confidence is None else {"score": box.confidence})
