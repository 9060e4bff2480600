"""Icons as schemes are put together from."""

from __future__ import annotations

from collections.abc import Callable

from models.default.drawings.canvas import Point
from models.default.drawings.schemes import living, things
from models.default.drawings.schemes.pens import Pen

Icon = Callable[[Pen, Point, float], None]

ICONS: tuple[Icon, ...] = (
    living.mouse,
    living.fish,
    living.person,
    things.plate,
    things.wells,
    things.tube,
    things.flask,
    things.syringe,
    living.round_cell,
    living.neuron,
    things.helix,
    living.brain,
    living.lobes,
    living.leaf,
    things.sun,
    things.gear,
    things.screen,
    things.graph,
    things.microscope,
    things.house,
    things.document,
    things.store,
    living.microbe,
    things.protein,
    things.powder,
)
"""All that a scheme may be put together from."""


def icon(pen: Pen, at: Point, reach: float) -> None:
    """Any of the icons, `reach` high and wide on every side."""
    pen.sheet.one(ICONS)(pen, at, reach)
