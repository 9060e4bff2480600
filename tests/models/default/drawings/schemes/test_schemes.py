from __future__ import annotations

import numpy as np
import pytest

from models.default.drawings.panels import Drawer
from models.default.drawings.schemes import (
    cells,
    circuits,
    constructs,
    devices,
    drafts,
    overviews,
    rings,
    sections,
    strands,
)
from models.default.drawings.schemes.devices import shade
from models.default.drawings.schemes.sheet import Scheme
from tests.models.default.drawings.looks import draw_unlike

pytest.importorskip("rdkit", reason="needs the extra figmill[draw]")

DRAWERS: tuple[Drawer, ...] = (
    cells.cell,
    cells.membrane,
    strands.assembly,
    strands.messenger,
    devices.apparatus,
    devices.solids,
    devices.layers,
    circuits.circuit,
    circuits.stack,
    constructs.strands,
    constructs.lumps,
    drafts.dimensioned,
    drafts.contact,
    drafts.plumbing,
    drafts.bench,
    drafts.chip,
    overviews.workflow,
    overviews.icon_cycle,
    overviews.abstract,
    overviews.portrait,
    rings.ring,
    rings.hub,
    rings.neural_network,
    sections.tissue,
    sections.vessel,
)


@pytest.mark.parametrize("draw", DRAWERS, ids=[draw.__name__ for draw in DRAWERS])
def test_a_scheme_has_something_on_it_and_no_two_are_alike(draw: Drawer) -> None:
    draw_unlike(draw, 8, 1.2)


def test_schemes_come_in_many_colours_and_in_black_on_white() -> None:
    saturation = []
    for seed in range(30):
        pixels = np.asarray(devices.layers(np.random.default_rng(seed)).convert("HSV"))
        saturation.append(np.percentile(pixels[..., 1], 90))
    assert min(saturation) < 10
    assert max(saturation) > 150


def test_the_dark_side_of_a_solid_is_darker() -> None:
    assert shade("#808080", 0.5) == "#404040"
    assert shade("#808080", 3) == "#ffffff"


def test_a_thick_arrow_has_its_head_at_its_end() -> None:
    sheet = Scheme(np.random.default_rng(0), 100, 60)
    sheet.block_arrow((10, 30), (90, 30), 12, "black")
    ink = np.asarray(sheet.finish(cut=False).convert("L")) < 128
    assert ink[:, 20].sum() == pytest.approx(12, abs=2)
    assert ink[:, 76].sum() > 18
    assert ink[:, 88].sum() < 8
    assert not ink[:, 93:].any()


@pytest.mark.parametrize("at", [(0, 0), (-20, 40), (150, 40), (75, 80), (75, -9)])
def test_words_stay_on_the_page(at: tuple[float, float]) -> None:
    for text in ("Apoptosis", "Cancer cell\nmigration", "two long words"):
        sheet = Scheme(np.random.default_rng(3), 150, 80)
        sheet.text(at, text, size=22, anchor="lm")
        left, top, right, bottom = sheet.extent((75, 40), text, size=sheet.fitting(text, 148, size=22))
        ink = np.asarray(sheet.finish(cut=False).convert("L")) < 160
        assert not np.concatenate([ink[0], ink[-1], ink[:, 0], ink[:, -1]]).any()
        assert np.ptp(np.flatnonzero(ink.any(0))) == pytest.approx(right - left, abs=7)
        assert np.ptp(np.flatnonzero(ink.any(1))) == pytest.approx(bottom - top, abs=8)


def test_words_on_dark_shapes_are_white_and_no_broader_than_the_shape() -> None:
    for fill, light in (("#1f3864", True), ("#fff2cc", False)):
        sheet = Scheme(np.random.default_rng(3), 200, 60)
        sheet.box(50, 10, 100, 40, fill=fill)
        sheet.word_on((100, 30), "Differentiation", fill, 60, size=20)
        grey = np.asarray(sheet.finish(cut=False).convert("L"), np.float32)[15:45, 55:145]
        ground = grey[0, 0]
        written = np.flatnonzero((np.abs(grey - ground) > 60).any(0))
        assert (grey.max() > ground + 60) == light
        assert 40 < np.ptp(written) <= 61
