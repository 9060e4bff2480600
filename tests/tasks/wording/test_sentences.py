"""Sentences end where they end, not at the stops of short forms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.wording.sentences import spans


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in spans(text)]


@pytest.mark.parametrize(
    "sentences",
    [
        ["Cells grew (Fig. 2).", "They were E. coli."],
        ["As Smith et al. (2012) say, see Figs. 3 and 4.", "It is so."],
        ["The rate was 0.5 vs. 0.6 in group A.", "The end."],
        ["This was vitamin D.", "The dose was 2 mg."],
        ["Is it?", "Yes!", "20 mice died."],
        ["It was given i.v. to Mus sp. and others, e.g. Rattus.", "“Then” it ended."],
        ["First, the volume is defined (Fig. 2).", "• Second, it is not."],
        ["Growth was seen. (Fig. 2A).", "Then it ended."],
    ],
)
def test_a_text_is_cut_into_its_sentences(sentences: list[str]) -> None:
    assert cut(" ".join(sentences)) == sentences


@given(st.text(st.sampled_from("Aa. ()?!1e\n"), max_size=200))
def test_nothing_but_spaces_is_lost(text: str) -> None:
    found = list(spans(text))
    assert all(text[start:end].strip() == text[start:end] != "" for start, end in found)
    kept = "".join(text[start:end] for start, end in found)
    assert "".join(kept.split()) == "".join(text.split())


def test_a_run_of_stops_takes_no_time() -> None:
    assert list(spans("." * 200_000)) == [(0, 200_000)]
