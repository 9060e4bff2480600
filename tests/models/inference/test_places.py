"""What each place of a figure is, and how whole a piece: torch and graph agree, boxes may lie anywhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save_file

from models.inference.places import Places, open_trunk, places_of, plain_maps, sample, shrink
from models.networks.places import Places as Network
from tasks.developing.place_training import judge, padded

SIZE = 700, 400


@pytest.fixture(scope="module")
def network() -> Network:
    torch.manual_seed(5)
    return Network().eval()


@pytest.fixture(scope="module")
def weights(network: Network, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("places") / "model.safetensors"
    save_file({name: tensor.numpy() for name, tensor in network.state_dict().items()}, file)
    return file


@pytest.fixture(scope="module")
def pixels() -> np.ndarray:
    random = np.random.default_rng(2)
    return np.kron(random.integers(0, 255, (40, 70, 3), np.uint8), np.ones((10, 10, 1), np.uint8))


@pytest.fixture(scope="module")
def places(pixels: np.ndarray, weights: Path) -> Places:
    return places_of(pixels, weights)


def test_the_graph_computes_what_the_network_does(
    pixels: np.ndarray, places: Places, network: Network
) -> None:
    small, size, _ = shrink(pixels)
    seen = open_trunk().run(["fine", "coarse"], {"images": small[None]})
    _, maps = network(*map(torch.from_numpy, (*seen, plain_maps(small, size)[None])))
    np.testing.assert_allclose(places.maps, maps[0].detach().numpy(), atol=1e-5)


def test_pieces_are_judged_as_the_network_judges_them(places: Places, network: Network) -> None:
    boxes = [(0, 0, 700, 400), (10, 20, 300, 390), (650, 350, 700, 400)]
    own = np.array(boxes, np.float32) * np.float32(places.scale)
    logits = judge(network, padded(places.maps, 27, 1)[None], own, places.size)
    expected = torch.cat([logits[:, :3].softmax(1), logits[:, 3:].sigmoid()], 1).detach().numpy()
    np.testing.assert_allclose(places.pieces(boxes), expected, atol=1e-3)


@given(st.lists(st.tuples(*[st.integers(-50, 800)] * 4), max_size=4))
def test_any_boxes_have_probabilities(places: Places, boxes: list[tuple[int, int, int, int]]) -> None:
    found = places.pieces(boxes)
    assert found.shape == (len(boxes), 4)
    np.testing.assert_allclose(found[:, :3].sum(axis=1), 1, rtol=1e-5)
    assert ((found >= 0) & (found <= 1)).all()


def test_a_grid_reads_the_fields_in_a_box() -> None:
    maps = np.zeros((27, 4, 4), np.float32)
    maps[-2, :, 2] = 1  # a separation between two side by side, in the third column of cells
    places = Places(maps, (32, 32), 1.0, {})
    inside, across, down = places.grids([(16, 4, 24, 28)], 3)[0]
    assert across[:, 1].min() == 1
    assert inside.max() == down.max() == 0
    assert places.grids([(0, 4, 8, 28)], 3).max() == 0


def test_a_sample_lies_between_its_neighbours_and_is_nothing_outside() -> None:
    maps = np.array([[[1, 3], [5, 7]]], np.float32)
    x, y = np.array([[4, 12, 8, -20.0]]), np.array([[4, 4, 8, 8.0]])
    assert sample(maps, x, y).tolist() == [[[1, 3, 4, 0]]]


def test_a_figure_of_any_proportions_fits(weights: Path) -> None:
    for height, width in ((1, 900), (900, 1), (3, 3)):
        found = places_of(np.full((height, width, 3), 200, np.uint8), weights)
        assert max(found.maps.shape[1:]) == 40
        assert np.isfinite(found.maps).all()
