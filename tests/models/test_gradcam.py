from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from models.bundle.bundle import Bundle, ExtraOutputs
from models.bundle.description import Description
from models.bundle.serialization import load_bundle, save_bundle
from models.data.examples import Examples
from models.gradcam import LayerError, Look, describe_look, explain, overlay, sheet, sheet_names
from models.networks.build import build_network
from models.training.training import fit_head_only
from models.transforms import Transform
from tests.models.pictures import encoded, picture
from tests.models.small_sets import recipe


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    torch.manual_seed(0)
    description = Description(
        name="x", model="resnet18:b2-1", classes=("a", "b", "c"), transform=Transform(size=64, fit="stretch")
    )
    save_bundle(tmp_path, description, build_network("resnet18:b2-1", 3), "")
    return load_bundle(tmp_path)


def test_every_layer_gets_a_heat_map_of_the_images_size(bundle: Bundle) -> None:
    explanation = explain(bundle, encoded(picture("DMFL", 0)), ("b1-0", "b2-1"))
    for look in (explanation.in_colour, explanation.in_grey):
        assert list(look.heat) == ["b1-0", "b2-1"]
        assert look.heat["b1-0"].shape == (64, 64)
        assert 0 <= look.heat["b2-1"].min() <= look.heat["b2-1"].max() <= 1
    assert overlay(explanation.pixels, explanation.in_colour.heat["b2-1"]).shape == (64, 64, 3)


def test_an_image_that_keeps_its_proportions_has_heat_maps_of_its_shape(tmp_path: Path) -> None:
    torch.manual_seed(0)
    transform = Transform(fit="proportions")
    description = Description(name="x", model="resnet18:b1-0", classes=("a", "b"), transform=transform)
    save_bundle(tmp_path, description, build_network("resnet18:b1-0", 2), "")
    explanation = explain(load_bundle(tmp_path), encoded(picture("DMFL", 0).resize((300, 150))))
    assert explanation.pixels.shape == (160, 320, 3)
    assert explanation.in_colour.heat["b1-0"].shape == (160, 320)
    drawn = sheet(explanation, "cell.png")
    assert drawn.width > drawn.height


def test_the_colour_test_sees_the_same_image_without_colour(bundle: Bundle) -> None:
    explanation = explain(bundle, encoded(picture("DMLI", 0)))
    assert (explanation.grey[..., 0] == explanation.grey[..., 2]).all()
    assert explanation.pixels.std(axis=2).mean() > 1
    assert list(explanation.in_colour.heat) == ["b2-1"]
    grey = explain(bundle, encoded(picture("DMEL", 0)))
    assert np.isclose(grey.in_colour.confidence, grey.in_grey.confidence, atol=0.02)


def test_a_false_coloured_electron_micrograph_is_right_in_greyscale_alone(tmp_path: Path) -> None:
    """The paper's colour test on a network that has learnt that green means fluorescence."""
    torch.manual_seed(0)
    grey = [np.asarray(picture("DMEL", seed, (64, 64))) for seed in range(17)]
    # As bright as before, so that colour alone tells them apart.
    green = [(image * np.array([0.2, 1.4, 0.4])).clip(0, 255).astype(np.uint8) for image in grey]
    labels = np.repeat([0, 1], 8)
    part = Examples(np.stack([*grey[:8], *green[8:16]]), np.arange(16), labels)
    network, transform = build_network("resnet18:b1-0", 2), Transform(size=64, fit="stretch")
    fit_head_only(network, recipe(transform=transform), part, part, torch.device("cpu"), svm=False)
    description = Description(name="x", model="resnet18:b1-0", classes=("DMEL", "DMFL"), transform=transform)
    save_bundle(tmp_path, description, network, "")
    explanation = explain(load_bundle(tmp_path), encoded(Image.fromarray(green[16])))
    assert explanation.in_colour.code == "DMFL"
    assert explanation.in_grey.code == "DMEL"


def test_the_pictures_of_images_with_one_name_are_numbered() -> None:
    files = [Path("a/0.png"), Path("b/0.jpg"), Path("0-2.png"), Path("c/0.png")]
    assert sheet_names(files) == ["0.png", "0-2.png", "0-2-2.png", "0-3.png"]


def test_the_sheet_is_a_picture(bundle: Bundle) -> None:
    image = sheet(explain(bundle, encoded(picture("DMEL", 0)), ("b1-1",)), "cell.png")
    assert image.mode == "RGB"
    assert image.width > image.height / 2 > 100


def test_a_row_of_the_sheet_says_what_is_explained_and_each_tile_what_it_shows(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    figures: list[Figure] = []

    class Listening(Figure):
        def text(self, x: float, y: float, s: str, *rest: Any, **style: Any) -> Text:
            written.append(s)
            figures.append(self)
            return super().text(x, y, s, *rest, **style)

    monkeypatch.setattr("matplotlib.figure.Figure", Listening)
    explanation = explain(bundle, encoded(picture("DMLI", 0)), ("b1-1",))
    sheet(explanation, "cell.png, as x@1 sees it")
    assert written[:6] == [
        "cell.png, as x@1 sees it",
        f"In colour: {describe_look(explanation.in_colour)}",
        "picture",
        "heat at b1-1",
        f"In greyscale: {describe_look(explanation.in_grey)}",
        "picture",
    ]
    colour, _, grey, _ = (axes.images[0].get_array() for axes in figures[0].axes)
    assert np.array_equal(colour, explanation.pixels)
    assert np.array_equal(grey, explanation.grey)


def test_an_unknown_layer_lists_those_there_are(bundle: Bundle) -> None:
    with pytest.raises(LayerError, match="b1-0, b1-1, b2-0, b2-1"):
        explain(bundle, encoded(picture("DMEL", 0)), ("b4-0",))


@pytest.mark.parametrize(("model", "layer"), [("resnet18:tune-fc", "b4-1"), ("resnet18:tune-b4-1", "b2-1")])
def test_frozen_layers_can_be_looked_at(tmp_path: Path, model: str, layer: str) -> None:
    description = Description(
        name="x", model=model, classes=("a", "b"), transform=Transform(size=64, fit="stretch")
    )
    save_bundle(tmp_path, description, build_network(model, 2), "")
    look = explain(load_bundle(tmp_path), encoded(picture("DMFL", 0)), (layer,)).in_colour
    assert look.heat[layer].shape == (64, 64)


def test_a_picture_that_is_no_panel_is_explained_as_such(tmp_path: Path) -> None:
    """Outputs beside the classes do not compete with them, but for the background."""
    torch.manual_seed(0)
    network = build_network("resnet18:b1-0", 5)
    with torch.no_grad():
        network.fc.bias.copy_(torch.tensor([0.0, 0.0, 50.0, 0.0, 90.0]))
    description = Description(
        name="x",
        model="resnet18:b1-0",
        classes=("DMEL", "DMFL"),
        transform=Transform(size=64),
        extra=ExtraOutputs(background=True, torn=True, compound=True),
    )
    save_bundle(tmp_path, description, network, "")
    look = explain(load_bundle(tmp_path), encoded(picture("DMFL", 0))).in_colour
    assert (look.code, round(look.confidence, 3)) == ("background", 1.0)
    assert describe_look(look) == "background (no figure's panel) 100%"
    assert describe_look(Look("DMFL", 0.93, {})) == "DMFL (fluorescence microscopy) 93%"
    assert describe_look(Look("My class", 0.5, {})) == "My class 50%"
