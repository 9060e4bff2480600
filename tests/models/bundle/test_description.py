import json
import shutil
from pathlib import Path

import pytest

from models.bundle.bundle import BundleError
from models.bundle.description import bundle_info


@pytest.fixture
def folder(tiny_bundle: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_bundle, tmp_path / "tiny"))


def test_the_tree_is_written_out(folder: Path) -> None:
    tree = json.loads((folder / "model.json").read_text())["tree"]
    assert tree["DMEL"] == ["microscopy", "microscopy/electron"]


def change(folder: Path, **entries: object) -> None:
    file = folder / "model.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | entries))


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        ({"hooks": "os.system"}, "unknown keys: hooks"),
        ({"format_version": 99}, "update Figmill"),
        ({"classes": ["DMEL", "DMEL", "DMFL"]}, "classes is not a list"),
        ({"classes": "DMEL"}, "classes is not a list"),
        ({"embedding_size": -1}, "embedding_size"),
        ({"calibration": {"temperature": 0}}, "temperature"),
        ({"calibration": {"temperature": 1, "script": "x"}}, "unknown settings"),
        ({"rejection": {"threshold": 7}}, "threshold"),
        ({"transform": {"size": 224}}, "transform"),
        ({"name": "a\nb"}, "name"),
    ],
)
def test_a_description_that_cannot_be_is_refused(folder: Path, entries: dict[str, object], says: str) -> None:
    change(folder, **entries)
    with pytest.raises(BundleError, match=says) as caught:
        bundle_info(folder)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"garbage" * 100])
def test_a_damaged_description_is_named(folder: Path, content: bytes) -> None:
    (folder / "model.json").write_bytes(content)
    with pytest.raises(BundleError, match=r"model\.json"):
        bundle_info(folder)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    with pytest.raises(BundleError, match=r"model\.safetensors"):
        bundle_info(folder)
