"""A whole export: the dataset's parts read, what is chosen written in the form that was asked for."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.clock import now
from tasks.corrections.overlay import read_overlay
from tasks.dataset.columns import SUBFIGURES
from tasks.dataset.folder import whole_folder
from tasks.duplicates.groups import GROUP_COLUMN, read_groups
from tasks.errors import OutputError
from tasks.export import coco, croissant, label_studio
from tasks.export.card import CARD, CardFacts, write_card
from tasks.export.choice import Choice, ExportCounts
from tasks.export.hub import DATA, DataFile, data_file, data_files
from tasks.export.pages import PageCounts, classes_on, draw_pages
from tasks.export.pictures import PictureWriter
from tasks.export.rows import Advance, chosen_rows
from tasks.export.splits import SPLITS, splits
from tasks.export.webdataset import SHARDS, ShardWriter
from tasks.index.source import Origin, Part, list_parts, origin, reading_parts
from tasks.stores import paths
from tasks.wording.licenses import choose_licenses

_MODEL_CARD = "MODEL.md"
_READ_PARQUET = """from datasets import load_dataset

subfigures = load_dataset("PATH OR NAME OF THIS REPOSITORY", split="train")"""
_READ_SHARDS = """import webdataset as wds

subfigures = wds.WebDataset("{name}-{{000000..{last:06d}}}.tar").decode("pil")
for sample in subfigures:
    picture, words, facts = sample.get("png", sample.get("jpg")), sample["txt"], sample["json"]"""
_READ_PICTURES = """import json

with open("images.jsonld") as file:
    pictures = json.load(file)["@graph"]
for picture in pictures:
    print(picture["contentUrl"], picture.get("license"), picture.get("creditText"))"""


@dataclass(frozen=True, slots=True)
class Exporter:
    """A dataset in the folder `out`, with its parts and who labelled it, to be handed on."""

    out: Path
    parts: tuple[Part, ...]
    origin: Origin
    schema: pa.Schema
    """The columns that any part has."""
    choice: Choice
    groups: Mapping[str, str] | None = None
    """subfigure_id -> duplicate group; None where `figmill duplicates` never looked."""
    splits: Mapping[str, str] | None = None
    """paper_id -> train, validation or test; None where all rows stay together."""

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

    def licenses_of(self, asked: Iterable[str]) -> tuple[str, ...]:
        """The dataset's licences that are meant. Raises SettingsError for one that it has no row of."""
        asked = tuple(asked)
        known = [name for name in self._licenses().by_license if name] if asked else []
        return tuple(dict.fromkeys(name for one in asked for name in choose_licenses(one, known)))

    def choosing(self, choice: Choice) -> Exporter:
        """The same with other rows chosen."""
        return replace(self, choice=choice)

    def splitting(self) -> Exporter:
        """The same in train, validation and test."""
        return replace(self, splits=splits(self.out, self.parts, self.groups or {}))

    def to_webdataset(self, target: Path, shard_bytes: int, advance: Advance) -> ExportCounts:
        """Tar shards with a card. Raises OutputError where nothing is chosen, or `target` cannot be written."""
        counts = ExportCounts()
        with whole_folder(target) as folder:
            with contextlib.ExitStack() as stack:
                writers: dict[str | None, ShardWriter] = {}
                for _, split, rows in self._chosen(counts, advance):
                    if split not in writers:
                        shards = ShardWriter(folder, self.origin.classes, shard_bytes, split or SHARDS)
                        writers[split] = stack.enter_context(shards)
                    writers[split].add(rows)
            self._require_some(counts.subfigures)
            first = next(iter(writers.values()))
            reading = _READ_SHARDS.format(name=first.name, last=first.shards - 1)
            columns = [name for name in self._columns() if name not in ("image", "embedding")]
            files = {split: f"{split}-*.tar" for split in self._split_names(counts)} or {"train": "*.tar"}
            self._write_card(folder, target.resolve().name, counts, files, reading, columns)
        return counts

    def to_huggingface(self, target: Path, advance: Advance) -> ExportCounts:
        """A repository of Parquet files with a card and Croissant metadata. Raises as `to_webdataset`."""
        counts = ExportCounts()
        with whole_folder(target) as folder:
            for part, chosen in itertools.groupby(self._chosen(counts, advance), lambda found: found[0]):
                with contextlib.ExitStack() as stack:
                    files: dict[str | None, DataFile] = {}
                    for _, split, rows in chosen:
                        if split not in files:
                            file = DataFile(data_file(folder, part.name, split))
                            files[split] = stack.enter_context(file)
                        files[split].add(rows)
            self._require_some(counts.subfigures)
            name = target.resolve().name
            globs = data_files(self._split_names(counts))
            self._write_card(folder, name, counts, globs, _READ_PARQUET, self._columns())
            described = self._croissant(name, DATA, counts, self._split_names(counts))
            (folder / croissant.FILE).write_text(described, encoding="utf-8")
        return counts

    def to_pictures(self, target: Path, advance: Advance) -> ExportCounts:
        """Picture files, each described as an ImageObject, with a card. Raises as `to_webdataset`."""
        counts = ExportCounts()
        with whole_folder(target) as folder:
            with PictureWriter(folder) as pictures:
                for _, _, rows in self._chosen(counts, advance):
                    pictures.add(rows)
            self._require_some(counts.subfigures)
            self._write_card(folder, target.resolve().name, counts, {}, _READ_PICTURES, self._columns())
        return counts

    def to_coco(self, target: Path, advance: Advance) -> PageCounts:
        """Pages with `annotations.json`. Raises as `to_webdataset`, and where no page can be drawn."""
        counts = PageCounts()
        with whole_folder(target) as folder:
            pages = list(draw_pages(self.out, self.parts, self.choice, folder, counts, advance))
            name = target.resolve().name
            written = coco.document(pages, classes_on(pages, self.origin.classes), name)
            self._require_pages(counts)
            (folder / coco.FILE).write_text(written, encoding="utf-8")
        return counts

    def to_label_studio(self, target: Path, advance: Advance) -> PageCounts:
        """Pages with tasks to import. Raises as `to_coco`."""
        counts = PageCounts()
        with whole_folder(target) as folder:
            pages = list(draw_pages(self.out, self.parts, self.choice, folder, counts, advance))
            name = target.resolve().name
            written = label_studio.tasks(pages, self.origin.model_id, name)
            self._require_pages(counts)
            (folder / label_studio.TASKS).write_text(written, encoding="utf-8")
            labels = label_studio.labels(classes_on(pages, self.origin.classes))
            (folder / label_studio.LABELS).write_text(labels, encoding="utf-8")
        return counts

    def describe(self) -> Path:
        """Croissant metadata of the dataset where it stands, whatever is chosen; returns the file."""
        file = self.out / croissant.FILE
        described = replace(self, groups=None)
        text = described._croissant(self.out.resolve().name, SUBFIGURES, self._licenses())
        try:
            paths.put_bytes(text.encode(), file, durable=False)
        except OSError as error:
            raise OutputError(f"cannot write {file}: {error.strerror}") from error
        return file

    def _chosen(self, counts: ExportCounts, advance: Advance) -> Iterator[tuple[Part, str | None, pa.Table]]:
        """The chosen rows with their part and split."""
        for part in self.parts:
            for rows in chosen_rows(self.out, part, self.choice, counts, self.schema, self.groups, advance):
                if self.splits is None:
                    yield part, None, rows
                    continue
                found = pa.array([self.splits[paper] for paper in rows["paper_id"].to_pylist()])
                for split in SPLITS:
                    own = rows.filter(pc.equal(found, split))
                    if len(own):
                        counts.add_to_split(split, own)
                        yield part, split, own

    def _split_names(self, counts: ExportCounts) -> list[str]:
        return [split for split in SPLITS if counts.by_split[split]]

    def _require_some(self, chosen: int) -> None:
        if not chosen:
            raise OutputError(
                f"no subfigure of {self.out} is chosen: leave out what narrows the choice, such as --redistributable "
                "or --min-confidence, or label papers first"
            )

    def _require_pages(self, counts: PageCounts) -> None:
        self._require_some(counts.chosen)
        if not counts.pages:
            raise OutputError(
                f"no page of {self.out} can be drawn: its PDFs are no longer where they were, or have changed"
            )

    def _write_card(
        self,
        folder: Path,
        name: str,
        counts: ExportCounts,
        data_files: Mapping[str, str],
        reading: str,
        columns: list[str],
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
        (folder / CARD).write_text(write_card(facts), encoding="utf-8")
        (folder / _MODEL_CARD).write_bytes((self.schema.metadata or {}).get(b"figmill.model_card", b""))

    def _croissant(self, name: str, data: str, counts: ExportCounts, splits: Sequence[str] = ()) -> str:
        schema, classes = self.schema, self.origin.classes
        if self.groups is not None:
            schema = schema.append(pa.field(GROUP_COLUMN, pa.string()))
        files = f"{data}/*.parquet"
        return croissant.metadata(name, files, schema, classes, counts.by_license, now(), splits)

    def _columns(self) -> list[str]:
        return [*self.schema.names, *([] if self.groups is None else [GROUP_COLUMN])]

    def _licenses(self) -> ExportCounts:
        counts = ExportCounts()
        for part in self.parts:
            with reading_parts(self.out), part.path.open("rb") as file:
                counts.by_license.update(pq.read_table(file, columns=["license"])["license"].to_pylist())
        return counts


def open_export(out: Path) -> Exporter:
    """The dataset in `out`, ready to be handed on whole. Raises OutputError where it is none, or holds no part."""
    parts = list_parts(out)
    return Exporter(out, tuple(parts), origin(out, parts), _widest(out, parts), Choice(), read_groups(out))


def _widest(out: Path, parts: Sequence[Part]) -> pa.Schema:
    """The schema of the part with most columns: later ones of a version have all that earlier ones have."""
    schemas = []
    for part in parts:
        with reading_parts(out), part.path.open("rb") as file:
            schemas.append(pq.read_schema(file))
    return max(schemas, key=len)
