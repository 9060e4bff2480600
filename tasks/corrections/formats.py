"""Corrections in the forms of other programs: CSV, COCO, Label Studio (`told` reads them back).

What these programs show of each row is the last word: its class, or that it is no figure. Every action stands beside
it: in CSV a line each, in COCO under `corrections`, in Label Studio among the data of the row's task. Pictures of new
panels are not written, for the paper has them: they are cut again where the actions are taken in.
Sources: https://cocodataset.org/#format-data, https://labelstud.io/guide/task_format.html
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from models import taxonomy
from tasks.corrections.actions import Correction
from tasks.dataset.cells import plain_text

Form = Literal["csv", "coco", "label-studio"]
NO_FIGURE = "no figure"
"""The class of what is nothing of a figure, where a form knows classes alone."""
NOT_LABELS = ("figure", "subfigure")
"""Categories of page exports for boxes without a class."""
COLUMNS = (
    "correction_id",
    "made_at",
    "who",
    "subfigure_id",
    "action",
    "value",
    "modality",
    "paper_id",
    "image_sha256",
    "page",
    "x0",
    "y0",
    "x1",
    "y1",
    "queue",
    "others",
    "boxes",
)


def write(form: Form, corrections: Sequence[Correction]) -> str:
    """The text of a file of that form."""
    writers: Mapping[Form, Callable[[Sequence[Correction]], str]] = {
        "csv": _csv,
        "coco": _coco,
        "label-studio": _label_studio,
    }
    return writers[form](corrections)


def last_words(corrections: Sequence[Correction]) -> dict[str, tuple[str, Correction]]:
    """The last class that people gave each row, `NO_FIGURE` among them, with who did, by subfigure_id."""
    found: dict[str, tuple[str, Correction]] = {}
    for one in corrections:
        if one.action in ("label", "no_figure"):
            found[one.subfigure_id] = ((one.value or "") if one.action == "label" else NO_FIGURE, one)
    return found


def _csv(corrections: Sequence[Correction]) -> str:
    stream = io.StringIO()
    rows = csv.writer(stream, lineterminator="\n")
    rows.writerow(COLUMNS)
    for one in corrections:
        panel = one.panel
        modality = {"label": one.value, "no_figure": NO_FIGURE}.get(one.action)
        rows.writerow(
            [
                one.correction_id,
                one.made_at.isoformat(),
                plain_text(one.who),
                panel.subfigure_id,
                one.action,
                plain_text(one.value or ""),
                plain_text(modality or ""),
                panel.paper_id,
                panel.image_sha256,
                panel.page,
                *(panel.subfigure_bbox or [None] * 4),
                plain_text(one.queue or ""),
                " ".join(other.subfigure_id for other in one.others),
                "; ".join(" ".join(map(str, (piece.subfigure_id, *piece.bbox))) for piece in one.pieces),
            ]
        )
    return stream.getvalue()


def _coco(corrections: Sequence[Correction]) -> str:
    words = last_words(corrections)
    numbers = {code: number for number, code in enumerate(sorted({code for code, _ in words.values()}), 1)}
    images, annotations = [], []
    for number, (subfigure_id, (code, said)) in enumerate(words.items(), 1):
        box = said.panel.subfigure_bbox or (0.0, 0.0, 0.0, 0.0)
        width, height = box[2] - box[0], box[3] - box[1]
        images.append(
            {
                "id": number,
                "file_name": f"{subfigure_id.replace('/', '-')}.png",
                "width": width,
                "height": height,
                "subfigure_id": subfigure_id,
                "paper_id": said.panel.paper_id,
                "page": said.panel.page,
            }
        )
        annotations.append(
            {
                "id": number,
                "image_id": number,
                "category_id": numbers[code],
                "bbox": [0.0, 0.0, width, height],
                "area": width * height,
                "iscrowd": 0,
                "subfigure_id": subfigure_id,
                "who": said.who,
                "made_at": said.made_at.isoformat(),
            }
        )
    categories = [
        {"id": number, "name": code, "supercategory": taxonomy.path(code)[0]}
        for code, number in numbers.items()
    ]
    every = [action_of(one) for one in corrections]
    return _json(
        {"images": images, "annotations": annotations, "categories": categories, "corrections": every}
    )


def action_of(of: Correction) -> dict[str, Any]:
    """An action as JSON has it; boxes in points of the page."""
    return {
        "correction_id": of.correction_id,
        "made_at": of.made_at.isoformat(),
        "who": of.who,
        "subfigure_id": of.subfigure_id,
        "action": of.action,
        "value": of.value,
        "queue": of.queue,
        "others": [other.subfigure_id for other in of.others],
        "pieces": [{"subfigure_id": piece.subfigure_id, "bbox": list(piece.bbox)} for piece in of.pieces],
    }


def _label_studio(corrections: Sequence[Correction]) -> str:
    by_row: dict[str, list[Correction]] = {}
    for one in corrections:
        by_row.setdefault(one.subfigure_id, []).append(one)
    words = last_words(corrections)
    return _json([_task(name, some, words.get(name)) for name, some in by_row.items()])


def _task(
    subfigure_id: str, some: Sequence[Correction], word: tuple[str, Correction] | None
) -> dict[str, Any]:
    data = {
        "image": f"{subfigure_id.replace('/', '-')}.png",
        "subfigure_id": subfigure_id,
        "paper_id": some[0].panel.paper_id,
        "corrections": [action_of(one) for one in some],
    }
    return {"data": data, "annotations": [_annotation(*word)] if word else []}


def _annotation(code: str, said: Correction) -> dict[str, Any]:
    choice = {"from_name": "modality", "to_name": "image", "type": "choices", "value": {"choices": [code]}}
    return {
        "completed_by": {"email": said.who},
        "created_at": said.made_at.isoformat(),
        "result": [choice],
    }


def _json(content: object) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"
