"""Gathers the panels that the shipped bundle learns from and is judged on, and has it built."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from models.data.imageclef import IMAGE_SUFFIXES, DataError
from tasks.developing.gold import read_gold

if TYPE_CHECKING:
    from models.bundle.bundle import BundleInfo
    from models.default.panels import Kind, LabelledPanel

_FREE = ("permissive", "cc0")
"""Only ready-made sets of these licence classes may train what ships."""
_NOT_SHOWN = ("no licence",)
"""What the licence of a set begins with where its own files state none: such a set does not train."""
_SHARE_ALIKE = "-SA"
_FAMILIES = {"openstax/": "OpenStax", "cnx-user-books/": "OpenStax"}
"""Sets that print the same pictures count as one source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildSettings:
    """All that the build depends on."""

    panels: str
    """The folder with published.csv and faulty.csv (with articles and splits), charts.csv (kinds of chart) and
    assembled.csv (ready-made sets)."""
    weights: str
    """ImageNet weights of ResNet-18."""
    second: str
    """ImageNet weights of EfficientNet-Lite2."""
    captions: str
    """A list of captions of micrographs with their classes, as ImageCLEF's."""
    out: str
    sentences: str | None = None
    """The folder of MiniLM as it is published, which reads captions beside their terms."""
    corpus: str | None = None
    """Papers with gold: more panels to judge by, with captions."""
    photographs: str | None = None
    """The folder of the packages that hold the photographs listed in photographs.csv."""
    strangers: tuple[str, ...] = ()
    """Further folders of images that are no panels, to measure rejection on."""
    beside: str | None = None
    """An earlier bundle, to be judged on the same panels."""
    cache: str | None = None
    seed: int = 0
    command: str = ""


def build_default(settings: BuildSettings) -> BundleInfo:
    """Writes the bundle to `out`. Raises ValueError or InputError with a line for the user."""
    from models.default.build import Sources, build

    say = partial(print, flush=True)  # at once, also into a file: the build takes long
    sources = Sources(
        weights=settings.weights,
        second=settings.second,
        captions=Path(settings.captions),
        sentences=Path(settings.sentences) if settings.sentences else None,
        beside=settings.beside,
        cache=Path(settings.cache) if settings.cache else None,
        command=settings.command,
        seed=settings.seed,
    )
    return build(list(gather_panels(settings)), sources, settings.out, say)


def gather_panels(settings: BuildSettings) -> Iterator[LabelledPanel]:
    """Every panel that trains or is judged."""
    from models.default.panels import draw_all, draw_noise
    from models.default.photographs import read_photographs

    yield from _published(Path(settings.panels))
    yield from _assembled(Path(settings.panels))
    cache = Path(settings.cache) if settings.cache else None
    yield from draw_all(settings.seed, cache)
    yield from draw_noise(settings.seed, cache)
    if settings.corpus:
        yield from _gold(settings.corpus)
    if settings.photographs:
        yield from read_photographs(Path(settings.photographs))
    for folder in settings.strangers:
        yield from _strangers(Path(folder))


def _published(folder: Path) -> Iterator[LabelledPanel]:
    """Panels and faulty cuts of articles: those of the split train where their terms allow it to ship, all of dev."""
    charts = {row["path"]: row for row in _read(folder / "charts.csv")}
    for name in ("published", "faulty"):
        for row in _read(folder / f"{name}.csv"):
            ships = row["third_party"] == "0" and _SHARE_ALIKE not in row["licence"]
            if row["split"] == "dev" or ships:
                kind: Kind = "dev" if row["split"] == "dev" else name
                yield _panel(folder, row, kind, charts.get(row["path"], {}))


def _panel(folder: Path, row: Mapping[str, str], kind: Kind, chart: Mapping[str, str]) -> LabelledPanel:
    from models.default.panels import LabelledPanel
    from models.inference.words import Words

    return LabelledPanel(
        image=(folder / row["path"]).read_bytes(),
        code=row["code"],
        kind=kind,
        group=row["article"],
        publisher=row["doi"].partition("/")[0],
        unsure=row["unsure"] == "1",
        words=Words(row["subcaption"] or None, row["caption"] or None, row["panel_label"] or None),
        chart=chart.get("kind", ""),
        chart_unsure=chart.get("unsure") == "1",
        source="published articles",
        licence=row["licence"],
    )


def _assembled(folder: Path) -> Iterator[LabelledPanel]:
    """The ready-made sets whose licence is shown and allows it."""
    from models.default.panels import LabelledPanel
    from models.inference.words import Words

    for row in _read(folder / "assembled.csv"):
        if row["licence_class"] in _FREE and not row["licence"].startswith(_NOT_SHOWN):
            yield LabelledPanel(
                image=(folder / row["path"]).read_bytes(),
                code=row["code"],
                kind="assembled",
                group=_family(row["source"]),
                words=Words(None, row["caption"]) if row["caption"] else None,
                source=row["source"],
                licence=row["licence"],
            )


def _family(source: str) -> str:
    return next((name for start, name in _FAMILIES.items() if source.startswith(start)), source)


def _read(file: Path) -> Iterable[Mapping[str, str]]:
    """The rows of a table. Raises DataError where it cannot be read."""
    try:
        with file.open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{file} cannot be read: {error}") from error


def _gold(corpus: str) -> Iterator[LabelledPanel]:
    from models.default.panels import LabelledPanel
    from models.inference.words import Words

    for gold in read_gold(corpus):
        yield LabelledPanel(
            image=gold.image,
            code=gold.code,
            kind="gold",
            group=gold.article,
            unsure=gold.unsure,
            words=Words(gold.own, gold.caption),
        )


def _strangers(folder: Path) -> Iterator[LabelledPanel]:
    from models.default.panels import LabelledPanel

    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.suffix.lower() in IMAGE_SUFFIXES:
            yield LabelledPanel(image=file.read_bytes(), code="", kind="stranger", group=folder.name)
