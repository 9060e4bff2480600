"""Corrections in the forms of other programs: CSV, COCO, Label Studio; and labels read back from them.

What is written of each row is the last word: its class, or that it is no figure. CSV holds every action. Only labels
are read back, for boxes drawn elsewhere come without the pictures that belong to them.
Sources: https://cocodataset.org/#format-data, https://labelstud.io/guide/task_format.html
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from models import taxonomy
from tasks.corrections.actions import Correction
from tasks.corrections.tables import read_table, read_text
from tasks.errors import InputError
from tasks.texts import printable

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

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
)
_DASHED = re.compile(r"([0-9a-f]{16})-(\d{1,5})-(\d{1,5})")


@dataclass(frozen=True, slots=True)
class Label:
    """What a file says of a row; `who` is empty where it does not say."""

    where: str
    """The file and the place in it, for messages."""
    subfigure_id: str
    modality: str
    """As it was typed, or `NO_FIGURE`."""
    who: str = ""


def write(form: Form, corrections: Sequence[Correction]) -> str:
    """The text of a file of that form."""
    writers: Mapping[Form, Callable[[Sequence[Correction]], str]] = {
        "csv": _csv,
        "coco": _coco,
        "label-studio": _label_studio,
    }
    return writers[form](corrections)


def read_labels(file: StorePath) -> list[Label]:
    """The labels of a file: a CSV with `subfigure_id` and `modality`, COCO, or what Label Studio exports.

    Raises InputError for others.
    """
    text = read_text(file)
    if text.lstrip()[:1] not in ("{", "["):
        return list(_from_csv(file))
    try:
        content = json.loads(text)
        if isinstance(content, dict):
            return list(_from_coco(file, content))
        return list(_from_label_studio(file, content))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(
            f"{file} is neither COCO nor what Label Studio exports as JSON ({printable(str(error), 80)})"
        ) from error


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
                _plain(one.who),
                panel.subfigure_id,
                one.action,
                _plain(one.value),
                _plain(modality),
                panel.paper_id,
                panel.image_sha256,
                panel.page,
                *(panel.subfigure_bbox or [None] * 4),
                _plain(one.queue),
            ]
        )
    return stream.getvalue()


def _plain(text: str | None) -> str | None:
    """A text that no office program takes for a formula."""
    return f"'{text}" if text and text.startswith(_FORMULA) else text


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
    return _json({"images": images, "annotations": annotations, "categories": categories})


def _label_studio(corrections: Sequence[Correction]) -> str:
    return _json(
        [
            {
                "data": {
                    "image": f"{subfigure_id.replace('/', '-')}.png",
                    "subfigure_id": subfigure_id,
                    "paper_id": said.panel.paper_id,
                },
                "annotations": [
                    {
                        "completed_by": {"email": said.who},
                        "created_at": said.made_at.isoformat(),
                        "result": [
                            {
                                "from_name": "modality",
                                "to_name": "image",
                                "type": "choices",
                                "value": {"choices": [code]},
                            }
                        ],
                    }
                ],
            }
            for subfigure_id, (code, said) in last_words(corrections).items()
        ]
    )


def _json(content: object) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _from_csv(file: StorePath) -> Iterator[Label]:
    for line, row in read_table(file, ("subfigure_id", "modality")):
        if row["modality"]:
            who = row.get("who", "").removeprefix("'")
            yield Label(f"{file}, line {line}", row["subfigure_id"], row["modality"].removeprefix("'"), who)


def _from_coco(file: StorePath, content: dict[str, Any]) -> Iterator[Label]:
    names = {one["id"]: str(one["name"]) for one in content["categories"]}
    images = {one["id"]: one for one in content["images"]}
    for one in content["annotations"]:
        image = images.get(one["image_id"], {})
        name = one.get("subfigure_id") or image.get("subfigure_id") or _slashed(image.get("file_name", ""))
        if name:  # boxes of whole figures have none
            where = f"{file}, annotation {printable(str(one.get('id')), 20)}"
            yield Label(where, str(name), names[one["category_id"]], str(one.get("who") or ""))


def _from_label_studio(file: StorePath, content: list[dict[str, Any]]) -> Iterator[Label]:
    for number, task in enumerate(content, 1):
        data = task["data"]
        for annotation in task.get("annotations") or ():
            who = annotation.get("completed_by")
            person = str(who.get("email") or "") if isinstance(who, dict) else ""
            for result in annotation.get("result") or ():
                values = result.get("value") or {}
                chosen = values.get("choices") or values.get("rectanglelabels")
                name = data.get("subfigure_id") or _slashed(str(result.get("id", "")))
                if chosen and name:
                    yield Label(f"{file}, task {number}", str(name), str(chosen[0]), person)


def _slashed(name: str) -> str:
    """The subfigure_id behind a name in which dashes stand for slashes; empty where it is none."""
    found = _DASHED.match(name.rpartition("/")[2])
    return "/".join(found.groups()) if found else ""
