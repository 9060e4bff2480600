from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.inference.caption_view import fuse, named_modalities
from models.taxonomy import CODES

CAPTIONS = Path(__file__).parents[4] / "shared/imageclef/microscopy_captions.tsv"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("TEM images of silver nanoparticles", {"DMTR"}),
        ("Representative Western blots of GAPDH", {"GGEL"}),
        ("Axial CT and T2-weighted MRI of the brain", {"DRCT", "DRMR"}),
        ("Confocal images; nuclei in blue (DAPI)", {"DMFL"}),
        ("Haematoxylin and eosin stain", {"DMLI"}),
        ("Flow chart of the study", {"GFLO"}),
        ("A fish, a pet and a system of items", set()),
        ("Survival of both groups", set()),
    ],
)
def test_terms_name_modalities_and_common_words_do_not(text: str, named: set[str]) -> None:
    assert named_modalities(text) == named


def test_one_named_modality_moves_its_class_and_nothing_else_does() -> None:
    classes = ("DMEL", "DMTR", "GFIG")
    image = np.array([[0.6, 0.3, 0.1]] * 4, np.float32)
    texts = ["TEM of cells", None, "TEM and SEM images of cells", "MRI of the knee"]
    fused = fuse(image, classes, texts, weight=2.0)
    assert fused[0].argmax() == 1
    assert fused[0, 0] / fused[0, 2] == pytest.approx(6)  # the others keep their proportions
    assert np.allclose(fused[1:], image[1:])


def test_a_sure_image_is_not_overruled() -> None:
    sure = np.array([[0.99, 0.01]], np.float32)
    assert fuse(sure, ("GFIG", "DMTR"), ["TEM of cells"], weight=2.0)[0].argmax() == 0


@given(st.text(max_size=300))
def test_any_text_gives_codes_of_the_taxonomy(text: str) -> None:
    assert named_modalities(text) <= set(CODES)


def test_a_huge_text_is_read_at_once() -> None:
    assert named_modalities("of the " * 200_000 + "TEM") == {"DMTR"}


@pytest.mark.skipif(not CAPTIONS.is_file(), reason="needs ../shared/imageclef")
def test_what_real_captions_name_alone_is_right_eight_times_in_ten() -> None:
    csv.field_size_limit(10**7)
    named: Counter[str] = Counter()
    right: Counter[str] = Counter()
    with CAPTIONS.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream, delimiter="\t"):
            if len(found := named_modalities(row["CAPTION"])) == 1:
                code = next(iter(found))
                named[code] += 1
                right[code] += code == row["MODALITY"]
    assert all(right[code] / named[code] > 0.8 for code in ("DMEL", "DMFL", "DMLI", "DMTR"))
