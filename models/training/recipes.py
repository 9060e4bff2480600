"""How a network is trained: the paper's way, a faster one, or any other from a TOML file."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from models.data.augmentation import PAPER_AUGMENTATION, PRINT_AUGMENTATION, Augmentation
from models.errors import ModelError
from models.networks.variants import INPUT_SIZES
from models.taxonomy import near
from models.transforms import PAPER_TRANSFORM, SQUARE_FITS, Transform

Optimiser = Literal["adam", "adamw"]
Schedule = Literal["constant", "cosine"]
Select = Literal["loss", "accuracy", "macro_f1"]
Preset = Literal["paper", "fast"]


class RecipeError(ModelError):
    """A recipe with a setting that is unknown or out of its range; the message is one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a network is trained. The defaults are the paper's where it says, and Figmill's choice where not."""

    epochs: int = 100
    learning_rate: float = 5e-6
    batch_size: int = 32
    optimiser: Optimiser = "adam"
    weight_decay: float = 0.0
    schedule: Schedule = "constant"
    select: Select = "loss"
    """The epoch that is kept: the lowest validation loss, or the highest validation accuracy or macro-F1."""
    label_smoothing: float = 0.0
    oversample: float = 0.8
    """Every class gets at least this share of the largest one's images, by repetition."""
    frozen_statistics: bool = False
    """BatchNorm keeps the statistics that it started with."""
    probed_head: bool = False
    """The head starts as a logistic regression on the untrained network's features."""
    probe_views: int = 0
    """Augmented views of each image that the logistic regression sees besides the plain one."""
    transform: Transform = PAPER_TRANSFORM
    augmentation: Augmentation = PAPER_AUGMENTATION


PRESETS: Mapping[Preset, Recipe] = MappingProxyType(
    {
        "paper": Recipe(),
        "fast": Recipe(
            epochs=4,
            learning_rate=3e-5,
            optimiser="adamw",
            weight_decay=0.02,
            schedule="cosine",
            label_smoothing=0.05,
            oversample=0.2,
            frozen_statistics=True,
            probed_head=True,
            probe_views=3,
            transform=Transform(fit="stretch"),
            augmentation=PRINT_AUGMENTATION,
        ),
    }
)
"""`paper`: as published. `fast`: few epochs from a probed head, for figures as printed."""

_UNIT = (0.0, 1.0)
_RANGES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "epochs": (1, 100_000),
        "learning_rate": (1e-12, 10.0),
        "batch_size": (2, 65_536),
        "weight_decay": _UNIT,
        "label_smoothing": (0.0, 0.9),
        "oversample": _UNIT,
        "probe_views": (0, 100),
        "transform.size": (32, 1024),
        "transform.resize": (32, 1024),
        "transform.mean": _UNIT,
        "transform.std": (1e-3, 10.0),
        "augmentation.rotation": (-180.0, 180.0),
        "augmentation.zoom": (0.1, 1.0),
        "augmentation.stretch": (1.0, 4.0),
    }
    | {f"augmentation.{name}": _UNIT for name in ("flip", "light", "grey", "blur", "jpeg", "tint")}
)
"""What a number, or each number of a list, may be."""


def preset(name: Preset, model: str) -> Recipe:
    """A preset for a network, in the input size that the network is made for."""
    recipe = PRESETS[name]
    size = INPUT_SIZES.get(model, recipe.transform.size)
    resize = round(recipe.transform.resize * size / recipe.transform.size)
    return replace(recipe, transform=replace(recipe.transform, size=size, resize=resize))


def read_recipe(file: str | Path, base: Recipe) -> Recipe:
    """`base` with the settings of a TOML file, as `write_recipe` writes them. Raises RecipeError."""
    try:
        settings = tomllib.loads(Path(file).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RecipeError(f"the recipe {file} cannot be read: {error}") from error
    return change_recipe(base, settings, str(file))


def change_recipe(recipe: Recipe, settings: Mapping[str, Any], source: str) -> Recipe:
    """`recipe` with other settings, `transform` and `augmentation` being tables. Raises RecipeError."""
    changed: Recipe = _changed(recipe, settings, f"the recipe {source}", "")
    transform, rotation = changed.transform, changed.augmentation.rotation
    if transform.resize < transform.size:
        raise RecipeError(
            f"the recipe {source}: transform.resize {transform.resize} is below its size {transform.size}"
        )
    if transform.fit not in SQUARE_FITS:
        raise RecipeError(
            f"the recipe {source}: transform.fit {transform.fit} is for classifying; training needs one of "
            f"{', '.join(SQUARE_FITS)}"
        )
    if rotation[0] > rotation[1]:
        raise RecipeError(
            f"the recipe {source}: augmentation.rotation goes from the smaller angle to the larger"
        )
    return changed


def write_recipe(recipe: Recipe) -> str:
    """The recipe as TOML with every setting, to change and to read again."""
    lines = [_line(f.name, getattr(recipe, f.name)) for f in fields(recipe) if not _is_table(recipe, f.name)]
    for table in (f.name for f in fields(recipe) if _is_table(recipe, f.name)):
        record = getattr(recipe, table)
        lines += ["", f"[{table}]", *(_line(f.name, getattr(record, f.name)) for f in fields(record))]
    return "\n".join(lines) + "\n"


def _is_table(recipe: Recipe, name: str) -> bool:
    return is_dataclass(getattr(recipe, name))


def _line(name: str, value: object) -> str:
    return f"{name} = {json.dumps(value)}"  # TOML writes these values as JSON does


def _changed(record: Any, settings: Mapping[str, Any], source: str, prefix: str) -> Any:
    hints = get_type_hints(type(record))
    unknown = [name for name in settings if name not in hints]
    if unknown:
        close = near(unknown[0], list(hints)) or list(hints)
        raise RecipeError(f"{source}: unknown setting {prefix}{unknown[0]}; known: {', '.join(close)}")
    values = {}
    for name, value in settings.items():
        if is_dataclass(hints[name]):
            if not isinstance(value, Mapping):
                raise RecipeError(f"{source}: {prefix}{name} is no table")
            values[name] = _changed(getattr(record, name), value, source, f"{prefix}{name}.")
        else:
            values[name] = _checked(value, hints[name], f"{source}: {prefix}{name}", f"{prefix}{name}")
    return replace(record, **values)


def _checked(value: Any, hint: Any, source: str, name: str) -> Any:
    """The value as the field's type has it. Raises RecipeError where it is of another type or out of range."""
    if get_origin(hint) is Literal:
        if value not in get_args(hint):
            raise RecipeError(f"{source} is {value!r}, none of {', '.join(get_args(hint))}")
        return value
    if get_origin(hint) is tuple:
        return _checked_list(value, get_args(hint), source, name)
    if hint is float and type(value) is int:
        value = float(value)
    if type(value) is not hint:
        raise RecipeError(f"{source} is {value!r}, which is no {_KINDS[hint]}")
    low, high = _RANGES.get(name, (-float("inf"), float("inf")))
    if isinstance(value, int | float) and not isinstance(value, bool) and not low <= value <= high:
        raise RecipeError(f"{source} is {value!r}, not from {low:g} to {high:g}")
    return value


def _checked_list(value: Any, kinds: tuple[Any, ...], source: str, name: str) -> tuple[Any, ...]:
    any_length = kinds[-1] is Ellipsis
    if not isinstance(value, list | tuple) or (not any_length and len(value) != len(kinds)):
        raise RecipeError(
            f"{source} is {value!r}, which is no list{'' if any_length else f' of {len(kinds)}'}"
        )
    return tuple(_checked(item, kinds[0], source, name) for item in value)


_KINDS: Mapping[type, str] = MappingProxyType(
    {int: "whole number", float: "number", bool: "true or false", str: "text"}
)
