"""Boxes as COCO has them: `annotations.json` beside the drawn pages.

Source: https://cocodataset.org/#format-data, object detection; `bbox` is x, y, width, height in pixels.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from models import taxonomy
from tasks.export.licenses import url
from tasks.export.pages import FOLDER, Page, PageBox
from tasks.version import pipeline_version

FILE = "annotations.json"
_FIGURE, _SUBFIGURE = 1, 2
"""Categories of a figure, and of a subfigure that was not scored; those of modalities follow."""


def document(pages: Iterable[Page], classes: Sequence[str], name: str) -> str:
    """The JSON of all pages with their boxes."""
    pages = list(pages)
    licenses = {license_: number for number, license_ in enumerate(_licenses(pages), 1)}
    described = {
        "info": {"description": name, "contributor": f"Figmill {pipeline_version()}"},
        "licenses": [_license(number, license_) for license_, number in licenses.items()],
        "categories": _categories(classes),
        "images": [_image(number, page, licenses) for number, page in enumerate(pages, 1)],
        "annotations": list(_annotations(pages, classes)),
    }
    return json.dumps(described, ensure_ascii=False, indent=1) + "\n"


def _license(number: int, license_: str) -> dict[str, Any]:
    target = url(license_)
    return {"id": number, "name": license_, **({"url": target} if target else {})}


def _licenses(pages: Iterable[Page]) -> list[str]:
    return sorted({page.license for page in pages if page.license})


def _categories(classes: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {"id": _FIGURE, "name": "figure", "supercategory": "figure"},
        {"id": _SUBFIGURE, "name": "subfigure", "supercategory": "subfigure"},
        *(
            {"id": number, "name": code, "supercategory": taxonomy.path(code)[0]}
            for number, code in enumerate(classes, _SUBFIGURE + 1)
        ),
    ]


def _image(number: int, page: Page, licenses: dict[str, int]) -> dict[str, Any]:
    facts = {
        "id": number,
        "file_name": f"{FOLDER}/{page.name}",
        "width": page.width,
        "height": page.height,
        "license": licenses.get(page.license or ""),
        "paper_id": page.paper_id,
        "page": page.number,
        "pmcid": page.pmcid,
        "doi": page.doi,
        "subfigures": page.subfigures,
    }
    return {name: value for name, value in facts.items() if value is not None}


def _annotations(pages: Iterable[Page], classes: Sequence[str]) -> Iterator[dict[str, Any]]:
    number = 0
    for image, page in enumerate(pages, 1):
        for box in page.boxes:
            number += 1
            yield {"id": number, "image_id": image, **_annotation(box, classes)}


def _annotation(box: PageBox, classes: Sequence[str]) -> dict[str, Any]:
    x0, y0, x1, y1 = box.box
    width, height = round(x1 - x0, 2), round(y1 - y0, 2)
    facts = {
        "category_id": _category(box, classes),
        "bbox": [x0, y0, width, height],
        "area": round(width * height, 2),
        "iscrowd": 0,
        "label": box.label,
        "subfigure_id": box.subfigure_id,
        "score": box.confidence,
    }
    return {name: value for name, value in facts.items() if value is not None}


def _category(box: PageBox, classes: Sequence[str]) -> int:
    if box.subfigure_id is None:
        return _FIGURE
    return _SUBFIGURE + 1 + classes.index(box.modality) if box.modality in classes else _SUBFIGURE
