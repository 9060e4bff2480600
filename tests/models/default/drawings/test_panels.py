from __future__ import annotations

import io
from itertools import chain, islice

import numpy as np
import pytest
from PIL import Image

from models.bundle.bundle import BACKGROUND
from models.default.drawings.negatives import NOISE
from models.default.drawings.panels import DRAWERS, Drawer, draw_panels
from models.taxonomy import CODES

pytest.importorskip("rdkit", reason="needs the extra figmill[draw]")

NAMED = {
    f"{code} {place}": draw
    for code, drawers in DRAWERS.items()
    for place, draw in enumerate(dict.fromkeys(drawers))
    if code != BACKGROUND
}


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("L"), np.float32)


@pytest.fixture(scope="module")
def drawn() -> dict[int, list[tuple[str, bytes]]]:
    """One of each drawer, by seed."""
    return {seed: list(draw_panels(1, seed)) for seed in (3, 4)}


def test_every_class_gets_panels_of_a_printed_size_with_something_on_them(
    drawn: dict[int, list[tuple[str, bytes]]],
) -> None:
    assert set(DRAWERS) - set(CODES) == {"background"}
    for panels in drawn.values():
        assert {code for code, _ in panels} == set(DRAWERS)
    for code, data in chain(*drawn.values()):
        assert max(Image.open(io.BytesIO(data)).size) <= 512
        if code != "background":  # a blank page is one of its kinds
            assert pixels(data).std() > 3, code


def test_the_same_seed_draws_the_same_and_another_seed_others(
    drawn: dict[int, list[tuple[str, bytes]]],
) -> None:
    assert drawn[3] == list(draw_panels(1, 3))
    assert all(a != b for a, b in zip(*drawn.values(), strict=True) if a[0] != "background")


def test_of_each_drawer_so_many_are_drawn_the_first_of_them_whatever_their_number(
    drawn: dict[int, list[tuple[str, bytes]]],
) -> None:
    two_each = list(islice(draw_panels(2, 3), 20))
    assert two_each[::2] == drawn[3][:10]
    assert [code for code, _ in two_each[1::2]] == [code for code, _ in two_each[::2]]
    assert all(a != b for a, b in zip(two_each[::2], two_each[1::2], strict=True))


@pytest.mark.parametrize("draw", NAMED.values(), ids=NAMED)
def test_every_drawer_draws_in_colour_and_each_time_another_panel(draw: Drawer) -> None:
    images = [draw(np.random.default_rng(seed)) for seed in range(3)]
    again = draw(np.random.default_rng(2))
    assert {image.mode for image in images} == {"RGB"}
    assert again.tobytes() == images[-1].tobytes()
    assert len({image.tobytes() for image in images}) == 3
    assert len({round(image.width / image.height, 2) for image in images}) > 1


@pytest.mark.parametrize("kind", NOISE)
def test_noise_for_measuring_rejection_has_the_size_asked_for(kind: str) -> None:
    assert NOISE[kind](np.random.default_rng(0), (90, 70)).size == (90, 70)
