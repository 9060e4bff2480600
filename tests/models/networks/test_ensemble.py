import pytest
import torch

from models.networks.build import bodies, build_network
from models.networks.ensemble import build_pooled
from models.networks.resnet import parameter_counts
from models.networks.variants import ENSEMBLE_MEMBERS


def test_the_papers_ensemble_joins_six_frozen_members() -> None:
    with torch.device("meta"):
        network = build_network("resnet50:ensemble", 4)
    assert network.embedding_size == 3 * 2048 + 3 * 1024
    assert parameter_counts(network)[1] == 9216 * 4 + 4
    assert [name for name, _ in bodies("resnet50:ensemble", network)] == ["resnet50"] * len(ENSEMBLE_MEMBERS)


def test_frozen_members_keep_their_statistics_and_build_no_graph() -> None:
    network = build_network("resnet50:ensemble", 4).train()
    before = network.members[5].bn1.running_mean.clone()
    features = network.features(torch.randn(2, 3, 64, 64))
    assert not features.requires_grad
    assert torch.equal(network.members[5].bn1.running_mean, before)
    assert network.head(features).requires_grad


def test_the_head_reads_positive_features_only() -> None:
    with torch.device("meta"):
        network = build_network("resnet50:ensemble", 4)
    head = torch.nn.Linear(9216, 4)
    network.fc = head
    features = torch.randn(3, 9216)
    assert torch.allclose(network.head(features), head(features.clamp(min=0)))


def test_related_networks_give_features_and_logits() -> None:
    for name, size in (
        ("alexnet+googlenet", 4096 + 1024),
        ("inception_v3", 2048),
        ("densenet121+captions", 3072),
    ):
        network = build_network(name, 5).eval()
        with torch.inference_mode():
            features = network.features(torch.randn(1, 3, 96, 96))
            assert features.shape == (1, size)
            assert network.head(features).shape == (1, 5)


@pytest.mark.parametrize("base", ["googlenet", "inception_v3"])
def test_inceptions_see_the_range_that_their_weights_were_trained_on(base: str) -> None:
    """As torchvision's own networks with published weights, which do the same."""
    from torchvision import models

    theirs = models.get_model(base, weights=None, init_weights=False, aux_logits=False, transform_input=True)
    ours = build_pooled(base, 4)
    ours.body.load_state_dict({n: t for n, t in theirs.state_dict().items() if not n.startswith("fc.")})
    theirs.fc = torch.nn.Identity()
    images = torch.randn(1, 3, 96, 96)
    with torch.inference_mode():
        assert torch.allclose(ours.eval().features(images), theirs.eval()(images), atol=1e-5)
