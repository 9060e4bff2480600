"""A whole export: the dataset's parts read, what is chosen written in the form that was asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.clock import now
from tasks.corrections.overlay import read_overlay
from tasks.dataset.schema import SUBFIGURES
from tasks.errors import OutputError
from tasks.export import croissant
from tasks.export.card import CardFacts, write_card
from tasks.export.choice import Choice, ExportCounts
from tasks.export.folder import whole_folder
from tasks.export.hub import DATA, write_part
from tasks.export.rows import Advance, chosen_rows
from tasks.export.webdataset import ShardWriter
from tasks.index.source import Origin, Part, list_parts, origin, reading_parts
from tasks.stores import paths

_CARD, _MODEL_CARD = "README.md", "MODEL.md"
_READ_PARQUET = """from datasets import load_dataset

subfigures = load_dataset("PATH OR NAME OF THIS REPOSITORY", split="train")"""
_READ_SHARDS = """import webdataset as wds

subfigures = wds.WebDataset("figmill-{{000000..{last:06d}}}.tar").decode("pil")
for sample in subfigures:
    picture, words, facts = sample.get("png", sample.get("jpg")), sample["txt"], sample["json"]"""


@dataclass(frozen=True, slots=True)
class Exporter:
    """A dataset in the folder `out`, with its parts and who labelled it, to be handed on."""

    out: Path
    parts: tuple[Part, ...]
    origin: Origin
    choice: Choice

    @property
    def rows(self) -> int:
        """Rows that will be looked at."""
        return sum(part.rows for part in self.parts)

    @property
    def modality_paths(self) -> set[str]:
        """The paths that any row has, groups and kinds among them; reads that column of every part."""
        found = read_overlay(self.out).modality_paths
        for part in self.parts:
            with reading_parts(self.out), part.path.open("rb") as file:
                column = pq.read_table(file, columns=["modality_path"])["modality_path"]
            found.update(filter(None, pc.unique(pc.list_flatten(column)).to_pylist()))
        return found

    def choosing(self, choice: Choice) -> Exporter:
        """The same with other rows chosen."""
        return replace(self, choice=choice)

    def to_webdataset(self, target: Path, shard_bytes: int, advance: Advance) -> ExportCounts:
        """Tar shards with a card. Raises OutputError where nothing is chosen, or `target` cannot be written."""
        counts = ExportCounts()
        with whole_folder(target) as folder:
            with ShardWriter(folder, self.origin.classes, shard_bytes) as shards:
                for part in self.parts:
                    for rows in chosen_rows(self.out, part, self.choice, counts, advance):
                        shards.add(rows)
            self._require_some(counts)
            reading = _READ_SHARDS.format(last=shards.shards - 1)
            columns = [name for name in self._schema().names if name not in ("image", "embedding")]
            self._write_card(folder, target.resolve().name, counts, "*.tar", reading, columns)
        return counts

    def to_huggingface(self, target: Path, advance: Advance) -> ExportCounts:
        """A repository of Parquet files with a card and Croissant metadata. Raises as `to_webdataset`."""
        counts = ExportCounts()
        with whole_folder(target) as folder:
            for part in self.parts:
                write_part(folder, part.name, chosen_rows(self.out, part, self.choice, counts, advance))
            self._require_some(counts)
            name, glob = target.resolve().name, f"{DATA}/*.parquet"
            self._write_card(folder, name, counts, glob, _READ_PARQUET, self._schema().names)
            (folder / croissant.FILE).write_text(self._croissant(name, glob, counts), encoding="utf-8")
        return counts

    def describe(self) -> Path:
        """Croissant metadata of the dataset where it stands, whatever is chosen; returns the file."""
        file = self.out / croissant.FILE
        text = self._croissant(self.out.resolve().name, f"{SUBFIGURES}/*.parquet", self._licenses())
        try:
            paths.put_bytes(text.encode(), file, durable=False)
        except OSError as error:
            raise OutputError(f"cannot write {file}: {error.strerror}") from error
        return file

    def _require_some(self, counts: ExportCounts) -> None:
        if not counts.subfigures:
            raise OutputError(f"no subfigure of {self.out} is chosen: ask for less, or label papers first")

    def _write_card(
        self, folder: Path, name: str, counts: ExportCounts, data_files: str, reading: str, columns: list[str]
    ) -> None:
        facts = CardFacts(
            name=name,
            model_id=self.origin.model_id,
            counts=counts,
            choice=self.choice,
            data_files=data_files,
            reading=reading,
            columns=columns,
        )
        (folder / _CARD).write_text(write_card(facts), encoding="utf-8")
        (folder / _MODEL_CARD).write_bytes((self._schema().metadata or {}).get(b"figmill.model_card", b""))

    def _croissant(self, name: str, includes: str, counts: ExportCounts) -> str:
        schema, classes = self._schema(), self.origin.classes
        return croissant.metadata(name, includes, schema, classes, counts.by_license, now())

    def _schema(self) -> pa.Schema:
        with reading_parts(self.out), self.parts[0].path.open("rb") as file:
            return pq.read_schema(file)

    def _licenses(self) -> ExportCounts:
        counts = ExportCounts()
        for part in self.parts:
            with reading_parts(self.out), part.path.open("rb") as file:
                counts.by_license.update(pq.read_table(file, columns=["license"])["license"].to_pylist())
        return counts


def open_export(out: Path) -> Exporter:
    """The dataset in `out`, ready to be handed on whole. Raises OutputError where it is none, or holds no part."""
    parts = list_parts(out)
    return Exporter(out, tuple(parts), origin(out, parts), Choice())
