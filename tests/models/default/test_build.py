from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw
from safetensors.torch import save_file

from models.bundle.description import bundle_info
from models.default import build as default_build
from models.default.build import build
from models.default.drawings import negatives
from models.default.facts import PROBE
from models.default.model import CHOSEN
from models.default.panels import LabelledPanel
from models.inference.predict import load_predictor
from models.networks.resnet import ResNet


def picture(code: str, number: int) -> bytes:
    """Stripes along or across: enough for random weights to tell."""
    random = np.random.default_rng([len(code), ord(code[-1]), number])
    image = Image.new("RGB", (64, 64), (int(random.integers(150, 255)),) * 3)
    draw = ImageDraw.Draw(image)
    for at in range(0, 64, 8):
        draw.line((0, at, 64, at) if code == "GFIG" else (at, 0, at, 64), fill="black", width=3)
    return encoded(image)


def encoded(image: Image.Image) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("build")
    torch.manual_seed(0)
    trunk = ResNet("resnet18", 2, (3, 1)).train()
    for module in trunk.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = None
    trunk(torch.randn(64, 3, 64, 64))  # with random weights alone the features would not fit float16
    save_file(trunk.state_dict(), folder / "trunk.safetensors")
    panels = [
        LabelledPanel(
            image=picture(code, n), code=code, kind=kind, group=f"{kind} {n // 4}", text=text, source="made"
        )
        for kind, count, text in (("published", 24, ""), ("test", 12, "TEM of cells"))
        for code in ("GFIG", "DMTR")
        for n in range(count)
    ]
    panels += [
        LabelledPanel(
            image=encoded(negatives.negative(np.random.default_rng(n))),
            code="background",
            kind="drawn",
            group="d",
        )
        for n in range(20)
    ]
    panels += [
        LabelledPanel(
            image=encoded(negatives.NOISE["dead leaves"](np.random.default_rng(n), (64, 64))),
            code="background",
            kind="photograph",
            group="walls" if n % 2 else "games",
        )
        for n in range(8)
    ]
    panels.append(LabelledPanel(image=picture("GFIG", 0), code="D3DR", kind="test", group="test 0"))
    lines: list[str] = []
    weights = str(folder / "trunk.safetensors")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(default_build, "READOUTS", (PROBE, CHOSEN))
        build(panels, weights, str(folder / "out"), 0, "figmill build-default x", lines.append, folder)
    assert any("test accuracy" in line for line in lines)
    return folder / "out"


def test_the_bundle_labels_as_the_build_measured(bundle: Path) -> None:
    info = bundle_info(bundle)
    assert info.classes == ("DMTR", "GFIG")
    assert info.extra.background
    assert info.rejection.novelty
    predictor = load_predictor(bundle, "cpu")
    images = np.stack([predictor.prepare(picture(code, 40)) for code in ("GFIG", "DMTR")])
    found = predictor.predict(images)
    assert [info.classes[row.argmax()] for row in found.probabilities] == ["GFIG", "DMTR"]
    assert found.probabilities.shape == (2, 2)  # the background is nobody's class
    noise = negatives.NOISE["noise"](np.random.default_rng(9), (64, 64))
    strangers = [noise, Image.new("RGB", (64, 64), "white")]
    assert predictor.predict(np.stack([predictor.prepare(encoded(s)) for s in strangers])).rejected.all()


def test_a_caption_moves_its_class_where_it_is_given(bundle: Path) -> None:
    predictor = load_predictor(bundle, "cpu")
    image = predictor.prepare(picture("GFIG", 41))[None]
    alone, told = (predictor.predict(image, texts).probabilities[0, 0] for texts in (None, ["TEM of cells"]))
    assert told > alone


def test_the_card_says_what_was_measured(bundle: Path) -> None:
    card = bundle_info(bundle).card
    assert card.startswith("---\nlicense: cc-by-4.0")
    assert "figmill build-default x" in card
    assert "linear probe on the frozen trunk" in card
    assert "| D3DR | 3D reconstruction (no class of this bundle) | 0 | 0 | 0 | 0 | 1 |" in card
    assert "| test panels | 25 |" in card
    assert "| photographs of all smaller packages, left out of training | 8 |" in card
    assert "| GFIG | 12 |" in card.split("Of the test panels, by class:")[1]
