"""Charts of known kinds in the styles of journals: they teach the kinds of which few are published."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

import numpy as np
from PIL import Image

from models.default.drawings.charts import areas, bold, curves, fields, maps, points, trees
from models.default.drawings.charts.sheet import Sheet, new_sheet
from models.default.drawings.figure import Random, to_image

Drawer = Callable[[Sheet], None]

CHARTS: Mapping[str, tuple[Drawer, ...]] = MappingProxyType(
    {
        "bar": (areas.bars,),
        "box": (areas.boxes, bold.bold_groups),
        "heatmap": (areas.heat_map, bold.bold_cells),
        "histogram": (areas.histogram,),
        "pie": (areas.pie,),
        "radar": (areas.radar,),
        "surface": (areas.surface, fields.field),
        "venn": (areas.venn_diagram, areas.outlined_venn, areas.outlined_venn),
        "line": (curves.lines, curves.bold_lines, curves.bold_lines),
        "roc": (curves.operating_curves,),
        "spectrum": (curves.spectrum, bold.assigned_peaks),
        "survival": (curves.survival,),
        "trace": (curves.trace,),
        "tree": (trees.tree, trees.cladogram, trees.round_tree, trees.star_tree),
        "cytometry": (points.cytometry,),
        "forest": (points.forest,),
        "funnel": (points.funnel,),
        "manhattan": (points.manhattan,),
        "network": (points.network, points.named_network, points.named_network),
        "scatter": (points.scatter,),
        "volcano": (points.volcano,),
        "map": (maps.field_map, maps.region_map, maps.site_map, maps.bare_map, maps.bare_map),
    }
)
"""What draws each kind; each drawer draws the same number of charts."""


def draw_charts(per_drawer: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """(kind, PNG) of every drawn chart; the same seed draws the same charts."""
    for place, (kind, drawers) in enumerate(CHARTS.items()):
        for number, draw in enumerate(drawers * per_drawer):
            stream = io.BytesIO()
            draw_chart(draw, np.random.default_rng([seed, place, number])).save(stream, "PNG")
            yield kind, stream.getvalue()


def draw_chart(draw: Drawer, random: Random) -> Image.Image:
    """One chart, cut to its ink."""
    sheet = new_sheet(random)
    draw(sheet)
    return to_image(sheet.figure)
