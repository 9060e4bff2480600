"""Pictures as files, each described as a schema.org ImageObject: what it shows, whose it is, under which licence.

Source: https://schema.org/ImageObject; `license`, `creditText`, `creator` and `acquireLicensePage` as search engines
read them of pictures on the web.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import pyarrow as pa

from models import taxonomy
from tasks.dataset.cells import heading, lines
from tasks.dataset.columns import IMAGE_COLUMN
from tasks.export.licenses import address

FILE, TABLE, FOLDER = "images.jsonld", "images.csv", "pictures"
_CONTEXT = {"@vocab": "https://schema.org/"}
"""Written out, so that no reader has to fetch it."""
_LONGEST_NAME = 200
_ENCODINGS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


class PictureWriter:
    """Writes pictures below a folder, `images.jsonld` with an ImageObject and `images.csv` with a line for each; a
    context."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> Self:
        (self._folder / FOLDER).mkdir()
        self._table = (self._folder / TABLE).open("w", encoding="utf-8")
        self._table.write(heading())
        self._file = (self._folder / FILE).open("w", encoding="utf-8")
        self._file.write(f'{{"@context": {json.dumps(_CONTEXT)}, "@graph": [')
        self._first = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._table, self._file:
            self._file.write("\n]}\n")

    def add(self, rows: pa.Table) -> None:
        """Takes rows with all columns of the dataset; one without a picture is described alone."""
        for row in rows.to_pylist():
            described = image_object(row)
            image = row[IMAGE_COLUMN]
            if image is not None:
                (self._folder / described["contentUrl"]).write_bytes(image["bytes"] or b"")
            self._file.write("\n" if self._first else ",\n")
            self._file.write(json.dumps(described, ensure_ascii=False))
            self._first = False
            self._table.write(lines([(described["contentUrl"] if image is not None else "", row)]))


def image_object(row: dict[str, Any]) -> dict[str, Any]:
    """A row as an ImageObject; what is not known is left out."""
    image = row[IMAGE_COLUMN] or {}
    data = image.get("bytes") or b""
    license_ = row.get("figure_license") or row["license"]
    where = " ".join(filter(None, (row["figure_label"], row["panel_label"])))
    described = {
        "@type": "ImageObject",
        "identifier": row["subfigure_id"],
        "contentUrl": _file_name(row["subfigure_id"], data) if image else None,
        "encodingFormat": next((kind for start, kind in _ENCODINGS.items() if data.startswith(start)), None),
        "sha256": row["image_sha256"],
        "width": {"@type": "QuantitativeValue", "value": row["image_width"], "unitCode": "E37"},
        "height": {"@type": "QuantitativeValue", "value": row["image_height"], "unitCode": "E37"},
        "name": ": ".join(filter(None, (where, row["title"])))[:_LONGEST_NAME] or None,
        "caption": row["subcaption"] or row["caption"],
        "keywords": _keywords(row),
        "license": address(license_) if license_ else None,
        "creditText": row.get("attribution"),
        "creator": [{"@type": "Person", "name": name} for name in row.get("authors") or ()] or None,
        "datePublished": row["published"].isoformat() if isinstance(row["published"], dt.date) else None,
        "acquireLicensePage": _doi(row),
        "isPartOf": _article(row),
    }
    return {name: value for name, value in described.items() if value is not None}


def _file_name(subfigure_id: str, data: bytes) -> str:
    suffix = "png" if data.startswith(b"\x89PNG") else "jpg" if data.startswith(b"\xff\xd8\xff") else "bin"
    plain = "".join(letter if letter.isalnum() else "-" for letter in subfigure_id)
    return f"{FOLDER}/{plain}.{suffix}"


def _keywords(row: dict[str, Any]) -> list[str] | None:
    """The modality, where the model is sure of it."""
    if row["modality"] is None or row["rejected"]:
        return None
    return list(dict.fromkeys([taxonomy.name(row["modality"]), *(row["modality_path"] or ())]))


def _doi(row: dict[str, Any]) -> str | None:
    return f"https://doi.org/{quote(row['doi'], safe='/().;:-_')}" if row["doi"] else None


def _article(row: dict[str, Any]) -> dict[str, Any]:
    facts = {
        "@type": "ScholarlyArticle",
        "headline": row["title"],
        "sameAs": _doi(row),
        "identifier": row["pmcid"],
        "isPartOf": {"@type": "Periodical", "name": row["journal"]} if row["journal"] else None,
    }
    return {name: value for name, value in facts.items() if value is not None}
