"""What a dataset has that labels may be about: its subfigures by name, and the classes that may be named."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models import taxonomy
from tasks.corrections.actions import SHAPES, Panel, in_force
from tasks.corrections.files import LONGEST_LABEL, read_corrections
from tasks.corrections.overlay import KEYS, read_overlay
from tasks.corrections.rows import KNOWN_BY, panel_of, read_columns
from tasks.dataset.columns import PAPERS
from tasks.dataset.files import part_files
from tasks.dataset.schema import figmill_metadata
from tasks.errors import InputError
from tasks.stores import paths
from tasks.texts import printable

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath


@dataclass(frozen=True, slots=True)
class Known:
    """A dataset's subfigures, those that people made among them, and its classes."""

    panels: Mapping[str, Panel]
    sources: Mapping[str, str]
    """Where each paper lay, by paper_id."""
    classes: tuple[str, ...]
    """The model's, ImageCLEF's, and those that people have named already."""
    modalities: Mapping[str, str | None]
    """What each row that stands is said to be, by model or people."""

    def panel(self, subfigure_id: str, where: str) -> Panel:
        """Raises InputError, which begins with `where`, for a name that the dataset has not."""
        found = self.panels.get(subfigure_id)
        if found is None:
            raise InputError(f"{where}: the dataset has no subfigure {printable(subfigure_id, 80)!r}")
        return found

    def code(self, typed: str, where: str) -> str:
        """The class that was typed, by code or by name in whatever letters; else raises InputError."""
        return class_code(typed, self.classes, where)


def class_code(typed: str, classes: Sequence[str], where: str) -> str:
    """The class among `classes` that was typed: `dmfl` and `Fluorescence microscopy` are DMFL.

    Raises InputError, which begins with `where`, for others, with those that are near.
    """
    names = {code.casefold(): code for code in classes}
    words = {taxonomy.name(code).casefold(): code for code in classes}
    found = names.get(typed.casefold()) or words.get(typed.casefold())
    if found is None:
        near = taxonomy.near(typed.upper(), classes) or list(classes[:5])
        raise InputError(f"{where}: no class {printable(typed, 60)!r}; known are {', '.join(near)}, …")
    return found


def new_class(typed: str, where: str) -> str:
    """A class of one's own, as it is kept. Raises InputError, which begins with `where`, for what cannot be one."""
    name = " ".join(typed.split())
    if not name or len(name) > LONGEST_LABEL or not name.isprintable() or not taxonomy.path(name)[-1]:
        raise InputError(
            f"{where}: {printable(typed, 60)!r} is no name of a class: give it 1 to {LONGEST_LABEL} letters"
        )
    return name


def known_of(out: StorePath) -> Known:
    """What the dataset in `out` has; reads a few columns of every part."""
    panels, sources = {}, {}
    modalities: dict[str, str | None] = {}
    overlay = read_overlay(out)
    for _, table in read_columns(out, [*KNOWN_BY, "source_uri", "modality"]):
        standing = overlay.apply(table.select([*KEYS, "modality"]))
        modalities |= dict(
            zip(standing["subfigure_id"].to_pylist(), standing["modality"].to_pylist(), strict=True)
        )
        for row in table.to_pylist():
            panels[row["subfigure_id"]] = panel_of(row)
            sources[row["paper_id"]] = row["source_uri"] or ""
    named = []
    for one in in_force(read_corrections(out).corrections):
        if one.action == "label" and one.value:
            named.append(one.value)
        for piece in one.pieces if one.action in SHAPES else ():
            panels[piece.subfigure_id] = Panel(
                subfigure_id=piece.subfigure_id,
                paper_id=one.panel.paper_id,
                image_sha256=piece.image_sha256,
                page=one.panel.page,
                figure_bbox=one.panel.figure_bbox,
                subfigure_bbox=piece.bbox,
            )
    classes = tuple(dict.fromkeys([*taxonomy.CODES, *classes_of(out), *named]))
    return Known(panels, sources, classes, modalities)


def classes_of(out: StorePath) -> tuple[str, ...]:
    """The classes of the model that labelled the dataset; none where it holds no part yet."""
    for ledger in part_files(out / PAPERS):
        with paths.parquet(ledger) as file:
            said = json.loads(figmill_metadata(file.schema_arrow).get("classes", "[]"))
        return tuple(map(str, said)) if isinstance(said, list) else ()
    return ()
