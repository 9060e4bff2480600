import copy
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import log_softmax

from models.bundle.bundle import Hashing
from models.bundle.text_model import TextModel
from models.inference.joint_view import joint_size
from models.inference.sentences.encoders import open_encoder
from models.inference.sentences.reading import SentenceReader
from models.inference.words import TextView, Words, fit_idf, hash_text, read_sentences, terms, tokens
from tests.models.small_sentences import SIZE, lay

HASHING = Hashing(buckets=512, lexicon_gain=4.0)


def view(own: str = "", caption: str = "", floor: float = -7.0) -> TextView:
    """A model of two classes, whose first is spoken for by the terms of `own` and `caption`, each at its place."""
    weight = np.zeros((2 * HASHING.buckets, 2), np.float32)
    for text, first in ((own, 0), (caption, HASHING.buckets)):
        weight[first + hash_text(text, HASHING).buckets, 0] = 1
    ones = np.ones(HASHING.buckets, np.float32)
    return TextView(
        TextModel(weight, ones, np.zeros(2, np.float32), np.full(2, 0.5, np.float32)), HASHING, floor
    )


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> SentenceReader:
    model = lay(tmp_path_factory.mktemp("words") / "bundle")
    return SentenceReader(model, open_encoder(model, "cpu"))


@pytest.mark.parametrize("share", [0.5, 0.7, 1.0])
def test_sentences_have_their_share_beside_terms_and_no_text_says_nothing(
    share: float, reader: SentenceReader
) -> None:
    """Each alone is what it is where the other says nothing."""
    layer = np.random.default_rng(0).normal(size=(2 * SIZE, 2)).astype(np.float32)
    blank, even = np.zeros((2 * HASHING.buckets, 2), np.float32), np.full(2, 0.5, np.float32)
    weight = blank.copy()
    weight[hash_text("cells", HASHING).buckets, 0] = 3
    ones, nothing = np.ones(HASHING.buckets, np.float32), np.zeros(2, np.float32)
    texts = [Words("cells", "a plot of cells"), Words(None, "plot"), None, Words(None, None)]

    reader = copy.copy(reader)
    reader.sentences = replace(reader.sentences, share=share)

    def ratios(weight: np.ndarray, layer: np.ndarray | None) -> np.ndarray:
        bias = None if layer is None else nothing
        model = TextModel(weight, ones, nothing, even, sentences=layer, sentences_bias=bias)
        return TextView(model, HASHING, -7.0, reader if layer is not None else None).log_ratios(texts)

    said = log_softmax(read_sentences(reader, texts) @ layer, axis=1) - np.log(0.5)
    both = ratios(weight, layer)
    assert np.allclose(both[:2], (1 - share) * ratios(weight, None)[:2] + share * said[:2], atol=1e-5)
    assert np.allclose(ratios(blank, layer)[:2], share * said[:2], atol=1e-5)
    assert not both[2:].any()


def test_sentences_may_tell_the_kind_of_chart_alone(reader: SentenceReader) -> None:
    layer = np.random.default_rng(0).normal(size=(2 * SIZE, 3)).astype(np.float32)
    blank, nothing = np.zeros((2 * HASHING.buckets, 2), np.float32), np.zeros(2, np.float32)
    bias = np.arange(3, dtype=np.float32)
    model = TextModel(
        blank,
        np.ones(HASHING.buckets, np.float32),
        nothing,
        np.full(2, 0.5, np.float32),
        kinds_bias=bias,
        sentences=np.zeros((2 * SIZE, 2), np.float32),
        sentences_bias=nothing,
        sentence_kinds=layer,
    )
    texts = [Words("bars", "a plot"), None]
    added = TextView(model, HASHING, -7.0, reader).kind_logits(texts)
    assert added is not None
    assert np.allclose(added[0], read_sentences(reader, texts)[0] @ layer + bias, atol=1e-5)
    assert not added[1].any()


def test_tokens_are_small_letters_numbers_alike_and_acronyms_marked() -> None:
    assert tokens("SEM of 12.5 nm Particles (H&E)") == [
        *("^sem", "sem", "of", "#", "nm", "particles"),
        *("h", "&", "e"),
    ]


def test_terms_are_words_pairs_pieces_and_what_the_lexicon_names() -> None:
    found = terms("TEM of cells")
    assert {"tem", "tem of", "~<cell", "~ells>", "=DMTR", "!DMTR"} <= found
    assert not {"!DMTR", "!DRCT"} & terms("TEM and CT of cells")
    assert terms("") == frozenset()


def test_terms_of_the_lexicon_count_more_and_squares_add_up_to_one() -> None:
    hashed = hash_text("TEM of cells", HASHING)
    assert sorted(set(hashed.values.tolist())) == [1.0, 4.0]
    assert (np.diff(hashed.buckets) > 0).all()
    weighted = hashed.weighted(fit_idf([hashed, hash_text("cells", HASHING)], HASHING.buckets))
    assert (weighted.values**2).sum() == pytest.approx(1, abs=1e-5)


def test_rare_terms_weigh_more() -> None:
    texts = [hash_text(text, HASHING) for text in ("a rat", "a cow", "a pig")]
    idf = fit_idf(texts, HASHING.buckets)
    (common,) = hash_text("a", HASHING).buckets
    (rare,) = hash_text("rat", HASHING).buckets
    assert idf[common] == pytest.approx(1)
    assert idf[rare] == pytest.approx(1 + np.log(2))


def test_a_text_speaks_for_its_class_and_no_text_for_none() -> None:
    ratios = view(own="electron micrograph").log_ratios(
        [Words("An electron micrograph", None), Words(None, None), None, Words("", "")]
    )
    assert ratios[0, 0] > 0.1 > 0 > ratios[0, 1]
    assert not ratios[1:].any()


def test_the_caption_stands_in_for_a_text_of_its_own_and_is_read_beside_one() -> None:
    shared = Words(None, "electron micrograph")
    assert view(own="electron micrograph").log_ratios([shared])[0, 0] > 0
    told = Words("Scale bar", "electron micrograph")
    assert view(own="electron micrograph").log_ratios([told])[0, 0] < 0.01
    assert view(caption="electron micrograph").log_ratios([told])[0, 0] > 0


def test_ratios_do_not_fall_below_the_floor() -> None:
    assert view(own="electron micrograph", floor=-0.1).log_ratios([Words("electron", None)]).min() >= -0.1


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_gives_finite_numbers(own: str, caption: str) -> None:
    assert np.isfinite(view(own="a").log_ratios([Words(own, caption)])).all()


def test_what_words_say_is_corrected_in_the_light_of_the_picture() -> None:
    plain = view(own="electron micrograph")
    layer = np.zeros((joint_size(2), 2), np.float32)
    layer[0, 1] = 1.0  # where the picture says the first class, the words say less against the second
    model = TextModel(
        np.zeros((2 * HASHING.buckets, 2), np.float32),
        np.ones(HASHING.buckets, np.float32),
        np.zeros(2, np.float32),
        np.full(2, 0.5, np.float32),
        joint=layer,
    )
    texts = [Words("a", None), None]
    seen = np.array([[0, 3], [0, 3]], np.float32)
    corrected = TextView(model, HASHING, -7.0).log_ratios(texts, seen)
    assert corrected[0] == pytest.approx([0, -np.log1p(np.exp(3))], abs=1e-5)
    assert not corrected[1].any()
    assert (plain.log_ratios(texts, seen) == plain.log_ratios(texts)).all()


def test_the_numbers_are_the_same_in_every_process() -> None:
    """Python hashes strings anew in every process; the order of additions must not follow it."""
    text = "Confocal images of HeLa cells, DAPI in blue; scale bar 20 µm."
    code = (
        "from models.bundle.bundle import Hashing; from models.inference.words import hash_text; import numpy as np;"
        f"h = hash_text({text!r}, Hashing(buckets=512, lexicon_gain=4.0));"
        "print(h.weighted(np.linspace(0.1, 3, 512).astype(np.float32)).values.tobytes().hex())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1
