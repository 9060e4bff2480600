from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models.inference.sentences.wordpiece import WordPiece, words

tokenizers = pytest.importorskip("tokenizers", reason="tokenizers is not installed")

UNKNOWN = "[UNK]"
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
VOCABULARY = [
    *("[PAD]", "[UNK]", "[CLS]", "[SEP]"),
    *LETTERS,
    *(f"##{letter}" for letter in LETTERS),
    *(
        "cell",
        "##s",
        "micro",
        "##graph",
        "##ph",
        "(",
        ")",
        "%",
        "µ",
        "μ",
        "細",
        "胞",
        "σ",
        "е",
        "##е",
        "-",
        ".",
    ),
]


def library():  # type: ignore[no-untyped-def]  # a library of the tests alone
    """BERT's own reading, by the library that those who train such models use."""
    numbers = {piece: number for number, piece in enumerate(VOCABULARY)}
    found = tokenizers.Tokenizer(
        tokenizers.models.WordPiece(numbers, unk_token=UNKNOWN, max_input_chars_per_word=100)
    )
    found.normalizer = tokenizers.normalizers.BertNormalizer()
    found.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    found.post_processor = tokenizers.processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return found


LIBRARY, OURS = library(), WordPiece(VOCABULARY)


def is_old(character: str) -> bool:
    """Known since Unicode 3.2, so that every library has the same to say of it."""
    return unicodedata.ucd_3_2_0.category(character) != "Cn"


WILD = st.text(st.characters(exclude_categories=("Cs",)).filter(is_old))
LIKELY = st.text(st.sampled_from([*LETTERS, *"ABÉéßİµμσΣς細胞()[]%-.,;°×\t\n\u00a0\u200b\u0301 "]))


@given(WILD | LIKELY)
@example("A SEM-micrograph (5 µm) of cells, Édouard\u2019s 95% CI")
@example("x" * 100 + " " + "y" * 101)
def test_texts_are_read_as_bert_reads_them(text: str) -> None:
    assert OURS.read(text, 10_000) == LIBRARY.encode(text).ids


@given(LIKELY, st.integers(2, 12))
def test_long_texts_end_where_berts_end(text: str, most: int) -> None:
    LIBRARY.enable_truncation(most)
    try:
        assert OURS.read(text, most) == LIBRARY.encode(text).ids
    finally:
        LIBRARY.no_truncation()


def test_words_are_small_without_accents_and_signs_stand_alone() -> None:
    assert words("Édouard's SEM\u00a0(5\u200b µm)") == ["edouard", "'", "s", "sem", "(", "5", "µm", ")"]
    assert words("細胞x") == ["細", "胞", "x"]
    assert words("") == []
