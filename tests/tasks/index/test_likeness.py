"""A picture of one's own becomes a vector of the dataset's network, or a sentence."""

from pathlib import Path

import pytest

from models.bundle.description import bundle_info
from tasks.errors import InputError, UnusableBundleError
from tasks.index.likeness import embed_picture
from tests.tasks.small_datasets import png


def test_a_picture_becomes_the_features_of_the_datasets_bundle(tiny_bundle: Path, tmp_path: Path):
    info = bundle_info(tiny_bundle)
    file = tmp_path / "picture.png"
    file.write_bytes(png(1))
    assert embed_picture(file, info.model_id, str(tiny_bundle)).shape == (info.embedding_size,)


def test_another_bundle_is_refused_by_name(tiny_bundle: Path, tmp_path: Path):
    file = tmp_path / "picture.png"
    file.write_bytes(png(1))
    with pytest.raises(UnusableBundleError, match=r"labelled by default@0123.*--model DIR"):
        embed_picture(file, "default@0123", str(tiny_bundle))
    with pytest.raises(UnusableBundleError, match="unknown model"):
        embed_picture(file, "default@0123", "nosuch")


def test_what_is_no_picture_is_said(tiny_bundle: Path, tmp_path: Path):
    info = bundle_info(tiny_bundle)
    file = tmp_path / "no.png"
    file.write_text("no picture")
    for path, words in (
        (file, rf"^{file}: .* it is no image \(PNG, JPEG, [A-Z, ]+\); name a PNG or JPEG$"),
        (tmp_path / "gone.png", "cannot be read"),
        (tmp_path, "cannot be read"),
    ):
        with pytest.raises(InputError, match=words):
            embed_picture(path, info.model_id, str(tiny_bundle))
