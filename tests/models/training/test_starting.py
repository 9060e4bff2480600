import urllib.request
from pathlib import Path

import pytest
import torch

from models.bundle.description import Description
from models.bundle.serialization import save_bundle
from models.errors import ModelError
from models.networks.build import build_network
from models.networks.variants import ENSEMBLE_MEMBERS, UnknownModelError
from models.networks.weights import WeightsError, load_file
from models.training.starting import (
    SHIPPED_TRUNK,
    available_weights,
    check_start,
    start_identity,
    start_name,
    start_network,
    weights_identity,
)
from models.transforms import Transform


def test_one_seed_gives_one_start_and_freezing_adds_to_the_models_own() -> None:
    first, again = (start_network("resnet18:b2-0", 4, "random", seed=5) for _ in range(2))
    assert torch.equal(first.fc.weight, again.fc.weight)
    assert start_network("resnet18:b2-0", 4, "random", 5, freeze="b1-1").frozen == 2
    assert start_network("resnet18:tune-b3-0", 4, "random", 5, freeze="b1-1").frozen == 5
    for wrong in ("b3-0", "layer", "b2-0-0"):
        with pytest.raises(ModelError, match="residual unit"):
            start_network("resnet18:b2-0", 4, "random", 5, freeze=wrong)
    with pytest.raises(ModelError, match="of a ResNet"):
        start_network("inception_v3", 4, "random", 5, freeze="b1-0")


def test_a_folder_starts_networks_that_join_several(tmp_path: Path) -> None:
    donor = build_network("alexnet+googlenet", 3)
    for name, member in zip(donor.names, donor.members, strict=True):
        torch.save(member.body.state_dict(), tmp_path / f"{name}-1378be20.pth")
    network = start_network("alexnet+googlenet", 4, str(tmp_path), 0)
    for ours, theirs in zip(network.members, donor.members, strict=True):
        state = theirs.body.state_dict()
        assert all(torch.equal(tensor, state[key]) for key, tensor in ours.body.state_dict().items())
    with pytest.raises(WeightsError, match=r"alexnet and googlenet, which one file cannot start: .*a folder"):
        check_start("alexnet+googlenet", str(tmp_path / "alexnet-1378be20.pth"))
    with pytest.raises(WeightsError, match=r"no file resnet18\*\.pth"):
        check_start("resnet18:b3-1", str(tmp_path))


def test_the_ensemble_starts_from_trained_members_alone(tmp_path: Path) -> None:
    for name in ENSEMBLE_MEMBERS[1:]:
        description = Description(name="m", model=name, classes=("a", "b"), transform=Transform())
        save_bundle(tmp_path / name.replace(":", "_"), description, build_network(name, 2), "")
    for weights in ("imagenet", "gone", str(tmp_path)):
        with pytest.raises(WeightsError, match=r"resnet50_b4-2.*figmill study") as caught:
            check_start("resnet50:ensemble", weights)
        assert "\n" not in str(caught.value)
    check_start("resnet50:ensemble", "random")


def test_start_weights_are_told_apart_by_their_content(tmp_path: Path) -> None:
    for name, seed in (("resnet18-a", 0), ("b", 0), ("c", 1)):
        torch.manual_seed(seed)
        torch.save({"x": torch.rand(3)}, tmp_path / f"{name}.pth")
    a, b, c = (
        start_identity("resnet18:b1-0", str(tmp_path / f"{name}.pth")) for name in ("resnet18-a", "b", "c")
    )
    assert b != c
    assert len(a) == 64
    assert start_identity("resnet18:b1-0", str(tmp_path)) == a
    assert start_identity("resnet18:b1-0", "imagenet") == "imagenet"
    before = weights_identity(str(tmp_path))
    (tmp_path / "c.pth").write_bytes(b"other")
    assert weights_identity(str(tmp_path)) != before
    with pytest.raises(WeightsError, match="gone"):
        start_identity("resnet18:b1-0", str(tmp_path / "gone.pth"))


def test_an_unknown_network_is_known_before_anything_is_read() -> None:
    for name in ("resnet18:b9-0", "resnet18:b3-1+b2-1"):
        with pytest.raises(UnknownModelError):
            check_start(name, "imagenet")


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No weights downloaded before, and a proxy that nobody is."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.setattr(urllib.request, "_opener", None)  # it remembers the proxies of its first use


@pytest.mark.usefixtures("offline")
def test_without_a_network_the_trunk_that_ships_will_do_for_what_it_holds() -> None:
    for model in ("resnet18:b2-1", "resnet18:b3-0", "resnet18:b2-1+b3-0"):
        found = available_weights(model, "imagenet")
        network = start_network(model, ("DMEL", "DMFL", "GFIG"), found, seed=0)
        shipped = next(
            tensor
            for name, tensor in load_file(SHIPPED_TRUNK).items()
            if name.endswith("layer2.1.conv2.weight")
        )
        assert torch.equal(network.layer2[1].conv2.weight, shipped.float())
    assert start_name(found) == "the trunk of the bundle default"
    for model in ("resnet18:b3-1", "resnet34:b1-0", "alexnet+googlenet"):
        with pytest.raises(WeightsError, match="cannot be downloaded"):
            available_weights(model, "imagenet")


def test_weights_that_are_given_are_taken() -> None:
    assert available_weights("resnet18:b1-0", "random") == "random"
    assert available_weights("resnet18:b1-0", "a.pth") == "a.pth"


def test_of_a_bundle_with_two_trunks_the_resnet_starts_a_network(tmp_path: Path) -> None:
    donor = build_network("resnet18:b2-0", 2)
    tensors = {f"resnet.{name}": tensor for name, tensor in donor.state_dict().items()}
    torch.save(tensors | {"lite.stem": torch.zeros(3)}, tmp_path / "pair.pth")
    network = start_network("resnet18:b1-1", 2, str(tmp_path / "pair.pth"), seed=0)
    assert torch.equal(network.conv1.weight, donor.conv1.weight)
