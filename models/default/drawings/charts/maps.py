"""Maps with something measured on them: fields in false colour, regions in the colours of a scale, and sites.

Land is where smooth noise is high, so that coasts are as ragged as real ones and no country is any in particular.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from models.default.drawings.charts.sheet import Sheet
from models.default.drawings.figure import pick, words

_SIZE = 160
_SCALES = ("RdBu_r", "viridis", "jet", "Spectral_r", "YlOrRd", "Blues", "Reds", "RdYlGn", "BrBG", "Greens")
_SEAS = ("white", "white", "white", "#d6eaf8", "#eeeeee", "#a8d5e5")
_LANDS = ("white", "#f2f2f2", "#dddddd", "#f5f0dc", "#cfe3c0")

Grid = npt.NDArray[np.float64]


def field_map(sheet: Sheet) -> None:
    """A value at every place on land, in false colour."""
    land = _set_up(sheet)
    values = _noise(sheet, pick(sheet.random, (1.2, 1.8, 2.4))) + _slope(sheet)
    values[~land] = np.nan
    blocks = sheet.count(1, 3)
    coarse = np.kron(values[::blocks, ::blocks], np.ones((blocks, blocks)))
    image = sheet.axes.imshow(coarse, cmap=pick(sheet.random, _SCALES), interpolation="nearest")
    if sheet.chance(0.4):
        _outline(sheet, land)
    if sheet.chance(0.5):
        sheet.figure.colorbar(image, shrink=float(sheet.random.uniform(0.4, 0.9)), label=sheet.label())
    _furnish(sheet)


def bare_map(sheet: Sheet) -> None:
    """A value at every place on land as fine cells on plain white, without frame or degrees, as models put it out."""
    land = _set_up(sheet)
    sheet.axes.set_axis_off()
    sheet.axes.set_position((0.02, 0.02, 0.96, 0.86))
    rough = pick(sheet.random, (0.0, 0.6, 1.2, 1.8, 2.4))
    values = _noise(sheet, rough) * float(sheet.random.uniform(0.2, 1)) + _slope(sheet) * 1.5
    if sheet.chance(0.4):  # what matters in few places: most of the land is pale
        values = values * (np.abs(values) > np.quantile(np.abs(values), sheet.random.uniform(0.4, 0.95)))
    values[~land] = np.nan
    reach = float(np.nanmax(np.abs(values))) * float(sheet.random.uniform(0.6, 1.6))
    image = sheet.axes.imshow(
        values, pick(sheet.random, _SCALES), vmin=-reach, vmax=reach, interpolation="nearest"
    )
    if sheet.chance(0.25):
        sheet.figure.colorbar(image, shrink=float(sheet.random.uniform(0.4, 0.9)), label=sheet.label())
    if sheet.chance(0.6):
        sheet.axes.set_title(words(sheet.random, 1, 2), fontsize=sheet.font_size * 1.6)


def region_map(sheet: Sheet) -> None:
    """Regions in the colours of a scale or of a few categories, with their borders."""
    land = _set_up(sheet)
    regions = _regions(sheet, sheet.count(8, 60))
    levels = sheet.random.uniform(0, 1, regions.max() + 1)
    levels = np.round(levels * 4) / 4 if sheet.chance(0.6) else levels
    levels[sheet.random.random(len(levels)) < pick(sheet.random, (0, 0.2, 0.5))] = np.nan
    scale = pick(sheet.random, _SCALES)
    sheet.axes.imshow(np.where(land, 0.12, np.nan), cmap="Greys", vmin=0, vmax=1)
    image = sheet.axes.imshow(np.where(land, levels[regions], np.nan), cmap=scale, interpolation="nearest")
    colour = pick(sheet.random, ("black", "white", "grey"))
    for region in np.unique(regions[land]):
        inside = (regions == region) & land
        sheet.axes.contour(inside, levels=[0.5], colors=colour, linewidths=0.4)
    if sheet.chance(0.4):
        sheet.figure.colorbar(image, shrink=float(sheet.random.uniform(0.4, 0.9)), label=sheet.label())
    elif sheet.chance(0.6):
        _key(sheet, [image.cmap(level) for level in np.linspace(0, 1, sheet.count(3, 5))])
    _furnish(sheet)


def site_map(sheet: Sheet) -> None:
    """Places of samples on land that is outlined."""
    land = _set_up(sheet)
    ground = pick(sheet.random, _LANDS)
    sheet.axes.contourf(land, levels=[0.5, 1.5], colors=[ground])
    _outline(sheet, land)
    if sheet.chance(0.5):
        regions = _regions(sheet, sheet.count(5, 30))
        for region in np.unique(regions[land]):
            inside = (regions == region) & land
            sheet.axes.contour(inside, levels=[0.5], colors="grey", linewidths=0.4)
    rows, columns = np.nonzero(land)
    groups = sheet.count(1, 4)
    colours = [sheet.colour(number) for number in range(groups)]
    for number in range(groups):
        middle = sheet.count(0, len(rows) - 1)
        near = np.hypot(rows - rows[middle], columns - columns[middle]) < sheet.random.uniform(20, 120)
        places = sheet.random.choice(np.flatnonzero(near), sheet.count(4, 80))
        size = float(sheet.random.uniform(3, 25))
        marker = pick(sheet.random, ("o", "o", "^", "s", "."))
        sheet.axes.scatter(
            columns[places], rows[places], s=size, c=colours[number], marker=marker, linewidths=0.3
        )
        if sheet.chance(0.3):
            for place in places[:6]:
                sheet.axes.text(columns[place], rows[place], words(sheet.random, 1, 1), fontsize=5)
    if sheet.chance(0.5):
        _key(sheet, colours)
    _furnish(sheet)


def _set_up(sheet: Sheet) -> npt.NDArray[np.bool_]:
    """(`_SIZE`, `_SIZE`) of what is land; the axes bare, the sea in its colour."""
    sheet.axes.set_position((0.06, 0.06, 0.8, 0.84))
    shape = _noise(sheet, 2.2)
    columns, rows = np.meshgrid(*[np.linspace(-1, 1, _SIZE)] * 2)
    stretch = sheet.random.uniform(0.7, 1.4)
    shape -= pick(sheet.random, (0.5, 1.5, 2.5)) * ((rows * stretch) ** 2 + (columns / stretch) ** 2)
    land: npt.NDArray[np.bool_] = shape > np.quantile(shape, sheet.random.uniform(0.35, 0.65))
    inland = np.flatnonzero(land.any(axis=1)), np.flatnonzero(land.any(axis=0))
    sheet.axes.set(xlim=(inland[1][0] - 3, inland[1][-1] + 3), ylim=(inland[0][-1] + 3, inland[0][0] - 3))
    sheet.axes.set_facecolor(pick(sheet.random, _SEAS))
    return land


def _noise(sheet: Sheet, roughness: float) -> Grid:
    """(`_SIZE`, `_SIZE`) of mean 0 and deviation 1; the higher `roughness`, the smoother (noise of 1 over f)."""
    waves = np.hypot(*np.meshgrid(np.fft.fftfreq(_SIZE), np.fft.fftfreq(_SIZE)))
    waves[0, 0] = np.inf
    spectrum = np.fft.fft2(sheet.random.normal(0, 1, (_SIZE, _SIZE))) * waves**-roughness
    field = np.real(np.fft.ifft2(spectrum))
    scaled: Grid = (field - field.mean()) / field.std()
    return scaled


def _slope(sheet: Sheet) -> Grid:
    """What rises from one side to the other, as warmth and rain do."""
    along = np.linspace(-1, 1, _SIZE) * sheet.random.uniform(0, 2)
    slope: Grid = np.broadcast_to(along[:, None] if sheet.chance(0.7) else along, (_SIZE, _SIZE)).copy()
    return slope


def _regions(sheet: Sheet, count: int) -> npt.NDArray[np.int64]:
    """(`_SIZE`, `_SIZE`): of every place the number of the nearest of `count` capitals, by crooked ways."""
    rows, columns = np.mgrid[0:_SIZE, 0:_SIZE]
    rows, columns = rows + 4 * _noise(sheet, 1.6), columns + 4 * _noise(sheet, 1.6)
    capitals = sheet.random.uniform(0, _SIZE, (count, 2))
    ways = [(rows - row) ** 2 + (columns - column) ** 2 for row, column in capitals]
    regions: npt.NDArray[np.int64] = np.argmin(ways, axis=0)
    return regions


def _outline(sheet: Sheet, land: npt.NDArray[np.bool_]) -> None:
    colour = pick(sheet.random, ("black", "grey", "#555555"))
    sheet.axes.contour(land, levels=[0.5], colors=colour, linewidths=float(sheet.random.uniform(0.3, 0.9)))


def _key(sheet: Sheet, colours: list[Any]) -> None:
    """What the colours mean, in a corner."""
    from matplotlib.patches import Patch

    style: dict[str, Any] = {
        "fontsize": sheet.font_size - 2,
        "loc": pick(sheet.random, ("lower left", "lower right", "upper right")),
        "frameon": sheet.chance(0.5),
    }
    sheet.axes.legend(handles=[Patch(color=colour, label=sheet.label()) for colour in colours], **style)


def _furnish(sheet: Sheet) -> None:
    """Frame and degrees, a title, a bar of kilometres and an arrow to the north, each at times."""
    degrees = sheet.chance(0.35)
    if not degrees:
        sheet.axes.set(xticks=[], yticks=[])
    else:
        sheet.axes.xaxis.set_major_formatter(lambda value, _: f"{value / 8:.0f}°E")
        sheet.axes.yaxis.set_major_formatter(lambda value, _: f"{value / 8:.0f}°N")
        sheet.axes.tick_params(labelsize=sheet.font_size - 1)
    if not degrees and sheet.chance(0.6):
        sheet.axes.spines[:].set_visible(False)
        sheet.axes.patch.set_visible(sheet.chance(0.3))
    if sheet.chance(0.5):
        sheet.axes.set_title(words(sheet.random, 1, 3), fontsize=sheet.font_size + 1)
    across: dict[str, Any] = {"transform": sheet.axes.transAxes, "fontsize": sheet.font_size - 1}
    if sheet.chance(0.25):
        sheet.axes.plot([0.05, 0.3], [0.06, 0.06], "k-", linewidth=2, transform=sheet.axes.transAxes)
        sheet.axes.text(0.08, 0.09, f"{100 * sheet.count(1, 9)} km", **across)
    if sheet.chance(0.2):
        sheet.axes.text(0.9, 0.85, "N\n|", ha="center", **across)
