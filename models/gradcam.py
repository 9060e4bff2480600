"""Where a network looks: Grad-CAM++ at chosen residual units, and the paper's colour test.

Source: Chattopadhay, Sarkar, Howlader, Balasubramanian, "Grad-CAM++", 2018, as the library grad-cam computes it.
The colour test: a false-coloured electron micrograph goes wrong in colour and is right once turned to greyscale.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import nn

from models.bundle.bundle import BACKGROUND, Bundle
from models.data.augmentation import to_batch
from models.data.imageclef import DataError
from models.errors import ModelError
from models.inference.decisions import Panels, class_probabilities
from models.networks.resnet import ResNet
from models.taxonomy import name
from models.transforms import Pixels

_HEAT = (
    "Heat: red speaks most for the class above it, blue least; each map is scaled by itself. Names such as b2-1 are "
    "the network's residual units, the later ones nearer to its answer."
)


class LayerError(ModelError):
    """No residual unit of the network has this name; the message lists those that do."""


@dataclass(frozen=True, slots=True)
class Look:
    """A prediction and the heat that explains it, per layer: (H, W) float32 in 0..1."""

    code: str
    """The most probable class, or `models.bundle.bundle.BACKGROUND` where the picture is rather no figure's panel."""
    confidence: float
    heat: dict[str, npt.NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Explanation:
    """An image as the network sees it, in colour and in greyscale, with what the network says of both."""

    pixels: Pixels
    """(H, W, 3) uint8."""
    grey: Pixels
    in_colour: Look
    in_grey: Look


def layers_of(network: nn.Module) -> dict[str, nn.Module]:
    """The residual units by name, the first one first."""
    return {unit: modules[-1] for unit, modules in _resnet(network).steps() if unit != "stem"}


def _resnet(network: nn.Module) -> ResNet:
    """The network, or the ResNet that it holds beside another trunk. Raises LayerError where there is none."""
    found = getattr(network, "resnet", network)
    if not isinstance(found, ResNet):
        raise LayerError("Grad-CAM++ needs a ResNet; this bundle holds another network")
    return found


def explain(bundle: Bundle, data: bytes, layers: Sequence[str] = ()) -> Explanation:
    """Explains the most probable class of an encoded image; `layers` defaults to the last residual unit.

    Raises ValueError for what cannot be decoded, LayerError for an unknown layer.
    """
    known = layers_of(bundle.network)
    _resnet(bundle.network).freeze(0)  # a frozen unit would keep no gradient to look at
    bundle.network.eval()
    wrong = [name for name in layers if name not in known]
    if wrong:
        raise LayerError(f"unknown layer {wrong[0]!r}; this network has {', '.join(known)}")
    chosen = {name: known[name] for name in layers or [list(known)[-1]]}
    pixels = bundle.info.transform.prepare(data)
    grey = np.asarray(Image.fromarray(pixels).convert("L").convert("RGB"))
    return Explanation(pixels, grey, _look(bundle, pixels, chosen), _look(bundle, grey, chosen))


def describe_look(look: Look) -> str:
    """What is explained, for people: `DMFL (fluorescence microscopy) 93%`."""
    what = "no figure's panel" if look.code == BACKGROUND else name(look.code)
    return (
        f"{look.code} ({what}) {look.confidence:.0%}"
        if what != look.code
        else f"{what} {look.confidence:.0%}"
    )


def explain_file(bundle: Bundle, file: Path, layers: Sequence[str] = ()) -> Explanation:
    """As `explain`, of an image file. Raises DataError, which names it, where it cannot be read."""
    try:
        return explain(bundle, file.read_bytes(), layers)
    except ModelError:
        raise
    except (OSError, ValueError) as error:
        raise DataError(f"{file}: {error}") from error


def sheet_names(files: Sequence[Path]) -> list[str]:
    """A name for the picture of each image: its own, numbered where an earlier image has it."""
    names: list[str] = []
    for file in files:
        spellings = (f"{file.stem}{'' if n == 1 else f'-{n}'}.png" for n in itertools.count(1))
        names.append(next(name for name in spellings if name not in names))
    return names


def _look(bundle: Bundle, pixels: Pixels, layers: dict[str, nn.Module]) -> Look:
    from pytorch_grad_cam import GradCAMPlusPlus
    from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

    x = to_batch(torch.from_numpy(pixels.copy())[None], bundle.info.transform)
    with torch.inference_mode():
        logits = bundle.network(x).numpy()
    probabilities = class_probabilities(bundle.info, Panels(logits, np.zeros(1, bool)))[0]
    label = int(probabilities.argmax())
    heat = {}
    for layer, module in layers.items():
        with GradCAMPlusPlus(model=bundle.network, target_layers=[module]) as cam:
            heat[layer] = np.asarray(
                cam(input_tensor=x, targets=[ClassifierOutputTarget(label)])[0], np.float32
            )
    return Look(bundle.info.outputs[label], float(probabilities[label]), heat)


def overlay(pixels: Pixels, heat: npt.NDArray[np.float32]) -> Pixels:
    """(H, W, 3) uint8: the image with its heat from blue (cold) to red (hot)."""
    from matplotlib import colormaps

    colours = 255 * colormaps["turbo"](heat)[..., :3]
    strength = 0.25 + 0.45 * heat[..., None]
    return np.asarray(pixels * (1 - strength) + colours * strength).clip(0, 255).astype(np.uint8)


def sheet(explanation: Explanation, title: str) -> Image.Image:
    """Two rows, in colour and in greyscale: the image, then its overlay at each layer, under what is explained."""
    from models.training.plots import TileRow, draw_tiles

    rows = [
        TileRow(
            f"{where}: {describe_look(look)}",
            [
                ("picture", pixels),
                *((f"heat at {layer}", overlay(pixels, h)) for layer, h in look.heat.items()),
            ],
        )
        for where, pixels, look in (
            ("In colour", explanation.pixels, explanation.in_colour),
            ("In greyscale", explanation.grey, explanation.in_grey),
        )
    ]
    return draw_tiles(title, rows, _HEAT)
