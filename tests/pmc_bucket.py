"""PMC's bucket as it is since 2026, built on a store of this machine: articles in their layout, and daily inventories.

PMC<id>.<version>/       .xml (JATS), .txt and, where there are any, .pdf and images
metadata/                PMC<id>.<version>.json, whose URLs carry the files' MD5
inventory-reports/pmc-oa-opendata/metadata/<date>/manifest.json -> gzipped CSV parts with the ETags of all metadata
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from tasks.stores import objects
from tests.stores import Store
from tests.tasks.drawn import Drawing, picture

NAME = "pmc-oa-opendata"
INVENTORIES = f"inventory-reports/{NAME}/metadata"
CHANGED_AT = "2026-11-{day:02}T04:00:00.000Z"

_JATS = """<?xml version="1.0"?>
<article xmlns:xlink="http://www.w3.org/1999/xlink"><front>
<journal-meta><journal-title-group><journal-title>Journal of Drawn Papers</journal-title></journal-title-group>
</journal-meta><article-meta><article-id pub-id-type="pmc">{number}</article-id>
<title-group><article-title>Drawn paper {number}</article-title></title-group>
<pub-date pub-type="epub"><day>3</day><month>9</month><year>2026</year></pub-date>
<permissions><license><license-p>http://creativecommons.org/licenses/by/4.0/</license-p></license></permissions>
</article-meta></front><body>{figures}</body></article>"""
_FIGURE = """<fig id="f{n}"><label>Figure {n}</label><caption><p>{caption}</p></caption>
<graphic xlink:href="{href}"/></fig>"""


@dataclass(frozen=True)
class Source:
    """What an article consists of."""

    xml: bytes
    pdf: bytes | None = None
    images: dict[str, bytes] = field(default_factory=dict)


def drawn(number: int, folder: Path) -> Source:
    """A small paper of one figure; no two numbers alike."""
    drawing = Drawing(seed=number * 10).add_page().image((50, 60, 290, 220))
    drawing.caption((50, 226, 290, 250), "Figure 1.", f"Cells of sample {number}.").body((50, 270, 290, 700))
    xml = jats(number, {"fig1": f"Cells of sample {number}, as the JATS has it."})
    return Source(xml, drawing.save(folder, f"{number}.pdf").read_bytes())


def pictured(number: int) -> Source:
    """An article without a PDF: its figures are images of every kind that PMC has."""
    captions = {name: f"Cells of dish {name}." for name in ("g1.jpg", "g2", "g3.webp", "g4", "lost")}
    kinds = {"g1.jpg": "JPEG", "g2.tif": "TIFF", "g3.webp": "WEBP", "g4.gif": "GIF"}
    images = {name: encode(number + place, kind) for place, (name, kind) in enumerate(kinds.items())}
    return Source(jats(number, captions), images=images)


def jats(number: int, figures: dict[str, str]) -> bytes:
    """JATS with these figures, caption by what their graphic refers to."""
    body = [
        _FIGURE.format(n=n, href=href, caption=caption)
        for n, (href, caption) in enumerate(figures.items(), 1)
    ]
    return _JATS.format(number=number, figures="".join(body)).encode()


def encode(seed: int, kind: str) -> bytes:
    """A picture in one of Pillow's formats."""
    data = io.BytesIO()
    Image.open(io.BytesIO(picture(320, 240, seed))).save(data, kind)
    return data.getvalue()


class PmcBucket:
    """A bucket that anybody may read, on a store."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.fs = objects.filesystem("s3")
        self.fs.mkdir(NAME, acl="public-read")
        self._changed: dict[str, str] = {}
        self._day = 1

    def on(self, day: int) -> PmcBucket:
        """What follows happens on that day of the month."""
        self._day = day
        return self

    def put(
        self, number: int, source: Source, version: int = 1, *, wrong_md5: bool = False, **facts: Any
    ) -> None:
        """An article with its metadata; `facts` are those that differ from an open-access article's."""
        stem = f"PMC{number}.{version}"
        files = {f"{stem}.xml": source.xml, f"{stem}.txt": b"Text.", **source.images}
        if source.pdf is not None:
            files[f"{stem}.pdf"] = source.pdf
        urls = {}
        for name, data in files.items():
            self.fs.pipe_file(f"{NAME}/{stem}/{name}", data)
            md5 = _md5(b"other" if wrong_md5 and name.endswith(".pdf") else data)
            urls[name] = f"https://{NAME}.s3.amazonaws.com/{stem}/{name}?md5={md5}"
        metadata = {
            "pmcid": f"PMC{number}",
            "version": version,
            "pmid": number,
            "doi": f"10.1000/{number}",
            "title": f"Article {number}",
            "citation": "J Drawn Pap. 2026 Sep 3",
            "is_pmc_openaccess": True,
            "is_manuscript": False,
            "is_historical_ocr": False,
            "is_retracted": False,
            "license_code": "CC BY",
            "xml_url": urls[f"{stem}.xml"],
            "text_url": urls[f"{stem}.txt"],
        }
        if source.pdf is not None:
            metadata["pdf_url"] = urls[f"{stem}.pdf"]
        if source.images:
            metadata["media_urls"] = [urls[name] for name in source.images]
        self.put_metadata(stem, json.dumps(metadata | facts).encode())

    def put_metadata(self, stem: str, data: bytes) -> None:
        """What says of an article what it is."""
        self.fs.pipe_file(f"{NAME}/metadata/{stem}.json", data)
        self._changed[f"metadata/{stem}.json"] = CHANGED_AT.format(day=self._day)

    def remove(self, stem: str) -> None:
        """An article goes with all its files."""
        self.fs.rm(f"{NAME}/{stem}", recursive=True)
        self.fs.rm_file(f"{NAME}/metadata/{stem}.json")
        del self._changed[f"metadata/{stem}.json"]

    def forget(self, stem: str) -> None:
        """The inventories lack an article from now on, which stays in the bucket."""
        del self._changed[f"metadata/{stem}.json"]

    def lose(self, key: str) -> None:
        """A file goes, whatever the metadata says."""
        self.fs.rm_file(f"{NAME}/{key}")

    def write_inventory(self, day: int) -> str:
        """An inventory of the metadata, in two parts, among other keys; its name."""
        rows = [(NAME, "PMC1.1/PMC1.1.pdf", CHANGED_AT.format(day=day), "0" * 32)]
        for key, changed in self._changed.items():
            rows.append((NAME, key, changed, self.fs.info(f"{NAME}/{key}")["ETag"].strip('"')))
        name, half = f"2026-11-{day:02}T01-00Z", len(rows) // 2
        parts = []
        for number, some in enumerate((rows[:half], rows[half:])):
            text = io.StringIO()
            csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(some)
            key = f"{INVENTORIES}/data/{day}-{number}.csv.gz"
            parts.append(self.put_part(key, gzip.compress(text.getvalue().encode())))
        self.put_manifest(name, parts)
        return name

    def put_part(self, key: str, data: bytes) -> dict[str, Any]:
        """A part of an inventory, and what a manifest says of it."""
        self.fs.pipe_file(f"{NAME}/{key}", data)
        return {"key": key, "size": len(data), "MD5checksum": _md5(data)}

    def put_manifest(self, name: str, parts: list[dict[str, Any]]) -> None:
        """The file that makes an inventory."""
        manifest = {
            "sourceBucket": NAME,
            "destinationBucket": f"arn:aws:s3:::{NAME}",
            "version": "2016-11-30",
            "fileFormat": "CSV",
            "fileSchema": "Bucket, Key, LastModifiedDate, ETag",
            "files": parts,
        }
        self.fs.pipe_file(f"{NAME}/{INVENTORIES}/{name}/manifest.json", json.dumps(manifest).encode())
        self.fs.pipe_file(f"{NAME}/{INVENTORIES}/hive/dt={name[:10]}/symlink.txt", b"s3://elsewhere")

    def expire(self, name: str) -> None:
        """An inventory is older than thirty days."""
        self.fs.rm(f"{NAME}/{INVENTORIES}/{name}", recursive=True)


def _md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()
