"""What every test may ask for."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The developers' data beside the repo (papers, panels, weights); a checkout without it skips the test."""
    if not (SHARED / "corpus").is_dir():
        pytest.skip("needs the developers' data folder ../shared, which this checkout does not have")
    return SHARED


@pytest.fixture(scope="session")
def tiny_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real bundle, but of an untrained network with small images: quick to load, knows nothing."""
    import torch

    from models.bundle import Description, save_bundle
    from models.networks import build_network
    from models.transforms import Transform

    torch.manual_seed(1)
    classes = ("DMEL", "DMFL", "DRCT", "GFIG")
    network = build_network("resnet18:b3-1", len(classes))
    folder = tmp_path_factory.mktemp("bundles") / "tiny"
    description = Description(
        name="tiny", model="resnet18:b3-1", classes=classes, transform=Transform(size=64, resize=64)
    )
    save_bundle(folder, description, network, "# tiny\nUntrained.\n")
    return folder
