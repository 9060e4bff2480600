"""The settings of a training: one object for the command line, the flow's parameters and the deployment."""

from __future__ import annotations

from dataclasses import dataclass, fields

from models.devices import Device
from models.training.recipes import (
    Optimiser,
    Preset,
    Recipe,
    Schedule,
    Select,
    change_recipe,
    preset,
    read_recipe,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainSettings:
    """All that a training depends on.

    `data`, `images` and `where` are as in `models.data.imageclef`; `weights` and `freeze` as in
    `models.training.starting`. `dataset` is one whose corrections are trained on besides, with the file `classes` of
    classes of one's own. The recipe is the preset's, changed
    by the TOML file `recipe`, changed by what is not None of `epochs` to `oversample`.
    """

    data: tuple[str, ...] = ()
    out: str
    dataset: str | None = None
    classes: str | None = None
    model: str = "resnet18:b3-0"
    name: str | None = None
    images: str | None = None
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    preset: Preset = "paper"
    weights: str = "imagenet"
    freeze: str | None = None
    recipe: str | None = None
    epochs: int | None = None
    learning_rate: float | None = None
    batch_size: int | None = None
    optimiser: Optimiser | None = None
    weight_decay: float | None = None
    schedule: Schedule | None = None
    select: Select | None = None
    oversample: float | None = None
    seed: int = 0
    validation: float = 0.2
    min_images: int | None = None
    device: Device = "auto"
    cache: str | None = None
    mlflow: bool = False
    command: str = ""
    """How the user called it, for the card."""
    notes: str = ""
    """A paragraph for the card."""


def recipe_of(settings: TrainSettings) -> Recipe:
    """The preset, with the file's settings and the command line's. Raises RecipeError."""
    recipe = preset(settings.preset, settings.model)
    if settings.recipe:
        recipe = read_recipe(settings.recipe, recipe)
    own = {f.name: getattr(settings, f.name, None) for f in fields(Recipe)}
    return change_recipe(recipe, {key: v for key, v in own.items() if v is not None}, "of the command line")
