import hashlib
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from models.networks.build import build_network
from models.networks.weights import PUBLISHED_SHA256, WeightsError, load_file, load_published, start_from


class Explosive:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (exec, ("raise SystemExit('code ran')",))


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_a_local_file_starts_a_cut_network(tmp_path: Path, suffix: str) -> None:
    whole, cut = build_network("resnet18:b4-1", 7), build_network("resnet18:b2-0", 4)
    file = tmp_path / f"whole{suffix}"
    (save_file if suffix == ".safetensors" else torch.save)(whole.state_dict(), file)
    start_from(cut, load_file(file), file.name)
    assert torch.equal(cut.layer2[0].conv1.weight, whole.layer2[0].conv1.weight)
    assert cut.fc.weight.shape == (4, 128)


def test_the_folded_trunk_computes_what_its_biased_convolutions_do(shared: Path) -> None:
    file = shared / "weights" / "resnet18_imagenet1k_v1_bnfolded_to_layer3.npz"
    network = build_network("resnet18:b3-1", 4).eval()
    start_from(network, load_file(file), file.name)
    arrays = {name: torch.from_numpy(array) for name, array in np.load(file).items()}
    image = torch.randn(1, 3, 64, 64)
    with torch.inference_mode():
        expected = torch.conv2d(image, arrays["conv1.weight"], arrays["conv1.bias"], stride=2, padding=3)
        assert torch.allclose(network.bn1(network.conv1(image)), expected, atol=1e-4)


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.pth", b"junk"), ("a.npz", b"junk"), ("a.safetensors", b""), ("a.txt", b""), ("gone.pth", None)],
)
def test_unreadable_weights_are_named_in_one_line(tmp_path: Path, name: str, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(WeightsError, match=name) as caught:
        load_file(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_weights_that_carry_code_are_refused(tmp_path: Path) -> None:
    with (tmp_path / "evil.pth").open("wb") as stream:
        pickle.dump({"conv1.weight": Explosive()}, stream, protocol=2)
    with pytest.raises(WeightsError):
        load_file(tmp_path / "evil.pth")


def test_weights_that_do_not_fit_say_what_is_missing() -> None:
    small, large = build_network("resnet18:b1-0", 4), build_network("resnet50:b1-0", 4)
    with pytest.raises(WeightsError, match="tensors missing, first layer1"):
        start_from(build_network("resnet18:b3-0", 4), small.state_dict(), "small")
    with pytest.raises(WeightsError, match="another shape"):
        start_from(small, large.state_dict(), "large")


def test_published_weights_are_told_by_their_checksum(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "lite2.pth"
    torch.save({"_conv_stem.weight": torch.ones(32, 3, 3, 3)}, file)
    with pytest.raises(WeightsError, match="not lite2's published ones"):
        load_published("lite2", file)
    known = {"lite2": hashlib.sha256(file.read_bytes()).hexdigest()}
    monkeypatch.setattr("models.networks.weights.PUBLISHED_SHA256", known)
    assert load_published("lite2", file)["_conv_stem.weight"].shape == (32, 3, 3, 3)
    with pytest.raises(WeightsError, match="cannot be read"):
        load_published("lite2", tmp_path / "gone.pth")


def test_the_shared_resnet_is_the_published_one(shared: Path) -> None:
    file = shared / "weights" / "resnet18_imagenet1k_v1_bnfolded_to_layer3.npz"
    assert load_published("resnet18", file)["conv1.weight"].shape == (64, 3, 7, 7)
    assert set(PUBLISHED_SHA256) == {"resnet18", "lite2"}
