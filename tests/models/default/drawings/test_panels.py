from __future__ import annotations

import io

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
def drawn() -> list[tuple[str, bytes]]:
    """Two of each drawer, one after the other."""
    return list(draw_panels(2, seed=3))


def test_every_class_gets_panels_of_a_printed_size_with_something_on_them(
    drawn: list[tuple[str, bytes]],
) -> None:
    assert {code for code, _ in drawn} == set(DRAWERS)
    assert set(DRAWERS) - set(CODES) == {"background"}
    for code, data in drawn:
        assert max(Image.open(io.BytesIO(data)).size) <= 512
        if code != "background":  # a blank page is one of its kinds
            assert pixels(data).std() > 3, code


def test_the_same_seed_draws_the_same_and_another_seed_others(drawn: list[tuple[str, bytes]]) -> None:
    first = drawn[::2]
    again, other = (list(draw_panels(1, seed)) for seed in (3, 4))
    assert first == again
    assert all(a != b for a, b in zip(first, other, strict=True) if a[0] != "background")


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
