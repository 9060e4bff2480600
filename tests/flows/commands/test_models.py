"""The commands about models, as their user meets them."""

from pathlib import Path

from click.testing import CliRunner, Result
from PIL import Image

from flows.cli import figmill


def _call(*arguments: object) -> Result:
    return CliRunner().invoke(figmill, list(map(str, arguments)))


def test_the_list_of_models_fits_a_terminal_of_80_columns():
    lines = _call("models").output.splitlines()
    assert max(map(len, lines)) <= 80
    assert any("accuracy" in line for line in lines)
    assert "    reads captions, by hashed terms and by a language model" in lines
    assert "  resnet18:tune-X  fine-tuned from X on: fc, b4-1 ... b1-0 or whole" in lines


def test_explain_says_first_what_it_does(tiny_bundle: Path, tmp_path: Path):
    picture = tmp_path / "cell.png"
    Image.new("RGB", (40, 40), "grey").save(picture)
    done = _call("explain", tiny_bundle, picture, "--out", tmp_path / "out")
    assert done.stderr == f"loading {tiny_bundle.name} to look into 1 picture\n"
    assert done.stdout.startswith("cell.png: ")
