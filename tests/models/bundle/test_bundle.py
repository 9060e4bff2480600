from pathlib import Path

import pytest

from models.bundle.bundle import BundleError, resolve_bundle, shipped_bundles


def test_names_and_folders_are_resolved(tiny_bundle: Path, tmp_path: Path) -> None:
    assert resolve_bundle(str(tiny_bundle)) == tiny_bundle
    assert resolve_bundle("default") == shipped_bundles()["default"]
    with pytest.raises(BundleError, match="known: default"):
        resolve_bundle("defualt")
    with pytest.raises(BundleError, match="no bundle"):
        resolve_bundle(str(tmp_path))


@pytest.mark.parametrize("path", ["../gone", "./gone", "gone/", "/gone/mine"])
def test_a_path_to_no_bundle_is_called_that(path: str) -> None:
    with pytest.raises(
        BundleError, match=rf"there is no bundle at {path}; name a bundle's folder, or default"
    ):
        resolve_bundle(path)
