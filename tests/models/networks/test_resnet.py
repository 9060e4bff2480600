import json

import pytest
import torch

from models.networks.resnet import ResNet, build_resnet, parameter_counts
from models.networks.variants import UNITS, Variant, all_variants, parse_variant


@pytest.mark.parametrize("approach", ["fine_tuned", "shallow"])
@pytest.mark.parametrize("base", ["resnet18", "resnet34", "resnet50"])
def test_parameter_counts_are_the_papers_for_every_variant(base: str, approach: str, shared) -> None:
    published = json.loads((shared / "paper" / f"predictions_{approach}_{base}.json").read_text())["variants"]
    for point, numbers in published.items():
        variant = Variant(base, approach, point.replace("layer", "b"))
        with torch.device("meta"):
            network = build_resnet(parse_variant(variant.name), 4)
        assert parameter_counts(network) == (numbers["total_params"], numbers["trainable_params"]), variant


def test_parameter_counts_that_are_known_without_the_paper() -> None:
    assert parameter_counts(build_resnet(parse_variant("resnet34:b3-0"), 4))[0] == 2_267_972


def test_variants_of_every_depth_can_be_built_and_tell_their_features() -> None:
    for variant in all_variants()[::16]:
        with torch.device("meta"):
            network = build_resnet(variant, 4)
        assert network.fc.in_features == network.embedding_size


@pytest.mark.parametrize("base", list(UNITS))
def test_same_names_shapes_and_outputs_as_torchvision(base: str) -> None:
    from torchvision import models

    theirs = models.get_model(base, weights=None)
    ours = ResNet(base, 1000)
    ours.load_state_dict(theirs.state_dict())
    images = torch.randn(2, 3, 64, 64)
    with torch.inference_mode():
        assert torch.equal(ours.eval()(images), theirs.eval()(images))


def test_a_shallow_network_is_the_deep_ones_beginning() -> None:
    deep, shallow = ResNet("resnet18", 4), build_resnet(parse_variant("resnet18:b2-0"), 4)
    shallow.load_state_dict(
        {name: deep.state_dict()[name] for name in shallow.state_dict() if "fc" not in name}, strict=False
    )
    images, seen = torch.randn(1, 3, 64, 64), []
    deep.layer2[0].register_forward_hook(lambda _, __, out: seen.append(out.mean(dim=(2, 3))))
    with torch.inference_mode():
        deep.eval()(images)
        assert torch.allclose(shallow.eval().features(images), seen[0], atol=1e-6)


def test_what_is_frozen_changes_neither_in_weights_nor_in_statistics() -> None:
    network = build_resnet(parse_variant("resnet18:tune-b4-1"), 4).train()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    optimiser = torch.optim.SGD([p for p in network.parameters() if p.requires_grad], lr=0.1)
    network(torch.randn(4, 3, 64, 64)).square().sum().backward()
    optimiser.step()
    changed = {name for name, tensor in network.state_dict().items() if not torch.equal(tensor, before[name])}
    assert changed
    assert all(name.startswith(("layer4.1.", "fc.")) for name in changed)
    assert "layer4.1.bn1.running_mean" in changed


def test_the_frozen_prefix_builds_no_graph() -> None:
    network = build_resnet(parse_variant("resnet18:tune-fc"), 4)
    assert not network.features(torch.randn(2, 3, 64, 64)).requires_grad
