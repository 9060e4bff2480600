from pathlib import Path

import pytest
import torch

from models.bundle.description import Description
from models.bundle.serialization import load_bundle, save_bundle
from models.gradcam import layers_of
from models.networks.build import build_network
from models.networks.multi_exit import MultiExit, features_by_unit
from models.networks.resnet import ResNet, build_resnet
from models.networks.variants import UNITS, UnknownModelError, parse_variant, points
from models.training.starting import start_network
from models.training.svm import fit_logistic_head
from models.training.training import Trainer
from models.transforms import Transform
from tests.models.small_sets import examples, recipe

CLASSES = ("DMEL", "GFIG", "DMFL", "GTAB")
"""Two of microscopy and two of illustration, not side by side."""


def network(model: str = "resnet18:b1-1+b2-0", classes: tuple[str, ...] = CLASSES) -> MultiExit:
    torch.manual_seed(0)
    built = build_network(model, classes)
    assert isinstance(built, MultiExit)
    return built.eval()


def test_a_class_is_as_probable_as_its_group_times_its_share_of_it() -> None:
    one = network()
    features = one.features(torch.randn(3, 3, 64, 64))
    assert features.shape == (3, one.embedding_size) == (3, 64 + 128)
    probabilities = one.head(features).exp()
    assert torch.allclose(probabilities.sum(dim=1), torch.ones(3), atol=1e-5)
    group = one.group_fc(features[:, :64]).softmax(dim=1)
    assert torch.allclose(probabilities[:, [0, 2]].sum(dim=1), group[:, 0], atol=1e-5)
    within = one.fc(features[:, 64:])[:, [1, 3]].softmax(dim=1)
    assert torch.allclose(probabilities[:, 1], group[:, 1] * within[:, 0], atol=1e-5)


def test_the_group_is_read_before_the_deeper_units_run() -> None:
    one, images = network(), torch.randn(2, 3, 64, 64)
    before = one.features(images)
    torch.nn.init.zeros_(one.layer2[0].conv1.weight)
    after = one.features(images)
    assert torch.equal(one.group_logits(before), one.group_logits(after))
    assert not torch.equal(one.leaf_logits(before), one.leaf_logits(after))


def test_it_learns_groups_and_classes_in_the_ordinary_loop() -> None:
    plan = recipe(epochs=5)
    fit = Trainer(network("resnet18:b1-0+b1-1"), plan, 0, torch.device("cpu")).fit(
        examples(8), examples(4, seed=50)
    )
    assert fit.best.validation_accuracy == 1.0


def test_both_heads_can_start_as_logistic_regressions() -> None:
    one, part = network(), examples(8)
    with torch.inference_mode():
        images = torch.from_numpy(part.pixels.copy()).permute(0, 3, 1, 2) / 255
        features = one.features(images)
        fit_logistic_head(one, features.numpy(), part.labels)
        group = one.group_logits(features).argmax(dim=1)
        assert (group.numpy() == part.labels % 2).all()
        assert (one.head(features).argmax(dim=1).numpy() == part.labels).all()


def test_it_starts_freezes_and_is_kept_as_any_resnet(tmp_path: Path) -> None:
    whole = build_network("resnet18:b4-1", 7)
    torch.save(whole.state_dict(), tmp_path / "resnet18.pth")
    one = start_network("resnet18:b1-1+b2-0", CLASSES, str(tmp_path / "resnet18.pth"), 0, freeze="b1-1")
    assert torch.equal(one.layer2[0].conv1.weight, whole.layer2[0].conv1.weight)
    assert one.frozen == 2
    assert list(layers_of(one)) == ["b1-0", "b1-1", "b2-0"]
    description = Description(name="x", model="resnet18:b1-1+b2-0", classes=CLASSES, transform=Transform())
    save_bundle(tmp_path / "bundle", description, one, "")
    again = load_bundle(tmp_path / "bundle")
    assert again.info.embedding_size == 192
    images = torch.randn(1, 3, 64, 64)
    with torch.inference_mode():
        assert torch.allclose(again.network(images), one.eval()(images), atol=1e-2)


def test_pairs_that_cannot_be_say_why() -> None:
    for wrong in ("resnet18:b3-1+b2-1", "resnet18:b2-1+b2-1", "resnet18:b2-1+b9-0", "resnet18:b2-1+fc"):
        with pytest.raises(UnknownModelError, match="the earlier one first"):
            network(wrong)
    with pytest.raises(UnknownModelError, match=r"all of one group, microscopy; take resnet18:b2-0"):
        network(classes=("DMEL", "DMFL"))
    with pytest.raises(UnknownModelError, match="have a group each"):
        network(classes=("DMEL", "GFIG", "DRCT"))


@pytest.mark.parametrize("base", ["resnet18", "resnet50"])
def test_one_pass_gives_the_features_of_every_cut(base: str) -> None:
    deep = ResNet(base, 4).eval()
    images = torch.randn(2, 3, 64, 64)
    found = features_by_unit(deep, images)
    assert list(found) == list(reversed(points(base)))
    assert len(found) == sum(UNITS[base])
    for point in list(found)[:: 5 if base == "resnet50" else 1]:
        cut = build_resnet(parse_variant(f"{base}:{point}"), 4).eval()
        cut.load_state_dict(
            {n: deep.state_dict().get(n, t) for n, t in cut.state_dict().items() if "fc" not in n},
            strict=False,
        )
        with torch.inference_mode():
            assert torch.allclose(cut.features(images), found[point], atol=1e-5)
