"""Gathers the panels that the shipped bundle learns from and is tested on, and has it built."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from models.data.imageclef import IMAGE_SUFFIXES, LabelledImage, read_data
from tasks.developing.gold import read_gold

if TYPE_CHECKING:
    from models.bundle.bundle import BundleInfo
    from models.default.panels import Kind, LabelledPanel

_FREE = ("permissive", "cc0")
"""Only ready-made sets of these licence classes may train what ships."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildSettings:
    """All that the build depends on."""

    panels: str
    """The folder with published.csv (with articles and splits) and assembled.csv (ready-made sets)."""
    weights: str
    out: str
    corpus: str | None = None
    """Papers with gold: more panels to test on, with captions."""
    photographs: str | None = None
    """The folder of the packages that hold the photographs listed in photographs.csv."""
    strangers: tuple[str, ...] = ()
    """Further folders of images that are no panels, to measure rejection on."""
    cache: str | None = None
    seed: int = 0
    command: str = ""


def build_default(settings: BuildSettings) -> BundleInfo:
    """Writes the bundle to `out`. Raises ValueError or InputError with a line for the user."""
    from models.default.build import build
    from models.default.panels import drawn_panels
    from models.default.photographs import read_photographs

    panels = [*_labelled(Path(settings.panels)), *drawn_panels(settings.seed)]
    if settings.corpus:
        panels += _gold(settings.corpus)
    if settings.photographs:
        panels += read_photographs(Path(settings.photographs))
    for folder in settings.strangers:
        panels += _strangers(Path(folder))
    say = partial(print, flush=True)  # at once, also into a file: the build takes long
    cache = Path(settings.cache) if settings.cache else None
    return build(panels, settings.weights, settings.out, settings.seed, settings.command, say, cache)


def _labelled(folder: Path) -> Iterator[LabelledPanel]:
    """Test panels whatever their source; training panels only where their terms allow it to ship."""
    published = folder / "published.csv"
    free = {image.path for image in read_data([published], where={"third_party": ("0",)}).images}
    for image in read_data([published]).images:
        if image.split == "test" or image.path in free:
            yield _panel(image, "test" if image.split == "test" else "published")
    for image in read_data([folder / "assembled.csv"], where={"licence_class": _FREE}).images:
        yield _panel(image, "assembled")


def _panel(image: LabelledImage, kind: Kind) -> LabelledPanel:
    from models.default.panels import LabelledPanel

    return LabelledPanel(
        image=image.path.read_bytes(),
        code=image.code,
        kind=kind,
        group=image.group or image.source,
        unsure=image.unsure,
        source="published articles" if image.group else image.source,
        licence=image.licence,
    )


def _gold(corpus: str) -> Iterator[LabelledPanel]:
    from models.default.panels import LabelledPanel

    for gold in read_gold(corpus):
        yield LabelledPanel(
            image=gold.image,
            code=gold.code,
            kind="test",
            group=gold.article,
            unsure=gold.unsure,
            text=gold.text,
        )


def _strangers(folder: Path) -> Iterator[LabelledPanel]:
    from models.default.panels import LabelledPanel

    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.suffix.lower() in IMAGE_SUFFIXES:
            yield LabelledPanel(image=file.read_bytes(), code="", kind="stranger", group=folder.name)
