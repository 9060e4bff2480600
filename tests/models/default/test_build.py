from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw
from safetensors.torch import save_file
from torch import nn

from models.bundle.description import bundle_info
from models.bundle.serialization import load_bundle
from models.default import build as default_build
from models.default import network
from models.default.build import Sources, build
from models.default.network import CHOSEN, MODEL
from models.default.panels import Kind, LabelledPanel
from models.default.written.captions import write_captions
from models.default.written.phrases import write_phrases
from models.inference.predict import load_predictor
from models.inference.words import Words
from models.networks.build import bodies, build_network
from models.networks.weights import load_file
from tests.models.small_sentences import publish

SAID = {"GFIG": "bar plot of counts", "DMTR": "TEM of cells", "background": None}


def picture(code: str, number: int) -> bytes:
    """Stripes along or across, or a flat colour with a rim: enough for random weights to tell."""
    random = np.random.default_rng([len(code), ord(code[-1]), number])
    image = Image.new("RGB", (64, 64), (int(random.integers(150, 255)),) * 3)
    draw = ImageDraw.Draw(image)
    for at in range(0, 64, 8):
        if code in SAID:
            draw.line((0, at, 64, at) if code == "GFIG" else (at, 0, at, 64), fill="black", width=3)
        else:
            draw.ellipse((at, at, at + 9, at + 5), fill="red" if code == "BAD" else "blue")
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


def panel(code: str, kind: Kind, number: int) -> LabelledPanel:
    said = SAID.get(code)
    return LabelledPanel(
        image=picture(code, number),
        code=code,
        kind=kind,
        group=f"{kind if kind == 'dev' else 'article'} {number // 2}",
        publisher="10.1",
        words=Words(None, said) if said else None,
        chart=("bar" if number % 2 else "line") if code == "GFIG" else "",
        source="made",
        licence="CC0-1.0",
    )


def save_trunks(folder: Path) -> tuple[str, str]:
    """Both trunks with random weights whose features are of an ordinary size."""
    torch.manual_seed(0)
    whole = build_network(MODEL, 2).train()
    for module in whole.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = None
    with torch.no_grad():
        whole(torch.randn(16, 3, 64, 64))
    files = []
    for name, body in bodies(MODEL, whole):
        tensors = {key: tensor for key, tensor in body.state_dict().items() if not key.startswith("fc.")}
        if name == "resnet18":  # whose last unit the comparison reads too
            tensors |= {
                key.replace("layer3.0", "layer3.1"): tensor.clone()
                for key, tensor in tensors.items()
                if key.startswith("layer3.0") and "downsample" not in key and "conv1" not in key
            }
            tensors["layer3.1.conv1.weight"] = torch.randn(256, 256, 3, 3) * 0.02
        files.append(str(folder / f"{name}.safetensors"))
        save_file(tensors, files[-1])
    return files[0], files[1]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("build")
    weights, second = save_trunks(folder)
    (folder / "captions.tsv").write_text("CAPTION\tMODALITY\nTEM of particles\tDMTR\n")
    panels = [panel(code, "published", n) for code in ("GFIG", "DMTR") for n in range(20)]
    panels += [panel(code, "faulty", n) for code in ("BAD", "COMP") for n in range(10)]
    panels += [panel(code, "dev", n) for code in ("GFIG", "DMTR", "BAD") for n in range(8)]
    panels += [panel("background", "photograph", n) for n in range(6)]
    panels += [panel("background", "stranger", n) for n in range(3)]
    sources = Sources(
        weights=weights,
        second=second,
        captions=folder / "captions.tsv",
        sentences=publish(folder / "minilm"),
        cache=folder,
        command="figmill build-default x",
    )
    lines: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("models.networks.trunk_pair.load_published", lambda base, file: load_file(file))
        patch.setattr(default_build, "READOUTS", (network.READOUTS[3], CHOSEN))
        # Each text is fitted a dozen times, and a tenth of them speaks of all classes too.
        patch.setattr(default_build, "write_phrases", lambda seed: write_phrases(seed)[::10])
        patch.setattr(default_build, "write_captions", lambda seed: [*write_captions(seed)][::10])
        build(panels, sources, str(folder / "out"), lines.append)
        build(panels, sources, str(folder / "again"), lines.append)
    assert any("dev, with words: accuracy" in line for line in lines)
    return folder / "out"


def test_the_bundle_labels_with_all_its_outputs(bundle: Path) -> None:
    info = bundle_info(bundle)
    assert info.outputs == ("DMTR", "GFIG", "background", "torn", "compound", "kind:bar", "kind:line")
    predictor = load_predictor(bundle, "cpu")
    images = np.stack([predictor.prepare(picture(code, 40)) for code in ("GFIG", "DMTR")])
    found = predictor.predict(images, [Words(None, "bar plot"), Words(None, "TEM")])
    assert [info.classes[row.argmax()] for row in found.probabilities] == ["GFIG", "DMTR"]
    eager = load_predictor(bundle, "cpu", "eager").predict(
        images, [Words(None, "bar plot"), Words(None, "TEM")]
    )
    assert np.allclose(found.probabilities, eager.probabilities, atol=0.01)
    assert found.compound is not None
    assert found.members is not None


def test_the_same_panels_give_the_same_bytes(bundle: Path) -> None:
    for name in ("model.safetensors", "sentences.safetensors", "model.json", "README.md"):
        assert (bundle / name).read_bytes() == (bundle.parent / "again" / name).read_bytes()


def test_pieces_that_are_rare_in_what_is_taught_count_more(bundle: Path) -> None:
    sentences = load_bundle(bundle).sentences
    assert sentences is not None
    start, letter = (sentences.vocabulary.index(piece) for piece in ("[CLS]", "##q"))
    weights = sentences.weigh(np.array([start, letter]))
    assert weights[0] == pytest.approx(1 / 21)
    assert weights[0] < weights[1] <= 1


def test_the_card_says_what_was_measured(bundle: Path) -> None:
    card = bundle_info(bundle).card
    assert card.startswith("---\nlicense: cc-by-4.0")
    assert "figmill build-default x" in card
    assert "| dev, with words | 16 | 4 |" in card
    assert "| held out of training, picture alone | 40 | 10 |" in card
    assert "Untested, fewer than 6 dev panels: D3DR, DMEL" in card
    assert "| made | CC0-1.0 | 66 |" in card
    assert "makes of the first 64 pieces of each" in card
    assert "| all-MiniLM-L6-v2: weights, which read captions | Apache-2.0 |" in card
