"""The names of the paper's networks: which ResNet, cut or frozen where. Light: the standard library alone.

`resnet34:b3-0`        shallow: the network ends after residual unit 0 of block 3; all of it is trained
`resnet34:tune-b3-0`   fine-tuned: the whole network; residual unit 0 of block 3 and all after it are trained
`resnet34:tune-fc`     only the new head is trained;  `resnet34:tune-whole`  everything is
`resnet34:b3-0:spread` shallow, read by the mean and the spread of each channel instead of the mean alone
`resnet18:b2-1+b3-1`   two exits: the class's group is read after b2-1, the class within it after b3-1
`resnet18:b3-0:spread+lite2:x6`  beside an EfficientNet-Lite (see `models.networks.lite_variants`)
Blocks count from 1 and units from 0, as in the paper.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from models.errors import ModelError
from models.taxonomy import near

Approach = Literal["shallow", "fine_tuned"]
Point = tuple[int, int]
"""A residual unit: block from 1, unit from 0."""

UNITS: Mapping[str, tuple[int, int, int, int]] = MappingProxyType(
    {
        "resnet18": (2, 2, 2, 2),
        "resnet34": (3, 4, 6, 3),
        "resnet50": (3, 4, 6, 3),
        "resnet101": (3, 4, 23, 3),
        "resnet152": (3, 8, 36, 3),
    }
)
"""Residual units of the four blocks of each ResNet."""

OTHER_MODELS: tuple[str, ...] = (
    "resnet50:ensemble",
    "resnet50:svm",
    "alexnet+googlenet",
    "inception_v3",
    "densenet121+captions",
)
"""The paper's ensemble and baseline, and the related systems it compares with."""

ENSEMBLE_MEMBERS: tuple[str, ...] = tuple(
    f"resnet50:{cut}" for cut in ("b4-2", "b4-1", "b4-0", "b3-5", "b3-4", "b3-3")
)
"""The six deepest shallow ResNet-50s, in the order in which their features are concatenated."""


INPUT_SIZES: Mapping[str, int] = MappingProxyType({"inception_v3": 299})
"""Sides in pixels of what networks were made for, where it is not 224."""


class UnknownModelError(ModelError):
    """No model has this name; the message lists the near ones."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One of the paper's networks. `point` is a unit such as `b3-0`, or `fc` or `whole` of the fine-tuned."""

    base: str
    approach: Approach
    point: str

    @property
    def name(self) -> str:
        """As the command line takes it."""
        return f"{self.base}:{'tune-' if self.approach == 'fine_tuned' else ''}{self.point}"

    @property
    def unit(self) -> Point | None:
        """The residual unit of `point`; None for `fc` and `whole`."""
        return parse_point(self.point)


@dataclass(frozen=True, slots=True)
class Exits:
    """A network that is read twice: the class's group after one residual unit, the class after a deeper one."""

    base: str
    group: Point
    leaf: Point

    @property
    def name(self) -> str:
        """As the command line takes it."""
        return f"{self.base}:{point_name(self.group)}+{point_name(self.leaf)}"


def point_name(point: Point) -> str:
    """(3, 0) -> `b3-0`."""
    return f"b{point[0]}-{point[1]}"


def parse_point(point: str) -> Point | None:
    """`b3-0` (or `layer3-0`, as in the published predictions) -> (3, 0); None for anything else."""
    match = re.fullmatch(r"(?:b|layer)(\d)-(\d+)", point)
    return (int(match[1]), int(match[2])) if match else None


def points(base: str) -> tuple[str, ...]:
    """The residual units of a ResNet from the deepest to the first, as the paper's tables list them."""
    units = [point_name((block, unit)) for block, count in enumerate(UNITS[base], 1) for unit in range(count)]
    return tuple(reversed(units))


def shallow_variants(base: str) -> tuple[Variant, ...]:
    """Every cut of a ResNet, the uncut one first."""
    return tuple(Variant(base, "shallow", point) for point in points(base))


def fine_tuned_variants(base: str) -> tuple[Variant, ...]:
    """Every freeze of a ResNet, from the head alone to the whole network."""
    return tuple(Variant(base, "fine_tuned", point) for point in ("fc", *points(base), "whole"))


def all_variants() -> tuple[Variant, ...]:
    """The 10+18+18+35+52 fine-tuned and then the 8+16+16+33+50 shallow variants."""
    tuned = [variant for base in UNITS for variant in fine_tuned_variants(base)]
    return (*tuned, *(variant for base in UNITS for variant in shallow_variants(base)))


_BY_NAME: Mapping[str, Variant] = MappingProxyType({variant.name: variant for variant in all_variants()})


def model_names() -> tuple[str, ...]:
    """Every name that `--model` takes."""
    return (*_BY_NAME, *OTHER_MODELS)


def parse_variant(name: str) -> Variant:
    """`resnet18:b3-1` -> its `Variant`. Raises UnknownModelError, which lists the near names."""
    if name in _BY_NAME:
        return _BY_NAME[name]
    raise unknown_model(name)


def parse_spread(name: str) -> Variant | None:
    """`resnet18:b3-1:spread` -> the shallow variant that it reads; None for a name of another kind."""
    cut = name.removesuffix(":spread")
    return _BY_NAME.get(cut) if cut != name and ":tune-" not in cut else None


def parse_exits(name: str) -> Exits | None:
    """`resnet18:b2-1+b3-1` -> its `Exits`; None for a name of another kind.

    Raises UnknownModelError where an exit does not exist or the group's does not come before the class's.
    """
    base, _, pair = name.partition(":")
    group, plus, leaf = pair.partition("+")
    if base not in UNITS or not plus:
        return None
    early, deep = parse_point(group), parse_point(leaf)
    if early is None or deep is None or not {group, leaf} <= set(points(base)) or early >= deep:
        raise UnknownModelError(
            f"{name!r} is no pair of exits; name two residual units of {base}, the earlier one first, "
            f"from {points(base)[-1]} to {points(base)[0]}, such as {base}:b2-1+b3-1"
        )
    return Exits(base, early, deep)


def unknown_model(name: str) -> UnknownModelError:
    """The error for a name that no model has."""
    close = near(name, model_names(), 4) or [f"{base}:b3-0" for base in UNITS]
    return UnknownModelError(
        f"unknown model {name!r}; did you mean {', '.join(close)}? (`figmill models` lists all)"
    )
