"""Pictures that an export left out, filled in again from the user's own papers.

An export with `--null-unlicensed` says of every picture whose it is and what its bytes were. Who has the paper reads it
again, in the same confined processes as `figmill label`, and gets the very same picture: by its SHA-256, or not at all.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.dataset.columns import IMAGE_COLUMN
from tasks.dataset.folder import whole_folder
from tasks.errors import OutputError
from tasks.export.card import CARD, restored_card
from tasks.export.hub import DATA, DataFile
from tasks.extraction.image_files import SUFFIXES
from tasks.extraction.pool import ExtractionPool
from tasks.index.source import reading_parts
from tasks.inputs.fetching import JATS_SUFFIXES
from tasks.inputs.listing import find_jats, identify, list_inputs
from tasks.records import Extraction, Graphic, PaperFiles, SourceFile
from tasks.runs.outcomes import Failure
from tasks.settings import ExtractionLimits, default_workers

Advance = Callable[[int], None]
_FOUND = ".pictures"
_KINDS = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg"}
_COLUMNS = ["paper_id", "image_sha256", f"{IMAGE_COLUMN}.path"]


@dataclass(slots=True)
class Restored:
    """What became of the pictures that were missing."""

    pictures: int = 0
    missing: int = 0
    """Pictures that are still missing."""
    papers_missing: int = 0
    """Papers with missing pictures that are not among the user's."""
    papers_failed: int = 0
    """Of the user's papers, those that could not be read."""


@dataclass(frozen=True, slots=True)
class Repository:
    """An export for the Hugging Face Hub, with what its pictures lack."""

    folder: Path
    files: tuple[Path, ...]
    wanted: Mapping[str, frozenset[str]] = field(repr=False)
    """SHA-256 of the missing pictures by paper_id."""

    @property
    def missing(self) -> int:
        """How many different pictures are missing."""
        return len(frozenset[str]().union(*self.wanted.values()))

    def restore(
        self, papers: tuple[str, ...], jats: Path | None, target: Path, advance: Advance = lambda _: None
    ) -> Restored:
        """Writes the repository anew in `target`, with the pictures that the user's `papers` have.

        `papers` are PDFs or folders of such; their JATS lies beside them or in `jats`, as when they were labelled. Of
        an article without a PDF it is the JATS, with the image files that it names beside it.
        Raises InputError where there is no PDF, OutputError where `target` cannot be written.
        """
        restored = Restored()
        mine = _mine(papers, jats, self.wanted)
        restored.papers_missing = len(self.wanted) - len(mine)
        with whole_folder(target) as folder:
            shutil.copytree(self.folder, folder, dirs_exist_ok=True, ignore=_without_data)
            found = folder / _FOUND
            found.mkdir()
            kept: set[str] = set()
            for read in _read(mine, found):
                if isinstance(read, Failure):
                    restored.papers_failed += 1
                    continue
                own = _keep(read, self.wanted[read.paper.paper_id], found)
                kept |= own
                advance(len(own))
            for file in self.files:
                with DataFile(folder / file.relative_to(self.folder)) as written:
                    for rows in _groups(self.folder, file):
                        written.add(_filled(rows, found, kept, restored))
            shutil.rmtree(found)
            _say_restored(folder / CARD, restored)
        return restored


def open_repository(folder: Path) -> Repository:
    """An exported repository. Raises OutputError where `folder` is none, or lacks no picture."""
    files = tuple(sorted((folder / DATA).glob("*.parquet")))
    if not files:
        raise OutputError(
            f"{folder} is no export for the Hugging Face Hub: name the folder that `figmill export --to huggingface` "
            "wrote"
        )
    wanted: dict[str, set[str]] = {}
    for file in files:
        with reading_parts(folder), file.open("rb") as stream:
            rows = pq.ParquetFile(stream).read(columns=_COLUMNS)
            lacking = rows.filter(rows[IMAGE_COLUMN].is_null())
        for paper_id, digest in zip(*(lacking[name].to_pylist() for name in _COLUMNS[:2]), strict=True):
            wanted.setdefault(paper_id, set()).add(digest)
    if not wanted:
        raise OutputError(f"{folder} has all its pictures: there is nothing to restore")
    return Repository(folder, files, {paper_id: frozenset(found) for paper_id, found in wanted.items()})


def _say_restored(card: Path, restored: Restored) -> None:
    """Puts a copied card right, in whatever encoding its owner has written it."""
    if card.is_file():
        text = card.read_bytes().decode(errors="surrogateescape")
        text = restored_card(text, restored.pictures, restored.missing)
        card.write_bytes(text.encode(errors="surrogateescape"))


def _without_data(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name == DATA]


def _mine(
    papers: tuple[str, ...], jats: Path | None, wanted: Mapping[str, frozenset[str]]
) -> list[PaperFiles]:
    """The user's papers that have a missing picture, each once."""
    found: dict[str, PaperFiles] = {}
    for item in identify(list_inputs(papers, (".pdf", *JATS_SUFFIXES))):
        if not isinstance(item, PaperFiles) or item.paper.paper_id not in wanted:
            continue
        if item.main.path.name.lower().endswith(JATS_SUFFIXES):
            found[item.paper.paper_id] = replace(item, graphics=_graphics_beside(item.main.path))
        else:
            words = find_jats(item.main.path, jats)
            found[item.paper.paper_id] = (
                replace(item, jats=SourceFile(str(words))) if words is not None else item
            )
    return list(found.values())


def _graphics_beside(jats: Path) -> tuple[Graphic, ...]:
    """The image files in the folder of an article without a PDF, by which its JATS names its figures."""
    images = [file for file in sorted(jats.parent.iterdir()) if file.name.lower().endswith(SUFFIXES)]
    return tuple(Graphic(file.name, SourceFile(str(file), str(file))) for file in images)


def _read(papers: list[PaperFiles], spool: Path) -> Iterator[Extraction | Failure]:
    pool = ExtractionPool(min(default_workers(), max(1, len(papers))), ExtractionLimits())
    with contextlib.ExitStack() as stack:
        stack.callback(pool.stop)
        yield from pool.read(papers, spool)


def _keep(read: Extraction, wanted: frozenset[str], folder: Path) -> set[str]:
    """Puts the wanted pictures of a paper aside, each under its SHA-256, which the pool has checked; gives those."""
    images = [subfigure.image for figure in read.figures for subfigure in figure.subfigures]
    found = {image.sha256: image.data for image in images if image.sha256 in wanted}
    for digest, data in found.items():
        (folder / digest).write_bytes(data)
    return set(found)


def _groups(folder: Path, file: Path) -> Iterator[pa.Table]:
    with reading_parts(folder), file.open("rb") as stream:
        opened = pq.ParquetFile(stream, buffer_size=1 << 20)
        for group in range(opened.num_row_groups):
            yield opened.read_row_group(group)


def _filled(rows: pa.Table, found: Path, kept: set[str], restored: Restored) -> pa.Table:
    """The rows with what was found of their missing pictures."""
    place = rows.schema.get_field_index(IMAGE_COLUMN)
    images: list[dict[str, Any] | None] = rows[IMAGE_COLUMN].to_pylist()
    digests, names = rows["image_sha256"].to_pylist(), rows["subfigure_id"].to_pylist()
    for number, (image, digest, name) in enumerate(zip(images, digests, names, strict=True)):
        if image is not None:
            continue
        if digest not in kept:
            restored.missing += 1
            continue
        data = (found / digest).read_bytes()
        suffix = next((suffix for start, suffix in _KINDS.items() if data.startswith(start)), "bin")
        images[number] = {"bytes": data, "path": f"{name.replace('/', '-')}.{suffix}"}
        restored.pictures += 1
    column = rows.schema.field(place)
    return rows.set_column(place, column, pa.array(images, column.type))
